"""Roles for the whole municipality: administrators, communicators, archivists. They are in no register.

The first person of an installation is an administrator, whom nobody inside can invite.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Invitation, User
from accounts.services import invite
from children.actors import Actor
from children.models import StaffRole
from portal.lib import days

Kind = StaffRole.Kind


def invite_administrator(*, name: str, email: str, personal_number: str, now: datetime) -> tuple[User, Invitation, str]:
    """Make the person an administrator, and return the person, an invitation and its code.

    A person who has the address already keeps everything and becomes an administrator too. Raises `ValidationError`
    when the address is none or the number is not twelve digits.
    """
    validate_email(email)
    if personal_number and not (len(personal_number) == 12 and personal_number.isdecimal()):
        raise ValidationError(_("Personnumret ska ha tolv siffror."), code="personal_number")
    with transaction.atomic():
        person = User.objects.with_email(email).first()
        if person is None and personal_number:
            person = User.objects.with_personal_number(personal_number).first()
        person = person or _new_person(name, personal_number)
        person.email = person.email or email
        person.save()
        _give(person, Kind.ADMINISTRATOR, now)
        audit.did("administrator.invited", person_id=None, now=now, invited=person.id)
        invitation, code = invite(person=person, actor_person=None, now=now)
    return person, invitation, code


def give_municipal_role(
    *, actor: Actor, kind: StaffRole.Kind, name: str, email: str, personal_number: str, now: datetime
) -> User:
    """Give the role to whoever has the address or the number, or to a new person; return the person.

    Sends no letter. Twice is once. The number has twelve digits, and is kept for somebody who has none. Raises
    `ValidationError` when the address or the number cannot be used.
    """
    try:
        with transaction.atomic():
            person = _known_person(name, email, personal_number) or _new_person(name, personal_number)
            person.email = person.email or email.strip()
            person.personal_number = person.personal_number or personal_number
            person.save()
            if _give(person, kind, now):
                audit.did("role.given", person_id=actor.person_id, now=now, to=person.id, kind=kind)
    except IntegrityError:  # somebody else took the address or the number in the same moment
        raise _unusable_address() from None
    return person


def _known_person(name: str, email: str, personal_number: str) -> User | None:
    """Return whoever has the address or, under the same name, the number.

    Raises `ValidationError` for a person with protected identity, since either would tell who is behind the alias,
    and when the three do not belong together: a wrong digit must not give a role to a stranger.
    """
    by_address = User.objects.with_email(email).first()
    if by_address is not None and by_address.is_protected:
        raise _unusable_address()
    holder = User.objects.with_personal_number(personal_number).first()
    if holder is None and (by_address is None or not by_address.personal_number):
        return by_address
    is_same_name = holder is not None and holder.full_name.casefold() == name.strip().casefold()
    if holder is None or holder.is_protected or not (holder == by_address or (by_address is None and is_same_name)):
        raise ValidationError(
            {"personal_number": _("Numret går inte att använda med namnet och adressen. Kontrollera alla tre.")},
            code="personal_number",
        )
    return holder


def _unusable_address() -> ValidationError:
    return ValidationError({"email": _("Adressen går inte att använda. Välj en annan.")}, code="email")


def end_municipal_role(*, actor: Actor, role_id: UUID, now: datetime) -> StaffRole:
    """End the role from this moment on, and return it.

    Nobody ends a role of their own, so the last administrator stays: one must still be one to end another's. Raises
    `ValidationError` for an own role, and `Http404` when there is no such role or the actor is no administrator.
    """
    today = days.day_of(now)
    with transaction.atomic():
        # The lock makes two administrators who end each other follow one another.
        held = StaffRole.objects.on(today).filter(kind=Kind.ADMINISTRATOR).select_for_update(of=("self",))
        if actor.person_id not in {role.person_id for role in held.order_by("pk")}:
            raise Http404
        current = StaffRole.objects.on_or_after(today).filter(kind__in=StaffRole.MUNICIPAL)
        role = current.select_related("person").filter(pk=role_id).first()
        if role is None:
            raise Http404
        if role.person_id == actor.person_id:
            raise ValidationError(_("Du kan inte avsluta en egen roll. Be en annan systemförvaltare."), code="own")
        same = current.filter(person=role.person, kind=role.kind)
        same.filter(starts_on__gte=today).delete()
        same.update(ends_on=today - timedelta(days=1))
        audit.did("role.ended", person_id=actor.person_id, now=now, of=role.person_id, kind=role.kind)
    return role


def _new_person(name: str, personal_number: str = "") -> User:
    given_name, _space, family_name = name.strip().partition(" ")
    person = User(given_name=given_name, family_name=family_name.strip(), personal_number=personal_number)
    person.set_unusable_password()
    return person


def _give(person: User, kind: StaffRole.Kind, now: datetime) -> bool:
    """Give the role from today on; tell whether it is new."""
    today = days.day_of(now)
    if StaffRole.objects.on(today).filter(person=person, kind=kind).exists():
        return False
    StaffRole.objects.create(person=person, kind=kind, starts_on=today)
    return True
