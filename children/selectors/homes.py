"""The two homes of a child, as one of its guardians may know them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from children.home_rules import Handover, Living
from children.models import Household, HouseholdWeeks
from portal.lib.prepared import Rows, prepared


def agreed_weeks(child_ids: Collection[UUID], first: date, last: date) -> QuerySet[HouseholdWeeks]:
    """Return in whose weeks these children are between two dates, as far as both homes have agreed."""
    return HouseholdWeeks.objects.agreed().on_or_after(first).filter(child__in=child_ids, starts_on__lte=last)


def livings_of(child_ids: Collection[UUID], first: date, last: date) -> dict[UUID, list[Living]]:
    """Return in which of their homes these children are between two dates, for those that have two: one query."""
    found: dict[UUID, list[Living]] = {}
    for row in agreed_weeks(child_ids, first, last):
        found.setdefault(row.child_id, []).append(living_of(row))
    return found


def living_of(row: HouseholdWeeks) -> Living:
    handover = Handover(row.handover)
    return Living(row.starts_on, row.ends_on, tuple(row.weeks), row.first_id, row.second_id, handover)


class LivesIn(NamedTuple):
    """A home and one of its guardians; None for a home that has none any more."""

    home_id: UUID
    shares: bool
    guardian_id: UUID | None


@dataclass(frozen=True)
class SeenHomes:
    """The guardian's own home of a child (None: in neither), and those whose times may be seen.

    `seen` are the guardian, and who lives in these homes; `unseen` who lives in others.
    """

    own: UUID | None
    sees: frozenset[UUID]
    unseen: frozenset[UUID]
    seen: frozenset[UUID]


def seen_homes(child_ids: Collection[UUID], person_id: UUID) -> dict[UUID, SeenHomes]:
    """Return, for each of these children, how much of its homes this guardian may know: one query.

    A home that is only proposed is none yet.
    """
    found: dict[UUID, list[LivesIn]] = {child_id: [] for child_id in child_ids}
    rows = agreed_homes().filter(child__in=child_ids).values_list("child_id", "id", "shares", "guardians")
    for child_id, home_id, shares, guardian_id in rows:
        found[child_id].append(LivesIn(home_id, shares, guardian_id))
    return {child_id: _seen(homes, person_id) for child_id, homes in found.items()}


def agreed_homes() -> QuerySet[Household]:
    """Return the homes that some agreed weeks are about."""
    weeks = HouseholdWeeks.objects.agreed().filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk")))
    return Household.objects.filter(Exists(weeks))


def guardians_of_homes(child_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return who lives in each of these children's homes, by home: one query."""
    found: dict[UUID, set[UUID]] = {}
    for home_id, guardian_id in agreed_homes().filter(child__in=child_ids).values_list("id", "guardians"):
        living = found.setdefault(home_id, set())
        if guardian_id is not None:
            living.add(guardian_id)
    return found


def people_of_homes(child_ids: Collection[UUID]) -> dict[UUID, list[set[UUID]]]:
    """Return who lives in each home, for those of these children that have two: one query."""
    found: dict[UUID, dict[UUID, set[UUID]]] = {}
    for child_id, home_id, guardian_id in _living(child_ids) if child_ids else ():
        found.setdefault(child_id, {}).setdefault(home_id, set()).update({guardian_id} - {None})
    return {child_id: list(homes.values()) for child_id, homes in found.items()}


@prepared
def _living(child_ids: Collection[UUID]) -> Rows:
    return agreed_homes().filter(child__in=child_ids).order_by("pk").values_list("child_id", "id", "guardians")


@dataclass(frozen=True)
class Told:
    """The guardians who may know of a child's arrival on a day, and of its departure."""

    morning: frozenset[UUID]
    evening: frozenset[UUID]


def told_of_halves(child_ids: Collection[UUID], day: date) -> dict[UUID, Told]:
    """Return, for those of the children that have two homes, who may know of which half of the day.

    The home whose it is, and the other where it shares. One query; one more where a child has two homes.
    """
    livings = livings_of(list(child_ids), day, day)
    if not livings:
        return {}
    rows = agreed_homes().filter(child__in=list(livings)).values_list("child_id", "id", "shares", "guardians")
    homes: dict[UUID, list[LivesIn]] = {child_id: [] for child_id in livings}
    for child_id, home_id, shares, guardian_id in rows:
        homes[child_id].append(LivesIn(home_id, shares, guardian_id))
    found = {}
    for child_id, (living, *_later) in livings.items():
        whose = living.homes_on(day)
        found[child_id] = Told(_who_know(homes[child_id], whose.morning), _who_know(homes[child_id], whose.evening))
    return found


def _who_know(homes: list[LivesIn], half: UUID) -> frozenset[UUID]:
    is_shared = any(home.shares for home in homes if home.home_id == half)
    return frozenset(home.guardian_id for home in homes if home.guardian_id and (is_shared or home.home_id == half))


def _seen(homes: list[LivesIn], person_id: UUID) -> SeenHomes:
    own = next((home.home_id for home in homes if home.guardian_id == person_id), None)
    sees = frozenset(home.home_id for home in homes if home.shares)
    people = {home.guardian_id for home in homes if home.guardian_id}
    seen = {home.guardian_id for home in homes if home.guardian_id and home.home_id in {own, *sees}} | {person_id}
    return SeenHomes(own, sees, frozenset(people - seen), frozenset(seen))
