"""Reaching those who have not confirmed what they must know: push, e-mail, SMS, and at last the telephone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404

from accounts import audit
from accounts.models import User
from children.actors import Actor
from messaging import bulletin_rules
from messaging.models import Bulletin, BulletinCopy, BulletinReminder
from messaging.selectors.bulletin_readers import Audience
from messaging.selectors.bulletins import get_bulletin
from messaging.selectors.call_list import call_list
from messaging.services.bulletin_release import AT_ONCE
from messaging.services.bulletins import fall_silent
from notifications.models import Kind, Way
from notifications.phone_rules import international
from notifications.selectors import reached_by_push
from notifications.services import Told, tell_by
from notifications.ways import offered
from portal.lib import days
from portal.lib.alone import each_alone


def escalate_due(*, now: datetime) -> int:
    """Take the next step with everybody whose turn it is; return with how many.

    One step each, however late it is: the next one counts from this. Any number of workers may do this at once, and
    one that is killed leaves what it has done. A bulletin with which it cannot be done holds up no other.
    """
    due = BulletinCopy.objects.to_remind(now).values("bulletin")
    bulletins = Bulletin.objects.filter(pk__in=due, withdrawn_at=None).select_related("department", "preschool", "area")
    return each_alone(bulletins, lambda one: _take_steps(one, now), fault="A bulletin could not be reminded of")


def _take_steps(bulletin: Bulletin, now: datetime) -> int:
    taken = 0
    while number := _take_step(bulletin, now):
        taken += number
    return taken


def _take_step(bulletin: Bulletin, now: datetime) -> int:
    """Take it with as many as are done at once, those who have waited longest first; return with how many.

    Whoever is held by another worker, or is confirming just now, is passed by. Who no longer reads it is told nothing,
    and asked for again when the next step would come.
    """
    with transaction.atomic():
        due = BulletinCopy.objects.to_remind(now).filter(bulletin=bulletin).order_by("remind_at", "pk")
        copies = list(due.select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
        families = Audience.of(bulletin).families(days.day_of(now))
        reading = set(
            families.filter(guardian__in=[one.guardian_id for one in copies]).values_list("guardian", flat=True)
        )
        reminders = _reminders([copy for copy in copies if copy.guardian_id in reading], now)
        BulletinReminder.objects.bulk_create(reminders)
        leaves = _tell(bulletin, reminders, now)
        for copy in copies:
            copy.remind_at = bulletin.next_step_at(now)
        for reminder in reminders:
            # What quiet hours hold is told when they end: the next step leaves as much time as this one.
            reminder.copy.remind_at = bulletin.next_step_at(leaves[reminder.pk]) if reminder.way else None
        BulletinCopy.objects.bulk_update(copies, ["remind_at"])
    return len(copies)


def _reminders(copies: Collection[BulletinCopy], now: datetime) -> list[BulletinReminder]:
    """Return the next reminder of each, in the next way that the guardian has; the last has none."""
    taken: dict[UUID, list[str]] = defaultdict(list)
    for copy_id, way in BulletinReminder.objects.filter(copy__in=copies).values_list("copy", "way"):
        taken[copy_id].append(way)
    has = ways_of({copy.guardian_id for copy in copies})
    return [
        BulletinReminder(
            copy=copy,
            step=len(taken[copy.pk]) + 1,
            way=bulletin_rules.next_way(has[copy.guardian_id], taken[copy.pk]),
            told_at=now,
        )
        for copy in copies
    ]


def _tell(bulletin: Bulletin, reminders: Collection[BulletinReminder], now: datetime) -> dict[UUID, datetime]:
    """Write the notices of these reminders; return when each may leave."""
    leaves: dict[UUID, datetime] = {}
    about, urgent = {"bulletin": bulletin.pk}, bulletin.breaks_through(now)
    for way in sorted({reminder.way for reminder in reminders if reminder.way}):
        told = [Told(one.pk, [one.copy.guardian_id], about) for one in reminders if one.way == way]
        rows = tell_by(way=Way(way), told=told, kind=Kind.BULLETIN_TO_CONFIRM, now=now, urgent=urgent)
        leaves |= {row.event: row.try_after for row in rows}
    return leaves


def ways_of(person_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """Return in which of the ways outside that this portal has each of these people can be told: two queries."""
    devices = reached_by_push(person_ids)
    has: dict[UUID, set[str]] = defaultdict(set)
    for person in User.objects.filter(pk__in=person_ids).only("email_index", "phone"):
        ways = {
            Way.PUSH: person.pk in devices,
            Way.EMAIL: bool(person.email_index),
            Way.SMS: international(person.phone, settings.COUNTRY) is not None,
        }
        has[person.pk] = {way.value for way in offered() if ways[way]}
    return has


def note_reached(*, bulletin_id: UUID, copy_id: UUID, is_reached: bool, actor: Actor, now: datetime) -> BulletinCopy:
    """Note that somebody of the house has spoken to a guardian instead, or that it was not so.

    Raises `Http404` for whoever the actor does not find on the call list.
    """
    with transaction.atomic():
        bulletin, _children, is_house = get_bulletin(actor, bulletin_id, now)
        if not is_house or not bulletin.must_confirm or bulletin.withdrawn_at:
            raise Http404
        if copy_id not in {call.copy_id for call in call_list(actor, bulletin)}:
            raise Http404
        copy = BulletinCopy.objects.select_for_update(of=("self",)).get(pk=copy_id)
        if is_reached != (copy.reached_at is not None):
            copy.reached_at, copy.reached_by = (now, actor.person) if is_reached else (None, None)
            copy.save(update_fields=["reached_at", "reached_by"])
            if is_reached:
                fall_silent(person_id=copy.guardian_id, bulletin_id=bulletin.pk, now=now)
            audit.did(
                "bulletin.reached" if is_reached else "bulletin.not_reached",
                person_id=actor.person_id,
                tablet_id=actor.tablet_id,
                now=now,
                bulletin=bulletin.pk,
                copy=copy.pk,
            )
    return copy
