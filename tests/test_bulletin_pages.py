"""The pages of bulletins: a family's list, the house's form and figures, and those who try what is not theirs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Protection, User
from children import protection
from children.models import BackupPlacement, Guardianship, NamedReader, ProtectedIdentity
from messaging import set_phrases
from messaging.models import Bulletin, BulletinCopy, Incident
from messaging.selectors.bulletin_readers import Audience
from messaging.services.bulletin_release import release_due
from notifications.models import Delivery, Way
from portal.lib import clock, days
from tests.cast import Cast, child, guard, person, place, tablet
from tests.test_bulletins import send, sent, told
from tests.test_threads import two_homes

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
OnTablet = Callable[[str], Client]
WRITE = "/anslag/skriv/"


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def fields(cast: Cast, **more: str) -> dict[str, str]:
    return {
        "id": str(uuid4()),
        "where": f"avdelning:{cast.blasippan.pk}",
        "title": "Stängt tidigt",
        "text": "Vi stänger klockan tre.",
        "language": "sv",
        "when": "nu",
        "remind_after": "24",
    } | more


def seen_in(answer: Any) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', answer.content.decode())
    assert found
    return found.group(1)


def test_it_works(cast: Cast, log_in: LogIn) -> None:
    """F08: who reads is shown, it is sent, each guardian has it once, and the figures rise."""
    desk, phone = log_in(cast.maria), log_in(cast.amina)
    given = fields(cast, must_confirm="on")
    looked = desk.post(WRITE, given | {"do": "look"})
    page = text(looked)
    assert "Läses av 6 personer" in page
    for reader in ("Amina Lind", "Johan Lind", "Yasmin Aziz", "Maria Berg", "Viktor Vik", "Eva Sandström"):
        assert reader in page
    assert "Sara Hed" not in page
    assert not Bulletin.objects.exists()
    answer = desk.post(WRITE, given | {"do": "send", "seen": seen_in(looked)})
    made = Bulletin.objects.get()
    assert answer.headers["Location"] == f"/anslag/{made.pk}/"
    assert "Skickas om" in text(desk.get(f"/anslag/{made.pk}/"))
    assert phone.get(f"/anslag/{made.pk}/").status_code == 404

    Bulletin.objects.update(leaves_at=clock.now() - timedelta(seconds=1))
    release_due(now=clock.now())
    assert "0 av 3 har läst" in text(desk.get(f"/anslag/{made.pk}/"))
    assert "Stängt tidigt" in text(phone.get("/anslag/"))
    opened = text(phone.get(f"/anslag/{made.pk}/"))
    assert "Jag har läst" in opened
    assert "av 3 har läst" not in opened  # a family does not see who else has read
    stamp = "3.0.0.0"
    fresh = desk.get(f"/anslag/{made.pk}/siffror/?sedan={stamp}")
    assert "1 av 3 har läst" in text(fresh)
    assert desk.get(f"/anslag/{made.pk}/siffror/?sedan=3.1.0.0").status_code == 204
    assert phone.post(f"/anslag/{made.pk}/last/").status_code == 302
    assert "Du har bekräftat" in text(phone.get(f"/anslag/{made.pk}/"))
    assert "1 har bekräftat" in text(desk.get(f"/anslag/{made.pk}/"))
    left = text(desk.get(f"/anslag/{made.pk}/inte-last/"))
    assert "Johan Lind" in left
    assert "Amina Lind" not in left


class TestRefusals:
    def test_nothing_typed_is_lost(self, cast: Cast, log_in: LogIn) -> None:
        answer = log_in(cast.maria).post(WRITE, fields(cast, title="", text="Läng text", do="send"))
        assert answer.status_code == 422
        assert "Skriv en rubrik." in text(answer)
        assert "Läng text" in text(answer)

    def test_without_having_seen_who_reads_nothing_is_sent(self, cast: Cast, log_in: LogIn) -> None:
        for seen in ("", "6.deadbeef"):
            answer = log_in(cast.maria).post(WRITE, fields(cast, do="send", seen=seen))
            assert answer.status_code == 422
            assert "har ändrats" in text(answer)
        assert not Bulletin.objects.exclude(leaves_at=None).exists()

    def test_other_places_ids(self, cast: Cast, log_in: LogIn) -> None:
        """Another preschool's ids are none of the choices, whatever the form says."""
        desk = log_in(cast.maria)
        seen = seen_in(desk.post(WRITE, fields(cast, do="look")))
        for where in (
            f"avdelning:{cast.musslan.pk}",
            f"forskola:{cast.granliden.pk}",
            "kommun",
            f"omrade:{cast.area.pk}",
        ):
            assert desk.post(WRITE, fields(cast, where=where, do="send", seen=seen)).status_code == 422
        chosen = fields(cast, where=f"barn:{cast.blasippan.pk}", barn=str(cast.leo.pk), do="send", seen=seen)
        assert desk.post(WRITE, chosen).status_code == 422
        assert desk.get(f"/anslag/lasare/{cast.musslan.pk}/?till=avdelning:{cast.musslan.pk}").status_code == 404
        assert not Bulletin.objects.exists()

    def test_the_same_form_twice_sends_once(self, cast: Cast, log_in: LogIn) -> None:
        desk = log_in(cast.maria)
        given = fields(cast)
        given["seen"] = seen_in(desk.post(WRITE, given | {"do": "look"}))
        for _press in range(2):
            assert desk.post(WRITE, given | {"do": "send"}).status_code == 302
        Bulletin.objects.update(leaves_at=clock.now() - timedelta(seconds=1))
        release_due(now=clock.now())
        desk.post(WRITE, given | {"do": "send"})
        release_due(now=clock.now())
        assert Bulletin.objects.count() == 1
        assert BulletinCopy.objects.count() == 3

    def test_somebody_else_s_id(self, cast: Cast, log_in: LogIn) -> None:
        made = send(cast.jonas, Audience(department=cast.musslan))
        desk = log_in(cast.maria)
        given = fields(cast, id=str(made.pk))
        given["seen"] = seen_in(desk.post(WRITE, given | {"do": "look"}))
        assert desk.post(WRITE, given | {"do": "send"}).status_code == 404
        assert desk.post(WRITE, given | {"do": "draft"}).status_code == 404
        made.refresh_from_db()
        assert made.department == cast.musslan

    def test_no_tablet_writes(self, cast: Cast, on_tablet: OnTablet) -> None:
        from django.core import signing

        from children.tablets import PIN_COOKIE

        made, cookie = tablet(cast.blasippan)
        hall = on_tablet(cookie)
        hall.cookies[PIN_COOKIE] = signing.dumps([str(made.pk), str(cast.maria.pk)], salt="pin")
        assert hall.get(WRITE).status_code == 404
        bulletin = sent(cast.maria, Audience(department=cast.blasippan))
        assert "0 av 3 har läst" in text(hall.get(f"/anslag/{bulletin.pk}/"))
        elsewhere = sent(cast.jonas, Audience(department=cast.musslan))
        assert hall.get(f"/anslag/{elsewhere.pk}/").status_code == 404


