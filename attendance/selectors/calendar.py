"""A family's calendar: when it is closed (red), what happens (blue), what waits for an answer. Siblings together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import groupby, starmap
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from attendance.models import CalendarEvent
from attendance.public_holidays import is_red, public_holidays
from attendance.selectors.event_answers import Given, given_to, own_answers
from attendance.selectors.facts import Known, known
from attendance.selectors.said import Around
from children.models import Child
from children.selectors.placing import Place, any_placed
from portal.lib import days
from portal.lib.prepared import Rows, prepared, prepared_for_some

MONTHS = 4  # that the list goes on
FURTHEST = timedelta(days=800)


@dataclass(frozen=True)
class Reply:
    """What was said for one child; None: nothing yet."""

    child_id: UUID
    name: str
    is_coming: bool | None


@dataclass(frozen=True)
class Event:
    """Something that happens, as a family sees it. `replies` where it asks, `is_open` while it may be answered."""

    id: UUID
    title: str
    text: str
    day: date
    times: str
    place: str
    replies: tuple[Reply, ...]
    people: int
    answer_by: date
    is_open: bool

    @property
    def is_waiting(self) -> bool:
        """Whether something is still to be answered."""
        return self.is_open and any(reply.is_coming is None for reply in self.replies)

    @property
    def said(self) -> str:
        """Return what the family has answered, or nothing: "Elsa och Hugo kommer, ni är 4"."""
        if not self.replies or any(reply.is_coming is None for reply in self.replies):
            return ""
        names = [reply.name for reply in self.replies if reply.is_coming]
        if not names:
            return _("Ni kommer inte")
        return _("{names} kommer, ni är {people}").format(names=get_text_list(names, _("och")), people=self.people)


@dataclass(frozen=True)
class Entry:
    """A line of the calendar: closed days, a public holiday, or an event. `names` of whom it concerns, if not all."""

    kind: str  # "closed", "holiday", "eve" or "event"
    first: date
    last: date
    title: str
    names: str = ""
    event: Event | None = None

    @property
    def span(self) -> str:
        return days.span_in_words(self.first, self.last)


@dataclass(frozen=True)
class Square:
    """A day in the month: `closed` says why it is, `events` what happens. `is_other` lies in a neighbouring month."""

    day: date
    is_other: bool
    is_today: bool
    is_off: bool
    closed: str
    events: tuple[str, ...]


@dataclass(frozen=True)
class FamilyCalendar:
    month: date
    weeks: tuple[tuple[Square, ...], ...]
    months: tuple[tuple[date, tuple[Entry, ...]], ...]
    asking: tuple[Event, ...]
    child_ids: tuple[UUID, ...]

    @property
    def waiting(self) -> list[Event]:
        """Return what is still to be answered."""
        return [event for event in self.asking if event.is_waiting]


def family_calendar(children: Sequence[Child], month: date, *, today: date, reader: UUID | None) -> FamilyCalendar:
    """Return the month and the list of it and the three after it: four queries, for one child or many.

    Two more where a home of two has answered what is asked.
    """
    first = month.replace(day=1)
    last = _months_on(first, MONTHS) - timedelta(days=1)
    starts = days.monday_of(first)
    until = max(last, today + FURTHEST)
    facts = known([one.pk for one in children], starts, last, with_stays=False, places_until=until, reader=reader)
    events = _events(children, facts, min(starts, today), until, today, reader)
    listed = [Entry("event", one.day, one.day, one.title, event=one) for one in events if first <= one.day <= last]
    begins = max(first, today) if first <= today <= last else first
    entries = [*_closed(children, facts, first, last), *listed]
    shown = sorted((one for one in entries if one.last >= begins), key=lambda one: (one.first, one.kind, one.title))
    return FamilyCalendar(
        month=first,
        weeks=_weeks(children, facts, events, first, today),
        months=tuple((key, tuple(own)) for key, own in groupby(shown, key=lambda one: _month_of(one, begins))),
        asking=tuple(one for one in events if one.replies),
        child_ids=tuple(one.pk for one in children),
    )


@dataclass(frozen=True)
class ToAnswer:
    """An event of which a family has not said yet, for all of its children, whether they come."""

    id: UUID
    title: str
    day: date
    answer_by: date

    @property
    def url(self) -> str:
        """Return where it is answered."""
        return f"{reverse('attendance:calendar')}#ask-{self.id}"


def events_to_answer(places: Mapping[UUID, Sequence[Place]], today: date, reader: UUID) -> list[ToAnswer]:
    """Return the events of which a family still has to say whether it comes, the most urgent first: one query.

    `places` are where each child is placed. Home asks this every morning. Two queries more where one of two homes has
    answered: of a child with two each is asked.
    """
    around = Around.of(place for own in places.values() for place in own)
    ids = sorted(around.department_ids), sorted(around.preschool_ids), sorted(around.area_ids)
    found: dict[ToAnswer, set[UUID]] = {}
    rows = list(_asked(*ids, sorted(places), today=today)) if places else []
    own = own_answers((Given._make((row[0], *row[-4:], row[2])) for row in rows if row[-4]), reader)
    for event_id, title, day, until, *where, answered, _home, _is_coming, _people in rows:
        event = ToAnswer(event_id, title, day, until)
        if event not in found:
            placed = {one: next((place for place in own if place.holds_on(day)), None) for one, own in places.items()}
            found[event] = {one for one, place in placed.items() if place and _is_at(place, *where)}
        if (event_id, answered) in own:
            found[event].discard(answered)
    return [event for event, waiting in found.items() if waiting]


def event_titles(event_ids: Collection[UUID], child_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what these events are called, also those called off, of those where one of the children is: one query."""
    rows = CalendarEvent.objects.filter(any_placed(child_ids), pk__in=event_ids)
    return dict(rows.values_list("pk", "title"))


