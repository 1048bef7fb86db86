"""Dates as the preschool counts them: in its own time zone, weeks from Monday.

One installation serves one municipality, which has one time zone (`settings.TIME_ZONE`).
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

A_MONDAY = date(2026, 1, 5)


FIRST_YEAR, LAST_YEAR = 2000, 2199


def read(text: str) -> date:
    """Return the date that somebody sent, as 2026-10-13. Raises `ValueError` for what is none, or of no time of ours.

    The days around it can then be counted: a calendar ends in the year 9999, and so would the sum.
    """
    found = date.fromisoformat(text)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(text)
    return found


def today() -> date:
    """Return the date in the preschools' time zone."""
    return day_of(timezone.now())


def local(moment: datetime) -> datetime:
    """Return the same moment on the preschool's clock on the wall."""
    return moment.astimezone(timezone.get_default_timezone())


def day_of(moment: datetime) -> date:
    """Return the date that a moment falls on in the preschools' time zone."""
    return local(moment).date()


def at(day: date, clock_time: time) -> datetime:
    """Return the aware moment at which the clock on the wall shows `clock_time` on `day`.

    In the hour that is repeated when clocks go back, the first one is meant; a time that clocks skip in spring
    is read with the offset from before the change.
    """
    return datetime.combine(day, clock_time, tzinfo=timezone.get_default_timezone())


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the moments at which `day` begins and ends: 23, 24 or 25 hours apart."""
    return at(day, time.min), at(day + timedelta(days=1), time.min)


def monday_of(day: date) -> date:
    """Return the Monday of the week that `day` is in."""
    return day - timedelta(days=day.weekday())


def week(monday: date, days: int = 7) -> list[date]:
    """Return `days` dates from a Monday on."""
    return [monday + timedelta(days=number) for number in range(days)]


def weekday_name(number: int, form: str = "l") -> str:
    """Return the name of a weekday (0 is Monday) in the reader's language: "måndag", or "mån" with "D"."""
    return in_words(A_MONDAY + timedelta(days=number), form)


def in_words(day: date, form: str) -> str:
    """Return a date or moment as the reader's language writes it inside a sentence, by Django's letters for dates.

    Swedish has small letters for months and weekdays, but Django gives the short months ("M") a capital.
    """
    if isinstance(day, datetime):
        return _said(day, form)
    return _said_in(get_language(), day, form)


def day_in_words(moment: datetime, form: str) -> str:
    """Return the day of a moment inside a sentence: "idag", "igår", or by Django's letters for dates."""
    day = day_of(moment)
    near = {0: _("idag"), 1: _("igår")}.get((today() - day).days)
    return near or in_words(day, form)


def _said(day: date, form: str) -> str:
    said = date_format(day, form)
    return said.lower() if date_format(day, "l").islower() else said


@lru_cache(maxsize=4096)
def _said_in(_language: str | None, day: date, form: str) -> str:
    """Return the same, found once in a language: a page of weeks says the same few dates again and again."""
    return _said(day, form)


def span_in_words(first: date, last: date) -> str:
    """Return the days from `first` to `last` as short as can be: "fredag 23 oktober", "23–27 oktober"."""
    if first == last:
        return in_words(first, "l j F")
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{in_words(first, 'j' if same_month else 'j F')}–{in_words(last, 'j F')}"


def span(first: date, last: date) -> Iterator[date]:
    """Yield every date from `first` to `last`, both included; nothing when `last` is before `first`."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
