"""Which guardians may be written to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from children.models import Block, Child, Guardianship


def _tellable(children: Iterable[UUID], day: date) -> QuerySet[Guardianship]:
    kept_away = Block.objects.in_force().filter(child=OuterRef("child"), person=OuterRef("guardian"))
    rows = Guardianship.objects.on(day).confirmed().filter(child__in=children, guardian__frozen_at=None)
    return rows.exclude(Exists(kept_away))


def tellable_guardians(child: Child, day: date) -> QuerySet[User]:
    """Return the guardians who may be written to about the child on `day`.

    Confirmed and current, not blocked for the child, and without a frozen account. Whoever tells guardians asks here:
    a blocked person is never written to.
    """
    return User.objects.filter(pk__in=_tellable([child.pk], day).values("guardian"))


def tellable_guardian_ids(children: Iterable[UUID], day: date) -> dict[UUID, list[UUID]]:
    """Return the same for many children in one query: ids of guardians by id of child; who has none is missing."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    rows = _tellable(list(children), day).order_by("created_at")
    for child_id, guardian_id in rows.values_list("child", "guardian"):
        found[child_id].append(guardian_id)
    return dict(found)
