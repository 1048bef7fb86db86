"""To whom a bulletin goes, and who reads it: one answer for the list before sending, the door and the copies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from children import access
from children.access import Action
from children.actors import Actor
from children.models import Area, Child, Department, Guardianship, Preschool
from children.selectors.placing import Place, places_of
from children.selectors.reach import Relation, sees_own, who_may
from children.selectors.reach_places import families_in, roles_for_all, roles_in, to_families
from messaging.models import Bulletin, BulletinChild


@dataclass(frozen=True)
class Audience:
    """To whom a bulletin goes: a department, a preschool, an area, everybody, or some chosen children."""

    department: Department | None = None
    preschool: Preschool | None = None
    area: Area | None = None
    is_to_all: bool = False
    child_ids: frozenset[UUID] = frozenset()

    @classmethod
    def of(cls, row: Bulletin) -> Audience:
        chosen = row.chosen.values_list("child", flat=True) if row.is_to_chosen else ()
        return cls(row.department, row.preschool, row.area, row.is_to_all, frozenset(chosen))

    @property
    def is_to_chosen(self) -> bool:
        return not (self.department or self.preschool or self.area or self.is_to_all)

    @property
    def columns(self) -> dict[str, Any]:
        """Return the columns of a bulletin to this audience; the chosen children are rows of their own."""
        return {
            "department": self.department,
            "preschool": self.preschool,
            "area": self.area,
            "is_to_all": self.is_to_all,
            "is_to_chosen": self.is_to_chosen,
        }

    @property
    def name(self) -> str:
        if self.is_to_chosen:
            number = len(self.child_ids)
            return ngettext("{number} utvalt barn", "{number} utvalda barn", number).format(number=number)
        if self.is_to_all:
            return _("Hela kommunen")
        if self.area:
            return _("Alla i {area}").format(area=self.area.name)
        return str(self.department or self.preschool)

    def departments(self) -> QuerySet[Department]:
        """Return the departments that are written to; none where children were chosen."""
        if self.is_to_all:
            return Department.objects.all()
        if self.area:
            return Department.objects.filter(preschool__area=self.area)
        if self.preschool:
            return Department.objects.filter(preschool=self.preschool)
        return Department.objects.filter(pk=self.department.pk) if self.department else Department.objects.none()

    def children(self, today: date) -> Collection[UUID] | QuerySet[Any, Any]:
        """Return, as ids, whose families are written to today."""
        return self.child_ids if self.is_to_chosen else families_in(self.departments(), today)

    def families(self, today: date) -> QuerySet[Guardianship]:
        """Return by which guardianships somebody reads it today."""
        return sees_own(self.children(today), today)


@dataclass(frozen=True)
class Readers:
    """Who reads a bulletin: the guardians with their children, and those of the house, as what and where."""

    guardians: dict[UUID, frozenset[UUID]] = field(default_factory=dict)
    house: dict[UUID, tuple[Relation | None, str]] = field(default_factory=dict)

    @property
    def child_ids(self) -> frozenset[UUID]:
        return frozenset(child for children in self.guardians.values() for child in children)

    @property
    def count(self) -> int:
        return len(self.guardians.keys() | self.house.keys())

    @cached_property
    def sign(self) -> str:
        """What is posted back: the same while the same people read it for the sake of the same children."""
        digest = blake2b(digest_size=12)
        for person_id in sorted(self.guardians):
            digest.update(person_id.bytes)
            for child_id in sorted(self.guardians[person_id]):
                digest.update(child_id.bytes)
        for person_id in sorted(self.house):
            digest.update(b"h" + person_id.bytes)
        return f"{self.count}.{digest.hexdigest()}"


def readers_of(audience: Audience, today: date) -> Readers:
    """Return who reads what is said to this audience today: what is shown before sending, and who can open it."""
    guardians: dict[UUID, set[UUID]] = defaultdict(set)
    for person_id, child_id in audience.families(today).values_list("guardian_id", "child_id"):
        guardians[person_id].add(child_id)
    return Readers({person: frozenset(children) for person, children in guardians.items()}, house_of(audience, today))


def house_of(audience: Audience, today: date) -> dict[UUID, tuple[Relation | None, str]]:
    """Return who of the house reads it: as what (None: for the municipality), and where; whoever leads first."""
    if audience.is_to_chosen:
        reached = who_may(Action.LIST_CHILDREN, audience.child_ids, today)
        return {one.person_id: (one.relation, "") for one in reached}
    found: dict[UUID, tuple[Relation | None, str]] = {}
    rows = roles_in(Action.LIST_CHILDREN, audience.departments(), today)
    names = rows.values_list("person_id", "kind", "department__name", "preschool__name", "area__name")
    for person_id, kind, *places in sorted(names, key=lambda row: (row[1] != Relation.PRINCIPAL, str(row))):
        found.setdefault(person_id, (Relation(kind), next(filter(None, places), "")))
    if audience.is_to_all:
        for person_id in roles_for_all(Action.BROADCAST, today).values_list("person_id", flat=True):
            found.setdefault(person_id, (None, ""))
    return found


@dataclass(frozen=True)
class OwnChildren:
    """The children whose guardian somebody is, and where they are: which bulletins are about which of them."""

    children: dict[UUID, Child]
    places: dict[UUID, list[Place]]

    @classmethod
    def of(cls, actor: Actor) -> OwnChildren:
        children = {
            child.pk: child for child in access.children_for(actor, Action.SEE_OWN).order_by("birth_date", "pk")
        }
        return cls(children, places_of(children, to_families(actor.today)) if children else {})

    def condition(self) -> Q:
        """Return the condition of a bulletin that goes to one of them."""
        places = [place for own in self.places.values() for place in own]
        if not self.children:
            return Q(pk__in=[])
        condition = Q(Exists(BulletinChild.objects.filter(bulletin=OuterRef("pk"), child__in=self.children.keys())))
        if places:
            condition |= Q(department__in={place.department_id for place in places})
            condition |= Q(preschool__in={place.preschool_id for place in places})
            condition |= Q(area__in={place.area_id for place in places if place.area_id})
            condition |= Q(is_to_all=True)
        return condition

    def concerned(self, bulletin: Bulletin, chosen: Collection[UUID]) -> list[Child]:
        """Return those of them whom the bulletin goes to, oldest first; `chosen` are its children where it has some."""
        return [child for child in self.children.values() if self._goes_to(bulletin, child.pk, chosen)]

    def _goes_to(self, bulletin: Bulletin, child_id: UUID, chosen: Collection[UUID]) -> bool:
        if bulletin.is_to_chosen:
            return child_id in chosen
        return any(
            bulletin.is_to_all
            or bulletin.department_id == place.department_id
            or bulletin.preschool_id == place.preschool_id
            or (bulletin.area_id is not None and bulletin.area_id == place.area_id)
            for place in self.places.get(child_id, ())
        )


def in_the_house(actor: Actor) -> Q:
    """Return the condition of a bulletin that the actor reads as one of the house."""
    condition = Q(pk__in=[])
    places = access.departments_for(actor, Action.LIST_CHILDREN).order_by()
    rows: list[tuple[Any, ...]] = list(places.values_list("pk", "preschool", "preschool__area")) if actor.roles else []
    if rows:
        theirs = access.children_for(actor, Action.LIST_CHILDREN).values("pk")
        condition |= Q(department__in={row[0] for row in rows}) | Q(preschool__in={row[1] for row in rows})
        condition |= Q(area__in={row[2] for row in rows if row[2] is not None}) | Q(is_to_all=True)
        condition |= Q(Exists(BulletinChild.objects.filter(bulletin=OuterRef("pk"), child__in=theirs)))
    if access.can(actor, Action.BROADCAST):
        condition |= Q(is_to_all=True)
    return condition
