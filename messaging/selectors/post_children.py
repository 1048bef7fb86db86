"""Which children posts are about, as far as somebody may know it, and whose pictures somebody sees clear in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from children.access import Action, children_for
from children.actors import Actor
from children.prepared_access import prepared_for_actor
from messaging.models import PostChild
from portal.lib.prepared import Rows, prepared

Names = dict[UUID, dict[UUID, str]]


def children_of_posts(actor: Actor, ids: Collection[UUID], mine: Collection[UUID]) -> tuple[Names, Names]:
    """Return the actor's own children (`mine`, of `own_of`) whom the posts reach, and the known children about whom
    they were written.
    """
    own: Names = defaultdict(dict)
    named: Names = defaultdict(dict)
    if mine:
        for post_id, is_for_all, child_id, name in _reached(ids, mine):
            own[post_id][child_id] = name
            if not is_for_all:
                named[post_id][child_id] = name
    if actor.roles:
        for post_id, child_id, name in _known(actor, ids):
            named[post_id][child_id] = name
    return own, named


@prepared
def _reached(ids: Collection[UUID], children: Collection[UUID]) -> Rows:
    reached = PostChild.objects.filter(post__in=ids, child__in=children).order_by()
    return reached.values_list("post_id", "post__is_for_all", "child_id", "child__given_name")


@prepared_for_actor
def _known(actor: Actor, ids: Collection[UUID]) -> Rows:
    chosen = PostChild.objects.filter(
        post__in=ids, post__is_for_all=False, child__in=children_for(actor, Action.SEE_CHILD).order_by().values("pk")
    )
    return chosen.order_by().values_list("post_id", "child_id", "child__given_name")


def circle(mine: Collection[UUID], named: Collection[UUID]) -> frozenset[UUID]:
    """Return whose pictures somebody sees clear in a post: the own children's and, of chosen ones whom the house knows
    (`named`, of `children_of_posts`), theirs, for it is told of them to their families alone.
    """
    return frozenset(mine).union(named)
