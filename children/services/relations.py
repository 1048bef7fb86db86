"""Guardians and those who must be kept away: confirming, blocking, lifting, and the child's allergy."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from children.access import Action, children_for, get_child
from children.actors import Actor
from children.models import BackupPlacement, Block, Child, Guardianship, Placement, ShownChange
from notifications.services import cancel
from portal.lib import live


def touch_boards(child: Child, actor: Actor) -> None:
    """Let the boards on which the child may stand today show what changed."""
    for rows in (Placement.objects, BackupPlacement.objects):
        live.touch(rows.on(actor.today).filter(child=child).values_list("department", flat=True))


def confirm_guardianships(*, actor: Actor, guardianship_ids: Collection[UUID], now: datetime) -> int:
    """Open children to guardians whom the register named; return how many were pending until now.

    All or none: raises `Http404` when one of them is not for this actor to confirm. Sends nothing.
    """
    with transaction.atomic():
        wanted = Guardianship.objects.on_or_after(actor.today).filter(pk__in=set(guardianship_ids))
        rows = list(wanted.filter(child__in=children_for(actor, Action.CONFIRM_GUARDIAN)))
        if len(rows) != len(set(guardianship_ids)):
            raise Http404
        pending = Guardianship.objects.pending().filter(pk__in=[row.pk for row in rows])
        confirmed = list(pending.select_for_update())
        Guardianship.objects.pending().filter(pk__in=[row.pk for row in confirmed]).update(
            confirmed_at=now, confirmed_by=actor.person
        )
        for row in confirmed:
            audit.did(
                "guardian.confirmed",
                person_id=actor.person_id,
                now=now,
                children=[row.child_id],
                guardian=row.guardian_id,
            )
        ShownChange.objects.note({row.child_id for row in confirmed})
    return len(confirmed)


def block(*, actor: Actor, child: Child, person_id: UUID, reason: str, now: datetime) -> Block:
    """Keep a guardian of the child away: everything about the child is shut to them from the next request on.

    Raises what the door raises, and `ValidationError` for somebody who is no guardian of the child or is blocked
    already.
    """
    try:
        with transaction.atomic():
            get_child(actor, Action.BLOCK, child.pk, lock=True)
            guardian = User.objects.filter(pk=person_id, guardianships__child=child).first()
            if guardian is None:
                raise ValidationError(_("Välj en av barnets vårdnadshavare."), code="person")
            made = Block.objects.create(child=child, person=guardian, made_by=actor.person, reason=reason)
            audit.did("guardian.blocked", person_id=actor.person_id, now=now, children=[child.id], blocked=guardian.id)
            cancel(person_id=guardian.id, child_id=child.id, now=now)
            ShownChange.objects.note([child.pk])
            touch_boards(child, actor)
    except IntegrityError:
        raise ValidationError(_("Personen är redan spärrad."), code="blocked") from None
    return made


def lift_block(*, actor: Actor, block: Block, now: datetime) -> None:
    """Let a blocked guardian in again. The block stays in the record. Raises what the door raises."""
    with transaction.atomic():
        child = get_child(actor, Action.BLOCK, block.child_id)
        if Block.objects.in_force().filter(pk=block.pk).update(lifted_at=now, lifted_by=actor.person):
            audit.did(
                "guardian.unblocked", person_id=actor.person_id, now=now, children=[child.id], blocked=block.person_id
            )
            ShownChange.objects.note([child.pk])
            touch_boards(child, actor)


def write_allergy(*, actor: Actor, child: Child, text: str, now: datetime) -> None:
    """Note what the child does not tolerate; empty when there is nothing. Raises what the door raises."""
    with transaction.atomic():
        child = get_child(actor, Action.WRITE_ALLERGY, child.pk, lock=True)
        if child.allergy != text:
            child.allergy = text
            child.save(update_fields=["allergy"])
            audit.did(
                "child.allergy",
                person_id=actor.person_id,
                tablet_id=actor.tablet_id,
                now=now,
                children=[child.id],
            )
            touch_boards(child, actor)
