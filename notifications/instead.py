"""What is told another way because one gave up: once, and not what has gone that way already."""

from __future__ import annotations

from datetime import datetime

from notifications import digests, telling
from notifications.models import Delivery, Kind, Way


def tell_another_way(row: Delivery, now: datetime) -> None:
    """Make the same notice for the ways that reach the person besides its own, or leave the thing for the digest.

    What is urgent has gone by all of them at once, and what one of the devices has got was told. Done again it adds
    nothing.
    """
    if row.is_urgent or row.pushed.exists():
        return
    if row.kind == Kind.DIGEST:
        outside = list(digests.ways_of([row.person_id], without=row.way).values())
    else:
        how = telling.as_of_now(row, now, without=row.way)
        outside = [Way(way) for way in how.outside]
        own = Delivery.objects.unread().filter(event=row.event, person=row.person_id, kind=row.kind)
        own.update(for_digest=how.in_digest)
    Delivery.objects.bulk_create(
        [
            Delivery(person_id=row.person_id, kind=row.kind, way=way, event=row.event, about=row.about, try_after=now)
            for way in outside
        ],
        ignore_conflicts=True,
    )
