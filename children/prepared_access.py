"""The access table's answers for those who ask all day, as statements that are made once.

Nothing is decided here: each statement is `access.children_for` itself, asked for a stand-in of whom only ids and the
kinds of roles are known. All rights hang on these, and on rows that name them; an account that is frozen has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from children import access
from children.access import Action, children_for, get_child
from children.actors import Actor
from children.models import Child, Department, Preschool, StaffRole
from children.selectors.people import is_kept_apart
from children.whereabouts import children_in
from portal.lib.models import of_row
from portal.lib.prepared import Row, Rows, prepared_for_some


@dataclass(frozen=True)
class Asked:
    """What is asked of the children: which columns, in which order, and whether their rows are to be held.

    With `kept_apart` one more column, the last, tells whether there is somebody from whom the child must be kept.
    """

    columns: tuple[str, ...]
    order: tuple[str, ...] = ()
    hold: bool = False
    kept_apart: bool = False

    def of(self, actor: Actor, action: Action, among: Collection[UUID] | None, at: UUID | None) -> Rows:
        children = children_for(actor, action).order_by(*self.order)
        if at is not None:
            children = children.filter(children_in(Q(pk=at), actor))
        if among is not None:
            children = children.filter(pk__in=among)
        if self.hold:
            children = children.select_for_update(of=("self",), no_key=True)
        return children.values_list(*self.columns, *([is_kept_apart()] if self.kept_apart else []))


PLACES = ("department_id", "preschool_id", "area_id")
DEPARTMENT = ("id", "name", "preschool_id", "starts_on", "ends_on")
PRESCHOOL = ("id", "name", "area_id")
Kinds = tuple[tuple[str, str], ...]
NAMES = Asked(("id", "given_name", "family_name"))


def child_rows(
    actor: Actor, action: Action, asked: Asked, *, among: Collection[UUID] | None = None, at: UUID | None = None
) -> list[Row]:
    """Return what is asked of the children with whom the actor may do this today: one query.

    `among` and `at` leave those of some ids, and those who are at a department today. Rows that are to be held are
    held until the transaction ends.
    """
    if actor.person is not None and not actor.person.is_active:
        return []
    kinds, places = _roles_of(actor)
    return _rows(
        *places,
        kinds=kinds,
        action=action,
        asked=asked,
        among=among,
        at=at,
        person_id=actor.person_id,
        place_id=actor.place_id,
        today=actor.today,
        # Who is here today is all that a tablet shows: how early a child is seen does not concern it.
        visible_before_days=0 if actor.tablet else actor.municipality.visible_before_days,
    )


def get_named_child(actor: Actor, action: Action, child_id: UUID) -> Child:
    """Return the child as `access.get_child` does, and refuse as it does; read are the names alone."""
    for row in child_rows(actor, action, NAMES, among=[child_id]):
        return of_row(Child, NAMES.columns, row)
    return get_child(actor, action, child_id)


def named_children(actor: Actor, action: Action, among: Collection[UUID]) -> dict[UUID, Child]:
    """Return, by id, those `among` the children with whom the actor may do this; read are the names alone."""
    rows = child_rows(actor, action, NAMES, among=among) if among else []
    return {row[0]: of_row(Child, NAMES.columns, row) for row in rows}


def get_department(actor: Actor, action: Action, department_id: UUID) -> Department:
    """Return the department, with its preschool, as `access.get_department` does, and refuse as it does."""
    if actor.tablet is None and (actor.person is None or actor.person.is_active):
        kinds, places = _roles_of(actor)
        for row in _departments(department_id, *places, kinds=kinds, action=action, today=actor.today):
            found = of_row(Department, DEPARTMENT, row[: len(DEPARTMENT)])
            found.preschool = of_row(Preschool, PRESCHOOL, row[len(DEPARTMENT) :])
            return found
    return access.get_department(actor, action, department_id)


def _roles_of(actor: Actor) -> tuple[Kinds, list[UUID]]:
    """Return of which kinds the actor's roles are and by which column each has its place; and these places."""
    kinds: list[tuple[str, str]] = []
    places: list[UUID] = []
    for role in actor.roles:
        column = next((name for name in PLACES if getattr(role, name)), "")
        kinds.append((role.kind, column))
        places += [getattr(role, column)] if column else []
    return tuple(kinds), places


def _roles_at(kinds: Kinds, places: Iterable[UUID]) -> list[StaffRole]:
    """Return roles of these kinds, each at the next of the places, or nowhere in particular."""
    given = iter(places)
    return [StaffRole(kind=kind, **({column: next(given)} if column else {})) for kind, column in kinds]


@prepared_for_some
def _departments(department_id: UUID, *places: UUID, kinds: Kinds, action: Action, today: date) -> Rows:
    roles = _roles_at(kinds, places)
    actor = Actor.standing_in(person_id=None, place_id=None, roles=roles, today=today, visible_before_days=0)
    found = access.departments_for(actor, action).filter(pk=department_id)
    return found.order_by().values_list(*DEPARTMENT, *(f"preschool__{name}" for name in PRESCHOOL))


@prepared_for_some
def _rows(
    *places: UUID,
    kinds: Kinds,
    action: Action,
    asked: Asked,
    among: Collection[UUID] | None,
    at: UUID | None,
    person_id: UUID | None,
    place_id: UUID | None,
    today: date,
    visible_before_days: int,
) -> Rows:
    """Ask for a stand-in with roles of these kinds at these places."""
    roles = _roles_at(kinds, places)
    actor = Actor.standing_in(
        person_id=person_id, place_id=place_id, roles=roles, today=today, visible_before_days=visible_before_days
    )
    return asked.of(actor, action, among, at)
