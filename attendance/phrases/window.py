"""The dates that a family is planning, and the dates and weeks of the year that it names among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from attendance.phrases.words import WORKING_DAYS

MOST_WEEKS = 104


@dataclass(frozen=True)
class Window:
    """The days from `first` and so many weeks on; fewer at the end of the calendar, none for no weeks."""

    first: date
    weeks: int

    @property
    def dates(self) -> tuple[date, ...]:
        days = min(7 * max(0, min(self.weeks, MOST_WEEKS)), date.max.toordinal() - self.first.toordinal() + 1)
        return tuple(date.fromordinal(self.first.toordinal() + number) for number in range(days))

    def dates_named(self, numbers: tuple[int, ...]) -> Iterator[date]:
        """Yield the dates of the window that a day, a month and perhaps a year may be: none, one, or several."""
        day, month, *year = numbers
        for candidate in self.dates:
            if (candidate.day, candidate.month) == (day, month) and year in ([], [candidate.year]):
                yield candidate

    def mondays_of_week(self, number: int) -> tuple[date, ...]:
        """Return the Mondays of the ISO weeks of this number that the window holds a day of."""
        return tuple(dict.fromkeys(monday_of(day) for day in self.dates if day.isocalendar().week == number))


def monday_of(day: date) -> date:
    """Return the Monday of the ISO week of `day`; the first day of the calendar has a Monday of its own."""
    return day - timedelta(days=day.weekday())


def working_days(dates: Iterator[date]) -> Iterator[date]:
    return (day for day in dates if day.weekday() in WORKING_DAYS)
