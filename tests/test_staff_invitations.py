"""Logins for those who work: a preschool's staff by its principal, principals and others by the administrator."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from accounts import services
from accounts.models import AuditEntry, Invitation, Protection, User
from children.models import Block, Letter, StaffRole
from children.protection import protect_person
from children.services.invitations import send_waiting_letters
from portal.lib import clock, days
from tests.cast import Cast, child, employ, guard, person, place

LogIn = Callable[[User], Client]
Kind = StaffRole.Kind


def new(given_name: str, family_name: str = "Ny", **columns: Any) -> User:
    """Make somebody whom the register brought: without a login."""
    columns.setdefault("email", f"{given_name}.{family_name}@example.org".lower())
    user = User(given_name=given_name, family_name=family_name, **columns)
    user.set_unusable_password()
    user.save()
    return user


@pytest.fixture
def pia(cast: Cast) -> User:
    """A new member of staff at Blåsippan."""
    pia = new("Pia", personal_number="198001019999")
    employ(pia, department=cast.blasippan)
    return pia


def base(cast: Cast) -> str:
    return f"/forskola/{cast.granliden.id}/personal/"


def row_of(name: str, page: str) -> str:
    """Return the part of a page about one person."""
    found = re.search(rf'<li class="family">(?:(?!</li>).)*{name}.*?</li>', page, re.DOTALL)
    assert found, f"{name} is not on the page"
    return found[0]


class TestStaff:
    def test_it_works_on_paper(self, cast: Cast, pia: User, log_in: LogIn) -> None:
        eva = log_in(cast.eva)
        page = eva.get(base(cast)).content.decode()
        for name, told in (
            ("Pia Ny", "Inte inbjuden"),
            ("Pia Ny", "Pedagog, Blåsippan"),
            ("Maria Berg", "Har inloggning"),
            ("Viktor Vik", "Vikarie, Blåsippan"),
            ("Stina Mark", "Specialpedagog, Förskolan Granliden"),
        ):
            assert told in row_of(name, page)
        assert "checked" in row_of("Pia Ny", page)
        assert "disabled" in row_of("Maria Berg", page)
        review = eva.post(base(cast) + "granska/", {"vald": [str(pia.id), str(cast.maria.id)]}).content.decode()
        assert "1 person kan bjudas in" in review
        assert "Maria Berg" in review.split("Bjuds inte in")[1]
        answer = eva.post(base(cast) + "brev/", {"person": [str(pia.id)], "vald": [str(pia.id)]})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert "no-store" in answer["Cache-Control"]
        invitation = Invitation.objects.get()
        assert (invitation.person, invitation.made_by) == (pia, cast.eva)
        made = AuditEntry.objects.get(action="invitation.made")
        assert (made.person_id, made.about) == (cast.eva.id, {"invited": str(pia.id)})
        assert "Inbjuden" in row_of("Pia Ny", eva.get(base(cast)).content.decode())

    def test_the_letter_opens_the_account(self, cast: Cast, pia: User, log_in: LogIn) -> None:
        log_in(cast.eva).post(base(cast) + "skicka/", {"person": [str(pia.id)]})
        send_waiting_letters(now=clock.now())
        body = str(mail.outbox[0].body)
        assert "Du arbetar i en verksamhet där Lövköping använder Kapprummet." in body
        assert "fyra sista siffrorna" in body
        for told in ("Elsa", "Granliden", "Blåsippan", "Eva"):
            assert told not in body + mail.outbox[0].subject
        code = re.search(r"/inbjudan/([A-Z0-9]{12})/", body)
        assert code
        browser = Client()
        browser.get(f"/inbjudan/{code[1]}/")
        browser.post("/inbjudan/vem/", {"last_four": "9999"}, follow=True)
        found = services.find_invitation(digest=services.digest_of(code[1]), now=clock.now())
        assert found is not None
        assert found.person == pia

    def test_sending_twice_sends_once(self, cast: Cast, pia: User, log_in: LogIn) -> None:
        eva = log_in(cast.eva)
        assert eva.post(base(cast) + "skicka/", {"person": [str(pia.id)]}).status_code == 302
        second = eva.post(base(cast) + "skicka/", {"person": [str(pia.id)], "vald": [str(pia.id)]})
        assert second.status_code == 422
        assert "E-posten är på väg" in second.content.decode()
        assert AuditEntry.objects.filter(action="invitation.asked").count() == 1
        send_waiting_letters(now=clock.now())
        send_waiting_letters(now=clock.now())
        assert len(mail.outbox) == 1

    def test_a_new_letter_ends_the_old_code(self, cast: Cast, pia: User, log_in: LogIn) -> None:
        eva = log_in(cast.eva)
        for _time in range(2):
            shown = [str(one.id) for one in Invitation.objects.all()]
            assert eva.post(base(cast) + "brev/", {"person": [str(pia.id)], "brev": shown}).status_code == 200
        assert Invitation.objects.filter(withdrawn_at=None).count() == 1

    def test_who_may(self, cast: Cast, pia: User, log_in: LogIn) -> None:
        for who in (cast.maria, cast.vikar, cast.specialist, cast.amina, cast.ulf, cast.administrator):
            browser = log_in(who)
            assert browser.get(base(cast)).status_code == 404
            for part in ("granska/", "brev/", "skicka/"):
                assert browser.post(base(cast) + part, {"person": [str(pia.id)]}).status_code == 404
        assert not Invitation.objects.exists()
        assert not Letter.objects.exists()

    def test_staff_of_another_preschool_is_not_invited(self, cast: Cast, pia: User, log_in: LogIn) -> None:
        elsewhere = new("Olga")
        employ(elsewhere, department=cast.musslan)
        eva = log_in(cast.eva)
        assert "Olga" not in eva.get(base(cast)).content.decode()
        answer = eva.post(base(cast) + "brev/", {"person": [str(pia.id), str(elsewhere.id)]})
        assert answer.status_code == 422
        assert "Ingen blev inbjuden" in answer.content.decode()
        assert not Invitation.objects.exists()

    def test_today_or_soon(self, cast: Cast, log_in: LogIn) -> None:
        today = days.today()
        for name, starts, ends in (("Snart", 10, None), ("Sedan", 90, None), ("Slutat", -50, -1)):
            StaffRole.objects.create(
                person=new(name),
                kind=Kind.STAFF,
                department=cast.ekorren,
                starts_on=today + timedelta(days=starts),
                ends_on=today + timedelta(days=ends) if ends else None,
            )
        page = log_in(cast.eva).get(base(cast)).content.decode()
        assert "Pedagog, Ekorren från" in row_of("Snart", page)
        assert "Sedan" not in page
        assert "Slutat" not in page

    def test_whoever_also_leads_is_the_administrators_to_invite(self, cast: Cast, pia: User, log_in: LogIn) -> None:
        """A principal who could print an administrator's code could become one."""
        employ(pia, Kind.ADMINISTRATOR)
        eva = log_in(cast.eva)
        assert "Bjuds in av systemförvaltaren" in row_of("Pia Ny", eva.get(base(cast)).content.decode())
        assert eva.post(base(cast) + "brev/", {"person": [str(pia.id)]}).status_code == 422
        adam = log_in(cast.administrator)
        assert adam.post("/personal/brev/", {"person": [str(pia.id)]}).status_code == 200

    def test_nor_may_staff_print_the_code_of_a_guardian_who_leads(self, cast: Cast, log_in: LogIn) -> None:
        leader = new("Lisa")
        guard(leader, cast.elsa)
        employ(leader, Kind.PRINCIPAL, preschool=cast.sjostjarnan)
        letters = f"/avdelning/{cast.blasippan.id}/inbjudningar/brev/"
        assert log_in(cast.maria).post(letters, {"person": [str(leader.id)]}).status_code == 422

    def test_protected_staff_get_a_letter_by_hand(self, cast: Cast, pia: User, log_in: LogIn) -> None:
        protect_person(person=pia, level=Protection.CONFIDENTIAL, now=clock.now())
        eva = log_in(cast.eva)
        page = eva.get(base(cast)).content.decode()
        review = eva.post(base(cast) + "granska/", {"vald": [str(pia.id)]}).content.decode()
        assert "Pia" not in page + review
        assert pia.full_name in page
        assert "lämna brevet personligen" in review
        refused = eva.post(base(cast) + "skicka/", {"person": [str(pia.id)], "vald": [str(pia.id)]})
        assert "Skriv ut brev till dem" in refused.content.decode()
        assert eva.post(base(cast) + "brev/", {"person": [str(pia.id)]}).status_code == 200

    def test_protected_meanwhile_nothing_is_sent(self, cast: Cast, pia: User, log_in: LogIn) -> None:
        log_in(cast.eva).post(base(cast) + "skicka/", {"person": [str(pia.id)]})
        protect_person(person=pia, level=Protection.PROTECTED, now=clock.now())
        send_waiting_letters(now=clock.now())
        assert mail.outbox == []

    def test_left_meanwhile_nothing_is_sent(self, cast: Cast, pia: User, log_in: LogIn) -> None:
        log_in(cast.eva).post(base(cast) + "skicka/", {"person": [str(pia.id)]})
        StaffRole.objects.filter(person=pia).update(ends_on=days.today() - timedelta(days=1))
        send_waiting_letters(now=clock.now())
        assert mail.outbox == []
        assert Letter.objects.get().given_up_at is not None

    def test_one_who_is_kept_from_a_child_works_all_the_same(self, cast: Cast, pia: User, log_in: LogIn) -> None:
        """A block is about the child: nobody here is told of it; the login opens that child no more than it did."""
        own = child("Otto", "Ny")
        place(own, cast.ekorren)
        guard(pia, own)
        Block.objects.create(child=own, person=pia, reason="x")
        log_in(cast.eva).post(base(cast) + "skicka/", {"person": [str(pia.id)]})
        send_waiting_letters(now=clock.now())
        assert len(mail.outbox) == 1
        assert log_in(pia).get(f"/barn/{own.id}/kontakter/").status_code == 404

    def test_a_frozen_account_leads_to_where_it_is_opened(self, cast: Cast, log_in: LogIn) -> None:
        services.freeze(person=cast.maria, now=clock.now())
        eva = log_in(cast.eva)
        row = row_of("Maria Berg", eva.get(base(cast)).content.decode())
        assert "Har stängt sin inloggning" in row
        assert 'href="/frysta/"' in row
        assert eva.post(base(cast) + "brev/", {"person": [str(cast.maria.id)]}).status_code == 422

    @pytest.mark.parametrize(
        ("sent", "told"),
        [
            ({}, "Välj minst en person"),
            ({"person": "nonsens"}, "Välj minst en person"),
            ({"person": "01900000-0000-7000-8000-000000000000"}, "Ingen blev inbjuden"),
        ],
    )
    def test_what_is_wrong_is_said(self, cast: Cast, log_in: LogIn, sent: dict[str, str], told: str) -> None:
        for part in ("brev/", "skicka/"):
            answer = log_in(cast.eva).post(base(cast) + part, sent)
            assert answer.status_code == 422
            assert told in answer.content.decode()

    def test_the_menu_leads_here_and_on(self, cast: Cast, log_in: LogIn) -> None:
        employ(cast.eva, Kind.PRINCIPAL, preschool=cast.sjostjarnan)
        eva = log_in(cast.eva)
        home = eva.get("/").content.decode()
        assert f'href="{base(cast)}"' in home
        assert 'href="/frysta/"' in home
        assert f'href="/forskola/{cast.sjostjarnan.id}/personal/"' in eva.get(base(cast)).content.decode()


