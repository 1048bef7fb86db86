"""Holiday enquiries: when they are open, and what an answer or none means for a day (DOMAIN 2.9).

Plain values in, plain values out: no database, no clock. `attendance.rules` gives these names on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


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


def is_free(
    enquiries: Iterable[Enquiry],
    answers: Mapping[tuple[UUID, date], bool],
    day: date,
    *,
    today: date,
    placed_on: date | None,
) -> bool:
    """Tell whether a child is free on `day` by what its family has answered, or by its silence.

    `answers` say, by enquiry and day, whether the child comes. `placed_on` is when it began at the place: a child
    that began after the last day was never asked, and plans as usual.
    """
    for enquiry in enquiries:
        if not enquiry.asks_about(day):
            continue
        attends = answers.get((enquiry.id, day))
        if attends is False:
            return True
        was_asked = placed_on is not None and placed_on <= enquiry.answer_by
        if attends is None and was_asked and silence_counts(enquiry, today):
            return True
    return False
