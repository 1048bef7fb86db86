"""What is done with accounts: inviting, accepting, freezing, PINs."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Invitation, Pin, PinTries, User
from portal.lib.crypto import keyed_digest

# Letters and figures that cannot be mistaken for each other in print.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12
INVITATION_LIVES = timedelta(days=30)


def _plain(code: str) -> str:
    return "".join(sign for sign in code.upper() if sign in ALPHABET)


def _digest(code: str) -> str:
    return keyed_digest(_plain(code), purpose="invitation")


def invite(*, person: User, actor_person: User | None, now: datetime) -> tuple[Invitation, str]:
    """Make a code of twelve characters that opens the person's account once within thirty days.

    Earlier codes of the same person stop working. Only the digest is kept: the code is for the letter, now.
    """
    code = "".join(secrets.choice(ALPHABET) for _letter in range(CODE_LENGTH))
    with transaction.atomic():
        Invitation.objects.filter(person=person, used_at=None, withdrawn_at=None).update(withdrawn_at=now)
        invitation = Invitation.objects.create(
            person=person, code_digest=_digest(code), made_by=actor_person, expires_at=now + INVITATION_LIVES
        )
        audit.did(
            "invitation.made", person_id=actor_person.id if actor_person else None, now=now, invited=person.id
        )
    return invitation, code


def find_invitation(*, code: str, now: datetime) -> Invitation | None:
    """Return the open invitation that the code belongs to. Looking at it does not use it up."""
    invitation = Invitation.objects.select_related("person").filter(code_digest=_digest(code)).first()
    return invitation if invitation and invitation.is_open(now) else None


def confirm_identity(*, invitation: Invitation, last_four: str, now: datetime) -> bool:
    """Tell whether the last four figures are those of the invited person's personal number.

    Five wrong answers close the invitation. A person without a personal number in the register has nothing to
    compare with: the letter to the registered address is then all there is.
    """
    number = invitation.person.personal_number
    if not number or secrets.compare_digest(number[-4:], last_four.strip()):
        return True
    Invitation.objects.filter(pk=invitation.pk).update(wrong_answers=F("wrong_answers") + 1)
    audit.did("invitation.wrong_answer", person_id=None, now=now, invited=invitation.person_id)
    return False


def accept_invitation(*, invitation: Invitation, email: str, password: str, language: str, now: datetime) -> User:
    """Open the account: address, password, language. The invitation is used up in the same transaction.

    Raises `ValidationError` when the invitation was used meanwhile. An address that somebody else has is answered
    with the same error as any other that cannot be used.
    """
    with transaction.atomic():
        used = Invitation.objects.filter(pk=invitation.pk, used_at=None, withdrawn_at=None, expires_at__gt=now)
        if not used.update(used_at=now):
            raise ValidationError(_("Inbjudan är redan använd eller har gått ut."), code="used")
        person = User.objects.select_for_update().get(pk=invitation.person_id)
        if User.objects.with_email(email).exclude(pk=person.pk).exists():
            raise ValidationError({"email": _("Adressen går inte att använda. Välj en annan.")}, code="email")
        person.email, person.language = email.strip(), language
        person.set_password(password)
        person.save(update_fields=["email", "email_index", "language", "password"])
        audit.did("invitation.accepted", person_id=person.id, now=now)
    return person


def freeze(*, person: User, now: datetime) -> None:
    """Close the person's own account. Every session of it ends at its next request, on every device."""
    with transaction.atomic():
        person.frozen_at = now
        person.save(update_fields=["frozen_at"])
        audit.did("account.frozen", person_id=person.id, now=now)


def unfreeze(*, person: User, actor_person: User, now: datetime) -> None:
    """Open a frozen account again, at the person's wish, by somebody who has seen who they are."""
    with transaction.atomic():
        person.frozen_at = None
        person.save(update_fields=["frozen_at"])
        audit.did("account.unfrozen", person_id=actor_person.id, now=now, opened=person.id)


def choose_language(*, person: User, language: str) -> None:
    User.objects.filter(pk=person.pk).update(language=language)


def choose_pin(*, person: User, code: str, now: datetime) -> None:
    """Set the person's PIN (four to eight figures), and open it again on tablets where it was locked."""
    with transaction.atomic():
        Pin.objects.update_or_create(person=person, defaults={"code_hash": make_password(code)})
        PinTries.objects.filter(person=person).delete()
        audit.did("pin.chosen", person_id=person.id, now=now)


def check_pin(*, person: User, tablet_id: UUID, code: str, now: datetime) -> bool:
    """Tell whether the PIN is right on this tablet.

    Five wrong in a row lock the person's PIN there until a new one is chosen. The answer is the same, and takes as
    long, for a wrong PIN, a locked one, and a person who has none.
    """
    with transaction.atomic():
        tries, _made = PinTries.objects.select_for_update().get_or_create(person=person, tablet_id=tablet_id)
        pin = Pin.objects.filter(person=person).first()
        is_right = check_password(code, pin.code_hash if pin else make_password(None))
        if pin is None:
            make_password(code)
        if pin is None or tries.wrong >= PinTries.MOST_WRONG or not is_right:
            PinTries.objects.filter(pk=tries.pk).update(wrong=F("wrong") + 1)
            audit.did("pin.wrong", person_id=person.id, tablet_id=tablet_id, now=now)
            return False
        PinTries.objects.filter(pk=tries.pk).update(wrong=0)
        audit.did("pin.given", person_id=person.id, tablet_id=tablet_id, now=now)
    return True
