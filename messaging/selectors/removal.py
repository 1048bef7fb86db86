"""What posts hold of children: what goes when they have left, and what stays because it is others', too."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from children.selectors.people import children_of
from children.selectors.placed import placed_since
from children.selectors.reach import sees_own
from documents.models import PictureTag
from documents.selectors.references import Going
from messaging.models import Post, PostChild, PostPicture

UNNAMED = "unnamed"
"""As what tags are counted of which only the place stays."""


def reaching(child_ids: Collection[UUID]) -> QuerySet[PostChild]:
    """Return by which rows published posts reach these children's families."""
    return PostChild.objects.filter(child__in=child_ids, post__in=Post.objects.shown())


def posts_going(child_ids: Collection[UUID]) -> Going:
    """Return what goes with these children: that posts reach them, and the posts with pictures that reach nobody else.

    Of a withdrawn post only the pictures go: that it was withdrawn is written down, and stays.
    """
    others = PostChild.objects.filter(post=OuterRef("pk")).exclude(child__in=child_ids)
    theirs = Post.objects.filter(pk__in=reaching(child_ids).values("post")).filter(~Exists(others))
    return {
        PostChild: reaching(child_ids),
        Post: theirs.filter(state=Post.State.PUBLISHED),
        PostPicture: PostPicture.objects.filter(post__in=theirs),
    }


def with_posts(child_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these children whom posts reach."""
    return set(reaching(child_ids).order_by().values_list("child", flat=True))


def tags_to_unname(child_id: UUID, today: date) -> QuerySet[PictureTag]:
    """Return the places at which the child was tagged in pictures that children have who are still placed.

    They stay blurred for everybody, and nobody knows any more who it was. Not in what a child of the same family has:
    its guardians go on seeing both. A tag without a place stays as it is: it is all that keeps a picture from those who
    may not see it, and goes with the picture.
    """
    placed = placed_since(today)
    siblings = placed.filter(pk__in=children_of(sees_own([child_id], today), today))
    return PictureTag.objects.filter(_reaches(placed), ~_reaches(siblings), child=child_id, x__isnull=False)


def _reaches(children: QuerySet[Any]) -> Exists:
    """Return the condition that a tag's picture reaches the family of one of these children."""
    reaching = PostPicture.objects.filter(post__about__child__in=children.values("pk"))
    return Exists(reaching.filter(file=OuterRef("file")))
