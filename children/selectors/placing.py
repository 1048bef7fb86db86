"""Where children are placed, on a day or over a time: one query for any number of children."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import starmap
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, F, OuterRef, PositiveSmallIntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast

from children.actors import Actor
from children.models import BackupPlacement, Placement
from children.whereabouts import is_visible
from portal.lib.models import holds_on
from portal.lib.prepared import Row, Rows, prepared


@dataclass(frozen=True)
class Place:
    """A child's department from a date to a date; `hours_per_week` is what a placement gives a right to."""

    child_id: UUID
    starts_on: date
    ends_on: date | None
    department_id: UUID
    department: str
    preschool_id: UUID
    preschool: str
    area_id: UUID | None
    is_backup: bool
    hours_per_week: int | None = None

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def places_of(child_ids: Iterable[UUID] | QuerySet[Any, Any], holding: Q) -> dict[UUID, list[Place]]:
    """Return where the children are placed, backup placements first: one query."""

    return _by_child(_placed(child_ids, holding) if isinstance(child_ids, QuerySet) else _listed([*child_ids], holding))


def _by_child(rows: Iterable[Row]) -> dict[UUID, list[Place]]:
    found: dict[UUID, list[Place]] = defaultdict(list)
    for place in sorted(starmap(Place, rows), key=lambda place: (not place.is_backup, place.starts_on)):
        found[place.child_id].append(place)
    return found


def _placed(child_ids: Collection[UUID] | QuerySet[Any, Any], holding: Q) -> Rows:
    def rows(model: type[Placement | BackupPlacement], *, is_backup: bool) -> QuerySet[Any, tuple[Any, ...]]:
        return (
            model._default_manager.filter(holding, child__in=child_ids)
            .order_by()
            .values_list(
                "child_id",
                "starts_on",
                "ends_on",
                "department_id",
                "department__name",
                "department__preschool_id",
                "department__preschool__name",
                "department__preschool__area_id",
                Value(is_backup, BooleanField()),
                Cast(Value(None) if is_backup else F("hours_per_week"), PositiveSmallIntegerField()),
            )
        )

    return rows(Placement, is_backup=False).union(rows(BackupPlacement, is_backup=True), all=True)


@prepared
def _listed(child_ids: Collection[UUID], holding: Q) -> Rows:
    return _placed(child_ids, holding)


@prepared
def _listed_in(department_ids: Collection[UUID], holding: Q) -> Rows:
    placed = Placement.objects.filter(holding, department__in=department_ids).values("child")
    backup = BackupPlacement.objects.filter(holding, department__in=department_ids).values("child")
    return _placed(placed.union(backup, all=True), holding)


def overlap(first: date, last: date) -> Q:
    """Return the condition that a placement holds on some day from `first` to `last`."""
    return Q(starts_on__lte=last) & (Q(ends_on=None) | Q(ends_on__gte=first))


def placed_at(*, child: str, day: str, preschool: str, area: str) -> Exists:
    """Return the column that tells whether a row's child is placed, on its day, in its preschool or its area.

    Told by the names of the row's columns. A backup placement takes a child nowhere in this sense.
    """
    there = Q(department__preschool=OuterRef(preschool)) | Q(department__preschool__area=OuterRef(area))
    held = Q(starts_on__lte=OuterRef(day)) & (Q(ends_on=None) | Q(ends_on__gte=OuterRef(day)))
    return Exists(Placement.objects.filter(there, held, child=OuterRef(child)))


def any_placed(child_ids: Collection[UUID]) -> Q:
    """Return the condition that one of the children is, on a row's day, in the row's department, preschool or area.

    A backup placement takes a child there, and not away from where it is else.
    """
    there = Q(department=OuterRef("department")) | Q(department__preschool=OuterRef("preschool"))
    there |= Q(department__preschool__area=OuterRef("area"))
    held = Q(starts_on__lte=OuterRef("day")) & (Q(ends_on=None) | Q(ends_on__gte=OuterRef("day")))
    placed = Placement.objects.filter(there, held, child__in=child_ids)
    backup = BackupPlacement.objects.filter(there, held, child__in=child_ids)
    return Q(Exists(placed)) | Q(Exists(backup))


def placed_between(first: date, last: date, *, preschool_id: UUID | None, area_id: UUID | None) -> Exists:
    """Return the column that tells whether a row's child is placed there on some day from `first` to `last`."""
    there = Q(department__preschool=preschool_id) if preschool_id else Q(department__preschool__area=area_id)
    return Exists(Placement.objects.filter(there, overlap(first, last), child=OuterRef("child")))


def departments_of(child_ids: Iterable[UUID], day: date) -> dict[UUID, Place]:
    """Return where each of these children is on `day`: one query."""
    return {child_id: places[0] for child_id, places in places_of(child_ids, holds_on(day)).items()}


def coming_places(child_ids: Collection[UUID], today: date, seen_before: int) -> dict[UUID, list[Place]]:
    """Return where these children begin after today and are seen already: one query.

    `seen_before` is from how many days before the municipality lets a child be seen; places may say otherwise.
    """
    return _by_child(_coming(child_ids, today, seen_before))


@prepared
def _coming(child_ids: Collection[UUID], today: date, seen_before: int) -> Rows:
    anybody = Actor.standing_in(person_id=None, place_id=None, roles=[], today=today, visible_before_days=seen_before)
    coming = Placement.objects.filter(is_visible(anybody), starts_on__gt=today, child__in=child_ids)
    return _placed(child_ids, Q(pk__in=coming.values("pk")))


def place_on_or_after(places: Iterable[Place], day: date) -> Place | None:
    """Return where a child of these places is on `day`; before it has begun anywhere, where it is to begin."""
    known = list(places)
    coming = [place for place in known if place.starts_on > day and not place.is_backup]
    there = next((place for place in known if place.holds_on(day)), None)
    return there or min(coming, key=lambda place: place.starts_on, default=None)


def places_in(department_ids: Iterable[UUID], holding: Q) -> dict[UUID, list[Place]]:
    """Return where the children of these departments are while `holding` holds, backup placements first: one query.

    A child that is away in another department for all of that time is not among them.
    """
    ids = set(department_ids)
    found = _by_child(_listed_in(sorted(ids), holding))
    return {child_id: places for child_id, places in found.items() if any(p.department_id in ids for p in places)}
