"""Pure decisions about bulletins: until when they can be taken back, and how those who do not confirm are reached."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

READ_FOR = timedelta(days=365)
"""So long families read a bulletin, those who have come since it was sent, too."""
FURTHEST = timedelta(days=366)
"""No further ahead than this is anything scheduled."""
LARGE = 100
"""From so many guardians on the sender is asked to look twice."""
WAYS = ("push", "email", "sms")
"""In this order those who have not confirmed are told once more (DOMAIN 4.7). After the last there is the telephone."""
REMIND_AFTER = (1, 4, 24, 48)
"""Hours to choose among, to the first reminder and between each two."""
ASKS_NEWCOMERS_FOR = (len(WAYS) + 1) * timedelta(hours=max(REMIND_AFTER))
"""So long whoever becomes a reader of what must be known is asked, too: until the slowest steps have been taken."""


def step_at(released_at: datetime, remind_after: int, step: int) -> datetime:
    """Return when a step is taken with whoever has all ways; the one after the last reminder is the telephone."""
    return released_at + step * timedelta(hours=remind_after)


def next_way(has: Collection[str], used: Collection[str]) -> str:
    """Return the next way in which somebody is told: those that the person does not have are skipped.

    Empty where none is left.
    """
    return next((way for way in WAYS if way in has and way not in used), "")


def may_change(leaves_at: datetime | None, now: datetime) -> bool:
    """Tell whether a bulletin can still be changed or taken back: until it leaves."""
    return leaves_at is None or now < leaves_at


def breaks_through(left_on: date, today: date) -> bool:
    """Tell whether a notice of what is urgent disturbs those who want to be left alone: on the day on which it left.

    What could not wait then wakes nobody at midnight because their child begins some days later.
    """
    return left_on == today
