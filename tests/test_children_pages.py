"""The pages of those who work with children: a child, the lists, contacts, guardians to confirm."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import AuditEntry, Protection, User
from children.access import Action, children_for
from children.actors import Actor
from children.models import Area, BackupPlacement, Block, Child, Contact, Guardianship, Preschool
from children.protection import protect_child, protect_person
from portal.lib import clock, days, live
from tests.cast import Cast, child, guard, local, person, place, tablet

LogIn = Callable[[User], Client]
Commits = AbstractContextManager[list[Callable[[], object]]]


def text(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def family(cast: Cast) -> Cast:
    """Elsa's guardian can be reached, and her grandmother may collect her."""
    cast.amina.phone = "+46701234567"
    cast.amina.save()
    Contact.objects.create(child=cast.elsa, name="Karin Lind", relation="mormor", phone="+46311234567")
    cast.elsa.allergy = "Jordnötter"
    cast.elsa.save()
    return cast


class TestChildPage:
    def test_it_works(self, family: Cast, log_in: LogIn) -> None:
        page = text(log_in(family.maria), f"/barn/{family.elsa.id}/")
        for words in ("Elsa Lind", "17 maj 2022", "Blåsippan", "070-123 45 67", "Karin Lind", "mormor", "Jordnötter"):
            assert words in page
        assert "amina.lind@example.org" in page
        look = AuditEntry.objects.get(is_look=True, action="child.page")
        assert (look.person_id, look.children) == (family.maria.id, [str(family.elsa.id)])

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("vikar", 200),
            ("eva", 200),
            ("jonas", 404),
            ("ulf", 404),
            ("specialist", 404),
            ("administrator", 404),
            ("communicator", 404),
            ("archivist", 404),
            ("stranger", 404),
            ("neighbour", 404),
            ("amina", 403),
        ],
    )
    def test_who_may_open_it(self, cast: Cast, log_in: LogIn, who: str, status: int) -> None:
        assert log_in(getattr(cast, who)).get(f"/barn/{cast.elsa.id}/").status_code == status

    def test_personal_numbers_are_on_no_page(self, family: Cast, log_in: LogIn) -> None:
        Child.objects.filter(pk=family.elsa.pk).update(personal_number="202205172385")
        assert "2385" not in text(log_in(family.eva), f"/barn/{family.elsa.id}/")

    def test_a_tablet_asks_for_a_pin_first(self, family: Cast, on_tablet: Callable[[str], Client]) -> None:
        _tablet, cookie = tablet(family.blasippan)
        answer = on_tablet(cookie).get(f"/barn/{family.elsa.id}/")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/platta/pin/?next=")

    def test_allergy_is_written_and_the_board_told(
        self, family: Cast, log_in: LogIn, django_capture_on_commit_callbacks: Callable[..., Commits]
    ) -> None:
        before = live.stamp(family.blasippan.id).split(".")[0]
        with django_capture_on_commit_callbacks(execute=True):
            answer = log_in(family.maria).post(f"/barn/{family.elsa.id}/allergi/", {"allergy": " Mjölk "})
        assert answer.status_code == 302
        family.elsa.refresh_from_db()
        assert family.elsa.allergy == "Mjölk"
        assert live.stamp(family.blasippan.id).split(".")[0] != before

    def test_too_long_an_allergy_keeps_what_was_typed(self, family: Cast, log_in: LogIn) -> None:
        answer = log_in(family.maria).post(f"/barn/{family.elsa.id}/allergi/", {"allergy": "x" * 501})
        assert answer.status_code == 422
        assert "x" * 501 in answer.content.decode()
        family.elsa.refresh_from_db()
        assert family.elsa.allergy == "Jordnötter"

    def test_the_contacts_of_a_protected_guardian_are_shown_to_nobody(self, family: Cast, log_in: LogIn) -> None:
        protect_person(person=family.amina, level=Protection.CONFIDENTIAL, now=clock.now())
        page = text(log_in(family.maria), f"/barn/{family.elsa.id}/")
        assert "Amina" not in page
        assert "070-123" not in page
        assert "amina.lind@example.org" not in page
        assert family.amina.full_name in page


