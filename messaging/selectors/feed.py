"""The feed: what was told lately to a family, and of a department to those who work there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from children.access import Action, children_for
from children.actors import Actor
from children.models import Department
from children.prepared_access import prepared_for_actor
from messaging.models import Post, PostChild, PostGoal, PostPicture, PostRead
from messaging.selectors.posts import departments_of, drafts_for, own_of, posts_of
from messaging.words import joined
from portal.lib.models import columns_of, of_row
from portal.lib.prepared import Row, Rows, prepared

POST = columns_of(Post)
ON_A_PAGE, PICTURES_SHOWN, LONGEST_SHOWN = 10, 3, 700


@dataclass(frozen=True)
class FeedPicture:
    id: UUID
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class FeedPost:
    """A post as the feed prints it. `about` names the children whom the reader knows of those it was written about."""

    id: UUID
    title: str
    text: str
    language: str
    department: str
    author: str
    published_at: datetime
    is_withdrawn: bool
    is_whole: bool
    about: str
    pictures: list[FeedPicture]
    more_pictures: int
    is_own: bool
    is_new: bool
    has_heart: bool
    reads: int
    hearts: int


@dataclass(frozen=True)
class Before:
    """Where a page of the feed ends, and the next begins: the last post's moment and id."""

    moment: datetime
    post_id: UUID

    @property
    def as_text(self) -> str:
        """As an address says it."""
        return f"{self.moment.timestamp():.6f}~{self.post_id}"


@dataclass(frozen=True)
class Feed:
    """Some posts, newest first; where the next page begins, if there is one; whose children's data it shows."""

    posts: list[FeedPost]
    more: Before | None
    child_ids: set[UUID] = field(default_factory=set)

    @property
    def read_now(self) -> list[UUID]:
        """The posts that a guardian has now read for the first time: those that are shown whole."""
        return [post.id for post in self.posts if post.is_new and post.is_whole and not post.is_withdrawn]


@dataclass(frozen=True)
class Sought:
    """Which posts are asked for: with a goal, of one department, older than some moment."""

    goal: str = ""
    department_id: UUID | None = None
    before: Before | None = None


EVERYTHING = Sought()


def feed_for(actor: Actor, *, most: int = ON_A_PAGE, sought: Sought = EVERYTHING) -> Feed:
    """Return the newest posts that the actor reads today, siblings' among each other; each once."""
    if actor.person_id is None:
        return Feed([], None)
    ask = _kept if sought == EVERYTHING else _asked  # an older page is asked for once
    mine = own_of(actor)
    rows = list(ask(actor.person_id, mine, departments_of(actor), most, sought))
    found = [_post(row) for row in rows]
    shown = found[:most]
    ids = [post.pk for post in shown]
    own, named = children_of_posts(actor, ids, mine) if ids else ({}, {})
    pictures, numbers = _pictures(ids) if ids else ({}, {})
    reads = _own_reads(actor, ids) if own else {}
    counts = _counts(ids) if ids and actor.roles else {}
    last = shown[-1] if len(found) > most else None
    return Feed(
        [_printed(post, own, named, pictures, numbers, reads, counts) for post in shown],
        Before(last.published_at, last.pk) if last and last.published_at else None,
        {child_id for children in (own, named) for rows in children.values() for child_id in rows},
    )


def _asked(
    person_id: UUID, own: Collection[UUID], departments: Collection[UUID], most: int, sought: Sought
) -> QuerySet[Any, Row]:
    posts = posts_of(person_id, own, departments)
    if sought.goal:
        posts = posts.filter(pk__in=PostGoal.objects.filter(key=sought.goal).values("post"))
    if sought.department_id:
        posts = posts.filter(department=sought.department_id)
    if before := sought.before:
        older = Q(published_at__lt=before.moment) | Q(published_at=before.moment, pk__lt=before.post_id)
        posts = posts.filter(older)
    newest = posts.order_by("-published_at", "-pk")[: most + 1]
    return newest.values_list(*POST, "department__name", "author__given_name", "author__family_name")


_kept = prepared(_asked)


def _post(row: Row) -> Post:
    post = of_row(Post, POST, row[: len(POST)])
    department, given_name, family_name = row[len(POST) :]
    post.department = Department(pk=post.department_id, name=department)
    post.author = User(pk=post.author_id, given_name=given_name, family_name=family_name)
    return post


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


