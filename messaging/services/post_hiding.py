"""What follows when it has changed to whom a child may be shown: its files, and a word to those who wrote."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from uuid import UUID, uuid5

from django.db import transaction

from documents.models import Renewal
from documents.services import copies
from messaging.models import Post, PostPicture
from messaging.selectors.post_tags import circles_of
from messaging.selectors.posts import PURPOSE
from messaging.selectors.shown_pictures import hidden_from_others
from messaging.services.posts import writers_of
from notifications.models import Kind
from notifications.services import Told, notify_of_all
from portal.lib import bell, days

PORTION = 40  # pictures: their new names are given, even by a slow store, before a claim is over


def follow_changes(*, now: datetime, seconds: float = inf) -> int:
    """See to what has changed of whom pictures may show; return how many pictures were seen to.

    Requests ask for themselves and are right already: this gives the pictures of these children new names in the store,
    throws away copies that nobody needs, asks for those that somebody does, and tells whose picture is hidden now.

    Any number of workers may do this at once. After so many seconds one stops and rings for another turn: what else
    waits for it has its own before. What a killed worker had is another's when its claim is over.
    """
    seen_to, started = 0, monotonic()
    is_over = False
    while not is_over:
        noted = copies.note_changes()
        rows = Renewal.objects.claim(now + timedelta(seconds=monotonic() - started), PORTION)
        if rows:
            _see_to(rows, now)
        elif not noted:
            break
        seen_to += len(rows)
        is_over = monotonic() - started > seconds
    if is_over:
        bell.ring("messaging.tasks.follow_shown_changes")
    return seen_to


def _see_to(rows: Collection[Renewal], now: datetime) -> None:
    """See to these pictures, and then tell and take their rows away at once: nothing is told twice, and nothing lost.

    What the store could not do stays claimed, and is tried again when the claim is over.
    """
    files = [row.file_id for row in rows]
    failed = copies.renew(files, PURPOSE, days.day_of(now), circles_of(files))
    with transaction.atomic():
        _tell_of_hidden(files, now)
        Renewal.objects.done([row for row in rows if row.file_id not in failed])


def _tell_of_hidden(file_ids: Collection[UUID], now: datetime) -> None:
    """Tell whoever wrote the post and whoever published it, each time that a picture is hidden from other families."""
    event = now.isoformat()
    told = [
        Told(uuid5(one.pk, event), writers_of(one.post), {"post": one.post_id}) for one in note_hidden(file_ids, now)
    ]
    if told:
        notify_of_all(told=told, kind=Kind.PICTURE_HIDDEN, now=now)


def note_hidden(file_ids: Collection[UUID], now: datetime) -> list[PostPicture]:
    """Write down which pictures of posts that are out other families do not see; return those of which it is new.

    Must run in a transaction: two workers never find the same one new.
    """
    pictures = PostPicture.objects.filter(file__in=file_ids, post__state=Post.State.PUBLISHED).select_related("post")
    hidden = [one.pk for one in hidden_from_others(list(pictures), days.day_of(now))]
    pictures.exclude(pk__in=hidden).exclude(hidden_since=None).update(hidden_since=None)
    new = list(pictures.filter(pk__in=hidden, hidden_since=None).select_for_update(of=("self",)).order_by("pk"))
    PostPicture.objects.filter(pk__in=[one.pk for one in new]).update(hidden_since=now)
    return new
