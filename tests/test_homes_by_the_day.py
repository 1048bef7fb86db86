"""Two homes as plain values: whose day it is, and what the two together mean for it (DOMAIN 2.8, C03)."""

from __future__ import annotations

from datetime import date, time, timedelta
from uuid import UUID

import pytest

from attendance.rules import (
    DayFacts,
    Half,
    Handover,
    HomesOfDay,
    Interval,
    Living,
    Reader,
    RepeatingPlan,
    Seam,
    joined,
    merged_plan,
)
from children.home_rules import are_weeks, every_other_week, turned

OURS, THEIRS = UUID(int=1), UUID(int=2)
MONDAY = date(2026, 10, 12)
FRIDAYS = every_other_week(4)


def hours(text: str | None) -> tuple[Interval, ...] | None:
    """Return the times of a text: None for nothing said, "" for a day off."""
    if text is None:
        return None
    return tuple(Interval(*map(time.fromisoformat, part.split("-"))) for part in text.split())


def living(handover: Handover, weeks: tuple[str, ...] = FRIDAYS) -> Living:
    return Living(MONDAY, None, weeks, OURS, THEIRS, handover)


@pytest.mark.parametrize(
    ("morning", "evening", "day", "seam"),
    [
        (None, None, None, Seam.NONE),
        ("07:00-12:00", None, "07:00-12:00", Seam.MISSING),
        (None, "12:00-16:00", "12:00-16:00", Seam.MISSING),
        (None, "", "", Seam.MISSING),
        ("", "", "", Seam.NONE),
        ("", "12:00-16:00", "12:00-16:00", Seam.GAP),
        ("07:00-12:00", "", "07:00-12:00", Seam.GAP),
        ("07:00-12:00", "12:00-16:00", "07:00-16:00", Seam.NONE),
        ("07:00-12:00", "13:00-16:00", "07:00-12:00 13:00-16:00", Seam.GAP),
        ("07:00-13:00", "12:00-16:00", "07:00-16:00", Seam.OVERLAP),
        # Each has said the whole day, as in its ordinary weeks: one's arrival, the other's collection.
        ("07:30-16:00", "07:30-16:00", "07:30-16:00", Seam.NONE),
        ("07:30-16:00", "08:30-17:00", "07:30-17:00", Seam.NONE),
        ("08:30-17:00", "07:30-15:00", "08:30-15:00", Seam.NONE),
        # Collected before it has come.
        ("12:00-16:00", "07:00-11:00", "12:00-16:00", Seam.OVERLAP),
        # Several times a day, and a night that midnight ends.
        ("07:00-09:00 10:00-12:00", "12:00-16:00", "07:00-09:00 10:00-16:00", Seam.NONE),
        ("07:00-12:00", "12:00-00:00", "07:00-00:00", Seam.NONE),
    ],
)
def test_the_day_of_two_homes(morning: str | None, evening: str | None, day: str | None, seam: Seam) -> None:
    """The arrival is the morning's home's, the collection the evening's; what does not fit is said, not whose it is."""
    assert joined(hours(morning), hours(evening)) == (hours(day), seam)


@pytest.mark.parametrize(
    ("handover", "thursday", "friday", "saturday", "next_friday"),
    [
        (Handover.BEFORE, "BB", "AA", "AA", "BB"),
        (Handover.THERE, "BB", "BA", "AA", "AB"),
        (Handover.AFTER, "BB", "BB", "AA", "AA"),
    ],
)
def test_when_the_child_goes_over(
    handover: Handover, thursday: str, friday: str, saturday: str, next_friday: str
) -> None:
    """Every other week from Friday: before the preschool, there, or after it."""
    lives = living(handover)
    dates = [MONDAY + timedelta(days=number) for number in range(14)]
    pairs = [(homes.morning, homes.evening) for homes in map(lives.homes_on, dates)]
    said = ["".join("A" if home == OURS else "B" for home in pair) for pair in pairs]
    assert [said[number] for number in (3, 4, 5, 11)] == [thursday, friday, saturday, next_friday]


@pytest.mark.parametrize("changes_on", [date(2026, 10, 25), date(2027, 3, 28)])
def test_weeks_go_on_over_the_nights_when_clocks_change(changes_on: date) -> None:
    lives = living(Handover.THERE)
    for number in range(-15, 15):
        day = changes_on + timedelta(days=number)
        assert lives.homes_on(day) == lives.homes_on(day + timedelta(weeks=2))
        assert lives.homes_on(day) != lives.homes_on(day + timedelta(weeks=1))


@pytest.mark.parametrize("weekday", range(7))
def test_every_other_week_is_seven_evenings_in_each_home(weekday: int) -> None:
    weeks = every_other_week(weekday)
    assert are_weeks(weeks)
    assert "".join(weeks).count("A") == 7
    lives = living(Handover.THERE, weeks)
    handovers = [n % 7 for n in range(28) if lives.homes_on(MONDAY + timedelta(days=n)).is_handover]
    assert handovers == [weekday] * 4


@pytest.mark.parametrize("weeks", [(), ("AAAAAAA",), ("AAAAABB",) * 9, ("AAAB",), ("AAAAAAC", "BBBBBBB")])
def test_weeks_that_nobody_can_live_by(weeks: tuple[str, ...]) -> None:
    assert not are_weeks(weeks)


def test_turned_weeks_go_on_where_they_were() -> None:
    weeks = ("AAAAAAA", "BBBBBBB", "AAABBBB")
    assert turned(weeks, 4) == (weeks[1], weeks[2], weeks[0])


def _facts(reader: Reader | None, day: date) -> DayFacts:
    def week(text: str) -> tuple[tuple[tuple[Interval, ...], ...], ...]:
        return ((hours(text) or (),) * 7,)

    plans = (
        RepeatingPlan(MONDAY, None, week("07:01-15:03"), OURS),
        RepeatingPlan(MONDAY, None, week("08:05-16:07"), THEIRS),
    )
    return DayFacts(day, plans, livings=(living(Handover.THERE),), reader=reader)


def test_what_each_reads_of_a_day_of_handover() -> None:
    """C03: staff read one day; each home its own half of it, and the third guardian nothing."""
    friday, saturday_after = MONDAY + timedelta(days=4), MONDAY + timedelta(days=5)
    merged = merged_plan(_facts(None, friday))
    assert (merged.intervals, merged.half) == (hours("08:05-15:03"), Half.BOTH)
    assert merged.homes == HomesOfDay(THEIRS, OURS)
    own = merged_plan(_facts(Reader(OURS), friday))
    assert (own.intervals, own.half, own.seam) == (hours("07:01-15:03"), Half.EVENING, Seam.NONE)
    other = merged_plan(_facts(Reader(THEIRS), friday))
    assert (other.intervals, other.half) == (hours("08:05-16:07"), Half.MORNING)
    assert merged_plan(_facts(Reader(THEIRS), saturday_after)).is_elsewhere
    third = merged_plan(_facts(Reader(None), friday))
    assert (third.is_elsewhere, third.intervals) == (True, None)
    shared = merged_plan(_facts(Reader(THEIRS, frozenset({OURS})), friday))
    assert (shared.intervals, shared.half) == (merged.intervals, Half.BOTH)


def test_a_changed_day_of_the_home_that_does_not_have_it_changes_nothing() -> None:
    facts = _facts(None, MONDAY + timedelta(days=7))
    assert facts.livings[0].homes_on(facts.day) == HomesOfDay(OURS, OURS)
    stale = DayFacts(facts.day, facts.plans, {THEIRS: hours("09:00-10:00") or ()}, livings=facts.livings)
    assert merged_plan(stale) == merged_plan(facts)
