"""What is meant for a child on a day: repeating plans, changed days, absence and closed days, merged.

Plain values in, plain values out: no database, no clock. `attendance.rules` gives these names on, and is where the
rest of the house takes them from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

MOST_INTERVALS = 3
MOST_WEEKS = 20


class Reason(StrEnum):
    SICK = "sick"
    LEAVE = "leave"
    OTHER = "other"


# The plan -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class Interval:
    """A time at the preschool on one day. An end at 00:00 is the midnight that ends the day (night care)."""

    starts: time
    ends: time

    @property
    def is_in_order(self) -> bool:
        return self.ends == time.min or self.starts < self.ends

    @property
    def minutes(self) -> int:
        """Its length on the clock on the wall."""
        last = self.ends.hour * 60 + self.ends.minute or 24 * 60
        return last - self.starts.hour * 60 - self.starts.minute

    def begins_at(self, day: date, zone: tzinfo | None) -> datetime:
        return datetime.combine(day, self.starts, tzinfo=zone)

    def ends_at(self, day: date, zone: tzinfo | None) -> datetime:
        last = day + timedelta(days=1) if self.ends == time.min else day
        return datetime.combine(last, self.ends, tzinfo=zone)

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"


Intervals = tuple[Interval, ...]
Week = tuple[Intervals, ...]


@dataclass(frozen=True)
class RepeatingPlan:
    """Weeks of seven days that follow each other and begin again, from a Monday until its last day."""

    starts_on: date
    ends_on: date | None
    weeks: tuple[Week, ...]

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def on(self, day: date) -> Intervals:
        """Return the times of `day`; nothing is a day off."""
        passed = (day - timedelta(days=day.weekday()) - self.starts_on).days // 7
        return self.weeks[passed % len(self.weeks)][day.weekday()]


@dataclass(frozen=True)
class DayAbsence:
    """A reported absence: whole days, or from a time to a time on one day."""

    starts_on: date
    ends_on: date
    reason: Reason
    part: Interval | None = None
    id: UUID | None = None

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True)
class DayFacts:
    """All that families and the preschool have said about one child and one day."""

    day: date
    plans: tuple[RepeatingPlan, ...] = ()
    changed: Intervals | None = None  # the day's own times, over the repeating plan; () is a day off
    absences: tuple[DayAbsence, ...] = ()
    closed: str | None = None  # why the preschool is closed


@dataclass(frozen=True)
class PlannedDay:
    """What follows from the facts: the times as they are meant, and what takes from them.

    `intervals` is None where nobody has planned, and empty for a day off. Absence and closed days hide times and
    never remove them.
    """

    day: date
    intervals: Intervals | None = None
    absence: DayAbsence | None = None
    gaps: tuple[DayAbsence, ...] = ()
    is_closed: bool = False
    closed: str = ""
    is_changed: bool = False

    @property
    def attending(self) -> Intervals:
        """The times in which the child is meant to be there: nothing when absent or closed, and without the gaps."""
        if self.is_closed or self.absence:
            return ()
        left = self.intervals or ()
        for gap in self.gaps:
            if gap.part:
                left = without(left, gap.part)
        return left

    @property
    def is_unplanned(self) -> bool:
        return self.intervals is None


def merged_plan(facts: DayFacts) -> PlannedDay:
    """Return what holds on the day: the day's own times over the repeating plan, absence and closed days over both.

    A weekend on which nobody has planned times is closed (DOMAIN 2.4).
    """
    holding = [plan for plan in facts.plans if plan.holds_on(facts.day)]
    intervals = max(holding, key=lambda plan: plan.starts_on).on(facts.day) if holding else None
    if facts.changed is not None:
        intervals = facts.changed
    absences = [absence for absence in facts.absences if absence.holds_on(facts.day)]
    whole = [absence for absence in absences if absence.part is None]
    parts = sorted((a for a in absences if a.part), key=lambda a: a.part or Interval(time.min, time.min))
    is_weekend = facts.day.weekday() > 4 and not intervals
    return PlannedDay(
        day=facts.day,
        intervals=intervals,
        absence=max(whole, key=lambda absence: absence.ends_on, default=None),
        gaps=tuple(parts),
        is_closed=facts.closed is not None or is_weekend,
        closed=facts.closed or "",
        is_changed=facts.changed is not None,
    )


def without(intervals: Iterable[Interval], gap: Interval) -> Intervals:
    """Return the intervals with `gap` cut out of them."""
    rest: list[Interval] = []
    for interval in intervals:
        ends = time.max if interval.ends == time.min else interval.ends
        gap_ends = time.max if gap.ends == time.min else gap.ends
        if gap_ends <= interval.starts or gap.starts >= ends:
            rest.append(interval)
            continue
        if interval.starts < gap.starts:
            rest.append(Interval(interval.starts, gap.starts))
        if gap_ends < ends:
            rest.append(Interval(gap_ends, interval.ends))
    return tuple(rest)


def faults_in(intervals: Sequence[Interval]) -> str:
    """Return what is wrong with a day's intervals as one word (`order`, `overlap`, `many`), or nothing."""
    if any(not interval.is_in_order for interval in intervals):
        return "order"
    if len(intervals) > MOST_INTERVALS:
        return "many"
    for earlier, later in zip(sorted(intervals), sorted(intervals)[1:], strict=False):
        if earlier.ends == time.min or later.starts < earlier.ends:
            return "overlap"
    return ""


def minutes_planned(plan: PlannedDay, zone: tzinfo | None) -> int:
    """Return how many minutes the child is meant to be there, in true length."""
    return sum(minutes_between(part.begins_at(plan.day, zone), part.ends_at(plan.day, zone)) for part in plan.attending)


def minutes_between(begins: datetime, ends: datetime) -> int:
    """Return the true length in whole minutes, also over a night in which the clocks change."""
    return int((ends.astimezone(UTC) - begins.astimezone(UTC)).total_seconds() // 60)
