"""What a guardian's home asks of the time to come: whose next week has a plan, and which enquiries wait for an answer.

Home is opened by every family every morning, and mostly nothing waits: one statement finds that out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, DateField, F, Field, IntegerField, OuterRef, Subquery, UUIDField, Value
from django.db.models.functions import Cast, Coalesce

from attendance.models import EnquiryAnswer, HolidayEnquiry, WeekPlan
from attendance.public_holidays import holiday_on
from attendance.selectors.enquiries import asking_family
from portal.lib import days
from portal.lib.models import of_row
from portal.lib.prepared import Rows, prepared

# The columns of an enquiry that its page and its rules need.
_COLUMNS: dict[str, Field[Any, Any]] = {
    "id": UUIDField(),
    "title": CharField(),
    "silence": CharField(),
    "area_id": UUIDField(),
    "preschool_id": UUIDField(),
    "starts_on": DateField(),
    "ends_on": DateField(),
    "opens_on": DateField(),
    "answer_by": DateField(),
}


@dataclass(frozen=True)
class Ahead:
    """`planned` are the children of whom a plan says all that day; `waiting` the enquiries that one of the children lacks
    answers to, by what has been counted: `unanswered` says it for certain.
    """

    planned: frozenset[UUID]
    waiting: tuple[HolidayEnquiry, ...]


def look_ahead(child_ids: Collection[UUID], monday: date, today: date) -> Ahead:
    """Return what is known of these children's time to come: one query."""
    planned: set[UUID] = set()
    waiting: dict[UUID, HolidayEnquiry] = {}
    for child_id, answers, *columns in _ahead(child_ids, monday, today):
        if answers is None:
            planned.add(child_id)
            continue
        row = of_row(HolidayEnquiry, tuple(_COLUMNS), columns)
        if answers < _most_days(row.starts_on, row.ends_on):
            waiting[row.pk] = row
    soonest = sorted(waiting.values(), key=lambda row: (row.answer_by, row.pk))
    return Ahead(frozenset(planned), tuple(soonest))


def unanswered(ahead: Ahead, child_ids: Collection[UUID], reader: UUID) -> list[HolidayEnquiry]:
    """Return the open enquiries that the guardian still has a day to answer of: no query, or two for each that waits.

    With two homes the other home's days are the other home's to answer.
    """
    found = []
    for row in ahead.waiting:
        asking = asking_family(row, child_ids, reader=reader)
        if any(asking.unanswered(child_id) for child_id in child_ids):
            found.append(row)
    return found


def _most_days(first: date, last: date) -> int:
    """Return how many days can be asked of at an ordinary preschool: fewer where it is closed on some of them."""
    return sum(day.weekday() < 5 and holiday_on(day) is None for day in days.span(first, last))


@prepared
def _ahead(child_ids: Collection[UUID], monday: date, today: date) -> Rows:
    # A plan of one of two homes says nothing of the days of the other.
    plans = WeekPlan.objects.on(monday).filter(child__in=child_ids, household=None).order_by()
    nothing = [Cast(Value(None), field) for field in _COLUMNS.values()]
    of_plans = plans.values_list("child_id", Cast(Value(None), IntegerField()), *nothing)
    return of_plans.union(*(_open_at(place, child_ids, today) for place in ("preschool", "area__preschools")), all=True)


def _open_at(place: str, child_ids: Collection[UUID], today: date) -> Rows:
    """Ask for the open enquiries of the children's preschools, or of the areas of these, and count the answers."""
    child = f"{place}__departments__placements__child"
    answers = EnquiryAnswer.objects.filter(enquiry=OuterRef("pk"), child=OuterRef(child)).order_by()
    counted = Subquery(answers.values("enquiry").annotate(number=Count("pk")).values("number"))
    asked = HolidayEnquiry.objects.standing().filter(
        **{f"{child}__in": child_ids}, opens_on__lte=today, answer_by__gte=today
    )
    return asked.order_by().values_list(F(child), Coalesce(counted, 0), *_COLUMNS)
