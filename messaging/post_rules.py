"""Pure decisions about posts: what one waits for before it is published, and when a department has been quiet."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

MANY_READERS = 60
"""From so many on the author is told that they are many: more than the guardians of a department."""
MOST_PICTURES = 30
LONGEST_TITLE, LONGEST_TEXT, LONGEST_ALT, LONGEST_THANKS = 120, 10_000, 300, 300
QUIET_DAYS = 7
"""After so many days without a post a department is reminded, where nothing else is decided."""
MOST_QUIET_DAYS = 60
SATURDAY = 5


def mark_of_pictures(picture_ids: Iterable[UUID]) -> str:
    """Return the mark of what is said of all these pictures: of their newest, for it is not said of any that come."""
    return max((one.hex for one in picture_ids), default="")


@dataclass(frozen=True)
class Written:
    """What a draft says: compared to find out what a colleague has changed meanwhile."""

    title: str
    text: str
    language: str
    is_for_all: bool
    child_ids: frozenset[UUID]
    goals: frozenset[str]

    def differs_in(self, other: Written) -> list[str]:
        """Return the names of what is another: "title", "text", "readers", "goals"."""
        return [
            name
            for name, is_same in (
                ("title", self.title == other.title),
                ("text", self.text == other.text),
                ("readers", (self.is_for_all, self.child_ids) == (other.is_for_all, other.child_ids)),
                ("goals", self.goals == other.goals),
            )
            if not is_same
        ]


def joined(mine: str, theirs: str) -> str:
    """Return both texts: the other's after one's own, where neither holds the other already."""
    if theirs.strip() in mine:
        return mine
    return theirs if mine.strip() in theirs else f"{mine.rstrip()}\n\n{theirs.strip()}"


def is_quiet(last: date, today: date, limit: int, off: Collection[date]) -> bool:
    """Tell whether a department has been quiet for its days, and today is a day to say so.

    Days on which it is closed (`off`) do not count, and nobody is reminded on them or at weekends. A limit of 0 is off.
    """
    if limit == 0 or today in off or today.weekday() >= SATURDAY:
        return False
    silent = (last + timedelta(days=number) for number in range(1, (today - last).days + 1))
    return sum(day not in off for day in silent) >= limit
