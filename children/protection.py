"""Protected identity: the alias takes the name's place, and the real identity is sealed.

Everything that prints a name prints the ordinary columns, so what is sealed here cannot leak by forgetting.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.models import Protection, User
from children.access import Action, get_child
from children.actors import Actor
from children.models import Child, Placement, ProtectedIdentity, StaffRole
from notifications.models import Kind
from notifications.services import notify

# Names that say nothing about who bears them, and that nobody would take for a label.
GIVEN_NAMES = ("Alex", "Billie", "Charlie", "Eli", "Frankie", "Jamie", "Kim", "Lo", "Love", "Mika", "Noa", "Robin")
FAMILY_NAMES = ("Alm", "Blad", "Ek", "Fors", "Gran", "Holm", "Lind", "Mark", "Nord", "Sand", "Vik", "Åker")


def choose_alias(taken: Iterable[tuple[str, str]] = ()) -> tuple[str, str]:
    """Return a given and a family name by chance, none of those that are `taken`."""
    avoided = set(taken)
    free = [(given, family) for given in GIVEN_NAMES for family in FAMILY_NAMES if (given, family) not in avoided]
    return secrets.choice(free or [(GIVEN_NAMES[0], FAMILY_NAMES[0])])


def protect_child(*, child: Child, level: Protection, now: datetime, actor_person: User | None = None) -> None:
    """Put an alias in the place of the child's name and seal the real one. Does nothing the second time but the level.

    Must run in a transaction.
    """
    if not child.is_protected:
        ProtectedIdentity.objects.update_or_create(
            child=child,
            defaults={"given_name": child.given_name, "family_name": child.family_name, "is_marked_in_register": True},
        )
        companions = Child.objects.filter(
            placements__department__in=Placement.objects.filter(child=child).values("department")
        ).values_list("given_name", "family_name")
        child.given_name, child.family_name = choose_alias(companions)
        audit.did(
            "child.protected", person_id=actor_person.id if actor_person else None, now=now, children=[child.id]
        )
    child.protection = level
    child.save(update_fields=["given_name", "family_name", "protection"])


def protect_person(*, person: User, level: Protection, now: datetime, actor_person: User | None = None) -> None:
    """Put an alias in the place of the person's name and seal name, telephone and address.

    The mail address stays where it is: it is how the person logs in and is written to, and no page prints it.
    Must run in a transaction.
    """
    if not person.is_protected:
        ProtectedIdentity.objects.update_or_create(
            person=person,
            defaults={
                "given_name": person.given_name,
                "family_name": person.family_name,
                "phone": person.phone,
                "address": person.address,
                "is_marked_in_register": True,
            },
        )
        person.given_name, person.family_name = choose_alias()
        person.phone = person.address = ""
        audit.did(
            "person.protected", person_id=actor_person.id if actor_person else None, now=now, protected=person.id
        )
    person.protection = level
    person.save(update_fields=["given_name", "family_name", "phone", "address", "protection"])


def lift_protection(*, identity: ProtectedIdentity, actor_person: User, now: datetime) -> None:
    """Give the real name its place again, because a person has decided so."""
    with transaction.atomic():
        bearer: Child | User | None = identity.child or identity.person
        assert bearer is not None  # the database keeps exactly one
        bearer.given_name, bearer.family_name = identity.given_name, identity.family_name
        bearer.protection = Protection.NONE
        fields = ["given_name", "family_name", "protection"]
        if isinstance(bearer, User):
            bearer.phone, bearer.address = identity.phone, identity.address
            fields += ["phone", "address"]
        bearer.save(update_fields=fields)
        audit.did("protection.lifted", person_id=actor_person.id, now=now, bearer=bearer.id)
        identity.delete()


def open_identity(*, actor: Actor, child: Child, now: datetime) -> ProtectedIdentity:
    """Return the child's real identity to somebody on its named list; the look is logged and told to the principals.

    Raises `Http404` or `PermissionDenied` as the door does.
    """
    with transaction.atomic():
        get_child(actor, Action.SEE_IDENTITY, child.pk)
        identity = ProtectedIdentity.objects.get(child=child)
        entry = audit.did("identity.read", person_id=actor.person_id, now=now, children=[child.id])
        notify(
            person_ids=[p for p in principals_of(child, actor) if p != actor.person_id],
            kind=Kind.IDENTITY_READ,
            event=UUID(int=entry.id),
            about={"child": child.id, "reader": actor.person_id},
            now=now,
        )
    return identity


def principals_of(child: Child, actor: Actor) -> list[UUID]:
    """Return the ids of the principals who lead the preschool where the child is placed today."""
    placement = Placement.objects.on(actor.today).filter(child=child).select_related("department__preschool").first()
    if placement is None:
        return []
    department = placement.department
    leads = StaffRole.objects.on(actor.today).filter(kind=StaffRole.Kind.PRINCIPAL)
    found = (
        leads.filter(department=department)
        | leads.filter(preschool=department.preschool)
        | leads.filter(area=department.preschool.area_id, area__isnull=False)
    )
    return list(found.values_list("person", flat=True).distinct())
