"""In which of its two homes a child is, day by day (DOMAIN 2.8). Plain values: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

FIRST, SECOND = "A", "B"
MOST_WEEKS = 8


class Handover(StrEnum):
    """When a child goes from one home to the other, on the day on which its evening is the other's.

    BEFORE the preschool: the whole day is the new home's · THERE: the old home leaves it, the new one collects it ·
    AFTER: the whole day is still the old home's.
    """

    BEFORE = "before"
    THERE = "there"
    AFTER = "after"


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
    """In which of its two homes a child is: weeks that repeat from a Monday, a letter for each day's evening.

    On the first day the home before is the one with which the weeks end: families agree on what they already do.
    """

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


def every_other_week(handover_weekday: int) -> tuple[str, ...]:
    """Return two weeks in which the first home has the evenings from this weekday (Monday is 0) for seven days."""
    later, earlier = FIRST * (7 - handover_weekday), SECOND * handover_weekday
    return earlier + later, FIRST * handover_weekday + SECOND * (7 - handover_weekday)


def turned(weeks: tuple[str, ...], passed: int) -> tuple[str, ...]:
    """Return the weeks as they go on so many weeks later."""
    start = passed % len(weeks)
    return weeks[start:] + weeks[:start]


def are_weeks(weeks: Iterable[str]) -> bool:
    """Tell whether these are weeks that can be lived by: one to eight of seven letters, with days in both homes."""
    every = tuple(weeks)
    return (
        1 <= len(every) <= MOST_WEEKS
        and all(len(week) == 7 and set(week) <= {FIRST, SECOND} for week in every)
        and len(set("".join(every))) == 2
    )
