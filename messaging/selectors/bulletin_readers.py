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

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from children import access
from children.access import Action
from children.actors import Actor
from children.models import Area, Child, Department, Guardianship, Preschool, StaffRole
from children.prepared_access import NAMES, Asked, child_rows
from children.selectors.people import children_kept_from, kept_away_from
from children.selectors.placing import Place, places_of
from children.selectors.reach import Relation, sees_own, who_may
from children.selectors.reach_places import families_at, families_in, roles_for_all, roles_in, to_families
from messaging.models import Bulletin, BulletinChild
from portal.lib.models import of_row

OWN = Asked(NAMES.columns, order=("birth_date", "pk"))


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

    @property
    def is_near(self) -> bool:
        """Tell whether it goes to one group of children: few enough to be named at once."""
        return self.is_to_chosen or self.department is not None

    @property
    def is_wide(self) -> bool:
        """Tell whether it goes further than one house: to more families than anybody there knows."""
        return self.is_to_all or self.area is not None

    def children(self, today: date) -> Collection[UUID] | QuerySet[Any, Any]:
        """Return, as ids, whose families are written to today."""
        return self.child_ids if self.is_to_chosen else families_in(self.departments(), today)

    def families(self, today: date) -> QuerySet[Guardianship]:
        """Return by which guardianships somebody reads it today.

        Of chosen children nobody reads from whom one of them must be kept.
        """
        found = sees_own(self.children(today), today)
        return found.exclude(guardian__in=kept_away_from(self.child_ids)) if self.is_to_chosen else found


@dataclass(frozen=True)
class Size:
    """How many read a bulletin, and exactly who, as text."""

    families: list[tuple[str, str]]
    """A guardian, and a child for whose sake it reads."""
    house: frozenset[str]

    @cached_property
    def guardians(self) -> frozenset[str]:
        return frozenset(guardian for guardian, _child in self.families)

    @property
    def count(self) -> int:
        return len(self.guardians | self.house)

    @property
    def sign(self) -> str:
        """What is posted back: the same while the same people read it for the sake of the same children."""
        lines = [f"{guardian} {child}" for guardian, child in sorted(self.families)] + sorted(self.house)
        return f"{self.count}.{blake2b(chr(10).join(lines).encode(), digest_size=12).hexdigest()}"


@dataclass(frozen=True)
class Readers:
    """Who reads a bulletin: the guardians with their children, and those of the house, as what and where."""

    guardians: dict[UUID, frozenset[UUID]] = field(default_factory=dict)
    house: dict[UUID, tuple[Relation | None, str]] = field(default_factory=dict)

    @property
    def child_ids(self) -> frozenset[UUID]:
        return frozenset(child for children in self.guardians.values() for child in children)

    @property
    def size(self) -> Size:
        pairs = [(person.hex, child.hex) for person, children in self.guardians.items() for child in children]
        return Size(pairs, frozenset(person.hex for person in self.house))

    @property
    def sign(self) -> str:
        return self.size.sign


def readers_of(audience: Audience, today: date) -> Readers:
    """Return who reads what is said to this audience today: what is shown before sending, and who can open it."""
    return Readers(by_guardian(audience.families(today)), house_of(audience, today))


