"""Which answers about what happens count: for the reader's own home of a child with two, and for those who count them.

An answer that was given for the child, as before it had two homes, is both homes' until the home answers anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from attendance.models import EventAnswer
from children.home_rules import Living
from children.selectors.homes import livings_of, seen_homes

Key = tuple[UUID, UUID]
"""The event and the child."""


class Given(NamedTuple):
    """An answer of one home, or of none in particular, and when what it is about happens."""

    event_id: UUID
    child_id: UUID
    household_id: UUID | None
    is_coming: bool
    how_many: int
    day: date

    @property
    def key(self) -> Key:
        return self.event_id, self.child_id


@dataclass(frozen=True)
class Counted:
    """What a child's homes have said together: it comes if either says so, counted once among all who come."""

    is_coming: bool
    people: int


def given_to(event_ids: Collection[UUID], child_ids: Collection[UUID] | None = None) -> list[Given]:
    """Return all answers to these events, or those about some children: one query."""
    rows = EventAnswer.objects.filter(event__in=event_ids)
    if child_ids is not None:
        rows = rows.filter(child__in=child_ids)
    names = ("event_id", "child_id", "household_id", "is_coming", "how_many", "event__day")
    return [Given(*row) for row in rows.values_list(*names)]


def own_answers(given: Iterable[Given], reader: UUID | None) -> dict[Key, Given]:
    """Return those that count for the reader, none of which another home gave: two queries where a home gave any."""
    rows = list(given)
    livings = _livings(rows)
    homes = seen_homes(list(livings), reader) if livings and reader else {}
    found: dict[Key, Given] = {}
    for key, said in _by_home(rows).items():
        one = next(iter(said.values()))
        living = _on(livings, one)
        own = homes[one.child_id].own if living and one.child_id in homes else None
        if answer := said.get(own) or said.get(None):
            found[key] = answer
    return found


def counted_answers(given: Iterable[Given]) -> dict[Key, Counted]:
    """Return what a child's homes have said together, by event and child: one query where a home gave any."""
    rows = list(given)
    livings = _livings(rows)
    found: dict[Key, Counted] = {}
    for key, said in _by_home(rows).items():
        living = _on(livings, next(iter(said.values())))
        homes = (living.first, living.second) if living else (None,)
        answers = {answer for home in homes if (answer := said.get(home) or said.get(None))}
        coming = [answer.how_many for answer in answers if answer.is_coming]
        if answers:
            found[key] = Counted(bool(coming), sum(coming) - max(0, len(coming) - 1))
    return found


def _by_home(rows: Iterable[Given]) -> dict[Key, dict[UUID | None, Given]]:
    found: dict[Key, dict[UUID | None, Given]] = defaultdict(dict)
    for row in rows:
        found[row.key][row.household_id] = row
    return found


def _livings(rows: Iterable[Given]) -> dict[UUID, list[Living]]:
    ours = [row for row in rows if row.household_id]
    if not ours:
        return {}
    dates = [row.day for row in ours]
    return livings_of({row.child_id for row in ours}, min(dates), max(dates))


def _on(livings: Mapping[UUID, list[Living]], answer: Given) -> Living | None:
    return next((one for one in livings.get(answer.child_id, ()) if one.holds_on(answer.day)), None)
