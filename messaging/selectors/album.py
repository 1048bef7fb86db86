"""A family's album: the pictures of posts that reach its children, month by month, each as this family may see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import Http404

from children.access import Action
from children.actors import Actor
from children.models import Child
from children.prepared_access import NAMES, Asked, child_rows
from documents.models import StoredFile
from documents.selectors.shown import Showing, Unmade, showing, unmade
from documents.shown_rules import Shown
from messaging.models import Post, PostPicture
from messaging.selectors.posts import PURPOSE, posts_of
from portal.lib import days
from portal.lib.models import of_row
from portal.lib.prepared import Rows, prepared

ON_A_PAGE = 60
CHILDREN = Asked(NAMES.columns, ("birth_date", "given_name", "id"), placed=True)


@dataclass(frozen=True)
class Sought:
    """Which pictures are asked for: those that reach this child, and of these only the ones in which it is tagged.

    Without a child those of all siblings; tagged is then one of them.
    """

    child_id: UUID | None = None
    only_with: bool = False

    @property
    def as_query(self) -> str:
        """As an address says it."""
        said = ([f"barn={self.child_id}"] if self.child_id else []) + (["med=1"] if self.only_with else [])
        return "&".join(said)


class Found(NamedTuple):
    """A picture that the family gets, with what decides where it stands."""

    picture_id: UUID
    file_id: UUID
    day: date

    @property
    def month(self) -> date:
        return self.day.replace(day=1)


@dataclass(frozen=True)
class AlbumPicture:
    """A picture as it is printed; `is_ready` where the copy that this family gets is made."""

    id: UUID
    post_id: UUID
    post: str
    language: str
    alt: str
    day: date
    width: int
    height: int
    blur: str
    is_ready: bool

    @property
    def is_upright(self) -> bool:
        return self.height > self.width


@dataclass(frozen=True)
class Month:
    """A month of the album: how many pictures it has, and on which page they begin."""

    first: date
    number: int
    page: int


@dataclass(frozen=True)
class Album:
    """What a family gets of what it asks for, newest first. No picture is among them that is hidden from it."""

    children: Sequence[Child]
    sought: Sought
    found: Sequence[Found]
    shown: Mapping[UUID, Shown]
    showing: Showing[UUID]
    have_left: bool  # some of the children: there may be a countdown to what is removed

    @property
    def reached(self) -> Collection[UUID]:
        """The children whose data it shows."""
        return [self.sought.child_id] if self.sought.child_id else [child.pk for child in self.children]

    @property
    def about(self) -> str:
        """The name of the one child whose pictures they are."""
        return next((child.given_name for child in self.children if child.pk in self.reached), "")

    @property
    def months(self) -> list[Month]:
        """The months that have pictures, newest first."""
        months, before = [], 0
        for first, those in groupby(self.found, key=lambda one: one.month):
            number = len(list(those))
            months.append(Month(first, number, before // ON_A_PAGE + 1))
            before += number
        return months

    def page_of(self, picture_id: UUID) -> int:
        """Return the number of the page that has this picture."""
        return [one.picture_id for one in self.found].index(picture_id) // ON_A_PAGE + 1

    def page(self, number: str) -> Page[Found]:
        return Paginator(self.found, ON_A_PAGE).get_page(number)

    def around(self, picture_id: UUID) -> tuple[Found | None, Found, Found | None]:
        """Return the picture between the one before it and the one after it. Raises `Http404` where it is not here."""
        place = next((number for number, one in enumerate(self.found) if one.picture_id == picture_id), None)
        if place is None:
            raise Http404
        after = self.found[place + 1] if place + 1 < len(self.found) else None
        return (self.found[place - 1] if place else None), self.found[place], after

    def names_in(self, one: Found) -> list[str]:
        """Return which of the family's own children are tagged in a picture."""
        tagged = {tag.child_id for tag in self.showing.tags[one.file_id]}
        return [child.given_name for child in self.children if child.pk in tagged]

    def printed(self, those: Sequence[Found]) -> tuple[list[AlbumPicture], Unmade]:
        """Return these pictures as they are printed, and the copies that are missing of them: two queries at most."""
        rows = {row[0]: row[1:] for row in _told([one.picture_id for one in those])} if those else {}
        waiting = unmade((one.file_id, self.shown[one.file_id].boxes) for one in those)
        printed = []
        for one in those:
            post_id, title, language, alt, width, height, placeholder = rows[one.picture_id]
            file = StoredFile(placeholder=placeholder)
            size = (width or 4, height or 3)
            # What stands in for it until it has come is made of all of it: not for whoever gets it blurred.
            blur = file.blur if self.shown[one.file_id].is_clear else ""
            is_ready = (one.file_id, self.shown[one.file_id].boxes) not in waiting
            printed.append(AlbumPicture(one.picture_id, post_id, title, language, alt, one.day, *size, blur, is_ready))
        return printed, waiting


def album_of(actor: Actor, sought: Sought) -> Album:
    """Return the actor's album: four queries, however many pictures. Raises `Http404` for a child not its own, and
    for whoever is here for the house alone.

    Who is in a picture, and who may be shown to this family, is asked once for all of them (DOMAIN 5.2), so that what
    is hidden leaves no gap and is not counted.
    """
    rows = child_rows(actor, Action.SEE_OWN, CHILDREN)
    children = [of_row(Child, NAMES.columns, row) for *row, _is_placed in rows]
    own = [child.pk for child in children]
    if (not own and (actor.tablet or actor.is_staff)) or (sought.child_id and sought.child_id not in own):
        raise Http404
    asked = [sought.child_id] if sought.child_id else own
    pictures = _reaching(actor.person_id, asked) if actor.person_id and own else []
    those = [Found(picture_id, file_id, days.day_of(moment)) for picture_id, file_id, moment in pictures]
    seen = showing([one.file_id for one in those], PURPOSE, actor.today, own, actor.person_id)
    shown = seen.to(own)
    with_child = {file_id for file_id, tags in seen.tags.items() if any(tag.child_id in asked for tag in tags)}
    found = [
        one for one in those if not shown[one.file_id].is_hidden and (one.file_id in with_child or not sought.only_with)
    ]
    return Album(children, sought, found, shown, seen, not all(is_placed for *_row, is_placed in rows))


@prepared
def _reaching(person_id: UUID, child_ids: Collection[UUID]) -> Rows:
    """Return the pictures that are ready of published posts that reach these children, newest first."""
    posts = posts_of(person_id, child_ids, ()).filter(state=Post.State.PUBLISHED).order_by()
    pictures = PostPicture.objects.filter(post__in=posts.values("pk"), file__state=StoredFile.State.READY)
    newest = pictures.order_by("-post__published_at", "-post", "position", "pk")
    return newest.values_list("pk", "file_id", "post__published_at")


@prepared
def _told(picture_ids: Collection[UUID]) -> Rows:
    rows = PostPicture.objects.filter(pk__in=picture_ids).order_by()
    return rows.values_list(
        "pk", "post_id", "post__title", "post__language", "alt", "file__width", "file__height", "file__placeholder"
    )
