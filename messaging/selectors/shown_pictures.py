"""Which pictures of a post somebody gets today, and how: the access to the post first, then who is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.http import Http404

from children.access import Action
from children.actors import Actor
from children.selectors.reach import who_may
from documents.models import StoredFile
from documents.selectors.shown import Unmade, children_in, showing, shown_to, unmade
from documents.shown_rules import CLEAR, Shown
from messaging.models import Post, PostChild, PostPicture
from messaging.selectors.post_children import children_of_posts, circle
from messaging.selectors.posts import PURPOSE, Picture, drafts_for, own_of, pictures_for, pictures_of, posts_for


class Opened(NamedTuple):
    """A picture that somebody opens: how it is shown, and which children are tagged in it."""

    file: StoredFile
    shown: Shown
    children: Collection[UUID]


def get_picture(actor: Actor, picture_id: UUID) -> Opened:
    """Return a picture whose post the actor opens today, as it is shown to the actor.

    What is not published is clear to those who write it. Raises `Http404` for any other.
    """
    pictures = PostPicture.objects.filter(pk=picture_id).select_related("file")
    readable = posts_for(actor).filter(state=Post.State.PUBLISHED)
    if picture := pictures.filter(post__in=readable.order_by().values("pk")).first():
        mine = own_of(actor)
        _own, named = children_of_posts(actor, [picture.post_id], mine)
        own = circle(mine, named.get(picture.post_id, ()))
        found = showing([picture.file_id], PURPOSE, actor.today, own, actor.person_id)
        return Opened(picture.file, found.of(picture.file_id, own), found.children)
    drafts = pictures_for(actor.person_id).filter(pk=picture_id)
    if picture := drafts.filter(post__in=drafts_for(actor).order_by().values("pk")).first():
        return Opened(picture.file, CLEAR, children_in(picture.file_id))
    raise Http404


def pictures_shown(actor: Actor, post: Post, own: Collection[UUID]) -> tuple[list[Picture], Unmade]:
    """Return the pictures of a post that the actor gets, who sees `own` clear in it: none once it is withdrawn; and the
    copies that are missing of them, for which whoever prints them asks.

    What is hidden has neither a place nor a number. Before it is published all are clear to those who write it.
    """
    pictures = [] if post.is_withdrawn else pictures_of([post.pk])[post.pk]
    if post.state != Post.State.PUBLISHED:
        return pictures, {}
    files = [picture.file_id for picture in pictures]
    shown = shown_to(actor.person_id, own, files, PURPOSE, actor.today)
    missing = unmade((file_id, one.boxes) for file_id, one in shown.items() if not one.is_hidden)
    seen = [picture for picture in pictures if not shown[picture.file_id].is_hidden]
    printed = [
        replace(
            picture,
            number=number,
            blur=picture.blur if shown[picture.file_id].is_clear else "",  # all of it says who somebody is
            state="blurring" if (picture.file_id, shown[picture.file_id].boxes) in missing else picture.state,
        )
        for number, picture in enumerate(seen, 1)
    ]
    return printed, missing


def hidden_from_others(pictures: Collection[PostPicture], today: date) -> list[PostPicture]:
    """Return those of these pictures of published posts that are hidden from some of the families that read them.

    As many queries for one as for many.
    """
    found = showing([one.file_id for one in pictures], PURPOSE, today)
    those = [one for one in pictures if found.of(one.file_id, ()).is_hidden]
    if not those:
        return []
    reached: dict[UUID, set[UUID]] = defaultdict(set)
    about = PostChild.objects.filter(post__in={one.post_id for one in those}).order_by()
    for post_id, child_id in about.values_list("post_id", "child_id"):
        reached[post_id].add(child_id)
    open_in = {
        one.pk: {tag.child_id for tag in found.tags[one.file_id] if not tag.box and tag.child_id not in found.allowing}
        for one in those
    }
    tagged = {child_id for children in open_in.values() for child_id in children if child_id}
    known = tagged.union(*reached.values())
    guardians: dict[UUID | None, set[UUID]] = defaultdict(set)  # somebody unknown has none
    for reach in who_may(Action.SEE_OWN, known, today) if known else []:
        guardians[reach.child_id].add(reach.person_id)
    return [one for one in those if _is_hidden(open_in[one.pk], reached[one.post_id], guardians)]


def _is_hidden(
    open_in: Collection[UUID | None], reached: Collection[UUID], guardians: Mapping[UUID | None, set[UUID]]
) -> bool:
    """Tell whether somebody who reads a post does not guard all whom a picture of it may show to no others."""
    readers = {person_id for child_id in reached for person_id in guardians[child_id]}
    return any(child_id is None or readers - guardians[child_id] for child_id in open_in)
