"""Reading a work rota: an iCalendar file from anywhere, with bounds on what it may make us do.

The library expands whatever a rule says, and a rule may say each second since the year 1, or a day that never comes.
So rules are looked at first, and only the kinds that a rota uses are expanded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

import icalendar

MOST_BYTES = 1_000_000
MOST_EVENTS = 2_000
_MOST_STEPS = 50_000  # of all rules together, from their first event on: some years of a rota with many rules
_LONGEST_SHIFT = timedelta(hours=24)
_LONGEST_NAME = 80
_DAYS_OF = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
# The parts of a rule that are expanded. With others, or in other company, a rule may have no day at all and the search
# for its first one would go on to the year 9999.
_SAYING_WHEN = {"DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS"}
_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_WEEKDAY = re.compile(r"[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU)", re.IGNORECASE)  # no month has a sixth Monday
_ZONE_BEGINS, _ZONE_ENDS = b"BEGIN:VTIMEZONE", b"END:VTIMEZONE"


class Fault(StrEnum):
    """Why a file cannot be used, for the page to word."""

    NOT_A_CALENDAR = "not_a_calendar"
    TOO_LARGE = "too_large"
    TOO_MANY_EVENTS = "too_many_events"


class Unreadable(Exception):
    """The file cannot be used: a fault of the whole, or the names of events."""

    def __init__(self, *named: str) -> None:
        super().__init__(*named)
        self.named = named


@dataclass(frozen=True)
class Shift:
    """One shift, on the clock on the wall where the child is."""

    starts: datetime
    ends: datetime
    name: str


def shifts_in(data: bytes, first: date, last: date, zone: tzinfo) -> tuple[tuple[Shift, ...], tuple[str, ...]]:
    """Return the shifts that begin on these days or the day beside them, and the names of what is left out.

    Raises Unreadable for a file that is not iCalendar, is too large, or has more events than anybody works.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(Fault.TOO_LARGE)
    try:
        calendar = icalendar.Calendar.from_ical(_without_zones(data))
        events = list(calendar.walk("VEVENT"))
        is_calendar = calendar.name == "VCALENDAR"
    except Exception as reason:  # a damaged file may break the library in any way
        raise Unreadable(Fault.NOT_A_CALENDAR) from reason
    if not is_calendar:
        raise Unreadable(Fault.NOT_A_CALENDAR)
    try:
        _check_rules(events, last)
        for event in events:
            _end_rules_as_meant(event, zone)
        return _sorted_out(_expanded(calendar, first, last), first, last, zone)
    except Unreadable:
        raise
    except Exception as reason:  # values that the library could not read are of any type
        raise Unreadable(Fault.NOT_A_CALENDAR) from reason


def _without_zones(data: bytes) -> bytes:
    """Leave out the file's own rules for zones: a zone's name says which rules hold. Goes through each line once."""
    kept: list[bytes] = []
    is_zone = False
    for line in data.splitlines(keepends=True):
        word = line.strip().upper()
        is_zone = is_zone or word == _ZONE_BEGINS
        if not is_zone:
            kept.append(line)
        is_zone = is_zone and word != _ZONE_ENDS
    return b"".join(kept)


def _check_rules(events: Sequence[Any], last: date) -> None:
    if len(events) > MOST_EVENTS:
        raise Unreadable(Fault.TOO_MANY_EVENTS)
    strange = [_name_of(event) for event in events if not (_is_whole(event) and _is_placed(event) and _has_days(event))]
    if strange:
        raise Unreadable(*dict.fromkeys(strange))
    if sum(_steps_of(event, last) for event in events) > _MOST_STEPS:
        raise Unreadable(Fault.TOO_MANY_EVENTS)


def _end_rules_as_meant(event: Any, zone: tzinfo) -> None:
    """Let rules that end on a day hold for the whole of it, and give their ends the zone that the event has.

    Many programs write the end otherwise than the standard says; the library would drop the last shift.
    """
    starts = event["DTSTART"].dt
    for rule in _rules_of(event):
        if "UNTIL" not in rule or not isinstance(starts, datetime):
            continue
        until = rule["UNTIL"][0]
        if not isinstance(until, datetime):
            until = datetime.combine(until, time.max.replace(microsecond=0))
        if starts.tzinfo:
            rule["UNTIL"] = [(until if until.tzinfo else until.replace(tzinfo=starts.tzinfo)).astimezone(UTC)]
        else:
            rule["UNTIL"] = [_on_the_wall(until, zone)]


def _expanded(calendar: Any, first: date, last: date) -> list[Any]:
    import recurring_ical_events  # six megabytes in every process, for what few guardians do once

    day = timedelta(days=1)
    found: list[Any] = recurring_ical_events.of(calendar).between(first - day, last + 2 * day)
    if len(found) > MOST_EVENTS:
        raise Unreadable(Fault.TOO_MANY_EVENTS)
    return found


