"""Who reads a post: one answer for the list beside "Publicera", for the notices and for the door (DOMAIN 4.5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from children.access import Action, children_for
from children.actors import Actor
from children.models import Child, Department
from children.selectors.homes import people_of_homes
from children.selectors.people import kept_away_from
from children.selectors.placing import places_in
from children.selectors.reach import Relation, who_may
from children.selectors.reach_places import who_may_at
from children.selectors.unknown_families import protected_among
from messaging import post_rules
from messaging.models import Post, PostChild
from messaging.words import relation_word
from portal.lib import days
from portal.lib.models import holds_on


@dataclass(frozen=True)
class PostReader:
    """Somebody who reads a post: a guardian of some of its children, or somebody of the house."""

    person_id: UUID
    relation: Relation
    child_ids: frozenset[UUID] = frozenset()


def children_at(department_id: UUID, today: date) -> set[UUID]:
    """Return the children for whom a post for all of the department is: one query.

    Those who are placed there today, and those who are there for some days: a day elsewhere takes no family away.
    """
    return set(places_in([department_id], holds_on(today)))


def readers_of_post(
    department: Department, child_ids: Collection[UUID], today: date, *, is_for_all: bool
) -> dict[UUID, PostReader]:
    """Return who reads a post of the department about these children today, by person; guardians come first.

    Of a post about chosen children nobody reads from whom one of them must be kept.
    """
    guarded: dict[UUID, set[UUID]] = defaultdict(set)
    for reach in who_may(Action.SEE_OWN, child_ids, today) if child_ids else []:
        guarded[reach.person_id].add(reach.child_id)
    readers = {
        person: PostReader(person, Relation.GUARDIAN, frozenset(children)) for person, children in guarded.items()
    }
    for person, relation in who_may_at(Action.WRITE_POSTS, department, today).items():
        readers.setdefault(person, PostReader(person, relation))
    kept_away = set() if is_for_all else kept_away_from(child_ids)
    return {person: reader for person, reader in readers.items() if person not in kept_away}


def readers_today(post: Post, today: date) -> dict[UUID, PostReader]:
    """Return who reads a post as it was published."""
    children = set(PostChild.objects.filter(post=post).values_list("child", flat=True))
    return readers_of_post(post.department, children, today, is_for_all=post.is_for_all)


def guardians_among(readers: Mapping[UUID, PostReader]) -> list[PostReader]:
    return [reader for reader in readers.values() if reader.relation == Relation.GUARDIAN]


@dataclass(frozen=True)
class Shown:
    """A line of the list: a name, and what the reader is here or whose guardian. Several where none may be named."""

    name: str
    what: str
    person_id: UUID | None = None


@dataclass(frozen=True)
class Audience:
    """What is shown beside "Publicera": how many, exactly who, what to think of; `print` is posted back."""

    guardians: int
    children: int
    families: list[Shown]
    house: list[Shown]
    warnings: list[str]
    print: str


def audience_of(
    actor: Actor, department: Department, child_ids: Collection[UUID], *, is_for_all: bool, leaves_out: str = ""
) -> Audience:
    """Return who would read a post about these children, as this actor may know them."""
    readers = readers_of_post(department, child_ids, actor.today, is_for_all=is_for_all)
    guardians = guardians_among(readers)
    reached = {child_id for reader in guardians for child_id in reader.child_ids}
    house = [reader for reader in readers.values() if reader.relation != Relation.GUARDIAN]
    people = names_of(reader.person_id for reader in house)
    return Audience(
        guardians=len(guardians),
        children=len(reached),
        families=families_shown(actor, guardians),
        house=sorted((Shown(people[one.person_id], relation_word(one.relation)) for one in house), key=_by_name),
        warnings=_warnings(department, child_ids, guardians, actor.today) + ([leaves_out] if leaves_out else []),
        print=post_rules.print_of((one.person_id, one.relation, one.child_ids) for one in readers.values()),
    )


def names_of(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names that everybody sees of these people: one query."""
    rows = User.objects.filter(pk__in=[*person_ids]).values_list("pk", "given_name", "family_name")
    return {person: f"{given} {family}".strip() for person, given, family in rows}


def families_shown(actor: Actor, guardians: Collection[PostReader]) -> list[Shown]:
    """Return these guardians by name, each once with its children.

    Whose guardian somebody is stays untold where the child is protected and the actor no named reader: there stands
    how many they are, and a person who is named for the sake of a sibling is named for that one alone.
    """
    child_ids = {child_id for reader in guardians for child_id in reader.child_ids}
    unknown = protected_among(actor, child_ids).unknown
    people = names_of(reader.person_id for reader in guardians)
    children = _children(actor, child_ids)
    shown, unnamed = [], defaultdict[UUID, int](int)
    for reader in guardians:
        named = sorted(children[one].given_name for one in reader.child_ids - unknown if one in children)
        if reader.child_ids - unknown:
            shown.append(Shown(people[reader.person_id], get_text_list(named, _("och")), reader.person_id))
        for child_id in reader.child_ids & unknown:
            unnamed[child_id] += 1
    for child_id, number in unnamed.items():
        words = _("Vårdnadshavare") if number == 1 else _("{number} vårdnadshavare").format(number=number)
        shown.append(Shown(words, children[child_id].given_name if child_id in children else ""))
    return sorted(shown, key=_by_name)


def _by_name(shown: Shown) -> tuple[str, str]:
    return shown.name.casefold(), shown.what.casefold()


def _children(actor: Actor, child_ids: Collection[UUID]) -> dict[UUID, Child]:
    """Return those of the children whom the actor may know, by id."""
    return {child.pk: child for child in children_for(actor, Action.SEE_CHILD).filter(pk__in=child_ids)}


def _warnings(
    department: Department, child_ids: Collection[UUID], guardians: Collection[PostReader], today: date
) -> list[str]:
    """Return what the author should think of: many readers, homes that are apart, somebody who is new."""
    said = []
    if len(guardians) >= post_rules.MANY_READERS:
        said.append(_("Det är många som läser."))
    apart = people_of_homes(child_ids)
    if apart:
        said.append(
            ngettext(
                "Ett barn har två hem. Båda läser.", "{number} barn har två hem. Båda hemmen läser.", len(apart)
            ).format(number=len(apart))
        )
    new = _new_since(department, child_ids, today)
    if new:
        words = ngettext(
            "En vårdnadshavare läser för första gången.", "{number} vårdnadshavare läser för första gången.", new
        )
        said.append(words.format(number=new))
    return said


def _new_since(department: Department, child_ids: Collection[UUID], today: date) -> int:
    """Return how many guardians read who did not read the department's last post for all."""
    last = Post.objects.filter(department=department, state=Post.State.PUBLISHED, is_for_all=True)
    before = last.order_by("-published_at").values_list("pk", "published_at").first()
    if before is None or before[1] is None:
        return 0
    day = days.day_of(before[1])
    read_then = set(PostChild.objects.filter(post=before[0]).values_list("child", flat=True))
    reaches = who_may(Action.SEE_OWN, child_ids, today)
    known = {one.person_id for one in reaches if one.child_id in read_then and one.since <= day}
    return len({one.person_id for one in reaches} - known)
