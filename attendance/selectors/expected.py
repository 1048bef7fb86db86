"""How many children are expected each hour of a day, for a whole municipality at once.

Most families keep the same few times: the database counts, for each department, how many children have which times
that day, and each of these groups is judged once, by the same rules as a single child (`attendance.rules.merged_plan`).
Read one by one are those of whom that does not say enough: with a backup placement, with two homes, away for a part of
the day. What comes out is what `Known.planned` says of every child; a property test holds them together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    CharField,
    Count,
    DateField,
    Exists,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Coalesce
from django.db.models.sql.compiler import SQLCompiler

from attendance import rules
from attendance.models import Absence
from attendance.selectors.facts import Known, read_intervals
from attendance.selectors.hours import FIRST_HOUR, LAST_HOUR
from attendance.selectors.said import Around, counted_answers, said_of
from children.models import Department, Placement
from children.selectors.placing import Place, placed_between, places_of
from children.selectors.settled import settled_on, unsettled_on
from portal.lib import days
from portal.lib.models import holds_on

Said = tuple[str, tuple[str | int, ...]]


@dataclass(frozen=True)
class Expected:
    """How many children are planned at each department: `at` half past each of 24 hours, and `coming` at all."""

    day: date
    at: dict[UUID, list[int]] = field(default_factory=dict)
    coming: dict[UUID, int] = field(default_factory=dict)

    def add(self, department_id: UUID, attending: rules.Intervals, children: int = 1) -> None:
        """Count so many children with these times."""
        self.coming[department_id] += children if attending else 0
        hours = self.at[department_id]
        for part in attending:
            for hour in part.hours:
                hours[hour] += children


def expected_per_hour(day: date, departments: Collection[UUID] | None = None) -> Expected:
    """Return the children expected at these departments, or at all: six queries at most, however many there are."""
    places = _places(departments)
    facts = Known(day, day)
    for row in said_of([], Around.of(places.values()), day, day):
        facts.add(row)
    found = Expected(day, {pk: [0] * 24 for pk in places}, dict.fromkeys(places, 0))

    @cache
    def attending(text: str | None, closed: str | None) -> rules.Intervals:
        intervals = read_intervals(text) if text else None
        changed: dict[UUID | None, rules.Intervals] = {} if intervals is None else {None: intervals}
        return rules.merged_plan(rules.DayFacts(day=day, changed=changed, closed=closed)).attending

    closed = {department_id: facts.closed_reason(place, day) for department_id, place in places.items()}
    for department_id, text, children in _groups(facts, day, departments):
        if department_id in closed:
            found.add(department_id, attending(text, closed[department_id]), children)
    for department_id, plan in _one_by_one(facts, day, closed):
        found.add(department_id, plan.attending)
    return found


@dataclass(frozen=True)
class PreschoolHours:
    """A preschool's children: how many are planned at all, and at half past each of the hours that are shown."""

    preschool_id: UUID
    name: str
    coming: int
    hours: tuple[int, ...]


@dataclass(frozen=True)
class MunicipalityDay:
    """A day of all preschools, by name; `hours` are those that are shown, from six to six at least."""

    day: date
    hours: range
    preschools: tuple[PreschoolHours, ...]

    @property
    def coming(self) -> int:
        return sum(preschool.coming for preschool in self.preschools)

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(map(sum, zip(*(preschool.hours for preschool in self.preschools), strict=True)))


def municipality_day(day: date) -> MunicipalityDay:
    """Return the day of every preschool that is open for good, and of any other at which children are planned."""
    expected = expected_per_hour(day)
    rows = Department.objects.order_by("preschool__name", "preschool_id", "pk")
    found: dict[tuple[UUID, str], list[UUID]] = {}
    for pk, preschool_id, name, ends_on in rows.values_list("pk", "preschool_id", "preschool__name", "ends_on"):
        if expected.coming[pk] or ends_on is None or ends_on >= day:
            found.setdefault((preschool_id, name), []).append(pk)
    used = [hour for counts in expected.at.values() for hour, count in enumerate(counts) if count]
    hours = range(min([FIRST_HOUR, *used]), max([LAST_HOUR, *used]) + 1)
    return MunicipalityDay(
        day,
        hours,
        tuple(
            PreschoolHours(
                preschool_id,
                name,
                sum(expected.coming[pk] for pk in own),
                tuple(sum(expected.at[pk][hour] for pk in own) for hour in hours),
            )
            for (preschool_id, name), own in found.items()
        ),
    )


