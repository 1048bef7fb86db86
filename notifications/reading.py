"""What was read in its own place: its notice is read, too, and no digest tells it again (DOMAIN 4.9)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from notifications.models import Delivery, Kind
from portal.lib.prepared import Rows, prepared


def mark_read_of(*, person_id: UUID, kind: Kind, events: Collection[UUID], now: datetime) -> int:
    """Mark the person's notices of these events as read; return how many were new."""
    return Delivery.objects.filter(person=person_id, kind=kind, event__in=events).unread().update(read_at=now)


def read_about(*, person_id: UUID, name: str, thing_id: UUID, now: datetime) -> int:
    """Mark as read the person's notices in the portal that are about this thing; return how many were new.

    `name` is what a notice calls it in its `about`: "thread", "bulletin", "post".
    """
    told = [pk for pk, about in _unread(person_id) if about.get(name) == str(thing_id)]
    return Delivery.objects.filter(pk__in=told).unread().update(read_at=now) if told else 0


@prepared
def _unread(person_id: UUID) -> Rows:
    """Ask for all that is unread: most pages that are opened are about none of it, and a write can be spared."""
    return Delivery.objects.filter(person=person_id).unread().order_by().values_list("pk", "about")
