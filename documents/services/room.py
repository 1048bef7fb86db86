"""Room in the store: decided by the municipality, and asked for before something is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from children.access import Action, demand
from children.actors import Actor
from documents.models import RoomLimit
from documents.selectors.room import rooms_of


def demand_room(preschool_id: UUID | None, size: int) -> None:
    """Refuse what the preschool has no room for. What is the municipality's has as much as the disk.

    Nothing is held meanwhile: of two who upload at once both may pass, and it is full by a file too much. To let them
    wait for each other would cost every upload more than that file is worth.
    """
    if preschool_id and not rooms_of([preschool_id])[preschool_id].takes(size):
        raise ValidationError(
            _("Förskolans utrymme för bilder och dokument är fullt. Filen är inte sparad. Säg till rektor.")
        )


def decide(*, limits: Mapping[UUID | None, int | None], actor: Actor, now: datetime) -> None:
    """Set the gigabytes of preschools, and with None of all others; a preschool without a number has what they have.

    Raises `Http404` for whoever may not.
    """
    demand(actor, Action.SET_RULES)
    if actor.person is None:
        raise Http404
    with transaction.atomic():
        for preschool_id, gigabytes in limits.items():
            rows = RoomLimit.objects.filter(preschool=preschool_id)
            if gigabytes is None:
                rows.delete()
            elif not rows.update(gigabytes=gigabytes, decided_by=actor.person):
                RoomLimit.objects.create(preschool_id=preschool_id, gigabytes=gigabytes, decided_by=actor.person)
        audit.did("room.decided", person_id=actor.person_id, now=now, preschools=[str(one) for one in limits if one])
