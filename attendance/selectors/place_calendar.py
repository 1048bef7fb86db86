"""A preschool's calendar for those who work there: closed days, events and who comes, and what closing would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.http import Http404

from attendance.models import CalendarEvent, ClosedDay
from attendance.public_holidays import is_red, public_holidays
from attendance.selectors.calendar import event_times, runs
from attendance.selectors.event_answers import counted_answers, given_to
from attendance.selectors.scopes import Scope, decided_in, families_of, may_decide, placed_on
from children.access import Action, children_for
from children.actors import Actor
from children.models import Department, Preschool
from portal.lib import days

AHEAD = timedelta(days=366)  # so far public holidays are listed


@dataclass(frozen=True)
class Row:
    """A line of the place's calendar. `closed_id` of closed days, the first, `event_id` of an event."""

    kind: str  # "closed", "holiday", "eve" or "event"
    first: date
    last: date
    title: str
    place: str = ""
    times: str = ""
    number: int = 1
    closed_id: UUID | None = None
    event_id: UUID | None = None
    may_change: bool = False
    asks: bool = False
    coming: int = 0
    people: int = 0

    @property
    def span(self) -> str:
        return days.span_in_words(self.first, self.last)


@dataclass(frozen=True)
class OnDay:
    """How many children are meant to come on a day on which it is to be closed, or was by the row `closed_id`."""

    day: date
    planned: int
    closed_id: UUID | None = None


@dataclass(frozen=True)
class Consequence:
    """What closing some days hides, or opening them gives back: `children` with times then, `families` to be told."""

    days: tuple[OnDay, ...]
    children: int
    families: int

    @property
    def first(self) -> date:
        return self.days[0].day

    @property
    def last(self) -> date:
        return self.days[-1].day

    @property
    def span(self) -> str:
        return days.span_in_words(self.first, self.last)


@dataclass(frozen=True)
class Answered:
    """A child and what its family has said of an event: `is_coming` None is nothing yet."""

    name: str
    is_coming: bool | None
    people: int


@dataclass(frozen=True)
class DepartmentAnswers:
    """The answers of one department. `unnamed` children are counted and not named: the reader may not see them."""

    name: str
    rows: tuple[Answered, ...]
    unnamed: int

    @property
    def coming(self) -> int:
        return sum(row.is_coming is True for row in self.rows)

    @property
    def people(self) -> int:
        return sum(row.people for row in self.rows)

    @property
    def unanswered(self) -> int:
        return sum(row.is_coming is None for row in self.rows)


def place_calendar(actor: Actor, preschool: Preschool, departments: Sequence[Department]) -> list[Row]:
    """Return what is to come at a preschool and these of its departments, soonest first: two queries and few more."""
    today = actor.today
    there = Department.objects.filter(pk__in=[one.pk for one in departments])
    closed = ClosedDay.objects.standing().at(there).filter(day__gte=today)
    events = CalendarEvent.objects.standing().at(there).filter(day__gte=today)
    rows = [
        *_closed_rows(actor, closed.select_related("area", "preschool", "department").order_by("day", "pk")),
        *_event_rows(events.select_related("area", "preschool", "department")),
        *_holidays(preschool, today),
    ]
    return sorted(rows, key=lambda row: (row.first, row.kind, row.title))


def closed_span(closed_id: UUID, preschool: Preschool, today: date) -> list[ClosedDay]:
    """Return the standing closed days, from today on, of the span that this one is in, if it concerns the preschool."""
    standing = ClosedDay.objects.standing().filter(day__gte=today).select_related("area", "preschool", "department")
    one = standing.at(preschool.departments.all()).filter(pk=closed_id).first()
    if one is None:
        return []
    alike = list(standing.filter(reason=one.reason, **Scope.of(one).columns).order_by("day"))
    first, last = next(span for span in runs(row.day for row in alike) if span[0] <= one.day <= span[1])
    return [row for row in alike if first <= row.day <= last]


def closing(scope: Scope, dates: Sequence[date], today: date) -> Consequence:
    """Return what it would do to close a scope on these days: nothing to those for whom it is closed already."""
    placed = placed_on(scope, dates)
    return _counted(dict.fromkeys(dates), placed.open_on(), placed.planned_on(), today)


