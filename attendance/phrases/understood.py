"""What a family's own words were understood to mean: plain values that a page can show and a service can save."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from attendance.time_rules import Intervals


@dataclass(frozen=True)
class SaidDay:
    """What was said about one date: times, or that the child is off."""

    date: date
    intervals: Intervals
    is_off: bool


@dataclass(frozen=True)
class Said:
    """One thing that was said, for the page to word: which days, and what about them.

    `weekdays` are 0 (Monday) to 6. `every` is 2 for every other, and 1 for each. `parity` is 0 for even ISO weeks, 1
    for odd, None for both. `dates` are those that this decides in the end, what overrides it left out.
    """

    text: str
    weekdays: tuple[int, ...]
    intervals: Intervals
    is_off: bool
    every: int = 1
    parity: int | None = None
    weeks: tuple[int, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    is_rest: bool = False
    dates: tuple[date, ...] = ()


@dataclass(frozen=True)
class Understood:
    """All that was understood, or what was not. Where something was not understood there are no days to approve.

    `left_out` names the events of a work rota that are no shifts; what a family writes leaves nothing out.
    """

    days: tuple[SaidDay, ...] = ()
    not_understood: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    left_out: tuple[str, ...] = ()