class TestLeaders:
    def test_it_works(self, cast: Cast, log_in: LogIn) -> None:
        rektor = new("Rut")
        employ(rektor, Kind.PRINCIPAL, area=cast.area)
        adam = log_in(cast.administrator)
        page = adam.get("/personal/").content.decode()
        assert "Rektor, Rektorsområde Öster" in row_of("Rut Ny", page)
        assert "Kommunikatör" in row_of("Klara Nord", page)
        assert "Maria Berg" not in page  # staff are their principal's to invite
        review = adam.post("/personal/granska/", {"vald": [str(rektor.id)]}).content.decode()
        assert "1 person kan bjudas in" in review
        assert adam.post("/personal/skicka/", {"person": [str(rektor.id)]}).status_code == 302
        send_waiting_letters(now=clock.now())
        assert mail.outbox[0].to == [rektor.email]

    def test_who_may(self, cast: Cast, log_in: LogIn) -> None:
        role = cast.communicator.staff_roles.get()
        for who in (cast.eva, cast.maria, cast.amina, cast.communicator, cast.archivist):
            browser = log_in(who)
            assert browser.get("/personal/").status_code == 404
            for part in ("granska/", "brev/", "skicka/", "roll/", f"roll/{role.id}/avsluta/"):
                assert browser.post(f"/personal/{part}").status_code == 404
        assert StaffRole.objects.filter(pk=role.pk).exists()

    def test_the_menu_leads_here(self, cast: Cast, log_in: LogIn) -> None:
        home = log_in(cast.administrator).get("/").content.decode()
        assert 'href="/personal/"' in home
        assert 'href="/frysta/"' in home