def _places(departments: Collection[UUID] | None) -> dict[UUID, Place]:
    """Return the departments, each as the place of nobody in particular."""
    rows = Department.objects.order_by() if departments is None else Department.objects.filter(pk__in=departments)
    columns = rows.values_list("pk", "name", "preschool_id", "preschool__name", "preschool__area_id")
    return {
        pk: Place(pk, date.min, None, pk, name, preschool_id, preschool, area_id, is_backup=False)
        for pk, name, preschool_id, preschool, area_id in columns
    }


def _groups(
    facts: Known, day: date, departments: Collection[UUID] | None
) -> QuerySet[Any, tuple[UUID, str | None, int]]:
    """Return, by department and by times as text, how many children have these times: one query.

    Children who are away or free all day are in no group, nor those who must be read one by one.
    """
    away = Absence.objects.standing().on(day).filter(child=OuterRef("child"))
    children = settled_on(day).filter(~Exists(away))
    if departments is not None:
        children = children.filter(department__in=departments)
    if facts.enquiries:
        children = _without_the_free(children, facts, day)
    plan, changed = "child__week_plans__", "child__day_plans__"
    children = children.annotate(
        plan=FilteredRelation("child__week_plans", condition=Q(**{f"{plan}household": None}) & holds_on(day, plan)),
        changed=FilteredRelation(
            "child__day_plans",
            condition=Q(**{f"{changed}household": None, f"{changed}day": day, f"{changed}intervals__isnull": False}),
        ),
    )
    times = Coalesce(Cast("changed__intervals", CharField()), TimesOn(day, "plan"), output_field=CharField())
    return children.order_by().values_list("department_id", times).annotate(Count("pk"))


def _without_the_free(children: QuerySet[Placement], facts: Known, day: date) -> QuerySet[Placement]:
    """Return those who are not free by an answer to a holiday enquiry, or by silence where that counts as one."""
    answered = counted_answers(day, day).filter(child=OuterRef("child"))
    children = children.filter(~Exists(answered.filter(attends=False)))
    for one in facts.enquiries:
        if rules.silence_counts(one.enquiry, facts.today):
            opened, closes = one.enquiry.opens_on, one.enquiry.answer_by
            here = {"preschool_id": one.preschool_id, "area_id": one.area_id}
            silent = ~Exists(answered.filter(enquiry=one.enquiry.id))
            asked = placed_between(opened, closes, **here)
            children = children.exclude(placed_between(day, day, **here) & asked & silent)
    return children


def _one_by_one(facts: Known, day: date, departments: Collection[UUID]) -> Iterator[tuple[UUID, rules.PlannedDay]]:
    """Yield where they are and what is planned for the children of whom a group does not say enough: four queries.

    Of the places `facts` knows all there is already.
    """
    partly = Absence.objects.standing().on(day).filter(from_time__isnull=False).order_by().values("child")
    ids = [row["child"] for row in partly.union(unsettled_on(day))]
    if not ids:
        return
    facts.places = places_of(ids, holds_on(day))
    for row in said_of(list(facts.places), Around(), day, day):
        facts.add(row)
    facts.note_who_was_asked()
    for child_id in facts.places:
        place = facts.place(child_id, day)
        if place is not None and place.department_id in departments:
            yield place.department_id, facts.planned(child_id, day)


class TimesOn(Func):
    """The times of one day of a `WeekPlan`, as JSON text: `RepeatingPlan.on`, said to the database.

    The first weeks may begin in the middle of one, as there: what lies before them is counted from the last.
    """

    output_field = CharField()
    arity = 3

    def __init__(self, day: date, plan: str) -> None:
        self.weekday = day.weekday()
        super().__init__(F(f"{plan}__weeks"), F(f"{plan}__starts_on"), Value(days.monday_of(day), DateField()))

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_more: Any) -> Said:  # noqa: ARG002 (named by Django)
        return self._said(
            compiler,
            since="(({monday})::date - {starts_on})",
            weeks="jsonb_array_length({weeks})",
            day="({weeks} -> ({number})::int -> {weekday})::text",
        )

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_more: Any) -> Said:  # noqa: ARG002 (named by Django)
        return self._said(
            compiler,
            since="CAST(julianday({monday}) - julianday({starts_on}) AS INTEGER)",
            weeks="json_array_length({weeks})",
            day="json_extract({weeks}, '$[' || ({number}) || '][{weekday}]')",
        )

    def _said(self, compiler: SQLCompiler, *, since: str, weeks: str, day: str) -> Said:
        (plan, _none), (starts_on, _neither), (monday, given) = map(compiler.compile, self.get_source_expressions())
        named = {"weeks": plan, "starts_on": starts_on, "monday": monday, "weekday": self.weekday}
        length = weeks.format(**named)
        number = f"(({since.format(**named)} + 7) / 7 - 1 + {length}) %% {length}"
        return day.format(**named, number=number), tuple(given)
