"""Holiday enquiries: when they are open, and what an answer or none means for a day (DOMAIN 2.9).

Plain values in, plain values out: no database, no clock. `attendance.rules` gives these names on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

import notifications.rules

Answers = dict[UUID | None, dict[UUID, bool]]
"""What was answered about a child's day: by home (None: for the child, which has one), then by enquiry."""


class EnquiryState(StrEnum):
    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"


class Silence(StrEnum):
    """What no answer means once the enquiry is closed."""

    ATTENDS = "attends"
    FREE = "free"


@dataclass(frozen=True)
class Enquiry:
    """A question to all families of a place: does the child come, on the days from `starts_on` to `ends_on`?"""

    id: UUID
    starts_on: date
    ends_on: date
    opens_on: date
    answer_by: date
    silence: Silence

    def asks_about(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


def enquiry_state(enquiry: Enquiry, today: date) -> EnquiryState:
    """Return whether families may answer: from the day it opens until the end of its last day."""
    if today < enquiry.opens_on:
        return EnquiryState.COMING
    return EnquiryState.OPEN if today <= enquiry.answer_by else EnquiryState.CLOSED


def silence_counts(enquiry: Enquiry, today: date) -> bool:
    """Tell whether those who have not answered are now free by that."""
    return enquiry.silence == Silence.FREE and enquiry_state(enquiry, today) == EnquiryState.CLOSED


def was_asked(enquiry: Enquiry, placed: Iterable[tuple[date, date | None]]) -> bool:
    """Tell whether a child was asked: it was placed where the enquiry is, on some day on which it could be answered.

    `placed` are its placements there, from a day to a day. One that began after the last day plans as usual.
    """
    return any(
        starts_on <= enquiry.answer_by and (ends_on is None or ends_on >= enquiry.opens_on)
        for starts_on, ends_on in placed
    )


def is_free(
    enquiries: Iterable[Enquiry],
    answers: Mapping[UUID, bool],
    day: date,
    *,
    today: date,
    asked: Collection[UUID] = (),
) -> bool:
    """Tell whether a child is free on `day` by what its family has answered, or by its silence.

    `answers` say, by enquiry, whether the child comes that day; `asked` are the enquiries that its family was asked.
    """
    if not all(answers.values()):
        return True
    return any(
        enquiry.id in asked and enquiry.asks_about(day) and enquiry.id not in answers and silence_counts(enquiry, today)
        for enquiry in enquiries
    )


def reminder_due(enquiry: Enquiry, today: date) -> int | None:
    """Return which reminder is due, by the days before the last day that it was meant for; None where none is."""
    return notifications.rules.reminder_due(enquiry.opens_on, enquiry.answer_by, today)
