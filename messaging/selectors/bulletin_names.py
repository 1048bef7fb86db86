"""The guardians who read a bulletin, as the one who asks may know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from children import access
from children.access import Action
from children.actors import Actor
from children.models import Child
from children.selectors.placing import places_of
from children.selectors.reach_places import to_families

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

    @property
    def name(self) -> str:
        if self.person:
            return self.person.full_name
        return ngettext("Vårdnadshavare", "{number} vårdnadshavare", self.number).format(number=self.number)

    @property
    def of(self) -> str:
        return ", ".join(child.tile_name for child in self.children)


def named(actor: Actor, guardians: Guardians) -> list[Named]:
    """Return the guardians of children whom the actor works with, by child: three queries."""
    asked = {child for children in guardians.values() for child in children}
    seen = {child.pk: child for child in access.children_for(actor, Action.SEE_FILE).filter(pk__in=asked)}
    known = set(access.children_for(actor, Action.SEE_CONTACTS).filter(pk__in=seen.keys()).values_list("pk", flat=True))
    people = User.objects.sealed().in_bulk([one for one, children in guardians.items() if children & known])
    found = []
    for person_id, children in guardians.items():
        shown = children & known or children & seen.keys()
        if shown:
            own = tuple(sorted((seen[child] for child in shown), key=lambda child: (child.given_name, child.pk)))
            found.append(Named(person_id, people.get(person_id), own))
    return sorted(found, key=lambda one: (one.of.casefold(), one.person is None, one.name.casefold()))


def together(rows: list[Named]) -> list[Named]:
    """Return the same with those whom nobody names counted in one row for the same children."""
    found: dict[object, Named] = {}
    for row in rows:
        key = row.person_id if row.person else row.children
        before = found.get(key)
        found[key] = Named(row.person_id, row.person, row.children, before.number + 1) if before else row
    return list(found.values())


@dataclass(frozen=True)
class Counted:
    """How many guardians read at a place. `department_id` is None where whole preschools are counted."""

    preschool: str
    department: str
    department_id: UUID | None
    number: int


def counted(guardians: Guardians, today: date, *, by_preschool: bool) -> list[Counted]:
    """Return how many guardians read where, each counted at one place only: one query."""
    places = places_of({child for children in guardians.values() for child in children}, to_families(today))
    numbers: dict[tuple[str, str, UUID | None], int] = {}
    for children in guardians.values():
        place = next((own for child in sorted(children) for own in places.get(child, ()) if not own.is_backup), None)
        key: tuple[str, str, UUID | None] = (place.preschool, "", None) if place else ("", "", None)
        if place and not by_preschool:
            key = (place.preschool, place.department, place.department_id)
        numbers[key] = numbers.get(key, 0) + 1
    return [
        Counted(preschool or _("Utan placering idag"), department, department_id, number)
        for (preschool, department, department_id), number in sorted(numbers.items(), key=lambda row: row[0][:2])
    ]
