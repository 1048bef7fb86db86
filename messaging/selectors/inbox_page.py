"""The inbox as its page shows it: what is said last in each conversation, newest first, and what of it is unread."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import NamedTuple
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from children.actors import Actor
from children.selectors.placing import departments_of
from children.selectors.unknown_families import protected_among
from children.words import joined
from messaging.models import Label, Message, ReadMark, Thread
from messaging.selectors.inbox import Listed, Reading, answering, readings
from messaging.selectors.labels import labels_on
from messaging.selectors.readers import with_names
from messaging.words import moment_words
from portal.lib import days
from portal.lib.models import columns_of, of_row
from portal.lib.prepared import Rows, prepared

MESSAGE = columns_of(Message)
PER_PAGE = 50
FIRST_LINE = 120


class Mark(NamedTuple):
    """What stands on a row: its words, its colour and its icon."""

    text: str
    look: str
    icon: str


@dataclass(frozen=True)
class Row:
    """A conversation in the list: `marks` say what is to be known of it at a glance."""

    id: UUID
    title: str
    subject: str
    about: str
    first_line: str
    at: str
    is_unread: bool
    is_family: bool
    marks: Sequence[Mark]
    child_ids: frozenset[UUID]


@dataclass(frozen=True)
class Pending:
    """What can still be taken back: by the id of one of its messages, for so many seconds, in so many conversations."""

    id: UUID
    seconds: int
    number: int


def pending_of(actor: Actor, now: datetime) -> Pending | None:
    """Return what the actor sent last, while it can be undone: one query."""
    rows = [row for row in _untold(actor.person_id) if row[2] > now] if actor.person_id else []
    if not rows:
        return None
    first, sending, leaves_at = rows[0]
    number = sum(1 for _pk, one, _leaves_at in rows if one == sending)
    return Pending(first, ceil((leaves_at - now).total_seconds()), number)


@prepared
def _untold(person_id: UUID) -> Rows:
    """Ask for what no worker has told yet, which is little: what of it has not left, the clock says."""
    own = Message.objects.filter(written_by=person_id, told_at=None).order_by("-leaves_at")
    return own.values_list("pk", "sending", "leaves_at")


def inbox_page(listed: Listed, number: str | int, now: datetime) -> tuple[Page[int], list[Row]]:
    """Return a page of these conversations, and its rows: as many queries for fifty as for one."""
    page = Paginator(range(listed.number), PER_PAGE).get_page(number)
    first = PER_PAGE * (page.number - 1)
    return page, _rows(listed.actor, listed.part(first, first + PER_PAGE), now)


def _rows(actor: Actor, threads: Sequence[Thread], now: datetime) -> list[Row]:
    if not threads:
        return []
    names = with_names([thread.pk for thread in threads])
    children = {thread_id: frozenset(own) for thread_id, own in names.items()}
    read_as = readings(actor, threads, children)
    last = _last_of(actor, threads, now)
    marks: dict[UUID, datetime] = dict(_marks([*names], actor.person_id)) if actor.person_id else {}
    known = _People.of(actor, threads, last, children, read_as)
    labels = labels_on([thread.pk for thread in threads if read_as[thread.pk].is_house], actor)
    rows = []
    for thread in threads:
        reading, message = read_as[thread.pk], last.get(thread.pk)
        about = joined(sorted(names[thread.pk].values()))
        to_whom = known.to_whom(thread, children[thread.pk])
        is_pending = bool(message and message.leaves_at > now)
        read_to = marks.get(thread.pk)
        is_unread = bool(
            message
            and not is_pending
            and message.written_by_id != actor.person_id
            and (read_to is None or read_to < message.leaves_at)
        )
        of_house = known.of_house(thread, labels.get(thread.pk, ()), now) if reading.is_house else []
        rows.append(
            Row(
                id=thread.pk,
                title=about if reading.is_house else to_whom,
                subject="" if thread.is_sensitive else thread.subject,
                about=to_whom if reading.is_house else _("Om %(children)s") % {"children": about},
                first_line=known.first_line(thread, message, children[thread.pk]),
                at=moment_words(message.leaves_at, now) if message else "",
                is_unread=is_unread,
                is_family=not reading.is_house,
                marks=[
                    *([Mark(_("Oläst"), "green", "message-circle")] if is_unread else []),
                    *([Mark(_("Skickas strax"), "amber", "clock")] if is_pending else []),
                    *of_house,
                    *([Mark(_("Känsligt"), "", "lock")] if thread.is_sensitive else []),
                ],
                child_ids=children[thread.pk],
            )
        )
    return rows


@prepared
def _marks(thread_ids: Collection[UUID], person_id: UUID) -> Rows:
    marks = ReadMark.objects.filter(person=person_id, thread__in=thread_ids)
    return marks.order_by().values_list("thread_id", "read_to")


def _last_of(actor: Actor, threads: Sequence[Thread], now: datetime) -> dict[UUID, Message]:
    """Return the last message of each conversation that the actor sees: one query."""
    said = [of_row(Message, MESSAGE, row) for row in _newest([thread.pk for thread in threads])]
    return {one.thread_id: one for one in said if one.leaves_at <= now or one.written_by_id == actor.person_id}


@prepared
def _newest(thread_ids: Collection[UUID]) -> Rows:
    """Ask for what was said last, and for what is about to be, which only its writer sees."""
    newest = Q(thread__last_at=None) | Q(leaves_at__gte=F("thread__last_at"))
    said = Message.objects.filter(newest, thread__in=thread_ids)
    return said.order_by("leaves_at", "pk").values_list(*MESSAGE)


@prepared
def _given_names(person_ids: Collection[UUID]) -> Rows:
    return User.objects.filter(pk__in=person_ids).order_by().values_list("pk", "given_name")


@dataclass(frozen=True)
class _People:
    names: Mapping[UUID, str]
    places: Mapping[UUID, str]
    unknown: frozenset[UUID]
    answering: Mapping[UUID, UUID]
    me: UUID | None

    @classmethod
    def of(
        cls,
        actor: Actor,
        threads: Sequence[Thread],
        last: Mapping[UUID, Message],
        children: Mapping[UUID, frozenset[UUID]],
        read_as: Mapping[UUID, Reading],
    ) -> _People:
        house = [thread for thread in threads if read_as[thread.pk].is_house]
        answers = answering(house, actor)
        writers = {message.written_by_id for message in last.values()} | set(answers.values())
        child_ids = {child for ids in children.values() for child in ids}
        places = departments_of(child_ids, actor.today)
        unknown = protected_among(actor, child_ids).unknown
        return cls(
            names=dict(_given_names(sorted(writers))),
            places={child: place.department for child, place in places.items()},
            unknown=unknown,
            answering=answers,
            me=actor.person_id,
        )

    def to_whom(self, thread: Thread, children: frozenset[UUID]) -> str:
        if thread.addressee == "principal":
            return _("Rektor")
        return joined(sorted({self.places[child] for child in children if child in self.places})) or _("Avdelningen")

    def first_line(self, thread: Thread, message: Message | None, children: frozenset[UUID]) -> str:
        """Return who said what last; of what is sensitive or withdrawn only that there is something."""
        if message is None:
            return ""
        if thread.is_sensitive:
            return _("Känsligt meddelande")
        if message.withdrawn_at:
            return _("Meddelandet är återkallat")
        words = " ".join(message.body.split())[:FIRST_LINE]
        if message.written_by_id == self.me:
            return _("Du: {words}").format(words=words)
        if message.side == Message.Side.FAMILY and self.unknown & children:
            return words
        return _("{name}: {words}").format(name=self.names.get(message.written_by_id, ""), words=words)

    def of_house(self, thread: Thread, labels: Iterable[Label], now: datetime) -> Iterator[Mark]:
        """Return what only the house is told: since when the family waits, who is to answer, its labels."""
        if thread.waits_since and not thread.done_at:
            waits = _("Väntar på svar sedan {moment}").format(moment=waiting_words(thread.waits_since, now))
            yield Mark(waits, "amber", "clock")
        if person_id := self.answering.get(thread.pk):
            is_mine = person_id == self.me
            answers = _("Ditt att svara på") if is_mine else _("{name} svarar").format(name=self.names[person_id])
            yield Mark(answers, "dusk", "user")
        if thread.done_at:
            yield Mark(_("Klart"), "", "circle-check")
        for label in labels:
            yield Mark(label.words, "", "tag")


def waiting_words(since: datetime, now: datetime) -> str:
    """Return since when somebody waits: "14:10", "igår 14:10", "måndag 14:10", "12 oktober"."""
    day, today = days.day_of(since), days.day_of(now)
    clock, ago = f"{days.local(since):%H:%M}", (today - day).days
    if ago == 0:
        return clock
    if ago == 1:
        return _("igår {clock}").format(clock=clock)
    if ago < 7:
        return f"{days.in_words(day, 'l')} {clock}"
    return days.in_words(day, "j F")
