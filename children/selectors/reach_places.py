"""Who may do something at a department: the access table read from the department's side, as `reach` does for children.

A property test holds the two sides against each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from children import openings
from children.access import TABLE, Action
from children.actors import Actor
from children.models import BackupPlacement, Department, Placement, Preschool, StaffRole
from children.selectors.reach import Relation
from children.whereabouts import Ids, among, is_visible

Kind = StaffRole.Kind

_KINDS: dict[openings.Rule, tuple[Kind, ...]] = {
    openings.works_where_the_child_is: (Kind.STAFF, Kind.SUBSTITUTE),
    openings.employed_where_the_child_is: (Kind.STAFF,),
    openings.principal_of: (Kind.PRINCIPAL,),
}
_MUNICIPAL: dict[openings.Rule, Kind] = {
    openings.administrator: Kind.ADMINISTRATOR,
    openings.communicator: Kind.COMMUNICATOR,
    openings.archivist: Kind.ARCHIVIST,
}


def who_may_at(action: Action, department: Department, today: date) -> dict[UUID, Relation]:
    """Return who may do this at the department today, and as what: one query, with its preschool at hand.

    Nobody with a frozen account; nobody where the department has ended. Whoever works and leads there does the first.
    """
    if department.ends_on is not None and department.ends_on < today:
        return {}
    kinds = [kind for rule in TABLE[action] for kind in _KINDS.get(rule, ())]
    at = Q(department=department.pk) | Q(preschool=department.preschool_id)
    if area_id := department.preschool.area_id:
        at |= Q(area=area_id)
    roles = StaffRole.objects.on(today).filter(at, kind__in=kinds, person__frozen_at=None)
    found: dict[UUID, Relation] = {}
    for person_id, kind in sorted(roles.values_list("person_id", "kind"), key=lambda row: kinds.index(Kind(row[1]))):
        found.setdefault(person_id, Relation(kind))
    return found


def roles_in(action: Action, departments: QuerySet[Department], today: date) -> QuerySet[StaffRole]:
    """Return by which roles somebody may do this at one of these departments today, for whoever asks of many.

    Where they are is asked at once: PostgreSQL looks for three short lists of ids, and through all roles for three
    queries.
    """
    standing = departments.filter(Q(ends_on=None) | Q(ends_on__gte=today)).order_by()
    places = list(standing.values_list("pk", "preschool", "preschool__area"))
    at = Q(department__in=[pk for pk, _preschool, _area in places])
    at |= Q(preschool__in={preschool for _pk, preschool, _area in places})
    at |= Q(area__in={area for _pk, _preschool, area in places})
    kinds = [kind for rule in TABLE[action] for kind in _KINDS.get(rule, ())]
    return StaffRole.objects.on(today).filter(at, kind__in=kinds, person__frozen_at=None)


def roles_leading(action: Action, preschools: QuerySet[Preschool], today: date) -> QuerySet[StaffRole]:
    """Return by which roles somebody may do this at one of these preschools today, also where no department is."""
    standing = preschools.filter(Q(ends_on=None) | Q(ends_on__gte=today)).order_by()
    places = list(standing.values_list("pk", "area"))
    at = Q(preschool__in=[pk for pk, _area in places]) | Q(area__in={area for _pk, area in places})
    kinds = [Kind.PRINCIPAL] if openings.principal_of in TABLE[action] else []
    return StaffRole.objects.on(today).filter(at, kind__in=kinds, person__frozen_at=None)


def roles_for_all(action: Action, today: date) -> QuerySet[StaffRole]:
    """Return by which roles somebody may do this for the municipality today."""
    kinds = [_MUNICIPAL[rule] for rule in TABLE[action] if rule in _MUNICIPAL]
    return StaffRole.objects.on(today).filter(kind__in=kinds, person__frozen_at=None)


def families_in(departments: QuerySet[Department], today: date) -> QuerySet[Any, Any]:
    """Return, as ids for a subquery, the children of whom families count themselves to these departments today.

    Those who are placed there, or begin within the days in which families see it; and those who have, or soon have, a
    backup placement there, which takes nobody away from the own department.
    """
    held = to_families(today)
    placed = Placement.objects.filter(held, department__in=departments.order_by().values("pk")).values("child")
    backup = BackupPlacement.objects.filter(held, department__in=departments.order_by().values("pk")).values("child")
    return placed.union(backup, all=True)


def family_counts_to(department: OuterRef, today: date) -> Q:
    """Return the condition that a row's `child` is one of `families_in` this department, a column of a query around."""
    held = to_families(today)
    placed = Placement.objects.filter(held, department=department).values("child")
    backup = BackupPlacement.objects.filter(held, department=department).values("child")
    return among((placed, backup), "child")


def families_at(departments: QuerySet[Department], today: date, place: str) -> Iterator[tuple[str, UUID]]:
    """Give the children of `families_in`, as text, each with its `place` ("department", "department__preschool")."""
    written_to = departments.order_by().values("pk")
    for model in (Placement, BackupPlacement):
        rows = model._default_manager.filter(to_families(today), department__in=written_to)
        yield from rows.values_list(Cast("child", TextField()), place)


def departments_of_families(actor: Actor, child_ids: QuerySet[Any, Any]) -> Ids:
    """Return, as ids for a subquery, the departments to which these children's families count themselves today.

    The other side of `families_in`; the actor says from when on families see a placement.
    """
    held = is_visible(actor) & (Q(ends_on=None) | Q(ends_on__gte=actor.today))
    placed = Placement.objects.filter(held, child__in=child_ids).values("department")
    backup = BackupPlacement.objects.filter(held, child__in=child_ids).values("department")
    return placed, backup


def to_families(today: date) -> Q:
    """Return the condition that a placement has not ended, and that families see it."""
    seen = is_visible(Actor(person=None, tablet=None, today=today))
    return seen & (Q(ends_on=None) | Q(ends_on__gte=today))
