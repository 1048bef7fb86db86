"""Reaching those who have not confirmed what they must know: push, e-mail, SMS, and at last the telephone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from accounts import audit
from accounts.models import User
from children.actors import Actor
from messaging import bulletin_rules
from messaging.models import Bulletin, BulletinCopy, BulletinReminder
from messaging.selectors.bulletin_readers import Audience
from messaging.selectors.bulletins import get_bulletin
from messaging.selectors.call_list import call_list
from messaging.services.bulletins import AT_ONCE, claim
from notifications.models import Kind, Way
from notifications.selectors import reached_by_push
from notifications.services import Told, tell_by
from portal.lib import days

LOOKED_BACK = timedelta(days=14)  # the last step of the slowest is taken after six days


def escalate_due(*, now: datetime) -> int:
    """Tell everybody once more whose next reminder is due; return how many it was.

    Any number of workers may do this at once, and one that is killed leaves what it has done: each step is a row.
    """
    asking = Bulletin.objects.out(now).filter(
        must_confirm=True, withdrawn_at=None, released_at__isnull=False, leaves_at__gt=now - LOOKED_BACK
    )
    reminded = 0
    for bulletin in asking.select_related("department", "preschool", "area").order_by("leaves_at"):
        step = _step(bulletin, now)
        if step and _waiting(bulletin, step, now).exists() and claim(bulletin.pk, now):
            reminded += _take_step(bulletin, step, now)
            Bulletin.objects.filter(pk=bulletin.pk).update(claimed_until=None)
    return reminded


def _step(bulletin: Bulletin, now: datetime) -> int:
    if bulletin.leaves_at is None:
        return 0
    return bulletin_rules.steps_due(bulletin.leaves_at, bulletin.remind_after, now)


def _waiting(bulletin: Bulletin, step: int, now: datetime) -> QuerySet[BulletinCopy]:
    """Return the copies of those who still read it and have not confirmed, been reached, or been reminded so far."""
    taken = BulletinReminder.objects.filter(copy=OuterRef("pk"), step__gte=step)
    still = Audience.of(bulletin).families(days.day_of(now)).order_by().values("guardian")
    copies = BulletinCopy.objects.filter(bulletin=bulletin, confirmed_at=None, reached_at=None, guardian__in=still)
    return copies.filter(~Exists(taken)).order_by("pk")


def _take_step(bulletin: Bulletin, step: int, now: datetime) -> int:
    reminded = 0
    while copies := list(_waiting(bulletin, step, now)[:AT_ONCE]):
        with transaction.atomic():
            reminders = _reminders(copies, step, now)
            BulletinReminder.objects.bulk_create(reminders)
            told: dict[str, list[Told]] = defaultdict(list)
            for reminder in reminders:
                if reminder.way:
                    about = {"bulletin": bulletin.pk}
                    told[reminder.way].append(Told(reminder.pk, [reminder.copy.guardian_id], about))
            for way, those in told.items():
                tell_by(way=Way(way), told=those, kind=Kind.BULLETIN_TO_CONFIRM, now=now, urgent=bulletin.is_urgent)
        reminded += len(copies)
    return reminded


def _reminders(copies: Collection[BulletinCopy], step: int, now: datetime) -> list[BulletinReminder]:
    """Return the next reminder of each, in the next way that the guardian has; without a way it stays a row."""
    used: dict[UUID, set[str]] = defaultdict(set)
    for copy_id, way in BulletinReminder.objects.filter(copy__in=copies).values_list("copy", "way"):
        used[copy_id].add(way)
    has = ways_of({copy.guardian_id for copy in copies})
    return [
        BulletinReminder(
            copy=copy,
            step=step,
            way=bulletin_rules.next_way(has[copy.guardian_id], used[copy.pk]),
            told_at=now,
        )
        for copy in copies
    ]


def ways_of(person_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """Return in which ways outside the portal each of these people can be told: two queries."""
    devices = reached_by_push(person_ids)
    has: dict[UUID, set[str]] = defaultdict(set)
    for person in User.objects.filter(pk__in=person_ids).only("email_index", "phone"):
        ways = {Way.PUSH: person.pk in devices, Way.EMAIL: bool(person.email_index), Way.SMS: bool(person.phone)}
        has[person.pk] = {way.value for way, is_there in ways.items() if is_there}
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
            audit.did(
                "bulletin.reached" if is_reached else "bulletin.not_reached",
                person_id=actor.person_id,
                tablet_id=actor.tablet_id,
                now=now,
                bulletin=bulletin.pk,
                copy=copy.pk,
            )
    return copy
