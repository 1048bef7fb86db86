"""Times of a day on the clock on the wall, and true lengths between moments.

Plain values in, plain values out: no database, no clock. `attendance.rules` gives these names on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MOST_INTERVALS = 3


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

    @property
    def hours(self) -> range:
        """The hours of the day in whose middle, at half past, the child is there."""
        starts = self.starts.hour * 60 + self.starts.minute
        return range((starts + 29) // 60, (starts + self.minutes + 29) // 60)

    def begins_at(self, day: date, zone: tzinfo | None) -> datetime:
        return datetime.combine(day, self.starts, tzinfo=zone)

    def ends_at(self, day: date, zone: tzinfo | None) -> datetime:
        last = day + timedelta(days=1) if self.ends == time.min else day
        return datetime.combine(last, self.ends, tzinfo=zone)

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"


Intervals = tuple[Interval, ...]


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


def minutes_between(begins: datetime, ends: datetime) -> int:
    """Return the true length in whole minutes, also over a night in which the clocks change."""
    return int((ends.astimezone(UTC) - begins.astimezone(UTC)).total_seconds() // 60)
