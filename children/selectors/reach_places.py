"""Who may do something at a department: the access table read from the department's side, as `reach` does for children.

A property test holds the two sides against each other.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q

from children import access
from children.access import Action, Rule
from children.models import Department, StaffRole
from children.selectors.reach import Relation

Kind = StaffRole.Kind

_KINDS: dict[Rule, tuple[Kind, ...]] = {
    access.works_where_the_child_is: (Kind.STAFF, Kind.SUBSTITUTE),
    access.employed_where_the_child_is: (Kind.STAFF,),
    access.principal_of: (Kind.PRINCIPAL,),
}


def who_may_at(action: Action, department: Department, today: date) -> dict[UUID, Relation]:
    """Return who may do this at the department today, and as what: one query, with its preschool at hand.

    Nobody with a frozen account; nobody where the department has ended. Whoever works and leads there does the first.
    """
    if department.ends_on is not None and department.ends_on < today:
        return {}
    kinds = [kind for rule in access.TABLE[action] for kind in _KINDS.get(rule, ())]
    at = Q(department=department.pk) | Q(preschool=department.preschool_id)
    if area_id := department.preschool.area_id:
        at |= Q(area=area_id)
    roles = StaffRole.objects.on(today).filter(at, kind__in=kinds, person__frozen_at=None)
    found: dict[UUID, Relation] = {}
    for person_id, kind in sorted(roles.values_list("person_id", "kind"), key=lambda row: kinds.index(Kind(row[1]))):
        found.setdefault(person_id, Relation(kind))
    return found
