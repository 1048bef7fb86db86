"""Who reads a conversation: one answer for the list that is shown before sending, and for the door (DOMAIN 4.5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from children import access
from children.access import Action
from children.actors import Actor
from children.selectors.people import children_ever_of, guardians_ever
from children.selectors.reach import Relation, who_may
from messaging import rules
from messaging.models import Addressee, Thread, ThreadChild, ThreadGuardian

READ = {
    Addressee.DEPARTMENT: Action.READ_DEPARTMENTS_MAIL,
    Addressee.PRINCIPAL: Action.READ_PRINCIPALS_MAIL,
}
WRITE = {
    Addressee.DEPARTMENT: Action.WRITE_TO_DEPARTMENT,
    Addressee.PRINCIPAL: Action.WRITE_TO_PRINCIPAL,
}


@dataclass(frozen=True)
class Reader:
    """Somebody who reads, as what, and for the sake of which of the children.

    `sees_from` is the day from which on messages are read: staff see no more than a week of what was said before
    they began (DOMAIN 4.12). None for guardians, who read all that was said to them.
    """

    person_id: UUID
    relation: Relation
    child_ids: frozenset[UUID]
    sees_from: date | None = None


def readers_of(circle: rules.Circle, addressee: Addressee, today: date, *, writing: bool = False) -> dict[UUID, Reader]:
    """Return who reads what is said in this circle today, by person; with `writing` those who may also write.

    Guardians are those of the circle who are guardians of all its children. Of the house, those who work or lead where
    one of them is; nobody reads as staff what is written by or to another grown-up about an own child.
    """
    actions = WRITE if writing else READ
    found: dict[UUID, set[tuple[Relation, UUID, date]]] = defaultdict(set)
    for reach in who_may(actions[addressee], circle.children, today):
        found[reach.person_id].add((reach.relation, reach.child_id, reach.since))
    families = guardians_ever(*circle.children)
    readers: dict[UUID, Reader] = {}
    for person_id, ways in found.items():
        own = {child for relation, child, _since in ways if relation == Relation.GUARDIAN}
        if person_id in families:
            if person_id in circle.guardians and own == circle.children:
                readers[person_id] = Reader(person_id, Relation.GUARDIAN, circle.children)
            continue
        relation, _child, since = min(ways, key=lambda way: (way[2], way[0]))
        children = frozenset(child for _relation, child, _since in ways)
        readers[person_id] = Reader(person_id, relation, children, since - rules.SEES_BEFORE_BEGAN)
    return readers


def circle_of(thread: Thread) -> rules.Circle:
    """Return the thread's children, and the guardians that it was begun with: two queries."""
    children = ThreadChild.objects.filter(thread=thread).values_list("child", flat=True)
    guardians = ThreadGuardian.objects.filter(thread=thread).values_list("guardian", flat=True)
    return rules.Circle(frozenset(children), frozenset(guardians))


def get_thread(actor: Actor, thread_id: UUID, *, writing: bool = False, lock: bool = False) -> tuple[Thread, Reader]:
    """Return the conversation, and as whom the actor reads it. Raises `Http404` for whoever does not read it.

    On a department's tablet somebody with a PIN reads as staff what lies in that department's inbox, and nothing that
    is sensitive: the hall is a public place.
    """
    threads = Thread.objects.select_for_update(of=("self",)) if lock else Thread.objects.all()
    thread = threads.filter(pk=thread_id).first()
    if thread is None or actor.person_id is None or (actor.tablet and thread.is_sensitive):
        raise Http404
    circle, addressee = circle_of(thread), Addressee(thread.addressee)
    reader = readers_of(circle, addressee, actor.today, writing=writing).get(actor.person_id)
    if reader is None or (actor.tablet and not _is_here(actor, reader, circle, addressee)):
        raise Http404
    return thread, reader


def _is_here(actor: Actor, reader: Reader, circle: rules.Circle, addressee: Addressee) -> bool:
    here = access.children_for(actor, READ[addressee]).filter(pk__in=circle.children)
    return reader.relation != Relation.GUARDIAN and here.exists()


def threads_for(actor: Actor) -> QuerySet[Thread]:
    """Return the conversations that the actor reads today: those for which `readers_of` has the actor."""
    if actor.person_id is None:
        return Thread.objects.none()
    about = ThreadChild.objects.filter(thread=OuterRef("pk"))
    begun_with = Exists(ThreadGuardian.objects.filter(thread=OuterRef("pk"), guardian=actor.person_id))
    lost = Exists(about.exclude(child__in=access.children_for(actor, Action.SEE_OWN).values("pk")))
    condition = Q(begun_with, ~lost)
    if actor.tablet:
        condition = Q(pk__in=[])
    if actor.roles:
        own = Exists(about.filter(child__in=children_ever_of(actor.person_id)))
        for addressee, action in READ.items():
            there = Exists(about.filter(child__in=access.children_for(actor, action).values("pk")))
            condition |= Q(~own, there, addressee=addressee)
    threads = Thread.objects.filter(condition)
    return threads.filter(is_sensitive=False) if actor.tablet else threads


def with_children(threads: Iterable[Thread]) -> dict[UUID, frozenset[UUID]]:
    """Return the ids of each thread's children: one query."""
    rows = ThreadChild.objects.filter(thread__in=[thread.pk for thread in threads]).values_list("thread", "child")
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for thread_id, child_id in rows:
        found[thread_id].add(child_id)
    return {thread_id: frozenset(children) for thread_id, children in found.items()}
