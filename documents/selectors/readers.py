"""Who reads a document: one answer for the list before it is shared, for the notices and for the door."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from children.access import Action
from children.actors import Actor
from children.models import Department, Preschool, StaffRole
from children.reader_rules import print_of
from children.selectors.family_rows import Families, families, house_rows
from children.selectors.people import guardians_ever_of
from children.selectors.reach import Relation, granted_to, sees_own, who_may
from children.selectors.reach_places import families_in, roles_for_all, roles_in, roles_leading
from children.selectors.reader_rows import Row
from children.words import relation_word
from documents.models import Document

GRANTED = "granted"


@dataclass(frozen=True)
class About:
    """Whom a document concerns: some children, or else a department, a preschool, or (neither) everybody."""

    child_ids: frozenset[UUID] = frozenset()
    department: Department | None = None
    preschool: Preschool | None = None
    only_to: UUID | None = None

    @classmethod
    def of(cls, document: Document) -> About:
        children = frozenset([document.child_id] if document.child_id else [])
        return cls(children, document.department, document.preschool, document.only_to_id)

    @property
    def is_near(self) -> bool:
        """Tell whether it goes to so few that they can be named: to a preschool's families at most."""
        return bool(self.child_ids or self.department or self.preschool)

    def departments(self) -> QuerySet[Department]:
        if self.department:
            return Department.objects.filter(pk=self.department.pk)
        return Department.objects.filter(preschool=self.preschool) if self.preschool else Department.objects.all()

    def roles(self, action: Action, today: date) -> QuerySet[StaffRole]:
        """Return by which roles somebody may do this where it is read; nothing of what is about children."""
        roles = roles_in(action, self.departments(), today)
        if self.department:
            return roles
        preschools = Preschool.objects.filter(pk=self.preschool.pk) if self.preschool else Preschool.objects.all()
        return roles | roles_leading(action, preschools, today)


@dataclass(frozen=True)
class Readers:
    """The guardians, each with the children for whose sake, and those of the house by what they are there."""

    guardians: Mapping[UUID, frozenset[UUID]]
    house: Mapping[UUID, str]

    @property
    def child_ids(self) -> frozenset[UUID]:
        return frozenset(child for own in self.guardians.values() for child in own)

    @property
    def sign(self) -> str:
        guardians = [(person, Relation.GUARDIAN.value, own) for person, own in self.guardians.items()]
        return print_of([*guardians, *((person, relation, ()) for person, relation in self.house.items())])


def readers_of(about: About, today: date) -> Readers:
    """Return who reads it today."""
    return Readers(guardians_of(about, today), _house(about, today))


def guardians_of(about: About, today: date) -> dict[UUID, frozenset[UUID]]:
    """Return who reads it today as a guardian."""
    concerned = about.child_ids or families_in(about.departments(), today)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for person_id, child_id in sees_own(concerned, today).values_list("guardian_id", "child_id"):
        if about.only_to in (None, person_id):
            found[person_id].add(child_id)
    return {person_id: frozenset(children) for person_id, children in found.items()}


def _house(about: About, today: date) -> dict[UUID, str]:
    if about.child_ids:
        ever = guardians_ever_of(about.child_ids)  # of whom none reads it as one of the house
        reached = who_may(Action.SEE_FILE, about.child_ids, today)
        found = {one.person_id: str(one.relation) for one in reached if one.person_id not in ever[one.child_id]}
        granted = granted_to(Action.SEE_FILE, about.child_ids, today)
        of_others = {one for one in granted if any(one not in people for people in ever.values())}
        return dict.fromkeys(of_others, GRANTED) | found
    roles = about.roles(Action.SEE_FILE, today).values_list("person_id", "kind")
    everywhere = about.department is None and about.preschool is None
    municipal = roles_for_all(Action.BROADCAST, today).values_list("person_id", "kind") if everywhere else ()
    return dict(sorted(municipal)) | dict(sorted(roles))


@dataclass(frozen=True)
class Audience:
    """What is shown before "Dela": how many, and exactly who where they are few; `sign` is posted back."""

    guardians: int
    child_ids: frozenset[UUID]
    families: Families | None
    house: list[Row]
    sign: str


def audience_of(actor: Actor, about: About) -> Audience:
    """Return who would read it, as this actor may know them."""
    readers = readers_of(about, actor.today)
    return Audience(
        guardians=len(readers.guardians),
        child_ids=readers.child_ids,
        families=families(actor, readers.guardians) if about.is_near else None,
        house=house_rows({person: _word(relation) for person, relation in readers.house.items()})
        if about.is_near
        else [],
        sign=readers.sign,
    )


def _word(relation: str) -> str:
    if relation == GRANTED:
        return _("Har fått tillgång till barnet")
    if relation == StaffRole.Kind.COMMUNICATOR:
        return _("Kommunikatör")
    return relation_word(Relation(relation))
