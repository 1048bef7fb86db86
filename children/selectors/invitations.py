"""Who can be invited, and how it went: one query serves the page, the letters and the check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Invitation, User
from children.access import Action, children_for, children_in
from children.actors import Actor
from children.models import Block, Child, Department, Guardianship, Letter
from portal.lib import clock


class InvitationState(StrEnum):
    """How far a guardian has come."""

    PENDING = "pending"  # nobody has confirmed the guardianship: no letter
    NEW = "new"
    WAITING = "waiting"  # an e-mail is on its way
    INVITED = "invited"
    EXPIRED = "expired"
    ACTIVE = "active"
    FROZEN = "frozen"


INVITABLE = (InvitationState.NEW, InvitationState.INVITED, InvitationState.EXPIRED)


@dataclass(frozen=True)
class Invitee:
    """A guardian of one or more children of the department, once."""

    person_id: UUID
    name: str
    state: InvitationState
    has_email: bool
    by_hand: bool
    invited_at: datetime | None = None
    expires_at: datetime | None = None
    opened_at: datetime | None = None
    could_not_be_sent: bool = False
    children: tuple[Child, ...] = field(default=())

    @property
    def may_be_invited(self) -> bool:
        return self.state in INVITABLE


def invitable_children(actor: Actor, department: Department) -> QuerySet[Child]:
    """Return the children of the department, today or soon, whose guardians the actor may confirm and invite."""
    here = children_in(Q(pk=department.pk), actor, soon=True)
    return children_for(actor, Action.CONFIRM_GUARDIAN).filter(here).order_by("given_name", "family_name", "pk")


def _guardianships(children: Iterable[Child], day: date) -> QuerySet[Guardianship]:
    kept_away = Block.objects.in_force().filter(child=OuterRef("child"), person=OuterRef("guardian"))
    rows = Guardianship.objects.on_or_after(day).filter(child__in=list(children)).exclude(Exists(kept_away))
    return rows.select_related("guardian").order_by("created_at", "pk")


def invitees(actor: Actor, department: Department) -> list[Invitee]:
    """Return every guardian of the department's children who is not blocked, each once, with the state."""
    children = list(invitable_children(actor, department))
    by_id = {child.pk: child for child in children}
    of_person: dict[UUID, list[Guardianship]] = defaultdict(list)
    for row in _guardianships(children, actor.today):
        of_person[row.guardian_id].append(row)
    latest = _latest_invitations(of_person)
    letters = {
        letter.person_id: letter for letter in Letter.objects.filter(person__in=of_person).order_by("created_at")
    }
    now = clock.now()
    return [
        _invitee(rows, [by_id[row.child_id] for row in rows], latest.get(person_id), letters.get(person_id), now)
        for person_id, rows in of_person.items()
    ]


@dataclass(frozen=True)
class FamilyRow:
    """A child with all its guardians, as the page of invitations lists them."""

    child: Child
    invitees: list[Invitee]

    @property
    def has_somebody_to_invite(self) -> bool:
        return any(one.may_be_invited for one in self.invitees)

    @property
    def has_somebody_new(self) -> bool:
        return any(one.state == InvitationState.NEW for one in self.invitees)


def family_rows(found: Iterable[Invitee]) -> list[FamilyRow]:
    """Return the same by child, in the order of names; a child without any guardian is not among them."""
    rows: dict[UUID, FamilyRow] = {}
    for one in found:
        for child in one.children:
            rows.setdefault(child.pk, FamilyRow(child, [])).invitees.append(one)
    return sorted(rows.values(), key=lambda row: (row.child.given_name.casefold(), row.child.family_name.casefold()))


def _latest_invitations(people: Iterable[UUID]) -> dict[UUID, Invitation]:
    rows = Invitation.objects.filter(person__in=list(people)).order_by("created_at")
    return {row.person_id: row for row in rows}


def has_account(person: User) -> bool:
    """Tell whether the person has opened the account: chosen a password, or come in by municipal sign-on."""
    return bool(person.password and person.has_usable_password()) or person.last_login is not None


def _invitee(
    rows: list[Guardianship],
    children: list[Child],
    invitation: Invitation | None,
    letter: Letter | None,
    now: datetime,
) -> Invitee:
    person = rows[0].guardian
    is_waiting = letter is not None and letter.sent_at is None and letter.given_up_at is None
    return Invitee(
        person_id=person.pk,
        name=person.full_name,
        state=_state(person, rows, invitation, now, is_waiting=is_waiting),
        has_email=bool(person.email) and not person.is_protected,
        by_hand=not person.address,
        invited_at=invitation.created_at if invitation else None,
        expires_at=invitation.expires_at if invitation else None,
        opened_at=invitation.used_at if invitation else None,
        could_not_be_sent=letter is not None and letter.given_up_at is not None,
        children=tuple(children),
    )


def _state(
    person: User, rows: list[Guardianship], invitation: Invitation | None, now: datetime, *, is_waiting: bool
) -> InvitationState:
    if person.frozen_at is not None:
        return InvitationState.FROZEN
    if has_account(person):
        return InvitationState.ACTIVE
    if all(row.confirmed_at is None for row in rows):
        return InvitationState.PENDING
    if is_waiting:
        return InvitationState.WAITING
    if invitation is None:
        return InvitationState.NEW
    return InvitationState.INVITED if invitation.is_open(now) else InvitationState.EXPIRED


def is_still_to_invite(person: User, day: date) -> bool:
    """Tell whether a letter may go to the person: a confirmed guardian of somebody, not blocked, without an account."""
    if has_account(person) or person.frozen_at is not None or person.is_protected:
        return False
    kept_away = Block.objects.in_force().filter(child=OuterRef("child"), person=person)
    own = Guardianship.objects.on_or_after(day).confirmed().filter(guardian=person)
    return own.exclude(Exists(kept_away)).exists()


@dataclass(frozen=True)
class PendingGuardian:
    """A guardianship that the register named and nobody has confirmed."""

    guardianship_id: UUID
    child: Child
    name: str
    others: tuple[str, ...]


def pending_guardians(children: Iterable[Child], day: date) -> list[PendingGuardian]:
    """Return the unconfirmed guardianships of these children, with the names of those who are confirmed already."""
    by_id = {child.pk: child for child in children}
    rows = list(_guardianships(by_id.values(), day))
    confirmed: dict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        if row.confirmed_at:
            confirmed[row.child_id].append(row.guardian.full_name)
    return [
        PendingGuardian(row.pk, by_id[row.child_id], row.guardian.full_name, tuple(confirmed[row.child_id]))
        for row in rows
        if row.confirmed_at is None
    ]


def pending_count(actor: Actor) -> int:
    """Return how many guardianships wait for this person to confirm them."""
    children = children_for(actor, Action.CONFIRM_GUARDIAN)
    return Guardianship.objects.on_or_after(actor.today).pending().filter(child__in=children).count()


def pending_by_department(actor: Actor, departments: Iterable[Department]) -> list[tuple[Department, int]]:
    """Return the departments at which guardianships wait for this person to confirm them, with how many."""
    counted = [(one, _pending_in(actor, one)) for one in sorted(departments, key=_place_of)]
    return [(department, count) for department, count in counted if count]


def _pending_in(actor: Actor, department: Department) -> int:
    return len(pending_guardians(invitable_children(actor, department), actor.today))


def _place_of(department: Department) -> tuple[str, str]:
    return department.preschool.name, department.name
