"""What families and the preschool have said about some days, read in one statement.

Seven tables of different shapes are asked at once: every page that shows a child's day wants all of them, and a trip to
the database costs more than what it brings. Each kind of row fills those of the columns that are its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    Expression,
    F,
    Field,
    Q,
    QuerySet,
    TextField,
    TimeField,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, JSONObject

from attendance.models import (
    Absence,
    ClosedDay,
    DayPlan,
    EnquiryAnswer,
    HolidayEnquiry,
    PlanningRule,
    WeekPlan,
)
from children.selectors.homes import agreed_weeks
from children.selectors.placing import Place, placed_at
from portal.lib.crypto import EncryptedTextField
from portal.lib.prepared import Rows, prepared


class Kind(StrEnum):
    PLAN = "plan"
    CHANGED_DAY = "changed_day"
    ABSENCE = "absence"
    CLOSED_DAY = "closed_day"
    RULE = "rule"
    LIVING = "living"
    ENQUIRY = "enquiry"
    ANSWER = "answer"


# So far after an absence its end is said as the day on which the child is back: a day on which it is open.
BACK_WITHIN = timedelta(days=6)

# The settings that a place decides, as attendance.place_rules reads them.
DECIDED = (
    "cut_off",
    "cut_off_days",
    "cut_off_weekday",
    "cut_off_minute",
    "cut_off_weeks",
    "opening",
    "most_weeks",
    "horizon_weeks",
    "late_after_minutes",
    "reminds_on",
    "warns_over_hours",
    "takes_absence_words",
    "opens_on_holidays",
)


class Said(NamedTuple):
    """One row. What a kind does not have is None; `times` is JSON: weeks, intervals, or the settings of a place.

    `household_id` is whose a plan, a changed day or an answer is, and the first home of a child with two; `id` of an
    answer is its enquiry's, `guardian_id` of an absence who reported it. An enquiry opens on `opens_on` and is to be
    answered by `answer_by`.
    """

    kind: str
    child_id: UUID | None
    id: UUID | None
    starts_on: date
    ends_on: date | None
    times: str | None
    words: str | None
    from_time: time | None
    to_time: time | None
    guardian_id: UUID | None
    guardian_name: str | None
    contact_id: UUID | None
    contact_relation: str | None
    contact_name: str | None
    department_id: UUID | None
    preschool_id: UUID | None
    area_id: UUID | None
    household_id: UUID | None
    other_household_id: UUID | None
    opens_on: date | None
    answer_by: date | None
    is_by_staff: bool | None


ATTENDS = "attends"

# Of which kind each column is: the database is told for the empty ones, and all rows are read by it.
_COLUMNS: dict[str, Field[Any, Any]] = {
    "kind": CharField(),
    "child_id": UUIDField(),
    "id": UUIDField(),
    "starts_on": DateField(),
    "ends_on": DateField(),
    "times": TextField(),
    "words": TextField(),
    "from_time": TimeField(),
    "to_time": TimeField(),
    "guardian_id": UUIDField(),
    "guardian_name": TextField(),
    "contact_id": UUIDField(),
    "contact_relation": TextField(),
    "contact_name": EncryptedTextField(),
    "department_id": UUIDField(),
    "preschool_id": UUIDField(),
    "area_id": UUIDField(),
    "household_id": UUIDField(),
    "other_household_id": UUIDField(),
    "opens_on": DateField(),
    "answer_by": DateField(),
    "is_by_staff": BooleanField(),
}


@dataclass(frozen=True)
class Around:
    """The places whose closed days and rules are asked for."""

    department_ids: frozenset[UUID] = frozenset()
    preschool_ids: frozenset[UUID] = frozenset()
    area_ids: frozenset[UUID] = frozenset()

    @classmethod
    def of(cls, places: Iterable[Place]) -> Around:
        there = list(places)
        return cls(
            frozenset(place.department_id for place in there),
            frozenset(place.preschool_id for place in there),
            frozenset(place.area_id for place in there if place.area_id),
        )


def said_of(child_ids: Sequence[UUID], around: Around, first: date, last: date) -> list[Said]:
    """Return everything said about these children from `first` to `last`, and around them: one query."""
    departments, preschools = sorted(around.department_ids), sorted(around.preschool_ids)
    return [Said(*row) for row in _said(child_ids, departments, preschools, sorted(around.area_ids), first, last)]


def counted_answers(first: date, last: date) -> QuerySet[EnquiryAnswer]:
    """Return what was answered about these days, to enquiries that stand.

    What was answered where the child is no longer placed says nothing of its days at another place.
    """
    still_there = placed_at(child="child", day="day", preschool="enquiry__preschool", area="enquiry__area")
    return EnquiryAnswer.objects.filter(still_there, day__gte=first, day__lte=last, enquiry__withdrawn_at=None)


@prepared
def _said(
    child_ids: Sequence[UUID],
    department_ids: Sequence[UUID],
    preschool_ids: Sequence[UUID],
    area_ids: Sequence[UUID],
    first: date,
    last: date,
) -> Rows:
    plans = WeekPlan.objects.on_or_after(first).filter(child__in=child_ids, starts_on__lte=last)
    changed = DayPlan.objects.filter(child__in=child_ids, day__gte=first, day__lte=last)
    absences = Absence.objects.standing().filter(child__in=child_ids, starts_on__lte=last, ends_on__gte=first)
    above = Q(preschool__in=preschool_ids) | Q(area__in=area_ids)
    closed = ClosedDay.objects.standing().filter(
        above | Q(department__in=department_ids), day__gte=first, day__lte=last + BACK_WITHIN
    )
    decided = PlanningRule.objects.filter(above | Q(preschool=None, area=None))
    about_these = Q(starts_on__lte=last, ends_on__gte=first)
    is_open = Q(opens_on__lte=first, answer_by__gte=first)  # of other days, and to be answered: home says so
    enquiries = HolidayEnquiry.objects.standing().filter(above, about_these | is_open)
    answers = counted_answers(first, last).filter(child__in=child_ids)
    dated = {"child_id": "child_id", "id": "id", "starts_on": "starts_on", "ends_on": "ends_on"}
    return _rows(plans, Kind.PLAN, times="weeks", household_id="household_id", **dated).union(
        _rows(
            changed,
            Kind.CHANGED_DAY,
            child_id="child_id",
            starts_on="day",
            times="intervals",
            words="note",
            guardian_id="collecting_guardian_id",
            guardian_name="collecting_guardian__given_name",
            contact_id="collecting_contact_id",
            contact_relation="collecting_contact__relation",
            contact_name="collecting_contact__name",
            household_id="household_id",
        ),
        _rows(
            absences,
            Kind.ABSENCE,
            words="reason",
            from_time="from_time",
            to_time="to_time",
            guardian_id="reported_by_id",
            is_by_staff="is_by_staff",
            **dated,
        ),
        _rows(
            closed,
            Kind.CLOSED_DAY,
            starts_on="day",
            words="reason",
            department_id="department_id",
            preschool_id="preschool_id",
            area_id="area_id",
        ),
        _rows(
            decided,
            Kind.RULE,
            starts_on=Value(first),
            times=JSONObject(**{name: name for name in DECIDED}),
            preschool_id="preschool_id",
            area_id="area_id",
        ),
        _rows(
            agreed_weeks(child_ids, first, last),
            Kind.LIVING,
            times="weeks",
            words="handover",
            household_id="first_id",
            other_household_id="second_id",
            **dated,
        ),
        _rows(
            enquiries,
            Kind.ENQUIRY,
            id="id",
            starts_on="starts_on",
            ends_on="ends_on",
            words="silence",
            preschool_id="preschool_id",
            area_id="area_id",
            opens_on="opens_on",
            answer_by="answer_by",
        ),
        _rows(
            answers,
            Kind.ANSWER,
            child_id="child_id",
            id="enquiry_id",
            starts_on="day",
            household_id="household_id",
            words=Case(When(attends=True, then=Value(ATTENDS)), default=Value("")),
        ),
        all=True,
    )


def _rows(rows: QuerySet[Any, Any], kind: Kind, **own: str | Expression) -> QuerySet[Any, tuple[Any, ...]]:
    """Return the rows in the common columns: those of its own, emptiness in the others, all typed."""
    given = {"kind": Value(kind.value)} | {name: F(one) if isinstance(one, str) else one for name, one in own.items()}
    columns = [Cast(given.get(name, Value(None)), field) for name, field in _COLUMNS.items()]
    return rows.order_by().values_list(*columns)