class TestLists:
    def test_it_works(self, cast: Cast, log_in: LogIn) -> None:
        page = text(log_in(cast.maria), f"/avdelning/{cast.blasippan.id}/barn/")
        assert "Elsa Lind" in page
        assert "Noor Aziz" in page
        assert "Hugo" not in page

    def test_the_principal_sees_the_whole_preschool(self, cast: Cast, log_in: LogIn) -> None:
        page = text(log_in(cast.eva), f"/forskola/{cast.granliden.id}/barn/")
        assert "Elsa Lind" in page
        assert "Hugo Lind" in page
        assert "Leo" not in page

    def test_search_by_name(self, cast: Cast, log_in: LogIn) -> None:
        child_with_ring = child("Åke", "Öst")
        place(child_with_ring, cast.blasippan)
        page = text(log_in(cast.maria), f"/avdelning/{cast.blasippan.id}/barn/?namn=åke")
        assert "Åke Öst" in page
        assert "Elsa" not in page
        assert "Inget barn med det namnet" in text(log_in(cast.maria), f"/avdelning/{cast.blasippan.id}/barn/?namn=xy")

    def test_who_may_see_the_list(self, cast: Cast, log_in: LogIn) -> None:
        address = f"/avdelning/{cast.blasippan.id}/barn/"
        for who, status in ((cast.vikar, 200), (cast.jonas, 404), (cast.ulf, 404), (cast.amina, 404)):
            text(log_in(who), address, status)
        for who, status in ((cast.maria, 404), (cast.ulf, 404), (cast.amina, 404)):
            text(log_in(who), f"/forskola/{cast.granliden.id}/barn/", status)

    def test_a_child_moves_department(self, cast: Cast, log_in: LogIn) -> None:
        """B05: from that date the new department sees it and the old one does not; the guardians notice nothing."""
        today = days.today()
        cast.elsa.placements.update(ends_on=today - timedelta(days=1))
        place(cast.elsa, cast.musslan, starts_on=today)
        assert "Elsa" not in text(log_in(cast.maria), f"/avdelning/{cast.blasippan.id}/barn/")
        text(log_in(cast.maria), f"/barn/{cast.elsa.id}/", 404)
        assert "Elsa" in text(log_in(cast.jonas), f"/avdelning/{cast.musslan.id}/barn/")
        assert "Elsa" in text(log_in(cast.amina), f"/barn/{cast.elsa.id}/kontakter/")

    def test_a_backup_placement_lists_the_child_once(self, cast: Cast, log_in: LogIn) -> None:
        """B06: a child in a backup placement is listed once, in the backup department."""
        today = days.today()
        BackupPlacement.objects.create(child=cast.elsa, department=cast.ekorren, starts_on=today, ends_on=today)
        assert "Elsa" not in text(log_in(cast.maria), f"/avdelning/{cast.blasippan.id}/barn/")
        page = text(log_in(cast.eva), f"/forskola/{cast.granliden.id}/barn/")
        assert page.count("Elsa Lind") == 1
        assert "Ekorren" in page


