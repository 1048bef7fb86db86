"""Taps at the services' door: who may, once and only once, and what follows from them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.http import Http404
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry
from attendance.models import Absence, DayPlan, Stay, TapEvent
from attendance.rules import State, Tap
from attendance.selectors import board_of
from attendance.services import MadeTap, Outcome, flag_forgotten_stays, record_taps, undo_tap
from children.actors import Actor
from children.models import Block, Child, Tablet
from notifications.models import Delivery, Kind, Way
from notifications.services import choose
from portal.lib import days, live
from portal.lib.ids import uuid7
from tests.cast import Cast, child, local, place, tablet

ARRIVED, LEFT = Tap.ARRIVED, Tap.LEFT


@pytest.fixture
def morning() -> datetime:
    return local(days.today(), 8)


@pytest.fixture
def hall(cast: Cast) -> Actor:
    """The tablet in Blåsippan's hall, nobody's PIN."""
    return Actor.of_tablet(tablet(cast.blasippan)[0])


def press(
    actor: Actor, kind: Tap, *children: Child, at: datetime, believed: State | None = None, event: UUID | None = None
) -> list[Outcome]:
    taps = [MadeTap(event or uuid7(), one.id, kind, at, believed) for one in children]
    return [result.outcome for result in record_taps(taps=taps, actor=actor, now=at)]


def test_a_child_comes_and_goes(cast: Cast, hall: Actor, morning: datetime) -> None:
    """E01: one tap in, one tap out; the counts follow."""
    assert press(hall, ARRIVED, cast.elsa, at=morning) == [Outcome.APPLIED]
    assert board_of(cast.blasippan, actor=hall, now=morning).counts.present == 1
    afternoon = morning + timedelta(hours=8)
    assert press(hall, LEFT, cast.elsa, at=afternoon) == [Outcome.APPLIED]
    stay = Stay.objects.get()
    assert (stay.child, stay.arrived_at, stay.left_at, stay.department) == (
        cast.elsa,
        morning,
        afternoon,
        cast.blasippan,
    )
    counts = board_of(cast.blasippan, actor=hall, now=afternoon).counts
    assert (counts.present, counts.left) == (0, 1)
    assert AuditEntry.objects.filter(action="taps.made", tablet_id=hall.tablet_id).count() == 2


def test_undo_works_for_ten_seconds(cast: Cast, hall: Actor, morning: datetime) -> None:
    """E01: after that it takes a PIN, and the same day."""
    event = uuid7()
    press(hall, ARRIVED, cast.elsa, at=morning, event=event)
    undo_tap(event_id=event, actor=hall, now=morning + timedelta(seconds=10))
    assert not Stay.objects.exists()
    undo_tap(event_id=event, actor=hall, now=morning + timedelta(seconds=10))
    assert TapEvent.objects.count() == 2
    later = uuid7()
    press(hall, ARRIVED, cast.elsa, at=morning, event=later)
    with pytest.raises(PermissionDenied):
        undo_tap(event_id=later, actor=hall, now=morning + timedelta(seconds=11))
    maria = Actor.of_tablet(Tablet.objects.get(), cast.maria)
    undo_tap(event_id=later, actor=maria, now=morning + timedelta(hours=3))
    assert not Stay.objects.exists()


def test_undo_of_yesterday_is_refused(cast: Cast, hall: Actor, morning: datetime) -> None:
    event = uuid7()
    press(hall, ARRIVED, cast.elsa, at=morning - timedelta(days=1), event=event)
    with pytest.raises(PermissionDenied):
        undo_tap(event_id=event, actor=Actor.of_person(cast.maria), now=morning)


def test_two_tablets_tap_the_same_child(cast: Cast, morning: datetime) -> None:
    """E02: one arrival; the other tablet is told who and when. Undo takes both back."""
    hall, yard = (Actor.of_tablet(tablet(cast.blasippan, name)[0]) for name in ("Hallen", "Gården"))
    first = uuid7()
    press(hall, ARRIVED, cast.elsa, at=morning, event=first)
    tap = MadeTap(uuid7(), cast.elsa.id, ARRIVED, morning + timedelta(seconds=1), State.EXPECTED)
    (result,) = record_taps(taps=[tap], actor=yard, now=morning + timedelta(seconds=1))
    assert (result.outcome, result.by, result.at) == (Outcome.ALREADY, "Hallen", morning)
    assert Stay.objects.get().arrived_at == morning
    undo_tap(event_id=first, actor=hall, now=morning + timedelta(seconds=5))
    assert not Stay.objects.exists()


def test_overlapping_groups_from_two_tablets(cast: Cast, morning: datetime) -> None:
    """E03: eight from each, six of them the same: ten stays."""
    children = [cast.elsa, cast.noor, *(child(name, "Ek") for name in "ABCDEFGH")]
    for one in children[2:]:
        place(one, cast.blasippan)
    hall, yard = (Actor.of_tablet(tablet(cast.blasippan, name)[0]) for name in ("Hallen", "Gården"))
    assert press(hall, ARRIVED, *children[:8], at=morning) == [Outcome.APPLIED] * 8
    assert press(yard, ARRIVED, *children[:1:-1], at=morning) == [Outcome.APPLIED] * 2 + [Outcome.ALREADY] * 6
    assert Stay.objects.open().count() == 10


def test_the_same_tap_sent_again(cast: Cast, hall: Actor, morning: datetime) -> None:
    event = uuid7()
    for _time in range(3):
        assert press(hall, ARRIVED, cast.elsa, at=morning, event=event) == [Outcome.APPLIED]
    assert (TapEvent.objects.count(), Stay.objects.count(), AuditEntry.objects.count()) == (1, 1, 1)


def test_an_id_is_used_for_another_child(cast: Cast, hall: Actor, morning: datetime) -> None:
    event = uuid7()
    press(hall, ARRIVED, cast.elsa, at=morning, event=event)
    assert press(hall, ARRIVED, cast.noor, at=morning, event=event) == [Outcome.REFUSED]
    assert press(hall, LEFT, cast.elsa, at=morning, event=event) == [Outcome.REFUSED]
    assert TapEvent.objects.count() == 1


def test_a_tile_that_was_too_old(cast: Cast, hall: Actor, morning: datetime) -> None:
    """Somebody let the child in and out meanwhile: the press on the old tile does nothing."""
    press(hall, ARRIVED, cast.elsa, at=morning)
    press(hall, LEFT, cast.elsa, at=morning + timedelta(hours=1))
    late = morning + timedelta(hours=2)
    assert press(hall, ARRIVED, cast.elsa, at=late, believed=State.EXPECTED) == [Outcome.REFUSED]
    assert press(hall, ARRIVED, cast.elsa, at=late, believed=State.LEFT) == [Outcome.APPLIED]
    assert press(hall, LEFT, cast.noor, at=late, believed=State.PRESENT) == [Outcome.REFUSED]
    assert Stay.objects.count() == 2


def test_taps_that_arrive_out_of_order(cast: Cast, hall: Actor, morning: datetime) -> None:
    """A departure without an arrival is kept, and fits once the arrival has come too."""
    noon = morning + timedelta(hours=4)
    assert press(hall, LEFT, cast.elsa, at=noon) == [Outcome.CONFLICT]
    assert not Stay.objects.exists()
    record_taps(taps=[MadeTap(uuid7(), cast.elsa.id, ARRIVED, morning)], actor=hall, now=noon)
    stay = Stay.objects.get()
    assert (stay.arrived_at, stay.left_at) == (morning, noon)


def test_an_arrival_the_day_after_leaves_a_forgotten_stay(cast: Cast, hall: Actor, morning: datetime) -> None:
    press(hall, ARRIVED, cast.elsa, at=morning - timedelta(days=1))
    assert press(hall, ARRIVED, cast.elsa, at=morning) == [Outcome.APPLIED]
    forgotten, present = Stay.objects.order_by("arrived_at")
    assert (forgotten.is_forgotten, forgotten.left_at, present.is_forgotten) == (True, None, False)


def test_forgotten_stays_are_flagged_in_the_evening(cast: Cast, hall: Actor, morning: datetime) -> None:
    """DOMAIN 3.8: flagged, and not ended."""
    press(hall, ARRIVED, cast.elsa, at=morning)
    assert flag_forgotten_stays(now=local(days.today(), 17)) == 0
    assert flag_forgotten_stays(now=local(days.today(), 19)) == 1
    assert flag_forgotten_stays(now=local(days.today(), 20)) == 0
    stay = Stay.objects.get()
    assert (stay.flagged_on, stay.left_at) == (days.today(), None)


def test_guardians_who_want_it_are_told(cast: Cast, hall: Actor, morning: datetime) -> None:
    for person in (cast.amina, cast.johan):
        choose(person=person, kind=Kind.ARRIVED, way=Way.IN_APP, is_wanted=True)
    Block.objects.create(child=cast.elsa, person=cast.johan)
    press(hall, ARRIVED, cast.elsa, cast.noor, at=morning)
    told = Delivery.objects.get()
    assert (told.person, told.kind, told.about) == (cast.amina, Kind.ARRIVED, {"child": str(cast.elsa.id)})


def test_a_child_that_was_reported_absent_comes(cast: Cast, hall: Actor, morning: datetime) -> None:
    """DOMAIN 3.5: presence wins, the absence stays, who reported it is told."""
    absence = Absence.objects.create(
        child=cast.elsa, starts_on=days.today(), ends_on=days.today(), reason="sick", reported_by=cast.johan
    )
    assert press(hall, ARRIVED, cast.elsa, at=morning, believed=State.ABSENT) == [Outcome.APPLIED]
    told = Delivery.objects.filter(kind=Kind.CAME_THOUGH_ABSENT, way=Way.IN_APP).get()
    assert told.person == cast.johan
    absence.refresh_from_db()
    assert absence.withdrawn_at is None
    assert board_of(cast.blasippan, actor=hall, now=morning).counts.present == 1


def test_only_where_the_child_is(cast: Cast, hall: Actor, morning: datetime) -> None:
    """One that is not for this actor stops them all."""
    with pytest.raises(Http404):
        press(hall, ARRIVED, cast.elsa, cast.leo, at=morning)
    with pytest.raises(Http404):
        press(Actor.of_person(cast.jonas), ARRIVED, cast.elsa, at=morning)
    with pytest.raises(PermissionDenied):
        press(Actor.of_person(cast.amina), ARRIVED, cast.elsa, at=morning)
    assert not TapEvent.objects.exists()
    assert press(Actor.of_person(cast.maria), ARRIVED, cast.elsa, at=morning) == [Outcome.APPLIED]


def test_several_departures_need_a_pin(cast: Cast, hall: Actor, morning: datetime) -> None:
    """DOMAIN 3.10."""
    press(hall, ARRIVED, cast.elsa, cast.noor, at=morning)
    with pytest.raises(PermissionDenied):
        press(hall, LEFT, cast.elsa, cast.noor, at=morning + timedelta(hours=1))
    maria = Actor.of_tablet(Tablet.objects.get(), cast.maria)
    assert press(maria, LEFT, cast.elsa, cast.noor, at=morning + timedelta(hours=1)) == [Outcome.APPLIED] * 2


def test_a_clock_that_is_ahead_does_not_tap_tomorrow(cast: Cast, hall: Actor, morning: datetime) -> None:
    tap = MadeTap(uuid7(), cast.elsa.id, ARRIVED, morning + timedelta(hours=24))
    record_taps(taps=[tap], actor=hall, now=morning)
    assert Stay.objects.get().arrived_at == morning


@pytest.mark.parametrize(("kind", "queries"), [(ARRIVED, 8), (LEFT, 7)])
def test_one_tap_costs(
    kind: Tap,
    queries: int,
    cast: Cast,
    hall: Actor,
    morning: datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Lock, stays, taps; tap, stay, audit; who wants to know, and who had said that the child would not come."""
    if kind == LEFT:
        press(hall, ARRIVED, cast.elsa, at=morning)
    assert hall.municipality.pk == 1  # read beforehand
    with django_assert_num_queries(queries + 2):  # and the savepoint of the test
        press(hall, kind, cast.elsa, at=morning + timedelta(hours=1))


