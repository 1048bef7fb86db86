"""An event that is changed after it was announced, and what still waits for an answer (C09)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from attendance.models import CalendarEvent, EventAnswer
from attendance.selectors.calendar import events_to_answer
from attendance.selectors.guardian import guardian_home
from attendance.selectors.scopes import Scope
from attendance.services.closing import close_days
from attendance.services.events import Happening, announce_event, answer_event, call_off_event, change_event
from children.actors import Actor
from children.models import Block, Child, Placement
from notifications.models import Delivery, Kind, Way
from portal.lib import clock
from tests import cast as people
from tests.cast import Cast, guard, local, place, plan

TUESDAY = date(2026, 10, 13)
FEAST = Happening(
    "Höstfest", date(2026, 11, 12), from_time=time(14), to_time=time(16), asks=True, answer_by=date(2026, 11, 6)
)
ALL = ["Amina", "Johan", "Yasmin"]
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 8), tick=True):
        yield


@pytest.fixture
def feast(cast: Cast) -> CalendarEvent:
    return announce(Scope(preschool=cast.granliden), cast.eva)


def announce(scope: Scope, who: User, **columns: Any) -> CalendarEvent:
    happening = Happening(**(vars(FEAST) | columns))
    return announce_event(scope=scope, happening=happening, actor=Actor.of_person(who), now=clock.now())


def change(event: CalendarEvent, who: User, **columns: Any) -> CalendarEvent:
    happening = Happening(**({name: getattr(event, name) for name in vars(FEAST)} | columns))
    return change_event(event_id=event.pk, happening=happening, actor=Actor.of_person(who), now=clock.now())


def answer(event: CalendarEvent, who: User, coming: dict[Child, bool], people: int = 1) -> None:
    given = {child.pk: comes for child, comes in coming.items()}
    answer_event(event_id=event.pk, coming=given, people=people, actor=Actor.of_person(who), now=clock.now())


def told() -> list[str]:
    rows = Delivery.objects.filter(kind=Kind.EVENT_ANNOUNCED, way=Way.IN_APP)
    return sorted(rows.values_list("person__given_name", flat=True))


# Changed --------------------------------------------------------------------------------------------------------------


def test_a_change_is_told_once_and_keeps_the_answers(cast: Cast, feast: CalendarEvent, log_in: LogIn) -> None:
    answer(feast, cast.amina, {cast.elsa: True, cast.hugo: False}, people=3)
    given = list(EventAnswer.objects.order_by("pk").values())
    for _twice in range(2):
        change(feast, cast.eva, from_time=time(15), to_time=time(17), text="Ta med en lykta.")
    assert told() == sorted(ALL * 2)
    assert list(EventAnswer.objects.order_by("pk").values()) == given
    amina = log_in(cast.amina)
    page = amina.get("/kalender/?manad=2026-11").content.decode()
    assert "15:00–17:00" in page
    assert "Elsa kommer, ni är 3" in page
    said = amina.get("/nytt/").content.decode()
    assert said.count("Ändrat i kalendern: Höstfest, torsdag 12 november (ny text, ny tid)") == 1
    assert "lykta" not in said


def test_notices_say_what_happens_where_the_children_are(cast: Cast, feast: CalendarEvent, log_in: LogIn) -> None:
    """Looked up when it is read: as it is called now, and of a place where no child is any more nothing."""
    amina = log_in(cast.amina)
    assert "Nytt i kalendern: Höstfest, torsdag 12 november" in amina.get("/").content.decode()
    change(feast, cast.eva, title="Lyktfest")
    call_off_event(event_id=feast.pk, actor=Actor.of_person(cast.eva), now=clock.now())
    page = amina.get("/nytt/").content.decode()
    assert "Nytt i kalendern: Lyktfest, torsdag 12 november" in page
    assert "Inställt: Lyktfest, torsdag 12 november" in page
    assert "Höstfest" not in page
    Placement.objects.update(ends_on=date(2026, 11, 11))
    page = amina.get("/nytt/").content.decode()
    assert "Nytt i kalendern: något händer torsdag 12 november" in page
    assert "Lyktfest" not in page
    Block.objects.create(child=cast.elsa, person=cast.amina)
    Block.objects.create(child=cast.hugo, person=cast.amina)
    assert "kalendern:" not in log_in(cast.amina).get("/nytt/").content.decode()


@pytest.mark.parametrize("number", [0, 1, 3])
def test_what_happens_is_looked_up_at_once(number: int, cast: Cast, log_in: LogIn) -> None:
    """One query more for any number of notices about events, and none where there are none."""
    eva, there = Actor.of_person(cast.eva), Scope(preschool=cast.granliden)
    close_days(scope=there, first=FEAST.day, last=FEAST.day, reason="Röjning", actor=eva, now=clock.now())
    for which in range(number):
        announce(there, cast.eva, title=f"Höstfest {which}")
    amina = log_in(cast.amina)
    with CaptureQueriesContext(connection) as captured:
        page = amina.get("/nytt/").content.decode()
    assert page.count("Nytt i kalendern: Höstfest") == number
    assert "Förskolan är stängd" in page
    assert sum('FROM "attendance_calendarevent"' in query["sql"] for query in captured) == min(number, 1)


def test_another_day_is_told_to_those_of_both_days(cast: Cast, feast: CalendarEvent) -> None:
    parent = people.person("Signe", "Sen")
    guard(parent, late := people.child("Sen", "Sen"))
    place(late, cast.blasippan, date(2026, 11, 16))
    Placement.objects.filter(child=cast.noor).update(ends_on=date(2026, 11, 15))
    change(feast, cast.eva, day=date(2026, 11, 19))
    assert told() == sorted([*ALL, *ALL, "Signe"])


def test_what_cannot_be_changed(cast: Cast, feast: CalendarEvent) -> None:
    with pytest.raises(Http404):
        change(feast, cast.jonas, title="Vårfest")
    own = announce(Scope(department=cast.blasippan), cast.maria, title="Utflykt")
    with pytest.raises(PermissionDenied):
        change(own, cast.vikar, title="Vårfest")
    with pytest.raises(ValidationError, match="Sista dagen"):
        change(feast, cast.eva, answer_by=date(2026, 11, 13))
    with time_machine.travel(local(date(2026, 11, 9), 8), tick=True):  # the last day to answer has been
        assert change(feast, cast.eva, text="Regnkläder!").text == "Regnkläder!"
        with pytest.raises(ValidationError, match="Sista dagen"):
            change(feast, cast.eva, answer_by=date(2026, 11, 5))
    with (
        time_machine.travel(local(date(2026, 11, 13), 8), tick=True),
        pytest.raises(ValidationError, match="har varit"),
    ):
        change(feast, cast.eva, day=date(2026, 11, 20))
    call_off_event(event_id=feast.pk, actor=Actor.of_person(cast.eva), now=clock.now())
    with pytest.raises(ValidationError, match="inställt"):
        change(feast, cast.eva, title="Vårfest")


def test_a_principal_changes_an_event_on_its_page(cast: Cast, feast: CalendarEvent, log_in: LogIn) -> None:
    eva, address = log_in(cast.eva), f"/forskola/{cast.granliden.pk}/kalender/handelse/{feast.pk}/"
    assert f"{address}andra/" in eva.get(address).content.decode()
    page = eva.get(f"{address}andra/").content.decode()
    for standing in ("Höstfest", "2026-11-12", "14:00", "16:00", "2026-11-06", "checked"):
        assert standing in page
    form = {"where": str(cast.granliden.pk), "title": "Lyktfest", "day": "2026-11-12", "asks": "on"}
    refused = eva.post(f"{address}andra/", form | {"from_time": "16:00", "to_time": "15:00"})
    assert refused.status_code == 422
    assert "Lyktfest" in refused.content.decode()
    assert eva.post(f"{address}andra/", form | {"from_time": "16:00"}).status_code == 302
    feast.refresh_from_db()
    assert (feast.title, feast.from_time, feast.to_time, feast.answer_by) == ("Lyktfest", time(16), None, None)
    with time_machine.travel(local(date(2026, 11, 13), 8), tick=True):
        assert f"{address}andra/" not in log_in(cast.eva).get(address).content.decode()


# To do ----------------------------------------------------------------------------------------------------------------


def waiting(who: User) -> list[str]:
    cards, _have_left = guardian_home(Actor.of_person(who), clock.now())
    today = Actor.of_person(who).today
    return [event.title for event in events_to_answer({card.child_id: card.places for card in cards}, today, who.pk)]


def test_what_waits_for_an_answer_is_to_do_at_home(cast: Cast, feast: CalendarEvent, log_in: LogIn) -> None:
    plan(cast.elsa)
    plan(cast.hugo)
    amina = log_in(cast.amina)
    page = amina.get("/").content.decode()
    assert "Kommer ni torsdag 12 november? Svara senast fredag 6 november" in page
    assert f"/kalender/#ask-{feast.pk}" in page
    assert "2 kvar" in page  # and whether pictures may be shown
    assert "Höstfest" not in log_in(cast.stranger).get("/").content.decode()
    answer(feast, cast.amina, {cast.elsa: True}, people=1)
    assert waiting(cast.amina) == ["Höstfest"]
    answer(feast, cast.amina, {cast.elsa: True, cast.hugo: False})
    assert waiting(cast.johan) == []
    assert waiting(cast.neighbour) == ["Höstfest"]
    assert "Höstfest" not in amina.get("/").content.decode().partition("Nytt</h2>")[0]


def test_nothing_waits_that_asks_nothing_is_off_has_passed_or_is_elsewhere(cast: Cast, feast: CalendarEvent) -> None:
    announce(Scope(preschool=cast.granliden), cast.eva, title="Lucia", asks=False, answer_by=None)
    announce(Scope(department=cast.ekorren), cast.eva, title="Utflykt", answer_by=date(2026, 10, 20))
    announce(Scope(preschool=cast.sjostjarnan), cast.ulf, title="Havsdag")
    assert waiting(cast.amina) == ["Utflykt", "Höstfest"]
    assert waiting(cast.neighbour) == ["Höstfest"]
    Placement.objects.filter(child=cast.noor).update(ends_on=date(2026, 11, 11))
    assert waiting(cast.neighbour) == []
    with time_machine.travel(local(date(2026, 11, 6), 23), tick=True):
        assert waiting(cast.amina) == ["Höstfest"]
    with time_machine.travel(local(date(2026, 11, 7), 1), tick=True):
        assert waiting(cast.amina) == []
    call_off_event(event_id=feast.pk, actor=Actor.of_person(cast.eva), now=clock.now())
    assert waiting(cast.amina) == ["Utflykt"]