class TestContacts:
    VALUES = {"name": "Karin Lind", "relation": "mormor", "phone": "070-123 45 67", "may_collect": "on"}

    def test_a_guardian_adds_somebody_and_the_tablet_shows_it_at_once(
        self, cast: Cast, log_in: LogIn, django_capture_on_commit_callbacks: Callable[..., Commits]
    ) -> None:
        """B10: the department's stamp changes, so every board asks for its rows anew."""
        before = live.stamp(cast.blasippan.id).split(".")[0]
        with django_capture_on_commit_callbacks(execute=True):
            answer = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/kontakter/", self.VALUES)
        assert answer.status_code == 302
        assert live.stamp(cast.blasippan.id).split(".")[0] != before
        contact = Contact.objects.get(child=cast.elsa)
        assert (contact.name, contact.phone, contact.may_collect) == ("Karin Lind", "+46701234567", True)
        assert "Karin Lind" in text(log_in(cast.maria), f"/barn/{cast.elsa.id}/")

    def test_what_is_wrong_is_said_on_the_field_and_what_was_typed_stays(self, cast: Cast, log_in: LogIn) -> None:
        answer = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/kontakter/", self.VALUES | {"phone": "ring mig"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Numret ser inte rätt ut" in page
        assert "ring mig" in page
        assert "Karin Lind" in page
        assert not Contact.objects.exists()

    def test_removing(self, cast: Cast, log_in: LogIn) -> None:
        contact = Contact.objects.create(child=cast.elsa, name="Karin", relation="mormor", phone="+46701234567")
        address = f"/barn/{cast.elsa.id}/kontakter/{contact.id}/bort/"
        assert log_in(cast.neighbour).post(address).status_code == 404
        assert log_in(cast.maria).post(address).status_code == 403
        assert log_in(cast.johan).post(address).status_code == 302
        assert "Karin" not in text(log_in(cast.amina), f"/barn/{cast.elsa.id}/kontakter/").replace("Karin Lind", "")

    def test_not_more_than_anybody_can_overlook(self, cast: Cast, log_in: LogIn) -> None:
        for number in range(12):
            Contact.objects.create(child=cast.elsa, name=f"Nr {number}", relation="granne")
        answer = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/kontakter/", self.VALUES)
        assert "Det finns redan 12 kontakter" in answer.content.decode()


class TestPendingGuardians:
    """B03: a guardianship that the import brings is pending: the guardian sees nothing until staff confirm.

    Who is written to: `tests.test_attendance_telling`.
    """

    @pytest.fixture
    def newcomer(self, cast: Cast) -> User:
        newcomer = person("Nils", "Lind")
        guard(newcomer, cast.elsa, confirmed=False)
        return newcomer

    def test_pending_opens_nothing_and_confirming_does(self, cast: Cast, newcomer: User, log_in: LogIn) -> None:
        address = f"/barn/{cast.elsa.id}/kontakter/"
        text(log_in(newcomer), address, 404)
        page = text(log_in(cast.maria), f"/avdelning/{cast.blasippan.id}/vardnadshavare/")
        assert "Nils Lind" in page
        assert "Det här öppnar du" in page
        row = Guardianship.objects.get(guardian=newcomer)
        answer = log_in(cast.maria).post(
            f"/avdelning/{cast.blasippan.id}/vardnadshavare/", {"guardianship": [str(row.id)]}
        )
        assert answer.status_code == 302
        row.refresh_from_db()
        assert row.confirmed_by == cast.maria
        text(log_in(newcomer), address)

    def test_it_is_neither_for_substitutes_nor_for_strangers(self, cast: Cast, newcomer: User, log_in: LogIn) -> None:
        row = Guardianship.objects.get(guardian=newcomer)
        values = {"guardianship": [str(row.id)]}
        assert log_in(cast.vikar).post(f"/avdelning/{cast.blasippan.id}/vardnadshavare/", values).status_code == 403
        assert log_in(cast.jonas).post(f"/avdelning/{cast.blasippan.id}/vardnadshavare/", values).status_code == 404
        assert log_in(cast.jonas).post(f"/avdelning/{cast.musslan.id}/vardnadshavare/", values).status_code == 404
        row.refresh_from_db()
        assert row.confirmed_at is None

    def test_all_or_none(self, cast: Cast, newcomer: User, log_in: LogIn) -> None:
        own = Guardianship.objects.get(guardian=newcomer)
        guard(newcomer, cast.leo, confirmed=False)
        foreign = Guardianship.objects.get(guardian=newcomer, child=cast.leo)
        values = {"guardianship": [str(own.id), str(foreign.id)]}
        assert log_in(cast.maria).post(f"/avdelning/{cast.blasippan.id}/vardnadshavare/", values).status_code == 404
        assert not Guardianship.objects.confirmed().filter(guardian=newcomer).exists()

    @pytest.mark.usefixtures("newcomer")
    def test_the_overview_counts_by_department(self, cast: Cast, log_in: LogIn) -> None:
        assert "1 väntar" in text(log_in(cast.eva), "/vardnadshavare/")
        text(log_in(cast.amina), "/vardnadshavare/", 404)


