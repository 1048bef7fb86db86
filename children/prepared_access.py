"""The access table's answers for those who ask all day, as statements that are made once.

Nothing is decided here: each statement is `access.children_for` itself, asked for a stand-in of whom only ids and the
kinds of roles are known. All rights hang on these, and on rows that name them; an account that is frozen has none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import update_wrapper
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.db.models import Q

from children import access
from children.access import Action, children_for, get_child
from children.actors import Actor
from children.models import Child, Department, Preschool, StaffRole
from children.selectors.people import is_kept_apart
from children.selectors.placed import is_placed
from children.whereabouts import children_in
from portal.lib.models import of_row
from portal.lib.prepared import Row, Rows, prepared_for_some


@dataclass(frozen=True)
class Asked:
    """What is asked of the children: which columns, in which order, and whether their rows are to be held.

    With `kept_apart` one more column, the last, tells whether there is somebody from whom the child must be kept; with
    `placed` one tells whether its placement has not ended.
    """

    columns: tuple[str, ...]
    order: tuple[str, ...] = ()
    hold: bool = False
    kept_apart: bool = False
    placed: bool = False

    def of(self, actor: Actor, action: Action, among: Collection[UUID] | None, at: UUID | None) -> Rows:
        children = children_for(actor, action).order_by(*self.order)
        if at is not None:
            children = children.filter(children_in(Q(pk=at), actor))
        if among is not None:
            children = children.filter(pk__in=among)
        if self.hold:
            children = children.select_for_update(of=("self",), no_key=True)
        more = [is_kept_apart()] * self.kept_apart + [is_placed(actor)] * self.placed
        return children.values_list(*self.columns, *more)


PLACES = ("department_id", "preschool_id", "area_id")
DEPARTMENT = ("id", "name", "preschool_id", "starts_on", "ends_on")
PRESCHOOL = ("id", "name", "area_id")
Given = ParamSpec("Given")
Kinds = tuple[tuple[str, str], ...]
NAMES = Asked(("id", "given_name", "family_name"))


def _roles_of(actor: Actor) -> tuple[Kinds, list[UUID]]:
    """Return of which kinds the actor's roles are and by which column each has its place; their ids, each before its
    place's.
    """
    kinds: list[tuple[str, str]] = []
    ids: list[UUID] = []
    for role in actor.roles:
        column = next((name for name in PLACES if getattr(role, name)), "")
        kinds.append((role.kind, column))
        ids += [role.pk, getattr(role, column)] if column else [role.pk]
    return tuple(kinds), ids


def _roles_at(kinds: Kinds, ids: Iterable[UUID]) -> list[StaffRole]:
    """Return roles of these kinds, with the ids that `_roles_of` gave."""
    given = iter(ids)
    return [StaffRole(pk=next(given), kind=kind, **({column: next(given)} if column else {})) for kind, column in kinds]


def prepared_for_actor(
    build: Callable[Concatenate[Actor, Given], Rows],
) -> Callable[Concatenate[Actor, Given], list[Row]]:
    """Return a function that reads what `build` asks for an actor, with SQL that is made once for all of its kind.

    What is built is asked of a stand-in, of whose roles only the ids, kinds and places are known.
    """

    @prepared_for_some
    def of_stand_in(
        ids: Collection[UUID],
        kinds: Kinds,
        person_id: UUID | None,
        place_id: UUID | None,
        today: date,
        visible_before_days: int,
        *args: Given.args,
        **named: Given.kwargs,
    ) -> Rows:
        actor = Actor.standing_in(
            person_id=person_id,
            place_id=place_id,
            roles=_roles_at(kinds, ids),
            today=today,
            visible_before_days=visible_before_days,
        )
        return build(actor, *args, **named)

    def read(actor: Actor, /, *args: Given.args, **named: Given.kwargs) -> list[Row]:
        if actor.person is not None and not actor.person.is_active:
            return []
        kinds, ids = _roles_of(actor)
        # Who is here today is all that a tablet shows: how early a child is seen does not concern it.
        before = 0 if actor.tablet else actor.municipality.visible_before_days
        return of_stand_in(ids, kinds, actor.person_id, actor.place_id, actor.today, before, *args, **named)

    update_wrapper(read, build)
    return read


@prepared_for_actor
def child_rows(
    actor: Actor, action: Action, asked: Asked, *, among: Collection[UUID] | None = None, at: UUID | None = None
) -> Rows:
    """Return what is asked of the children with whom the actor may do this today: one query.

    `among` and `at` leave those of some ids, and those who are at a department today. Rows that are to be held are
    held until the transaction ends.
    """
    return asked.of(actor, action, among, at)


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
        kinds, ids = _roles_of(actor)
        for row in _departments(department_id, ids, kinds, action, actor.today):
            found = of_row(Department, DEPARTMENT, row[: len(DEPARTMENT)])
            found.preschool = of_row(Preschool, PRESCHOOL, row[len(DEPARTMENT) :])
            return found
    return access.get_department(actor, action, department_id)


@prepared_for_some
def _departments(department_id: UUID, ids: Collection[UUID], kinds: Kinds, action: Action, today: date) -> Rows:
    roles = _roles_at(kinds, ids)
    actor = Actor.standing_in(person_id=None, place_id=None, roles=roles, today=today, visible_before_days=0)
    found = access.departments_for(actor, action).filter(pk=department_id)
    return found.order_by().values_list(*DEPARTMENT, *(f"preschool__{name}" for name in PRESCHOOL))
