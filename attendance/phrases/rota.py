"""A guardian's work rota (iCalendar) as times for the child: each shift, and the way to and from it.

Bytes in, plain values out: no clock, and nothing of the file is kept. `attendance.phrases.rota_file` reads the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo

from attendance.phrases.rota_file import Fault, Shift, Unreadable, shifts_in
from attendance.phrases.understood import SaidDay, Understood
from attendance.phrases.window import Window
from attendance.time_rules import MOST_INTERVALS, Interval

__all__ = ["MOST_MARGIN", "Fault", "days_of_rota"]

MOST_MARGIN = 4 * 60
_STEP = timedelta(minutes=5)
Span = tuple[datetime, datetime]  # on the clock on the wall


def days_of_rota(data: bytes, *, first: date, weeks: int, margin_minutes: int, zone: tzinfo) -> Understood:
    """Return the child's days for the shifts of the rota in `data`, from `first` and so many weeks on.

    Each shift is widened by the margin (0 to MOST_MARGIN minutes) on both sides and outwards to five minutes, joined
    with those that it touches, and cut at midnight. Times without a zone are the wall's in `zone`. Cancelled and
    all-day events make no times and are named in `left_out`. Where the file cannot be used there are no days, and
    `not_understood` holds a `Fault`, or the names of the events it is about. Never raises.
    """
    window = Window(first, weeks).dates
    if not window:
        return Understood()
    try:
        shifts, left_out = shifts_in(data, window[0], window[-1], zone)
    except Unreadable as reason:
        return Understood(not_understood=reason.named)
    margin = timedelta(minutes=max(0, min(margin_minutes, MOST_MARGIN)))
    by_day: dict[date, list[Interval]] = {}
    for span in _joined(_widened(shift, margin) for shift in shifts):
        for day, interval in _by_day(span):
            by_day.setdefault(day, []).append(interval)
    crowded = [day for day in window if len(by_day.get(day, ())) > MOST_INTERVALS]
    if crowded:
        return Understood(not_understood=_named_on(crowded[0], shifts), left_out=left_out)
    days = tuple(SaidDay(day, tuple(by_day[day]), is_off=False) for day in window if day in by_day)
    return Understood(days=days, left_out=left_out)


def _widened(shift: Shift, margin: timedelta) -> Span:
    """Return the shift with the margin, outwards to whole steps.

    In the hour that is there twice the wall may show the end before the start: what lies between the two is meant.
    """
    starts, ends = sorted((shift.starts, shift.ends))
    return _rounded_down(starts - margin), _rounded_down(ends + margin + _STEP - timedelta(microseconds=1))


def _rounded_down(moment: datetime) -> datetime:
    midnight = datetime.combine(moment.date(), time.min)
    return moment - (moment - midnight) % _STEP


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for starts, ends in sorted(spans):
        if joined and starts <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((starts, ends))
    return joined


def _by_day(span: Span) -> Iterable[tuple[date, Interval]]:
    """Yield the span cut at each midnight."""
    starts, ends = span
    while starts.date() < ends.date():
        yield starts.date(), Interval(starts.time(), time.min)
        starts = datetime.combine(starts.date() + timedelta(days=1), time.min)
    if starts < ends:
        yield starts.date(), Interval(starts.time(), ends.time())


def _named_on(day: date, shifts: Iterable[Shift]) -> tuple[str, ...]:
    on_the_day = [shift for shift in shifts if shift.starts.date() <= day <= shift.ends.date()]
    return tuple(dict.fromkeys(shift.name for shift in on_the_day)) or (day.isoformat(),)
