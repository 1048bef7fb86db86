"""The list of those who will read, as the page shows it before anything is sent (DOMAIN 4.5).

It is made of `readers_of`, as the door is. Where the families of children with protected identity must stay unknown,
their guardians are counted and not named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from children.actors import Actor
from children.selectors.placing import departments_of
from children.selectors.reach import Relation
from children.selectors.unknown_families import Protected, protected_among
from messaging import rules
from messaging.models import Addressee
from messaging.selectors.readers import Reader, Readers, readers_of_all, stamp_of
from messaging.words import joined, relation_word
from portal.lib.prepared import Rows, prepared

LARGE = 15
ORDER = {Relation.GUARDIAN: 0, Relation.STAFF: 1, Relation.SUBSTITUTE: 2, Relation.PRINCIPAL: 3}


@dataclass(frozen=True)
class Line:
    """Somebody who will read; `name` is empty for a guardian whose name is not the reader's to know."""

    person_id: UUID
    name: str
    relation: str
    children: str
    is_you: bool
    is_new: bool


@dataclass(frozen=True)
class Circle:
    """One conversation: about whom, and who reads it."""

    children: str
    lines: tuple[Line, ...]
    summary: str


@dataclass(frozen=True)
class ReaderList:
    """All who will read, by conversation, with what should be thought of first; `stamp` is posted back."""

    circles: tuple[Circle, ...]
    number: int
    stamp: str
    is_large: bool
    has_protected: bool
    new: str

    @property
    def is_several(self) -> bool:
        return len(self.circles) > 1

    @property
    def families(self) -> list[str]:
        return [_("{children}: {readers}").format(children=c.children, readers=c.summary) for c in self.circles]

    @property
    def summary(self) -> str:
        return self.circles[0].summary if len(self.circles) == 1 else ""


@dataclass(frozen=True)
class People:
    """Who the people and places of some conversations are, as far as the actor may know."""

    actor: Actor
    names: Mapping[UUID, tuple[str, str]]
    children: Mapping[UUID, str]
    places: Mapping[UUID, str]
    protected: Protected

    def is_unknown(self, reader: Reader, circle: rules.Circle) -> bool:
        """Tell whether the person is a guardian of whom the actor must not know."""
        is_other = reader.person_id != self.actor.person_id and reader.relation == Relation.GUARDIAN
        return is_other and bool(self.protected.unknown & circle.children)

    def name(self, person_id: UUID) -> str:
        return " ".join(self.names.get(person_id, ("", ""))).strip()

    def given_name(self, person_id: UUID) -> str:
        return self.names.get(person_id, ("", ""))[0]

    def about(self, circle: rules.Circle) -> str:
        return joined(sorted(self.children[child] for child in circle.children))

    def departments(self, circle: rules.Circle) -> str:
        return joined(sorted({self.places[child] for child in circle.children if child in self.places}))


def people_of(
    actor: Actor, circles: Sequence[rules.Circle], person_ids: set[UUID], children: Mapping[UUID, str]
) -> People:
    """Return who these people are: three queries, two more where a child has protected identity."""
    child_ids = {child for circle in circles for child in circle.children}
    places = departments_of(child_ids, actor.today)
    return People(
        actor=actor,
        names={person_id: (given, family) for person_id, given, family in _names(sorted(person_ids))},
        children=children,
        places={child: place.department for child, place in places.items()},
        protected=protected_among(actor, child_ids),
    )


@prepared
def _names(person_ids: Collection[UUID]) -> Rows:
    return User.objects.filter(pk__in=person_ids).order_by().values_list("pk", "given_name", "family_name")


def readers_before(
    actor: Actor, circles: Sequence[rules.Circle], addressee: Addressee, children: Mapping[UUID, str]
) -> ReaderList:
    """Return the list for conversations that are yet to begin; `children` are their names."""
    readers = readers_of_all(circles, addressee, actor.today)
    people = people_of(actor, circles, {person for found in readers for person in found}, children)
    return list_of(circles, readers, addressee, people)


def list_of(
    circles: Sequence[rules.Circle],
    readers: Sequence[Readers],
    addressee: Addressee,
    people: People,
    *,
    said_on: date | None = None,
) -> ReaderList:
    """Return the list of those readers; whoever came to the children after `said_on` is new."""
    actor = people.actor
    made = tuple(
        Circle(people.about(circle), _lines(circle, found, people, said_on), _summary(circle, found, people))
        for circle, found in zip(circles, readers, strict=True)
    )
    everybody = {line.person_id for circle in made for line in circle.lines}
    is_family = any(
        found[actor.person_id].relation == Relation.GUARDIAN for found in readers if actor.person_id in found
    )
    return ReaderList(
        circles=made,
        number=len(everybody),
        stamp=stamp_of(circles, readers, addressee, actor.person_id),
        is_large=any(len(circle.lines) > LARGE for circle in made),
        has_protected=not is_family and bool(people.protected.known),
        new=joined(line.name for circle in made for line in circle.lines if line.is_new and line.name),
    )


def _lines(circle: rules.Circle, readers: Readers, people: People, said_on: date | None) -> tuple[Line, ...]:
    lines = [
        Line(
            person_id=reader.person_id,
            name="" if people.is_unknown(reader, circle) else people.name(reader.person_id),
            relation=relation_word(reader.relation),
            children=joined(sorted(people.children[child] for child in reader.child_ids)),
            is_you=reader.person_id == people.actor.person_id,
            is_new=bool(said_on and reader.met and reader.met > said_on),
        )
        for reader in sorted(readers.values(), key=lambda reader: ORDER[reader.relation])
    ]
    order = {relation_word(relation): place for relation, place in ORDER.items()}
    return tuple(sorted(lines, key=lambda line: (order[line.relation], line.name.casefold(), line.person_id)))


def _summary(circle: rules.Circle, readers: Readers, people: People) -> str:
    """Return the readers in one line: "4 på Blåsippan, rektor, Johan och du"."""
    others = [reader for reader in readers.values() if reader.person_id != people.actor.person_id]
    staff = sum(reader.relation in (Relation.STAFF, Relation.SUBSTITUTE) for reader in others)
    guardians = [reader for reader in others if reader.relation == Relation.GUARDIAN]
    unknown = sum(people.is_unknown(reader, circle) for reader in guardians)
    parts = []
    if staff:
        place = people.departments(circle)
        parts.append(
            _("{number} på {place}").format(number=staff, place=place)
            if place
            else ngettext("%d i personalen", "%d i personalen", staff) % staff
        )
    if any(reader.relation == Relation.PRINCIPAL for reader in others):
        parts.append(_("rektor"))
    known = [people.given_name(reader.person_id) for reader in guardians if not people.is_unknown(reader, circle)]
    parts += sorted(known, key=str.casefold)
    if unknown:
        parts.append(ngettext("%d vårdnadshavare", "%d vårdnadshavare", unknown) % unknown)
    if people.actor.person_id in readers:
        parts.append(_("du"))
    return joined(parts)
