"""Pure decisions about consents: who of a child's guardians must have said what, and until when (DOMAIN 5.3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SOON = timedelta(days=30)  # before its last day, a yes is asked for again
LATE = timedelta(days=7)  # before its last day, who has not answered again is reminded

Answer = bool | None
"""What a guardian has said that is in force today: yes, no, or nothing."""


def allows(answers: Collection[Answer], *, needs_all: bool) -> bool:
    """Tell whether a child may be shown, from one answer for each of its guardians of today.

    With `needs_all` every guardian has said yes; otherwise one has, and none has said no. No answer is no.
    """
    if needs_all:
        return bool(answers) and all(answers)
    return any(answers) and False not in answers


class Standing(StrEnum):
    """What the staff see of a child and a purpose at a glance. Shown are the first two."""

    YES = "yes"
    ENDS_SOON = "ends_soon"
    NO = "no"
    WAITS_FOR_ONE = "waits_for_one"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Said:
    """An answer in force, and its last day; a no has none."""

    says_yes: bool
    until: date | None


def standing(said: Collection[Said | None], *, needs_all: bool, today: date) -> Standing:
    """Return how a child stands for a purpose, from what each of its guardians of today has said."""
    answers = [one.says_yes if one else None for one in said]
    if allows(answers, needs_all=needs_all):
        last_days = [one.until or date.max for one in said if one]
        last = min(last_days) if needs_all else max(last_days)
        return Standing.ENDS_SOON if is_soon_over(last, today) else Standing.YES
    if False in answers:
        return Standing.NO
    return Standing.WAITS_FOR_ONE if any(answers) else Standing.UNANSWERED


def is_soon_over(until: date | None, today: date) -> bool:
    """Tell whether a yes is to be asked for again."""
    return until is not None and until - today <= SOON


def last_day(given_on: date, months: int) -> date:
    """Return the last day of a yes that holds so many months: the same day of the month, or the month's last."""
    month = given_on.year * 12 + given_on.month - 1 + months
    first_after = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(month // 12, month % 12 + 1, 1) + timedelta(days=given_on.day - 1), first_after - timedelta(days=1))


def may_write_over(*, old_day: date, was_yes: bool, is_own: bool, new_day: date, is_yes: bool) -> bool:
    """Tell whether what was said on paper may take the place of the answer that is there.

    Never of a later one. Of a guardian's own no from the same day no yes does: nobody knows which came last.
    """
    if old_day == new_day and is_own:
        return was_yes or not is_yes
    return old_day <= new_day
