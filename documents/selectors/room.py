"""How much room the files of each preschool take: the one place that counts it.

What lies in the store for a row is written on the row when it is put there (`stored`: all sizes of a picture, a
blurred copy, each version of a document, its drawn pages), and compared with the store at night. The sum reads one
index and no rows; it is asked for where somebody uploads or looks at it, and on no other page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum

from children.access import Action, can, preschools_for
from children.actors import Actor
from children.models import Preschool
from documents.models import BlurredCopy, RoomLimit, StoredFile
from documents.room_rules import DEFAULT, GIGABYTE, Room


def rooms_of(preschool_ids: Collection[UUID | None]) -> dict[UUID | None, Room]:
    """Return the room of these preschools, and with None what belongs to none of them all: three queries."""
    used: dict[UUID | None, int] = defaultdict(int)
    for rows, column in ((StoredFile.objects, "preschool"), (BlurredCopy.objects, "file__preschool")):
        wanted = rows.all() if None in preschool_ids else rows.filter(**{f"{column}__in": preschool_ids})
        for preschool_id, stored in wanted.order_by().values_list(column).annotate(Sum("stored")):
            used[preschool_id] += stored
    limits = limits_today()
    return {one: Room(used[one], limits.get(one, limits[None]) * GIGABYTE if one else None) for one in preschool_ids}


def limits_today() -> dict[UUID | None, int]:
    """Return the gigabytes of each preschool that has its own limit, and with None of all others."""
    return {None: DEFAULT} | dict(RoomLimit.objects.values_list("preschool", "gigabytes"))


@dataclass(frozen=True)
class RoomOf:
    """A preschool, or (without one) the municipality, and its room."""

    room: Room
    preschool: Preschool | None = None


def rooms_seen_by(actor: Actor) -> list[RoomOf]:
    """Return the room of each preschool that the actor leads; to whoever runs the system of all, the fullest first."""
    sees_all = can(actor, Action.SEE_WAITING)
    shown = Preschool.objects.open_on(actor.today) if sees_all else preschools_for(actor, Action.OVERSEE)
    preschools = list(shown.order_by("name", "pk"))
    rooms = rooms_of([*[one.pk for one in preschools], *([None] if sees_all else [])]) if preschools or sees_all else {}
    of_each = [RoomOf(rooms[one.pk], one) for one in preschools]
    of_each.sort(key=lambda one: -one.room.used / (one.room.limit or 1))
    return [*of_each, *([RoomOf(rooms[None])] if sees_all else [])]
