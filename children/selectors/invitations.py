"""Which guardians can be invited, and how it went: one query serves the page, the letters and the check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from children.access import Action, children_for
from children.actors import Actor
from children.models import Block, Child, Department, Guardianship
from children.selectors.invitees import InvitationState, Invitee, how_far, leading_among
from children.whereabouts import children_in


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
    found = how_far(
        [rows[0].guardian for rows in of_person.values()],
        unconfirmed={who for who, rows in of_person.items() if all(row.confirmed_at is None for row in rows)},
        above=leading_among(of_person, actor.today),
    )
    return [
        replace(found[person_id], children=tuple(by_id[row.child_id] for row in rows))
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


def may_be_written_to(person: User, day: date) -> bool:
    """Tell whether the person is a confirmed guardian of some child and not kept away from it."""
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
