"""Which children are placed: for what is done for all of them, by nobody's wish."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from children.actors import Actor
from children.models import BackupPlacement, Child, Placement
from children.whereabouts import is_visible


def placed_since(today: date) -> QuerySet[Child]:
    """Return the children whose placement has not ended before `today`."""
    return Child.objects.filter(pk__in=Placement.objects.on_or_after(today).values("child"))


def placed_between(preschool_ids: Collection[UUID], first: date, last: date) -> QuerySet[Child]:
    """Return the children that are at these preschools on some day between two dates, by backup placements too."""
    on_some_day = Q(starts_on__lte=last) & (Q(ends_on=None) | Q(ends_on__gte=first))
    there = on_some_day & Q(department__preschool__in=preschool_ids)
    placed, backup = Placement.objects.filter(there), BackupPlacement.objects.filter(there)
    return Child.objects.filter(Q(pk__in=placed.values("child")) | Q(pk__in=backup.values("child")))


@dataclass(frozen=True)
class Left:
    """That a child has left: the last day of its last placement, and the preschool that it was at."""

    on: date
    preschool_id: UUID


def left_before(today: date) -> dict[UUID, Left]:
    """Return the children whose last placement ended before `today` and who are to come back nowhere: one query."""
    over = Placement.objects.exclude(child__in=Placement.objects.on_or_after(today).values("child"))
    rows = over.order_by("ends_on").values_list("child", "ends_on", "department__preschool")
    return {child_id: Left(ends_on, preschool_id) for child_id, ends_on, preschool_id in rows if ends_on}


def hold_where_left(child_id: UUID, today: date) -> bool:
    """Tell whether the child is placed nowhere today or later, and let it be so until the transaction ends."""
    held = Child.objects.select_for_update(of=("self",)).filter(pk=child_id).exists()
    return not (held and Placement.objects.on_or_after(today).filter(child=child_id).exists())


def is_placed(actor: Actor) -> Exists:
    """Return the column of a child that tells whether its placement has not ended, as `openings.guardian_of_placed`."""
    return Exists(Placement.objects.on_or_after(actor.today).filter(is_visible(actor), child=OuterRef("pk")))
