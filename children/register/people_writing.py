"""Writing grown-ups: guardians and staff, as accounts without a way in."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from accounts.models import Protection, User
from children.aliases import choose_alias
from children.models import Child, ProtectedIdentity, StaffRole
from children.register.rows import Address, Entity, Marking, Person
from children.register.writing import Run, print_of
from portal.lib.crypto import BlindIndexField

LEVELS = {
    Marking.NONE: Protection.NONE,
    Marking.CONFIDENTIAL: Protection.CONFIDENTIAL,
    Marking.PROTECTED: Protection.PROTECTED,
}
FIELDS = [
    "given_name",
    "family_name",
    "email",
    "email_index",
    "phone",
    "address",
    "personal_number",
    "personal_number_index",
    "protection",
    "register_id",
    "register_print",
    "left_register_on",
]
IDENTITY_FIELDS = ["given_name", "family_name", "phone", "address", "is_marked_in_register"]


def index_of(model: type, field_name: str, value: str) -> str | None:
    """Return what the blind index of a model holds for a value."""
    field = model._meta.get_field(field_name)  # type: ignore[attr-defined]  # a model
    assert isinstance(field, BlindIndexField)  # noqa: S101 (for the type checker)
    return field.index_of(value)


def address_text(address: Address | None) -> str:
    """Return an address as it is stored: JSON, or nothing."""
    return json.dumps(asdict(address), ensure_ascii=False) if address else ""


def stronger(level: str, marking: Marking) -> Protection:
    """Return the stronger of what is set and what the register says: an import never opens anything."""
    order = [Protection.NONE, Protection.CONFIDENTIAL, Protection.PROTECTED, Protection.FICTITIOUS]
    return max(Protection(level), LEVELS[marking], key=order.index)


def owners(model: type[User] | type[Child], field_name: str) -> dict[str | None, UUID]:
    """Return who has which value of a blind index."""
    return dict(model.objects.exclude(**{field_name: None}).values_list(field_name, "pk"))


def give_number(holder: User | Child, person: Person, taken: dict[str | None, UUID], run: Run) -> None:
    """Take the register's personal number, unless somebody else in the portal has it.

    The row is then looked at again by the next run, when the other one may have given the number up.
    """
    index = index_of(type(holder), "personal_number_index", person.number)
    if index is None:
        return
    if taken.setdefault(index, holder.pk) == holder.pk:
        holder.personal_number = person.number
    else:
        holder.register_print = ""
        run.report.note(_("Personnummer som redan hör till en annan person i portalen togs inte över: %(count)s."))


def _staff_already() -> set[str]:
    """Return the register's ids of those who have a role from the register."""
    roles = StaffRole.objects.exclude(register_id=None).exclude(person__register_id=None)
    return {str(register_id) for register_id in roles.values_list("person__register_id", flat=True)}


