"""With whom and about whom somebody may begin a conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from children.access import Action, children_for
from children.actors import Actor
from children.prepared_access import prepared_for_actor
from children.selectors.placing import departments_of
from messaging.models import Addressee
from messaging.selectors.readers import may_be_written_about
from portal.lib.prepared import Rows


@dataclass(frozen=True)
class Choice:
    """A child to choose, as components/chips.html prints it."""

    value: UUID
    label: str
    initials: str
    tint: int
    chosen: bool


@dataclass(frozen=True)
class Group:
    """The children of a department, or the own."""

    name: str
    chips: tuple[Choice, ...]

    @property
    def has_chosen(self) -> bool:
        return any(chip.chosen for chip in self.chips)


@dataclass(frozen=True)
class Beginning:
    """Whom one may write about, for each addressee; `names` are the children's given names."""

    addressees: Mapping[Addressee, str]
    children: Mapping[Addressee, frozenset[UUID]]
    names: Mapping[UUID, str]
    labels: Mapping[UUID, tuple[str, str]]
    own: frozenset[UUID]

    @property
    def is_house(self) -> bool:
        return any(children - self.own for children in self.children.values())


def may_begin(actor: Actor) -> bool:
    """Tell whether there is a child about whom the actor may write: one query, mostly."""
    return any(_somebody(actor, addressee) for addressee in Addressee)


@prepared_for_actor
def _somebody(actor: Actor, addressee: Addressee) -> Rows:
    return may_be_written_about(actor, addressee).order_by().values_list("pk")[:1]


def beginning(actor: Actor) -> Beginning:
    """Return whom the actor may write about: a query for each addressee, and one more for who works here."""
    rows = {
        addressee: list(may_be_written_about(actor, addressee).values_list("pk", "given_name", "family_name"))
        for addressee in Addressee
    }
    names = {row[0]: (row[1], row[2]) for found in rows.values() for row in found}
    own = frozenset(names)
    if actor.roles:
        own &= frozenset(children_for(actor, Action.SEE_OWN).values_list("pk", flat=True))
    is_house = bool(names.keys() - own)
    words = {
        Addressee.DEPARTMENT: _("Från avdelningen") if is_house else _("Avdelningen"),
        Addressee.PRINCIPAL: _("Från rektor") if is_house else _("Rektor"),
    }
    return Beginning(
        addressees={addressee: words[addressee] for addressee in Addressee if rows[addressee]},
        children={addressee: frozenset(row[0] for row in found) for addressee, found in rows.items()},
        names={child_id: given for child_id, (given, _family) in names.items()},
        labels=names,
        own=own,
    )


def groups_of(actor: Actor, found: Beginning, chosen: set[UUID]) -> list[Group]:
    """Return the children by department, own ones first and by themselves where the actor works here: one query."""
    by_name: dict[str, list[UUID]] = defaultdict(list)
    others = found.names.keys() - found.own
    places = departments_of(others, actor.today) if others else {}
    for child_id in found.names:
        if child_id in found.own:
            by_name[_("Dina barn") if found.is_house else ""].append(child_id)
        else:
            by_name[places[child_id].department if child_id in places else _("Börjar snart")].append(child_id)
    first = {"": 0, _("Dina barn"): 0}
    return [
        Group(
            name, tuple(_chip(child_id, found, chosen) for child_id in sorted(ids, key=lambda one: found.labels[one]))
        )
        for name, ids in sorted(by_name.items(), key=lambda item: (first.get(item[0], 1), item[0].casefold()))
    ]


def _chip(child_id: UUID, found: Beginning, chosen: set[UUID]) -> Choice:
    given, family = found.labels[child_id]
    label = given if child_id in found.own else f"{given} {family[:1]}".strip()
    return Choice(child_id, label, (given[:1] + family[:1]).upper(), child_id.int % 6, child_id in chosen)
