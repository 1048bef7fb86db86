"""When a child usually comes and goes, from the days that were. A proposal, never a plan.

Plain values in, plain values out: no database, no clock. Minutes are those of a day on the clock on the wall.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

WEEKS_BACK = 8
LEAST_DAYS = 4
WORTH_ASKING = 20
STEP = 5


@dataclass(frozen=True)
class LivedDay:
    """A day that was: its first arrival and its last departure."""

    day: date
    arrived: int
    left: int


@dataclass(frozen=True)
class Usual:
    """The usual arrival and departure of a weekday. Half of the days that were `counted` lie within each spread."""

    arrives: int
    leaves: int
    arrives_spread: int
    leaves_spread: int
    counted: int

    def is_surely_there(self, minute: int) -> bool:
        """Tell whether the child is there at that minute even where it comes late and goes early."""
        return self.arrives + self.arrives_spread <= minute < self.leaves - self.leaves_spread

    def is_perhaps_there(self, minute: int) -> bool:
        """Tell whether the child is there at that minute where it comes early or goes late."""
        return self.arrives - self.arrives_spread <= minute < self.leaves + self.leaves_spread


def usual_of(lived: Collection[LivedDay]) -> Usual | None:
    """Return what was usual on these days, which are of one weekday: the median, or None of fewer than four."""
    if len(lived) < LEAST_DAYS:
        return None
    arrived, left = sorted(one.arrived for one in lived), sorted(one.left for one in lived)
    arrives, leaves = _median(arrived), _median(left)
    return Usual(arrives, leaves, _spread(arrived, arrives), _spread(left, leaves), len(lived))


def usual_by_weekday(lived: Iterable[LivedDay]) -> dict[int, Usual]:
    """Return what was usual on each weekday (Monday is 0) of which there are days enough."""
    by_weekday: dict[int, list[LivedDay]] = {}
    for one in lived:
        by_weekday.setdefault(one.day.weekday(), []).append(one)
    return {weekday: usual for weekday, days in by_weekday.items() if (usual := usual_of(days))}


def proposed(usual: int, spread: int, planned: int) -> int | None:
    """Return the time to propose instead of the planned one, to five minutes; None where there is nothing to ask.

    Not for less than twenty minutes, nor where the planned time is itself among the usual ones.
    """
    rounded = (usual + STEP // 2) // STEP * STEP
    apart = abs(rounded - planned)
    return rounded if apart >= WORTH_ASKING and apart > spread else None


def mean_error(pairs: Iterable[tuple[int, int]]) -> float | None:
    """Return how many minutes what was said and what was are apart in the mean; None without any."""
    apart = [abs(said - was) for said, was in pairs]
    return sum(apart) / len(apart) if apart else None


def _median(ordered: Sequence[int]) -> int:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2


def _spread(ordered: Sequence[int], median: int) -> int:
    """Return the least distance within which half of them lie."""
    apart = sorted(abs(one - median) for one in ordered)
    return apart[(len(apart) + 1) // 2 - 1]
