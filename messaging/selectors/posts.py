"""Which posts somebody reads today, and which drafts somebody may go on with."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.http import Http404

from children.access import Action, children_for, departments_for
from children.actors import Actor
from children.models import Department, Purpose
from children.prepared_access import Asked, child_rows, prepared_for_actor
from children.selectors.people import children_kept_from
from children.whereabouts import among
from documents.models import StoredFile, is_stuck
from messaging.models import Post, PostChild, PostPicture
from messaging.post_rules import Written
from portal.lib import clock
from portal.lib.prepared import Rows

PURPOSE = Purpose.DEPARTMENT
"""What is asked for when a picture of a post shows other families' children."""


def posts_for(actor: Actor) -> QuerySet[Post]:
    """Return the posts that the actor reads today, withdrawn ones among them: those for which `readers_of_post` has it.

    A guardian those about an own child, and who works or leads at a department its posts. Nobody reads of a chosen
    child from whom it must be kept. A tablet opens its own department's with a PIN, and nobody's family.
    """
    if actor.person_id is None:
        return Post.objects.none()
    own = children_for(actor, Action.SEE_OWN).order_by().values("pk")
    return posts_of(actor.person_id, [] if actor.tablet else own, _departments(actor))


def drafts_for(actor: Actor) -> QuerySet[Post]:
    """Return what is not published yet at the departments where the actor may write."""
    if actor.person_id is None or not actor.roles:
        return Post.objects.none()
    return _without_kept(actor.person_id, Post.objects.unpublished().filter(department__in=_departments(actor)))


def own_of(actor: Actor) -> list[UUID]:
    """Return the children for whose sake the actor reads posts as their guardian: one query."""
    return [] if actor.tablet else [child_id for (child_id,) in child_rows(actor, Action.SEE_OWN, Asked(("id",)))]


def departments_of(actor: Actor) -> list[UUID]:
    """Return the departments whose posts the actor reads and writes for the house: one query, none for a family."""
    return [department_id for (department_id,) in _department_ids(actor)] if actor.roles else []


@prepared_for_actor
def _department_ids(actor: Actor) -> Rows:
    return _departments(actor).values_list("pk")


def _departments(actor: Actor) -> QuerySet[Any, Any]:
    if not actor.roles:
        return Department.objects.none().values("pk")
    return departments_for(actor, Action.WRITE_POSTS).order_by().values("pk")


Ids = Collection[UUID] | QuerySet[Any, Any]


def posts_of(person_id: UUID, own: Ids, departments: Ids) -> QuerySet[Post]:
    """Return the same of whom these are the own children, and the departments where it works.

    Whoever asks for the newest gives the ids themselves: a database that sees how few posts they have does not go
    through the municipality's.
    """
    about = PostChild.objects.filter(child__in=own).values("post")
    there = Post.objects.filter(department__in=departments).order_by().values("pk")
    return _without_kept(person_id, Post.objects.shown().filter(among((about, there))))


def _without_kept(person_id: UUID, posts: QuerySet[Post]) -> QuerySet[Post]:
    kept = PostChild.objects.filter(child__in=children_kept_from(person_id), post__is_for_all=False)
    return posts.exclude(pk__in=kept.values("post"))


def pictures_for(person_id: UUID | None) -> QuerySet[PostPicture]:
    """Return the pictures that somebody of the house may see with nobody blurred: none of a child it is kept from."""
    return PostPicture.objects.exclude(file__tags__child__in=children_kept_from(person_id)).select_related("file")


def get_post(actor: Actor, post_id: UUID, *, lock: bool = False) -> Post:
    """Return a post that the actor reads, or may write. Raises `Http404` for any other."""
    return _one(posts_for(actor), post_id, lock=lock) or get_draft(actor, post_id, lock=lock)


def get_published(actor: Actor, post_id: UUID, *, lock: bool = False) -> Post:
    """Return a post that the actor reads and that is not withdrawn. Raises `Http404` for any other."""
    if post := _one(posts_for(actor).filter(state=Post.State.PUBLISHED), post_id, lock=lock):
        return post
    raise Http404


def get_draft(actor: Actor, post_id: UUID, *, lock: bool = False) -> Post:
    """Return what is not published and the actor may go on with. Raises `Http404` for any other."""
    if post := _one(drafts_for(actor), post_id, lock=lock):
        return post
    raise Http404


def _one(posts: QuerySet[Post], post_id: UUID, *, lock: bool) -> Post | None:
    found = posts.filter(pk=post_id).select_related("department__preschool", "author", "changed_by")
    return (found.select_for_update(of=("self",)) if lock else found).first()


def is_writer(actor: Actor, post: Post) -> bool:
    """Tell whether the actor may write at the post's department: go on, publish, withdraw, read its thanks."""
    return bool(actor.roles) and departments_for(actor, Action.WRITE_POSTS).filter(pk=post.department_id).exists()


@dataclass(frozen=True)
class Picture:
    """A picture as it is printed: its place from 1, how large it is, what it shows, and what has become of it.

    `state` is its file's, or "stuck" where it waits and nobody makes it ready, or "blurring" where it is ready and the
    copy that its reader gets is not.
    """

    id: UUID
    file_id: UUID
    number: int
    alt: str
    name: str
    state: str
    problem: str
    width: int
    height: int
    blur: str  # the address of what stands in its place until it has come

    @property
    def is_lost(self) -> bool:
        """Whether it is not to be waited for: damaged, or stuck."""
        return self.state in (StoredFile.State.DAMAGED, "stuck")

    @property
    def is_upright(self) -> bool:
        return self.height > self.width


def pictures_of(post_ids: Collection[UUID]) -> dict[UUID, list[Picture]]:
    """Return the pictures of these posts in order, by post: one query, and none where none is asked."""
    found: dict[UUID, list[Picture]] = {post_id: [] for post_id in post_ids}
    if not post_ids:
        return found
    stuck = ExpressionWrapper(is_stuck(clock.now(), "file__"), BooleanField())
    rows = PostPicture.objects.filter(post__in=post_ids).select_related("file")
    for row in rows.annotate(is_stuck=stuck):
        file, own = row.file, found[row.post_id]
        state = "stuck" if row.is_stuck else file.state
        problem = str(StoredFile.Problem(file.problem).label) if file.problem else ""
        # Until the sizes are made the place is kept as most pictures are.
        size = (file.width or 4, file.height or 3)
        own.append(Picture(row.pk, file.pk, len(own) + 1, row.alt, file.name, state, problem, *size, file.blur))
    return found


def written_in(post: Post) -> Written:
    """Return what a draft says now: two queries. Of one for all no child is chosen."""
    children = [] if post.is_for_all else PostChild.objects.filter(post=post).values_list("child", flat=True)
    goals = post.goals.values_list("key", flat=True)
    return Written(post.title, post.text, post.language, post.is_for_all, frozenset(children), frozenset(goals))


def lost_among(pictures: Iterable[Picture]) -> list[Picture]:
    return [picture for picture in pictures if picture.is_lost]
