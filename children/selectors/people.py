"""The grown-ups around children: who guards, who may collect, who is kept away, who works there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from children.models import Block, Contact, Guardianship, StaffRole
from children.selectors.placing import Place
from portal.lib.prepared import Rows, prepared


def guardians_of(child_ids: Collection[UUID] | QuerySet[Any, Any], day: date) -> QuerySet[Guardianship]:
    """Return the confirmed guardianships that hold on `day`, without those of people who are kept out."""
    return _guarding(day).filter(child__in=child_ids)


def _guarding(day: date) -> QuerySet[Guardianship]:
    blocked = Block.objects.in_force().filter(child=OuterRef("child"), person=OuterRef("guardian"))
    return Guardianship.objects.on(day).confirmed().filter(~Exists(blocked))


def guards_child_on(day: date) -> Exists:
    """Return the condition that a row's `guardian` is one of its `child`'s `guardians_of` on `day`."""
    return Exists(_guarding(day).filter(child=OuterRef("child"), guardian=OuterRef("guardian")))


def guardian_ids_of(child_ids: Collection[UUID], day: date) -> dict[UUID, set[UUID]]:
    """Return who the guardians of each of these children are on `day`: one query."""
    found: dict[UUID, set[UUID]] = {child_id: set() for child_id in child_ids}
    for child_id, guardian_id in _guardian_ids([*found], day):
        found[child_id].add(guardian_id)
    return found


@prepared
def _guardian_ids(child_ids: Collection[UUID], day: date) -> Rows:
    return guardians_of(child_ids, day).order_by().values_list("child_id", "guardian_id")


def guardians_ever(*child_ids: UUID) -> set[UUID]:
    """Return who is, was or is to be a guardian of one of the children."""
    return set(Guardianship.objects.filter(child__in=child_ids).values_list("guardian", flat=True))


def guardians_ever_of(child_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return, by child, who is, was or is to be a guardian of it: one query."""
    found: dict[UUID, set[UUID]] = {child_id: set() for child_id in child_ids}
    for child_id, guardian_id in _ever([*found]):
        found[child_id].add(guardian_id)
    return found


@prepared
def _ever(child_ids: Collection[UUID]) -> Rows:
    return Guardianship.objects.filter(child__in=child_ids).order_by().values_list("child_id", "guardian_id")


def children_ever_of(guardian_id: UUID) -> QuerySet[Any, Any]:
    """Return, as ids for a subquery, whose guardian the person is, was or is to be."""
    return Guardianship.objects.filter(guardian=guardian_id).values("child")


def own_ever(guardian_id: UUID) -> set[UUID]:
    """Return whose guardian the person is, was or is to be: one query."""
    return {child_id for (child_id,) in _own_ever(guardian_id)}


@prepared
def _own_ever(guardian_id: UUID) -> Rows:
    return children_ever_of(guardian_id).order_by().values_list("child")


def children_of(guardians: QuerySet[Guardianship], day: date) -> QuerySet[Any, Any]:
    """Return, as ids for a subquery, the children of these guardianships' guardians on `day`."""
    family = guardians.values("guardian")
    return Guardianship.objects.on(day).confirmed().filter(guardian__in=family).values("child")


def contacts_who_may_collect(*child_ids: UUID) -> QuerySet[Contact]:
    """Return the contacts that the guardians have said may collect the children, in the order in which they came."""
    return Contact.objects.current().filter(child__in=child_ids, may_collect=True).order_by("created_at")


def kept_away_from(child_ids: Collection[UUID]) -> set[UUID]:
    """Return who must be kept away from one of these children."""
    return set(Block.objects.in_force().filter(child__in=child_ids).values_list("person", flat=True))


def children_kept_from(person_id: UUID | None) -> QuerySet[Any, Any]:
    """Return, as ids for a subquery, the children from whom the person must be kept away."""
    return Block.objects.in_force().filter(person=person_id).values("child")


def is_kept_apart() -> Exists:
    """Return the column of a child that tells whether there is somebody from whom it must be kept away."""
    return Exists(Block.objects.in_force().filter(child=OuterRef("pk")))


def staff_of(place: Place, child_ids: Collection[UUID], day: date) -> list[UUID]:
    """Return who works with the department on `day`: there, or for its preschool; nobody who is kept from the child."""
    return [person_id for (person_id,) in _staff(place.department_id, place.preschool_id, child_ids, day)]


@prepared
def _staff(department_id: UUID, preschool_id: UUID, child_ids: Collection[UUID], day: date) -> Rows:
    roles = StaffRole.objects.on(day).filter(
        Q(department=department_id) | Q(preschool=preschool_id),
        kind__in=[StaffRole.Kind.STAFF, StaffRole.Kind.SUBSTITUTE],
    )
    kept_out = Block.objects.in_force().filter(child__in=child_ids).values("person")
    return roles.exclude(person__in=kept_out).values_list("person").distinct()


def first_day_of(role_id: UUID) -> QuerySet[Any, Any]:
    """Return, as a subquery, the day on which a role began."""
    return StaffRole.objects.filter(pk=role_id).values("starts_on")


def kinds_ever(person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return, by person, the word for what they last began to work as; nothing of whoever has worked as nothing."""
    roles = StaffRole.objects.filter(person__in=person_ids).order_by("starts_on", "pk")
    return {role.person_id: str(role.get_kind_display()) for role in roles}
