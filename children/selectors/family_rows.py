"""The guardians who read a bulletin or a post, as the one who asks may know them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from children import access
from children.access import Action
from children.actors import Actor
from children.models import Child
from children.selectors.reach import Relation
from children.selectors.reader_rows import Row
from children.words import relation_word

Guardians = Mapping[UUID, frozenset[UUID]]
"""The children for whose sake each guardian reads."""


@dataclass(frozen=True)
class Named:
    """A guardian with those of the children whom the reader of the list may know to be the guardian's.

    Without `person` it is nobody's name: a guardian of a child whose family only its named readers know (DOMAIN 6.1).
    """

    person_id: UUID
    person: User | None
    children: tuple[Child, ...]
    number: int = 1
    is_new: bool = False

    @property
    def name(self) -> str:
        if self.person:
            return self.person.full_name
        if self.number == 1:
            return _("Vårdnadshavare")
        words = ngettext("{number} vårdnadshavare", "{number} vårdnadshavare", self.number)
        return words.format(number=self.number)

    @property
    def of(self) -> str:
        return ", ".join(child.tile_name for child in self.children)

    @property
    def what(self) -> str:
        return f"{relation_word(Relation.GUARDIAN)} · {self.of}" if self.person else self.of


@dataclass(frozen=True)
class Families:
    """Guardians as they are printed, and how many more there are of whose children the sender sees none today."""

    rows: list[Named]
    unseen: int


def families(actor: Actor, guardians: Guardians, new: Collection[UUID] = ()) -> Families:
    """Return all of these guardians, each exactly once: by name, counted for the same children, or as unseen.

    Who is `new` is marked where it has a name.
    """
    rows = [replace(row, is_new=row.person is not None and row.person_id in new) for row in named(actor, guardians)]
    return Families(together(rows), len(guardians) - len(rows))


def families_of_each(actor: Actor, groups: Sequence[Guardians]) -> list[Families]:
    """Return the same for each of these groups: as many queries for twenty as for one."""
    named_each = _named_of_each(actor, groups)
    return [Families(together(rows), len(group) - len(rows)) for group, rows in zip(groups, named_each, strict=True)]


def named(actor: Actor, guardians: Guardians) -> list[Named]:
    """Return the guardians of children whom the actor works with, by child: three queries."""
    return _named_of_each(actor, [guardians])[0]


def _named_of_each(actor: Actor, groups: Sequence[Guardians]) -> list[list[Named]]:
    pairs = [pair for guardians in groups for pair in guardians.items()]
    asked = {child for _person, children in pairs for child in children}
    seen = {child.pk: child for child in access.children_for(actor, Action.SEE_FILE).filter(pk__in=asked)}
    known = set(access.children_for(actor, Action.SEE_CONTACTS).filter(pk__in=seen.keys()).values_list("pk", flat=True))
    people = User.objects.sealed().in_bulk({one for one, children in pairs if children & known})
    return [_named(guardians, seen, known, people) for guardians in groups]


def _named(
    guardians: Guardians, seen: Mapping[UUID, Child], known: Collection[UUID], people: Mapping[UUID, User]
) -> list[Named]:
    found = []
    for person_id, children in guardians.items():
        shown = children.intersection(known) or children & seen.keys()
        if shown:
            own = tuple(sorted((seen[child] for child in shown), key=lambda child: (child.given_name, child.pk)))
            found.append(Named(person_id, people.get(person_id), own))
    return sorted(found, key=lambda one: (one.of.casefold(), one.person is None, one.name.casefold()))


def house_rows(what: Mapping[UUID, str]) -> list[Row]:
    """Return those of the house by what they are, and by name: one query."""
    people = User.objects.sealed().in_bulk([*what])
    rows = [Row(people[person_id].full_name, said, person_id) for person_id, said in what.items()]
    return sorted(rows, key=lambda row: (row.what.casefold(), row.name.casefold(), row.person_id))


def together(rows: list[Named]) -> list[Named]:
    """Return the same with those whom nobody names counted in one row for the same children."""
    found: dict[object, Named] = {}
    for row in rows:
        key = row.person_id if row.person else row.children
        before = found.get(key)
        found[key] = replace(row, number=before.number + 1) if before else row
    return list(found.values())
