"""The two homes of a child, as one of its guardians may know them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from children.models import Household, HouseholdWeeks


def agreed_weeks(child_ids: Collection[UUID], first: date, last: date) -> QuerySet[HouseholdWeeks]:
    """Return in whose weeks these children are between two dates, as far as both homes have agreed."""
    return HouseholdWeeks.objects.agreed().on_or_after(first).filter(child__in=child_ids, starts_on__lte=last)


@dataclass(frozen=True)
class SeenHomes:
    """The guardian's own home of a child (None: in neither), and those whose times may be seen."""

    own: UUID | None
    sees: frozenset[UUID]


def seen_homes(child_ids: Collection[UUID], person_id: UUID) -> dict[UUID, SeenHomes]:
    """Return, for each of these children, the guardian's own home and the homes that share their times: one query."""
    own: dict[UUID, UUID] = {}
    shared: dict[UUID, set[UUID]] = {child_id: set() for child_id in child_ids}
    rows = Household.objects.filter(child__in=child_ids).values_list("child_id", "id", "shares", "guardians")
    for child_id, home_id, shares, guardian_id in rows:
        if guardian_id == person_id:
            own[child_id] = home_id
        if shares:
            shared[child_id].add(home_id)
    return {child_id: SeenHomes(own.get(child_id), frozenset(homes)) for child_id, homes in shared.items()}


def guardians_of_homes(child_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return who lives in each of these children's homes, by home: one query."""
    found: dict[UUID, set[UUID]] = {}
    for home_id, guardian_id in Household.objects.filter(child__in=child_ids).values_list("id", "guardians"):
        if guardian_id is not None:
            found.setdefault(home_id, set()).add(guardian_id)
    return found
