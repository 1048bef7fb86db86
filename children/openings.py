"""The rules of the access table: what each opens for an actor, on the actor's date (`children.access.TABLE`).

Conditions are `pk IN (subqueries)`, never joins: at the size of a municipality that is ten to thirty times faster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from children.actions import Action
from children.actors import Actor
from children.models import ChildGrant, Guardianship, NamedReader, Placement, StaffRole
from children.whereabouts import Ids, among, ids_in, is_visible

Kind = StaffRole.Kind


@dataclass(frozen=True)
class Opens:
    """What one rule opens for one actor; None, and no ids, open nothing."""

    children: Ids = ()
    departments: Q | None = None
    preschools: Q | None = None
    municipality: bool = False


Rule = Callable[[Actor, Action], Opens]
CLOSED = Opens()


def _places(actor: Actor, *kinds: Kind) -> Q | None:
    """Return the departments at which the person has a role of one of these kinds, directly or from above."""
    roles = [role for role in actor.roles if role.kind in kinds]
    places = Q()
    for column, ids in (
        ("pk__in", [role.department_id for role in roles if role.department_id]),
        ("preschool__in", [role.preschool_id for role in roles if role.preschool_id]),
        ("preschool__area__in", [role.area_id for role in roles if role.area_id]),
    ):
        if ids:
            places |= Q(**{column: ids})
    return places or None


def guardian_of(actor: Actor, _action: Action) -> Opens:
    """A confirmed guardian, from some days before the child's first placement (DOMAIN 2.11)."""
    if actor.person is None or actor.tablet:
        return CLOSED
    own = Guardianship.objects.on(actor.today).confirmed().filter(guardian=actor.person)
    begun = Placement.objects.filter(is_visible(actor), child=OuterRef("child"))
    return Opens(children=(own.filter(Exists(begun)).values("child"),))


def guardian_of_placed(actor: Actor, _action: Action) -> Opens:
    """A confirmed guardian of a child whose placement has not ended."""
    if actor.person is None or actor.tablet:
        return CLOSED
    own = Guardianship.objects.on(actor.today).confirmed().filter(guardian=actor.person)
    placed = Placement.objects.on_or_after(actor.today).filter(is_visible(actor), child=OuterRef("child"))
    return Opens(children=(own.filter(Exists(placed)).values("child"),))


def _at(actor: Actor, *kinds: Kind, soon: bool = False) -> Opens:
    places = None if actor.tablet else _places(actor, *kinds)
    if places is None:
        return CLOSED
    return Opens(children=ids_in(places, actor, soon=soon), departments=places)


def works_where_the_child_is(actor: Actor, _action: Action) -> Opens:
    """Staff and substitutes of the department where the child is today."""
    return _at(actor, Kind.STAFF, Kind.SUBSTITUTE)


def employed_where_the_child_is(actor: Actor, _action: Action) -> Opens:
    """Staff, not substitutes, of the department where the child is today or soon begins."""
    return _at(actor, Kind.STAFF, soon=True)


def principal_of(actor: Actor, _action: Action) -> Opens:
    """The principal of the preschool or the area."""
    opens = _at(actor, Kind.PRINCIPAL, soon=True)
    if opens.departments is None:
        return CLOSED
    led = [role for role in actor.roles if role.kind == Kind.PRINCIPAL]
    preschools = Q(pk__in=[role.preschool_id for role in led if role.preschool_id])
    preschools |= Q(area__in=[role.area_id for role in led if role.area_id])
    return Opens(children=opens.children, departments=opens.departments, preschools=preschools)


def tablet_here(actor: Actor, _action: Action) -> Opens:
    """A paired tablet in the department where the child is today."""
    if actor.tablet is None:
        return CLOSED
    here = Q(pk=actor.tablet.department_id)
    return Opens(children=ids_in(here, actor), departments=here)


def tablet_with_pin(actor: Actor, _action: Action) -> Opens:
    """The same tablet, with the PIN of somebody who works or leads there today."""
    if actor.tablet is None or actor.person is None:
        return CLOSED
    places = _places(actor, Kind.STAFF, Kind.SUBSTITUTE, Kind.PRINCIPAL)
    if places is None:
        return CLOSED
    here = Q(pk=actor.tablet.department_id) & places
    return Opens(children=ids_in(here, actor), departments=here)


def granted(actor: Actor, action: Action) -> Opens:
    """A grant to this person for this child and action, until its last day (django-guardian's rows).

    Whoever was granted anything sees that the child is there.
    """
    if actor.person is None or actor.tablet:
        return CLOSED
    grants = ChildGrant.objects.on(actor.today).filter(user=actor.person)
    if action != Action.SEE_CHILD:
        grants = grants.filter(permission__codename=action.value)
    return Opens(children=(grants.values("content_object"),))


def named_children_of(actor: Actor) -> QuerySet[NamedReader]:
    """Return the children with protected identity whose named list has the actor today."""
    named = NamedReader.objects.on(actor.today).filter(reader=actor.person, identity__child__isnull=False)
    return named.values("identity__child")  # type: ignore[return-value]  # a ValuesQuerySet is still a QuerySet


def named_reader(actor: Actor, _action: Action) -> Opens:
    """Somebody on the named list of a child with protected identity, who still works where the child is."""
    here, soon = _at(actor, Kind.STAFF, Kind.SUBSTITUTE), _at(actor, Kind.STAFF, Kind.PRINCIPAL, soon=True)
    reached = here.children + soon.children
    return Opens(children=(named_children_of(actor).filter(among(reached, "identity__child")),)) if reached else CLOSED


def administrator(actor: Actor, _action: Action) -> Opens:
    """Runs the system for the municipality."""
    return Opens(municipality=actor.tablet is None and actor.has_role(Kind.ADMINISTRATOR))


def communicator(actor: Actor, _action: Action) -> Opens:
    """Writes to everybody for the municipality."""
    return Opens(municipality=actor.tablet is None and actor.has_role(Kind.COMMUNICATOR))


def archivist(actor: Actor, _action: Action) -> Opens:
    """Keeps what was handed over to the registry."""
    return Opens(municipality=actor.tablet is None and actor.has_role(Kind.ARCHIVIST))
