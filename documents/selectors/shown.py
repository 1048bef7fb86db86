"""What of which picture is shown to whom today: everything that shows a picture asks here (DOMAIN 5.2-5.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast

from children.access import Action
from children.models import Purpose
from children.selectors.consents import allowing
from children.selectors.reach import who_may
from documents import shown_rules
from documents.models import BlurredCopy, PictureTag
from documents.shown_rules import Box, Shown, Tag
from portal.lib.prepared import Rows, prepared

Key = TypeVar("Key")
Tags = Mapping[Key, list[Tag]]


def shown_to(
    viewer: UUID | None, own: Collection[UUID], file_ids: Collection[UUID], purpose: Purpose, today: date
) -> dict[UUID, Shown]:
    """Return how each picture is shown to this person, who guards `own`, by file: two reads, or one."""
    return showing(file_ids, purpose, today, own, viewer).to(own)


@dataclass(frozen=True)
class Showing(Generic[Key]):
    """Who is in some pictures, and who of them may be shown to other families."""

    tags: Tags[Key]
    allowing: Collection[UUID]

    @property
    def children(self) -> set[UUID]:
        """The children that are tagged in any of them."""
        return {tag.child_id for of_one in self.tags.values() for tag in of_one if tag.child_id}

    def of(self, picture: Key, own: Collection[UUID]) -> Shown:
        return shown_rules.shown(self.tags[picture], own, self.allowing)

    def to(self, own: Collection[UUID]) -> dict[Key, Shown]:
        return {picture: self.of(picture, own) for picture in self.tags}


def showing(
    file_ids: Collection[UUID],
    purpose: Purpose,
    today: date,
    own: Collection[UUID] = (),
    viewer: UUID | None = None,
) -> Showing[UUID]:
    """Return what decides how these pictures are shown to several viewers, of whom each guards at least `own`; or to
    this one, who may have to be kept away from some in them.
    """
    return deciding(tags_of(file_ids), purpose, today, own, viewer)


def deciding(
    tags: Tags[Key],
    purpose: Purpose,
    today: date,
    own: Collection[UUID] = (),
    viewer: UUID | None = None,
) -> Showing[Key]:
    """Return the same where it is known already who is in the pictures: one read, and none where nobody is asked of."""
    tagged = {tag.child_id for of_one in tags.values() for tag in of_one if tag.child_id}
    asked = tagged.difference(own)
    return Showing(tags, allowing(asked, purpose, today, viewer) if asked else set())


def tags_of(file_ids: Collection[UUID]) -> dict[UUID, list[Tag]]:
    """Return who is in these pictures, by file: one read, and none where none is asked."""
    found: dict[UUID, list[Tag]] = {file_id: [] for file_id in file_ids}
    made = lru_cache(maxsize=None)(UUID)  # an album has thousands of rows, and few ids that are different
    for file_id, child_id, *box in _tags([*found]) if found else ():
        found[made(file_id)].append(Tag(made(child_id) if child_id else None, Box.of(*box)))
    return found


def children_in(file_id: UUID) -> set[UUID]:
    """Return the children that are tagged in a picture: one read."""
    return {tag.child_id for tag in tags_of([file_id])[file_id] if tag.child_id}


@prepared
def _tags(file_ids: Collection[UUID]) -> Rows:
    """Return a row for each who is in these pictures; ids as text."""
    rows = PictureTag.objects.filter(file__in=file_ids).order_by("id")
    return rows.values_list(Cast("file", TextField()), Cast("child", TextField()), "x", "y", "width", "height")


Copy = tuple[UUID, frozenset[Box]]


Unmade = Mapping[Copy, bool]


def unmade(copies: Iterable[Copy]) -> Unmade:
    """Return those copies, by file and what is blurred, that are not made, and of each whether it is asked for.

    One read, and none where none is asked.
    """
    wanted = {(file_id, boxes) for file_id, boxes in copies if boxes}
    rows = _copies(sorted({file_id for file_id, _boxes in wanted})) if wanted else ()
    known = {(file_id, digest): state for file_id, digest, state in rows}
    states = {copy: known.get((copy[0], shown_rules.mark_of(copy[1]))) for copy in wanted}
    return {copy: state is not None for copy, state in states.items() if state != BlurredCopy.State.READY}


@prepared
def _copies(file_ids: Collection[UUID]) -> Rows:
    return BlurredCopy.objects.filter(file__in=file_ids).order_by().values_list("file_id", "digest", "state")


Blurs = set[frozenset[Box]]
Circles = Mapping[UUID, Iterable[Collection[UUID]]]


def wanted_copies(
    file_ids: Collection[UUID], purpose: Purpose, today: date, circles: Circles | None = None
) -> dict[UUID, Blurs]:
    """Return which places are blurred in the copies that viewers of each picture need today.

    Everybody else, and each guardian of a tagged child; `circles` are others, by file, by whom they see clear.
    """
    found = showing(file_ids, purpose, today)
    tagged = found.children
    guarded: dict[UUID, set[UUID]] = defaultdict(set)
    guardians: dict[UUID, set[UUID]] = defaultdict(set)
    for reach in who_may(Action.SEE_OWN, tagged, today) if tagged else []:
        guarded[reach.person_id].add(reach.child_id)
        guardians[reach.child_id].add(reach.person_id)
    wanted: dict[UUID, Blurs] = {}
    for file_id, tags in found.tags.items():
        there = {tag.child_id for tag in tags if tag.child_id}
        people = {person_id for child_id in there for person_id in guardians[child_id]}
        others = (circles or {}).get(file_id, ())
        viewers = {frozenset[UUID](), *(frozenset(guarded[one] & there) for one in people), *map(frozenset, others)}
        wanted[file_id] = {one.boxes for own in viewers if (one := found.of(file_id, own)).boxes}
    return wanted
