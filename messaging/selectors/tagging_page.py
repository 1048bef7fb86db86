"""The page on which somebody says who is in a picture of a post."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from children.actors import Actor
from children.models import Child
from children.selectors.consents import allowing
from documents.models import FaceSearch, PictureTag
from documents.shown_rules import Box
from messaging.models import Post, PostPicture
from messaging.selectors.post_tags import Unshown, unshown_to_readers
from messaging.selectors.posts import PURPOSE, Picture, get_post, is_writer, pictures_for, pictures_of
from messaging.selectors.tagging import children_to_tag


def get_tagged(actor: Actor, picture_id: UUID, *, lock: bool = False) -> PostPicture:
    """Return a picture, with its post, of which the actor may say who is in it: of a draft, and of what is published.

    Raises `Http404` for any other.
    """
    picture = pictures_for(actor.person_id).filter(pk=picture_id).first()
    if picture is None:
        raise Http404
    picture.post = get_post(actor, picture.post_id, lock=lock)
    if picture.post.is_withdrawn or not is_writer(actor, picture.post):
        raise Http404
    return picture


SIDES = ("x", "y", "width", "height")


@dataclass(frozen=True)
class Place:
    """A box as its four fields print it, in per cent; `key` names them, `text` is what it was."""

    key: str
    box: Box | None

    @property
    def text(self) -> str:
        return " ".join(map(str, self.box.as_list)) if self.box else ""

    @property
    def fields(self) -> list[tuple[str, float | str]]:
        sides = self.box.as_list if self.box else None
        return [(name, sides[number] / 10 if sides else "") for number, name in enumerate(SIDES)]


@dataclass(frozen=True)
class Somebody:
    """A child who can be tagged, or is: `is_open` where no other family may see it and no box hides it."""

    child: Child
    is_tagged: bool
    allows: bool
    is_open: bool
    place: Place


@dataclass(frozen=True)
class TaggingPage:
    """Who is in one picture and who could be; the pictures before and after it."""

    picture: Picture
    total: int
    before: UUID
    after: UUID
    children: list[Somebody]
    unknown: list[Place]
    new: Place
    found: list[Box] | None  # what looks like a face, of a draft; None where nobody has looked

    @property
    def proposed(self) -> list[Box]:
        """Those faces round which there is no box yet."""
        drawn = [place.box for place in [*self.unknown, *(one.place for one in self.tagged)] if place.box]
        return [face for face in self.found or [] if not any(box.has_middle_of(face) for box in drawn)]

    @property
    def tagged(self) -> list[Somebody]:
        return [one for one in self.children if one.is_tagged]

    @property
    def without(self) -> list[Somebody]:
        """Those in it who may not be shown to other families that see the post, open ones first."""
        those = [one for one in self.tagged if one.is_open or (not one.allows and one.place.box)]
        return sorted(those, key=lambda one: not one.is_open)


def tagging_page(actor: Actor, picture: PostPicture) -> TaggingPage:
    """Return the page of one picture: the same number of queries for one child or forty."""
    all_of_it = pictures_of([picture.post_id])[picture.post_id]
    place = next(number for number, one in enumerate(all_of_it) if one.id == picture.pk)
    tags = list(PictureTag.objects.filter(file=picture.file_id).select_related("child").order_by("pk"))
    tagged = {tag.child_id: tag for tag in tags if tag.child_id}
    children = {child.pk: child for child in children_to_tag(actor, picture.post.department_id)}
    children |= {tag.child_id: tag.child for tag in tags if tag.child_id and tag.child}
    allowed = allowing([*children], PURPOSE, actor.today) if children else set()
    unshown = unshown_to_readers(picture.post, actor.today) if tagged.keys() - allowed else []
    is_open = {one.child_id for one in unshown if one.number == place + 1}
    return TaggingPage(
        picture=all_of_it[place],
        total=len(all_of_it),
        before=all_of_it[place - 1].id,
        after=all_of_it[(place + 1) % len(all_of_it)].id,
        children=[
            Somebody(
                child,
                is_tagged=child_id in tagged,
                allows=child_id in allowed,
                is_open=child_id in is_open,
                place=Place(f"child-{child_id}", tagged[child_id].box if child_id in tagged else None),
            )
            for child_id, child in children.items()
        ],
        unknown=[Place(f"tag-{tag.pk}", tag.box) for tag in tags if not tag.child_id],
        new=Place("new", None),
        found=_faces(picture) if picture.post.is_draft else None,
    )


def _faces(picture: PostPicture) -> list[Box] | None:
    search = FaceSearch.objects.filter(file=picture.file_id, state=FaceSearch.State.READY).first()
    return search.boxes if search else None


@dataclass(frozen=True)
class Mark:
    """What a draft's tile says of who is in its picture: how many are tagged, who is blurred, who may not be shown."""

    tagged: int
    boxes: list[Box]
    blurred: list[str]
    open: list[str]

    @property
    def is_empty(self) -> bool:
        return not self.tagged and not self.boxes


NOBODY = Mark(0, [], [], [])


def marks_of(post: Post, pictures: Collection[Picture], actor: Actor) -> Mapping[UUID, Mark]:
    """Return the mark of each picture's tile, by the picture: three queries, and more where somebody has no consent."""
    tags = list(
        PictureTag.objects.filter(file__in=[one.file_id for one in pictures]).select_related("child").order_by("pk")
    )
    children = {tag.child_id for tag in tags if tag.child_id}
    allowed = allowing(children, PURPOSE, actor.today) if children else set()
    unshown = unshown_to_readers(post, actor.today) if children - allowed else []
    return {
        one.id: _mark(one, [tag for tag in tags if tag.file_id == one.file_id], allowed, unshown) for one in pictures
    }


def _mark(picture: Picture, tags: Iterable[PictureTag], allowed: Collection[UUID], unshown: Iterable[Unshown]) -> Mark:
    those = [tag for tag in tags if tag.child]
    is_open = {one.child_id for one in unshown if one.number == picture.number}
    return Mark(
        tagged=len(those),
        boxes=[tag.box for tag in tags if tag.box and tag.child_id not in allowed],
        blurred=[tag.child.given_name for tag in those if tag.child and tag.box and tag.child_id not in allowed],
        open=[tag.child.given_name for tag in those if tag.child and tag.child_id in is_open],
    )
