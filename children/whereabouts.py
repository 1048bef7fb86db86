"""Which children are where, as ids that a query can be narrowed by.

Several ways lead to a child (a placement here, a backup placement here, a relation); each is a query for ids, and
together they are one UNION. With OR between them PostgreSQL would go through every child of the municipality.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from children.actors import Actor
from children.models import BackupPlacement, Department, Placement
from portal.lib.models import DaysAfter

Ids = tuple[QuerySet[Any, Any], ...]
"""Queries with one column each, a child's id."""


def among(ids: Ids, column: str = "pk") -> Q:
    """Return the condition that the column is one of these ids."""
    first, *others = ids
    return Q(**{f"{column}__in": first.union(*others, all=True) if others else first})


def is_visible(actor: Actor) -> Q:
    """Return the condition that a placement begins within the days in which families see it before (DOMAIN 2.11).

    The preschool says how many, or else its area, or else the municipality.
    """
    number = Coalesce(
        "department__preschool__visible_before_days",
        "department__preschool__area__visible_before_days",
        Value(actor.municipality.visible_before_days),
    )
    return Q(starts_on__lte=DaysAfter(actor.today, number))


def ids_in(departments: Q, actor: Actor, *, soon: bool = False) -> Ids:
    """Return who is in these departments today: by placement, or by backup placement, which wins.

    With `soon` also those whose placement there begins within the days in which guardians already see the child.
    """
    here = Department.objects.filter(departments).order_by().values("pk")
    away = Exists(BackupPlacement.objects.on(actor.today).filter(child=OuterRef("child")))
    placed = Placement.objects.on(actor.today).filter(~away, department__in=here)
    backup = BackupPlacement.objects.on(actor.today).filter(department__in=here)
    found: Ids = (placed.values("child"), backup.values("child"))
    if soon:
        coming = Placement.objects.filter(is_visible(actor), department__in=here, starts_on__gt=actor.today)
        found = (*found, coming.values("child"))
    return found


def children_in(departments: Q, actor: Actor, *, soon: bool = False) -> Q:
    """Return the condition that a child is in these departments, as `ids_in` says it."""
    return among(ids_in(departments, actor, soon=soon))
