"""What is asked again in the moment before something leaves the house: whether it still should, and now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.models import Delivery, Kind
from notifications.rules import Side, is_over_when_read
from notifications.selectors import quiet_ends
from notifications.telling import QUIET, sides_of
from portal.lib import days
from portal.lib.models import of_row
from portal.lib.outbox import Hold, NotToBeSent, NotYet, Way
from portal.lib.prepared import Rows, prepared

TOLD = ("id", "person_id", "kind", "about")  # of what a digest is about


def respectful(way: Way[Delivery]) -> Way[Delivery]:
    """Return the way, with quiet hours asked again before each notice: they may have been chosen since it was made."""

    def send(row: Delivery, hold: Hold) -> bool:
        ask_again(row, hold.since)
        return way.send(row, hold)

    return replace(way, send=send)


def ask_again(row: Delivery, now: datetime) -> None:
    """Raise `NotYet` for what is not urgent in quiet hours, and `NotToBeSent` for what is not the person's any more.

    That is what was read since, a digest of things all read, and whatever is about somebody whom the person may no
    longer see.
    """
    about = [row]
    if row.kind == Kind.DIGEST:
        about = [of_row(Delivery, TOLD, one) for one in _unread_in(row.person_id, row.event)]
        if not about:
            raise NotToBeSent("read")
    elif is_over_when_read(row.kind, row.way) and _read(row.event, row.person_id, row.kind):
        raise NotToBeSent("read")
    if not row.is_urgent and (end := quiet_ends({row.person_id: _side(row, now)}, now).get(row.person_id)):
        raise NotYet(end, QUIET)
    if not import_string(settings.STILL_TOLD)(about, now):  # a room above knows
        raise NotToBeSent("withdrawn")


@prepared
def _unread_in(person_id: UUID, digest: UUID) -> Rows:
    return Delivery.objects.unread().filter(person=person_id, digest=digest).values_list(*TOLD)


@prepared
def _read(event: UUID, person_id: UUID, kind: str) -> Rows:
    """Ask for the notice's own row in the portal, where the person has read it."""
    own = Delivery.objects.in_app().filter(event=event, person=person_id, kind=kind)
    return own.exclude(read_at=None).values_list("pk")


def _side(row: Delivery, now: datetime) -> Side:
    """Return as whom the person is told. An evening's digest is a family's, whoever has it."""
    if row.kind == Kind.DIGEST and not row.about:
        return Side.FAMILY
    return sides_of([row.person_id], Kind(row.kind), days.day_of(now))[row.person_id]
