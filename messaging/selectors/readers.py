"""Who reads a conversation: one answer for the list that is shown before sending, and for the door (DOMAIN 4.5)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import TruncDate
from django.db.models.lookups import GreaterThanOrEqual
from django.http import Http404
from django.utils import timezone

from children import access
from children.access import Action
from children.actors import Actor
from children.models import Child, StaffRole
from children.prepared_access import Asked, child_rows
from children.selectors.people import children_ever_of, first_day_of, guardians_ever_of
from children.selectors.reach import Reach, Relation, who_may
from children.whereabouts import among
from messaging import rules
from messaging.models import Addressee, Thread, ThreadChild, ThreadGuardian
from portal.lib import days
from portal.lib.crypto import keyed_digest
from portal.lib.models import DaysAfter, columns_of, of_row
from portal.lib.prepared import Rows, prepared

READ = {
    Addressee.DEPARTMENT: Action.READ_DEPARTMENTS_MAIL,
    Addressee.PRINCIPAL: Action.READ_PRINCIPALS_MAIL,
}
THREAD = columns_of(Thread)
WRITE = {
    Addressee.DEPARTMENT: Action.WRITE_TO_DEPARTMENT,
    Addressee.PRINCIPAL: Action.WRITE_TO_PRINCIPAL,
}


@dataclass(frozen=True)
class Reader:
    """Somebody who reads, as what, and for the sake of which of the children.

    `sees_from` is the day from which on messages are read: staff see no more than a week of what was said before
    they began (DOMAIN 4.12). None for guardians, who read all that was said to them. `met` is the day from which on
    somebody has come to the children at all, for whoever wants to know who is new. `leads_only` tells that somebody
    leads where they are and does not work there.
    """

    person_id: UUID
    relation: Relation
    child_ids: frozenset[UUID]
    met: date
    sees_from: date | None = None
    leads_only: bool = False


Readers = dict[UUID, Reader]


def readers_of(circle: rules.Circle, addressee: Addressee, today: date, *, writing: bool = False) -> Readers:
    """Return who reads what is said in this circle today, by person; with `writing` those who may also write.

    Guardians are those of the circle who are guardians of all its children. Of the house, those who work or lead where
    one of them is; nobody reads as staff what is written by or to another grown-up about an own child.
    """
    return readers_of_all([circle], addressee, today, writing=writing)[0]


def readers_of_all(
    circles: Sequence[rules.Circle], addressee: Addressee, today: date, *, writing: bool = False
) -> list[Readers]:
    """Return the same for each of these circles: as many queries for twenty as for one."""
    child_ids = {child for circle in circles for child in circle.children}
    actions = WRITE if writing else READ
    found: dict[UUID, list[Reach]] = defaultdict(list)
    for reach in who_may(actions[addressee], child_ids, today):
        found[reach.child_id].append(reach)
    families = guardians_ever_of(child_ids)
    return [_readers(circle, found, families) for circle in circles]


def _readers(circle: rules.Circle, found: Mapping[UUID, list[Reach]], families: Mapping[UUID, set[UUID]]) -> Readers:
    family = {person for child in circle.children for person in families[child]}
    ways: dict[UUID, list[Reach]] = defaultdict(list)
    for child in circle.children:
        for reach in found.get(child, ()):
            ways[reach.person_id].append(reach)
    readers: Readers = {}
    for person_id, reaches in ways.items():
        own = {reach.child_id for reach in reaches if reach.relation == Relation.GUARDIAN}
        if person_id in family:
            if person_id in circle.guardians and own == circle.children:
                met = max(reach.met for reach in reaches if reach.relation == Relation.GUARDIAN)
                readers[person_id] = Reader(person_id, Relation.GUARDIAN, circle.children, met)
            continue
        first = min(reaches, key=lambda reach: (reach.since, reach.relation))
        children = frozenset(reach.child_id for reach in reaches)
        sees_from, met = first.since - rules.SEES_BEFORE_BEGAN, min(reach.met for reach in reaches)
        leads_only = all(reach.relation == Relation.PRINCIPAL for reach in reaches)
        readers[person_id] = Reader(person_id, first.relation, children, met, sees_from, leads_only)
    return readers


def stamp_of(
    circles: Sequence[rules.Circle], readers: Sequence[Readers], addressee: Addressee, person_id: UUID | None
) -> str:
    """Return what is posted back of the list that a person was shown: who reads, in which conversations.

    Nobody can make it but here, and it is no one else's: where it is another when sending, the list has changed.
    """
    shown = sorted(
        [*map(sorted, ([str(one) for one in ids] for ids in (circle.children, circle.guardians, found)))]
        for circle, found in zip(circles, readers, strict=True)
    )
    return keyed_digest(json.dumps([addressee, shown]), purpose=f"messaging.readers:{person_id}")[:32]


def circle_of(thread: Thread) -> rules.Circle:
    """Return the thread's children, and the guardians that it was begun with: one query."""
    ids: dict[bool, set[UUID]] = {True: set(), False: set()}
    for one, is_child in _in_circle(thread.pk):
        ids[bool(is_child)].add(one)
    return rules.Circle(frozenset(ids[True]), frozenset(ids[False]))


