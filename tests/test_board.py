"""The department's board, through its front door: what it shows to whom, and what a press on it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import time_machine
from django.core import signing
from django.test import Client

from accounts.models import AuditEntry, Protection, User
from attendance.models import Absence, DayPlan, PlanningRule, Stay, TapEvent, WeekPlan
from attendance.rules import Reason
from attendance.services import report_absence
from children.actors import Actor
from children.models import Block, Child, Contact, Department, Tablet
from children.protection import protect_child
from children.tablets import PIN_COOKIE, revoke
from portal.lib import clock, days
from portal.lib.ids import uuid7
from tests import cast as people
from tests.cast import Cast

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

TUESDAY = date(2026, 10, 13)
OnTablet = Callable[[str], Client]
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def at_0842() -> Iterator[time_machine.Traveller]:
    """A Tuesday in October, at 08:42 on the preschool's clock."""
    with time_machine.travel(people.local(TUESDAY, 8, 42), tick=False) as traveller:
        yield traveller


@pytest.fixture
def paired(cast: Cast) -> tuple[Tablet, str]:
    """The tablet in Blåsippan's hall, and its cookie."""
    return people.tablet(cast.blasippan)


@pytest.fixture
def hall(paired: tuple[Tablet, str], on_tablet: OnTablet) -> Client:
    """Its browser, nobody's PIN."""
    return on_tablet(paired[1])


def give_pin(browser: Client, tablet: Tablet, person: User) -> Client:
    browser.cookies[PIN_COOKIE] = signing.dumps([str(tablet.id), str(person.id)], salt="pin")
    return browser


def plan(child: Child, starts: str, ends: str) -> WeekPlan:
    week = [[[starts, ends]]] * 5 + [[], []]
    return WeekPlan.objects.create(child=child, starts_on=days.monday_of(TUESDAY), weeks=[week])


