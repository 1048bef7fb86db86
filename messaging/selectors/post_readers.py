"""Who reads a post: one answer for the list beside "Publicera", for the notices and for the door (DOMAIN 4.5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from children.access import Action
from children.actors import Actor
from children.models import Department
from children.reader_rules import print_of
from children.selectors.family_rows import Families, families, house_rows
from children.selectors.people import kept_away_from
from children.selectors.placing import places_in
from children.selectors.reach import Relation, who_may
from children.selectors.reach_places import who_may_at
from children.selectors.reader_rows import Row
from children.selectors.unknown_families import protected_among
from children.words import relation_word
from messaging import post_rules
from messaging.models import Post, PostChild
from messaging.selectors.cautions import Caution, of_attention, of_homes, of_many, of_new, of_protected
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
    readers = {one.person_id: one for one in guardians_of_post(child_ids, today)}
    for person, relation in who_may_at(Action.WRITE_POSTS, department, today).items():
        readers.setdefault(person, PostReader(person, relation))
    kept_away = set() if is_for_all else kept_away_from(child_ids)
    return {person: reader for person, reader in readers.items() if person not in kept_away}


def guardians_of_post(child_ids: Collection[UUID], today: date) -> list[PostReader]:
    """Return the guardians of these children who may read of them today."""
    guarded: dict[UUID, set[UUID]] = defaultdict(set)
    for reach in who_may(Action.SEE_OWN, child_ids, today) if child_ids else []:
        guarded[reach.person_id].add(reach.child_id)
    return [PostReader(person, Relation.GUARDIAN, frozenset(children)) for person, children in guarded.items()]


def readers_today(post: Post, today: date) -> dict[UUID, PostReader]:
    """Return who reads a post as it was published."""
    children = set(PostChild.objects.filter(post=post).values_list("child", flat=True))
    return readers_of_post(post.department, children, today, is_for_all=post.is_for_all)


def guardians_among(readers: Mapping[UUID, PostReader]) -> list[PostReader]:
    return [reader for reader in readers.values() if reader.relation == Relation.GUARDIAN]


@dataclass(frozen=True)
class Audience:
    """What is shown beside "Publicera": how many, exactly who, and what to think of, the gravest first.

    `print` is posted back.
    """

    guardians: int
    children: int
    families: Families
    house: list[Row]
    cautions: list[Caution]
    print: str


def audience_of(
    actor: Actor, department: Department, child_ids: Collection[UUID], now: datetime, *, is_for_all: bool
) -> Audience:
    """Return who would read a post about these children, as this actor may know them."""
    readers = readers_of_post(department, child_ids, actor.today, is_for_all=is_for_all)
    guardians = guardians_among(readers)
    house = {one.person_id: one.relation for one in readers.values() if one.relation != Relation.GUARDIAN}
    new = _new_since_last(department, child_ids, actor.today) & readers.keys()
    protected = protected_among(actor, child_ids)
    return Audience(
        guardians=len(guardians),
        children=len({child_id for reader in guardians for child_id in reader.child_ids}),
        families=families_of(actor, guardians, new),
        house=house_rows({person_id: relation_word(relation) for person_id, relation in house.items()}),
        cautions=[
            *of_protected(actor, protected),
            *of_many(len(readers), many=post_rules.MANY_READERS),
            *of_homes(child_ids, readers, protected),
            *of_new(len(new)),
            *of_attention([department.pk], now),
        ],
        print=print_of((one.person_id, one.relation, one.child_ids) for one in readers.values()),
    )


def families_of(actor: Actor, guardians: Collection[PostReader], new: Collection[UUID] = ()) -> Families:
    """Return these guardians as the actor may know them."""
    return families(actor, {reader.person_id: reader.child_ids for reader in guardians}, new)


def _new_since_last(department: Department, child_ids: Collection[UUID], today: date) -> set[UUID]:
    """Return which guardians read who did not read the department's last post for all."""
    last = Post.objects.filter(department=department, state=Post.State.PUBLISHED, is_for_all=True)
    before = last.order_by("-published_at").values_list("pk", "published_at").first()
    if before is None or before[1] is None:
        return set()
    day = days.day_of(before[1])
    read_then = set(PostChild.objects.filter(post=before[0]).values_list("child", flat=True))
    reaches = who_may(Action.SEE_OWN, child_ids, today)
    known = {one.person_id for one in reaches if one.child_id in read_then and one.met <= day}
    return {one.person_id for one in reaches} - known