@prepared_for_some
def _asked(
    department_ids: Sequence[UUID],
    preschool_ids: Sequence[UUID],
    area_ids: Sequence[UUID],
    child_ids: Sequence[UUID],
    *,
    today: date,
) -> Rows:
    """Return each event that asks, once for each of the children of whom it is answered; once with None for nobody."""
    rows: QuerySet[Any, Any] = CalendarEvent.objects.standing().around(department_ids, preschool_ids, area_ids)
    rows = rows.annotate(until=Coalesce("answer_by", "day")).filter(asks=True, until__gte=today)
    rows = rows.annotate(own=FilteredRelation("answers", condition=Q(answers__child__in=child_ids)))
    where = ("department_id", "preschool_id", "area_id")
    given = [f"own__{name}" for name in ("child_id", "household_id", "is_coming", "how_many")]
    return rows.order_by("until", "day", "pk").values_list("pk", "title", "day", "until", *where, *given)


def runs(dates: Iterable[date]) -> list[tuple[date, date]]:
    """Return the days as spans: those between which lie only weekends and public holidays are one."""
    found: list[tuple[date, date]] = []
    for day in sorted(set(dates)):
        if found and not _has_weekday(found[-1][1] + timedelta(days=1), day - timedelta(days=1)):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def event_times(begins: time | None, ends: time | None) -> str:
    """Return when on its day something happens: "14:00–16:00", "kl. 14:00", "hela dagen"."""
    if begins is None:
        return _("hela dagen")
    if ends is None:
        return _("kl. {time}").format(time=f"{begins:%H:%M}")
    return f"{begins:%H:%M}–{ends:%H:%M}"


def events_of_week(children: Sequence[Child], facts: Known, monday: date, reader: UUID | None) -> list[Event]:
    """Return what happens in the week from `monday` where these children are: one query, and few where it asks."""
    return _events(children, facts, monday, monday + timedelta(days=6), facts.today, reader)


def _months_on(first: date, number: int) -> date:
    months = first.year * 12 + first.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)


def _month_of(entry: Entry, begins: date) -> date:
    return max(entry.first, begins).replace(day=1)


def _has_weekday(first: date, last: date) -> bool:
    free = public_holidays(first, last) if first <= last else {}
    return any(day.weekday() < 5 and day not in free for day in days.span(first, last))


def _closed(children: Sequence[Child], facts: Known, first: date, last: date) -> list[Entry]:
    """Return when it is closed, by reason and by whom it concerns; not of a weekday on which it never opens."""
    holidays = public_holidays(first, last)
    found: dict[tuple[str, str, str], list[date]] = defaultdict(list)
    for day in days.span(first, last):
        placed = [(child, place) for child in children if (place := facts.place(child.pk, day))]
        why = {child.given_name: facts.closed_reason(place, day) for child, place in placed}
        for reason in dict.fromkeys(one for one in why.values() if one is not None):
            names = [name for name, one in why.items() if one == reason]
            is_holiday = holidays.get(day) == reason
            if is_holiday and all(facts.rules_at(place).opens_on(day) is None for _child, place in placed):
                continue
            whom = "" if len(names) == len(children) else get_text_list(names, _("och"))
            kind = "closed" if not is_holiday else "holiday" if is_red(day) else "eve"
            found[reason, kind, whom].append(day)
    return [
        Entry(kind, begins, ends, reason, whom)
        for (reason, kind, whom), dates in found.items()
        for begins, ends in runs(dates)
    ]


