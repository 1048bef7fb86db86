"""The access table's answers for those who ask all day, as statements that are made once.

Nothing is decided here: each statement is `access.children_for` itself, asked for a stand-in of whom only the id is
known. That is enough for two kinds of actor: a tablet without a PIN, whose rights hang on its department and the day,
and a person without any role, whose rights hang on rows that name the person. Everybody else is asked for as always.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from children.access import Action, children_for, get_child
from children.actors import Actor
from children.models import Child
from children.selectors.people import is_kept_apart
from portal.lib.models import of_row
from portal.lib.prepared import Row, Rows, prepared


@dataclass(frozen=True)
class Asked:
    """What is asked of the children: which columns, in which order, and whether their rows are to be held.

    With `kept_apart` one more column, the last, tells whether there is somebody from whom the child must be kept.
    """

    columns: tuple[str, ...]
    order: tuple[str, ...] = ()
    hold: bool = False
    kept_apart: bool = False

    def of(self, actor: Actor, action: Action, among: Collection[UUID] | None) -> Rows:
        children = children_for(actor, action).order_by(*self.order)
        if among is not None:
            children = children.filter(pk__in=among)
        if self.hold:
            children = children.select_for_update(of=("self",), no_key=True)
        return children.values_list(*self.columns, *([is_kept_apart()] if self.kept_apart else []))


NAMES = Asked(("id", "given_name", "family_name"))


def child_rows(actor: Actor, action: Action, asked: Asked, *, among: Collection[UUID] | None = None) -> list[Row]:
    """Return what is asked of the children with whom the actor may do this today, or of those `among` them: one query.

    Rows that are to be held are held until the transaction ends.
    """
    if actor.is_wall and actor.place_id:
        return _wall(actor.place_id, action, asked, among, actor.today)
    if actor.is_family and actor.person_id:
        return _family(actor.person_id, action, asked, among, actor.today, actor.municipality.visible_before_days)
    return list(asked.of(actor, action, among))


def get_named_child(actor: Actor, action: Action, child_id: UUID) -> Child:
    """Return the child as `access.get_child` does, and refuse as it does; read are the names alone."""
    for row in child_rows(actor, action, NAMES, among=[child_id]):
        return of_row(Child, NAMES.columns, row)
    return get_child(actor, action, child_id)


def named_children(actor: Actor, action: Action, among: Collection[UUID]) -> dict[UUID, Child]:
    """Return, by id, those `among` the children with whom the actor may do this; read are the names alone."""
    rows = child_rows(actor, action, NAMES, among=among) if among else []
    return {row[0]: of_row(Child, NAMES.columns, row) for row in rows}


@prepared
def _wall(department_id: UUID, action: Action, asked: Asked, among: Collection[UUID] | None, today: date) -> Rows:
    return asked.of(Actor.of_wall(department_id, today), action, among)


@prepared
def _family(
    person_id: UUID, action: Action, asked: Asked, among: Collection[UUID] | None, today: date, visible_before_days: int
) -> Rows:
    return asked.of(Actor.of_family(person_id, today, visible_before_days), action, among)
