"""Protected identity: the alias takes the name's place, and the real identity is sealed.

Everything that prints a name prints the ordinary columns, so what is sealed here cannot leak by forgetting.
The principal keeps the list of those who may open a sealed identity; being its keeper does not open it. So does the
administrator, for what the register does not mark.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Protection, User
from children.access import Action, can, children_for, departments_for
from children.actors import Actor
from children.aliases import choose_alias
from children.models import (
    Child,
    Department,
    Guardianship,
    NamedReader,
    Placement,
    ProtectedIdentity,
    ShownChange,
    StaffRole,
)
from notifications.models import Kind
from notifications.services import notify
from portal.lib import live

# Sealing and unsealing ---------------------------------------------------------------------------------------------


def protect_child(*, child: Child, level: Protection, now: datetime, actor_person: User | None = None) -> None:
    """Put an alias in the place of the child's name and seal the real one. Does nothing the second time but the level.

    Without an `actor_person` it is the register that marks the child. Must run in a transaction.
    """
    if not child.is_protected:
        ProtectedIdentity.objects.update_or_create(
            child=child,
            defaults={
                "given_name": child.given_name,
                "family_name": child.family_name,
                "is_marked_in_register": actor_person is None,
            },
        )
        companions = Child.objects.filter(
            placements__department__in=Placement.objects.filter(child=child).values("department")
        ).values_list("given_name", "family_name")
        real = (child.given_name, child.family_name)
        child.given_name, child.family_name = choose_alias(companions, real, child.personal_number)
        audit.did("child.protected", person_id=actor_person.id if actor_person else None, now=now, children=[child.id])
    child.protection = level
    child.save(update_fields=["given_name", "family_name", "protection"])
    ShownChange.objects.note([child.pk])
    _touch_boards_of(child)


def protect_person(*, person: User, level: Protection, now: datetime, actor_person: User | None = None) -> None:
    """Put an alias in the place of the person's name and seal name, telephone and address.

    The mail address stays where it is: it is how the person logs in and is written to, and no page prints it.
    Without an `actor_person` it is the register that marks the person. Must run in a transaction.
    """
    if not person.is_protected:
        ProtectedIdentity.objects.update_or_create(
            person=person,
            defaults={
                "given_name": person.given_name,
                "family_name": person.family_name,
                "phone": person.phone,
                "address": person.address,
                "is_marked_in_register": actor_person is None,
            },
        )
        person.given_name, person.family_name = choose_alias(
            real=(person.given_name, person.family_name), number=person.personal_number
        )
        person.phone = person.address = ""
        audit.did("person.protected", person_id=actor_person.id if actor_person else None, now=now, protected=person.id)
    person.protection = level
    person.save(update_fields=["given_name", "family_name", "phone", "address", "protection"])


def lift_protection(*, actor: Actor, identity: ProtectedIdentity, now: datetime) -> None:
    """Give the real name its place again, because a person has decided so.

    Raises `Http404` unless the actor keeps the list, and `ValidationError` while the register still marks the person:
    what the register protects, only the register can begin to open.
    """
    with transaction.atomic():
        identity = get_kept_identity(actor, identity.pk)
        if identity.is_marked_in_register:
            raise ValidationError(
                _("Folkbokföringen skyddar fortfarande personen. Skyddet kan hävas först när registret säger annat."),
                code="marked",
            )
        bearer: Child | User = bearer_of(identity)
        bearer.given_name, bearer.family_name = identity.given_name, identity.family_name
        bearer.protection = Protection.NONE
        fields = ["given_name", "family_name", "protection"]
        if isinstance(bearer, User):
            bearer.phone, bearer.address = identity.phone, identity.address
            fields += ["phone", "address"]
        bearer.save(update_fields=fields)
        if isinstance(bearer, Child):
            ShownChange.objects.note([bearer.pk])
            _touch_boards_of(bearer)
        audit.did("protection.lifted", person_id=actor.person_id, now=now, bearer=bearer.id)
        identity.delete()


def bearer_of(identity: ProtectedIdentity) -> Child | User:
    """Return whose identity it is. The database keeps exactly one of the two."""
    bearer = identity.child or identity.person
    if bearer is None:
        raise LookupError(identity.pk)
    return bearer


def _touch_boards_of(child: Child) -> None:
    live.touch(Placement.objects.filter(child=child).values_list("department", flat=True))
    live.touch(child.backup_placements.values_list("department", flat=True))


# Who may open, and who keeps the list ------------------------------------------------------------------------------


def _borne_by(children: QuerySet[Child], departments: QuerySet[Department], actor: Actor) -> Q:
    """Return the identities of these children, of their guardians, and of those who work at these departments."""
    guardians = Guardianship.objects.on_or_after(actor.today).filter(child__in=children).values("guardian")
    staff = StaffRole.objects.on(actor.today).filter(_roles_near(departments)).values("person")
    return Q(child__in=children) | Q(person__in=guardians) | Q(person__in=staff)


def identities_for(actor: Actor) -> QuerySet[ProtectedIdentity]:
    """Return the identities that the person may open today: named for them, and still working where the bearer is."""
    if actor.person is None or actor.tablet is not None:
        return ProtectedIdentity.objects.none()
    named = NamedReader.objects.on(actor.today).filter(reader=actor.person).values("identity")
    children, guarded = children_for(actor, Action.SEE_IDENTITY), children_for(actor, Action.SEE_CONTACTS)
    borne = _borne_by(guarded, departments_for(actor, Action.LIST_CHILDREN), actor)
    return ProtectedIdentity.objects.filter(pk__in=named).filter(
        Q(child__in=children) | (Q(person__isnull=False) & borne)
    )


def identities_kept_by(actor: Actor) -> QuerySet[ProtectedIdentity]:
    """Return the identities whose lists somebody keeps, which does not open them.

    A principal: those of children, their guardians, and staff of the preschool. An administrator: those that a person
    has sealed, or that the register has let go.
    """
    children, departments = children_for(actor, Action.GRANT), departments_for(actor, Action.PAIR_TABLETS)
    kept = _borne_by(children, departments, actor)
    if can(actor, Action.PROTECT):
        kept |= Q(is_marked_in_register=False)
    return ProtectedIdentity.objects.filter(kept)


def get_kept_identity(actor: Actor, identity_id: UUID) -> ProtectedIdentity:
    """Return an identity whose list the actor keeps. Raises `Http404` otherwise."""
    if identity := identities_kept_by(actor).select_related("child", "person").filter(pk=identity_id).first():
        return identity
    raise Http404


def possible_readers(identity: ProtectedIdentity, actor: Actor) -> QuerySet[User]:
    """Return those who work or lead where the bearer is, and are not on the list yet."""
    roles = StaffRole.objects.on(actor.today).filter(
        _roles_near(_departments_of(identity, actor)),
        kind__in=[StaffRole.Kind.STAFF, StaffRole.Kind.SUBSTITUTE, StaffRole.Kind.PRINCIPAL],
    )
    named = NamedReader.objects.on(actor.today).filter(identity=identity).values("reader")
    people = User.objects.filter(pk__in=roles.values("person"), frozen_at=None).exclude(pk__in=named)
    if identity.person_id:
        people = people.exclude(pk=identity.person_id)
    return people.order_by("given_name", "family_name")


def _departments_of(identity: ProtectedIdentity, actor: Actor) -> QuerySet[Department]:
    """Return where the bearer is: the child, the children of the guardian, or the workplaces of staff."""
    if identity.child_id:
        children = [identity.child_id]
    else:
        rows = Guardianship.objects.on_or_after(actor.today).filter(guardian=identity.person_id)
        children = list(rows.values_list("child", flat=True))
    placed = Placement.objects.on_or_after(actor.today).filter(child__in=children).values("department")
    roles = StaffRole.objects.on(actor.today).filter(person=identity.person_id, person__isnull=False)
    return Department.objects.filter(
        Q(pk__in=placed)
        | Q(pk__in=roles.filter(department__isnull=False).values("department"))
        | Q(preschool__in=roles.filter(preschool__isnull=False).values("preschool"))
        | Q(preschool__area__in=roles.filter(area__isnull=False).values("area"))
    )


def _roles_near(departments: QuerySet[Department]) -> Q:
    return (
        Q(department__in=departments)
        | Q(preschool__in=departments.values("preschool"))
        | Q(area__in=departments.values("preschool__area"))
    )


def name_reader(*, actor: Actor, identity: ProtectedIdentity, reader: User, now: datetime) -> None:
    """Put somebody on the list. Raises `ValidationError` for whoever does not work where the bearer is."""
    with transaction.atomic():
        get_kept_identity(actor, identity.pk)
        if not possible_readers(identity, actor).filter(pk=reader.pk).exists():
            raise ValidationError(_("Välj någon som arbetar där personen är."), code="reader")
        NamedReader.objects.update_or_create(
            identity=identity,
            reader=reader,
            defaults={"starts_on": actor.today, "ends_on": None, "named_by": actor.person},
        )
        audit.did("identity.reader_named", person_id=actor.person_id, now=now, identity=identity.id, reader=reader.id)


def remove_reader(*, actor: Actor, identity: ProtectedIdentity, reader_id: UUID, now: datetime) -> None:
    """Take somebody off the list: the sealed identity is shut to them from the next request on."""
    with transaction.atomic():
        get_kept_identity(actor, identity.pk)
        if NamedReader.objects.filter(identity=identity, reader=reader_id).delete()[0]:
            audit.did(
                "identity.reader_removed", person_id=actor.person_id, now=now, identity=identity.id, reader=reader_id
            )


def open_identity(*, actor: Actor, identity_id: UUID, now: datetime) -> ProtectedIdentity:
    """Return a real identity to somebody on its list; the look is logged, and told to somebody else who leads.

    Raises `Http404` for everybody else, as for an identity that does not exist.
    """
    with transaction.atomic():
        identity = identities_for(actor).select_related("child", "person").filter(pk=identity_id).first()
        if identity is None:
            raise Http404
        entry = audit.did(
            "identity.read",
            person_id=actor.person_id,
            now=now,
            children=[identity.child_id] if identity.child_id else [],
            identity=identity.id,
        )
        _tell_of_look(identity, actor, event=UUID(int=entry.id), now=now)
    return identity


def _tell_of_look(identity: ProtectedIdentity, actor: Actor, *, event: UUID, now: datetime) -> None:
    """Tell the other principals there; where there is none but the reader, the administrators, and not of which child.

    So no look goes unreported but that of a municipality's only administrator at her own preschool: the log has it.
    """
    about: dict[str, object] = {"identity": identity.id, "reader": actor.person_id}
    told = _others(StaffRole.Kind.PRINCIPAL, actor, _roles_near(_departments_of(identity, actor)))
    if told and identity.child_id:
        about["child"] = identity.child_id
    told = told or _others(StaffRole.Kind.ADMINISTRATOR, actor, Q())
    notify(person_ids=told, kind=Kind.IDENTITY_READ, event=event, about=about, now=now)


def _others(kind: StaffRole.Kind, actor: Actor, where: Q) -> list[UUID]:
    """Return the ids of everybody else who has such a role and can read what they are told."""
    roles = StaffRole.objects.on(actor.today).filter(where, kind=kind, person__frozen_at=None)
    return list(roles.exclude(person=actor.person).values_list("person", flat=True).distinct())
