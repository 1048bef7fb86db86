"""What is asked of every notice in the moment before it leaves the house, whichever way it goes."""

from __future__ import annotations

from uuid import UUID

from accounts.models import User
from notifications import words
from notifications.models import Delivery, Kind
from portal.lib.models import of_row
from portal.lib.outbox import NotToBeSent
from portal.lib.prepared import Rows, prepared

REACHED = ("id", "email", "phone", "language", "reads_in", "frozen_at")


def reader_of(delivery: Delivery) -> User:
    """Return whom it goes to, as they are now. Raises `NotToBeSent` for a frozen account."""
    person = next((of_row(User, REACHED, row) for row in _reader(delivery.person_id)), None)
    if person is None or not person.is_active:
        raise NotToBeSent("no address")
    return person


@prepared
def _reader(person_id: UUID) -> Rows:
    return User.objects.filter(pk=person_id).values_list(*REACHED)


def said(delivery: Delivery, part: str, reader: User, *, address: str = "") -> str:
    """Return a text that says that there is something, in the reader's language, and nothing else (DOMAIN 4.10).

    `part` is "subject", "body", "push" or "sms".
    """
    about = "digest" if delivery.kind == Kind.DIGEST else "important" if delivery.is_urgent else "new"
    return words.text(f"{about}.{part}", reader.reading_language, address=address)
