"""Who may do something with these children: the access table read from the children's side.

`access.children_for` asks of one person which children; here it is asked of some children which people. Each rule that
opens something for people has its other side below, and a property test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from children import openings
from children.access import NEVER_WITH_ONES_OWN, TABLE, Action
from children.actors import ROLE, Actor
from children.models import Block, ChildGrant, Guardianship, Municipality, Placement, StaffRole
from children.selectors.people import guardians_ever_of, guardians_of
from children.selectors.placing import Place, coming_places, departments_of
from children.whereabouts import is_visible
from portal.lib import days
from portal.lib.models import of_row
from portal.lib.prepared import Rows, prepared

Kind = StaffRole.Kind


class Relation(StrEnum):
    """How somebody comes to a child."""

    GUARDIAN = "guardian"
    STAFF = "staff"
    SUBSTITUTE = "substitute"
    PRINCIPAL = "principal"


@dataclass(frozen=True)
class Reach:
    """That a person comes to a child, and how.

    `since` is the day on which the role or the guardianship began, and `met` the day from which on both were there:
    for a guardian, the day on which somebody confirmed it, where that was later.
    """

    person_id: UUID
    child_id: UUID
    relation: Relation
    since: date
    met: date


@dataclass(frozen=True)
class _Around:
    """What is known of the children: where they are, where they begin soon, and who works or leads there."""

    child_ids: Collection[UUID]
    today: date
    seen_before: int
    here: dict[UUID, list[Place]]
    soon: dict[UUID, list[Place]]
    roles: list[StaffRole]

    def at(self, *kinds: Kind, soon: bool = False) -> Iterator[Reach]:
        for places in (self.here, self.soon) if soon else (self.here,):
            for child_id, found in places.items():
                for role in self.roles:
                    if role.kind in kinds and (those := [place for place in found if _covers(role, place)]):
                        met = max(role.starts_on, min(place.starts_on for place in those))
                        yield Reach(role.person_id, child_id, Relation(role.kind), role.starts_on, met)


def who_may(action: Action, child_ids: Collection[UUID], today: date) -> list[Reach]:
    """Return everybody who may do this with one of these children today, and by what: seven queries at most.

    Nobody with a frozen account, and nobody who is kept away from the child. Tablets are nobody.
    """
    return sorted(
        _reaches(action, _around([*child_ids], today), _OTHER_SIDE),
        key=lambda reach: (reach.child_id, reach.relation, reach.person_id, reach.since, reach.met),
    )


def reached_by_roles(actor: Actor, action: Action, child_ids: Collection[UUID]) -> list[Reach]:
    """Return by which of the actor's roles it may do this with these children: what `who_may` says of it alone."""
    return _reaches(action, _around([*child_ids], actor.today, actor.roles), _BY_ROLES)


def _reaches(action: Action, around: _Around, ways: Mapping[openings.Rule, Way]) -> list[Reach]:
    found = {reach for rule in TABLE[action] if rule in ways for reach in ways[rule](around)}
    kept_away = set(_kept_away(around.child_ids))
    if action in NEVER_WITH_ONES_OWN:
        ever = guardians_ever_of(around.child_ids)
        kept_away |= {(person_id, child_id) for child_id, people in ever.items() for person_id in people}
    return [reach for reach in found if (reach.person_id, reach.child_id) not in kept_away]


@prepared
def _kept_away(child_ids: Collection[UUID]) -> Rows:
    return Block.objects.in_force().filter(child__in=child_ids).order_by().values_list("person_id", "child_id")


def _around(child_ids: Collection[UUID], today: date, roles: list[StaffRole] | None = None) -> _Around:
    """Return what is known of the children; with `roles` of those who have these, and of nobody else."""
    here = {child_id: [place] for child_id, place in departments_of(child_ids, today).items()}
    seen_before = Municipality.current().visible_before_days
    soon = coming_places(child_ids, today, seen_before)
    if roles is None:
        roles = _roles_around([place for found in (*here.values(), *soon.values()) for place in found], today)
    return _Around(child_ids, today, seen_before, here, soon, roles)


