"""For whom a closed day or an event is: area, preschool or department. When they open, and who is placed there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from attendance import rules
from attendance.models import CalendarEvent, ClosedDay, PlanningRule
from attendance.public_holidays import holiday_on
from attendance.selectors.facts import Known, known
from attendance.selectors.said import DECIDED
from children.access import Action, departments_for, leads_area, preschools_for
from children.actors import Actor
from children.models import Area, Department, Preschool
from children.selectors.people import guardians_of
from children.selectors.placing import overlap, places_in
from portal.lib import days


@dataclass(frozen=True)
class Scope:
    """An area, a preschool or a department: exactly one of them."""

    area: Area | None = None
    preschool: Preschool | None = None
    department: Department | None = None

    @classmethod
    def of(cls, row: ClosedDay | CalendarEvent) -> Scope:
        return cls(row.area, row.preschool, row.department)

    @property
    def place(self) -> Area | Preschool | Department:
        place = self.area or self.preschool or self.department
        if place is None:
            raise ValueError("a scope is somewhere")
        return place

    @property
    def columns(self) -> dict[str, Any]:
        """Return the columns of a row with this scope."""
        return {"area": self.area, "preschool": self.preschool, "department": self.department}

    @property
    def name(self) -> str:
        """Return the place's name; an area says that it is all its preschools."""
        return _("Alla i {area}").format(area=self.area.name) if self.area else self.place.name

    def hold(self) -> None:
        """Hold the place's row until the transaction ends: nobody else decides for it meanwhile."""
        model: type[Area | Preschool | Department] = type(self.place)
        model._default_manager.select_for_update(no_key=True).get(pk=self.place.pk)

    def departments(self) -> QuerySet[Department]:
        """Return the departments that the scope holds."""
        if self.area:
            return Department.objects.filter(preschool__area=self.area)
        if self.preschool:
            return Department.objects.filter(preschool=self.preschool)
        return Department.objects.filter(pk=self.place.pk)


def may_decide(actor: Actor, action: Action, scope: Scope) -> bool:
    """Tell whether the actor may do this for the whole of the scope: for an area whoever leads all of it."""
    if scope.area:
        return leads_area(actor, scope.area.pk)
    if scope.preschool:
        return preschools_for(actor, Action.OVERSEE).filter(pk=scope.preschool.pk).exists()
    return departments_for(actor, action).filter(pk=scope.place.pk).exists()


def demand_decision(actor: Actor, action: Action, scope: Scope) -> None:
    """Raise `PermissionDenied` for what the actor sees and may not decide, `Http404` for what it does not see."""
    if may_decide(actor, action, scope):
        return
    if scope.department and may_decide(actor, Action.SEE_BOARD, scope):
        raise PermissionDenied
    raise Http404


def scopes_of(actor: Actor, preschool: Preschool) -> list[Scope]:
    """Return for whom a leader of the preschool may decide: it, its departments, its area if all of that is led."""
    own = [Scope(preschool=preschool)]
    own += [Scope(department=one) for one in Department.objects.filter(preschool=preschool).open_on(actor.today)]
    if preschool.area and leads_area(actor, preschool.area.pk):
        own.append(Scope(area=preschool.area))
    return own


def open_days(scope: Scope, first: date, last: date) -> list[date]:
    """Return the days on which any of the scope opens: no weekends and no public holidays, but where these are open."""
    decided = decided_in(scope)
    return [day for day in days.span(first, last) if any(_opens(one, day) for one in decided)]


def decided_in(scope: Scope) -> list[rules.PlaceRules]:
    """Return what is decided at each of the scope's preschools, in no order: two queries."""
    places = set(scope.departments().values_list("preschool", "preschool__area"))
    above = Q(preschool__in={one for one, _area in places}) | Q(area__in={area for _one, area in places})
    rows = PlanningRule.objects.filter(above | Q(preschool=None, area=None)).values("preschool_id", "area_id", *DECIDED)
    decided = {row["preschool_id"] or row["area_id"]: rules.from_stored(row) for row in rows}
    return [
        rules.merged_rules(decided.get(key, {}) for key in dict.fromkeys((None, area, preschool)))
        for preschool, area in places
    ] or [rules.PlaceRules()]


def _opens(decided: rules.PlaceRules, day: date) -> bool:
    return decided.opens_on(day) is not None and (decided.opens_on_holidays or holiday_on(day) is None)


@dataclass(frozen=True)
class Placed:
    """The children who are in the scope's departments on some days, and what is known of them; `days` by child."""

    facts: Known
    days: dict[UUID, list[date]]

    def open_on(self) -> dict[UUID, list[date]]:
        """Return, by child, the days on which its department is not closed."""
        return self._where(lambda child_id, day: not self._is_closed(child_id, day))

    def planned_on(self) -> dict[UUID, list[date]]:
        """Return, by child, the days on which it is meant to come."""
        return self._where(lambda child_id, day: bool(self.facts.planned(child_id, day).attending))

    def _is_closed(self, child_id: UUID, day: date) -> bool:
        return self.facts.closed_reason(self.facts.place(child_id, day), day) is not None

    def _where(self, holds: Callable[[UUID, date], bool]) -> dict[UUID, list[date]]:
        found = {child_id: [day for day in own if holds(child_id, day)] for child_id, own in self.days.items()}
        return {child_id: own for child_id, own in found.items() if own}


def placed_on(scope: Scope, dates: Collection[date]) -> Placed:
    """Return who is placed in the scope's departments on these days, backup placements counted where they are.

    Three queries and those of `known`, however many children there are.
    """
    if not dates:
        return Placed(Known(date.min, date.min), {})
    ids = set(scope.departments().values_list("pk", flat=True))
    first, last = min(dates), max(dates)
    places = places_in(ids, overlap(first, last))
    facts = known(places, first, last, places=places, with_stays=False)
    found: dict[UUID, list[date]] = defaultdict(list)
    for child_id in places:
        for day in sorted(dates):
            place = facts.place(child_id, day)
            if place is not None and place.department_id in ids:
                found[child_id].append(day)
    return Placed(facts, dict(found))


def families_of(child_ids: Iterable[UUID], today: date) -> dict[UUID, set[UUID]]:
    """Return, by child, the guardians who are told of its place: each of them once, with one of its children."""
    ids = sorted(child_ids)
    rows = guardians_of(ids, today).filter(guardian__frozen_at=None).order_by("child_id")
    told: set[UUID] = set()
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for child_id, person_id in rows.values_list("child_id", "guardian_id"):
        if person_id not in told:
            told.add(person_id)
            found[child_id].add(person_id)
    return dict(found)