def test_drafts_are_gone_on_with_and_thrown_away(cast: Cast, log_in: LogIn) -> None:
    desk = log_in(cast.maria)
    answer = desk.post(WRITE, fields(cast, title="", text="Halv", do="draft"))
    draft = Bulletin.objects.get()
    assert answer.headers["Location"] == f"/anslag/{draft.pk}/andra/"
    assert "Halv" in text(desk.get(f"/anslag/{draft.pk}/andra/"))
    assert "Utkast" in text(desk.get("/anslag/"))
    assert "Utkast" not in text(log_in(cast.eva).get("/anslag/"))
    desk.post(f"/anslag/{draft.pk}/ta-bort/")
    assert not Bulletin.objects.exists()


def test_scheduled_and_taken_back(cast: Cast, log_in: LogIn) -> None:
    desk = log_in(cast.maria)
    tomorrow = (days.today() + timedelta(days=1)).isoformat()
    given = fields(cast, when="sen", day=tomorrow, time="07:30")
    given["seen"] = seen_in(desk.post(WRITE, given | {"do": "look"}))
    assert desk.post(WRITE, given | {"day": "", "do": "send"}).status_code == 422
    desk.post(WRITE, given | {"do": "send"})
    made = Bulletin.objects.get()
    assert made.leaves_at
    assert days.local(made.leaves_at).strftime("%H:%M") == "07:30"
    assert "07:30" in text(desk.get("/anslag/"))
    assert desk.post(f"/anslag/{made.pk}/angra/").headers["Location"] == f"/anslag/{made.pk}/andra/"
    made.refresh_from_db()
    assert made.leaves_at is None


