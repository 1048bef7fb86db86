"""What holds for any plan, any rotation, any home, any rule, on any day of the year (issue 3: what must be shown)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance import rules, services
from attendance.drafts import Draft, DraftDay
from attendance.models import Absence, ClosedDay, DayPlan, PlanningRule, PlanSave, WeekPlan
from attendance.selectors.facts import known
from attendance.selectors.scopes import Scope
from children.actors import Actor
from portal.lib import days
from tests.cast import Cast, plan

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOMES = (UUID(int=1), UUID(int=2))
# A year with both nights in which the clocks change, and the turn of a year with 53 weeks.
FIRST, LAST = date(2026, 3, 2), date(2027, 4, 30)


@st.composite
def day_times(draw: st.DrawFn) -> rules.Intervals:
    """Draw up to three times that follow each other, on a grid of ten minutes; the last may end at midnight."""
    number = draw(st.integers(0, 3))
    cuts = sorted(draw(st.sets(st.integers(0, 144), min_size=2 * number, max_size=2 * number)))
    moments = [time(cut // 6 % 24, cut % 6 * 10) for cut in cuts]
    return tuple(rules.Interval(moments[n], moments[n + 1]) for n in range(0, len(moments), 2))


dates = st.dates(FIRST, LAST)
mondays = dates.map(days.monday_of)
weeks = st.lists(st.tuples(*[day_times()] * 7), min_size=1, max_size=6).map(tuple)
homes = st.sampled_from([None, *HOMES])
absences = st.builds(
    lambda starts, length, reason, part: rules.DayAbsence(
        starts, starts if part else starts + timedelta(days=length), reason, part
    ),
    dates,
    st.integers(0, 20),
    st.sampled_from(rules.Reason),
    st.none() | st.builds(lambda a, b: rules.Interval(time(a), time(a + b)), st.integers(0, 12), st.integers(1, 11)),
)
livings = st.builds(
    lambda starts, pattern, handover: rules.Living(starts, None, tuple(pattern), *HOMES, handover),
    mondays,
    st.lists(st.text("AB", min_size=7, max_size=7), min_size=1, max_size=4),
    st.sampled_from(rules.Handover),
)
readers = st.none() | st.builds(
    lambda home, sees: rules.Reader(home, frozenset(sees)), homes, st.sets(st.sampled_from(HOMES))
)


@st.composite
def facts(draw: st.DrawFn) -> rules.DayFacts:
    """Draw all that may have been said of a child and a day."""
    return rules.DayFacts(
        day=draw(dates),
        plans=tuple(
            draw(st.lists(st.builds(rules.RepeatingPlan, mondays, st.none() | dates, weeks, homes), max_size=4))
        ),
        changed=draw(st.dictionaries(homes, day_times(), max_size=3)),
        absences=tuple(draw(st.lists(absences, max_size=3))),
        closed=draw(st.none() | st.sampled_from(["", "Planeringsdag"])),
        opens=draw(st.booleans()),
        livings=tuple(draw(st.lists(livings, max_size=1))),
        free=draw(st.frozensets(homes)),
        reader=draw(readers),
    )


def minutes(times: rules.Intervals) -> set[int]:
    """Return the minutes of the day that the times cover."""
    return {n for part in times for n in range(part.starts.hour * 60 + part.starts.minute, _end(part.ends))}


def _end(moment: time) -> int:
    return moment.hour * 60 + moment.minute or 24 * 60


@given(facts())
def test_every_day_has_one_answer(said: rules.DayFacts) -> None:
    """Total: nothing raises; the times have no fault, and there is a state at every hour, clock changes included."""
    found = rules.merged_plan(said)
    assert rules.faults_in(found.intervals or ()) in ("", "many"), "only two homes together may come to more than three"
    assert minutes(found.attending) <= minutes(found.intervals or ())
    if found.is_closed or found.absence or found.is_free:
        assert not found.attending
    begins, ends = days.day_bounds(said.day)
    length = int((ends - begins).total_seconds() // 60)
    assert 0 <= rules.minutes_planned(found, STOCKHOLM) <= length
    moment = begins
    while moment < ends:
        assert rules.day_state(moment.astimezone(STOCKHOLM), found).state in rules.State
        moment = (moment.astimezone(UTC) + timedelta(hours=1)).astimezone(STOCKHOLM)


@given(facts())
def test_the_order_in_which_it_was_said_decides_nothing(said: rules.DayFacts) -> None:
    """Deterministic: whatever order the rows lie in, the day is the same. Only one plan of a home holds at a time."""
    one_each: dict[Any, rules.RepeatingPlan] = {}
    for one in said.plans:
        if one.holds_on(said.day):
            one_each.setdefault((one.home, one.starts_on), one)
    plans = tuple(one_each.values())
    expected = rules.merged_plan(replace(said, plans=plans))
    for order in list(permutations(plans))[:6]:
        turned = dict(reversed(list(said.changed.items())))
        assert rules.merged_plan(replace(said, plans=order, changed=turned)) == expected


@given(facts(), absences)
def test_what_hides_times_leaves_them_as_they_are(said: rules.DayFacts, absence: rules.DayAbsence) -> None:
    """An absence, a closed day and a holiday answer lie over the times and never take from them."""
    before = rules.merged_plan(replace(said, absences=(), closed=None, free=frozenset()))
    during = rules.merged_plan(replace(said, absences=(absence,), closed="Stängt", free=frozenset({None})))
    assert during.intervals == before.intervals
    assert not during.attending


@given(facts())
def test_a_home_learns_nothing_of_the_other(said: rules.DayFacts) -> None:
    """DOMAIN 2.8: whatever the other home says, what a home reads of the day is the same."""
    reader = rules.Reader(HOMES[0])
    own = {home: times for home, times in said.changed.items() if home != HOMES[1]}
    plans = tuple(p for p in said.plans if p.home != HOMES[1])
    silent = replace(said, plans=plans, changed=own, free=said.free - {HOMES[1]}, reader=reader)
    if said.livings:
        read, alone = rules.merged_plan(replace(said, reader=reader)), rules.merged_plan(silent)
        assert (read.intervals, read.is_free) == (alone.intervals, alone.is_free)


@given(facts())
def test_the_child_comes_for_the_half_of_the_home_that_says_so(said: rules.DayFacts) -> None:
    """Of a day of handover that one home has free, what is left is what the other has said; no other day has halves."""
    said = replace(said, absences=(), closed=None, reader=None)
    homes = rules.homes_on(said.livings, said.day)
    found = rules.merged_plan(said)
    if homes is None:
        assert found.is_free == (None in said.free)
        return
    comes = {homes.morning, homes.evening} - said.free
    assert found.is_free == (not comes)
    if len(comes) == 1 and homes.is_handover:
        alone = rules.merged_plan(replace(said, free=frozenset(), reader=rules.Reader(next(iter(comes)))))
        assert (found.intervals or ()) == (alone.intervals or ())


# Through the services -------------------------------------------------------------------------------------------------

CUT_OFFS: list[dict[str, Any]] = [
    {"cut_off": "none"},
    {"cut_off": "days_before", "cut_off_days": 1},
    {"cut_off": "days_before", "cut_off_days": 14},
    {"cut_off": "week_before", "cut_off_weekday": 2, "cut_off_minute": 18 * 60, "cut_off_weeks": 1},
    {"cut_off": "week_before", "cut_off_weekday": 0, "cut_off_minute": 18 * 60, "cut_off_weeks": 2},
    {"cut_off": "week_before", "cut_off_weekday": 6, "cut_off_minute": 24 * 60, "cut_off_weeks": 1},
    {"cut_off": "warn", "cut_off_days": 5},
]
open_times = st.builds(
    lambda starts, length: (rules.Interval(time(starts), time(starts + length)),), st.integers(6, 12), st.integers(1, 6)
) | st.just(())
open_weeks = st.lists(st.tuples(*[open_times] * 5).map(lambda week: (*week, (), ())), min_size=1, max_size=4).map(tuple)
moments = st.builds(
    lambda day, hour, minute: days.at(day, time(hour, minute)),
    st.dates(date(2026, 9, 1), date(2026, 11, 30)) | st.sampled_from([date(2026, 10, 25), date(2026, 10, 24)]),
    st.integers(0, 23),
    st.sampled_from([0, 59]),
)
THROUGH = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def every_row() -> list[Any]:
    """Return all that can be planned, as it lies."""
    return [
        sorted(map(repr, model._default_manager.values()))
        for model in (WeekPlan, DayPlan, Absence, ClosedDay, PlanSave)
    ]


def start_over(cast: Cast, cut_off: dict[str, Any]) -> None:
    for model in (PlanSave, DayPlan, WeekPlan, Absence, ClosedDay, PlanningRule):
        model._default_manager.all().delete()
    PlanningRule.objects.create(preschool=cast.granliden, **cut_off)
    plan(cast.elsa, cast.hugo)


def reads(cast: Cast, first: date, number: int = 40) -> list[rules.PlannedDay]:
    found = known([cast.elsa.id], first, first + timedelta(days=number), reader=cast.amina.id)
    return [found.planned(cast.elsa.id, first + timedelta(days=n)) for n in range(number)]


@pytest.fixture
def long_placed(cast: Cast) -> Cast:
    cast.elsa.placements.update(starts_on=date(2025, 1, 1))
    cast.hugo.placements.update(starts_on=date(2025, 1, 1))
    for relation in (cast.elsa.guardianships, cast.hugo.guardianships, cast.eva.staff_roles):
        relation.update(starts_on=date(2025, 1, 1))
    return cast


@THROUGH
@given(st.sampled_from(CUT_OFFS), moments, open_weeks, st.integers(0, 6), st.lists(st.integers(-3, 60), max_size=4))
def test_a_save_that_breaks_the_cut_off_changes_nothing(
    long_placed: Cast, cut_off: dict[str, Any], now: datetime, laid: Any, weeks_on: int, dates_on: list[int]
) -> None:
    """C06, DOMAIN 2.1: refused is refused whole; saved, it has changed no day that stood fast; taken back, all is as
    it was.
    """
    cast, today = long_placed, days.day_of(now)
    start_over(cast, cut_off)
    monday = days.monday_of(today) + timedelta(weeks=weeks_on)
    drafted = tuple(DraftDay(today + timedelta(days=n), (rules.Interval(time(9), time(10)),)) for n in set(dates_on))
    draft = Draft(laid).with_days(one for one in drafted if one.day.weekday() < 5)
    before, rows = reads(cast, today), every_row()
    actor = Actor.of_person(cast.amina, today)
    try:
        saves = services.save_schedule(
            drafts={cast.elsa.id: draft, cast.hugo.id: draft}, starts_on=monday, actor=actor, now=now
        )
    except ValidationError:
        assert every_row() == rows
        return
    fast = rules.merged_rules([rules.from_stored(cut_off)]).cut_off
    here = days.local(now)
    for was, became in zip(before, reads(cast, today), strict=True):
        assert was.intervals == became.intervals or rules.may_change(was.day, here, fast), was.day
    if saves:
        services.undo_save(save_id=saves[0].pk, actor=actor, now=now)
        assert reads(cast, today) == before


@THROUGH
@given(st.sampled_from(CUT_OFFS), moments, st.integers(-2, 40), open_times | st.none())
def test_a_day_that_stands_fast_is_not_changed(
    long_placed: Cast, cut_off: dict[str, Any], now: datetime, days_on: int, times: rules.Intervals | None
) -> None:
    """C06: the day's own times, off, or back to the usual: after the cut-off none of it."""
    cast, today = long_placed, days.day_of(now)
    start_over(cast, cut_off)
    day = today + timedelta(days=days_on)
    actor, rows = Actor.of_person(cast.amina, today), every_row()
    fast = rules.merged_rules([rules.from_stored(cut_off)]).cut_off
    try:
        services.change_day(child_id=cast.elsa.id, day=day, intervals=times, actor=actor, now=now)
    except ValidationError:
        assert every_row() == rows
    else:
        assert day >= today
        assert times is None or rules.may_change(day, days.local(now), fast)


