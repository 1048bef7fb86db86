"""Who works at a preschool, who leads preschools and runs the system, and how far each has come to a login."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from children.actors import Actor
from children.models import Preschool, StaffRole
from children.rules import is_found
from children.selectors.invitees import LEADING, InvitationState, Invitee, how_far, leading_among
from portal.lib.prepared import Rows, prepared

Kind = StaffRole.Kind

WORKING = (Kind.STAFF, Kind.SUBSTITUTE, Kind.SPECIALIST)


def personnel(actor: Actor, preschool: Preschool | None, search: str = "") -> list[Invitee]:
    """Return whoever works at the preschool, or without one whoever leads or runs the system: each once, by name.

    Today, or within the days in which a coming child is seen. Whoever also leads is invited by the administrator.
    """
    roles = _today_or_soon(actor).filter(_at(preschool) if preschool else Q(kind__in=LEADING))
    of_person: dict[UUID, list[StaffRole]] = defaultdict(list)
    for role in roles.select_related("person", "area", "preschool", "department"):
        if is_found(role.person, search):
            of_person[role.person_id].append(role)
    above = leading_among(of_person, actor.today) if preschool else ()
    found = how_far([rows[0].person for rows in of_person.values()], above=above)
    people = [replace(found[person_id], roles=tuple(rows)) for person_id, rows in of_person.items()]
    return sorted(people, key=lambda one: (one.name.casefold(), one.person_id))


def _today_or_soon(actor: Actor) -> QuerySet[StaffRole]:
    horizon = actor.today + timedelta(days=actor.municipality.visible_before_days)
    return StaffRole.objects.on_or_after(actor.today).filter(starts_on__lte=horizon).order_by("starts_on", "pk")


def _at(preschool: Preschool) -> Q:
    """Return the condition of working there: at a department, for the preschool, or for its area."""
    here = Q(preschool=preschool) | Q(department__preschool=preschool)
    if preschool.area_id:
        here |= Q(area=preschool.area_id)
    return here & Q(kind__in=WORKING)


def works_somewhere(person: User, day: date) -> bool:
    """Tell whether the person has any role, on `day` or later."""
    return StaffRole.objects.on_or_after(day).filter(person=person).exists()


def who_works_here(person_ids: Collection[UUID] | QuerySet[Any, Any], day: date) -> set[UUID]:
    """Return those of them who have any role on `day`: whoever tells them of something asks."""
    rows = _working(person_ids, day) if isinstance(person_ids, QuerySet) else _working_of(person_ids, day)
    return {person_id for (person_id,) in rows}


@prepared
def _working_of(person_ids: Collection[UUID], day: date) -> Rows:
    return _working(person_ids, day)


def _working(person_ids: Collection[UUID] | QuerySet[Any, Any], day: date) -> Rows:
    return StaffRole.objects.on(day).filter(person__in=person_ids).order_by().values_list("person_id").distinct()


@dataclass(frozen=True)
class MunicipalRole:
    """Somebody who runs the system, writes to or keeps the records of the whole municipality."""

    id: UUID
    name: str
    kind: str
    word: str
    is_own: bool


def municipal_roles(actor: Actor) -> list[MunicipalRole]:
    """Return the roles for the whole municipality, each person and role once, by role and name."""
    roles = StaffRole.objects.on_or_after(actor.today).filter(kind__in=StaffRole.MUNICIPAL).select_related("person")
    once = {(role.person_id, role.kind): role for role in roles}
    order = [str(kind) for kind in StaffRole.MUNICIPAL]
    return sorted(
        (_municipal(role, actor) for role in once.values()),
        key=lambda row: (order.index(row.kind), row.name.casefold(), row.id),
    )


def _municipal(role: StaffRole, actor: Actor) -> MunicipalRole:
    is_own = role.person_id == actor.person_id
    return MunicipalRole(role.pk, role.person.full_name, role.kind, role.get_kind_display(), is_own)


def first_new(people: Iterable[Invitee], most: int) -> set[UUID]:
    """Return those who have never been invited, as many as can be invited at once."""
    return {one.person_id for one in islice((one for one in people if one.state == InvitationState.NEW), most)}
