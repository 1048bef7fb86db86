"""Which pictures of a post somebody gets today, and how: the access to the post first, then who is in them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from django.http import Http404

from children.actors import Actor
from documents.models import StoredFile
from documents.selectors.shown import shown_to, unmade
from documents.shown_rules import CLEAR, Shown
from messaging.models import Post, PostPicture
from messaging.selectors.post_children import children_of_posts, circle
from messaging.selectors.posts import PURPOSE, Picture, drafts_for, is_writer, own_of, pictures_of, posts_for


def get_picture(actor: Actor, picture_id: UUID, *, is_edited: bool = False) -> tuple[StoredFile, Shown]:
    """Return the file of a picture whose post the actor opens today, and how it is shown to the actor.

    What is not published is clear to those who write it, and to whoever edits who is in it (`is_edited`), published or
    not. Raises `Http404` for any other, and for a picture that is hidden.
    """
    pictures = PostPicture.objects.filter(pk=picture_id).select_related("file", "post")
    readable = posts_for(actor).filter(state=Post.State.PUBLISHED)
    if picture := pictures.filter(post__in=readable.order_by().values("pk")).first():
        if is_edited:
            if is_writer(actor, picture.post):
                return picture.file, CLEAR
            raise Http404
        mine = own_of(actor)
        _own, named = children_of_posts(actor, [picture.post_id], mine)
        own = circle(mine, named.get(picture.post_id, ()))
        shown = shown_to(own, [picture.file_id], PURPOSE, actor.today)[picture.file_id]
        if shown.is_hidden:
            raise Http404
        return picture.file, shown
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
