"""What people are asked to do, as the simulation itself knows it, held against what they were told: each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import User
from notifications.models import Delivery, Kind
from portal.lib import days

# What a notice calls the thing that is to be done. An enquiry that waits for answers is told on several days.
THINGS = {
    Kind.BULLETIN_TO_CONFIRM: "bulletin",
    Kind.ENQUIRY_OPENED: "enquiry",
    Kind.ENQUIRY_UNANSWERED: "enquiry",
    Kind.PLAN_MISSING: "monday",
}
WORDS = {
    Kind.BULLETIN_TO_CONFIRM: "confirm a bulletin",
    Kind.ENQUIRY_OPENED: "answer about a holiday",
    Kind.ENQUIRY_UNANSWERED: "answer, a reminder",
    Kind.PLAN_MISSING: "give next week's times",
}
Task = tuple[str, str, UUID]
"""A kind of thing to do, which one it is, and who."""


@dataclass(frozen=True)
class Told:
    """Of one kind: of how many people it was asked, and how many were told of it in the portal once, never, twice;
    and how many were told whom it was not asked of.
    """

    words: str
    asked: int
    once: int
    never: int
    twice: int
    not_theirs: int

    @property
    def is_exact(self) -> bool:
        return self.once == self.asked and not self.not_theirs


@dataclass
class ToDo:
    """What was asked of whom."""

    asked: set[Task] = field(default_factory=set)

    def ask(self, kind: Kind, thing: object, people: Iterable[User]) -> None:
        """Note that these people have something to do."""
        self.asked |= {(kind.value, str(thing), person.pk) for person in people}

    def told(self, notices: Collection[Delivery]) -> list[Told]:
        """Hold what was asked against the notices that came of it in the portal."""
        came = Counter(task_of(row) for row in notices if row.kind in THINGS)
        return [_told(kind, {one for one in self.asked if one[0] == kind}, came) for kind in THINGS]


def task_of(row: Delivery) -> Task:
    """Return what the notice asks its reader to do."""
    thing = str(row.about[THINGS[Kind(row.kind)]])
    if row.kind == Kind.ENQUIRY_UNANSWERED:
        thing = f"{thing} {days.day_of(row.created_at)}"
    return row.kind, thing, row.person_id


def _told(kind: Kind, asked: Collection[Task], came: Counter[Task]) -> Told:
    return Told(
        words=WORDS[kind],
        asked=len(asked),
        once=sum(came[one] == 1 for one in asked),
        never=sum(came[one] == 0 for one in asked),
        twice=sum(came[one] > 1 for one in asked),
        not_theirs=sum(one[0] == kind and one not in asked for one in came),
    )
