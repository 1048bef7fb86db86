"""What should have left by now and has not, in numbers and with the reason: for whoever runs the system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Count, DateTimeField, Exists, F, Max, Min, OuterRef, QuerySet, Value, When
from django.db.models.functions import Coalesce

from documents.models import StoredFile, is_stuck
from messaging.models import Bulletin, Message, Post, PostPicture

PATIENCE = timedelta(minutes=1)
"""Six sweeps: what has not left by then waits for something."""


class What(StrEnum):
    MESSAGE = "message"
    BULLETIN = "bulletin"
    POST = "post"
    PICTURE = "picture"


class Why(StrEnum):
    NOBODY = "nobody"  # no worker has taken it, or each that did failed
    HELD = "held"  # a worker has, or died of it: another one may when its claim ends
    PICTURES = "pictures"
    DAMAGED = "damaged"  # whoever wrote it is asked what to do
    STOPPED = "stopped"  # its sender may not send it any more


@dataclass(frozen=True)
class Overdue:
    """So many of one kind that wait for one reason.

    `since` is when the first was to leave, or was uploaded; `until` when the last of the claims on them ends.
    """

    what: What
    why: Why
    number: int
    since: datetime
    until: datetime | None


def overdue(now: datetime) -> Sequence[Overdue]:
    """Return what was to leave over a minute ago and of which not everybody has been told; what is stopped, however
    soon it was to leave; and what pictures are stuck, wherever they belong: four queries.
    """
    before = now - PATIENCE
    held = When(claimed_until__gt=now, then=Value(Why.HELD.value))
    waiting, damaged = (_has_picture(state) for state in (StoredFile.State.WAITING, StoredFile.State.DAMAGED))
    return [
        *_grouped(What.MESSAGE, Message.objects.due(before)),
        *_grouped(
            What.BULLETIN,
            Bulletin.objects.due(before) | Bulletin.objects.stopped(),
            When(was_to_leave_at__isnull=False, then=Value(Why.STOPPED.value)),
            held,
            since=Coalesce("leaves_at", "was_to_leave_at"),
            until="claimed_until",
        ),
        *_grouped(
            What.POST,
            Post.objects.due(before),
            When(damaged, then=Value(Why.DAMAGED.value)),
            When(waiting, then=Value(Why.PICTURES.value)),
        ),
        *_grouped(What.PICTURE, StoredFile.objects.filter(is_stuck(now)), since="created_at"),
    ]


def _has_picture(state: StoredFile.State) -> Exists:
    return Exists(PostPicture.objects.filter(post=OuterRef("pk"), file__state=state))


def _grouped(
    what: What, rows: QuerySet[Any], *reasons: When, since: str | Coalesce = "leaves_at", until: str = ""
) -> list[Overdue]:
    why = Case(*reasons, default=Value(Why.NOBODY.value), output_field=CharField())
    last = Max(F(until)) if until else Value(None, DateTimeField())
    counted = rows.order_by().annotate(why=why).values("why")
    groups = counted.annotate(number=Count("pk"), since=Min(since), until=last).order_by("why")
    return [
        Overdue(what, Why(group["why"]), group["number"], group["since"], group["until"])
        for group in groups
        if group["number"]  # where only one reason can be, nothing is a group, too
    ]
