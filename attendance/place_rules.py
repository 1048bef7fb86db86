"""What a municipality decides for its preschools: until when families may change times, opening hours, limits.

Plain values in, plain values out: no database, no clock. Each setting may be the municipality's own, an area's or a
preschool's; what is not set there is the next one's above (DOMAIN 2). Moments called `now` stand on the preschool's
clock on the wall. `attendance.rules` gives these names on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from attendance.time_rules import Interval, Intervals

MINUTES_OF_A_DAY = MIDNIGHT = 24 * 60
LATE_AFTER_MINUTES = 15
LONGEST_WAIT = 60  # days after which something can always be changed again


class CutOffForm(StrEnum):
    """How it is said from when times stand fast.

    NONE: while the day lasts · DAYS_BEFORE: the day so many days before is the last on which they can be changed ·
    WEEK_BEFORE: a weekday and a time in the week before, or the one before that · WARN: never, but within so many
    weekdays families are asked to talk to the department, too.
    """

    NONE = "none"
    DAYS_BEFORE = "days_before"
    WEEK_BEFORE = "week_before"
    WARN = "warn"


@dataclass(frozen=True)
class CutOff:
    """From when guardians can no longer change a day's times (DOMAIN 2.1). Absence is never cut off.

    `days` goes with DAYS_BEFORE and WARN; `weekday` (Monday is 0), `minute` (of the day, 1440 is its end) and `weeks`
    (1: in the week before, 2: in the one before that) with WEEK_BEFORE.
    """

    form: CutOffForm = CutOffForm.NONE
    days: int = 0
    weekday: int = 2
    minute: int = 18 * 60
    weeks: int = 1

    @property
    def locks(self) -> bool:
        """Whether there is a moment after which a coming day stands fast."""
        return self.form in (CutOffForm.DAYS_BEFORE, CutOffForm.WEEK_BEFORE)


def locks_at(day: date, cut_off: CutOff, zone: tzinfo | None) -> datetime:
    """Return the moment from which the day's times stand fast; without a lock that is when the day is over."""
    if cut_off.form == CutOffForm.WEEK_BEFORE:
        monday = day - timedelta(days=day.weekday())
        last = monday + timedelta(days=cut_off.weekday - 7 * cut_off.weeks)
        return _moment(last, cut_off.minute, zone)
    days = cut_off.days if cut_off.form == CutOffForm.DAYS_BEFORE else 0
    return _moment(day - timedelta(days=days), MIDNIGHT, zone)


def may_change(day: date, now: datetime, cut_off: CutOff) -> bool:
    """Tell whether a guardian may still change the times of `day`."""
    return now < locks_at(day, cut_off, now.tzinfo)


def opens_again(now: datetime, cut_off: CutOff) -> date:
    """Return the first day, from today on, whose times may still be changed."""
    today = now.date()
    coming = (today + timedelta(days=number) for number in range(LONGEST_WAIT + 1))
    return next((day for day in coming if may_change(day, now, cut_off)), today + timedelta(days=LONGEST_WAIT))


def asks_to_talk(day: date, now: datetime, cut_off: CutOff) -> bool:
    """Tell whether whoever changes `day` is asked to talk to the department: it is fewer weekdays ahead than set."""
    if cut_off.form != CutOffForm.WARN or day < now.date():
        return False
    between = (now.date() + timedelta(days=number) for number in range((day - now.date()).days))
    return sum(one.weekday() < 5 for one in between) < cut_off.days


def _moment(day: date, minute: int, zone: tzinfo | None) -> datetime:
    """Return the moment at which the clock on the wall shows so many minutes after the day began."""
    if minute >= MIDNIGHT:
        return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)


# Opening hours --------------------------------------------------------------------------------------------------------

Opening = tuple[Interval | None, ...]
"""Seven, from Monday; None where it is closed."""

ALWAYS = Interval(time.min, time.min)
HOUSE_HOURS: Opening = (*[Interval(time(6), time(18, 30))] * 5, None, None)


def outside(intervals: Iterable[Interval], opens: Interval | None) -> Intervals:
    """Return those of the intervals that do not lie within the opening hours of their day; all where it is closed."""
    return tuple(part for part in intervals if opens is None or not _holds(opens, part))


def _holds(opens: Interval, part: Interval) -> bool:
    return opens.starts <= part.starts and _end(part) <= _end(opens)


def _end(part: Interval) -> int:
    return (part.ends.hour * 60 + part.ends.minute) or MIDNIGHT


# All of them together -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlaceRules:
    """What holds at a preschool. Lengths in weeks, minutes and weekdays (Monday is 0) as the names say.

    `most_weeks` is the longest rotation, `horizon_weeks` how far ahead a plan may begin, `reminds_on` the weekday on
    which families without a plan for next week are reminded (None: never), `warns_over_hours` whether planning more
    than the placement's hours is said, `takes_absence_words` whether families may write of an absence in own words,
    `opens_on_holidays` whether public holidays are days as others: where not, the place is closed.
    """

    cut_off: CutOff = CutOff()
    opening: Opening = HOUSE_HOURS
    most_weeks: int = 20
    horizon_weeks: int = 52
    late_after_minutes: int = LATE_AFTER_MINUTES
    reminds_on: int | None = 3
    warns_over_hours: bool = True
    opens_on_holidays: bool = False
    takes_absence_words: bool = False

    def opens_on(self, day: date) -> Interval | None:
        return self.opening[day.weekday()]


NEVER = -1  # how "no reminder" is stored, where nothing means the setting above


def from_stored(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of one row, as the database keeps them, by the names of `PlaceRules`; what is not set is out.

    `cut_off` brings its own figures with it: a preschool that chooses a form does not inherit another form's days.
    """
    found: dict[str, Any] = {
        name: stored[name]
        for name in ("most_weeks", "horizon_weeks", "late_after_minutes")
        if stored.get(name) is not None
    }
    found |= {
        name: bool(stored[name])
        for name in ("warns_over_hours", "takes_absence_words", "opens_on_holidays")
        if stored.get(name) is not None
    }
    if stored.get("cut_off"):
        given = {
            "days": "cut_off_days",
            "weekday": "cut_off_weekday",
            "minute": "cut_off_minute",
            "weeks": "cut_off_weeks",
        }
        figures = {name: stored[column] for name, column in given.items() if stored.get(column) is not None}
        found["cut_off"] = CutOff(CutOffForm(stored["cut_off"]), **figures)
    if stored.get("opening") is not None:
        found["opening"] = tuple(_opening_hours(day) for day in stored["opening"])
    if stored.get("reminds_on") is not None:
        found["reminds_on"] = None if stored["reminds_on"] == NEVER else stored["reminds_on"]
    return found


def _opening_hours(pair: Any) -> Interval | None:
    return Interval(time.fromisoformat(pair[0]), time.fromisoformat(pair[1])) if pair else None


def merged_rules(layers: Iterable[Mapping[str, Any]]) -> PlaceRules:
    """Return what holds, from settings as `from_stored` gives them: each layer over those before it."""
    return PlaceRules(**{name: value for layer in layers for name, value in layer.items()})