@prepared
def _in_circle(thread_id: UUID) -> Rows:
    children = ThreadChild.objects.filter(thread=thread_id).order_by()
    guardians = ThreadGuardian.objects.filter(thread=thread_id).order_by()
    return children.values_list("child", Value(1)).union(guardians.values_list("guardian", Value(0)), all=True)


@dataclass(frozen=True)
class Opened:
    """A conversation behind the door: as whom the actor reads it, and who else does."""

    thread: Thread
    circle: rules.Circle
    reader: Reader
    readers: Readers

    @property
    def addressee(self) -> Addressee:
        return Addressee(self.thread.addressee)


class SensitiveOnTablet(Http404):
    """Whoever gave the PIN reads this, but not here."""


def open_thread(actor: Actor, thread_id: UUID, *, writing: bool = False, lock: bool = False) -> Opened:
    """Return the conversation and its readers. Raises `Http404` for whoever does not read it (with `writing`, or may
    not write in it), also where all of it was said before the reader's own time.

    On a department's tablet somebody with a PIN reads as staff what lies in that department's inbox, and nothing that
    is sensitive, the hall is a public place: then it is `SensitiveOnTablet`.
    """
    thread = next((of_row(Thread, THREAD, row) for row in _thread(thread_id, lock=lock)), None)
    if thread is None or actor.person_id is None:
        raise Http404
    circle, addressee = circle_of(thread), Addressee(thread.addressee)
    readers = readers_of(circle, addressee, actor.today, writing=writing)
    reader = readers.get(actor.person_id)
    if reader is None or (actor.tablet and not _is_here(actor, reader, circle, addressee)):
        raise Http404
    if reader.sees_from and thread.last_at and days.day_of(thread.last_at) < reader.sees_from:
        raise Http404
    if actor.tablet and thread.is_sensitive:
        raise SensitiveOnTablet
    return Opened(thread, circle, reader, readers)


@prepared
def _thread(thread_id: UUID, *, lock: bool) -> Rows:
    threads = Thread.objects.select_for_update(of=("self",)) if lock else Thread.objects.all()
    return threads.filter(pk=thread_id).values_list(*THREAD)


def get_thread(actor: Actor, thread_id: UUID, *, writing: bool = False, lock: bool = False) -> tuple[Thread, Reader]:
    """Return the conversation, and as whom the actor reads it. Raises `Http404` as `open_thread` does."""
    opened = open_thread(actor, thread_id, writing=writing, lock=lock)
    return opened.thread, opened.reader


def may_write(actor: Actor, opened: Opened) -> bool:
    """Tell whether whoever reads the conversation may also write in it: one query."""
    children = opened.circle.children
    open_ones = child_rows(actor, WRITE[opened.addressee], Asked(("id",)), among=sorted(children))
    return len(open_ones) == len(children) if opened.reader.relation == Relation.GUARDIAN else bool(open_ones)


