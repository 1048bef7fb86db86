"""What is told another way because one gave up: once, and not what has gone that way already."""

from __future__ import annotations

from datetime import datetime

from notifications import digests, telling
from notifications.models import Delivery, Kind, Way


def tell_another_way(row: Delivery, now: datetime) -> None:
    """Make the same notice for the ways that reach the person besides its own, or leave the thing for the digest.

    Not what is urgent: it has gone by all of them at once; what one of the devices has got; nor a reminder of what must
    be confirmed, whose next step is another way, and the last the telephone. Done again it adds nothing.
    """
    if row.is_urgent or row.pushed.exists():
        return
    if row.kind == Kind.DIGEST:
        outside = list(digests.ways_of([row.person_id], without=row.way).values())
    else:
        own = Delivery.objects.in_app().filter(event=row.event, person=row.person_id, kind=row.kind)
        if row.kind == Kind.BULLETIN_TO_CONFIRM and not own.exists():  # a reminder: the portal was told the first time
            return
        how = telling.as_of_now(row, now, without=row.way)
        outside = [Way(way) for way in how.outside]
        own.unread().update(for_digest=how.in_digest)
    Delivery.objects.bulk_create(
        [
            Delivery(person_id=row.person_id, kind=row.kind, way=way, event=row.event, about=row.about, try_after=now)
            for way in outside
        ],
        ignore_conflicts=True,
    )
