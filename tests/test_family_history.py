"""Who said what of a child's times, and when: for the family and for the staff (issue 3, item 11)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from attendance import services
from attendance.models import Absence
from children.actors import Actor
from children.models import Child
from notifications.models import Delivery, Kind
from tests.cast import Cast, local
from tests.test_for_the_family import at, lay

TUESDAY = date(2026, 10, 13)
MONDAY = date(2026, 10, 19)

LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(TUESDAY, 9, 10), tick=False) as traveller:
        yield traveller


def report(by: Client, child: Child, first: str, last: str, reason: str = "sick", rest: str = "franvaro/") -> Absence:
    form = {"children": [child.id], "reason": reason, "starts_on": first, "ends_on": last}
    by.post(f"/barn/{child.id}/{rest}", form)
    return Absence.objects.standing().latest("created_at")


def acts(browser: Client, child: Child) -> list[tuple[Any, ...]]:
    """Return what the page says, newest first: who, what, the lines below, when, and whether staff did it."""
    page = browser.get(f"/barn/{child.id}/historik/")
    html = unescape(page.content.decode())
    found = page.context["history"].acts
    assert all(one.what in html for one in found)
    return [(one.who, one.what, *one.lines) for one in found]


def test_the_history_of_a_child(cast: Cast, log_in: LogIn, clock: time_machine.Traveller) -> None:
    """Newest first, with names: staff by first name, guardians by name to the staff, and "Du" to oneself."""
    lay(log_in(cast.amina), cast.elsa, "/schema/")
    clock.shift(60)
    log_in(cast.maria).post(at(cast.elsa, "dag/2026-10-14/"), {"what": "off"})
    clock.shift(60)
    form = {"children": [cast.elsa.id], "reason": "sick", "starts_on": "2026-10-15", "ends_on": "2026-10-16"}
    log_in(cast.johan).post(f"/barn/{cast.elsa.id}/franvaro/", form)
    clock.shift(60)
    log_in(cast.maria).post(at(cast.elsa, f"franvaro/{Absence.objects.get().id}/avsluta/"))
    address = f"/barn/{cast.elsa.id}/historik/"
    staffs, own = (log_in(who).get(address).content.decode() for who in (cast.maria, cast.amina))
    for body in (staffs, own):
        places = [
            body.index(words)
            for words in (
                "tog bort frånvaron: sjuk torsdag–fredag 15–16 oktober",
                "anmälde Elsa sjuk torsdag–fredag 15–16 oktober",
                "ändrade onsdag 14 oktober",
                "lade ett schema från måndag 19 oktober",
            )
        ]
        assert places == sorted(places)
        assert "mån–fre 08:00–15:00" in body
        assert "som schemat → ledig" in body
    assert "Amina Lind" in staffs
    assert "Maria" in own
    assert "Berg" not in own
    assert "Du</strong>" in own


def test_what_was_said_at_once_is_told_once(cast: Cast, log_in: LogIn) -> None:
    """Two parts of a day are one notice, and one line."""
    parts = {"is_part": "on", "from_time": "09:00", "to_time": "10:00", "again_from": "13:00", "again_to": "14:00"}
    form = {"children": str(cast.elsa.id), "reason": "other", "starts_on": "2026-10-14", **parts}
    log_in(cast.maria).post(at(cast.elsa, "franvaro/"), form)
    assert Absence.objects.count() == 2
    assert Delivery.objects.in_app().filter(kind=Kind.PLANNED_BY_STAFF, person=cast.amina).count() == 1
    body = log_in(cast.amina).get(f"/barn/{cast.elsa.id}/historik/").content.decode()
    assert "onsdag 14 oktober 09:00–10:00, 13:00–14:00" in body
    assert body.count("anmälde Elsa") == 1


def test_an_absence_that_grew_was_changed_and_not_taken_away(
    cast: Cast, log_in: LogIn, clock: time_machine.Traveller
) -> None:
    phone = log_in(cast.amina)
    report(phone, cast.elsa, "2026-10-15", "2026-10-15")
    clock.shift(60)
    report(phone, cast.elsa, "2026-10-15", "2026-10-16")
    assert acts(phone, cast.elsa) == [
        ("Du", "ändrade Elsas frånvaro: sjuk torsdag–fredag 15–16 oktober"),
        ("Du", "anmälde Elsa sjuk torsdag 15 oktober", "Ändrades senare."),
    ]


def test_another_absence_at_once_is_not_the_one_that_was_taken_away(
    cast: Cast, log_in: LogIn, clock: time_machine.Traveller
) -> None:
    phone, desk = log_in(cast.amina), log_in(cast.maria)
    absence = report(phone, cast.elsa, "2026-10-15", "2026-10-16")
    clock.shift(60)
    desk.post(at(cast.elsa, f"franvaro/{absence.id}/avsluta/"))
    clock.shift(1)
    report(phone, cast.elsa, "2026-10-19", "2026-10-20", "leave")
    assert acts(phone, cast.elsa) == [
        ("Du", "anmälde Elsa ledig måndag–tisdag 19–20 oktober"),
        ("Maria", "tog bort frånvaron: sjuk torsdag–fredag 15–16 oktober"),
        ("Du", "anmälde Elsa sjuk torsdag–fredag 15–16 oktober", "Togs bort senare."),
    ]


def test_an_absence_that_was_ended_early_keeps_what_was_reported(
    cast: Cast, log_in: LogIn, clock: time_machine.Traveller
) -> None:
    """Who reported it and until when, who ended it and when: staff who speak for the family included."""
    absence = report(log_in(cast.amina), cast.elsa, "2026-10-13", "2026-10-16")
    clock.move_to(local(TUESDAY + timedelta(days=1), 15))
    desk = log_in(cast.maria)
    desk.post(at(cast.elsa, f"franvaro/{absence.id}/avsluta/"))
    own = log_in(cast.amina)
    assert acts(own, cast.elsa) == [
        ("Maria", "avslutade frånvaron i förtid: sjuk tisdag–fredag 13–16 oktober"),
        (
            "Du",
            "anmälde Elsa sjuk tisdag–fredag 13–16 oktober",
            "Avslutades i förtid, sista dagen blev onsdag 14 oktober.",
        ),
    ]
    ended, reported = own.get(f"/barn/{cast.elsa.id}/historik/").context["history"].acts
    assert (ended.at, reported.at) == (local(TUESDAY + timedelta(days=1), 15), local(TUESDAY, 9, 10))
    assert (ended.is_by_staff, reported.is_by_staff) == (True, False)


def test_an_absence_that_staff_reported_and_took_away(cast: Cast, log_in: LogIn, clock: time_machine.Traveller) -> None:
    desk = log_in(cast.maria)
    absence = report(desk, cast.elsa, "2026-10-19", "2026-10-30", "leave", "for-familjen/franvaro/")
    clock.shift(600)
    desk.post(at(cast.elsa, f"franvaro/{absence.id}/avsluta/"))
    assert acts(log_in(cast.johan), cast.elsa) == [
        ("Maria", "tog bort frånvaron: ledig 19–30 oktober"),
        ("Maria", "anmälde Elsa ledig 19–30 oktober", "Togs bort senare."),
    ]


def test_the_reason_is_gone_from_the_staffs_history_after_the_day(
    cast: Cast, log_in: LogIn, clock: time_machine.Traveller
) -> None:
    form = {"children": [cast.elsa.id], "reason": "sick", "starts_on": "2026-10-13"}
    log_in(cast.amina).post(f"/barn/{cast.elsa.id}/franvaro/", form)
    clock.move_to(local(TUESDAY + timedelta(days=1), 8))
    address = f"/barn/{cast.elsa.id}/historik/"
    assert "anmälde Elsa frånvarande" in log_in(cast.maria).get(address).content.decode()
    assert "anmälde Elsa sjuk" in log_in(cast.amina).get(address).content.decode()


def test_a_long_history_goes_on_on_another_page(cast: Cast, log_in: LogIn, clock: time_machine.Traveller) -> None:
    actor = Actor.of_person(cast.amina)
    for number in range(25):
        clock.shift(60)
        services.change_day(
            child_id=cast.elsa.id,
            day=MONDAY + timedelta(days=number),
            intervals=(),
            actor=actor,
            now=local(TUESDAY, 10, number),
            note="nej",
        )
    phone, seen = log_in(cast.amina), 0
    address: str | None = f"/barn/{cast.elsa.id}/historik/"
    for _page in range(2):
        assert address
        answer = phone.get(address)
        page = answer.context["history"]
        seen += len(page.acts)
        address = (
            f"/barn/{cast.elsa.id}/historik/?fore={page.more_before.isoformat().replace('+', '%2B')}"
            if page.more_before
            else None
        )
    assert (seen, address) == (25, None)
    assert phone.get(f"/barn/{cast.elsa.id}/historik/?fore=igår").status_code == 200


def test_nothing_said_yet(cast: Cast, log_in: LogIn) -> None:
    assert "Inget har sagts än" in log_in(cast.amina).get(f"/barn/{cast.elsa.id}/historik/").content.decode()
    assert "Inga tider" in log_in(cast.maria).get(at(cast.elsa)).content.decode()
