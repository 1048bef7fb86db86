"""What follows when it has changed to whom a child may be shown: its files, and a word to those who wrote."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from children.models import ShownChange
from documents.models import PictureTag
from documents.services import copies
from messaging.models import Post, PostPicture
from messaging.selectors.posts import PURPOSE
from messaging.selectors.shown_pictures import hidden_from_others
from messaging.services.posts import writers_of
from notifications.models import Kind
from notifications.services import Told, notify_of_all
from portal.lib import days

MOST = 200  # changes at a time


def follow_changes(*, now: datetime) -> int:
    """See to what has changed of whom pictures may show; return how many changes it was.

    Requests ask for themselves and are right already: this gives the pictures of these children new names in the store,
    throws away copies that nobody needs, asks for those that somebody does, and tells whose picture is hidden now. A
    change is taken away when all of it is done, so a worker that is killed leaves it to the next one, whom it costs
    nothing but time to do it again.
    """
    changes = list(ShownChange.objects.order_by("pk")[:MOST])
    children = {change.child_id for change in changes}
    files = PictureTag.objects.filter(child__in=children).order_by().values_list("file_id", flat=True).distinct()
    for file_id in files if changes else ():
        copies.renew([file_id], PURPOSE, days.day_of(now))
    with transaction.atomic():
        _tell_of_hidden(list(files) if changes else [], now)
        ShownChange.objects.filter(pk__in=[change.pk for change in changes]).delete()
    return len(changes)


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
