"""What was understood of a family's own words, said back to it: which days, what times, which dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance.phrases import Said, SaidDay
from attendance.selectors import words
from portal.lib import days

SHOWN_DATES = 4
SHOWN_DAYS = 10


@dataclass(frozen=True)
class SaidLine:
    """One thing that was understood: "Måndag–fredag" "07:00–16:00", "Ledig varannan fredag" with its dates."""

    what: str
    times: str
    dates: str
    is_off: bool


def said_lines(said: Iterable[Said]) -> list[SaidLine]:
    return [_line(one) for one in said]


def day_lines(said: Sequence[SaidDay]) -> tuple[list[SaidLine], int]:
    """Return the first of many dates, each with its times, and how many more there are."""
    shown = [
        SaidLine(days.in_words(one.date, "D j M"), words.times(one.intervals) or _("Ledig"), "", one.is_off)
        for one in said[:SHOWN_DAYS]
    ]
    return shown, len(said) - len(shown)


def dates_words(dates: Sequence[date]) -> str:
    """Return dates in a row: "23 okt, 6 nov, 20 nov …"; those that follow each other as from and to: "2–6 nov"."""
    runs: list[list[date]] = []
    for day in dates:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    shown = ", ".join(_span(run[0], run[-1]) for run in runs[:SHOWN_DATES])
    return f"{shown} …" if len(runs) > SHOWN_DATES else shown


def _span(first: date, last: date) -> str:
    if first == last:
        return days.in_words(first, "j M")
    return f"{days.in_words(first, 'j' if first.month == last.month else 'j M')}–{days.in_words(last, 'j M')}"


def _line(said: Said) -> SaidLine:
    what = ", ".join(filter(None, [_which_days(said), _which_weeks(said), _which_period(said)]))
    if said.is_off:
        what = _("Ledig {days}").format(days=what)
    is_plain = said.weekdays and said.every == 1 and said.parity is None and not said.weeks
    dates = "" if is_plain else dates_words(said.dates)
    return SaidLine(what[:1].upper() + what[1:], words.times(said.intervals), dates, said.is_off)


def _which_days(said: Said) -> str:
    if said.is_rest:
        return _("övriga dagar")
    if not said.weekdays:
        return _("en dag") if len(said.dates) == 1 else _("de här dagarna")
    named = weekdays_words(said.weekdays)
    if said.every == 1:
        return named
    if said.every == 2 and len(said.weekdays) == 1:
        return _("varannan {weekday}").format(weekday=named)
    if said.every == 2:
        return _("varannan vecka {days}").format(days=named)
    return _("var {number}:e vecka {days}").format(number=said.every, days=named)


def weekdays_words(numbers: Sequence[int]) -> str:
    """Return weekdays in words, those in a row as from and to: "måndag–onsdag, fredag"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        days.weekday_name(run[0]) if len(run) == 1 else f"{days.weekday_name(run[0])}–{days.weekday_name(run[-1])}"
        for run in runs
    )


def _which_weeks(said: Said) -> str:
    if said.parity is not None:
        return _("udda veckor") if said.parity else _("jämna veckor")
    return _("vecka {numbers}").format(numbers=", ".join(map(str, said.weeks))) if said.weeks else ""


def _which_period(said: Said) -> str:
    begins = _("från {day}").format(day=date_format(said.starts_on, "j F")) if said.starts_on else ""
    ends = _("till {day}").format(day=date_format(said.ends_on, "j F")) if said.ends_on else ""
    return " ".join(filter(None, [begins, ends]))
