"""Whom an administrator may want to protect, found by the whole name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Protection, User
from children.actors import Actor
from children.models import Child, Guardianship, Placement, StaffRole
from children.rules import is_named

FEWEST_WORDS = 2
MOST_FOUND = 20


@dataclass(frozen=True)
class Found:
    """Somebody with the name that was searched for, and what tells them from others with it."""

    id: UUID
    name: str
    is_child: bool
    what: str


def people_to_protect(actor: Actor, search: str) -> list[Found]:
    """Return the children and grown-ups whose name holds every word: at least two, so that nobody leafs through.

    Who is protected already is found by no search (DOMAIN 6.1).
    """
    if len(search.split()) < FEWEST_WORDS:
        return []
    unprotected = _named(search) & Q(protection=Protection.NONE)
    children = [one for one in Child.objects.filter(unprotected)[:MOST_FOUND] if is_named(one.full_name, search)]
    grown_ups = [one for one in User.objects.filter(unprotected)[:MOST_FOUND] if is_named(one.full_name, search)]
    found = [
        *_described(children, what_of_children(children, actor.today)),
        *_described(grown_ups, what_of_grown_ups(grown_ups, actor.today)),
    ]
    return sorted(found, key=lambda row: (row.name.casefold(), not row.is_child, row.what))


def _named(search: str) -> Q:
    """Return the condition for a name with these words. SQLite knows upper and lower case of ASCII letters only."""
    condition = Q()
    for word in search.split():
        for_word = Q()
        for form in {word, word.lower(), word.upper(), word.capitalize()}:
            for_word |= Q(given_name__icontains=form) | Q(family_name__icontains=form)
        condition &= for_word
    return condition


def _described(people: Iterable[Child] | Iterable[User], what: dict[UUID, list[str]]) -> list[Found]:
    return [
        Found(one.pk, one.full_name, is_child=isinstance(one, Child), what=" · ".join(what.get(one.pk, ())))
        for one in people
    ]


def what_of_children(children: Collection[Child], day: date) -> dict[UUID, list[str]]:
    """Return when each child was born and where it is placed."""
    found: dict[UUID, list[str]] = {}
    for child in children:
        born = date_format(child.birth_date, "j F Y") if child.birth_date else ""
        found[child.pk] = [_("född {day}").format(day=born)] if born else []
    rows = Placement.objects.on_or_after(day).filter(child__in=children).select_related("department__preschool")
    for row in rows.order_by("starts_on"):
        found[row.child_id].append(f"{row.department.name}, {row.department.preschool.name}")
    return found


def what_of_grown_ups(people: Collection[User], day: date) -> dict[UUID, list[str]]:
    """Return what each grown-up is here: a guardian, or a role and where."""
    found: dict[UUID, list[str]] = defaultdict(list)
    roles = StaffRole.objects.on_or_after(day).filter(person__in=people)
    for role in roles.select_related("area", "preschool", "department"):
        word, place = str(role.get_kind_display()), role.place
        found[role.person_id].append(f"{word}, {place.name}" if place else word)
    guarding = Guardianship.objects.on_or_after(day).filter(guardian__in=people).values_list("guardian", flat=True)
    for person_id in guarding.distinct():
        found[person_id].append(_("Vårdnadshavare"))
    return found
