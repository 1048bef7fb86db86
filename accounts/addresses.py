"""Another address to log in with: it holds once a link that was sent to it has been followed.

Asking gives the same answer whoever has the address. What is to be sent is rows first (`portal.lib.outbox`).
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AddressChange, AddressLetter, User
from portal.lib import bell, outbox
from portal.lib.mailing import by_mail
from portal.lib.outbox import NotToBeSent

LINK_LIVES = timedelta(hours=2)
KEPT_FOR = timedelta(days=7)


def ask_for_address(*, person: User, email: str, now: datetime) -> None:
    """Note which address the person wants. A link to it is on its way; links from before stop working."""
    with transaction.atomic():
        AddressChange.objects.filter(person=person, used_at=None).delete()
        change = AddressChange.objects.create(person=person, email=email.strip(), expires_at=now + LINK_LIVES)
        AddressLetter.objects.create(change=change, is_to_old=False, try_after=now)
        audit.did("account.email_asked", person_id=person.id, now=now, change=change.id)
        transaction.on_commit(_ring, robust=True)


def key_of(change: AddressChange) -> str:
    """Return what stands in the link: nobody can make one without the house's key."""
    return signing.dumps(str(change.pk), salt="address")


def find_change(*, key: str, person: User, now: datetime) -> AddressChange | None:
    """Return what the link opens for this person. None for a used one, an old one, and for everybody else."""
    try:
        change_id = UUID(signing.loads(key, salt="address"))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return AddressChange.objects.filter(pk=change_id, person=person, used_at=None, expires_at__gt=now).first()


def change_address(*, change: AddressChange, now: datetime) -> None:
    """Let the address be the login, once. The old one is told.

    Raises `ValidationError` when the link was used or replaced meanwhile, or somebody else has the address by now.
    """
    gone = ValidationError(_("Länken gäller inte längre."), code="gone")
    try:
        with transaction.atomic():
            person = User.objects.select_for_update().get(pk=change.person_id)
            still_open = AddressChange.objects.filter(pk=change.pk, used_at=None, expires_at__gt=now)
            if not person.is_active or not still_open.update(used_at=now, old_email=person.email):
                raise gone
            if User.objects.with_email(change.email).exclude(pk=person.pk).exists():
                raise gone
            if person.email:
                AddressLetter.objects.create(change=change, is_to_old=True, try_after=now)
            person.email = change.email
            person.save(update_fields=["email", "email_index"])
            audit.did("account.email_changed", person_id=person.id, now=now, change=change.pk)
            transaction.on_commit(_ring, robust=True)
    except IntegrityError:  # somebody else took the address in the same moment
        raise gone from None


def forget_old(now: datetime) -> None:
    """Remove what nobody asks for any more: addresses are kept no longer than they are needed."""
    AddressChange.objects.filter(expires_at__lt=now - KEPT_FOR).delete()


# Letters ----------------------------------------------------------------------------------------------------------


def _ring() -> None:
    bell.ring("accounts.tasks.send_address_letters")


def send_waiting_letters(*, now: datetime) -> int:
    """Write to new addresses and to old ones; return how many letters were tried."""
    return outbox.send_waiting(AddressLetter.objects.all(), by_mail(message), now=now)


def message(letter: AddressLetter, now: datetime) -> EmailMessage:
    """Return the letter. Raises `NotToBeSent` when there is nothing to confirm any more, or nobody who may."""
    return _to_old(letter.change) if letter.is_to_old else _to_new(letter.change, now)


def _to_new(change: AddressChange, now: datetime) -> EmailMessage:
    """Return the link; for whoever has the address already, that somebody asked for it. Nothing to a frozen account."""
    owner = User.objects.with_email(change.email).exclude(pk=change.person_id).first()
    reader = owner or change.person
    if change.used_at or change.expires_at <= now or not reader.is_active:
        raise NotToBeSent("nothing to confirm")
    with translation.override(reader.language or settings.LANGUAGE_CODE):
        if owner:
            return _letter(change.email, _("Din adress i Kapprummet"), render_to_string("account/email/taken.txt"))
        link = settings.BASE_URL + reverse("accounts:email_confirm", args=[key_of(change)])
        body = render_to_string("account/email/new_address.txt", {"address": link})
        return _letter(change.email, _("Bekräfta din nya adress i Kapprummet"), body)


def _to_old(change: AddressChange) -> EmailMessage:
    with translation.override(change.person.language or settings.LANGUAGE_CODE):
        body = render_to_string("account/email/address_changed.txt")
        return _letter(change.old_email, _("Din adress i Kapprummet är ändrad"), body)


def _letter(address: str, subject: str, body: str) -> EmailMessage:
    return EmailMessage(subject=subject, body=body, to=[address])
