"""How far somebody has come on the way to a login: what every list of people to invite is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from accounts.models import Invitation, User
from children.models import Child, Letter, StaffRole
from portal.lib import clock

# Their account opens more than one's own work: their code is for the administrator's hands alone.
LEADING = (StaffRole.Kind.PRINCIPAL, *StaffRole.MUNICIPAL)


class InvitationState(StrEnum):
    """How far a person has come."""

    PENDING = "pending"  # nobody has confirmed the guardianship: no letter
    NEW = "new"
    WAITING = "waiting"  # an e-mail is on its way
    INVITED = "invited"
    EXPIRED = "expired"
    ACTIVE = "active"
    FROZEN = "frozen"
    ABOVE = "above"  # leads, or runs the system: invited by the administrator


INVITABLE = (InvitationState.NEW, InvitationState.INVITED, InvitationState.EXPIRED)


@dataclass(frozen=True)
class Invitee:
    """A person, once: a guardian with the children that it is about, or somebody who works here with the roles."""

    person_id: UUID
    name: str
    state: InvitationState
    has_email: bool
    by_hand: bool
    invitation_id: UUID | None = None
    invited_at: datetime | None = None
    expires_at: datetime | None = None
    opened_at: datetime | None = None
    could_not_be_sent: bool = False
    children: tuple[Child, ...] = field(default=())
    roles: tuple[StaffRole, ...] = field(default=())

    @property
    def may_be_invited(self) -> bool:
        return self.state in INVITABLE

    @property
    def has_letter_that_works(self) -> bool:
        return self.state == InvitationState.INVITED


def has_account(person: User) -> bool:
    """Tell whether the person has opened the account: chosen a password, or come in by municipal sign-on."""
    return bool(person.password and person.has_usable_password()) or person.last_login is not None


def leading_among(people: Iterable[UUID], day: date) -> set[UUID]:
    """Return those who lead a preschool or run the system, on `day` or later."""
    roles = StaffRole.objects.on_or_after(day).filter(person__in=list(people), kind__in=LEADING)
    return set(roles.values_list("person", flat=True))


def how_far(
    people: Iterable[User], *, unconfirmed: Collection[UUID] = (), above: Collection[UUID] = ()
) -> dict[UUID, Invitee]:
    """Return each person's state by id: two queries, however many they are.

    `unconfirmed` are guardians of nobody for certain, `above` those whom the reader may not invite.
    """
    by_id = {person.pk: person for person in people}
    invitations = {
        row.person_id: row for row in Invitation.objects.filter(person__in=by_id).order_by("created_at", "pk")
    }
    letters = {row.person_id: row for row in Letter.objects.filter(person__in=by_id).order_by("created_at", "pk")}
    now = clock.now()
    found = {}
    for person_id, person in by_id.items():
        barred = None
        if person_id in unconfirmed:
            barred = InvitationState.PENDING
        elif person_id in above:
            barred = InvitationState.ABOVE
        found[person_id] = _invitee(person, invitations.get(person_id), letters.get(person_id), barred, now)
    return found


def _invitee(
    person: User,
    invitation: Invitation | None,
    letter: Letter | None,
    barred: InvitationState | None,
    now: datetime,
) -> Invitee:
    is_waiting = letter is not None and letter.sent_at is None and letter.given_up_at is None
    return Invitee(
        person_id=person.pk,
        name=person.full_name,
        state=_state(person, invitation, barred, now, is_waiting=is_waiting),
        has_email=bool(person.email) and not person.is_protected,
        by_hand=not person.address,
        invitation_id=invitation.id if invitation else None,
        invited_at=invitation.created_at if invitation else None,
        expires_at=invitation.expires_at if invitation else None,
        opened_at=invitation.used_at if invitation else None,
        could_not_be_sent=letter is not None and letter.given_up_at is not None,
    )


def _state(
    person: User, invitation: Invitation | None, barred: InvitationState | None, now: datetime, *, is_waiting: bool
) -> InvitationState:
    if person.frozen_at is not None:
        return InvitationState.FROZEN
    if has_account(person):
        return InvitationState.ACTIVE
    if barred is not None:
        return barred
    if is_waiting:
        return InvitationState.WAITING
    if invitation is None:
        return InvitationState.NEW
    return InvitationState.INVITED if invitation.is_open(now) else InvitationState.EXPIRED
