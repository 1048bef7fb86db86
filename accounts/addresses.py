"""Another address to log in with: it holds once a link that was sent to it has been followed.

Asking gives the same answer whoever has the address. What is to be sent is rows first: a worker sends, a sweep takes
what the bell missed. Each letter is sent at most once; one whose worker dies in the middle can be asked for again.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused
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
from accounts.models import AddressChange, User
from portal.lib import bell

log = logging.getLogger(__name__)

LINK_LIVES = timedelta(hours=2)
KEPT_FOR = timedelta(days=7)
AT_ONCE = 100


def ask_for_address(*, person: User, email: str, now: datetime) -> None:
    """Note which address the person wants. A link to it is on its way; links from before stop working."""
    with transaction.atomic():
        AddressChange.objects.filter(person=person, used_at=None).delete()
        change = AddressChange.objects.create(person=person, email=email.strip(), expires_at=now + LINK_LIVES)
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


def send_waiting_letters(now: datetime) -> int:
    """Write to new addresses and to old ones; return how many letters went. Stops where the mail server is gone."""
    links = AddressChange.objects.filter(written_to_at=None, used_at=None, expires_at__gt=now)
    news = AddressChange.objects.filter(told_at=None, used_at__gt=now - KEPT_FOR)
    waiting = [(change, "written_to_at") for change in links.select_related("person")[:AT_ONCE]]
    waiting += [(change, "told_at") for change in news.select_related("person")[:AT_ONCE]]
    sent = 0
    for change, column in waiting:
        # Claimed by a conditional UPDATE: each letter is one worker's.
        if not AddressChange.objects.filter(pk=change.pk, **{column: None}).update(**{column: now}):
            continue
        letter = _letter_to_new(change) if column == "written_to_at" else _letter_to_old(change)
        if letter is None:
            continue
        try:
            letter.send()
        except SMTPRecipientsRefused:  # there is no such mailbox, and asking again does not make one
            log.warning("no letter about another address: the server refuses the recipient")
        except OSError as fault:
            log.warning("no letter about another address (%s): it waits for the next sweep", type(fault).__name__)
            AddressChange.objects.filter(pk=change.pk).update(**{column: None})
            break
        else:
            sent += 1
    return sent


def _letter_to_new(change: AddressChange) -> EmailMessage | None:
    """Return the link; for whoever has the address already, that somebody asked for it. None to a frozen account."""
    owner = User.objects.with_email(change.email).exclude(pk=change.person_id).first()
    if not (owner or change.person).is_active:
        return None
    with translation.override((owner or change.person).language or settings.LANGUAGE_CODE):
        if owner:
            return _letter(change.email, _("Din adress i Kapprummet"), render_to_string("account/email/taken.txt"))
        link = settings.BASE_URL + reverse("accounts:email_confirm", args=[key_of(change)])
        body = render_to_string("account/email/new_address.txt", {"address": link})
        return _letter(change.email, _("Bekräfta din nya adress i Kapprummet"), body)


def _letter_to_old(change: AddressChange) -> EmailMessage | None:
    if not change.old_email:
        return None
    with translation.override(change.person.language or settings.LANGUAGE_CODE):
        body = render_to_string("account/email/address_changed.txt")
        return _letter(change.old_email, _("Din adress i Kapprummet är ändrad"), body)


def _letter(address: str, subject: str, body: str) -> EmailMessage:
    return EmailMessage(subject=subject, body=body, to=[address], headers={"Auto-Submitted": "auto-generated"})