def by_guardian(families: QuerySet[Guardianship]) -> dict[UUID, frozenset[UUID]]:
    """Return each of these guardians, with the children for whose sake."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for person_id, child_id in families.values_list("guardian_id", "child_id"):
        found[person_id].add(child_id)
    return {person_id: frozenset(children) for person_id, children in found.items()}


def size_of(audience: Audience, today: date) -> Size:
    """Return how many `readers_of` has, and who: of a municipality's 34,000 in a fifth of its time.

    So many ids would take longer to make, and to gather by person, than all else together.
    """
    rows = audience.families(today).values_list(*(Cast(name, TextField()) for name in ("guardian", "child")))
    if audience.is_to_chosen:
        house = {*house_of(audience, today)}
    else:
        house = {one for roles in _house(audience, today) for one in roles.values_list("person_id", flat=True)}
    return Size([(_hex(one), _hex(child)) for one, child in rows], frozenset(one.hex for one in house))


def guardians_at(audience: Audience, size: Size, today: date, place: str) -> dict[UUID, int]:
    """Return how many of these guardians have a child at each `place` ("department", or "department__preschool") that
    is written to: who has one in two counts in both.
    """
    where = defaultdict[str, set[UUID]](set)
    for child, place_id in families_at(audience.departments(), today, place):
        where[_hex(child)].add(place_id)
    found = defaultdict[UUID, set[str]](set)
    for guardian, child in size.families:
        for place_id in where[child]:
            found[place_id].add(guardian)
    return {place_id: len(people) for place_id, people in found.items()}


def _hex(text: str) -> str:
    """Return an id as both databases write it."""
    return text.replace("-", "")


def house_of(audience: Audience, today: date) -> dict[UUID, tuple[Relation | None, str]]:
    """Return who of the house reads it: as what (None: for the municipality), and where; whoever leads first."""
    if audience.is_to_chosen:
        reached = who_may(Action.LIST_CHILDREN, audience.child_ids, today)
        kept_away = kept_away_from(audience.child_ids)
        return {one.person_id: (one.relation, "") for one in reached if one.person_id not in kept_away}
    found: dict[UUID, tuple[Relation | None, str]] = {}
    for roles in _house(audience, today):
        names = roles.values_list("person_id", "kind", "department__name", "preschool__name", "area__name")
        for person_id, kind, *places in sorted(names, key=lambda row: (row[1] != Relation.PRINCIPAL, str(row))):
            relation = None if kind == StaffRole.Kind.COMMUNICATOR else Relation(kind)
            found.setdefault(person_id, (relation, next(filter(None, places), "")))
    return found


def _house(audience: Audience, today: date) -> list[QuerySet[StaffRole]]:
    """Return by which roles somebody of the house reads what is said to a place."""
    for_all = [roles_for_all(Action.BROADCAST, today)] if audience.is_to_all else []
    return [roles_in(Action.LIST_CHILDREN, audience.departments(), today), *for_all]


@dataclass(frozen=True)
class OwnChildren:
    """The children whose guardian somebody is, and where they are: which bulletins are about which of them."""

    person_id: UUID | None
    children: dict[UUID, Child]
    places: dict[UUID, list[Place]]

    @classmethod
    def of(cls, actor: Actor) -> OwnChildren:
        rows = child_rows(actor, Action.SEE_OWN, OWN)
        children = {row[0]: of_row(Child, OWN.columns, row) for row in rows}
        return cls(actor.person_id, children, places_of(children, to_families(actor.today)) if children else {})

    def condition(self) -> Q:
        """Return the condition of a bulletin that goes to one of them."""
        places = [place for own in self.places.values() for place in own]
        if not self.children:
            return Q(pk__in=[])
        condition = _about_one_of(self.children.keys(), self.person_id)
        if places:
            condition |= Q(department__in={place.department_id for place in places})
            condition |= Q(preschool__in={place.preschool_id for place in places})
            condition |= Q(area__in={place.area_id for place in places if place.area_id})
            condition |= Q(is_to_all=True)
        return condition

    def concerned(self, bulletin: Bulletin, chosen: Collection[UUID]) -> list[Child]:
        """Return those of them whom a bulletin that meets the condition goes to, oldest first.

        `chosen` are its children where it has some.
        """
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


def _about_one_of(child_ids: Collection[UUID] | QuerySet[Any, Any], person_id: UUID | None) -> Q:
    """Return the condition of a bulletin to chosen children that has one of these, and none kept from the person."""
    chosen = BulletinChild.objects.filter(bulletin=OuterRef("pk"))
    condition = Q(Exists(chosen.filter(child__in=child_ids)))
    return condition & ~Q(Exists(chosen.filter(child__in=children_kept_from(person_id)))) if person_id else condition


def in_the_house(actor: Actor, action: Action = Action.LIST_CHILDREN) -> Q:
    """Return the condition of a bulletin that the actor reads as one of the house; or one of those who may do this."""
    condition = Q(pk__in=[])
    places = access.departments_for(actor, action).order_by()
    rows: list[tuple[Any, ...]] = list(places.values_list("pk", "preschool", "preschool__area")) if actor.roles else []
    if rows:
        theirs = access.children_for(actor, action).values("pk")
        condition |= Q(department__in={row[0] for row in rows}) | Q(preschool__in={row[1] for row in rows})
        condition |= Q(area__in={row[2] for row in rows if row[2] is not None}) | Q(is_to_all=True)
        condition |= _about_one_of(theirs, actor.person_id)
    if access.can(actor, Action.BROADCAST):
        condition |= Q(is_to_all=True)
    return condition
