"""What is done with accounts: inviting, accepting, freezing, PINs."""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Invitation, Pin, PinTries, User
from portal.lib import bell
from portal.lib.crypto import keyed_digest

# Letters and figures that cannot be mistaken for each other in print.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12
INVITATION_LIVES = timedelta(days=30)
# What a person without a personal number answers.
NO_NUMBER = "0000"


class Answer(Enum):
    """What somebody with a code and four figures is told."""

    CONFIRMED = auto()
    HAS_ACCOUNT = auto()
    WRONG = auto()


def plain(code: str) -> str:
    """Return the signs of a typed code that a code can hold, in capitals."""
    return "".join(sign for sign in code.upper() if sign in ALPHABET)


def digest_of(code: str) -> str:
    """Return what a typed or scanned code is kept as: small letters, spaces and dashes make no difference."""
    return keyed_digest(plain(code), purpose="invitation")


def invite(*, person: User, actor_person: User | None, now: datetime) -> tuple[Invitation, str]:
    """Make a code of twelve characters that opens the person's account once within thirty days.

    Earlier codes of the same person stop working. Only the digest is kept: the code is for the letter, now.
    """
    code = "".join(secrets.choice(ALPHABET) for _letter in range(CODE_LENGTH))
    with transaction.atomic():
        Invitation.objects.filter(person=person, used_at=None, withdrawn_at=None).update(withdrawn_at=now)
        invitation = Invitation.objects.create(
            person=person, code_digest=digest_of(code), made_by=actor_person, expires_at=now + INVITATION_LIVES
        )
        audit.did("invitation.made", person_id=actor_person.id if actor_person else None, now=now, invited=person.id)
    return invitation, code


def find_invitation(*, digest: str, now: datetime) -> Invitation | None:
    """Return the open invitation with this digest. Looking at it does not use it up."""
    invitation = Invitation.objects.select_related("person").filter(code_digest=digest).first()
    return invitation if invitation and invitation.is_open(now) and invitation.person.is_active else None


def is_used(*, digest: str) -> bool:
    """Tell whether the invitation with this digest has opened its account. For whoever has confirmed who they are."""
    return Invitation.objects.filter(code_digest=digest, person__frozen_at=None).exclude(used_at=None).exists()


def is_last_four(*, person: User, last_four: str) -> bool:
    """Tell whether these are the last four figures of the person's number; 0000 for one without a number."""
    expected = (person.personal_number or NO_NUMBER)[-4:]
    return secrets.compare_digest(expected.encode(), last_four.strip().encode())


def confirm_identity(*, digest: str, last_four: str, now: datetime) -> Answer:
    """Tell whether there is an open invitation, and the last four figures are those of the invited person's number.

    Whoever knows both of an invitation that was used is told of the account. Five wrong answers close either. The
    answer is the same for a code that does not exist. A person without a personal number in the register answers
    0000: the letter to the registered address is then all there is.
    """
    with transaction.atomic():
        # The lock makes tries follow each other: five are five, also when they are sent at once.
        found = Invitation.objects.select_for_update(of=("self",)).filter(code_digest=digest)
        invitation = found.select_related("person").first()
        if invitation is None or not invitation.takes_answers(now) or not invitation.person.is_active:
            return Answer.WRONG
        if is_last_four(person=invitation.person, last_four=last_four):
            return Answer.HAS_ACCOUNT if invitation.used_at else Answer.CONFIRMED
        Invitation.objects.filter(pk=invitation.pk).update(wrong_answers=F("wrong_answers") + 1)
        audit.did("invitation.wrong_answer", person_id=None, now=now, invited=invitation.person_id)
    return Answer.WRONG


def accept_invitation(*, invitation: Invitation, email: str, password: str, language: str, now: datetime) -> User:
    """Open the account: address, password, language. The invitation is used up in the same transaction.

    Raises `ValidationError` when the invitation was used or closed meanwhile. An address that somebody else has is
    answered with the same error as any other that cannot be used. Sessions from before are over.
    """
    taken = ValidationError({"email": _("Adressen går inte att använda. Välj en annan.")}, code="email")
    try:
        with transaction.atomic():
            still_open = Invitation.objects.filter(
                pk=invitation.pk,
                used_at=None,
                withdrawn_at=None,
                expires_at__gt=now,
                wrong_answers__lt=Invitation.MOST_WRONG_ANSWERS,
                person__frozen_at=None,
            )
            if not still_open.update(used_at=now):
                raise ValidationError(_("Inbjudan är redan använd eller har gått ut."), code="used")
            person = User.objects.select_for_update().get(pk=invitation.person_id)
            if User.objects.with_email(email).exclude(pk=person.pk).exists():
                raise taken
            person.email, person.language, person.sessions_ended_at = email.strip(), language, now
            person.set_password(password)
            person.save(update_fields=["email", "email_index", "language", "password", "sessions_ended_at"])
            audit.did("invitation.accepted", person_id=person.id, now=now)
    except IntegrityError:  # somebody else took the address in the same moment
        raise taken from None
    return person


