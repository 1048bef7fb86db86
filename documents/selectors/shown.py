"""What of which picture is shown to whom today: everything that shows a picture asks here (DOMAIN 5.2-5.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from children.access import Action
from children.models import Purpose
from children.selectors.consents import allowing
from children.selectors.reach import who_may
from documents import shown_rules
from documents.models import BlurredCopy, PictureTag
from documents.shown_rules import Box, Shown, Tag
from portal.lib.prepared import Rows, prepared

Tags = Mapping[UUID, list[Tag]]


def shown_to(
    own: Collection[UUID], file_ids: Collection[UUID], purpose: Purpose | None, today: date
) -> dict[UUID, Shown]:
    """Return how each picture is shown to whoever guards `own`, by file: two reads, one where nobody else is tagged.

    Without a purpose no consent is needed: nobody but the children's own families and the house see them.
    """
    return showing(file_ids, purpose, today, own).to(own)


@dataclass(frozen=True)
class Showing:
    """Who is in some pictures, and who of them may be shown to other families."""

    tags: Tags
    allowing: Collection[UUID]

    def of(self, file_id: UUID, own: Collection[UUID]) -> Shown:
        return shown_rules.shown(self.tags[file_id], own, self.allowing)

    def to(self, own: Collection[UUID]) -> dict[UUID, Shown]:
        return {file_id: self.of(file_id, own) for file_id in self.tags}


def showing(file_ids: Collection[UUID], purpose: Purpose | None, today: date, own: Collection[UUID] = ()) -> Showing:
    """Return what decides how these pictures are shown to several viewers, of whom each guards at least `own`."""
    tags = tags_of(file_ids)
    tagged = {tag.child_id for of_one in tags.values() for tag in of_one if tag.child_id}
    if purpose is None:
        return Showing(tags, tagged)
    asked = tagged.difference(own)
    return Showing(tags, allowing(asked, purpose, today) if asked else set())


def tags_of(file_ids: Collection[UUID]) -> dict[UUID, list[Tag]]:
    """Return who is in these pictures, by file: one read, and none where none is asked."""
    found: dict[UUID, list[Tag]] = {file_id: [] for file_id in file_ids}
    for file_id, child_id, x, y, width, height in _tags([*found]) if found else ():
        found[file_id].append(Tag(child_id, Box.of(x, y, width, height)))
    return found


@prepared
def _tags(file_ids: Collection[UUID]) -> Rows:
    rows = PictureTag.objects.filter(file__in=file_ids).order_by("id")
    return rows.values_list("file_id", "child_id", "x", "y", "width", "height")


def unready_of(shown: Mapping[UUID, Shown]) -> set[UUID]:
    """Return those of these pictures of which the copy with its places blurred is not made: one read at most."""
    blurred = {file_id: shown_rules.mark_of(one.boxes) for file_id, one in shown.items() if one.boxes}
    made = set(_ready([*blurred])) if blurred else set()
    return {file_id for file_id, digest in blurred.items() if (file_id, digest) not in made}


@prepared
def _ready(file_ids: Collection[UUID]) -> Rows:
    return (
        BlurredCopy.objects.filter(file__in=file_ids, state=BlurredCopy.State.READY)
        .order_by()
        .values_list("file_id", "digest")
    )


Blurs = set[frozenset[Box]]


def wanted_copies(
    file_ids: Collection[UUID],
    purpose: Purpose,
    today: date,
    circles: Mapping[UUID, Iterable[Collection[UUID]]] | None = None,
) -> dict[UUID, Blurs]:
    """Return which places are blurred in the copies that viewers of each picture need today.

    Everybody else, and each guardian of a tagged child; `circles` are others by what children they count as their own.
    """
    found = showing(file_ids, purpose, today)
    tagged = {tag.child_id for of_one in found.tags.values() for tag in of_one if tag.child_id}
    guarded: dict[UUID, set[UUID]] = defaultdict(set)
    for reach in who_may(Action.SEE_OWN, tagged, today) if tagged else []:
        guarded[reach.person_id].add(reach.child_id)
    families = {frozenset[UUID](), *map(frozenset, guarded.values())}
    return {
        file_id: {
            one.boxes
            for own in families.union(map(frozenset, (circles or {}).get(file_id, ())))
            if (one := found.of(file_id, own)).boxes
        }
        for file_id in found.tags
    }
