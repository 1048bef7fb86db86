"""The first person of an installation: an administrator, whom nobody inside can invite."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Invitation, User
from accounts.services import invite
from children.models import StaffRole
from portal.lib import days


def invite_administrator(*, name: str, email: str, personal_number: str, now: datetime) -> tuple[User, Invitation, str]:
    """Make the person an administrator, and return the person, an invitation and its code.

    A person who has the address already keeps everything and becomes an administrator too. Raises `ValidationError`
    when the address is none or the number is not twelve digits.
    """
    validate_email(email)
    if personal_number and not (len(personal_number) == 12 and personal_number.isdecimal()):
        raise ValidationError(_("Personnumret ska ha tolv siffror."), code="personal_number")
    given_name, _space, family_name = name.strip().partition(" ")
    with transaction.atomic():
        person = User.objects.with_email(email).first()
        if person is None and personal_number:
            person = User.objects.with_personal_number(personal_number).first()
        if person is None:
            person = User(given_name=given_name, family_name=family_name.strip(), personal_number=personal_number)
            person.set_unusable_password()
        person.email = person.email or email
        person.save()
        today = days.day_of(now)
        kind = StaffRole.Kind.ADMINISTRATOR
        if not StaffRole.objects.on(today).filter(person=person, kind=kind).exists():
            StaffRole.objects.create(person=person, kind=kind, starts_on=today)
        audit.did("administrator.invited", person_id=None, now=now, invited=person.id)
        invitation, code = invite(person=person, actor_person=None, now=now)
    return person, invitation, code