def _is_whole(event: Any) -> bool:
    """Tell whether the library could read all that says when the event is. What it cannot read it passes over."""
    return not any(name is None or name.upper() in _SAYING_WHEN for name, _reason in event.errors)


def _is_placed(event: Any) -> bool:
    """Tell whether it is known when the event is: it begins, before it ends, and in a zone that has rules."""
    if "DTSTART" not in event:
        return False
    starts, ends = event["DTSTART"].dt, event["DTEND"].dt if "DTEND" in event else None
    if isinstance(starts, datetime) and isinstance(ends, datetime) and _length(starts, ends) < timedelta():
        return False  # the library would turn it round
    if "DURATION" in event and event["DURATION"].dt < timedelta():
        return False
    return all(
        "TZID" not in event[name].params or not isinstance(event[name].dt, datetime) or event[name].dt.tzinfo
        for name in ("DTSTART", "DTEND")
        if name in event
    )


def _rules_of(event: Any) -> list[Any]:
    rules = event.get("RRULE", [])
    return rules if isinstance(rules, list) else [rules]


def _has_days(event: Any) -> bool:
    return "EXRULE" not in event and all(_is_of_a_rota(rule) for rule in _rules_of(event))


def _is_of_a_rota(rule: Any) -> bool:
    """Tell whether the rule is of a kind that a rota uses, and has a day sooner or later."""
    frequency, parts = str(rule.get("FREQ", [""])[0]).upper(), {str(part).upper() for part in rule} - _ALWAYS
    interval = _interval_of(rule)
    if not all(_WEEKDAY.fullmatch(str(day)) for day in rule.get("BYDAY", [])):
        return False
    if frequency == "DAILY":
        return interval >= 1 and (not parts or (parts == {"BYDAY"} and interval == 1))
    if frequency == "WEEKLY":
        return interval >= 1 and parts <= {"BYDAY"}
    if frequency == "MONTHLY":
        days = [int(day) for day in rule.get("BYMONTHDAY", [])]
        return (
            1 <= interval < 12 and parts in (set(), {"BYDAY"}, {"BYMONTHDAY"}) and all(1 <= day <= 31 for day in days)
        )
    return frequency == "YEARLY" and interval == 1 and not parts


def _interval_of(rule: Any) -> int:
    return int(rule.get("INTERVAL", [1])[0])


def _steps_of(event: Any, last: date) -> int:
    """Return how many steps its rules are walked, about, until the last day that is asked for."""
    starts = event["DTSTART"].dt
    begins = starts.date() if isinstance(starts, datetime) else starts
    days = max(0, (last - begins).days)
    return sum(
        days * max(1, len(rule.get("BYDAY", []))) // (_DAYS_OF[str(rule["FREQ"][0]).upper()] * _interval_of(rule))
        for rule in _rules_of(event)
    )


def _sorted_out(
    events: Sequence[Any], first: date, last: date, zone: tzinfo
) -> tuple[tuple[Shift, ...], tuple[str, ...]]:
    shifts: list[Shift] = []
    left_out: list[str] = []
    too_long: list[str] = []
    for event in events:
        starts, ends = event.start, event.end
        is_shift = isinstance(starts, datetime) and isinstance(ends, datetime) and starts != ends
        if not is_shift or str(event.get("STATUS", "")).upper() == "CANCELLED":
            begins = starts.date() if isinstance(starts, datetime) else starts
            left_out += [_name_of(event)] if begins <= last and _last_day_of(event) >= first else []
        elif _length(starts, ends) > _LONGEST_SHIFT:
            too_long.append(_name_of(event))
        else:
            shifts.append(Shift(_on_the_wall(starts, zone), _on_the_wall(ends, zone), _name_of(event)))
    if too_long:
        raise Unreadable(*dict.fromkeys(too_long))
    return tuple(sorted(shifts, key=lambda shift: shift.starts)), tuple(dict.fromkeys(left_out))


def _last_day_of(event: Any) -> date:
    """Return the last day of the event; the end of an all-day event is the day after it."""
    starts, ends = event.start, event.end
    last: date = ends.date() if isinstance(ends, datetime) else max(starts, ends - timedelta(days=1))
    return last


def _length(starts: datetime, ends: datetime) -> timedelta:
    """Return the true length where both have a zone."""
    if starts.tzinfo and ends.tzinfo:
        return timedelta(seconds=ends.timestamp() - starts.timestamp())
    return ends.replace(tzinfo=None) - starts.replace(tzinfo=None)


def _on_the_wall(moment: datetime, zone: tzinfo) -> datetime:
    local = moment.astimezone(zone) if moment.tzinfo else moment
    return local.replace(tzinfo=None, fold=0)


def _name_of(event: Any) -> str:
    """Return what the event calls itself, or when it begins."""
    name = " ".join(str(event.get("SUMMARY", "")).split())[:_LONGEST_NAME]
    if name or "DTSTART" not in event:
        return name or "VEVENT"
    return f"{event['DTSTART'].dt:%Y-%m-%d}"