def may_be_written_about(actor: Actor, addressee: Addressee) -> QuerySet[Child]:
    """Return the children about whom the actor may begin a conversation.

    Whoever guards, or guarded, one of those with whom it works writes about it as its guardian, or not at all.
    """
    children = access.children_for(actor, WRITE[addressee])
    if actor.person_id is None:
        return children.none()
    if not actor.roles:
        return children
    ever = children_ever_of(actor.person_id)
    own = access.children_for(actor, Action.SEE_OWN).values("pk")
    return children.exclude(Q(pk__in=ever) & ~Q(pk__in=own))


def _is_here(actor: Actor, reader: Reader, circle: rules.Circle, addressee: Addressee) -> bool:
    here = access.children_for(actor, READ[addressee]).filter(pk__in=circle.children)
    return reader.relation != Relation.GUARDIAN and here.exists()


def threads_for(actor: Actor) -> QuerySet[Thread]:
    """Return the conversations that the actor reads today: those that `open_thread` opens."""
    ways = _ways_to_read(actor) if actor.person_id else []
    if not ways:
        return Thread.objects.none()
    threads = Thread.objects.filter(among(tuple(ways)))
    return threads.filter(is_sensitive=False) if actor.tablet else threads


def _ways_to_read(actor: Actor) -> list[QuerySet[Any, Any]]:
    """Return the ids of conversations: of the family, and of the house by whom they are written to.

    To the house each role opens those in which something was said since a week before it began (DOMAIN 4.12).
    """
    about = ThreadChild.objects.filter(thread=OuterRef("thread"))
    ways: list[QuerySet[Any, Any]] = []
    if not actor.tablet:
        lost = Exists(about.exclude(child__in=access.children_for(actor, Action.SEE_OWN).values("pk")))
        ways.append(ThreadGuardian.objects.filter(~lost, guardian=actor.person_id).values("thread"))
    if actor.roles and actor.person_id:
        own = Exists(about.filter(child__in=children_ever_of(actor.person_id)))
        for addressee, action in READ.items():
            rows = ThreadChild.objects.filter(~own, thread__addressee=addressee)
            if actor.tablet:
                here = access.children_for(actor, action).values("pk")
                rows = rows.filter(Exists(about.filter(child__in=here)))
            for role in actor.roles:
                alone = actor.only_as(role)
                if access.departments_for(alone, action).query.is_empty():
                    continue  # what this role does not open, the family alone does, and that way is first
                there = access.children_for(alone, action).values("pk")
                ways.append(rows.filter(_is_in_time(role), child__in=there).values("thread"))
    return ways


def _is_in_time(role: StaffRole) -> Q:
    """Return the condition that something was said since a week before the role began. That day is asked of its row:
    what is prepared for somebody holds for all who have such a role.
    """
    last = TruncDate("thread__last_at", tzinfo=timezone.get_default_timezone())
    begun = Subquery(first_day_of(role.pk))
    in_time = GreaterThanOrEqual(DaysAfter(last, Value(rules.SEES_BEFORE_BEGAN.days)), begun)
    return Q(thread__last_at=None) | Q(in_time)


def with_children(threads: Iterable[Thread]) -> dict[UUID, frozenset[UUID]]:
    """Return the ids of each thread's children: one query."""
    return {thread_id: frozenset(names) for thread_id, names in with_names([thread.pk for thread in threads]).items()}


def with_names(thread_ids: Collection[UUID]) -> dict[UUID, dict[UUID, str]]:
    """Return the given names of each thread's children, by their ids: one query."""
    found: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for thread_id, child_id, name in _about(thread_ids) if thread_ids else ():
        found[thread_id][child_id] = name
    return found


@prepared
def _about(thread_ids: Collection[UUID]) -> Rows:
    about = ThreadChild.objects.filter(thread__in=thread_ids).order_by("child__given_name")
    return about.values_list("thread_id", "child_id", "child__given_name")