def test_chosen_children(cast: Cast, log_in: LogIn) -> None:
    desk = log_in(cast.maria)
    where = {"where": f"barn:{cast.blasippan.pk}"}
    first = text(desk.post(WRITE, fields(cast, do="look", **where)))
    assert "Välj barn, så visas vilka som läser." in first
    assert str(cast.noor.pk) in first
    assert str(cast.leo.pk) not in first
    given = fields(cast, barn=str(cast.noor.pk), **where)
    looked = desk.post(WRITE, given | {"do": "look"})
    assert "Yasmin Aziz" in text(looked)
    assert "Amina Lind" not in text(looked)
    assert desk.post(WRITE, given | {"do": "send", "seen": seen_in(looked)}).status_code == 302


def test_many_readers_are_counted_by_place(cast: Cast, log_in: LogIn) -> None:
    for turn in range(120):
        one = child(f"Barn{turn}", "Nilsson")
        place(one, cast.blasippan)
        guard(User.objects.create(given_name=f"Vuxen{turn}"), one)
    page = text(log_in(cast.eva).post(WRITE, fields(cast, where=f"forskola:{cast.granliden.pk}", do="look")))
    assert "126 personer läser det här. Titta på listan en gång till." in page
    assert "Vuxen7" not in page
    address = f"/anslag/lasare/{cast.blasippan.pk}/?till=forskola%3A{cast.granliden.pk}"
    assert address in page
    names = text(log_in(cast.eva).get(address))
    assert "Vuxen7" in names
    everywhere = text(log_in(cast.communicator).post(WRITE, fields(cast, where="kommun", do="look")))
    assert "Förskolan Granliden" in everywhere
    assert "Vuxen" not in everywhere  # the communicator works with none of them
    assert log_in(cast.communicator).get(address).status_code == 404


def test_what_is_counted_at_a_place_is_what_is_unfolded_there(cast: Cast, log_in: LogIn) -> None:
    """Siblings in two departments, and a child that is away for some days: each list has as many as its number says."""
    for turn in range(60):
        place(one := child(f"Barn{turn}"), cast.blasippan)
        guard(person(f"Vuxen{turn}"), one)
    BackupPlacement.objects.create(
        child=cast.leo, department=cast.ekorren, starts_on=days.today(), ends_on=days.today() + timedelta(days=1)
    )
    eva, till = log_in(cast.eva), f"till=forskola%3A{cast.granliden.pk}"
    page = text(eva.post(WRITE, fields(cast, where=f"forskola:{cast.granliden.pk}", do="look")))
    for department, number in ((cast.blasippan, 63), (cast.ekorren, 3)):
        assert f'<strong>{department.name}</strong><span class="caption">Förskolan Granliden</span></span> ' in page
        assert f'<span class="number">{number}</span>' in page
        assert text(eva.get(f"/anslag/lasare/{department.pk}/?{till}")).count("Vårdnadshavare · ") == number
    assert "Sara Hed" in text(eva.get(f"/anslag/lasare/{cast.ekorren.pk}/?{till}"))
    house = text(eva.get(f"/anslag/lasare/personal/?{till}"))
    assert all(one in house for one in ("Maria Berg", "Viktor Vik", "Eva Sandström"))
    assert "Jonas Ek" not in house
    assert log_in(cast.maria).get(f"/anslag/lasare/personal/?{till}").status_code == 404
    assert eva.get(f"/anslag/lasare/{cast.blasippan.pk}/?till=avdelning%3A{cast.ekorren.pk}").status_code == 404


def test_somebody_new_and_two_homes_are_said_before_sending(cast: Cast, log_in: LogIn) -> None:
    """Since the last bulletin to the same department; of children who were chosen there is no last time."""
    sent(cast.maria, Audience(department=cast.blasippan))
    guard(person("Nya", "Mamman"), cast.noor)
    two_homes(cast)
    desk = log_in(cast.maria)
    page = text(desk.post(WRITE, fields(cast, do="look")))
    assert "En vårdnadshavare läser för första gången." in page
    assert "Vårdnadshavare · Noor A · ny sedan senast" in page
    assert "Ett barn har två hem. Båda läser." in page
    chosen = fields(cast, where=f"barn:{cast.blasippan.pk}", barn=str(cast.noor.pk), do="look")
    assert "för första gången" not in text(desk.post(WRITE, chosen))


