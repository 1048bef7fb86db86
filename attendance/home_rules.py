"""What two homes together mean for a child's day (DOMAIN 2.8). Whose the day is says `children.home_rules`.

Plain values in, plain values out: no database, no clock. `attendance.rules` gives these names on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from enum import StrEnum
from uuid import UUID

from attendance.time_rules import Interval, Intervals
from children.home_rules import MOST_WEEKS, Living, homes_on


class Seam(StrEnum):
    """What does not fit where the two homes' times meet on a day of handover. Told to staff, without whose it is."""

    NONE = ""
    GAP = "gap"
    OVERLAP = "overlap"
    MISSING = "missing"


def is_ever_at(livings: Iterable[Living], home: UUID | None, day: date, repeats: int) -> bool:
    """Tell whether the home has a part of a day, or of one that comes after so many weeks each time (0: none does)."""
    own = tuple(livings)
    dates = [day + timedelta(weeks=repeats * number) for number in range(MOST_WEEKS if repeats else 1)]
    return any((homes := homes_on(own, one)) is None or homes.concerns(home) for one in dates)


def joined(morning: Intervals | None, evening: Intervals | None) -> tuple[Intervals | None, Seam]:
    """Return one day of what two homes have said of it, and what does not fit.

    The arrival is the morning's, the collection the evening's. None is a home that has said nothing. Homes that say
    mostly the same hours have each said the whole day, as their ordinary weeks do: of these nothing is amiss.
    """
    if morning is None or evening is None:
        said = evening if morning is None else morning
        return said, Seam.NONE if morning is None and evening is None else Seam.MISSING
    if morning == evening:
        return morning, Seam.NONE
    if not morning or not evening:
        return morning or evening, Seam.GAP
    arrives, leaves = morning[0].starts, evening[-1].ends
    meets, goes_on = morning[-1].ends, evening[0].starts
    if _end(leaves) <= _minute(arrives):
        return morning, Seam.OVERLAP
    union = _clipped(_united([*morning, *evening]), arrives, leaves)
    if _end(meets) < _minute(goes_on):
        return union, Seam.GAP
    is_whole = _end(meets) == _minute(goes_on) or _say_the_same(morning, evening)
    return union, Seam.NONE if is_whole else Seam.OVERLAP


def _say_the_same(one: Intervals, other: Intervals) -> bool:
    """Tell whether at least half of the shorter day's minutes are in both."""
    shared = sum(
        max(0, min(_end(a.ends), _end(b.ends)) - max(_minute(a.starts), _minute(b.starts))) for a in one for b in other
    )
    return 2 * shared >= min(sum(_end(part.ends) - _minute(part.starts) for part in day) for day in (one, other))


def _united(parts: Iterable[Interval]) -> list[Interval]:
    """Return the times as few as can be: those that meet or overlap become one."""
    united: list[Interval] = []
    for part in sorted(parts):
        if united and _minute(part.starts) <= _end(united[-1].ends):
            last = max(united[-1].ends, part.ends, key=_end)
            united[-1] = Interval(united[-1].starts, last)
        else:
            united.append(part)
    return united


def _clipped(parts: Iterable[Interval], arrives: time, leaves: time) -> Intervals:
    """Return what of the times lies between the arrival and the collection."""
    kept = [
        Interval(max(part.starts, arrives), min(part.ends, leaves, key=_end))
        for part in parts
        if _end(part.ends) > _minute(arrives) and _minute(part.starts) < _end(leaves)
    ]
    return tuple(kept)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _end(moment: time) -> int:
    return _minute(moment) or 24 * 60
