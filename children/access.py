"""The only place that says who may do what.

`TABLE` maps an action to rules. A rule (`children.openings`) looks at the actor, on the actor's date, and gives the
condition for the children, departments or preschools that it opens. Rules are OR-ed; denials come last and always
win. The same table answers three questions: which (`children_for`), this one (`get_child`), and may I (`can`).
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from children.actions import Action as Action  # noqa: PLC0414 (asked for together with its table)
from children.actors import Actor
from children.models import (
    Area,
    BackupPlacement,
    Block,
    Child,
    Department,
    Guardianship,
    Placement,
    Preschool,
    StaffRole,
)
from children.openings import (
    Opens,
    Rule,
    administrator,
    archivist,
    communicator,
    employed_where_the_child_is,
    granted,
    guardian_of,
    guardian_of_placed,
    named_children_of,
    named_reader,
    principal_of,
    tablet_here,
    tablet_with_pin,
    works_where_the_child_is,
)
from children.whereabouts import among
from portal.lib.models import holds_on

Kind = StaffRole.Kind
Target = TypeVar("Target", Child, Department, Preschool)


TABLE: dict[Action, tuple[Rule, ...]] = {
    # "knows that the child is there": whoever may do anything else with it may this, and whoever may not gets a 404
    Action.SEE_CHILD: (
        guardian_of,
        works_where_the_child_is,
        employed_where_the_child_is,
        principal_of,
        tablet_here,
        granted,
    ),
    # the child's page for those who work with it
    Action.SEE_FILE: (works_where_the_child_is, employed_where_the_child_is, principal_of, tablet_with_pin, granted),
    Action.SEE_NOTES: (guardian_of, works_where_the_child_is, principal_of, tablet_with_pin, granted),
    Action.SEE_CONTACTS: (works_where_the_child_is, employed_where_the_child_is, principal_of, tablet_with_pin),
    Action.SEE_IDENTITY: (named_reader,),
    Action.SEE_OWN: (guardian_of,),
    Action.PLAN: (guardian_of_placed,),
    # Staff say it for a family that calls. Substitutes, too: who opens in the morning is whom families reach.
    Action.PLAN_FOR: (works_where_the_child_is, employed_where_the_child_is, principal_of, tablet_with_pin),
    Action.SET_HOMES: (employed_where_the_child_is, principal_of),
    Action.REPORT_ABSENCE: (guardian_of_placed, works_where_the_child_is, principal_of, tablet_with_pin, granted),
    Action.MANAGE_CONTACTS: (guardian_of_placed,),
    Action.TAP: (tablet_here, works_where_the_child_is, principal_of),
    Action.TAP_MANY_OUT: (tablet_with_pin, works_where_the_child_is, principal_of),
    Action.CORRECT: (tablet_with_pin, works_where_the_child_is, principal_of),
    Action.WRITE_ALLERGY: (works_where_the_child_is, employed_where_the_child_is, principal_of, tablet_with_pin),
    # Conversations: which of them, and with whom, `messaging` asks besides. Families write while the child is placed.
    Action.READ_DEPARTMENTS_MAIL: (
        guardian_of,
        works_where_the_child_is,
        employed_where_the_child_is,
        principal_of,
        tablet_with_pin,
    ),
    Action.READ_PRINCIPALS_MAIL: (guardian_of, principal_of),
    Action.WRITE_TO_DEPARTMENT: (
        guardian_of_placed,
        works_where_the_child_is,
        employed_where_the_child_is,
        principal_of,
        tablet_with_pin,
    ),
    Action.WRITE_TO_PRINCIPAL: (guardian_of_placed, principal_of),
    Action.JOURNALISE: (principal_of,),
    Action.ANSWER_FORMS: (guardian_of_placed,),
    Action.CONFIRM_GUARDIAN: (employed_where_the_child_is, principal_of),
    Action.BLOCK: (principal_of,),
    Action.GRANT: (principal_of,),
    Action.ANSWER_CONSENTS: (guardian_of,),  # of a child that has left, too: what was published is still there
    Action.RECORD_CONSENTS: (employed_where_the_child_is, principal_of),
    Action.SEE_BOARD: (tablet_here, works_where_the_child_is, principal_of),
    Action.LIST_CHILDREN: (works_where_the_child_is, principal_of, tablet_with_pin),
    Action.ANNOUNCE: (employed_where_the_child_is, principal_of),
    Action.SHARE_DOCUMENTS: (employed_where_the_child_is, principal_of),  # they are read with SEE_FILE and SEE_OWN
    Action.WRITE_POSTS: (works_where_the_child_is, principal_of, tablet_with_pin),
    Action.KEEP_FORMS: (works_where_the_child_is, employed_where_the_child_is, principal_of, tablet_with_pin),
    Action.RECORD_FORMS: (employed_where_the_child_is, principal_of),  # what a guardian has answered on paper
    Action.INVITE: (employed_where_the_child_is, principal_of),
    Action.OVERSEE: (principal_of,),
    Action.PAIR_TABLETS: (principal_of,),
    Action.INVITE_STAFF: (principal_of,),
    Action.SET_RULES: (principal_of, administrator),
    Action.IMPORT_REGISTER: (administrator,),
    Action.INVITE_PRINCIPALS: (administrator,),
    Action.PROTECT: (administrator,),
    Action.SET_CONSENT_RULES: (administrator,),
    Action.SET_REMOVAL: (administrator,),
    Action.SEE_FIGURES: (administrator,),
    Action.SEE_WAITING: (administrator,),
    Action.SEE_INCIDENTS: (administrator,),  # of what was withdrawn; whoever leads sees that of the own places
    Action.BROADCAST: (communicator,),
    Action.READ_JOURNAL: (archivist,),
}

GRANTABLE = tuple(action for action, rules in TABLE.items() if granted in rules)

# What tells who a child with protected identity belongs to: for its named readers alone.
TELLS_THE_FAMILY = frozenset(
    {
        Action.SEE_CONTACTS,
        Action.CONFIRM_GUARDIAN,
        Action.SET_HOMES,
        Action.RECORD_CONSENTS,
        Action.RECORD_FORMS,
    }
)

# What the house keeps of a family. Nobody does it as one of the house with a child whose guardian it ever is.
NEVER_WITH_ONES_OWN = frozenset(
    {Action.RECORD_CONSENTS, Action.SHARE_DOCUMENTS, Action.KEEP_FORMS, Action.RECORD_FORMS}
)


# Denials: last, and they always win ---------------------------------------------------------------------------------


def _denied(actor: Actor, action: Action) -> Q | None:
    """Return the children that no rule opens for this actor, or None when there is no ground for denial.

    A blocked person's PIN takes nothing off the wall: the tablet goes on showing and counting every child, and
    what the PIN itself would have opened stays shut.
    """
    denied: list[Q] = []
    if actor.person is not None and not (actor.tablet and tablet_here in TABLE[action]):
        denied.append(Q(pk__in=Block.objects.in_force().filter(person=actor.person).values("child")))
    if action in TELLS_THE_FAMILY:
        denied.append(~Q(protection="none") & ~Q(pk__in=named_children_of(actor)))
    if action in NEVER_WITH_ONES_OWN and actor.person is not None:
        denied.append(Q(pk__in=Guardianship.objects.filter(guardian=actor.person).values("child")))
    condition = Q()
    for denial in denied:
        condition |= denial
    return condition or None


# Three questions, one answer ----------------------------------------------------------------------------------------


def _opening(actor: Actor, action: Action) -> list[Opens]:
    """Return what each rule opens. A frozen account opens nothing, wherever its owner still is logged in."""
    if actor.person is not None and not actor.person.is_active:
        return []
    return [rule(actor, action) for rule in TABLE[action]]


def _opened(actor: Actor, action: Action, kind: str) -> Q | None:
    """Return the departments or preschools that the rules open together."""
    conditions: list[Q] = [opened for opens in _opening(actor, action) if (opened := getattr(opens, kind)) is not None]
    return reduce(or_, conditions) if conditions else None


def children_for(actor: Actor, action: Action) -> QuerySet[Child]:
    """Return the children with whom the actor may do this today."""
    ids = tuple(one for opens in _opening(actor, action) for one in opens.children)
    if not ids:
        return Child.objects.none()
    denied = _denied(actor, action)
    children = Child.objects.filter(among(ids))
    return children.exclude(denied) if denied is not None else children


def departments_for(actor: Actor, action: Action) -> QuerySet[Department]:
    """Return the departments at which the actor may do this today."""
    opened = _opened(actor, action, "departments")
    if opened is None:
        return Department.objects.none()
    return Department.objects.filter(opened).filter(Q(ends_on=None) | Q(ends_on__gte=actor.today))


def preschools_for(actor: Actor, action: Action) -> QuerySet[Preschool]:
    """Return the preschools at which the actor may do this today."""
    opened = _opened(actor, action, "preschools")
    if opened is None:
        return Preschool.objects.none()
    return Preschool.objects.filter(opened).filter(Q(ends_on=None) | Q(ends_on__gte=actor.today))


def get_child(actor: Actor, action: Action, child_id: UUID, *, lock: bool = False) -> Child:
    """Return the child when the actor may do this with it.

    Raises `Http404` for a child that the actor may not even see, which is also the answer for one that does not
    exist, and `PermissionDenied` for a child that the actor sees but may not do this with. With `lock` the row is
    held until the transaction ends.
    """
    children = children_for(actor, action)
    if lock:
        children = children.select_for_update(of=("self",))
    if child := children.filter(pk=child_id).first():
        return child
    if action != Action.SEE_CHILD and children_for(actor, Action.SEE_CHILD).filter(pk=child_id).exists():
        raise PermissionDenied
    raise Http404


def get_department(actor: Actor, action: Action, department_id: UUID) -> Department:
    """Return the department (with its preschool) when the actor may do this there; else as `get_child`.

    A tablet brings its own department with it, so that the board, which asks every second, needs no query for it.
    """
    if actor.tablet and actor.tablet.department_id == department_id and tablet_here in TABLE[action]:
        own = actor.tablet.department
        if own.ends_on is None or own.ends_on >= actor.today:
            return own
    departments = departments_for(actor, action).select_related("preschool")
    if department := departments.filter(pk=department_id).first():
        return department
    if departments_for(actor, Action.SEE_BOARD).filter(pk=department_id).exists():
        raise PermissionDenied
    raise Http404


def get_preschool(actor: Actor, action: Action, preschool_id: UUID) -> Preschool:
    """Return the preschool when the actor may do this there. Raises `Http404` otherwise."""
    if preschool := preschools_for(actor, action).filter(pk=preschool_id).first():
        return preschool
    raise Http404


def areas_for(actor: Actor) -> QuerySet[Area]:
    """Return the areas of which the actor leads every preschool."""
    theirs = Preschool.objects.filter(area=OuterRef("pk")).open_on(actor.today)
    led = preschools_for(actor, Action.OVERSEE).order_by().values("pk")
    return Area.objects.filter(Exists(theirs), ~Exists(theirs.exclude(pk__in=led)))


def leads_area(actor: Actor, area_id: UUID) -> bool:
    """Tell whether the actor leads every preschool of the area."""
    return areas_for(actor).filter(pk=area_id).exists()


def can(actor: Actor, action: Action, target: Child | Department | Preschool | None = None) -> bool:
    """Tell whether the actor may do this, with this child, department or preschool, or for the municipality."""
    if isinstance(target, Child):
        return children_for(actor, action).filter(pk=target.pk).exists()
    if isinstance(target, Department):
        return departments_for(actor, action).filter(pk=target.pk).exists()
    if isinstance(target, Preschool):
        return preschools_for(actor, action).filter(pk=target.pk).exists()
    if actor.person is not None and not actor.person.is_active:
        return False
    return any(rule(actor, action).municipality for rule in TABLE[action])


def demand(actor: Actor, action: Action) -> None:
    """Raise `Http404` unless the actor may do this for the municipality."""
    if not can(actor, action):
        raise Http404


def where_today(child: Child, actor: Actor) -> Department | None:
    """Return the department in which the child is today, if it is placed."""
    for placements in (BackupPlacement.objects, Placement.objects):
        row = placements.filter(holds_on(actor.today), child=child).select_related("department__preschool").first()
        if row is not None:
            return row.department
    return None
