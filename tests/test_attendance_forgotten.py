"""Days after a stay that nobody ended: the child comes and goes as usual, and the stay can still be corrected."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from attendance.models import Stay
from attendance.rules import Tap
from attendance.services import MadeTap, record_taps
from children.actors import Actor
from children.models import Child, Tablet
from portal.lib.ids import uuid7
from tests.cast import Cast, local, tablet

FRIDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2026, 10, day) for day in (9, 12, 13, 14))


@pytest.fixture
def hall(cast: Cast) -> Tablet:
    made, _cookie = tablet(cast.blasippan)
    return made


def tap(hall: Tablet, kind: Tap, day: date, hour: int, *children: Child) -> None:
    moment = local(day, hour)
    with time_machine.travel(moment, tick=False):
        for one in children:
            record_taps(
                taps=[MadeTap(uuid7(), one.id, kind, moment)], actor=Actor.of_tablet(hall, today=day), now=moment
            )


def a_day(hall: Tablet, day: date, *children: Child) -> None:
    tap(hall, Tap.ARRIVED, day, 8, *children)
    tap(hall, Tap.LEFT, day, 16, *children)


def lengths(child: Child) -> list[tuple[date, bool, bool]]:
    """Return the day of each stay, whether it has ended, and whether it was forgotten."""
    stays = Stay.objects.filter(child=child).order_by("arrived_at")
    return [(stay.arrived_at.date(), stay.left_at is not None, stay.is_forgotten) for stay in stays]


def test_the_child_comes_again_on_the_days_after(cast: Cast, hall: Tablet) -> None:
    """E14"""
    tap(hall, Tap.ARRIVED, FRIDAY, 8, cast.elsa)  # and nobody taps her out
    for day in (MONDAY, TUESDAY):
        a_day(hall, day, cast.elsa)
    tap(hall, Tap.ARRIVED, WEDNESDAY, 8, cast.elsa)
    assert lengths(cast.elsa) == [
        (FRIDAY, False, True),
        (MONDAY, True, False),
        (TUESDAY, True, False),
        (WEDNESDAY, False, False),
    ]


def test_one_childs_forgotten_stay_leaves_anothers_days_alone(cast: Cast, hall: Tablet) -> None:
    tap(hall, Tap.ARRIVED, FRIDAY, 8, cast.elsa)
    for day in (MONDAY, TUESDAY):
        a_day(hall, day, cast.noor)
    moment = local(WEDNESDAY, 8)
    with time_machine.travel(moment, tick=False):
        record_taps(
            taps=[MadeTap(uuid7(), one.id, Tap.ARRIVED, moment) for one in (cast.elsa, cast.noor)],
            actor=Actor.of_tablet(hall, today=WEDNESDAY),
            now=moment,
        )
    assert lengths(cast.noor) == [(MONDAY, True, False), (TUESDAY, True, False), (WEDNESDAY, False, False)]
    assert lengths(cast.elsa) == [(FRIDAY, False, True), (WEDNESDAY, False, False)]


def test_it_is_corrected_days_later(cast: Cast, hall: Tablet) -> None:
    tap(hall, Tap.ARRIVED, FRIDAY, 8, cast.elsa)
    a_day(hall, MONDAY, cast.elsa)
    now = local(TUESDAY, 9)
    with time_machine.travel(now, tick=False):
        record_taps(
            taps=[MadeTap(uuid7(), cast.elsa.id, Tap.LEFT, local(FRIDAY, 16), reason="Enligt Maria")],
            actor=Actor.of_person(cast.eva, TUESDAY),
            now=now,
        )
    assert lengths(cast.elsa) == [(FRIDAY, True, False), (MONDAY, True, False)]