def _pictures(ids: Collection[UUID]) -> tuple[dict[UUID, list[FeedPicture]], dict[UUID, int]]:
    """Return the first pictures of each post, and how many it has in all."""
    found: dict[UUID, list[FeedPicture]] = defaultdict(list)
    numbers: dict[UUID, int] = {}
    for post_id, picture_id, alt, width, height, number in _first_pictures(ids):
        found[post_id].append(FeedPicture(picture_id, alt, width or 4, height or 3))
        numbers[post_id] = number
    return found, numbers


@prepared
def _first_pictures(ids: Collection[UUID]) -> Rows:
    place = Window(RowNumber(), partition_by=F("post"), order_by=["position", "id"])
    return (
        PostPicture.objects.filter(post__in=ids)
        .annotate(place=place, number=Window(Count("id"), partition_by=F("post")))
        .filter(place__lte=PICTURES_SHOWN)
        .order_by("position", "id")
        .values_list("post_id", "id", "alt", "file__width", "file__height", "number")
    )


def _own_reads(actor: Actor, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Return which of these posts the actor has read, and whether they have the actor's heart."""
    rows = _reads(ids, actor.person_id) if actor.person_id else []
    return {post_id: hearted_at is not None for post_id, hearted_at in rows}


@prepared
def _reads(ids: Collection[UUID], person_id: UUID) -> Rows:
    return PostRead.objects.filter(post__in=ids, person=person_id).order_by().values_list("post_id", "hearted_at")


def _counts(ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    rows = PostRead.objects.filter(post__in=ids).order_by().values("post_id")
    counted = rows.annotate(reads=Count("id"), hearts=Count("hearted_at"))
    return {row["post_id"]: (row["reads"], row["hearts"]) for row in counted}


def _printed(
    post: Post,
    own: Names,
    named: Names,
    pictures: Mapping[UUID, list[FeedPicture]],
    numbers: Mapping[UUID, int],
    reads: Mapping[UUID, bool],
    counts: Mapping[UUID, tuple[int, int]],
) -> FeedPost:
    assert post.published_at  # noqa: S101 (the database says so of every post that is shown)
    is_said = not post.is_withdrawn
    text = post.text if is_said else ""
    is_whole = len(text) <= LONGEST_SHOWN
    shown = pictures.get(post.pk, []) if is_said else []
    number_read, hearts = counts.get(post.pk, (0, 0))
    return FeedPost(
        id=post.pk,
        title=post.title if is_said else _("Inlägget är återkallat"),
        text=text if is_whole else Truncator(text).chars(LONGEST_SHOWN),
        language=post.language,
        department=post.department.name,
        author=post.author.full_name,
        published_at=post.published_at,
        is_withdrawn=post.is_withdrawn,
        is_whole=is_whole,
        about=joined(sorted(named.get(post.pk, {}).values())),
        pictures=shown,
        more_pictures=max(0, numbers.get(post.pk, 0) - PICTURES_SHOWN) if is_said else 0,
        is_own=post.pk in own,
        is_new=post.pk in own and post.pk not in reads,
        has_heart=reads.get(post.pk, False),
        reads=number_read,
        hearts=hearts,
    )


@dataclass(frozen=True)
class Draft:
    """A draft as it is listed: what it is called, whose department's, who changed it last; or that it is on its way."""

    id: UUID
    title: str
    department: str
    changed_by: str
    changed_at: datetime
    is_publishing: bool


def drafts_listed(actor: Actor, department_id: UUID | None = None) -> list[Draft]:
    """Return what is not published yet where the actor may write, the last changed first; nothing that is empty."""
    has_picture = Exists(PostPicture.objects.filter(post=OuterRef("pk")))
    drafts = drafts_for(actor).filter(Q(version__gt=1) | has_picture)
    if department_id:
        drafts = drafts.filter(department=department_id)
    return [
        Draft(
            post.pk,
            post.title or _("Utan rubrik"),
            post.department.name,
            post.changed_by.full_name,
            post.changed_at,
            not post.is_draft,
        )
        for post in drafts.select_related("department", "changed_by").order_by("-changed_at", "-pk")[:20]
    ]