@THROUGH
@given(moments, st.integers(0, 20), st.integers(0, 10), st.sampled_from(rules.Reason))
def test_an_absence_and_a_closed_day_give_the_plan_back(
    long_placed: Cast, now: datetime, days_on: int, length: int, reason: rules.Reason
) -> None:
    """C09, D02: planned, hidden, and there again: through the services, on rows."""
    cast, today = long_placed, days.day_of(now)
    start_over(cast, {"cut_off": "none"})
    before = reads(cast, today)
    actor, first = Actor.of_person(cast.amina, today), today + timedelta(days=days_on)
    report = services.report_absence(
        child_ids=[cast.elsa.id],
        starts_on=first,
        ends_on=first + timedelta(days=length),
        reason=reason,
        actor=actor,
        now=now,
    )
    hidden = reads(cast, today)
    assert [day.intervals for day in hidden] == [day.intervals for day in before]
    assert not any(day.attending for day in hidden if first <= day.day <= first + timedelta(days=length))
    services.end_absence(absence_id=report.absences[0].id, actor=actor, now=now)
    after = reads(cast, today)
    assert [day.attending for day in after] == [day.attending for day in before]
    eva, scope = Actor.of_person(cast.eva, today), Scope(preschool=cast.granliden)
    try:
        closed = services.close_days(scope=scope, first=first, last=first, reason="Planering", actor=eva, now=now)
    except ValidationError:  # a weekend, or a day that is red anyhow
        return
    assert not reads(cast, first, 1)[0].attending
    services.open_again(closed_ids=[one.pk for one in closed], actor=eva, now=now)
    assert reads(cast, today) == before
