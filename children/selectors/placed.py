"""Which children are placed: for what is done for all of them, by nobody's wish."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from children.models import BackupPlacement, Child, Placement


def placed_since(today: date) -> QuerySet[Child]:
    """Return the children whose placement has not ended before `today`."""
    return Child.objects.filter(pk__in=Placement.objects.on_or_after(today).values("child"))


def placed_between(preschool_ids: Collection[UUID], first: date, last: date) -> QuerySet[Child]:
    """Return the children that are at these preschools on some day between two dates, by backup placements too."""
    on_some_day = Q(starts_on__lte=last) & (Q(ends_on=None) | Q(ends_on__gte=first))
    there = on_some_day & Q(department__preschool__in=preschool_ids)
    placed, backup = Placement.objects.filter(there), BackupPlacement.objects.filter(there)
    return Child.objects.filter(Q(pk__in=placed.values("child")) | Q(pk__in=backup.values("child")))
