"""A bulletin does not go out by the word of somebody who may write there no more: whoever leads there decides."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import audit
from accounts.models import User
from children.access import Action
from children.actors import Actor
from children.selectors.reach_places import roles_for_all
from messaging.models import Bulletin
from messaging.selectors.bulletin_readers import Audience
from messaging.selectors.bulletin_writers import Writing, principals_of
from notifications.models import Kind
from notifications.services import Told, notify_of_all
from portal.lib import days
from portal.lib.alone import each_alone
from portal.lib.ids import uuid7


def stop_waiting(*, now: datetime) -> int:
    """Stop what is to go out later by the word of somebody who may write there no more; return how many it was."""
    waiting = Bulletin.objects.waiting(now).select_related("written_by", "sent_by")
    return each_alone(
        waiting, lambda one: stop_if_barred(one, now), fault="It could not be found out whether a bulletin may leave"
    )


def stop_if_barred(bulletin: Bulletin, now: datetime) -> bool:
    """Stop a bulletin whose sender may write to none of its audience any more, and tell who may; return whether it was.

    One with which a worker has begun goes on to the end: some have been told.
    """
    audience, today = Audience.of(bulletin), days.day_of(now)
    parts = [Audience(child_ids=frozenset({one})) for one in audience.child_ids] or [audience]
    sender = Writing(Actor.of_person(bulletin.sent_by or bulletin.written_by, today))
    if any(sender.allows(part) for part in parts):
        return False
    with transaction.atomic():
        unbegun = Bulletin.objects.filter(
            pk=bulletin.pk, version=bulletin.version, released_at=None, claimed_until=None
        )
        if not unbegun.update(leaves_at=None, was_to_leave_at=F("leaves_at"), version=F("version") + 1):
            return False
        bulletin.copies.all().delete()  # of those who opened it in the seconds before a worker came
        audit.did("bulletin.stopped", person_id=None, now=now, bulletin=bulletin.pk)
        told = Told(uuid7(), _who_learns(audience, today), {"stopped bulletin": bulletin.pk})
        notify_of_all(told=[told], kind=Kind.BULLETIN_STOPPED, now=now)
    return True


def _who_learns(audience: Audience, today: date) -> Collection[UUID]:
    """Return who of those who lead there, or write to everybody, may send it instead.

    Where nobody may, those who lead a part of it; and where nobody leads there, those who say who does.
    """
    if audience.is_to_all:
        near = {*roles_for_all(Action.BROADCAST, today).values_list("person_id", flat=True)}
    else:
        near = principals_of(audience, today)
    people = User.objects.filter(pk__in=near)
    may_send = [one.pk for one in people if Writing(Actor.of_person(one, today)).allows(audience)]
    return may_send or near or {*roles_for_all(Action.SEE_WAITING, today).values_list("person_id", flat=True)}