def board(browser: Client, department: Department, query: str = "") -> str:
    answer = browser.get(f"/avdelning/{department.id}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def tile(html: str, child: Child) -> str:
    found = re.search(rf'<li class="tile [^>]*id="tile-{child.id}".*?</li>', html, re.DOTALL)
    assert found, f"no tile for {child.tile_name}"
    return found.group()


def counts(html: str) -> list[int]:
    """Expected, here, gone, absent."""
    return [int(figure) for figure in re.findall(r'id="count-\w+">.*?<strong>(\d+)</strong>', html, re.DOTALL)]


def press(browser: Client, kind: str, child: Child, *, state: str = "expected", event: UUID | None = None) -> Answer:
    """Press the tile as the page's script does."""
    fields = {kind: f"{child.id}.{state}", "event": str(event or uuid7())}
    return browser.post(f"/avdelning/{here(child).id}/tryck/", fields, headers={"HX-Request": "true"})


def here(child: Child) -> Department:
    placement = child.placements.get()
    return placement.department


def toast(answer: Answer) -> str:
    found = re.search(r'class="toast-text">(.*?)</p>', answer.content.decode(), re.DOTALL)
    assert found
    return found.group(1).strip()


def test_it_works(cast: Cast, hall: Client) -> None:
    plan(cast.elsa, "09:00", "16:00")
    plan(cast.noor, "08:00", "14:30")
    html = board(hall, cast.blasippan)
    assert "Väntas 09:00" in tile(html, cast.elsa)
    assert "Sen 42 min" in tile(html, cast.noor)
    assert html.index(f"tile-{cast.noor.id}") < html.index(f"tile-{cast.elsa.id}"), "the late one comes first"
    assert counts(html) == [2, 0, 0, 0]
    assert "08:42" in html
    assert "tis 13 oktober" in html
    assert f"tile-{cast.hugo.id}" not in html


def test_one_tap_in_one_tap_out(cast: Cast, hall: Client, at_0842: time_machine.Traveller) -> None:
    """E01: a child arrives with one tap and leaves with one tap; the counts follow; undo works for ten seconds."""
    plan(cast.elsa, "09:00", "16:00")
    answer = press(hall, "arrived", cast.elsa)
    assert "Här 08:42" in tile(answer.content.decode(), cast.elsa)
    assert toast(answer) == "Elsa L är här sedan 08:42"
    assert counts(board(hall, cast.blasippan)) == [1, 1, 0, 0]

    at_0842.move_to(people.local(TUESDAY, 15, 58))
    event = uuid7()
    answer = press(hall, "left", cast.elsa, state="present", event=event)
    assert toast(answer) == "Elsa L gick 15:58"
    assert counts(board(hall, cast.blasippan)) == [1, 0, 1, 0]

    at_0842.shift(9)
    answer = hall.post(f"/avdelning/{cast.blasippan.id}/angra/", {"event": str(event)}, headers={"HX-Request": "true"})
    assert toast(answer) == "Ångrat: Elsa L"
    assert counts(board(hall, cast.blasippan)) == [1, 1, 0, 0]


def test_undo_after_ten_seconds_asks_for_a_pin(
    cast: Cast, hall: Client, paired: tuple[Tablet, str], at_0842: time_machine.Traveller
) -> None:
    """E01: the ten seconds end; somebody with a PIN can take it back the same day."""
    event = uuid7()
    press(hall, "arrived", cast.elsa, event=event)
    at_0842.shift(11)
    address, fields = f"/avdelning/{cast.blasippan.id}/angra/", {"event": str(event)}
    answer = hall.post(address, fields, headers={"HX-Request": "true"})
    assert "Lås upp med PIN" in toast(answer)
    assert Stay.objects.count() == 1
    give_pin(hall, paired[0], cast.maria)
    assert toast(hall.post(address, fields, headers={"HX-Request": "true"})) == "Ångrat: Elsa L"
    assert not Stay.objects.exists()


def test_the_same_press_twice_is_one(cast: Cast, hall: Client) -> None:
    event = uuid7()
    first, second = (press(hall, "arrived", cast.elsa, event=event) for _time in range(2))
    assert toast(first) == toast(second)
    assert TapEvent.objects.count() == 1


def test_without_script_a_press_leads_back_and_can_be_undone(cast: Cast, hall: Client) -> None:
    html = board(hall, cast.blasippan)
    page = re.search(r'name="page" value="([^"]+)"', html)
    assert page
    fields = {"page": page.group(1), "arrived": f"{cast.elsa.id}.unplanned"}
    for _time in range(2):
        answer = hall.post(f"/avdelning/{cast.blasippan.id}/tryck/", fields)
        assert answer.status_code == 302
    assert TapEvent.objects.count() == 1, "a form sent twice is one press"
    html = hall.get(answer["Location"]).content.decode()
    assert "Elsa L är här sedan 08:42" in html
    undo = re.search(r'name="event" value="([^"]+)"', html)
    assert undo
    answer = hall.post(f"/avdelning/{cast.blasippan.id}/angra/", {"event": undo.group(1)})
    assert counts(hall.get(answer["Location"]).content.decode()) == [2, 0, 0, 0]


def test_two_tablets_tap_the_same_child(
    cast: Cast, hall: Client, on_tablet: OnTablet, at_0842: time_machine.Traveller
) -> None:
    """E02: one arrival; the other tablet says who and when, and it is no error."""
    other = on_tablet(people.tablet(cast.blasippan, "Entrén")[1])
    press(other, "arrived", cast.elsa)
    at_0842.shift(1)
    answer = press(hall, "arrived", cast.elsa)
    assert answer.status_code == 200
    assert toast(answer) == "Elsa L är redan inne: Entrén 08:42"
    assert "Här 08:42" in tile(answer.content.decode(), cast.elsa)
    assert Stay.objects.count() == 1


def test_a_tap_on_an_old_tile_is_answered_calmly(cast: Cast, hall: Client, at_0842: time_machine.Traveller) -> None:
    press(hall, "arrived", cast.elsa)
    at_0842.shift(60)
    press(hall, "left", cast.elsa, state="present")
    at_0842.shift(60)
    assert "redan" in toast(press(hall, "left", cast.elsa, state="present"))
    assert toast(press(hall, "arrived", cast.elsa, state="expected")) == "Elsa L gick redan 08:43. Inget är ändrat."
    at_0842.shift(1)
    assert "Här 08:44" in press(hall, "arrived", cast.elsa, state="left").content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"arrived": "x.expected", "event": "x"},
        {"arrived": "", "event": ""},
        {"do": "fly", "barn": "x"},
        {"arrived": "0190aaaa-0000-7000-8000-000000000000.expected"},  # no event
    ],
    ids=str,
)
def test_what_no_page_sends_is_refused(cast: Cast, hall: Client, fields: dict[str, str]) -> None:
    assert hall.post(f"/avdelning/{cast.blasippan.id}/tryck/", fields).status_code == 400
    assert not TapEvent.objects.exists()


