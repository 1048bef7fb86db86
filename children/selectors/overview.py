"""What waits for a person to decide, for those who lead or work at departments."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from children.access import Action, children_for, departments_for
from children.actors import Actor
from children.models import Block, Department, Guardianship, Placement, Tablet

SEEN_LATELY = timedelta(days=1)


@dataclass(frozen=True)
class Pending:
    """Guardians of children at a department who wait for somebody to confirm them."""

    department: Department
    count: int


def pending_by_department(actor: Actor) -> list[Pending]:
    """Return how many guardianships wait for this actor, by the department of the child, most first: two queries.

    Without those of people who are kept away from the child: nobody confirms them while the block stands.
    """
    blocked = Block.objects.in_force().filter(child=OuterRef("child"), person=OuterRef("guardian"))
    rows = Guardianship.objects.on_or_after(actor.today).pending().filter(~Exists(blocked))
    waiting = Counter(
        rows.filter(child__in=children_for(actor, Action.CONFIRM_GUARDIAN)).values_list("child", flat=True)
    )
    if not waiting:
        return []
    placements = Placement.objects.on_or_after(actor.today).filter(child__in=waiting.keys())
    found: dict[Department, int] = {}
    for placement in placements.select_related("department__preschool").order_by("-starts_on"):
        count = waiting.pop(placement.child_id, 0)
        if count:
            found[placement.department] = found.get(placement.department, 0) + count
    return sorted((Pending(*pair) for pair in found.items()), key=lambda pending: -pending.count)


def quiet_tablets(actor: Actor, now: datetime) -> list[Tablet]:
    """Return the tablets of the actor's preschools that have not been seen for a day, with their departments."""
    own = Tablet.objects.paired().filter(department__in=departments_for(actor, Action.PAIR_TABLETS).values("pk"))
    return list(own.filter(seen_at__lt=now - SEEN_LATELY).select_related("department__preschool").order_by("seen_at"))


def is_quiet(tablet: Tablet, now: datetime) -> bool:
    """Tell whether a tablet has not been seen for a day."""
    return tablet.seen_at is None or tablet.seen_at < now - SEEN_LATELY


def departments_without_tablet(actor: Actor) -> list[Department]:
    """Return the actor's departments in which nobody has paired a tablet."""
    paired = Tablet.objects.paired().values("department")
    own = departments_for(actor, Action.PAIR_TABLETS).exclude(pk__in=paired)
    return list(own.select_related("preschool").order_by("preschool__name", "name"))


def tablets_of_the_municipality() -> list[Tablet]:
    """Return every paired tablet with its department and preschool, for whoever runs the system."""
    rows = Tablet.objects.paired().select_related("department__preschool")
    return list(rows.order_by("department__preschool__name", "department__name", "name"))
