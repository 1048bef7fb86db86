"""The list of those who will read, as the page shows it before anything is sent (DOMAIN 4.5).

It is made of `readers_of`, as the door is. Where the families of children with protected identity must stay unknown,
their guardians are counted and not named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from children.actors import Actor
from children.selectors.placing import Place, departments_of
from children.selectors.reach import Relation
from children.selectors.reader_rows import Row
from children.selectors.unknown_families import Protected, protected_among
from children.words import joined, relation_word
from messaging import rules
from messaging.models import Addressee
from messaging.selectors.cautions import Caution, of_attention, of_homes, of_many, of_new_names, of_protected
from messaging.selectors.readers import Reader, Readers, readers_of_all, stamp_of, threads_for
from portal.lib import days
from portal.lib.models import of_row
from portal.lib.prepared import Rows, prepared

LARGE = 15
"""From so many readers on: more than the grown-ups of a department and a family are hardly ever meant."""
ORDER = {Relation.GUARDIAN: 0, Relation.STAFF: 1, Relation.SUBSTITUTE: 2, Relation.PRINCIPAL: 3}


@dataclass(frozen=True)
class Circle:
    """One conversation: about whom, and who reads it."""

    children: str
    rows: tuple[Row, ...]
    summary: str


@dataclass(frozen=True)
class ReaderList:
    """All who will read, by conversation, with what should be thought of first; `stamp` is posted back."""

    circles: tuple[Circle, ...]
    number: int
    stamp: str
    cautions: tuple[Caution, ...]

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
    places: Mapping[UUID, Place]
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
        return joined(sorted({self.places[child].department for child in circle.children if child in self.places}))


def people_of(
    actor: Actor, circles: Sequence[rules.Circle], person_ids: set[UUID], children: Mapping[UUID, str]
) -> People:
    """Return who these people are: three queries, two more where a child has protected identity."""
    child_ids = {child for circle in circles for child in circle.children}
    return People(
        actor=actor,
        names={person_id: (given, family) for person_id, given, family in _names(sorted(person_ids))},
        children=children,
        places=departments_of(child_ids, actor.today),
        protected=protected_among(actor, child_ids),
    )


def by_name(person_ids: Collection[UUID]) -> list[User]:
    """Return these people in the order of their names; read are the names alone. One query."""
    people = (of_row(User, ("id", "given_name", "family_name"), row) for row in _names(sorted(person_ids)))
    return sorted(people, key=lambda person: person.full_name)


@prepared
def _names(person_ids: Collection[UUID]) -> Rows:
    return User.objects.filter(pk__in=person_ids).order_by().values_list("pk", "given_name", "family_name")


def readers_before(
    actor: Actor, circles: Sequence[rules.Circle], addressee: Addressee, children: Mapping[UUID, str], now: datetime
) -> ReaderList:
    """Return the list for conversations that are yet to begin; `children` are their names."""
    readers = readers_of_all(circles, addressee, actor.today)
    people = people_of(actor, circles, {person for found in readers for person in found}, children)
    lately = _spoken_lately(actor, addressee, {child for circle in circles for child in circle.children})
    said_on = [max((lately[child] for child in circle.children if child in lately), default=None) for circle in circles]
    found = list_of(circles, readers, addressee, people, said_on=said_on)
    if _is_family(actor, readers):
        return found
    # Not of an answer: somebody waits for it, however much was sent.
    told = of_attention({place.department_id for place in people.places.values()}, now)
    return replace(found, cautions=(*found.cautions, *told))


def _spoken_lately(actor: Actor, addressee: Addressee, child_ids: Collection[UUID]) -> dict[UUID, date]:
    """Return on which day the last words were said about each of these children where the actor reads them."""
    rows = threads_for(actor).filter(addressee=addressee, about__child__in=child_ids, last_at__isnull=False)
    last = rows.order_by().values("about__child").annotate(last=Max("last_at")).values_list("about__child", "last")
    return {child_id: days.day_of(moment) for child_id, moment in last}


def _is_family(actor: Actor, readers: Iterable[Readers]) -> bool:
    return any(actor.person_id in found and found[actor.person_id].relation == Relation.GUARDIAN for found in readers)


def list_of(
    circles: Sequence[rules.Circle],
    readers: Sequence[Readers],
    addressee: Addressee,
    people: People,
    *,
    said_on: Sequence[date | None],
) -> ReaderList:
    """Return the list of those readers; whoever has come to a circle's children after its `said_on` is new."""
    actor = people.actor
    made = tuple(
        Circle(people.about(circle), _rows(circle, found, people, since), _summary(circle, found, people))
        for circle, found, since in zip(circles, readers, said_on, strict=True)
    )
    return ReaderList(
        circles=made,
        number=len({row.person_id for circle in made for row in circle.rows}),
        stamp=stamp_of(circles, readers, addressee, actor.person_id),
        cautions=tuple(_cautions(circles, readers, people, made)),
    )


def _cautions(
    circles: Sequence[rules.Circle], readers: Sequence[Readers], people: People, made: Sequence[Circle]
) -> Iterator[Caution]:
    yield from of_many(max(len(circle.rows) for circle in made), many=LARGE + 1)
    if not _is_family(people.actor, readers):  # a family knows of itself
        yield from of_protected(people.actor, people.protected)
    # Where the homes have a conversation each, that is said by itself; the families know each other's.
    if len(circles) == 1 and not _is_family(people.actor, readers):
        yield from of_homes(circles[0].children, readers[0].keys(), people.protected)
    yield from of_new_names(row.name for circle in made for row in circle.rows if row.is_new and row.is_named)


def _rows(circle: rules.Circle, readers: Readers, people: People, said_on: date | None) -> tuple[Row, ...]:
    rows = []
    for reader in readers.values():
        relation, is_named = relation_word(reader.relation), not people.is_unknown(reader, circle)
        children = joined(sorted(people.children[child] for child in reader.child_ids))
        row = Row(
            person_id=reader.person_id,
            name=people.name(reader.person_id) if is_named else relation,
            what=f"{relation} · {children}" if is_named else children,
            is_named=is_named,
            is_you=reader.person_id == people.actor.person_id,
            is_new=said_on is not None and reader.met > said_on,
        )
        rows.append((ORDER[reader.relation], is_named, row))
    return tuple(
        row for *_order, row in sorted(rows, key=lambda one: (*one[:2], one[2].name.casefold(), one[2].person_id))
    )


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
