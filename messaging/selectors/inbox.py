"""A house's inbox: what waits, what is mine, what is done, and who answers for it. Nothing of it is for families."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from children.actors import Actor
from children.prepared_access import prepared_for_actor
from children.selectors.people import children_ever_of, own_ever
from children.selectors.reach import Relation, reached_by_roles, who_may
from messaging import rules
from messaging.models import Addressee, Message, Thread, ThreadChild
from messaging.selectors.readers import READ, THREAD, readers_of, threads_for, with_children
from portal.lib.models import of_row
from portal.lib.prepared import Rows

WAITING, MINE, DONE = "vantar", "mina", "klara"


def houses_threads(actor: Actor) -> QuerySet[Thread]:
    """Return the conversations that the actor reads for the house: none that is about an own child."""
    if not actor.roles or actor.person_id is None:
        return Thread.objects.none()
    own = ThreadChild.objects.filter(thread=OuterRef("pk"), child__in=children_ever_of(actor.person_id))
    return threads_for(actor).filter(~Exists(own))


def chosen(actor: Actor, which: str, label_id: UUID | None = None) -> QuerySet[Thread]:
    """Return those of the house's conversations that wait for an answer, are the actor's to answer, or are done.

    Without a word that is known all that the actor reads, families' own included; with a label those that bear it.
    """
    threads = houses_threads(actor) if which in (WAITING, MINE, DONE) or label_id else threads_for(actor)
    if which == WAITING:
        threads = threads.filter(waits_since__isnull=False, done_at=None)
    elif which == MINE:
        threads = threads.filter(assigned_to=actor.person_id, done_at=None)
    elif which == DONE:
        threads = threads.filter(done_at__isnull=False)
    return threads.filter(labelled__label=label_id) if label_id else threads


@dataclass(frozen=True)
class Listed:
    """What `chosen` returns and in which there is something to see, newest first: one query for each answer."""

    actor: Actor
    which: str = ""
    label_id: UUID | None = None

    @property
    def number(self) -> int:
        return sum(number for (number,) in _number(self.actor, self.which, self.label_id))

    def part(self, first: int, last: int) -> list[Thread]:
        """Return those from the `first` on, counted from 0, to before the `last`."""
        rows = _part(self.actor, self.which, self.label_id, first, last)
        return [of_row(Thread, THREAD, row) for row in rows]


@prepared_for_actor
def _number(actor: Actor, which: str, label_id: UUID | None) -> Rows:
    threads = _with_something(chosen(actor, which, label_id), actor)
    return threads.order_by().values("addressee").annotate(number=Count("pk")).values_list("number")


@prepared_for_actor
def _part(actor: Actor, which: str, label_id: UUID | None, first: int, last: int) -> Rows:
    threads = _with_something(chosen(actor, which, label_id), actor)
    return threads.order_by(F("last_at").desc(nulls_first=True), "-pk").values_list(*THREAD)[first:last]


def _with_something(threads: QuerySet[Thread], actor: Actor) -> QuerySet[Thread]:
    """Return those in which there is something to see: a message that has left, or an own that is about to."""
    own = Message.objects.filter(thread=OuterRef("pk"), written_by=actor.person_id)
    return threads.filter(Q(last_at__isnull=False) | Exists(own))


@dataclass(frozen=True)
class Reading:
    """As whom somebody reads a conversation, and from which day on (None: from its beginning)."""

    is_house: bool
    sees_from: date | None


def readings(
    actor: Actor, threads: Collection[Thread], children: Mapping[UUID, Collection[UUID]]
) -> dict[UUID, Reading]:
    """Return how the actor reads each of these conversations, of which `threads_for` says that it is so.

    The same answer as `readers_of` gives for one: as many queries for fifty as for one. `children` are those whom each
    is about.
    """
    if actor.person_id is None or not threads:
        return {}
    if not actor.roles:
        return {thread.pk: Reading(is_house=False, sees_from=None) for thread in threads}
    own = own_ever(actor.person_id)
    house = [thread for thread in threads if own.isdisjoint(children[thread.pk])]
    since = {
        addressee: _since(actor, addressee, {child for thread in house for child in children[thread.pk]})
        for addressee in {Addressee(thread.addressee) for thread in house}
    }
    found = {thread.pk: Reading(is_house=False, sees_from=None) for thread in threads}
    for thread in house:
        days = [since[Addressee(thread.addressee)].get(child) for child in children[thread.pk]]
        first = min((day for day in days if day is not None), default=actor.today)
        found[thread.pk] = Reading(is_house=True, sees_from=first - rules.SEES_BEFORE_BEGAN)
    return found


def _since(actor: Actor, addressee: Addressee, child_ids: Collection[UUID]) -> dict[UUID, date]:
    found: dict[UUID, date] = {}
    for reach in reached_by_roles(actor, READ[addressee], child_ids):
        found[reach.child_id] = min(reach.since, found.get(reach.child_id, reach.since))
    return found


def answering(threads: Iterable[Thread], actor: Actor) -> dict[UUID, UUID]:
    """Return who answers for each conversation, by its id: whoever no longer reads it for the house is nobody."""
    assigned = [thread for thread in threads if thread.assigned_to_id]
    if not assigned:
        return {}
    children = with_children(assigned)
    found: dict[UUID, UUID] = {}
    by_addressee: dict[Addressee, list[Thread]] = defaultdict(list)
    for thread in assigned:
        by_addressee[Addressee(thread.addressee)].append(thread)
    for addressee, those in by_addressee.items():
        about = {child for thread in those for child in children[thread.pk]}
        reached = {
            (reach.person_id, reach.child_id)
            for reach in who_may(READ[addressee], about, actor.today)
            if reach.relation != Relation.GUARDIAN
        }
        for thread in those:
            person_id = thread.assigned_to_id
            if person_id and any((person_id, child) in reached for child in children[thread.pk]):
                found[thread.pk] = person_id
    return found


def who_may_answer(circle: rules.Circle, addressee: Addressee, today: date) -> list[UUID]:
    """Return who reads the conversation for the house: to whom it can be given."""
    readers = readers_of(circle, addressee, today).values()
    return [reader.person_id for reader in readers if reader.relation != Relation.GUARDIAN]


def is_read_by_family(circle: rules.Circle, addressee: Addressee, today: date) -> bool:
    """Tell whether somebody of the family still reads it: otherwise an answer would reach nobody."""
    readers = readers_of(circle, addressee, today).values()
    return any(reader.relation == Relation.GUARDIAN for reader in readers)
