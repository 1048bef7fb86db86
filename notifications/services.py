"""Telling people: rows first. A worker does the rest, and a sweep takes what the bell missed."""

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from smtplib import SMTPResponseException
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from notifications import rules
from notifications.models import Delivery, Kind, Preference, Way
from portal.lib.prepared import Rows, prepared

log = logging.getLogger(__name__)

CLAIM_HOLDS = timedelta(minutes=2)


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
    try:
        current_app.send_task("notifications.tasks.sweep", retry=False)
    except Exception:  # noqa: BLE001 (whatever a broker can fail with)
        log.warning("the bell could not be rung; the sweep will find the deliveries")


def claim(*, now: datetime, most: int = 50) -> list[Delivery]:
    """Take deliveries for this worker: each is taken by exactly one, by a conditional UPDATE."""
    taken = []
    for delivery in Delivery.objects.waiting(now).exclude(way=Way.IN_APP).order_by("try_after")[:most]:
        mine = Delivery.objects.filter(pk=delivery.pk, sent_at=None, tries=delivery.tries).waiting(now)
        if mine.update(claimed_until=now + CLAIM_HOLDS, tries=F("tries") + 1) == 1:
            delivery.tries += 1
            taken.append(delivery)
    return taken


def deliver(*, delivery: Delivery, now: datetime) -> None:
    """Send one claimed delivery, and mark it as sent, to be tried again, or given up."""
    person = User.objects.filter(pk=delivery.person_id).first()
    problem = ""
    try:
        if person is None or not person.email or not person.is_active:
            _give_up(delivery, now, "no address")
            return
        _send_email(person, delivery)
    except SMTPResponseException as refusal:
        problem = f"{refusal.smtp_code}"
        if 500 <= refusal.smtp_code < 600:
            _give_up(delivery, now, problem)
            return
    except OSError as fault:  # no connection, a time-out, a name that is not found; never with an address in it
        problem = type(fault).__name__
    if not problem:
        Delivery.objects.filter(pk=delivery.pk).update(sent_at=now, claimed_until=None, problem="")
    elif delivery.tries >= rules.MOST_TRIES:
        _give_up(delivery, now, problem)
    else:
        later = now + timedelta(seconds=rules.wait_before_try(delivery.tries))
        Delivery.objects.filter(pk=delivery.pk).update(try_after=later, claimed_until=None, problem=problem)


def _give_up(delivery: Delivery, now: datetime, problem: str) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(given_up_at=now, claimed_until=None, problem=problem[:200])


def _send_email(person: User, delivery: Delivery) -> None:
    """Send the one text that leaves the house: that there is something new, and where. Nothing else (DOMAIN 4.10)."""
    with translation.override(person.language or settings.LANGUAGE_CODE):
        EmailMessage(
            subject=_("Du har något nytt i Kapprummet"),
            body=_("Hej!\n\nDet finns något nytt till dig i Kapprummet. Logga in för att läsa:\n{address}\n").format(
                address=settings.BASE_URL + "/"
            ),
            to=[person.email],
            headers={"Message-ID": f"<{delivery.id}@kapprummet>", "Auto-Submitted": "auto-generated"},
        ).send()


def mark_read(*, person: User, now: datetime) -> int:
    """Mark all of the person's notices in the portal as read; return how many were new."""
    return Delivery.objects.filter(person=person).unread().update(read_at=now)


def choose(*, person: User, kind: Kind, way: Way, is_wanted: bool) -> None:
    Preference.objects.update_or_create(person=person, kind=kind, way=way, defaults={"is_wanted": is_wanted})
