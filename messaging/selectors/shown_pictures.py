"""Which pictures of a post somebody gets today, and how: the access to the post first, then who is in them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.http import Http404

from children.actors import Actor
from documents.models import StoredFile
from documents.selectors.shown import showing, shown_to, unmade
from documents.shown_rules import CLEAR, Shown
from messaging.models import Post, PostPicture
from messaging.selectors.post_children import children_of_posts, circle
from messaging.selectors.post_tags import unshown_to_readers
from messaging.selectors.posts import PURPOSE, Picture, drafts_for, own_of, pictures_of, posts_for


def get_picture(actor: Actor, picture_id: UUID) -> tuple[StoredFile, Shown]:
    """Return the file of a picture whose post the actor opens today, and how it is shown to the actor.

    What is not published is clear to those who write it. Raises `Http404` for any other.
    """
    pictures = PostPicture.objects.filter(pk=picture_id).select_related("file")
    readable = posts_for(actor).filter(state=Post.State.PUBLISHED)
    if picture := pictures.filter(post__in=readable.order_by().values("pk")).first():
        mine = own_of(actor)
        _own, named = children_of_posts(actor, [picture.post_id], mine)
        own = circle(mine, named.get(picture.post_id, ()))
        return picture.file, shown_to(own, [picture.file_id], PURPOSE, actor.today)[picture.file_id]
    if picture := pictures.filter(post__in=drafts_for(actor).order_by().values("pk")).first():
        return picture.file, CLEAR
    raise Http404


def pictures_shown(actor: Actor, post: Post, own: Collection[UUID]) -> list[Picture]:
    """Return the pictures of a post that the actor gets, who sees `own` clear in it: none once it is withdrawn.

    What is hidden has neither a place nor a number. Before it is published all are clear to those who write it.
    """
    pictures = [] if post.is_withdrawn else pictures_of([post.pk])[post.pk]
    if post.state != Post.State.PUBLISHED:
        return pictures
    shown = shown_to(own, [picture.file_id for picture in pictures], PURPOSE, actor.today)
    waiting = unmade((file_id, one.boxes) for file_id, one in shown.items())
    seen = [picture for picture in pictures if not shown[picture.file_id].is_hidden]
    return [
        replace(
            picture,
            number=number,
            blur=picture.blur if shown[picture.file_id].is_clear else "",  # all of it says who somebody is
            state="blurring" if (picture.file_id, shown[picture.file_id].boxes) in waiting else picture.state,
        )
        for number, picture in enumerate(seen, 1)
    ]


def hidden_from_others(pictures: Collection[PostPicture], today: date) -> list[PostPicture]:
    """Return those of these pictures of published posts that are hidden from some of the families that read them."""
    found = showing([one.file_id for one in pictures], PURPOSE, today)
    those = [one for one in pictures if found.of(one.file_id, ()).is_hidden]
    posts = {one.post_id: one.post for one in those}
    open_places = {post_id: {one.number for one in unshown_to_readers(post, today)} for post_id, post in posts.items()}
    numbers = {post_id: list(post.pictures.values_list("pk", flat=True)) for post_id, post in posts.items()}
    return [one for one in those if numbers[one.post_id].index(one.pk) + 1 in open_places[one.post_id]]
