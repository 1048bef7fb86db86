"""Lists of children: a department's and a preschool's, with search by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from children.access import Action, children_for
from children.actors import Actor
from children.models import BackupPlacement, Child, Department, Placement, Preschool
from children.rules import is_birthday, is_found
from children.whereabouts import children_in


@dataclass(frozen=True)
class ListedChild:
    """A child in a list."""

    child: Child
    department: str
    begins_on: date | None
    has_birthday: bool


def department_children(actor: Actor, department: Department, search: str = "") -> list[ListedChild]:
    """Return the children who are in the department today or begin there soon, by name."""
    return _listed(actor, Q(pk=department.pk), search)


def preschool_children(actor: Actor, preschool: Preschool, search: str = "") -> list[ListedChild]:
    """Return the children of all the preschool's departments, by name; each once, where it is."""
    return _listed(actor, Q(preschool=preschool), search)


def _listed(actor: Actor, departments: Q, search: str) -> list[ListedChild]:
    here = children_in(departments, actor, soon=True)
    seen = children_for(actor, Action.SEE_FILE).filter(here)
    children = [child for child in seen if is_found(child, search)]
    places = _places(children, actor.today)
    return [
        ListedChild(
            child=child,
            department=places.get(child.pk, ("", None))[0],
            begins_on=places.get(child.pk, ("", None))[1],
            has_birthday=_has_birthday(child, actor.today),
        )
        for child in sorted(children, key=lambda child: (child.given_name.casefold(), child.family_name.casefold()))
    ]


def _has_birthday(child: Child, day: date) -> bool:
    """Tell whether the child has its birthday; somebody with protected identity is in no birthday list."""
    born = child.birth_date
    return born is not None and not child.is_protected and is_birthday(born, day)


def _places(children: Iterable[Child], day: date) -> dict[UUID, tuple[str, date | None]]:
    """Return where each child is today, or where it begins and when: one query for each kind of placement."""
    ids = [child.pk for child in children]
    found: dict[UUID, tuple[str, date | None]] = {}
    placed = Placement.objects.on_or_after(day).filter(child__in=ids).select_related("department")
    for row in placed.order_by("-starts_on"):
        found[row.child_id] = (row.department.name, row.starts_on if row.starts_on > day else None)
    for backup in BackupPlacement.objects.on(day).filter(child__in=ids).select_related("department"):
        found[backup.child_id] = (backup.department.name, None)
    return found