def _roles_around(places: Collection[Place], today: date) -> list[StaffRole]:
    departments = {place.department_id for place in places}
    preschools = {place.preschool_id for place in places}
    areas = {place.area_id for place in places if place.area_id}
    rows = _roles_at(sorted(departments), sorted(preschools), sorted(areas), today) if places else []
    return [of_row(StaffRole, ROLE, row) for row in rows]


@prepared
def _roles_at(
    departments: Collection[UUID], preschools: Collection[UUID], areas: Collection[UUID], today: date
) -> Rows:
    at = Q(department__in=departments) | Q(preschool__in=preschools) | Q(area__in=areas)
    return StaffRole.objects.on(today).filter(at, person__frozen_at=None).order_by().values_list(*ROLE)


def _covers(role: StaffRole, place: Place) -> bool:
    if role.department_id:
        return role.department_id == place.department_id
    if role.preschool_id:
        return role.preschool_id == place.preschool_id
    return role.area_id is not None and role.area_id == place.area_id


def granted_to(action: Action, child_ids: Collection[UUID], today: date) -> set[UUID]:
    """Return who was granted this for one of these children (`openings.granted`) and not kept away from it."""
    kept_away = Block.objects.in_force().filter(child=OuterRef("content_object"), person=OuterRef("user"))
    grants = ChildGrant.objects.on(today).filter(content_object__in=child_ids, permission__codename=action.value)
    open_to = grants.filter(~Exists(kept_away), user__frozen_at=None) if openings.granted in TABLE[action] else ()
    return {grant.user_id for grant in open_to}


def sees_own(child_ids: Collection[UUID] | QuerySet[Any, Any], today: date) -> QuerySet[Guardianship]:
    """Return by which guardianships somebody sees one of these children as an own child (`Action.SEE_OWN`) today.

    What `who_may` asks, for whoever counts many: the children may be a query for ids.
    """
    return _seeing(child_ids, today, Municipality.current().visible_before_days)


def _seeing(
    child_ids: Collection[UUID] | QuerySet[Any, Any], today: date, seen_before: int, *, is_placed: bool = False
) -> QuerySet[Guardianship]:
    anybody = Actor.standing_in(person_id=None, place_id=None, roles=[], today=today, visible_before_days=seen_before)
    placed = Placement.objects.on_or_after(today) if is_placed else Placement.objects.all()
    begun = placed.filter(is_visible(anybody), child=OuterRef("child"))
    return guardians_of(child_ids, today).filter(Exists(begun), guardian__frozen_at=None)


@prepared
def _guarding(child_ids: Collection[UUID], today: date, seen_before: int, is_placed: bool) -> Rows:  # noqa: FBT001 (what is prepared is kept by its place)
    found = _seeing(child_ids, today, seen_before, is_placed=is_placed)
    return found.order_by().values_list("guardian_id", "child_id", "starts_on", "confirmed_at")


def _guardians(around: _Around) -> Iterable[Reach]:
    return _reaching(around, is_placed=False)


def _guardians_of_placed(around: _Around) -> Iterable[Reach]:
    return _reaching(around, is_placed=True)


def _reaching(around: _Around, *, is_placed: bool) -> Iterable[Reach]:
    for person_id, child_id, since, confirmed_at in _guarding(
        around.child_ids, around.today, around.seen_before, is_placed
    ):
        yield Reach(person_id, child_id, Relation.GUARDIAN, since, max(since, days.day_of(confirmed_at)))


Way = Callable[[_Around], Iterable[Reach]]
_BY_ROLES: dict[openings.Rule, Way] = {
    openings.works_where_the_child_is: lambda around: around.at(Kind.STAFF, Kind.SUBSTITUTE),
    openings.employed_where_the_child_is: lambda around: around.at(Kind.STAFF, soon=True),
    openings.principal_of: lambda around: around.at(Kind.PRINCIPAL, soon=True),
}
_OTHER_SIDE: dict[openings.Rule, Way] = _BY_ROLES | {
    openings.guardian_of: _guardians,
    openings.guardian_of_placed: _guardians_of_placed,
}