def test_a_weekend_on_which_it_opens_is_a_day_as_others(
    cast: Cast, hall: Client, at_0842: time_machine.Traveller
) -> None:
    """DOMAIN 2.4: nobody is said to be closed out there, and whom nobody has planned is not absent."""
    plan(cast.elsa, "07:30", "16:00")
    at_0842.move_to(people.local(TUESDAY + timedelta(days=4), 8, 42))
    html = board(hall, cast.blasippan)
    assert (html.count("Stängt"), counts(html)) == (2, [0, 0, 0, 2])
    PlanningRule.objects.create(preschool=cast.granliden, opening=[["06:00", "18:30"]] * 7)
    html = board(hall, cast.blasippan)
    assert "Stängt" not in html
    assert "Inga tider" in html
    assert counts(html) == [1, 0, 0, 1], "Elsa's week says that she is off"


def test_a_child_becomes_late_by_itself(cast: Cast, hall: Client, at_0842: time_machine.Traveller) -> None:
    """E04: the minute is in the stamp, so the board learns of LATE though nobody touched anything."""
    plan(cast.elsa, "08:30", "16:00")
    html = board(hall, cast.blasippan)
    assert "Väntas 08:30" in tile(html, cast.elsa)
    stamp = re.search(r'data-stamp="([^"]+)"', html)
    assert stamp
    ask = f"/avdelning/{cast.blasippan.id}/nytt/?sedan={stamp.group(1)}"
    assert hall.get(ask).status_code == 204
    at_0842.move_to(people.local(TUESDAY, 8, 46))
    answer = hall.get(ask)
    assert answer.status_code == 200
    assert "Sen 16 min" in tile(answer.content.decode(), cast.elsa)


@pytest.mark.django_db(transaction=True)
def test_a_sick_report_shows_before_the_next_refresh(on_tablet: OnTablet) -> None:
    """D01: what a guardian reports at home renews the stamp of the department's board."""
    cast = Cast()
    hall = on_tablet(people.tablet(cast.blasippan)[1])
    stamp = re.search(r'data-stamp="([^"]+)"', board(hall, cast.blasippan))
    assert stamp
    report_absence(
        child_ids=[cast.elsa.id],
        starts_on=TUESDAY,
        ends_on=TUESDAY,
        reason=Reason.SICK,
        actor=Actor.of_person(cast.amina),
        now=clock.now(),
    )
    answer = hall.get(f"/avdelning/{cast.blasippan.id}/nytt/?sedan={stamp.group(1)}")
    assert answer.status_code == 200
    assert "Frånvarande" in tile(answer.content.decode(), cast.elsa)
    assert counts(answer.content.decode()) == [1, 0, 0, 1]


def _with_secrets(cast: Cast) -> None:
    cast.elsa.allergy = "Jordnötter, Epipen i skåpet"
    cast.elsa.save()
    DayPlan.objects.create(
        child=cast.elsa, day=TUESDAY, note="Ont i magen i natt", changed_at=clock.now(), intervals=[["09:00", "16:00"]]
    )
    Block.objects.create(child=cast.elsa, person=cast.johan, reason="Domstol")
    Contact.objects.create(child=cast.elsa, name="Gunilla Sten", relation="Mormor", phone="+46701234567")
    for child, reason, last in ((cast.noor, "sick", TUESDAY + timedelta(days=1)),):
        Absence.objects.create(child=child, starts_on=TUESDAY, ends_on=last, reason=reason)


SECRET = ("Jordn", "Epipen", "Allergi", "Ont i magen", "Lapp", "Hämtspärr", "Johan", "Sjuk", "sick", "Gunilla", "070-")


def test_the_hall_reads_nothing_about_health_or_custody(cast: Cast, hall: Client) -> None:
    """Without a PIN: absence without its reason, and one neutral mark (DOMAIN 3.14)."""
    _with_secrets(cast)
    html = board(hall, cast.blasippan)
    for word in SECRET:
        assert word not in html, word
    assert "Läs" in tile(html, cast.elsa)
    assert "Frånvarande" in tile(html, cast.noor)
    more = hall.get(f"/avdelning/{cast.blasippan.id}/barn/{cast.elsa.id}/").content.decode()
    for word in SECRET:
        assert word not in re.sub("Lappar, kontakter", "", more), word
    assert "Lås upp med PIN" in more


def test_how_long_an_absence_lasts_does_not_tell_its_reason(cast: Cast, hall: Client) -> None:
    tellings = []
    for reason in ("sick", "leave", "other"):
        absence = Absence.objects.create(
            child=cast.elsa, starts_on=TUESDAY, ends_on=TUESDAY + timedelta(days=1), reason=reason
        )
        tellings.append(tile(board(hall, cast.blasippan), cast.elsa))
        absence.delete()
    assert len(set(tellings)) == 1


