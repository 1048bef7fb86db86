"""A week's hours against the hours that a placement gives a right to (DOMAIN 2.6). Never refused, only said.

Plain values in, plain values out: no database, no clock. `attendance.rules` gives these names on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


def in_hours(minutes: int) -> float:
    """Return a length in hours as it is said everywhere: in tenths."""
    return round(minutes / 60, 1)


@dataclass(frozen=True)
class WeekHours:
    """What a child's week holds: minutes planned and minutes stayed. `entitled` is in hours; None has no limit.

    What is said as the same number of hours is never over.
    """

    planned: int
    stayed: int
    entitled: int | None

    @property
    def is_planned_over(self) -> bool:
        return self.entitled is not None and in_hours(self.planned) > self.entitled

    @property
    def is_stayed_over(self) -> bool:
        return self.entitled is not None and in_hours(self.stayed) > self.entitled

    @property
    def is_over(self) -> bool:
        return self.is_planned_over or self.is_stayed_over

    @property
    def minutes_over(self) -> int:
        """By how much the longer of the two passes the right; 0 within it."""
        if self.entitled is None or not self.is_over:
            return 0
        return max(self.planned, self.stayed) - self.entitled * 60


def hours_against_entitlement(*, planned: int, stayed: int, entitlements: Iterable[int | None]) -> WeekHours:
    """Return a week's minutes beside the hours that its placements give a right to.

    A child that changes placement within the week has the better of the two rights for all of it; a placement without
    a figure has no limit. Without any placement there is nothing to compare with.
    """
    rights = list(entitlements)
    limits = [right for right in rights if right is not None]
    return WeekHours(planned, stayed, max(limits) if limits and len(limits) == len(rights) else None)
