"""Telling people: rows first. A worker does the rest, and a sweep takes what the bell missed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from notifications import rules, telling, ways
from notifications.models import Delivery, Kind, Preference, QuietHours, Way
from notifications.rules import Hours, Side
from portal.lib import bell

Told = telling.Told
SAID = ("thread", "bulletin", "post", "document", "form", "removal")
"""What a notice's `about` calls something that was said: of which children, only rooms above know."""


def notify(
    *,
    person_ids: Iterable[UUID],
    kind: Kind,
    event: UUID,
    about: Mapping[str, object],
    now: datetime,
    urgent: bool = False,
) -> list[Delivery]:
    """Tell these people of one thing: rows, and a bell for the ways that need a worker.

    `event` is the id of what happened: telling of it again adds nothing. `about` holds ids and dates, never names.
    Must be called in the transaction that makes what is told of.
    """
    return notify_of_all(told=[Told(event, set(person_ids), about)], kind=kind, now=now, urgent=urgent)


def notify_of_all(*, told: Sequence[Told], kind: Kind, now: datetime, urgent: bool = False) -> list[Delivery]:
    """Do what `notify` does for many things of one kind: a few queries, however many.

    Everybody has it in the portal at once. Outside, families have it in the evening's one notice, or at once where
    they have chosen so, and staff at once; what comes in quiet hours comes as one notice when they end. What is
    `urgent`, by its sender or by its kind, goes out at once.
    """
    return _keep(telling.rows_for(told, kind, now, urgent=urgent))


def tell_by(*, way: Way, told: Sequence[Told], kind: Kind, now: datetime, urgent: bool = False) -> list[Delivery]:
    """Tell these people in exactly this way, whatever they have chosen; held until quiet hours end unless `urgent`.

    For what somebody must know. Each event once in each way. Must be called in the transaction that decides it.
    """
    return _keep(telling.rows_by(way, told, kind, now, urgent=urgent))


def _keep(rows: list[Delivery]) -> list[Delivery]:
    if rows:
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    if outside := {Way(row.way) for row in rows} - {Way.IN_APP}:
        transaction.on_commit(partial(ring, outside), robust=True)
    return rows


def ring(to_leave_by: Collection[Way]) -> None:
    """Wake a worker for each of these ways. Nothing is lost when nobody hears it: sweeps come within five seconds."""
    for way in sorted(to_leave_by):
        bell.ring("notifications.tasks.sweep", way.value)


def send_waiting(*, now: datetime) -> int:
    """Send the notices that wait for a worker, whichever way they go; return how many were tried."""
    return sum(ways.send_waiting(way, now=now) for way in ways.CARRIED)


def cancel(*, person_id: UUID, child_id: UUID, now: datetime) -> int:
    """Withdraw what waits to be told this person about this child; return how much it was.

    For whoever may no longer be told. What was said is withdrawn whatever child it is about: better told in the portal
    alone than written to. Must be called in the transaction that shuts the child to the person.
    """
    concerned = Q(about__child=str(child_id)) | Q(about__has_any_keys=list(SAID))
    return give_up(concerned=Q(person=person_id) & concerned, problem="withdrawn", now=now)


def give_up(*, concerned: Q, now: datetime, problem: str = "over") -> int:
    """Withdraw what waits to be told outside the portal, at once or in a digest; return how much it was.

    For what is over. `concerned` is the condition of its notices, by their event or their person, which are fast. Must
    be called in the transaction that ends it.
    """
    told = Delivery.objects.filter(concerned)
    told.unread().update(for_digest=False, digest=None)
    return told.outside().give_up(now, problem)


def mark_read(*, person: User, now: datetime) -> int:
    """Mark all of the person's notices in the portal as read; return how many were new."""
    return Delivery.objects.filter(person=person).unread().update(read_at=now)


def choose(*, person: User, kind: Kind, way: str, is_wanted: bool) -> None:
    """Keep the person's choice. Raises `ValidationError` for declining what everybody is told."""
    if not is_wanted and not rules.can_be_refused(kind, way):
        raise ValidationError(_("Det här får alla veta som det gäller. Det går inte att välja bort."), code="always")
    Preference.objects.update_or_create(person=person, kind=kind, way=way, defaults={"is_wanted": is_wanted})


@transaction.atomic
def choose_all(*, person: User, wanted: Mapping[tuple[Kind, str], bool], hours: Hours, side: Side) -> None:
    """Keep what the person chose on the page of choices. What is as the house has it is no choice, and changes with it.

    Raises `ValidationError` for declining what everybody is told, and for hours in which nobody could ever be reached.
    """
    if rules.is_always_quiet(hours):
        raise ValidationError(_("Då når vi dig aldrig. Lämna någon tid fri."), code="always quiet")
    if any(not is_wanted and not rules.can_be_refused(kind, way) for (kind, way), is_wanted in wanted.items()):
        raise ValidationError(_("Det här får alla veta som det gäller. Det går inte att välja bort."), code="always")
    works_here = side == Side.STAFF
    for way in {way for _kind, way in wanted}:
        Preference.objects.filter(
            person=person, way=way, kind__in=[kind for kind, one in wanted if one == way]
        ).delete()
    Preference.objects.bulk_create(
        Preference(person=person, kind=kind, way=way, is_wanted=is_wanted)
        for (kind, way), is_wanted in wanted.items()
        if is_wanted != rules.by_default(kind, way, rules.side_of(kind, works_here=works_here))
    )
    if hours == rules.USUAL[side]:
        QuietHours.objects.filter(person=person).delete()
    else:
        QuietHours.objects.update_or_create(person=person, defaults=QuietHours.columns(hours))
