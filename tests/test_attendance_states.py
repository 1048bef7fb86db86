"""The day decided: tables for what is said, and properties for what must hold whatever happens."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.rules import (
    CutOff,
    CutOffForm,
    DayAbsence,
    DayFacts,
    Interval,
    PlannedDay,
    Reason,
    RepeatingPlan,
    State,
    Stay,
    Tap,
    TapFact,
    allowed_taps,
    day_state,
    faults_in,
    is_forgotten,
    locks_at,
    may_change,
    merged_plan,
    minutes_between,
    minutes_planned,
    project_stays,
    without,
)

ZONE = ZoneInfo("Europe/Stockholm")
DAY = date(2026, 10, 13)  # a Tuesday
MONDAY = date(2026, 10, 12)


def at(text: str, day: date = DAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), tzinfo=ZONE)


def hours(*pairs: str) -> tuple[Interval, ...]:
    return tuple(Interval(*(time.fromisoformat(part) for part in pair.split("-"))) for pair in pairs)


def stay(arrived: str, left: str | None = None, day: date = DAY, number: int = 1) -> Stay:
    return Stay(UUID(int=number), at(arrived, day), at(left, day) if left else None)


USUAL = PlannedDay(DAY, hours("07:30-16:00"))
TWICE = PlannedDay(DAY, hours("07:30-09:00", "10:30-16:00"))
DENTIST = PlannedDay(DAY, hours("07:30-16:00"), gaps=(DayAbsence(DAY, DAY, Reason.OTHER, hours("10:00-12:00")[0]),))
LATE_START = PlannedDay(DAY, hours("07:30-16:00"), gaps=(DayAbsence(DAY, DAY, Reason.OTHER, hours("07:00-09:00")[0]),))
SICK = PlannedDay(DAY, hours("07:30-16:00"), absence=DayAbsence(DAY, date(2026, 10, 14), Reason.SICK))
OFF = PlannedDay(DAY, ())
UNPLANNED = PlannedDay(DAY)
CLOSED = PlannedDay(DAY, hours("07:30-16:00"), is_closed=True)
NIGHT = PlannedDay(DAY, hours("00:00-07:00"))


@pytest.mark.parametrize(
    ("plan", "now", "stays", "state"),
    [
        (USUAL, "07:29", [], State.EXPECTED),
        (USUAL, "07:44", [], State.EXPECTED),
        (USUAL, "07:45", [], State.LATE),
        (USUAL, "07:40", [stay("07:34")], State.PRESENT),
        (USUAL, "16:10", [stay("07:34", "16:02")], State.LEFT),
        (USUAL, "23:59", [stay("07:34")], State.PRESENT),
        (UNPLANNED, "12:00", [], State.EXPECTED),
        (OFF, "12:00", [], State.ABSENT),
        (SICK, "12:00", [], State.ABSENT),
        (SICK, "12:00", [stay("08:00")], State.PRESENT),  # presence beats absence
        (SICK, "12:00", [stay("08:00", "11:00")], State.LEFT),
        (CLOSED, "12:00", [], State.CLOSED),
        (CLOSED, "12:00", [stay("08:00")], State.PRESENT),
        (DENTIST, "07:00", [], State.EXPECTED),
        (DENTIST, "10:30", [stay("07:30", "09:55")], State.LEFT),
        (DENTIST, "12:05", [stay("07:30", "09:55")], State.EXPECTED),
        (DENTIST, "12:20", [stay("07:30", "09:55")], State.LATE),
        (LATE_START, "08:30", [], State.EXPECTED),
        (LATE_START, "09:15", [], State.LATE),
        (TWICE, "08:30", [stay("07:30", "08:20")], State.LEFT),
        (TWICE, "10:30", [stay("07:30", "08:20")], State.EXPECTED),
        (TWICE, "10:45", [stay("07:30", "08:20")], State.LATE),
        (TWICE, "16:30", [stay("07:30", "08:20")], State.LEFT),
        (TWICE, "09:30", [], State.EXPECTED),
        (USUAL, "07:35", [stay("07:34", day=MONDAY)], State.EXPECTED),  # forgotten yesterday
        (NIGHT, "03:00", [stay("20:00", day=MONDAY)], State.PRESENT),
    ],
)
def test_where_a_child_is(plan: PlannedDay, now: str, stays: list[Stay], state: State) -> None:
    assert day_state(at(now), plan, stays, 15).state == state


def test_what_is_said_with_it() -> None:
    assert day_state(at("07:47"), USUAL).minutes_late == 17
    assert day_state(at("07:00"), LATE_START).expected_at == at("09:00")
    assert day_state(at("08:30"), TWICE, [stay("07:30", "08:20")]).returns_at == at("10:30")
    assert day_state(at("08:00"), SICK).until == date(2026, 10, 14)
    assert day_state(at("08:00"), OFF).reason == Reason.LEAVE
    assert day_state(at("07:00"), DENTIST).gaps == hours("10:00-12:00")
    assert day_state(at("08:00"), USUAL, [stay("17:00", day=MONDAY)]).forgotten_since == at("17:00", MONDAY)
    assert day_state(at("08:00"), USUAL, late_after_minutes=45).state == State.EXPECTED


def test_taps_that_make_sense() -> None:
    assert {state: set(allowed_taps(state)) for state in State} == {
        state: {Tap.LEFT if state == State.PRESENT else Tap.ARRIVED} for state in State
    }


def test_what_holds_on_a_day() -> None:
    weeks = ((hours("07:00-15:00"),) * 5 + ((), ()), (hours("08:00-16:00"),) * 5 + ((), ()))
    plans = (
        RepeatingPlan(date(2026, 8, 3), date(2026, 10, 4), (weeks[1],)),
        RepeatingPlan(date(2026, 10, 5), None, weeks),
    )

    def on(day: date, **more: Any) -> PlannedDay:
        return merged_plan(DayFacts(day, plans=plans, **more))

    assert on(date(2026, 10, 2)).intervals == hours("08:00-16:00")
    assert [on(date(2026, 10, 6) + timedelta(days=7 * n)).intervals for n in range(3)] == [
        hours("07:00-15:00"),
        hours("08:00-16:00"),
        hours("07:00-15:00"),
    ]
    assert merged_plan(DayFacts(DAY)).is_unplanned
    assert on(DAY, changed={None: ()}).intervals == ()
    saturday = date(2026, 10, 17)
    assert on(saturday, opens=False).is_closed
    assert not on(saturday, opens=False, changed={None: hours("08:00-12:00")}).is_closed
    assert (on(saturday).is_closed, on(saturday).intervals) == (False, ())
    assert merged_plan(DayFacts(DAY, opens=False)).is_closed, "on any weekday"
    closed = on(DAY, closed="Planeringsdag")
    assert (closed.is_closed, closed.intervals, closed.attending) == (True, hours("08:00-16:00"), ())
    sick = on(DAY, absences=(DayAbsence(DAY, DAY, Reason.SICK),))
    assert (sick.intervals, sick.attending) == (hours("08:00-16:00"), ())


@pytest.mark.parametrize(
    ("gap", "rest"),
    [
        ("10:00-12:00", ("07:30-10:00", "12:00-16:00")),
        ("07:00-09:00", ("09:00-16:00",)),
        ("15:00-17:00", ("07:30-15:00",)),
        ("07:00-17:00", ()),
        ("16:00-17:00", ("07:30-16:00",)),
    ],
)
def test_a_gap_is_cut_out(gap: str, rest: tuple[str, ...]) -> None:
    assert without(hours("07:30-16:00"), hours(gap)[0]) == hours(*rest)


def test_faults_in_a_day() -> None:
    assert faults_in(hours("16:00-07:30")) == "order"
    assert faults_in(hours("07:00-10:00", "09:00-11:00")) == "overlap"
    assert faults_in(hours("07:00-08:00", "09:00-10:00", "11:00-12:00", "13:00-14:00")) == "many"
    assert faults_in(hours("07:00-09:00", "09:00-11:00", "20:00-00:00")) == ""


def test_when_times_stand_fast() -> None:
    """DOMAIN 2.1: n days before; without a cut-off the day itself is still open."""
    three = CutOff(CutOffForm.DAYS_BEFORE, 3)
    friday = date(2026, 10, 16)
    assert locks_at(friday, three, ZONE) == at("00:00", date(2026, 10, 14))
    assert may_change(friday, at("23:59"), three)
    assert not may_change(friday, at("00:00", date(2026, 10, 14)), three)
    assert may_change(DAY, at("23:59"), CutOff())
    assert not may_change(MONDAY, at("00:00"), CutOff())


@pytest.mark.parametrize(("night", "length"), [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25), (DAY, 24)])
def test_a_night_in_which_the_clocks_change(night: date, length: int) -> None:
    """E15: true lengths, of stays and of plans."""
    noon, next_noon = at("12:00", night), at("12:00", night + timedelta(days=1))
    assert minutes_between(noon, next_noon) == 60 * length
    assert Stay(UUID(int=1), noon.astimezone(UTC), next_noon).minutes == 60 * length
    planned = PlannedDay(night + timedelta(days=1), hours("00:00-12:00"))
    assert minutes_planned(planned, ZONE) == 60 * (length - 12)


def test_forgotten_after_closing() -> None:
    open_stay = stay("08:00")
    assert not is_forgotten(open_stay, at("18:30"))
    assert is_forgotten(open_stay, at("18:31"))
    assert not is_forgotten(open_stay, at("20:00"), planned_until=at("21:00"))
    assert not is_forgotten(stay("08:00", "16:00"), at("20:00"))


# Taps -----------------------------------------------------------------------------------------------------------------

moments = st.integers(0, 72 * 60).map(lambda minute: at("00:00", MONDAY).astimezone(UTC) + timedelta(minutes=minute))


@st.composite
def logs(draw: st.DrawFn) -> list[TapFact]:
    taps = [
        TapFact(UUID(int=number), draw(st.sampled_from([Tap.ARRIVED, Tap.LEFT])), draw(moments))
        for number in range(1, draw(st.integers(0, 10)) + 1)
    ]
    undone = draw(st.lists(st.sampled_from(taps), max_size=4)) if taps else []
    return taps + [
        TapFact(UUID(int=100 + n), Tap.UNDONE, tap.occurred_at + timedelta(minutes=draw(st.integers(0, 300))), tap.id)
        for n, tap in enumerate(undone)
    ]


@given(logs(), st.randoms(use_true_random=False), st.integers(1, 3))
def test_order_and_repeats_make_no_difference(log: list[TapFact], chance: Random, times: int) -> None:
    """DOMAIN 3.4."""
    shuffled = log * times
    chance.shuffle(shuffled)
    assert project_stays(shuffled, ZONE) == project_stays(log, ZONE)


@given(logs())
def test_stays_are_possible(log: list[TapFact]) -> None:
    """One open stay at most and the last; none overlaps; every tap that was not undone is accounted for."""
    found = project_stays(log, ZONE)
    assert sum(one.is_open for one in found.stays) <= 1
    assert not any(one.is_open for one in found.stays[:-1])
    for earlier, later in zip(found.stays, found.stays[1:], strict=False):
        assert earlier.arrived_at <= later.arrived_at
        assert earlier.is_forgotten or (earlier.left_at and earlier.left_at <= later.arrived_at)
    undone = {tap.undoes for tap in log}
    told = {one.id for one in found.stays} | {one.left_event for one in found.stays} - {None}
    told |= set(found.repeats) | {tap.id for tap in found.contradictions}
    assert not undone & told
    if not any(tap.kind == Tap.UNDONE for tap in log):
        assert told == {tap.id for tap in log}


def test_what_taps_make() -> None:
    def tap(number: int, kind: Tap, clock: str, day: date = DAY, undoes: int = 0) -> TapFact:
        return TapFact(UUID(int=number), kind, at(clock, day), UUID(int=undoes) if undoes else None)

    in_, out, undo = Tap.ARRIVED, Tap.LEFT, Tap.UNDONE
    twice = project_stays(
        [tap(1, in_, "08:00"), tap(2, in_, "08:01"), tap(3, out, "16:00"), tap(4, out, "16:01")], ZONE
    )
    assert [(one.arrived_at, one.left_at) for one in twice.stays] == [(at("08:00"), at("16:00"))]
    assert twice.repeats == {UUID(int=2): UUID(int=1), UUID(int=4): UUID(int=3)}
    assert project_stays([tap(1, out, "16:00")], ZONE).contradictions
    forgotten = project_stays([tap(1, in_, "08:00", MONDAY), tap(2, in_, "08:00")], ZONE)
    assert [one.is_forgotten for one in forgotten.stays] == [True, False]
    undone = [tap(1, in_, "08:00"), tap(2, in_, "08:01"), tap(3, undo, "08:02", undoes=1), tap(4, in_, "08:30")]
    assert [one.id.int for one in project_stays(undone, ZONE).stays] == [4]


intervals = (
    st.tuples(st.integers(0, 1438), st.integers(0, 1438))
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: Interval(time(*divmod(pair[0], 60)), time(*divmod(pair[1], 60))))
)
plans = st.builds(
    PlannedDay,
    day=st.just(DAY),
    intervals=st.none() | st.lists(intervals, max_size=3).filter(lambda many: not faults_in(many)).map(tuple),
    absence=st.none() | st.just(DayAbsence(DAY, DAY, Reason.SICK)),
    gaps=st.lists(intervals.map(lambda part: DayAbsence(DAY, DAY, Reason.OTHER, part)), max_size=2).map(tuple),
    is_closed=st.booleans(),
)


@given(plans, logs(), st.integers(0, 24 * 60 - 1), st.integers(0, 60))
def test_there_is_always_an_answer(plan: PlannedDay, log: list[TapFact], minute: int, late_after: int) -> None:
    now = at("00:00") + timedelta(minutes=minute)
    found = day_state(now, plan, project_stays(log, ZONE).stays, late_after)
    assert (found.state == State.LATE) == (found.minutes_late > 0)
    assert (found.state == State.PRESENT) <= (found.since is not None)
    if plan.is_unplanned:
        assert found.state not in (State.LATE,)
