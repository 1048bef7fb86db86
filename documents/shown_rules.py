"""What of a picture is shown to whom: the one rule, with plain values in and out (DOMAIN 5.2-5.4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID


@dataclass(frozen=True, order=True)
class Box:
    """A place in a picture, in thousandths of its width and height."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def of(cls, x: int | None, y: int | None, width: int | None, height: int | None) -> Box | None:
        """Return the box with these columns, or None where they say none."""
        if x is None or y is None or width is None or height is None:
            return None
        return cls(x, y, width, height)

    @property
    def as_list(self) -> list[int]:
        return [self.x, self.y, self.width, self.height]

    def has_middle_of(self, other: Box) -> bool:
        """Tell whether the other one's middle lies in this."""
        across, down = other.x + other.width / 2, other.y + other.height / 2
        return self.x <= across <= self.x + self.width and self.y <= down <= self.y + self.height


def boxes_in(lists: Iterable[Sequence[int]]) -> frozenset[Box]:
    """Return the boxes that were written down as lists."""
    return frozenset(Box(*one) for one in lists)


@dataclass(frozen=True)
class Tag:
    """Somebody in a picture: a child, or somebody unknown; with the place, where one was drawn."""

    child_id: UUID | None
    box: Box | None = None


@dataclass(frozen=True)
class Shown:
    """A picture as one viewer gets it: not at all, or with these places blurred."""

    is_hidden: bool = False
    boxes: frozenset[Box] = frozenset()

    @property
    def is_clear(self) -> bool:
        return not self.is_hidden and not self.boxes


HIDDEN, CLEAR = Shown(is_hidden=True), Shown()


def shown(tags: Iterable[Tag], own: Collection[UUID], allowing: Collection[UUID]) -> Shown:
    """Return how a picture is shown to whoever guards `own`, when `allowing` may be shown to other families.

    A child that is neither is blurred where it has a box, and else the picture is hidden. Somebody unknown is blurred
    for everybody.
    """
    boxes = set()
    for tag in tags:
        if tag.child_id is not None and (tag.child_id in own or tag.child_id in allowing):
            continue
        if tag.box is None:
            return HIDDEN
        boxes.add(tag.box)
    return Shown(boxes=frozenset(boxes))


def mark_of(boxes: Iterable[Box]) -> str:
    """Return the name of the copy in which exactly these places are blurred."""
    return sha256(repr(sorted(box.as_list for box in boxes)).encode()).hexdigest()[:32]