def test_nobody_who_is_not_named_is_warned_of_a_protected_family(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 6.1: not of the family, not of its homes; a named reader is, however many read."""
    two_homes(cast)
    for turn in range(60):
        place(one := child(f"Barn{turn}"), cast.blasippan)
        guard(person(f"Vuxen{turn}"), one)
    protection.protect_child(child=cast.elsa, level=Protection.CONFIDENTIAL, now=clock.now())
    where = {"where": f"forskola:{cast.granliden.pk}", "do": "look"}
    page = text(log_in(cast.eva).post(WRITE, fields(cast, **where)))
    assert "63 vårdnadshavare och" in page
    assert "skyddade uppgifter läser" not in page
    assert "två hem" not in page
    NamedReader.objects.create(
        identity=ProtectedIdentity.objects.get(child=cast.elsa), reader=cast.eva, starts_on=days.today()
    )
    named = text(log_in(cast.eva).post(WRITE, fields(cast, **where)))
    assert "En familj med skyddade uppgifter läser." in named
    assert "Ett barn har två hem. Båda läser." in named


def test_the_sender_hears_whom_it_disturbs(cast: Cast, log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.selectors.bulletin_preview.number_quiet", lambda _people, number, _now: number)
    desk = log_in(cast.maria)
    assert "störs ändå" not in text(desk.post(WRITE, fields(cast, do="look")))
    assert "3 vårdnadshavare vill vara ostörda nu och störs ändå." in text(
        desk.post(WRITE, fields(cast, do="look", is_urgent="on"))
    )
    sent(cast.eva, Audience(preschool=cast.granliden))
    assert "Till familjerna på Blåsippan har det gått 1 avisering den senaste veckan." in text(
        desk.post(WRITE, fields(cast, do="look"))
    )


def test_withdrawn_it_says_nothing_to_anybody(cast: Cast, log_in: LogIn) -> None:
    made = sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True)
    phone, desk = log_in(cast.amina), log_in(cast.maria)
    assert "Stängt tidigt" in text(phone.get("/nytt/"))
    assert desk.post(f"/anslag/{made.pk}/aterkalla/").status_code == 302
    for browser in (phone, desk, log_in(cast.eva)):
        for address in (f"/anslag/{made.pk}/", "/anslag/", "/nytt/"):
            page = text(browser.get(address))
            assert "Stängt tidigt" not in page
            assert "klockan tre" not in page
    assert Incident.objects.get().bulletin == made
    assert "återkallat" in text(log_in(cast.eva).get("/nytt/"))
    told = text(phone.get("/nytt/"))
    assert "Ett återkallat anslag" in told
    assert "Anslag: " not in told
    answer = phone.post(f"/anslag/{made.pk}/last/", follow=True)
    assert answer.redirect_chain == [(f"/anslag/{made.pk}/", 302)]
    assert "Förskolan har återkallat anslaget. Du behöver inte bekräfta något." in text(answer)


def test_a_set_phrase_is_read_in_the_own_language(cast: Cast, log_in: LogIn) -> None:
    phrase = next(one for one in set_phrases.phrases() if not one.is_for_families)
    made = sent(cast.maria, Audience(department=cast.blasippan), text=phrase.text("sv"), phrase=phrase.key)
    cast.amina.reads_in = "pl"
    cast.amina.save()
    assert phrase.text("pl").split()[0] in text(log_in(cast.amina).get(f"/anslag/{made.pk}/"))
    assert phrase.text("sv").split()[0] in text(log_in(cast.johan).get(f"/anslag/{made.pk}/"))


def test_nothing_remains_when_guardianship_ends(cast: Cast, log_in: LogIn) -> None:
    made = sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True)
    phone = log_in(cast.johan)
    assert phone.get(f"/anslag/{made.pk}/").status_code == 200
    Guardianship.objects.filter(guardian=cast.johan).update(ends_on=days.today() - timedelta(days=1))
    assert phone.get(f"/anslag/{made.pk}/").status_code == 404
    assert phone.post(f"/anslag/{made.pk}/last/").status_code == 404
    assert "Stängt tidigt" not in text(phone.get("/anslag/"))
    assert "Stängt tidigt" not in text(phone.get("/nytt/"))


def test_reading_marks_the_notice_as_read(cast: Cast, log_in: LogIn) -> None:
    made = sent(cast.maria, Audience(department=cast.blasippan))
    log_in(cast.amina).get(f"/anslag/{made.pk}/")
    assert not Delivery.objects.filter(person=cast.amina, event=made.pk, way=Way.IN_APP, read_at=None).exists()


def test_what_nobody_sees_is_not_read(cast: Cast, log_in: LogIn) -> None:
    """F08: a page fetched ahead, or only asked after, tells nobody that the family knows."""
    made = sent(cast.maria, Audience(department=cast.blasippan))
    phone, address = log_in(cast.amina), f"/anslag/{made.pk}/"
    phone.get(address, headers={"Sec-Purpose": "prefetch;prerender"})
    phone.head(address)
    copy = BulletinCopy.objects.filter(bulletin=made, guardian=cast.amina)
    assert copy.get().read_at is None
    phone.get(address)
    assert copy.get().read_at


def test_somebody_who_works_here_and_has_a_child_here(cast: Cast, log_in: LogIn) -> None:
    guard(cast.maria, cast.leo)
    made = sent(cast.ulf, Audience(preschool=cast.sjostjarnan), must_confirm=True)
    both = log_in(cast.maria)
    assert "/anslag/mina/" in text(both.get("/anslag/"))
    assert "Stängt tidigt" in text(both.get("/anslag/mina/"))
    page = text(both.get(f"/anslag/{made.pk}/"))
    assert "Jag har läst" in page
    assert "har läst</strong>" not in page
    assert both.get(f"/anslag/{made.pk}/ringlista/").status_code == 404


def test_a_new_family_that_was_written_to_by_name(cast: Cast, log_in: LogIn) -> None:
    tor = person("Tor")
    made = sent(cast.maria, Audience(child_ids=frozenset({cast.noor.pk})))
    assert log_in(tor).get(f"/anslag/{made.pk}/").status_code == 404
    guard(tor, cast.noor, starts_on=days.today())
    assert log_in(tor).get(f"/anslag/{made.pk}/").status_code == 200


def test_whoever_works_with_none_of_them_is_told_how_many_are_left(cast: Cast, log_in: LogIn) -> None:
    """F08: the communicator knows no names, and is not told that all have read."""
    made = sent(cast.communicator, Audience(is_to_all=True))
    page = text(log_in(cast.communicator).get(f"/anslag/{made.pk}/inte-last/"))
    assert f"{made.copies.count()} har inte läst" in page
    assert "Namnen ser de som arbetar med barnen" in page
    assert "Lind" not in page
    made.copies.update(read_at=clock.now())
    assert "Ingen är kvar" in text(log_in(cast.communicator).get(f"/anslag/{made.pk}/inte-last/"))


def test_an_address_in_it_can_be_pressed(cast: Cast, log_in: LogIn) -> None:
    made = sent(cast.maria, Audience(department=cast.blasippan), text="Se https://kommun.example/lov.\n<b>Hej</b>")
    page = text(log_in(cast.amina).get(f"/anslag/{made.pk}/"))
    assert '<a href="https://kommun.example/lov" rel="noopener noreferrer nofollow ugc">' in page
    assert "&lt;b&gt;Hej" in page


@pytest.mark.parametrize("confirms", [False, True])
def test_who_has_opened_it_before_it_was_told_is_not_told(cast: Cast, log_in: LogIn, *, confirms: bool) -> None:
    """F08, F09: a worker comes some seconds after the first readers."""
    now = clock.now()
    made = send(cast.maria, Audience(department=cast.blasippan), now=now - timedelta(minutes=1), must_confirm=confirms)
    phone = log_in(cast.amina)
    phone.get(f"/anslag/{made.pk}/")
    if confirms:
        phone.post(f"/anslag/{made.pk}/last/")
    release_due(now=now)
    assert told(made) == ["Eva", "Johan", "Viktor", "Yasmin"]
    assert made.copies.get(guardian=cast.amina).read_at


def test_who_undoes_too_late_is_told_so_on_its_page(cast: Cast, log_in: LogIn) -> None:
    """Every press that comes after the half minute, and one that has been undone already, ends in a sentence."""
    desk = log_in(cast.maria)
    made = sent(cast.maria, Audience(department=cast.blasippan))
    late = desk.post(f"/anslag/{made.pk}/angra/", follow=True)
    assert late.redirect_chain == [(f"/anslag/{made.pk}/", 302)]
    assert "Anslaget har redan skickats. Du kan återkalla det." in text(late)
    waiting = send(cast.maria, Audience(department=cast.blasippan))
    for _press in range(2):
        assert "Inget har gått ut." in text(desk.post(f"/anslag/{waiting.pk}/angra/", follow=True))


def test_what_waits_looks_as_it_will_be_read(cast: Cast, log_in: LogIn) -> None:
    """An address in it can be pressed, and whoever reads it in two ways is counted once and said to be both."""
    guard(cast.maria, cast.noor)
    desk = log_in(cast.maria)
    made = send(cast.maria, Audience(department=cast.blasippan), text="Se https://kommun.example/lov.")
    assert '<a href="https://kommun.example/lov"' in text(desk.get(f"/anslag/{made.pk}/"))
    page = text(desk.post(WRITE, fields(cast, do="look")))
    assert "Läses av 6 personer" in page
    assert "4 vårdnadshavare och 3 som arbetar här, varav en är båda" in page
