"""A guardian's own calendar: what it says of the children's days, through today's access."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from attendance.calendar_writing import Entry, moments, whole_day
from attendance.models import CalendarEvent, CalendarFeed, EnquiryAnswer, HolidayEnquiry
from attendance.public_holidays import public_holidays
from attendance.rules import Half, PlannedDay
from attendance.selectors.enquiries import Asking
from attendance.selectors.event_answers import given_to, own_answers
from attendance.selectors.facts import ClosedOn, Known, known
from attendance.selectors.words import times_of
from children.access import Action
from children.actors import Actor
from children.models import Child
from children.prepared_access import Asked, child_rows
from children.selectors.placing import Place
from portal.lib import days
from portal.lib.crypto import keyed_digest
from portal.lib.models import of_row

WEEKS_BACK, WEEKS_AHEAD = 4, 26
OWN = Asked(("id", "given_name", "protection"), order=("birth_date", "given_name", "pk"))


@dataclass(frozen=True)
class Family:
    """A guardian's children and what is known of them, from whole weeks ago until whole weeks ahead."""

    children: tuple[Child, ...]
    facts: Known
    first: date
    last: date
    reader: UUID | None

    @property
    def years(self) -> tuple[int, int]:
        return self.first.year, self.last.year

    def places_of(self, child: Child) -> list[Place]:
        return self.facts.places.get(child.pk, [])

    def names(self, children: Iterable[Child]) -> str:
        """Return whom it concerns; nothing where that is all of the children, and never a protected one's name."""
        concerned = list(children)
        if len(concerned) == len(self.children):
            return ""
        return ", ".join(child.given_name for child in concerned if not child.is_protected)


def feed_at(secret: str) -> CalendarFeed | None:
    """Return the feed that stands at this address, with its person: one query. A frozen account's is none."""
    index = CalendarFeed._meta.get_field("secret_index").index_of(secret)
    feed = CalendarFeed.objects.standing().select_related("person").filter(secret_index=index).first()
    return feed if feed and feed.person.is_active else None


def feed_of(person_id: UUID) -> CalendarFeed | None:
    return CalendarFeed.objects.standing().filter(person=person_id).first()


def family_of(actor: Actor) -> Family:
    """Return what the guardian's calendar is made of: three queries, one more where a child has two homes.

    Of those no more than this guardian may read (`reader`). The window moves on Mondays, so that a calendar that asks
    in between finds it as it was.
    """
    children = [of_row(Child, OWN.columns, row) for row in child_rows(actor, Action.PLAN, OWN)]
    monday = days.monday_of(actor.today)
    first, last = monday - timedelta(weeks=WEEKS_BACK), monday + timedelta(weeks=WEEKS_AHEAD, days=6)
    facts = known([child.pk for child in children], first, last, with_stays=False, reader=actor.person_id)
    return Family(tuple(children), facts, first, last, actor.person_id)


def entries_of(family: Family) -> list[Entry]:
    """Return the calendar's entries in the reader's language: two queries, one more each where something is asked."""
    if not family.children:
        return []
    return [*_planned(family), *_closed(family), *_events(family), *_to_answer(family)]


def _zone() -> ZoneInfo:
    return get_default_timezone()


def _uid(*of: object) -> str:
    """Return an id that stays, and tells nothing of what it is made of."""
    return f"{keyed_digest(':'.join(map(str, of)), purpose='calendar')[:32]}@kapprummet"


# The children's times -------------------------------------------------------------------------------------------------


def _planned(family: Family) -> Iterator[Entry]:
    for child in family.children:
        for day in days.span(family.first, family.last):
            if family.facts.place(child.pk, day) is None:
                continue
            for number, (said, starts, ends) in enumerate(_times(family.facts.planned(child.pk, day))):
                summary = _("Förskola") if child.is_protected else f"{child.given_name} {said}"
                yield Entry(_uid("planned", child.pk, day, number), summary, starts, ends)


def _times(plan: PlannedDay) -> Iterator[tuple[str, datetime, datetime | None]]:
    """Yield the day's times in words and as moments; of a day of handover the reader's own end of it, a moment."""
    spans = [(str(part), *moments(plan.day, part.starts, part.ends, _zone())) for part in plan.attending]
    if not spans or plan.half == Half.BOTH:
        yield from spans
    else:
        at = spans[0][1] if plan.half == Half.MORNING else spans[-1][2] or spans[-1][1]
        said = times_of(plan)
        yield said[:1].lower() + said[1:], at, None


# What the preschool says ----------------------------------------------------------------------------------------------


