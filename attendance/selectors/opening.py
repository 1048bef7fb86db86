"""When it is open for each of some children: siblings may go to two preschools, and a child may move to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from attendance import rules
from attendance.selectors import words
from attendance.selectors.facts import Known
from children.models import Child
from children.selectors.placing import place_on_or_after
from portal.lib import days


@dataclass(frozen=True)
class OpenFor:
    """A week's opening hours for the children named; nobody is named where they are the same for all."""

    child_ids: frozenset[UUID]
    names: str
    opening: rules.Opening

    @property
    def week(self) -> str:
        return self._named(words.opening_week(self.opening))

    def refusal(self, weekday: int) -> str:
        """Return the sentence that says when it is open on a weekday, and for whom."""
        return self._named(words.opening_words(weekday, self.opening[weekday]))

    def _named(self, said: str) -> str:
        return f"{self.names}: {said[0].lower()}{said[1:]}" if self.names and said else said


Hours = tuple[OpenFor, ...]
ALL_ALIKE: Hours = (OpenFor(frozenset(), "", rules.HOUSE_HOURS),)


def hours_of(facts: Known, children: Sequence[Child], monday: date) -> Hours:
    """Return the opening hours of the week that begins on `monday`, those who have the same together."""
    alike: dict[rules.Opening, list[Child]] = {}
    for child in children:
        if opening := _opening(facts, child.pk, monday):
            alike.setdefault(opening, []).append(child)
    if not alike:
        return (OpenFor(frozenset(), "", facts.rules_at(None).opening),)
    return tuple(
        OpenFor(
            frozenset(child.pk for child in named),
            ", ".join(child.given_name for child in named) if len(alike) > 1 else "",
            opening,
        )
        for opening, named in alike.items()
    )


def first_closed(hours: Hours, weekdays: Iterable[int], intervals: rules.Intervals) -> tuple[OpenFor, int] | None:
    """Return for whom, and on which of the weekdays, it is closed at some of these times; None where it is open."""
    return next(
        ((one, number) for number in weekdays for one in hours if rules.outside(intervals, one.opening[number])), None
    )


def _opening(facts: Known, child_id: UUID, monday: date) -> rules.Opening | None:
    """Return the hours of each day at the place where the child is on it, or is to begin; None for a child of none."""
    known = facts.places.get(child_id, ())
    places = [place_on_or_after(known, day) for day in days.week(monday)]
    other = next(filter(None, places), None)
    if other is None:
        return None
    return tuple(facts.rules_at(place or other).opening[number] for number, place in enumerate(places))