def test_the_board_costs_the_same_for_two_and_for_forty(
    cast: Cast, hall: Actor, morning: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def look(actor: Actor, queries: int) -> None:
        with django_assert_num_queries(queries):
            board_of(cast.blasippan, actor=actor, now=morning)

    with_pin = Actor.of_tablet(Tablet.objects.get(), cast.maria)
    assert {hall.municipality.pk, with_pin.municipality.pk, len(with_pin.roles)} == {1}  # read beforehand
    look(hall, 3)
    look(with_pin, 4)
    for number in range(38):
        place(child(f"Barn{number}", "Ek"), cast.blasippan)
    look(hall, 3)
    look(with_pin, 4)


def test_a_child_becomes_late_by_itself(cast: Cast, hall: Actor) -> None:
    """E04: nobody touches anything; the stamp changes with the minute, and the board says so."""
    today = days.today()
    DayPlan.objects.create(child=cast.elsa, day=today, intervals=[["07:30", "16:00"]], changed_at=local(today, 0))
    stamps = set()
    for minute, text in ((44, "Väntas 07:30"), (45, "Sen 15 min")):
        now = local(today, 7, minute)
        shown = {tile.child_id: tile for tile in board_of(cast.blasippan, actor=hall, now=now).tiles}
        assert shown[cast.elsa.id].text == text
        with time_machine.travel(now, tick=False):
            stamps.add(live.stamp(cast.blasippan.id))
    assert len(stamps) == 2


def test_a_board_in_the_hall_says_nothing_about_health(cast: Cast, hall: Actor) -> None:
    """DOMAIN 3.14: no reason, no note, one neutral mark; a PIN opens it."""
    monday = days.monday_of(days.today())  # at the weekend it is closed, which is no secret
    morning = local(monday, 8)
    Absence.objects.create(child=cast.elsa, starts_on=monday, ends_on=days.today(), reason="sick")
    cast.noor.allergy = "Jordnötter"
    cast.noor.save()
    Block.objects.create(child=cast.noor, person=cast.stranger)
    shown = {tile.child_id: tile for tile in board_of(cast.blasippan, actor=hall, now=morning).tiles}
    assert (shown[cast.elsa.id].state, shown[cast.elsa.id].text) == ("absent", "Frånvarande")
    assert [mark.kind for mark in shown[cast.noor.id].marks] == ["read"]
    maria = Actor.of_tablet(Tablet.objects.get(), cast.maria)
    opened = {tile.child_id: tile for tile in board_of(cast.blasippan, actor=maria, now=morning).tiles}
    assert (opened[cast.elsa.id].state, opened[cast.elsa.id].text) == ("sick", "Sjuk")
    assert [mark.kind for mark in opened[cast.noor.id].marks] == ["barred", "allergy"]
    assert opened[cast.noor.id].allergy == "Jordnötter"