class TestBlocks:
    """B04: a blocked guardian is shut out at the next request.

    That they are never written to: `tests.test_attendance_telling`.
    """

    def test_blocked_and_let_in_again(self, cast: Cast, log_in: LogIn) -> None:
        johan, address = log_in(cast.johan), f"/barn/{cast.elsa.id}/kontakter/"
        text(johan, address)
        page = text(log_in(cast.eva), f"/barn/{cast.elsa.id}/sparr/")
        assert "ser ingenting om barnet" in page
        values = {"person": str(cast.johan.id), "reason": "Beslut i tingsrätten"}
        assert log_in(cast.eva).post(f"/barn/{cast.elsa.id}/sparr/", values).status_code == 302
        text(johan, address, 404)
        text(johan, f"/barn/{cast.hugo.id}/kontakter/")  # the sibling is not concerned
        shown = text(log_in(cast.eva), f"/barn/{cast.elsa.id}/")
        assert "Beslut i tingsrätten" in shown
        assert "Beslut i tingsrätten" not in text(log_in(cast.maria), f"/barn/{cast.elsa.id}/")
        row = Block.objects.get()
        assert log_in(cast.eva).post(f"/barn/{cast.elsa.id}/sparr/{row.id}/hav/").status_code == 302
        text(johan, address)

    def test_it_outlives_a_new_guardianship(self, cast: Cast, log_in: LogIn) -> None:
        Block.objects.create(child=cast.elsa, person=cast.johan, reason="x")
        Guardianship.objects.filter(guardian=cast.johan).delete()
        guard(cast.johan, cast.elsa)
        text(log_in(cast.johan), f"/barn/{cast.elsa.id}/kontakter/", 404)

    def test_only_the_principal_and_with_a_reason(self, cast: Cast, log_in: LogIn) -> None:
        values = {"person": str(cast.johan.id), "reason": ""}
        for who, status in ((cast.maria, 403), (cast.amina, 403), (cast.ulf, 404), (cast.eva, 422)):
            answer = log_in(who).post(f"/barn/{cast.elsa.id}/sparr/", values)
            assert answer.status_code == status
        assert not Block.objects.exists()

    def test_nobody_but_a_guardian_is_blocked(self, cast: Cast, log_in: LogIn) -> None:
        values = {"person": str(cast.stranger.id), "reason": "x"}
        assert log_in(cast.eva).post(f"/barn/{cast.elsa.id}/sparr/", values).status_code == 422


class TestGrants:
    """B09: somebody gets access to one child for two weeks; on the day after, the door is closed."""

    def values(self, **more: object) -> dict[str, object]:
        today = days.today()
        return {
            "email": "stina.mark@example.org",
            "actions": ["see_file"],
            "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=13)).isoformat(),
        } | more

    def test_it_works_and_ends(self, cast: Cast, log_in: LogIn) -> None:
        text(log_in(cast.specialist), f"/barn/{cast.elsa.id}/", 404)
        assert log_in(cast.eva).post(f"/barn/{cast.elsa.id}/behorighet/", self.values()).status_code == 302
        text(log_in(cast.specialist), f"/barn/{cast.elsa.id}/")
        text(log_in(cast.specialist), f"/barn/{cast.noor.id}/", 404)
        assert "Stina Mark" in text(log_in(cast.eva), f"/barn/{cast.elsa.id}/behorighet/")
        with time_machine.travel(local(days.today() + timedelta(days=13), 9)):
            text(log_in(cast.specialist), f"/barn/{cast.elsa.id}/")
        with time_machine.travel(local(days.today() + timedelta(days=14), 9)):
            text(log_in(cast.specialist), f"/barn/{cast.elsa.id}/", 404)

    def test_withdrawn_at_once(self, cast: Cast, log_in: LogIn) -> None:
        log_in(cast.eva).post(f"/barn/{cast.elsa.id}/behorighet/", self.values())
        log_in(cast.eva).post(f"/barn/{cast.elsa.id}/behorighet/{cast.specialist.id}/bort/")
        text(log_in(cast.specialist), f"/barn/{cast.elsa.id}/", 404)

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"email": "okand@example.org"}, "Ingen med den adressen"),
            ({"email": "inte en adress"}, "ser inte ut som en e-postadress"),
            ({"actions": []}, "Välj minst en sak"),
            ({"actions": ["block"]}, "Välj bland det som står här"),
            ({"ends_on": "2020-01-01"}, "Sista dagen"),
            ({"ends_on": "igår"}, "Skriv dagen som"),
            ({"ends_on": "2199-01-01"}, "högst ett år"),
        ],
    )
    def test_what_is_wrong_is_said(self, cast: Cast, log_in: LogIn, more: dict[str, object], said: str) -> None:
        answer = log_in(cast.eva).post(f"/barn/{cast.elsa.id}/behorighet/", self.values(**more))
        assert answer.status_code == 422
        assert said in answer.content.decode()
        text(log_in(cast.specialist), f"/barn/{cast.elsa.id}/", 404)

    def test_staff_may_not_grant(self, cast: Cast, log_in: LogIn) -> None:
        assert log_in(cast.maria).post(f"/barn/{cast.elsa.id}/behorighet/", self.values()).status_code == 403


