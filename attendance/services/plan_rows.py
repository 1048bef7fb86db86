"""Rows of plans as they lay, and as they lie now: what a save keeps, so that it can be told of and taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from attendance.models import DayPlan, PlanSave, WeekPlan
from children.actors import Actor
from children.models import Child

Kept = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Scope:
    """What a save may touch: plans from a day on (None: no plans), these dates, and whose they are."""

    children: Sequence[Child]
    homes: Mapping[UUID, UUID | None]
    plans_from: date | None = None
    dates: Mapping[UUID, Collection[date]] = field(default_factory=dict)

    @property
    def child_ids(self) -> list[UUID]:
        return [child.id for child in self.children]


def kept_rows(scope: Scope) -> Kept:
    """Return the scope's rows as plain values, by child: at most two queries."""
    found: Kept = {
        str(child.id): {
            "plans_from": scope.plans_from.isoformat() if scope.plans_from else None,
            "dates": sorted(day.isoformat() for day in scope.dates.get(child.id, ())),
            "plans": [],
            "days": [],
        }
        for child in scope.children
    }
    for plan in plans_in(scope):
        found[str(plan.child_id)]["plans"].append(_plan_values(plan))
    for day in days_in(scope):
        found[str(day.child_id)]["days"].append(_day_values(day))
    return found


def plans_in(scope: Scope) -> list[WeekPlan]:
    if scope.plans_from is None or not scope.children:
        return []
    # With those that end the day before: a plan that gives way to a new one does.
    rows = WeekPlan.objects.on_or_after(scope.plans_from - timedelta(days=1)).filter(_of(scope))
    return list(rows.order_by("child_id", "starts_on"))


def days_in(scope: Scope) -> list[DayPlan]:
    wanted = {day for dates in scope.dates.values() for day in dates}
    if not wanted or not scope.children:
        return []
    rows = DayPlan.objects.filter(_of(scope), day__in=wanted).order_by("child_id", "day")
    return [row for row in rows if row.day in scope.dates.get(row.child_id, ())]


def record(scope: Scope, before: Kept, *, actor: Actor, now: datetime, is_by_staff: bool = False) -> list[PlanSave]:
    """Keep what one press of "save" changed; nothing where nothing did.

    Children with one home are kept together; of those with two each has a save of its own, because each has homes of
    its own and no home may read the other's. What was pressed at once has the same `made_at`.
    """
    after = kept_rows(scope)
    changed = [child for child in scope.children if before[str(child.id)] != after[str(child.id)]]
    together = [child for child in changed if scope.homes.get(child.id) is None]
    groups = [group for group in (together, *([child] for child in changed if child not in together)) if group]
    made = PlanSave.objects.bulk_create(
        PlanSave(
            household_id=scope.homes.get(group[0].id),
            made_at=now,
            made_by=actor.person,
            tablet=actor.tablet,
            is_by_staff=is_by_staff,
            before={str(child.id): before[str(child.id)] for child in group},
            after={str(child.id): after[str(child.id)] for child in group},
        )
        for group in groups
    )
    link = PlanSave.children.through
    link._default_manager.bulk_create(
        link(plansave_id=save.id, child_id=child.id)
        for save, group in zip(made, groups, strict=True)
        for child in group
    )
    return made


def _of(scope: Scope) -> Q:
    """Return the condition for rows of these children, each in the home that is meant."""
    with_one = [child.id for child in scope.children if scope.homes.get(child.id) is None]
    condition = Q(child__in=with_one, household=None)
    for child in scope.children:
        if home := scope.homes.get(child.id):
            condition |= Q(child=child.id, household=home)
    return condition


def _plan_values(plan: WeekPlan) -> dict[str, Any]:
    return {
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat() if plan.ends_on else None,
        "weeks": plan.weeks,
        "made_by": _text(plan.made_by_id),
    }


def _day_values(row: DayPlan) -> dict[str, Any]:
    return {
        "day": row.day.isoformat(),
        "intervals": row.intervals,
        "guardian": _text(row.collecting_guardian_id),
        "contact": _text(row.collecting_contact_id),
        "note": row.note,
        "changed_at": row.changed_at.isoformat(),
        "changed_by": _text(row.changed_by_id),
    }


def _text(row_id: UUID | None) -> str | None:
    return str(row_id) if row_id else None
