"""What posts hold of a child that has left is removed, a portion at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import transaction

from documents.models import PictureTag, StoredFile
from documents.services import copies
from documents.services.files import discard
from messaging.models import Post, PostChild, PostPicture
from messaging.selectors.post_tags import circles_of
from messaging.selectors.posts import PURPOSE
from messaging.selectors.removal import UNNAMED, posts_going, reaching, tags_to_unname


def remove_posts(*, child_id: UUID, today: date, most: int) -> Counter[str]:
    """Let so many posts reach the child's family no more, or else take its name from so many pictures that stay.

    A post that reaches nobody then goes with its pictures: those that nothing refers to leave the store. Returns how
    many rows of each kind are gone: none when there is nothing left. Whether it is time, the caller has asked.
    """
    with transaction.atomic():
        rows = list(reaching([child_id]).order_by("pk").values_list("pk", "post")[:most])
        return _remove(child_id, rows) if rows else _unname(child_id, today, most)


def _remove(child_id: UUID, rows: Collection[tuple[int, UUID]]) -> Counter[str]:
    posts = Post.objects.select_for_update(of=("self",)).order_by("pk").in_bulk([post_id for _row, post_id in rows])
    going = posts_going([child_id])
    alone = list(going[Post].filter(pk__in=posts).values_list("pk", flat=True))
    pictures = going[PostPicture].filter(post__in=posts)
    files = list(StoredFile.objects.filter(pk__in=pictures.values("file")))
    gone = Counter(pictures.delete()[1])
    gone += Counter(Post.objects.filter(pk__in=alone).delete()[1])
    gone += Counter(PostChild.objects.filter(pk__in=[row for row, _post in rows]).delete()[1])
    return gone + discard(files)


def _unname(child_id: UUID, today: date, most: int) -> Counter[str]:
    tags = dict(tags_to_unname(child_id, today).order_by("pk").values_list("pk", "file")[:most])
    if not tags:
        return Counter()
    PictureTag.objects.filter(pk__in=tags).update(child=None)
    files = set(tags.values())
    copies.renew(files, PURPOSE, today, circles_of(files))
    return Counter({UNNAMED: len(tags)})
