"""What it costs to save a copy and to take it back: so many queries, however many days and children."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, time, timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance import services
from attendance.drafts import Draft, DraftDay, draft_from
from attendance.models import DayPlan, PlanSave
from attendance.rules import Interval, Intervals
from attendance.selectors.facts import known
from children.actors import Actor
from children.home_rules import Handover
from children.models import Child, Household, HouseholdWeeks
from tests.cast import Cast, child, guard, local, place, plan

TUESDAY = date(2026, 10, 13)
MONDAY = date(2026, 10, 19)
SHORT: Intervals = (Interval(time(9), time(14)),)


@pytest.fixture(autouse=True)
def _early_on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=False):
        yield


def queries(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as made:
        act()
    return len(made)


def siblings(cast: Cast, number: int) -> list[Child]:
    """Return so many children of Amina and Johan, with plans, each with one who collects on two days."""
    made = [child(f"Syskon{n}") for n in range(number)]
    for one in made:
        place(one, cast.blasippan)
    guard(cast.amina, *made)
    guard(cast.johan, *made)
    plan(*made)
    for turn, one in enumerate(made):
        contact = one.contacts.create(name="Karin", relation="Mormor", may_collect=True)
        named = {"collecting_guardian": cast.johan} if turn % 2 else {"collecting_contact": contact}
        for day in (MONDAY, MONDAY + timedelta(days=1)):  # one is copied, the other comes back
            DayPlan.objects.create(child=one, day=day, note=f"{day}", changed_at=local(TUESDAY, 5), **named)
    return made


def copy(cast: Cast, children: Sequence[Child], weeks: int) -> list[PlanSave]:
    """Lay the first day, with its note and who collects, on every weekday of so many weeks."""
    days = [MONDAY + timedelta(days=n) for n in range(1, 7 * weeks) if (MONDAY + timedelta(days=n)).weekday() < 5]
    facts = known([one.id for one in children], MONDAY, MONDAY, reader=cast.amina.id)
    drafts = {
        one.id: Draft(
            draft_from(facts.own_plans(one.id), MONDAY).weeks,
            tuple(DraftDay(day, SHORT, ((children[0] if turn % 2 else one).id, MONDAY)) for day in days),
        )
        for turn, one in enumerate(children)
    }
    return services.save_schedule(
        drafts=drafts, starts_on=MONDAY, actor=Actor.of_person(cast.amina), now=local(TUESDAY, 6, 10)
    )


@pytest.mark.parametrize("has_homes", [False, True])
def test_a_copy_with_collectors_and_its_undoing(cast: Cast, *, has_homes: bool) -> None:
    """A week of two children, a month of four: the same queries; and what lay there before lies there again."""
    costs: list[tuple[int, int]] = []
    now = local(TUESDAY, 6, 10)
    for number, weeks in ((2, 1), (4, 4)):  # SQLite inserts ninety rows at once, PostgreSQL any number
        children = siblings(cast, number)
        for one in children if has_homes else ():
            live_in_two_homes(cast, one)
        before = sorted(DayPlan.objects.values_list("child", "day", "note", "collecting_contact"))
        saving = queries(partial(copy, cast, children, weeks))
        saves = list(PlanSave.objects.all())
        assert DayPlan.objects.filter(child=children[0]).count() > 1
        amina = Actor.of_person(cast.amina)
        undoing = queries(partial(services.undo_save, save_id=saves[0].pk, actor=amina, now=now))
        costs.append((saving, undoing))
        assert sorted(DayPlan.objects.values_list("child", "day", "note", "collecting_contact")) == before
        PlanSave.objects.all().delete()
    assert costs[0] == costs[1]
    assert costs[0] <= ((23, 20) if has_homes else (20, 20))


def live_in_two_homes(cast: Cast, one: Child) -> None:
    ours, theirs = (Household.objects.create(child=one) for _number in range(2))
    ours.guardians.set([cast.amina])
    theirs.guardians.set([cast.johan])
    HouseholdWeeks.objects.create(
        child=one,
        first=ours,
        second=theirs,
        starts_on=date(2026, 9, 28),
        is_proposed=False,
        weeks=["AAAAAAA"],
        handover=Handover.BEFORE,
    )
    one.day_plans.update(household=ours)
    one.week_plans.update(household=ours)
