"""Whom an administrator may want to protect, found by whole words of the name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from uuid import UUID

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Protection, User
from children.actors import Actor
from children.models import Child, Guardianship, Placement, StaffRole

FEWEST_WORDS = 2
MOST_FOUND = 50


@dataclass(frozen=True)
class Found:
    """Somebody with the name that was searched for, and what tells them from others with it."""

    id: UUID
    name: str
    is_child: bool
    what: str


@dataclass(frozen=True)
class Search:
    """What a search gave, by name. `is_cut` when more people have the name than are shown."""

    rows: list[Found]
    is_cut: bool


def is_too_little(search: str) -> bool:
    """Tell whether the search is less than a given name and a family name."""
    return len(set(search.casefold().split())) < FEWEST_WORDS


def people_to_protect(actor: Actor, search: str) -> Search:
    """Return the children and grown-ups whose name has each of these words, whole: nobody leafs through people.

    A single word finds only those who have no other name. Who is protected already is found by no search (DOMAIN 6.1).
    """
    if not search.strip():
        return Search([], is_cut=False)
    named = _named(search) & Q(protection=Protection.NONE)
    children = list(Child.objects.filter(named).order_by("given_name", "family_name", "pk")[: MOST_FOUND + 1])
    grown_ups = list(User.objects.filter(named).order_by("given_name", "family_name", "pk")[: MOST_FOUND + 1])
    is_cut = len(children) > MOST_FOUND or len(grown_ups) > MOST_FOUND
    del children[MOST_FOUND:], grown_ups[MOST_FOUND:]
    rows = [
        *_described(children, what_of_children(children, actor.today)),
        *_described(grown_ups, what_of_grown_ups(grown_ups, actor.today)),
    ]
    return Search(sorted(rows, key=lambda row: (row.name.casefold(), not row.is_child, row.what)), is_cut)


def _named(search: str) -> Q:
    """Return the condition for a name with all these words: one at least in the given name, one in the family name."""
    words = set(search.casefold().split())
    given = [Q(given_name__iregex=_whole(word)) for word in words]
    family = [Q(family_name__iregex=_whole(word)) for word in words]
    if len(words) < FEWEST_WORDS:
        return (given[0] & Q(family_name="")) | (family[0] & Q(given_name=""))
    each = reduce(and_, (one | other for one, other in zip(given, family, strict=True)))
    return each & reduce(or_, given) & reduce(or_, family)


def _whole(word: str) -> str:
    """Return the pattern of a whole word, or of one part of a double name: "Anna" stands in "Anna-Karin"."""
    return rf"(^|[ -]){re.escape(word)}($|[ -])"


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
