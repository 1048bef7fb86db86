"""Notices that are read because what they are about was opened."""

from datetime import datetime
from uuid import UUID

from notifications.models import Delivery


def read_about(*, person_id: UUID, name: str, thing_id: UUID, now: datetime) -> int:
    """Mark as read the person's notices in the portal that are about this thing; return how many were new.

    `name` is what a notice calls it in its `about`: "thread", "bulletin", "post".
    """
    return Delivery.objects.filter(person=person_id, **{f"about__{name}": str(thing_id)}).unread().update(read_at=now)