def test_with_a_pin_the_board_tells_more(cast: Cast, hall: Client, paired: tuple[Tablet, str]) -> None:
    _with_secrets(cast)
    give_pin(hall, paired[0], cast.maria)
    html = board(hall, cast.blasippan)
    assert all(word in tile(html, cast.elsa) for word in ("Allergi", "Lapp", "Hämtspärr"))
    assert "Sjuk" in tile(html, cast.noor)
    answer = hall.get(f"/avdelning/{cast.blasippan.id}/barn/{cast.elsa.id}/", headers={"HX-Request": "true"})
    more = answer.content.decode()
    for word in ("Jordnötter", "Ont i magen", "Johan", "Gunilla Sten", "070-123 45 67"):
        assert word in more, word
    assert more.strip().startswith("<dialog")
    assert PIN_COOKIE in answer.cookies, "who does something stays"
    looks = AuditEntry.objects.filter(is_look=True, action="board.child")
    assert looks.get().person_id == cast.maria.id


def test_what_a_pin_opened_goes_away_with_it(
    cast: Cast, hall: Client, paired: tuple[Tablet, str], at_0842: time_machine.Traveller
) -> None:
    _with_secrets(cast)
    at_0842.move_to(people.local(TUESDAY, 8, 42))
    give_pin(hall, paired[0], cast.maria)
    stamp = re.search(r'data-stamp="([^"]+)"', board(hall, cast.blasippan))
    assert stamp
    ask = f"/avdelning/{cast.blasippan.id}/nytt/?sedan={stamp.group(1)}"
    answer = hall.get(ask)
    assert answer.status_code == 204
    assert PIN_COOKIE not in answer.cookies, "a board that asks by itself is nobody at the tablet"
    at_0842.shift(121)
    answer = hall.get(ask)
    assert answer.status_code == 200
    assert "Allergi" not in answer.content.decode()


def test_staff_report_absence_with_a_pin(cast: Cast, hall: Client, paired: tuple[Tablet, str]) -> None:
    address = f"/avdelning/{cast.blasippan.id}/barn/{cast.elsa.id}/franvaro/"
    assert hall.post(address, {"reason": "sick"}).status_code == 403
    give_pin(hall, paired[0], cast.maria)
    answer = hall.post(address, {"reason": "sick"}, headers={"HX-Request": "true"})
    assert toast(answer) == "Elsa L är anmäld frånvarande idag"
    absence = Absence.objects.get()
    assert (absence.reason, absence.is_by_staff, absence.reported_by) == ("sick", True, cast.maria)


def test_absence_of_a_child_that_is_here_is_refused_in_the_dialog(
    cast: Cast, hall: Client, paired: tuple[Tablet, str]
) -> None:
    """D04: the same on the tablet."""
    give_pin(hall, paired[0], cast.maria)
    press(hall, "arrived", cast.elsa)
    address = f"/avdelning/{cast.blasippan.id}/barn/{cast.elsa.id}/franvaro/"
    answer = hall.post(address, {"reason": "sick"}, headers={"HX-Request": "true"})
    assert "Elsa är här sedan 08:42" in answer.content.decode()
    assert not Absence.objects.exists()


def test_several_come_in_at_once(cast: Cast, hall: Client) -> None:
    html = board(hall, cast.blasippan, f"?valj=1&barn={cast.elsa.id}")
    assert "checked" in tile(html, cast.elsa)
    assert "checked" not in tile(html, cast.noor)
    fields = {"do": "arrived", "page": str(uuid7()), "barn": [f"{c.id}.expected" for c in (cast.elsa, cast.noor)]}
    press(hall, "arrived", cast.noor)
    answer = hall.post(f"/avdelning/{cast.blasippan.id}/flera/", fields, headers={"HX-Request": "true"})
    assert toast(answer) == "1 barn är här. 1 var redan inne."
    assert Stay.objects.count() == 2


def test_letting_several_out_needs_a_pin_and_names_them_first(
    cast: Cast, hall: Client, paired: tuple[Tablet, str], at_0842: time_machine.Traveller
) -> None:
    press(hall, "arrived", cast.elsa)
    press(hall, "arrived", cast.noor)
    at_0842.shift(1)
    address = f"/avdelning/{cast.blasippan.id}/flera/"
    fields = {"do": "left", "page": str(uuid7()), "barn": [f"{c.id}.present" for c in (cast.elsa, cast.noor)]}
    answer = hall.post(address, fields)
    assert answer.status_code == 302
    assert "/platta/pin/" in answer["Location"]
    assert str(cast.elsa.id) in answer["Location"], "what was marked is not lost on the way"
    give_pin(hall, paired[0], cast.maria)
    html = hall.post(address, fields).content.decode()
    assert "Elsa L" in html
    assert "Noor A" in html
    look = AuditEntry.objects.get(action="board.let_out", is_look=True)
    assert (look.person_id, look.tablet_id) == (cast.maria.id, paired[0].id)
    assert look.children == sorted([str(cast.elsa.id), str(cast.noor.id)])
    assert Stay.objects.filter(left_at=None).count() == 2
    answer = hall.post(address, {**fields, "confirmed": "1"}, headers={"HX-Request": "true"})
    assert toast(answer) == "2 barn har gått hem."
    assert not Stay.objects.filter(left_at=None).exists()


