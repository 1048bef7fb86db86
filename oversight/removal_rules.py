"""Pure decisions about removal: when a family is told that something goes, and when it may go (DOMAIN 5.6, 7.9).

A countdown is 60 days long, whenever it begins: what the municipality shortens, or a night in which nothing ran, takes
no day of it away. Its day is put off, and never moved nearer.
"""

from __future__ import annotations

from datetime import date, timedelta

from children.consent_rules import last_day

STEPS = (60, 30, 7)  # days before, at which families are told
BEGINS = timedelta(days=STEPS[0])
WAITS_FOR_EXTRACTS = timedelta(days=30)  # after its day, at most, however often somebody asks for everything
AFTER_THE_LAST = timedelta(days=STEPS[-1])  # between the last notice and the removal, at least


def due_on(left_on: date, months: int) -> date:
    """Return the day from which what is kept for so many months after the last day of a placement may go."""
    return last_day(left_on, months)


def has_begun(due: date, today: date) -> bool:
    """Tell whether the countdown to that day has begun."""
    return due - BEGINS <= today


def first_day(due: date, today: date) -> date:
    """Return the day on which it goes when its countdown begins today."""
    return max(due, today + BEGINS)


def step_to_tell(removes_on: date, today: date, told: int | None) -> int | None:
    """Return which step is to be told today, by its days before; None where none is.

    What was missed is not told afterwards: of several that are due only the nearest to the removal.
    """
    due = [step for step in STEPS if removes_on - today <= timedelta(days=step)]
    return min(due) if due and (told is None or min(due) < told) else None


def put_off(removes_on: date, step: int, today: date) -> date:
    """Return the day on which it goes once this step is told today: seven days after the last, or later."""
    return max(removes_on, today + AFTER_THE_LAST) if step == STEPS[-1] else removes_on


def may_go(removes_on: date, told: int | None, told_on: date | None, today: date) -> bool:
    """Tell whether it may go today: its day has come, and the last step was told long enough ago."""
    is_told = told == STEPS[-1] and told_on is not None and told_on + AFTER_THE_LAST <= today
    return is_told and removes_on <= today