def ask_for_new_password(*, email: str) -> None:
    """Let a worker send a link to whoever has the address. Nobody learns from the answer whether anybody has.

    Only an id leaves the request. When the bell cannot be rung the letter is sent at once, or given up.
    """
    person = User.objects.with_email(email).first()
    person_id = str(person.pk) if person and person.is_active and person.has_usable_password() else ""
    if not bell.ring("accounts.tasks.send_password_letter", person_id):  # no row waits for a sweep: the server sends it
        with suppress(OSError):
            send_password_letter(person_id=person_id)


def send_password_letter(*, person_id: str) -> None:
    """Send the link to a new password. Raises `OSError` when the mail server does not take it."""
    person = User.objects.filter(pk=person_id, frozen_at=None).first() if person_id else None
    if person is None or not person.email or not person.has_usable_password():
        return
    key = default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(person), key])
    with translation.override(person.language or settings.LANGUAGE_CODE):
        body = render_to_string("account/email/new_password.txt", {"address": settings.BASE_URL + path})
        EmailMessage(
            subject=_("Välj ett nytt lösenord i Kapprummet"),
            body=body,
            to=[person.email],
            headers={"Auto-Submitted": "auto-generated"},
        ).send()


def freeze(*, person: User, now: datetime) -> None:
    """Close the person's own account. Every session of it ends at its next request, on every device, for good.

    The PIN stops working on all tablets in the same moment (`check_pin`, `children.tablets.pin_person_of`).
    """
    with transaction.atomic():
        person.frozen_at = person.sessions_ended_at = now
        person.save(update_fields=["frozen_at", "sessions_ended_at"])
        Invitation.objects.filter(person=person, used_at=None, withdrawn_at=None).update(withdrawn_at=now)
        audit.did("account.frozen", person_id=person.id, now=now)


def unfreeze(*, person: User, actor_person: User, now: datetime) -> None:
    """Open a frozen account again, at the person's wish, by somebody who has seen who they are."""
    with transaction.atomic():
        if User.objects.filter(pk=person.pk).exclude(frozen_at=None).update(frozen_at=None):
            person.frozen_at = None
            audit.did("account.unfrozen", person_id=actor_person.id, now=now, opened=person.id)


def choose_language(*, person: User, language: str) -> None:
    """Keep the language with the person, so that it is there on the next device too."""
    User.objects.filter(pk=person.pk).update(language=language)


def choose_reading_language(*, person: User, language: str) -> None:
    """Keep in which language the person reads set phrases and what leaves the house; "" is that of the pages."""
    User.objects.filter(pk=person.pk).update(reads_in=language)


def choose_pin(*, person: User, code: str, now: datetime) -> None:
    """Set the person's PIN (four to eight figures), and open it again on tablets where it was locked."""
    with transaction.atomic():
        Pin.objects.update_or_create(person=person, defaults={"code_hash": make_password(code)})
        PinTries.objects.filter(person=person).delete()
        audit.did("pin.chosen", person_id=person.id, now=now)


def check_pin(*, person: User, tablet_id: UUID, code: str, now: datetime) -> bool:
    """Tell whether the PIN is right on this tablet.

    Five wrong in a row lock the person's PIN there until a new one is chosen. The answer is the same, and takes as
    long, for a wrong PIN, a locked one, a person who has none, and a person whose account is frozen.
    """
    with transaction.atomic():
        tries, _made = PinTries.objects.select_for_update().get_or_create(person=person, tablet_id=tablet_id)
        pin = Pin.objects.filter(person=person).first()
        # For an unusable hash Django runs the hasher once all the same: the answer takes as long.
        is_right = check_password(code, pin.code_hash if pin else make_password(None))
        if not is_right or tries.wrong >= PinTries.MOST_WRONG or not person.is_active:
            if tries.wrong < PinTries.MOST_WRONG:
                PinTries.objects.filter(pk=tries.pk).update(wrong=F("wrong") + 1)
            audit.did("pin.wrong", person_id=person.id, tablet_id=tablet_id, now=now)
            return False
        PinTries.objects.filter(pk=tries.pk).update(wrong=0)
        audit.did("pin.given", person_id=person.id, tablet_id=tablet_id, now=now)
    return True
