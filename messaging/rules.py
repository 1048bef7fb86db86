"""Pure decisions about what is said: into which conversations a message goes, and until when it can be taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

UNDO = timedelta(seconds=30)
WITHDRAWN_WITHIN = timedelta(days=7)
SEES_BEFORE_BEGAN = timedelta(days=7)


@dataclass(frozen=True)
class Circle:
    """A family that gets a conversation of its own: its children, and those of its grown-ups who read it."""

    children: frozenset[UUID]
    guardians: frozenset[UUID]


def circles_of(
    guardians: Mapping[UUID, Collection[UUID]],
    homes: Mapping[UUID, Collection[Collection[UUID]]],
    *,
    apart: bool = False,
) -> list[Circle]:
    """Return the conversations that a message about these children makes (DOMAIN 4.3).

    `guardians` says whose each child is; `homes` the grown-ups of each home of a child that has two. Siblings with the
    same guardians are one conversation. Homes get one each, so does each guardian where it is to go `apart`; a child
    of nobody gets none. Every guardian of a child reads about it in exactly one conversation.
    """
    found: dict[frozenset[UUID], set[UUID]] = {}
    for child, people in guardians.items():
        for group in _groups(frozenset(people), homes.get(child, ()), apart=apart):
            found.setdefault(group, set()).add(child)
    circles = [Circle(frozenset(children), group) for group, children in found.items()]
    return sorted(circles, key=lambda circle: (sorted(circle.children), sorted(circle.guardians)))


def _groups(people: frozenset[UUID], homes: Collection[Collection[UUID]], *, apart: bool) -> list[frozenset[UUID]]:
    if apart:
        return [frozenset({person}) for person in people]
    groups: list[frozenset[UUID]] = []
    left = people
    for home in homes:
        group = left & frozenset(home)
        groups += [group] if group else []
        left -= group
    # Who belongs to neither home reads alone: nobody has said that the two may read each other's words.
    return groups + ([frozenset({person}) for person in left] if groups else [left] if left else [])


def homes_that_read(homes: Mapping[UUID, Collection[Collection[UUID]]], readers: Collection[UUID]) -> tuple[int, int]:
    """Return of how many children with two homes both read, and of how many only one does."""
    reading = [sum(not set(readers).isdisjoint(home) for home in both) for both in homes.values()]
    return sum(number > 1 for number in reading), sum(number == 1 for number in reading)


def may_undo(leaves_at: datetime, now: datetime) -> bool:
    """Tell whether a message is still in the hand that wrote it."""
    return now < leaves_at


def is_sealed(leaves_at: datetime, sealed_at: datetime | None) -> bool:
    """Tell whether a message is in the registry: it had left when its conversation was last handed over."""
    return sealed_at is not None and leaves_at <= sealed_at


def may_withdraw(leaves_at: datetime, withdrawn_at: datetime | None, now: datetime) -> bool:
    """Tell whether a message that has left may be withdrawn: within seven days, and once."""
    return withdrawn_at is None and leaves_at <= now <= leaves_at + WITHDRAWN_WITHIN