def test_a_guardian_sees_the_child_from_thirty_days_before(cast: Cast, log_in: LogIn) -> None:
    """B07: visible 30 days before the first placement, and not at 31: at home, in the schedule, on every own page."""
    _is_seen_from(30, cast, log_in)


def test_an_area_says_otherwise_from_when_a_child_is_seen_and_a_preschool_has_the_last_word(
    cast: Cast, log_in: LogIn
) -> None:
    """B07, DOMAIN 2.11: the area's ten days instead of the municipality's thirty, the preschool's sixty before both."""
    Area.objects.filter(preschools=cast.granliden).update(visible_before_days=10)
    _is_seen_from(10, cast, log_in)
    Preschool.objects.filter(pk=cast.granliden.pk).update(visible_before_days=60)
    _is_seen_from(60, cast, log_in)
    for days_before, names in ((60, True), (61, False)):
        coming = Child.objects.get(given_name=f"Nova{days_before}")
        assert children_for(Actor.of_person(cast.eva), Action.SEE_FILE).filter(pk=coming.pk).exists() == names


def _is_seen_from(last: int, cast: Cast, log_in: LogIn) -> None:
    for days_before, is_seen in ((last, True), (last + 1, False)):
        coming, parent = child(f"Nova{days_before}"), person(f"Petra{days_before}", "Ny")
        place(coming, cast.blasippan, starts_on=days.today() + timedelta(days=days_before))
        guard(parent, coming)
        browser = log_in(parent)
        for address in ("/", "/schema/"):
            assert (coming.given_name in text(browser, address)) == is_seen, address
        first_day = days.today() + timedelta(days=days_before)
        for page in ("kontakter/", "tider/", "franvaro/", f"dag/{first_day:%Y-%m-%d}/"):
            text(browser, f"/barn/{coming.id}/{page}", 200 if is_seen else 404)


def test_protected_children_are_found_by_no_search_and_have_no_birthday(cast: Cast, log_in: LogIn) -> None:
    """B08: not in search, not among birthdays; in the list under the alias."""
    today = days.today()
    Child.objects.filter(pk=cast.elsa.pk).update(birth_date=today.replace(year=today.year - 4))
    cast.elsa.refresh_from_db()
    browser, address = log_in(cast.maria), f"/avdelning/{cast.blasippan.id}/barn/"
    assert "Fyller år" in text(browser, address)
    protect_child(child=cast.elsa, level=Protection.PROTECTED, now=clock.now())
    page = text(browser, address)
    assert "Fyller år" not in page
    assert "Elsa" not in page
    assert cast.elsa.full_name in page
    assert cast.elsa.full_name not in text(browser, f"{address}?namn={cast.elsa.given_name}").replace("Sök", "")
