"""The feed: what was told lately to a family, and of a department to those who work there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from children.actors import Actor
from children.models import Department
from children.words import joined
from documents.rules import blur_address
from documents.selectors.shown import Unmade, deciding, unmade
from documents.shown_rules import CLEAR, Box, Shown, Tag
from messaging.models import Post, PostGoal, PostPicture, PostRead
from messaging.selectors.post_children import Names, children_of_posts, circle
from messaging.selectors.posts import PURPOSE, departments_of, drafts_for, own_of, posts_of
from portal.lib.models import columns_of, of_row
from portal.lib.prepared import Row, Rows, prepared

POST = columns_of(Post)
ON_A_PAGE, PICTURES_SHOWN, LONGEST_SHOWN = 10, 3, 700


@dataclass(frozen=True)
class FeedPicture:
    """A picture's place, `is_ready` where its reader's copy is made; `blur` is shown until it has come."""

    id: UUID
    width: int
    height: int
    is_ready: bool
    blur: str


@dataclass(frozen=True)
class FeedPost:
    """A post as the feed prints it. `about` names the children whom the reader knows of those it was written about."""

    id: UUID
    title: str
    text: str
    language: str
    department: str
    published_at: datetime
    is_withdrawn: bool
    is_whole: bool
    about: str
    pictures: list[FeedPicture]
    more_pictures: int
    is_new: bool
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
    """Some posts, newest first; where the next page begins, if there is one; whose children's data it shows.

    `missing` are the copies of pictures for which whoever prints it asks.
    """

    posts: list[FeedPost]
    more: Before | None
    child_ids: set[UUID] = field(default_factory=set)
    missing: Unmade = field(default_factory=dict)

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
    pictures, numbers, missing = _pictures(actor, ids, mine, named) if ids else ({}, Counter[UUID](), {})
    read = _read_by(actor, ids) if own else set()
    counts = _counts(ids) if ids and actor.roles else {}
    last = shown[-1] if len(found) > most else None
    return Feed(
        [_printed(post, own, named, pictures, numbers, read, counts) for post in shown],
        Before(last.published_at, last.pk) if last and last.published_at else None,
        {child_id for children in (own, named) for rows in children.values() for child_id in rows},
        missing,
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
    return newest.values_list(*POST, "department__name")


_kept = prepared(_asked)


def _post(row: Row) -> Post:
    post = of_row(Post, POST, row[: len(POST)])
    post.department = Department(pk=post.department_id, name=row[-1])
    return post


def _pictures(
    actor: Actor, ids: Collection[UUID], mine: Collection[UUID], named: Names
) -> tuple[dict[UUID, list[FeedPicture]], Counter[UUID], Unmade]:
    """Return the first pictures of each post that the actor gets, how many it gets in all, and which copies are not
    made that it is to get.
    """
    tags: dict[str, list[Tag]] = defaultdict(list)
    places: dict[str, _Place] = {}
    made = lru_cache(maxsize=None)(UUID)  # a row for each child in each picture, and few are different
    for picture_id, post_id, file_id, wide, high, blur, is_tagged, child_id, *box in _tagged_pictures(ids):
        places[picture_id] = _Place(made(post_id), file_id, wide or 4, high or 3, blur)
        if is_tagged:
            tags[picture_id].append(Tag(made(child_id) if child_id else None, Box.of(*box)))
    showing = deciding(tags, PURPOSE, actor.today, mine, actor.person_id)
    clear = {post_id: circle(mine, named.get(post_id, ())) for post_id in ids}
    gets: dict[UUID, list[tuple[str, Shown]]] = defaultdict(list)
    for one, place in places.items():
        how = showing.of(one, clear[place.post_id]) if one in tags else CLEAR
        if not how.is_hidden:
            gets[place.post_id].append((one, how))
    first = {post_id: those[:PICTURES_SHOWN] for post_id, those in gets.items()}
    waiting = unmade((UUID(places[one].file_id), how.boxes) for those in first.values() for one, how in those)
    pictures = {post_id: [_picture(*one, places[one[0]], waiting) for one in those] for post_id, those in first.items()}
    return pictures, Counter({post_id: len(those) for post_id, those in gets.items()}), waiting


class _Place(NamedTuple):
    """Where a picture stands, and what is known of its file; the file's id as text."""

    post_id: UUID
    file_id: str
    width: int
    height: int
    blur: str


def _picture(picture_id: str, how: Shown, place: _Place, waiting: Unmade) -> FeedPicture:
    is_ready = how.is_clear or (UUID(place.file_id), how.boxes) not in waiting
    blur = blur_address(place.blur) if how.is_clear else ""
    return FeedPicture(UUID(picture_id), place.width, place.height, is_ready, blur)


@prepared
def _tagged_pictures(ids: Collection[UUID]) -> Rows:
    """Return a row for each who is in a picture, and one for a picture with nobody; ids as text."""
    pictures = PostPicture.objects.filter(post__in=ids).order_by("position", "id")
    texts = [Cast(column, TextField()) for column in ("id", "post", "file", "file__tags__child")]
    box = [f"file__tags__{side}" for side in ("x", "y", "width", "height")]
    is_tagged = ExpressionWrapper(Q(file__tags__isnull=False), BooleanField())
    return pictures.values_list(
        *texts[:3], "file__width", "file__height", "file__placeholder", is_tagged, texts[3], *box
    )


def _read_by(actor: Actor, ids: Collection[UUID]) -> set[UUID]:
    """Return which of these posts the actor has read."""
    return {post_id for (post_id,) in _reads(ids, actor.person_id)} if actor.person_id else set()


@prepared
def _reads(ids: Collection[UUID], person_id: UUID) -> Rows:
    return PostRead.objects.filter(post__in=ids, person=person_id).order_by().values_list("post_id")


def _counts(ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    rows = PostRead.objects.filter(post__in=ids).order_by().values("post_id")
    counted = rows.annotate(reads=Count("id"), hearts=Count("hearted_at"))
    return {row["post_id"]: (row["reads"], row["hearts"]) for row in counted}


def _printed(
    post: Post,
    own: Names,
    named: Names,
    pictures: Mapping[UUID, list[FeedPicture]],
    numbers: Counter[UUID],
    read: Collection[UUID],
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
        published_at=post.published_at,
        is_withdrawn=post.is_withdrawn,
        is_whole=is_whole,
        about=joined(sorted(named.get(post.pk, {}).values())),
        pictures=shown,
        more_pictures=max(0, numbers[post.pk] - PICTURES_SHOWN) if is_said else 0,
        is_new=post.pk in own and post.pk not in read,
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
