"""Telling people: rows first. A worker does the rest, and a sweep takes what the bell missed."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from notifications import mailing, rules
from notifications.models import Delivery, DeliveryQuerySet, Kind, Preference, Way
from portal.lib import bell
from portal.lib.prepared import Rows, prepared


def notify(
    *, person_ids: Iterable[UUID], kind: Kind, event: UUID, about: Mapping[str, object], now: datetime
) -> list[Delivery]:
    """Add the notices that these people want, in the ways they want, and ring for the ways that need a worker.

    `event` is the id of what happened: telling of it again adds nothing. `about` holds ids and dates, never names.
    Must be called in the transaction that makes what is told of.
    """
    people = sorted(set(person_ids))
    if not people:
        return []
    chosen = {(person_id, way): is_wanted for person_id, way, is_wanted in _chosen(people, kind)}
    made = [
        Delivery(
            person_id=person_id,
            kind=kind,
            way=way,
            event=event,
            about={name: str(value) for name, value in about.items()},
            try_after=now,
            sent_at=now if way == Way.IN_APP else None,  # being a row is being delivered
        )
        for person_id in people
        for way in Way
        if rules.is_wanted(kind, way, chosen=chosen.get((person_id, way.value)))
    ]
    if made:
        Delivery.objects.bulk_create(made, ignore_conflicts=True)
    if any(delivery.way != Way.IN_APP for delivery in made):
        transaction.on_commit(ring, robust=True)
    return made


@prepared
def _chosen(person_ids: Collection[UUID], kind: Kind) -> Rows:
    return Preference.objects.filter(person__in=person_ids, kind=kind).values_list("person_id", "way", "is_wanted")


def ring() -> None:
    """Wake a worker. Nothing is lost when nobody hears it: the sweep comes within ten seconds."""
    bell.ring("notifications.tasks.sweep")


def claim(*, now: datetime) -> Delivery | None:
    """Take one delivery for this worker: each is taken by exactly one, by a conditional UPDATE."""
    for delivery in Delivery.objects.waiting(now).exclude(way=Way.IN_APP).order_by("try_after")[:10]:
        if _own(delivery).waiting(now).update(claimed_until=now + mailing.CLAIM_HOLDS, tries=F("tries") + 1) == 1:
            delivery.tries += 1
            return delivery
    return None  # nothing waits, or others were faster and go on


def _own(delivery: Delivery) -> DeliveryQuerySet:
    """Return the row as long as nobody has taken, finished or cancelled it since this worker saw it."""
    return Delivery.objects.filter(pk=delivery.pk, tries=delivery.tries, sent_at=None, given_up_at=None)


def deliver(*, delivery: Delivery, now: datetime) -> None:
    """Send one claimed delivery, and mark it as sent, to be tried again, or given up. A lost claim is left alone."""
    if delivery.tries > rules.MOST_TRIES:  # workers died of it
        _give_up(delivery, now, "tries")
        return
    try:
        person = User.objects.filter(pk=delivery.person_id).only("email", "language", "frozen_at").first()
        if person is None or not person.email or not person.is_active:
            _give_up(delivery, now, "no address")
        elif _send_email(person, delivery, now):
            _own(delivery).update(sent_at=now, claimed_until=None, problem="")
    except Exception as fault:  # noqa: BLE001 (whatever it is, what waits behind must go on; never with an address)
        _failed(delivery, mailing.verdict(fault), now)


def _failed(delivery: Delivery, verdict: mailing.Verdict, now: datetime) -> None:
    if verdict.is_final or delivery.tries >= rules.MOST_TRIES:
        _give_up(delivery, now, verdict.problem)
        return
    later = now + timedelta(seconds=rules.wait_before_try(delivery.tries))
    _own(delivery).update(try_after=later, claimed_until=None, problem=verdict.problem[:200])


def _give_up(delivery: Delivery, now: datetime, problem: str) -> None:
    _own(delivery).update(given_up_at=now, claimed_until=None, problem=problem[:200])


def cancel(*, person_id: UUID, child_id: UUID, now: datetime) -> int:
    """Withdraw what waits to be told this person about this child; return how much it was.

    For whoever may no longer be told. Must be called in the transaction that shuts the child to the person.
    """
    waiting = Delivery.objects.filter(person_id=person_id, sent_at=None, given_up_at=None, about__child=str(child_id))
    return waiting.update(given_up_at=now, claimed_until=None, problem="withdrawn")


def _send_email(person: User, delivery: Delivery, now: datetime) -> bool:
    """Send the mail; return False when the claim was lost before anything was said."""

    def prepare(waited: timedelta) -> EmailMessage | None:
        is_ours = _own(delivery).update(claimed_until=now + waited + mailing.CLAIM_HOLDS)
        return _message(person, delivery) if is_ours else None

    return mailing.send(prepare)


def _message(person: User, delivery: Delivery) -> EmailMessage:
    """Return the one text that leaves the house: that there is something new, and where. Nothing else (DOMAIN 4.10)."""
    with translation.override(person.language or settings.LANGUAGE_CODE):
        return EmailMessage(
            subject=_("Du har något nytt i Kapprummet"),
            body=_("Hej!\n\nDet finns något nytt till dig i Kapprummet. Logga in för att läsa:\n{address}\n").format(
                address=settings.BASE_URL + "/"
            ),
            to=[person.email],
            headers={"Message-ID": f"<{delivery.id}@kapprummet>", "Auto-Submitted": "auto-generated"},
        )


def mark_read(*, person: User, now: datetime) -> int:
    """Mark all of the person's notices in the portal as read; return how many were new."""
    return Delivery.objects.filter(person=person).unread().update(read_at=now)


def choose(*, person: User, kind: Kind, way: Way, is_wanted: bool) -> None:
    """Keep the person's choice. Raises `ValidationError` for declining what everybody is told."""
    if not is_wanted and not rules.can_be_refused(kind, way):
        raise ValidationError(_("Det här får alla veta som det gäller. Det går inte att välja bort."), code="always")
    Preference.objects.update_or_create(person=person, kind=kind, way=way, defaults={"is_wanted": is_wanted})
