"""A calendar as a file that other calendars read (iCalendar, RFC 5545): entries in, bytes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

PRODUCT = "-//Kapprummet//Kalender//SV"
ASKED_AGAIN = timedelta(hours=2)  # what a calendar that listens to us waits before it asks again


@dataclass(frozen=True)
class Entry:
    """Something in the calendar. Days without a time are whole days, from `starts` up to, not including, `ends`.

    Moments stand on the preschool's clock. `uid` stays the same as long as it is the same thing, whenever it is.
    """

    uid: str
    summary: str
    starts: datetime | date
    ends: datetime | date | None
    text: str = ""


def calendar_file(
    entries: Iterable[Entry], *, name: str, zone: ZoneInfo, years: tuple[int, int], now: datetime
) -> bytes:
    """Return the calendar as a file. `now` is since when it looks like this; `years` are the first and the last.

    Nobody is busy by it: that a child is at preschool does not keep its parents from a meeting.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", ASKED_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", ASKED_AGAIN)
    calendar.add_component(_timezone(zone, *years))
    for entry in entries:
        calendar.add_component(_event(entry, now))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: Entry, now: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("summary", entry.summary)
    event.add("dtstart", entry.starts)
    if entry.ends is not None:
        event.add("dtend", entry.ends)
    if entry.text:
        event.add("description", entry.text)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


@lru_cache(maxsize=8)
def _timezone(zone: ZoneInfo, first: int, last: int) -> Timezone:
    """Return the zone's rules over these years: each change with the moment at which the old clock showed it.

    The library's own takes the new clock's, which is an hour late in spring.
    """
    told = Timezone()
    told.add("tzid", zone.key)
    begins = datetime(first, 1, 1, tzinfo=UTC)
    told.add_component(_observance(begins, begins, zone))
    for moment in _changes(begins, datetime(last + 1, 1, 1, tzinfo=UTC), zone):
        told.add_component(_observance(moment - timedelta(hours=1), moment, zone))
    return told


def _changes(begins: datetime, ends: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the moments at which the zone's clock changes. No zone does so between two quarters of an hour."""
    day = begins
    while day < ends:
        after = day + timedelta(days=1)
        if _offset(day, zone) != _offset(after, zone):
            quarters = (day + timedelta(minutes=15 * number) for number in range(1, 97))
            yield next(moment for moment in quarters if _offset(moment, zone) == _offset(after, zone))
        day = after


def _observance(before: datetime, moment: datetime, zone: ZoneInfo) -> TimezoneStandard | TimezoneDaylight:
    here = moment.astimezone(zone)
    told = TimezoneDaylight() if here.dst() else TimezoneStandard()
    told.add("dtstart", (moment + _offset(before, zone)).replace(tzinfo=None))
    told.add("tzoffsetfrom", _offset(before, zone))
    told.add("tzoffsetto", _offset(moment, zone))
    told.add("tzname", here.tzname() or zone.key)
    return told


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def whole_day(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)


def moments(day: date, starts: time, ends: time | None, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """Return when something begins and ends on the clock on the wall; an end at midnight is the next day's."""
    last = day + timedelta(days=1) if ends == time.min else day
    return datetime.combine(day, starts, zone), datetime.combine(last, ends, zone) if ends is not None else None
