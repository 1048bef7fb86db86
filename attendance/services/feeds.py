"""The address at which a guardian's own calendar reads: made, exchanged, taken away."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import Http404

from accounts import audit
from accounts.models import User
from attendance.models import CalendarFeed
from attendance.selectors.feed import feed_of
from children.access import Action, children_for
from children.actors import Actor

SECRET_BYTES = 24


def make_feed(*, actor: Actor, now: datetime) -> CalendarFeed:
    """Return the guardian's address, made if there is none. Raises `Http404` for somebody without children."""
    person = _guardian(actor)
    with transaction.atomic():
        _lock(person)
        return feed_of(person.pk) or _make(person, now)


def renew_feed(*, actor: Actor, now: datetime) -> CalendarFeed:
    """Exchange the address for another: whoever knows the old one finds nothing there from now on."""
    person = _guardian(actor)
    with transaction.atomic():
        _lock(person)
        return _make(person, now)


def revoke_feed(*, actor: Actor, now: datetime) -> None:
    """Take the address away. Does nothing where there is none."""
    if actor.person is None or actor.tablet is not None:
        raise Http404
    with transaction.atomic():
        if _revoke(_lock(actor.person), now):
            audit.did("feed.revoked", person_id=actor.person.id, now=now)


def note_content(*, feed_id: UUID, digest: str, now: datetime) -> None:
    """Remember that the calendar looks otherwise since now. Of two readers at once the first says since when."""
    CalendarFeed.objects.filter(~Q(digest=digest), pk=feed_id).update(digest=digest, changed_at=now)


def _guardian(actor: Actor) -> User:
    if actor.person is None or not children_for(actor, Action.PLAN).exists():
        raise Http404
    return actor.person


def _lock(person: User) -> User:
    """Hold the person's row: two presses at once make one address."""
    return User.objects.select_for_update().only("pk").get(pk=person.pk)


def _revoke(person: User, now: datetime) -> int:
    """Take away every address, also one that was closed with the account; return how many there were."""
    return CalendarFeed.objects.filter(person=person.pk, revoked_at=None).update(revoked_at=now)


def _make(person: User, now: datetime) -> CalendarFeed:
    _revoke(person, now)
    made = CalendarFeed.objects.create(person_id=person.pk, secret=secrets.token_hex(SECRET_BYTES))
    audit.did("feed.made", person_id=person.pk, now=now)
    return made