@pytest.mark.parametrize("today", [date(2027, 3, 1), date(2028, 2, 29)])
def test_a_birthday_that_most_years_lack(cast: Cast, on_tablet: OnTablet, today: date) -> None:
    cast.elsa.birth_date = date(2024, 2, 29)
    cast.elsa.save()
    with time_machine.travel(people.local(today, 9)):
        html = board(on_tablet(people.tablet(cast.blasippan)[1]), cast.blasippan)
    assert f"{today.year - 2024} år!" in tile(html, cast.elsa)


def test_a_protected_child_has_its_alias_on_the_board(cast: Cast, hall: Client, paired: tuple[Tablet, str]) -> None:
    """B08"""
    protect_child(child=cast.elsa, level=Protection.PROTECTED, now=clock.now())
    cast.elsa.birth_date = date(2022, 10, 13)
    cast.elsa.save()
    for query in ("", "?valj=1"):
        html = board(hall, cast.blasippan, query)
        assert "Elsa" not in html
        assert cast.elsa.tile_name in tile(html, cast.elsa)
        assert "år!" not in html
    assert "Elsa" not in press(hall, "arrived", cast.elsa).content.decode()
    give_pin(hall, paired[0], cast.maria)
    assert "Elsa" not in hall.get(f"/avdelning/{cast.blasippan.id}/barn/{cast.elsa.id}/").content.decode()


def test_a_revoked_tablet_is_shut_out_at_its_next_request(cast: Cast, hall: Client, paired: tuple[Tablet, str]) -> None:
    """A06"""
    board(hall, cast.blasippan)
    revoke(tablet=paired[0], actor_person=cast.eva, now=clock.now())
    for address in ("", "nytt/?sedan=x"):
        answer = hall.get(f"/avdelning/{cast.blasippan.id}/{address}")
        assert answer.status_code in (302, 401)
    assert press(hall, "arrived", cast.elsa).status_code in (302, 401)
    assert not TapEvent.objects.exists()


@pytest.mark.parametrize("address", ["", "nytt/", "?valj=1"])
def test_the_board_exists_only_for_those_who_work_there(cast: Cast, log_in: LogIn, address: str) -> None:
    where = f"/avdelning/{cast.blasippan.id}/{address}"
    for person in (cast.maria, cast.vikar, cast.eva):
        assert log_in(person).get(where).status_code == 200
    strangers = (cast.amina, cast.jonas, cast.ulf, cast.specialist, cast.administrator, cast.communicator)
    for person in strangers:
        assert log_in(person).get(where).status_code == 404
    assert Client().get(where).status_code == 302


def test_another_departments_tablet_neither_sees_nor_taps(cast: Cast, on_tablet: OnTablet) -> None:
    other = on_tablet(people.tablet(cast.ekorren)[1])
    assert other.get(f"/avdelning/{cast.blasippan.id}/").status_code == 404
    assert other.get(f"/avdelning/{cast.blasippan.id}/nytt/").status_code == 404
    fields = {"arrived": f"{cast.elsa.id}.expected", "event": str(uuid7())}
    assert other.post(f"/avdelning/{cast.ekorren.id}/tryck/", fields).status_code == 404
    assert other.get(f"/avdelning/{cast.ekorren.id}/barn/{cast.elsa.id}/").status_code == 404


def test_a_board_that_asks_is_one_look_an_hour(cast: Cast, hall: Client, paired: tuple[Tablet, str]) -> None:
    for _time in range(3):
        board(hall, cast.blasippan)
        hall.get(f"/avdelning/{cast.blasippan.id}/nytt/?sedan=old")
    look = AuditEntry.objects.get(is_look=True)
    assert look.tablet_id == paired[0].id
    assert set(look.children) == {str(cast.elsa.id), str(cast.noor.id)}


def test_an_empty_department_says_what_it_waits_for(cast: Cast, on_tablet: OnTablet) -> None:
    empty = Department.objects.create(name="Nya", preschool=cast.granliden)
    html = board(on_tablet(people.tablet(empty)[1]), empty)
    assert "Inga barn här idag" in html
    assert counts(html) == [0, 0, 0, 0]