def _closed(family: Family) -> Iterator[Entry]:
    """Yield the closed days of the children's places, and the public holidays on which they else would open."""
    concerned: dict[tuple[date, str], list[Child]] = defaultdict(list)
    for closed in (one for one in family.facts.closed if one.day <= family.last):
        for child in family.children:
            place = family.facts.place(child.pk, closed.day)
            if place and _is_at(closed, place) and child not in concerned[closed.day, closed.reason]:
                concerned[closed.day, closed.reason].append(child)
    for day, name in public_holidays(family.first, family.last).items():
        for child in family.children:
            place = family.facts.place(child.pk, day)
            is_open_else = family.facts.rules_at(place).opens_on(day) is not None
            is_why = family.facts.closed_reason(place, day) == name
            if is_open_else and is_why and child not in concerned[day, name]:
                concerned[day, name].append(child)
    for (day, reason), children in sorted(concerned.items(), key=lambda item: item[0]):
        if children:
            yield Entry(_uid("closed", day, reason), _said(family, children, _("Stängt"), reason), *whole_day(day))


def _is_at(closed: ClosedOn, place: Place) -> bool:
    return (
        closed.department_id == place.department_id
        or closed.preschool_id == place.preschool_id
        or (closed.area_id is not None and closed.area_id == place.area_id)
    )


def _events(family: Family) -> Iterator[Entry]:
    """Yield what happens at the children's places, and until when the family is asked whether it comes."""
    rows = list(
        _at_places(CalendarEvent.objects.standing(), family, with_departments=True)
        .filter(day__gte=family.first, day__lte=family.last)
        .order_by("day", "from_time", "pk")
    )
    answered = _answered(family, [row.pk for row in rows if row.asks])
    for row in rows:
        children = _concerned(family, row, row.day)
        if not children:
            continue
        starts, ends = moments(row.day, row.from_time, row.to_time, _zone()) if row.from_time else whole_day(row.day)
        is_told = not all(child.is_protected for child in children)
        yield Entry(
            _uid("event", row.pk), _said(family, children, "", row.title), starts, ends, row.text if is_told else ""
        )
        waiting = [child for child in children if (row.pk, child.pk) not in answered]
        until = row.answer_by or row.day
        if row.asks and waiting and until >= family.facts.today:
            summary = _said(family, waiting, _("Sista dag att svara"), row.title)
            yield Entry(_uid("answer event", row.pk), summary, *whole_day(until))


def _answered(family: Family, event_ids: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    if not event_ids:
        return set()
    given = given_to(event_ids, [child.pk for child in family.children])
    return set(own_answers(given, family.reader))


def _to_answer(family: Family) -> Iterator[Entry]:
    """Yield the last day of each holiday enquiry that is open and that the family has not answered at all.

    Of a child with two homes the own home's days alone: the other's answers are its own.
    """
    today = family.facts.today
    asked = HolidayEnquiry.objects.standing().filter(opens_on__lte=today, answer_by__gte=today)
    rows = list(_at_places(asked, family, with_departments=False).order_by("answer_by", "pk"))
    if not rows:
        return
    answers = EnquiryAnswer.objects.filter(enquiry__in=rows, child__in=[child.pk for child in family.children])
    answered: dict[tuple[UUID, UUID], set[date]] = defaultdict(set)
    for enquiry_id, child_id, day, home in answers.values_list("enquiry", "child", "day", "household"):
        if home in (None, family.facts.own_home(child_id)):
            answered[enquiry_id, child_id].add(day)
    for row in rows:
        asking, concerned = Asking(row, family.facts), _concerned(family, row, row.starts_on)
        waiting = [child for child in concerned if _waits(asking, child, answered[row.pk, child.pk])]
        if waiting:
            summary = _said(family, waiting, _("Sista dag att svara"), row.title)
            yield Entry(_uid("enquiry", row.pk), summary, *whole_day(row.answer_by))


def _waits(asking: Asking, child: Child, answered: Set[date]) -> bool:
    """Tell whether the reader has days to answer for the child, and none of them is answered."""
    own = asking.days_of(child.pk)
    return bool(own) and answered.isdisjoint(own)


def _at_places(rows: QuerySet[Any, Any], family: Family, *, with_departments: bool) -> QuerySet[Any, Any]:
    places = [place for child in family.children for place in family.places_of(child)]
    there = Q(preschool__in={place.preschool_id for place in places})
    there |= Q(area__in={place.area_id for place in places if place.area_id})
    if with_departments:
        there |= Q(department__in={place.department_id for place in places})
    return rows.filter(there)


def _concerned(family: Family, row: CalendarEvent | HolidayEnquiry, day: date) -> list[Child]:
    """Return the children who are at the row's place on that day."""
    department_id = getattr(row, "department_id", None)
    at = ClosedOn(day, "", department_id, row.preschool_id, row.area_id)
    places: Mapping[UUID, Place | None] = {child.pk: family.facts.place(child.pk, day) for child in family.children}
    return [child for child in family.children if (place := places[child.pk]) and _is_at(at, place)]


def _said(family: Family, children: Sequence[Child], what: str, title: str) -> str:
    """Return "Stängt: Planeringsdag (Elsa)"; of a protected child alone no more than that it is about preschool."""
    if all(child.is_protected for child in children):
        return f"{_('Förskola')}: {what.lower()}" if what else _("Förskola")
    said = f"{what}: {title}" if what else title
    names = family.names(children)
    return f"{said} ({names})" if names else said
