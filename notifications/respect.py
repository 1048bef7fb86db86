"""What is asked again in the moment before something leaves the house: whether it still should, and now."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.models import Delivery, Kind
from notifications.rules import Side, is_over_when_read
from notifications.selectors import quiet_ends
from notifications.telling import QUIET, sides_of
from portal.lib import days
from portal.lib.outbox import Hold, NotToBeSent, NotYet, Way


def respectful(way: Way[Delivery]) -> Way[Delivery]:
    """Return the way, with quiet hours asked again before each notice: they may have been chosen since it was made."""

    def send(row: Delivery, hold: Hold) -> bool:
        moment = hold()
        if moment is None:
            return False
        ask_again(row, moment)
        return way.send(row, hold)

    return Way(way.name, send, way.verdict)


def ask_again(row: Delivery, now: datetime) -> None:
    """Raise `NotYet` for what is not urgent in quiet hours, and `NotToBeSent` for what is not the person's any more.

    That is what was read since, a digest of things all read, and whatever is about somebody whom the person may no
    longer see.
    """
    about = [row]
    if row.kind == Kind.DIGEST:
        about = list(Delivery.objects.unread().filter(person=row.person_id, digest=row.event))
        if not about:
            raise NotToBeSent("read")
    elif is_over_when_read(row.kind, row.way) and _is_read(row):
        raise NotToBeSent("read")
    if not row.is_urgent and (end := quiet_ends({row.person_id: _side(row, now)}, now).get(row.person_id)):
        raise NotYet(end, QUIET)
    if not import_string(settings.STILL_TOLD)(about, now):  # a room above knows
        raise NotToBeSent("withdrawn")


def _is_read(row: Delivery) -> bool:
    """Tell whether the person has read the notice's own row in the portal."""
    own = Delivery.objects.in_app().filter(event=row.event, person=row.person_id, kind=row.kind)
    return own.exclude(read_at=None).exists()


def _side(row: Delivery, now: datetime) -> Side:
    """Return as whom the person is told. An evening's digest is a family's, whoever has it."""
    if row.kind == Kind.DIGEST and not row.about:
        return Side.FAMILY
    return sides_of([row.person_id], Kind(row.kind), days.day_of(now))[row.person_id]
