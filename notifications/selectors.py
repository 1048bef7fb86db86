"""What a person is told in the portal. Rows of ids: the words are made where they are read."""

from collections.abc import Sequence
from uuid import UUID

from notifications import rules
from notifications.models import Delivery, Kind, Preference, Way


def unread_count(person_id: UUID) -> int:
    """Return how many notices the person has not read: one small query."""
    return Delivery.objects.filter(person=person_id).unread().count()


def latest(person_id: UUID, *, most: int, before: Delivery | None = None) -> Sequence[Delivery]:
    """Return the person's newest notices in the portal, newest first; with `before` those that come after it."""
    found = Delivery.objects.filter(person=person_id).in_app()
    if before is not None:
        found = found.filter(created_at__lt=before.created_at)
    return list(found.order_by("-created_at", "-id")[:most])


def waiting_counts() -> dict[str, int]:
    """Return how many deliveries wait, wait after a fault, and were given up: for whoever runs the system."""
    unsent = Delivery.objects.filter(sent_at=None)
    return {
        "waiting": unsent.filter(given_up_at=None, tries=0).count(),
        "faulty": unsent.filter(given_up_at=None, tries__gt=0).count(),
        "given_up": unsent.exclude(given_up_at=None).count(),
    }


def wanted_ways(person_id: UUID) -> dict[tuple[Kind, Way], bool]:
    """Return what the person wants to be told in each way: the own choice, else the house's default."""
    chosen = {(row.kind, row.way): row.is_wanted for row in Preference.objects.filter(person=person_id)}
    return {
        (kind, way): rules.is_wanted(kind, way, chosen=chosen.get((kind.value, way.value)))
        for kind in Kind
        for way in Way
    }
