"""The evening's one notice: all that could wait, siblings' things together, what was read already left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from notifications import rules
from notifications.models import Delivery, DeliveryQuerySet, Kind, Preference, Way
from notifications.rules import Side
from notifications.selectors import quiet_ends, reached_by_push
from notifications.telling import GATHERED, QUIET
from portal.lib import bell, days

AT_ONCE = 1_000
KEPT_FOR = timedelta(days=7)
"""What nobody was told outside for so long is not told any more: it is in the portal."""


def send_digests(*, now: datetime) -> int:
    """Make the day's digest for everybody whose hour has come and who has something unread; return how many.

    Each person has one a day at most, by one way, and each notice is in one at most, however often and by however many
    this is run, and wherever it is killed. In quiet hours none is made: what waits is in the next.
    """
    made, last = 0, UUID(int=0)
    while people := _due(now, last)[:AT_ONCE]:
        made, last = made + _make(people, now), people[-1]
    return made


def digest_of(day: date) -> UUID:
    """Return the event of the digest that somebody has on this day."""
    return uuid5(GATHERED, f"digest {day}")


def _waiting(now: datetime) -> DeliveryQuerySet:
    return Delivery.objects.for_digest().filter(sent_at__gt=now - KEPT_FOR, sent_at__lte=now)


def _due(now: datetime, last: UUID) -> list[UUID]:
    """Return people whose hour has come, from `last` on, in order: whoever had today's, or waits for one, has not.

    Both lists are asked for once, and not for each person anew: in the evening they are as long as this one.
    """
    here = days.local(now)
    made = Delivery.objects.filter(kind=Kind.DIGEST)
    had, stuck = made.filter(event=digest_of(here.date())), made.unfinished().exclude(problem=QUIET)
    due = Q(person__quiet_hours__digest_hour__lte=here.hour)
    if here.hour >= rules.DIGEST_HOUR:
        due |= Q(person__quiet_hours=None)
    waiting = _waiting(now).filter(due, person__gt=last)
    waiting = waiting.exclude(person__in=had.values("person")).exclude(person__in=stuck.values("person"))
    return list(waiting.order_by("person").values_list("person", flat=True).distinct()[:AT_ONCE])


def _make(people: Collection[UUID], now: datetime) -> int:
    """Make these people's digests: eight queries, for a thousand too."""
    event = digest_of(days.day_of(now))
    with transaction.atomic():
        waiting = _waiting(now).filter(person__in=people)
        held = set(waiting.select_for_update().values_list("person_id", flat=True))  # from whoever does the same
        held -= set(Delivery.objects.filter(event=event, person__in=held).values_list("person_id", flat=True))
        held -= quiet_ends(dict.fromkeys(held, Side.FAMILY), now).keys()
        ways = ways_of(held)
        waiting.filter(person__in=held - ways.keys()).update(for_digest=False)  # nothing reaches them outside
        waiting.filter(person__in=ways).update(digest=event)
        Delivery.objects.bulk_create(
            [
                Delivery(person_id=person_id, kind=Kind.DIGEST, way=way, event=event, try_after=now)
                for person_id, way in sorted(ways.items())
            ],
            ignore_conflicts=True,
        )
        for way in sorted(set(ways.values())):
            transaction.on_commit(partial(bell.ring, "notifications.tasks.sweep", way.value), robust=True)
    return len(ways)


def ways_of(people: Collection[UUID], *, without: str = "") -> dict[UUID, Way]:
    """Return by which way each has the digest, besides one `without`; not those whom none reaches, or who want none."""
    active = User.objects.filter(pk__in=people, frozen_at=None)
    has_address = {person_id: index is not None for person_id, index in active.values_list("pk", "email_index")}
    devices = reached_by_push(people)
    chosen: dict[UUID, dict[str, bool]] = defaultdict(dict)
    choices = Preference.objects.filter(person__in=people, kind=Kind.DIGEST)
    for person_id, way, is_wanted in choices.values_list("person_id", "way", "is_wanted"):
        chosen[person_id][way] = is_wanted
    found: dict[UUID, Way] = {}
    for person_id, has_email in has_address.items():
        own = chosen[person_id]
        wanted = {way.value for way in Way if rules.is_wanted(Kind.DIGEST, way, chosen=own.get(way.value))} - {without}
        first = rules.digest_way(wanted=wanted, has_device=person_id in devices, has_email=has_email)
        if first:
            found[person_id] = Way(first)
    return found
