"""When a child that is away is back: on the next day on which its place is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from attendance.models import Absence, ClosedDay, PlanningRule
from tests.cast import Cast, local, plan, tablet

WEDNESDAY = date(2026, 11, 18)
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def on_wednesday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(WEDNESDAY, 7), tick=False) as traveller:
        yield traveller


@pytest.fixture
def away(cast: Cast) -> Cast:
    plan(cast.elsa)
    Absence.objects.create(child=cast.elsa, starts_on=WEDNESDAY, ends_on=FRIDAY, reason="leave")
    return cast


def home(log_in: LogIn, cast: Cast) -> str:
    return log_in(cast.amina).get("/").content.decode()


def test_after_the_weekend(away: Cast, log_in: LogIn, on_tablet: Callable[[str], Client]) -> None:
    assert "Åter måndag" in home(log_in, away)
    # The hall reads the same as of any absence.
    page = on_tablet(tablet(away.blasippan)[1]).get(f"/avdelning/{away.blasippan.id}/").content.decode()
    assert "åter måndag" in page


def test_after_a_closed_monday(away: Cast, log_in: LogIn) -> None:
    ClosedDay.objects.create(preschool=away.sjostjarnan, day=MONDAY, reason="Planeringsdag")
    assert "Åter måndag" in home(log_in, away)
    ClosedDay.objects.create(department=away.blasippan, day=MONDAY, reason="Planeringsdag")
    assert "Åter tisdag" in home(log_in, away)
    assert "åter tisdag" in log_in(away.amina).get(f"/barn/{away.elsa.id}/dag/{WEDNESDAY}/").content.decode()


def test_where_saturdays_are_open(away: Cast, log_in: LogIn) -> None:
    PlanningRule.objects.create(preschool=away.granliden, opening=[["06:00", "18:00"]] * 6 + [None])
    assert "Åter lördag" in home(log_in, away)


def test_after_a_holiday(cast: Cast, log_in: LogIn, on_wednesday: time_machine.Traveller) -> None:
    """Away until the eve of Epiphany: back on the day after it."""
    plan(cast.elsa)
    monday, tuesday = date(2027, 1, 4), date(2027, 1, 5)
    Absence.objects.create(child=cast.elsa, starts_on=monday, ends_on=tuesday, reason="leave")
    on_wednesday.move_to(local(monday, 7))
    assert "Åter torsdag" in home(log_in, cast)


def test_where_it_stays_closed_for_long(away: Cast, log_in: LogIn) -> None:
    for day in (23, 24):
        ClosedDay.objects.create(preschool=away.granliden, day=date(2026, 11, day), reason="Planeringsdagar")
    assert "Till och med 20 nov" in home(log_in, away)