NUMBER = "198503052386"
GIVEN = {"kind": "communicator", "name": "Kim af Ny", "email": "kim@example.org", "personal_number": "850305-2386"}


def test_people_are_found_by_name(cast: Cast, log_in: LogIn) -> None:
    """At a preschool and for the municipality; who has protected identity is found by no search."""
    eva, adam = log_in(cast.eva), log_in(cast.administrator)
    shown = eva.get(f"{base(cast)}?namn=berg MARIA").content.decode()
    assert "Maria Berg" in shown
    assert "Viktor Vik" not in shown
    assert "Ingen med det namnet" in eva.get(f"{base(cast)}?namn=ingen").content.decode()
    leaders = adam.get("/personal/?namn=ulf").content.decode()
    row_of("Ulf Gran", leaders)
    assert not re.search(r'<li class="family">(?:(?!</li>).)*Eva Sandström', leaders, re.DOTALL)
    protect_person(person=cast.maria, level=Protection.PROTECTED, now=clock.now())
    assert cast.maria.full_name not in eva.get(f"{base(cast)}?namn={cast.maria.given_name}").content.decode()


class TestMunicipalRoles:
    def test_a_new_person_gets_a_role_and_then_a_letter(self, cast: Cast, log_in: LogIn) -> None:
        adam = log_in(cast.administrator)
        assert adam.post("/personal/roll/", GIVEN).status_code == 302
        kim = User.objects.with_email("kim@example.org").get()
        assert (kim.given_name, kim.family_name, kim.staff_roles.get().kind) == ("Kim", "af Ny", "communicator")
        given = AuditEntry.objects.get(action="role.given")
        assert (given.person_id, given.about) == (
            cast.administrator.id,
            {"to": str(kim.id), "kind": "communicator"},
        )
        assert "Inte inbjuden" in row_of("Kim af Ny", adam.get("/personal/").content.decode())
        adam.post("/personal/skicka/", {"person": [str(kim.id)]})
        send_waiting_letters(now=clock.now())
        assert "0000" not in str(mail.outbox[0].body)

    def test_the_number_finds_the_person_and_is_never_shown(self, cast: Cast, log_in: LogIn) -> None:
        """Encrypted, with a blind index: the invitation asks for it, and municipal sign-on finds the person by it."""
        adam = log_in(cast.administrator)
        page = adam.post("/personal/roll/", GIVEN, follow=True).content.decode()
        kim = User.objects.with_personal_number(NUMBER).get()
        assert kim.email == "kim@example.org"
        assert services.is_last_four(person=kim, last_four="2386")
        with connection.cursor() as cursor:
            cursor.execute("SELECT personal_number FROM accounts_user WHERE personal_number <> ''")
            assert all("2386" not in row[0] for row in cursor.fetchall())
        for shown in (page, str(list(AuditEntry.objects.values_list("about", flat=True)))):
            assert "2386" not in shown

    def test_a_known_number_gives_the_role_under_the_same_name_only(self, cast: Cast, log_in: LogIn) -> None:
        """A wrong digit gives no role to a stranger, and nobody learns who has a number."""
        adam = log_in(cast.administrator)
        cast.amina.personal_number = NUMBER
        cast.amina.save()
        for other in (GIVEN, GIVEN | {"email": cast.maria.email}):
            answer = adam.post("/personal/roll/", other)
            assert answer.status_code == 422
            assert "Numret går inte att använda med namnet" in answer.content.decode()
            assert "Amina" not in answer.content.decode()
        assert adam.post("/personal/roll/", GIVEN | {"name": "amina lind"}).status_code == 302
        assert cast.amina.staff_roles.get().kind == "communicator"
        cast.amina.refresh_from_db()
        assert cast.amina.email == "amina.lind@example.org", "the own address stays"

    def test_twice_is_once(self, cast: Cast, log_in: LogIn) -> None:
        adam = log_in(cast.administrator)
        for _time in range(2):
            assert adam.post("/personal/roll/", GIVEN).status_code == 302
        assert User.objects.with_email("kim@example.org").get().staff_roles.count() == 1
        assert AuditEntry.objects.filter(action="role.given").count() == 1

    def test_somebody_who_is_here_already_keeps_everything(self, cast: Cast, log_in: LogIn) -> None:
        answer = log_in(cast.administrator).post(
            "/personal/roll/",
            GIVEN | {"kind": "archivist", "name": "X", "email": "MARIA.berg@example.org"},
            follow=True,
        )
        assert "Maria Berg har fått rollen: Arkivarie." in answer.content.decode()
        assert set(cast.maria.staff_roles.values_list("kind", flat=True)) == {"staff", "archivist"}
        cast.maria.refresh_from_db()
        assert (cast.maria.full_name, cast.maria.personal_number) == ("Maria Berg", NUMBER)

    def test_an_address_does_not_tell_who_hides_behind_an_alias(self, cast: Cast, log_in: LogIn) -> None:
        hidden = person("Zita", "Hemlig")
        protect_person(person=hidden, level=Protection.PROTECTED, now=clock.now())
        answer = log_in(cast.administrator).post("/personal/roll/", GIVEN | {"email": "zita.hemlig@example.org"})
        assert answer.status_code == 422
        assert "går inte att använda" in answer.content.decode()
        assert hidden.full_name not in answer.content.decode()
        assert not hidden.staff_roles.exists()

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"kind": ""}, "Välj en roll."),
            ({"kind": "principal"}, "Välj en av rollerna."),
            ({"name": " "}, "Skriv personens namn."),
            ({"personal_number": ""}, "Skriv personnumret"),
            ({"personal_number": "850305-2387"}, "kontrollsiffra"),
            ({"personal_number": "850305-T384"}, "inte ett tillfälligt nummer"),
            ({"email": "kim"}, "ser inte ut som en e-postadress"),
            ({"email": ""}, "Skriv adressen"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
        self, cast: Cast, log_in: LogIn, wrong: dict[str, str], told: str
    ) -> None:
        answer = log_in(cast.administrator).post("/personal/roll/", GIVEN | wrong)
        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert ("Kim af Ny" in answer.content.decode()) == ("name" not in wrong)
        assert not StaffRole.objects.filter(kind="principal", person__email_index=None).exists()
        assert not User.objects.with_email("kim@example.org").exists()

    def test_a_role_ends_at_once(self, cast: Cast, log_in: LogIn) -> None:
        second = person("Bo", "Byte")
        role = employ(second, Kind.ADMINISTRATOR)
        bo = log_in(second)
        assert bo.get("/personal/").status_code == 200
        answer = log_in(cast.administrator).post(f"/personal/roll/{role.id}/avsluta/", follow=True)
        assert "Bo Byte har inte längre rollen: Systemförvaltare." in answer.content.decode()
        assert bo.get("/personal/").status_code == 404
        ended = AuditEntry.objects.get(action="role.ended")
        assert (ended.person_id, ended.about) == (
            cast.administrator.id,
            {"of": str(second.id), "kind": "administrator"},
        )
        role.refresh_from_db()
        assert role.ends_on == days.today() - timedelta(days=1)

    def test_one_given_today_by_mistake_is_gone(self, cast: Cast, log_in: LogIn) -> None:
        adam = log_in(cast.administrator)
        adam.post("/personal/roll/", GIVEN)
        role = StaffRole.objects.get(person=User.objects.with_email("kim@example.org").get())
        adam.post(f"/personal/roll/{role.id}/avsluta/")
        assert not StaffRole.objects.filter(pk=role.pk).exists()
        adam.get("/personal/")  # what was said of it is said once
        assert "Kim af Ny" not in adam.get("/personal/").content.decode()
        assert adam.post(f"/personal/roll/{role.id}/avsluta/").status_code == 404

    def test_nobody_ends_the_own_role_so_one_administrator_stays(self, cast: Cast, log_in: LogIn) -> None:
        own = cast.administrator.staff_roles.get()
        answer = log_in(cast.administrator).post(f"/personal/roll/{own.id}/avsluta/", follow=True)
        assert "Du kan inte avsluta en egen roll" in answer.content.decode()
        own.refresh_from_db()
        assert own.ends_on is None

    def test_a_principals_role_is_the_registers(self, cast: Cast, log_in: LogIn) -> None:
        role = cast.eva.staff_roles.get()
        assert log_in(cast.administrator).post(f"/personal/roll/{role.id}/avsluta/").status_code == 404
