"""What is asked of every notice in the moment before it leaves the house, whichever way it goes."""

from __future__ import annotations

from accounts.models import User
from notifications import words
from notifications.models import Delivery, Kind
from portal.lib.outbox import NotToBeSent


def reader_of(delivery: Delivery) -> User:
    """Return whom it goes to, as they are now. Raises `NotToBeSent` for a frozen account."""
    person = User.objects.defer("address", "personal_number").get(pk=delivery.person_id)
    if not person.is_active:
        raise NotToBeSent("no address")
    return person


def said(delivery: Delivery, part: str, reader: User, *, address: str = "") -> str:
    """Return a text that says that there is something, in the reader's language, and nothing else (DOMAIN 4.10).

    `part` is "subject", "body", "push" or "sms".
    """
    about = "digest" if delivery.kind == Kind.DIGEST else "important" if delivery.is_urgent else "new"
    return words.text(f"{about}.{part}", reader.reading_language, address=address)