class PeopleWriter:
    """Writes grown-ups in batches. Knows every e-mail address in use, because two persons cannot share a login."""

    def __init__(self, run: Run):
        self.run = run
        self.is_staff = {row.person_id for rows in run.plan.roles.values() for row in rows}
        if Entity.DUTIES not in run.gathered.whole:
            self.is_staff |= _staff_already()
        self.email_owners = owners(User, "email_index")
        self.number_owners = owners(User, "personal_number_index")

    def write(self, persons: Iterable[Person]) -> None:
        """Create or change the persons of one batch, and count each."""
        persons = list(persons)
        ids = [UUID(person.id) for person in persons]
        seen = User.objects.filter(register_id__in=ids).only("id", "register_id", "register_print", "left_register_on")
        known = {str(user.register_id): user for user in seen}
        changed: list[Person] = []
        new: list[Person] = []
        for person in persons:
            user = known.get(person.id)
            if user is None:
                new.append(person)
            elif user.register_print != self._print(person) or user.left_register_on:
                changed.append(person)
            else:
                self.run.adults[person.id] = user.pk
                self.run.report.unchanged += 1
        if new:
            changed += self._create(new)
        if changed:
            self._change(changed)

    def _print(self, person: Person) -> str:
        return print_of(person, self.run.plan.markings.get(person.id), person.id in self.is_staff)

    def _create(self, persons: list[Person]) -> list[Person]:
        """Create those who are new; return those who are not, but have been given a new id in the register."""
        indexes = {index_of(User, "personal_number_index", person.number): person for person in persons}
        indexes.pop(None, None)
        again: list[Person] = []
        for user in User.objects.filter(personal_number_index__in=list(indexes)).only("id", "register_id"):
            person = indexes[user.personal_number_index]
            if str(user.register_id) not in self.run.plan.adults:
                User.objects.filter(pk=user.pk).update(register_id=person.id)
                again.append(person)
        again_ids = {person.id for person in again}
        users, identities = [], []
        for person in persons:
            if person.id in again_ids:
                continue
            user = User(register_id=UUID(person.id), password=make_password(None))
            identities += self._fill(user, person, None)
            users.append(user)
            self.run.adults[person.id] = user.pk
        User.objects.bulk_create(users, batch_size=500)
        ProtectedIdentity.objects.bulk_create(identities)
        self.run.report.created += len(users)
        return again

    def _change(self, persons: list[Person]) -> None:
        by_id = {UUID(person.id): person for person in persons}
        users = list(User.objects.filter(register_id__in=list(by_id)))
        protected = ProtectedIdentity.objects.filter(person__in=users)
        identities = {identity.person_id: identity for identity in protected}
        new = []
        for user in users:
            assert user.register_id  # noqa: S101 (for the type checker)
            person = by_id[user.register_id]
            if user.left_register_on:
                self.run.returned.add(user.pk)
            new += self._fill(user, person, identities.get(user.pk))
            self.run.adults[person.id] = user.pk
        User.objects.bulk_update(users, FIELDS, batch_size=200)
        ProtectedIdentity.objects.bulk_update(identities.values(), IDENTITY_FIELDS, batch_size=200)
        ProtectedIdentity.objects.bulk_create(new)
        self.run.report.updated += len(users)

    def _fill(self, user: User, person: Person, identity: ProtectedIdentity | None) -> list[ProtectedIdentity]:
        """Bring a person's columns in line with the row. Return an identity that has to be created."""
        marking = self.run.plan.markings.get(person.id, Marking.NONE)
        user.protection = stronger(user.protection, marking)
        user.register_print, user.left_register_on = self._print(person), None
        give_number(user, person, self.number_owners, self.run)
        self._give_email(user, person)
        if not user.is_protected:
            user.given_name, user.family_name = person.given_name, person.family_name
            user.phone = person.phone or user.phone
            user.address = address_text(person.address)
            return []
        sealed = seal(user, person, identity, marking)
        sealed.phone = person.phone or sealed.phone
        user.phone = user.address = ""
        return [] if identity else [sealed]

    def _give_email(self, user: User, person: Person) -> None:
        """Take the register's address, unless the person logs in with an own one or it is somebody else's."""
        order = [person.work_email, person.private_email]
        if person.id not in self.is_staff:
            order.reverse()
        email = next(filter(None, order), "")
        has_login = user.email and user.has_usable_password()
        if not email or has_login:
            return
        index = index_of(User, "email_index", email)
        if self.email_owners.setdefault(index, user.pk) == user.pk:
            user.email = email
        else:
            self.run.report.note(_("E-postadresser som redan hör till en annan person lämnades tomma: %(count)s."))


def seal(
    holder: User | Child, person: Person, identity: ProtectedIdentity | None, marking: Marking
) -> ProtectedIdentity:
    """Bring a sealed identity in line with the row; names that a provider withholds are kept.

    One who has none yet gets an alias, and a new identity, which has to be created.
    """
    if identity is None:
        identity = ProtectedIdentity(given_name=holder.given_name, family_name=holder.family_name)
        if isinstance(holder, Child):
            identity.child = holder
        else:
            identity.person = holder
        holder.given_name, holder.family_name = choose_alias(
            real=(person.given_name, person.family_name), number=holder.personal_number
        )
    identity.given_name = person.given_name or identity.given_name
    identity.family_name = person.family_name or identity.family_name
    identity.address = address_text(person.address)
    identity.is_marked_in_register = marking is not Marking.NONE
    return identity