def opening(scope: Scope, rows: Sequence[ClosedDay], today: date) -> Consequence:
    """Return what it gives back to open a scope's closed days again: nothing where it stays closed by another."""
    placed = placed_on(scope, [row.day for row in rows])
    taken = {(row.day, row.department_id, row.preschool_id, row.area_id) for row in rows}
    facts = placed.facts
    facts.closed = [c for c in facts.closed if (c.day, c.department_id, c.preschool_id, c.area_id) not in taken]
    opened, planned = placed.open_on(), placed.planned_on()
    return _counted({row.day: row.pk for row in rows}, opened, planned, today)


def event_here(event_id: UUID, preschool: Preschool) -> CalendarEvent:
    """Return a standing event that concerns the preschool or one of its departments. Raises `Http404`."""
    rows = CalendarEvent.objects.standing().at(preschool.departments.all()).filter(pk=event_id)
    event = rows.select_related("area", "preschool", "department").first()
    if event is None:
        raise Http404
    return event


def event_answers(
    actor: Actor, event: CalendarEvent, departments: Sequence[Department]
) -> tuple[list[DepartmentAnswers], list[UUID]]:
    """Return the answers by department, of those that are given, and whose names they show."""
    placed = placed_on(Scope.of(event), [event.day])
    seen = {child.pk: child for child in children_for(actor, Action.SEE_FILE).filter(pk__in=list(placed.days))}
    answers = {child_id: said for (_event, child_id), said in counted_answers(given_to([event.pk], list(seen))).items()}
    there: dict[UUID, list[UUID]] = defaultdict(list)
    for child_id in placed.days:
        if place := placed.facts.place(child_id, event.day):
            there[place.department_id].append(child_id)
    found = []
    for department in departments:
        own = [seen[child_id] for child_id in there[department.pk] if child_id in seen]
        named = [
            Answered(child.full_name, given.is_coming if given else None, given.people if given else 0)
            for child in sorted(own, key=lambda one: (one.given_name.casefold(), one.family_name.casefold()))
            for given in (answers.get(child.pk),)
        ]
        unnamed = len(there[department.pk]) - len(own)
        if named or unnamed:
            found.append(DepartmentAnswers(department.name, tuple(named), unnamed))
    return found, list(seen)


def _counted(
    dates: Mapping[date, UUID | None],
    open_on: Mapping[UUID, list[date]],
    planned_on: Mapping[UUID, list[date]],
    today: date,
) -> Consequence:
    planned = {child_id: set(own) & set(open_on.get(child_id, ())) for child_id, own in planned_on.items()}
    families = families_of(open_on, today)
    return Consequence(
        days=tuple(OnDay(day, sum(day in own for own in planned.values()), row) for day, row in dates.items()),
        children=sum(bool(own) for own in planned.values()),
        families=sum(len(people) for people in families.values()),
    )


def _closed_rows(actor: Actor, found: Iterable[ClosedDay]) -> list[Row]:
    """Return the closed days as spans: those of one place and reason between which it is closed anyhow are one."""
    alike: dict[tuple[UUID, str], list[ClosedDay]] = defaultdict(list)
    for row in found:
        alike[Scope.of(row).place.pk, row.reason].append(row)
    rows = []
    for (_place, reason), own in alike.items():
        scope = Scope.of(own[0])
        may_change = may_decide(actor, Action.OVERSEE, scope)
        for first, last in runs(row.day for row in own):
            ids = [row.pk for row in own if first <= row.day <= last]
            rows.append(
                Row("closed", first, last, reason, scope.name, "", len(ids), closed_id=ids[0], may_change=may_change)
            )
    return rows


def _event_rows(found: Iterable[CalendarEvent]) -> list[Row]:
    rows = list(found)
    coming: dict[UUID, list[int]] = defaultdict(list)
    for (event_id, _child), said in counted_answers(given_to([row.pk for row in rows])).items():
        if said.is_coming:
            coming[event_id].append(said.people)
    return [
        Row(
            kind="event",
            first=row.day,
            last=row.day,
            title=row.title,
            place=Scope.of(row).name,
            times=event_times(row.from_time, row.to_time),
            event_id=row.pk,
            asks=row.asks,
            coming=len(coming[row.pk]),
            people=sum(coming[row.pk]),
        )
        for row in rows
    ]


def _holidays(preschool: Preschool, today: date) -> list[Row]:
    """Return the public holidays, and eves that are treated like them, for which the preschool is closed.

    Of weekdays on which it opens in no week nothing is said.
    """
    found = public_holidays(today, today + AHEAD)
    decided = decided_in(Scope(preschool=preschool))
    return [
        Row("holiday" if is_red(day) else "eve", day, day, name)
        for day, name in found.items()
        if any(one.opens_on(day) and not one.opens_on_holidays for one in decided)
    ]
