"""Telling people: rows first. A worker does the rest, and a sweep takes what the bell missed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from notifications import rules
from notifications.models import Delivery, Kind, Preference, Way
from portal.lib import bell, outbox
from portal.lib.mailing import by_mail
from portal.lib.outbox import NotToBeSent
from portal.lib.prepared import Rows, prepared


@dataclass(frozen=True)
class Told:
    """Something that happened, by its id `event`; whom it is told; and in `about` ids and dates, never names."""

    event: UUID
    person_ids: Collection[UUID]
    about: Mapping[str, object]


def notify(
    *, person_ids: Iterable[UUID], kind: Kind, event: UUID, about: Mapping[str, object], now: datetime
) -> list[Delivery]:
    """Add the notices that these people want, in the ways they want, and ring for the ways that need a worker.

    `event` is the id of what happened: telling of it again adds nothing. `about` holds ids and dates, never names.
    Must be called in the transaction that makes what is told of.
    """
    return notify_of_all(told=[Told(event, set(person_ids), about)], kind=kind, now=now)


def notify_of_all(*, told: Sequence[Told], kind: Kind, now: datetime) -> list[Delivery]:
    """Do what `notify` does for many things of one kind: two queries, however many."""
    people = sorted({person_id for one in told for person_id in one.person_ids})
    if not people:
        return []
    chosen = {(person_id, way): is_wanted for person_id, way, is_wanted in _chosen(people, kind)}
    made = [
        Delivery(
            person_id=person_id,
            kind=kind,
            way=way,
            event=one.event,
            about={name: str(value) for name, value in one.about.items()},
            try_after=now,
            sent_at=now if way == Way.IN_APP else None,  # being a row is being delivered
        )
        for one in told
        for person_id in sorted(one.person_ids)
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


def send_waiting(*, now: datetime) -> int:
    """Send the notices that wait for a worker; return how many were tried."""
    return outbox.send_waiting(Delivery.objects.filter(way=Way.EMAIL), by_mail(message), now=now)


def cancel(*, person_id: UUID, child_id: UUID, now: datetime) -> int:
    """Withdraw what waits to be told this person about this child; return how much it was.

    For whoever may no longer be told. Must be called in the transaction that shuts the child to the person.
    """
    return Delivery.objects.filter(person_id=person_id, about__child=str(child_id)).give_up(now, "withdrawn")


def message(delivery: Delivery, _now: datetime) -> EmailMessage:
    """Return the one text that leaves the house: that there is something new, and where. Nothing else (DOMAIN 4.10)."""
    person = User.objects.only("email", "language", "frozen_at").get(pk=delivery.person_id)
    if not person.email or not person.is_active:
        raise NotToBeSent("no address")
    with translation.override(person.language or settings.LANGUAGE_CODE):
        return EmailMessage(
            subject=_("Du har något nytt i Kapprummet"),
            body=_("Hej!\n\nDet finns något nytt till dig i Kapprummet. Logga in för att läsa:\n{address}\n").format(
                address=settings.BASE_URL + "/"
            ),
            to=[person.email],
        )


def mark_read(*, person: User, now: datetime) -> int:
    """Mark all of the person's notices in the portal as read; return how many were new."""
    return Delivery.objects.filter(person=person).unread().update(read_at=now)


def choose(*, person: User, kind: Kind, way: Way, is_wanted: bool) -> None:
    """Keep the person's choice. Raises `ValidationError` for declining what everybody is told."""
    if not is_wanted and not rules.can_be_refused(kind, way):
        raise ValidationError(_("Det här får alla veta som det gäller. Det går inte att välja bort."), code="always")
    Preference.objects.update_or_create(person=person, kind=kind, way=way, defaults={"is_wanted": is_wanted})
