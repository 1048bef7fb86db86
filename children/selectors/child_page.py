"""What the page of one child shows to those who work with it: rows ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from children.access import Action, can, where_today
from children.actors import Actor
from children.models import (
    BackupPlacement,
    Block,
    Child,
    ChildGrant,
    Contact,
    Department,
    Guardianship,
    Placement,
    ProtectedIdentity,
)
from children.protection import identities_for
from children.rules import spoken_phone
from children.selectors.consents_of import Cell, child_consents


@dataclass(frozen=True)
class Reachable:
    """Somebody who may be reached about the child: a guardian or a contact."""

    id: UUID
    name: str
    relation: str
    phone: str
    dial: str
    email: str = ""
    may_collect: bool = True


@dataclass(frozen=True)
class Stretch:
    """Where the child is from a date to a date."""

    department: str
    starts_on: date
    ends_on: date | None
    hours_per_week: int | None
    is_backup: bool
    is_now: bool


@dataclass(frozen=True)
class BlockRow:
    """A block in force."""

    id: UUID
    name: str
    since: datetime
    reason: str


@dataclass(frozen=True)
class GrantRow:
    """What one person was granted for the child, until when."""

    person_id: UUID
    name: str
    starts_on: date
    ends_on: date
    actions: frozenset[str]


@dataclass(frozen=True)
class ChildPage:
    """The page as this actor may see it."""

    child: Child
    department: Department | None
    stretches: list[Stretch]
    sees_family: bool
    shows_birth_date: bool
    guardians: list[Reachable]
    contacts: list[Reachable]
    identities: list[ProtectedIdentity]
    may_write_allergy: bool
    may_plan_for: bool
    may_confirm: bool
    may_grant: bool
    may_block: bool
    may_set_homes: bool
    consents: list[Cell]
    may_record_consents: bool
    blocks: list[BlockRow]


def child_page(actor: Actor, child: Child) -> ChildPage:
    """Return the child's page. Who the family is, only to those who may know."""
    sees_family = can(actor, Action.SEE_CONTACTS, child)
    may_block = can(actor, Action.BLOCK, child)
    return ChildPage(
        child=child,
        department=where_today(child, actor),
        stretches=stretches(child, actor.today),
        sees_family=sees_family,
        shows_birth_date=sees_family or not child.is_protected,
        guardians=guardians(child, actor.today) if sees_family else [],
        contacts=contacts(child) if sees_family else [],
        identities=list(identities_near(actor, child)),
        may_write_allergy=can(actor, Action.WRITE_ALLERGY, child),
        may_plan_for=can(actor, Action.PLAN_FOR, child),
        may_confirm=can(actor, Action.CONFIRM_GUARDIAN, child),
        may_grant=can(actor, Action.GRANT, child),
        may_block=may_block and sees_family,
        may_set_homes=can(actor, Action.SET_HOMES, child),
        consents=child_consents(child, actor.today),
        may_record_consents=can(actor, Action.RECORD_CONSENTS, child),
        blocks=blocks(child) if may_block and sees_family else [],
    )


def guardians(child: Child, day: date) -> list[Reachable]:
    """Return the confirmed guardians of today who are not kept away, with what they may be reached by."""
    kept_away = Block.objects.in_force().filter(child=child).values("person")
    rows = Guardianship.objects.on(day).confirmed().filter(child=child).exclude(guardian__in=kept_away)
    people = [row.guardian for row in rows.select_related("guardian").order_by("created_at", "pk")]
    return [_reachable(person) for person in people]


def _reachable(person: User) -> Reachable:
    """Return a guardian's row. Of somebody with protected identity nothing but the name that everybody may see."""
    phone = "" if person.is_protected else person.phone
    return Reachable(
        id=person.pk,
        name=person.full_name,
        relation=_("Vårdnadshavare"),
        phone=spoken_phone(phone),
        dial=phone,
        email="" if person.is_protected else person.email,
    )


def contacts(child: Child) -> list[Reachable]:
    """Return those without an account whom the guardians have named."""
    rows = Contact.objects.current().filter(child=child).order_by("created_at", "pk")
    return [
        Reachable(
            id=row.pk,
            name=row.name,
            relation=row.relation,
            phone=spoken_phone(row.phone),
            dial=row.phone,
            may_collect=row.may_collect,
        )
        for row in rows
    ]


def stretches(child: Child, day: date) -> list[Stretch]:
    """Return the present and coming placements, and backup placements, in order of time."""
    found: list[Placement | BackupPlacement] = []
    found += Placement.objects.on_or_after(day).filter(child=child).select_related("department__preschool")
    found += BackupPlacement.objects.on_or_after(day).filter(child=child).select_related("department__preschool")
    rows = [
        Stretch(
            department=f"{row.department.name}, {row.department.preschool.name}",
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            hours_per_week=row.hours_per_week if isinstance(row, Placement) else None,
            is_backup=isinstance(row, BackupPlacement),
            is_now=row.starts_on <= day,
        )
        for row in found
    ]
    return sorted(rows, key=lambda row: (row.starts_on, row.is_backup))


def blocks(child: Child) -> list[BlockRow]:
    """Return who is kept away from the child now."""
    rows = Block.objects.in_force().filter(child=child).select_related("person").order_by("created_at")
    return [BlockRow(row.pk, row.person.full_name, row.created_at, row.reason) for row in rows]


def blockable(child: Child, day: date) -> list[tuple[UUID, str]]:
    """Return the guardians, pending ones too, who are not blocked."""
    kept_away = Block.objects.in_force().filter(child=child).values("person")
    rows = Guardianship.objects.on_or_after(day).filter(child=child).exclude(guardian__in=kept_away)
    return [(row.guardian_id, row.guardian.full_name) for row in rows.select_related("guardian").order_by("created_at")]


def find_block(child: Child, block_id: UUID) -> Block | None:
    """Return a block in force of this child."""
    return Block.objects.in_force().select_related("person").filter(child=child, pk=block_id).first()


def grants(child: Child, day: date) -> list[GrantRow]:
    """Return the grants that have not ended, one row for each person."""
    rows = ChildGrant.objects.filter(content_object=child, ends_on__gte=day).select_related("user", "permission")
    by_person: dict[UUID, list[ChildGrant]] = {}
    for row in rows.order_by("starts_on", "pk"):
        by_person.setdefault(row.user_id, []).append(row)
    return [
        GrantRow(
            person_id=person_id,
            name=given[0].user.full_name,
            starts_on=given[0].starts_on,
            ends_on=given[0].ends_on,
            actions=frozenset(row.permission.codename for row in given),
        )
        for person_id, given in by_person.items()
    ]


def identities_near(actor: Actor, child: Child) -> list[ProtectedIdentity]:
    """Return the sealed identities of the child and its guardians that this person is named for."""
    guardians_of = Guardianship.objects.on_or_after(actor.today).filter(child=child).values("guardian")
    mine = identities_for(actor).select_related("child", "person")
    return [*mine.filter(child=child), *mine.filter(person__in=guardians_of)]
