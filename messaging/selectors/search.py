"""Searching in one's own conversations.

Subjects and messages are encrypted, so that no query finds a word in them. They are read newest first and opened one
by one, as many as are opened within a moment; where that was not all, the next part is a press away. An index of
words would find faster. But it would have to hold every word of every message, and even sealed it tells whoever
steals it which messages say the same, and how often: the words that matter most are rare and regular ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from children.actors import Actor
from children.words import joined
from messaging import search_rules
from messaging.models import Message, Thread
from messaging.search_rules import Piece
from messaging.selectors.inbox import readings
from messaging.selectors.readers import threads_for, with_names
from portal.lib import days

OPENED_AT_ONCE = 2_000
MOST_HITS = 50


@dataclass(frozen=True)
class Hit:
    """A message in which the words stand, or whose subject has them."""

    thread_id: UUID
    message_id: UUID
    at: datetime
    about: str
    is_house: bool
    language: str
    subject: list[Piece]
    body: list[Piece]


@dataclass(frozen=True)
class Found:
    """What was found, newest first, and about which children.

    `after` is the message from which on to look further back, None where all has been looked through.
    `left_out` tells that sensitive conversations were not opened, because the session is without the strong login.
    """

    hits: list[Hit]
    children: set[UUID]
    after: UUID | None
    left_out: bool


def search(actor: Actor, words: list[str], *, now: datetime, is_strong: bool, after: UUID | None = None) -> Found:
    """Return the messages that the actor reads today and in which, with its subject, all words stand.

    Nothing that was withdrawn is found, nothing that has not left, and nothing from before one's own time.
    """
    rows = _to_open(actor, now, after)
    ids = list(rows.values_list("pk", "thread_id")[: OPENED_AT_ONCE + 1])
    is_more, ids = len(ids) > OPENED_AT_ONCE, ids[:OPENED_AT_ONCE]
    threads = Thread.objects.in_bulk({thread_id for _pk, thread_id in ids})
    sensitive = {pk for pk, thread in threads.items() if thread.is_sensitive and not is_strong}
    names = with_names(threads)
    read = readings(actor, [thread for pk, thread in threads.items() if pk not in sensitive], names)
    hits: list[Message] = []
    last = ids[-1][0] if ids else None
    opened = Message.objects.filter(pk__in=[pk for pk, thread_id in ids if thread_id not in sensitive])
    for message in opened.order_by("-leaves_at", "-pk").iterator(chunk_size=100):
        thread = threads[message.thread_id]
        sees_from = read[thread.pk].sees_from
        if sees_from and days.day_of(message.leaves_at) < sees_from:
            continue
        if search_rules.has_all(words, message.body, thread.subject):
            hits.append(message)
            if len(hits) == MOST_HITS:
                is_more, last = True, message.pk
                break
    children = {child_id for message in hits for child_id in names[message.thread_id]}
    shown = [_hit(one, threads[one.thread_id], joined(names[one.thread_id].values()), words) for one in hits]
    return Found(shown, children, last if is_more else None, bool(sensitive))


def _to_open(actor: Actor, now: datetime, after: UUID | None) -> QuerySet[Message]:
    rows = Message.objects.out(now).filter(thread__in=threads_for(actor).values("pk"), withdrawn_at=None)
    if after and (last := rows.filter(pk=after).only("leaves_at").first()):
        rows = rows.filter(Q(leaves_at__lt=last.leaves_at) | Q(leaves_at=last.leaves_at, pk__lt=last.pk))
    return rows.order_by("-leaves_at", "-pk")


def _hit(message: Message, thread: Thread, about: str, words: list[str]) -> Hit:
    return Hit(
        thread.pk,
        message.pk,
        message.leaves_at,
        about,
        message.side == Message.Side.HOUSE,
        message.language,
        search_rules.marked(words, thread.subject),
        search_rules.excerpt(words, message.body),
    )
