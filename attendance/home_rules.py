"""Whose day it is for a child with two homes, and what the two together mean for it (DOMAIN 2.8).

Plain values in, plain values out: no database, no clock. `attendance.rules` gives these names on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from uuid import UUID

from attendance.time_rules import Interval, Intervals

FIRST, SECOND = "A", "B"


class Handover(StrEnum):
    """When a child goes from one home to the other, on the day on which its evening is the other's.

    BEFORE the preschool: the whole day is the new home's · THERE: the old home leaves it, the new one collects it ·
    AFTER: the whole day is still the old home's.
    """

    BEFORE = "before"
    THERE = "there"
    AFTER = "after"


class Seam(StrEnum):
    """What does not fit where the two homes' times meet on a day of handover. Told to staff, without whose it is."""

    NONE = ""
    GAP = "gap"
    OVERLAP = "overlap"
    MISSING = "missing"


@dataclass(frozen=True)
class HomesOfDay:
    """Whose the arrival of a day is, and whose the collection."""

    morning: UUID
    evening: UUID

    @property
    def is_handover(self) -> bool:
        return self.morning != self.evening

    def concerns(self, home: UUID | None) -> bool:
        return home in (self.morning, self.evening)


@dataclass(frozen=True)
class Living:
    """In which of its two homes a child is: weeks that repeat from a Monday, a letter for each day's evening."""

    starts_on: date
    ends_on: date | None
    weeks: tuple[str, ...]
    first: UUID
    second: UUID
    handover: Handover

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def homes_on(self, day: date) -> HomesOfDay:
        evening, before = self._evening(day), self._evening(day - timedelta(days=1))
        if self.handover == Handover.BEFORE:
            return HomesOfDay(evening, evening)
        if self.handover == Handover.AFTER:
            return HomesOfDay(before, before)
        return HomesOfDay(before, evening)

    def _evening(self, day: date) -> UUID:
        passed = (day - timedelta(days=day.weekday()) - self.starts_on).days // 7
        letter = self.weeks[passed % len(self.weeks)][day.weekday()]
        return self.first if letter == FIRST else self.second


def homes_on(livings: Iterable[Living], day: date) -> HomesOfDay | None:
    """Return whose the day is, or None for a child that has one home then."""
    living = next((living for living in livings if living.holds_on(day)), None)
    return living.homes_on(day) if living else None


def joined(morning: Intervals | None, evening: Intervals | None) -> tuple[Intervals | None, Seam]:
    """Return one day of what two homes have said of it, and what does not fit.

    The arrival is the morning's, the collection the evening's. None is a home that has said nothing.
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
    return union, Seam.NONE if _end(meets) == _minute(goes_on) else Seam.OVERLAP


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