def _weeks(
    children: Sequence[Child], facts: Known, events: Sequence[Event], first: date, today: date
) -> tuple[tuple[Square, ...], ...]:
    after = _months_on(first, 1)
    mondays = range(0, (after - days.monday_of(first)).days, 7)
    titles: dict[date, list[str]] = defaultdict(list)
    for event in events:
        titles[event.day].append(event.title)
    return tuple(
        tuple(
            Square(
                day=day,
                is_other=not first <= day < after,
                is_today=day == today,
                is_off=day.weekday() > 4,
                closed=_reasons(children, facts, day),
                events=tuple(titles[day]),
            )
            for day in days.week(days.monday_of(first) + timedelta(days=number))
        )
        for number in mondays
    )


def _reasons(children: Sequence[Child], facts: Known, day: date) -> str:
    found = [facts.closed_reason(facts.place(child.pk, day), day) for child in children]
    return ", ".join(dict.fromkeys(one for one in found if one is not None))


def _events(
    children: Sequence[Child], facts: Known, first: date, last: date, today: date, reader: UUID | None
) -> list[Event]:
    around = Around.of(place for own in facts.places.values() for place in own)
    places = sorted(around.department_ids), sorted(around.preschool_ids), sorted(around.area_ids)
    found = [
        (row, own)
        for row in starmap(_Happens, _happens(*places, first, last))
        if (own := [child for child in children if _concerns(row, facts.place(child.pk, row.day))])
    ]
    asked = [row.id for row, _own in found if row.asks]
    answers = own_answers(given_to(asked, [child.pk for child in children]), reader) if asked else {}
    return [_event(row, own, answers, today) for row, own in found]


class _Happens(NamedTuple):
    """One event as it is read, and where."""

    id: UUID
    title: str
    text: str
    day: date
    from_time: time | None
    to_time: time | None
    asks: bool
    answer_by: date | None
    department_id: UUID | None
    preschool_id: UUID | None
    area_id: UUID | None
    department__name: str | None
    preschool__name: str | None
    area__name: str | None

    @property
    def place(self) -> str:
        return self.department__name or self.preschool__name or _("Alla i {area}").format(area=self.area__name)


@prepared
def _happens(
    department_ids: Sequence[UUID], preschool_ids: Sequence[UUID], area_ids: Sequence[UUID], first: date, last: date
) -> Rows:
    rows = CalendarEvent.objects.standing().around(department_ids, preschool_ids, area_ids)
    rows = rows.filter(day__gte=first, day__lte=last).order_by("day", "from_time", "title", "pk")
    return rows.values_list(*_Happens._fields)


def _concerns(row: _Happens, place: Place | None) -> bool:
    return place is not None and _is_at(place, row.department_id, row.preschool_id, row.area_id)


def _is_at(place: Place, department_id: UUID | None, preschool_id: UUID | None, area_id: UUID | None) -> bool:
    return (
        department_id == place.department_id
        or preschool_id == place.preschool_id
        or (area_id is not None and area_id == place.area_id)
    )


def _event(row: _Happens, children: Sequence[Child], answers: Mapping[tuple[UUID, UUID], Given], today: date) -> Event:
    given = {child.pk: answers.get((row.id, child.pk)) for child in children}
    people = sum(answer.how_many for answer in given.values() if answer)
    answer_by = row.answer_by or row.day
    replies = [
        Reply(one.pk, one.given_name, answer.is_coming if (answer := given[one.pk]) else None) for one in children
    ]
    return Event(
        id=row.id,
        title=row.title,
        text=row.text,
        day=row.day,
        times=event_times(row.from_time, row.to_time),
        place=row.place,
        replies=tuple(replies) if row.asks else (),
        people=people or len(children) + 1,
        answer_by=answer_by,
        is_open=row.asks and today <= answer_by,
    )
