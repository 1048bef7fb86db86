"""What families and the preschool have said about some days, read in one statement.

Four tables of different shapes are asked at once: every page that shows a child's day wants all of them, and a trip to
the database costs more than what it brings. Each kind of row fills those of the columns that are its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import CharField, DateField, F, Field, QuerySet, TextField, TimeField, UUIDField, Value
from django.db.models.functions import Cast

from attendance.models import Absence, ClosedDay, DayPlan, WeekPlan
from portal.lib.crypto import EncryptedTextField
from portal.lib.prepared import Rows, prepared


class Kind(StrEnum):
    PLAN = "plan"
    CHANGED_DAY = "changed_day"
    ABSENCE = "absence"
    CLOSED_DAY = "closed_day"


class Said(NamedTuple):
    """One row. What a kind does not have is None; `times` is JSON: weeks, or intervals."""

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
    contact_relation: str | None
    contact_name: str | None
    department_id: UUID | None
    preschool_id: UUID | None
    area_id: UUID | None


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
    "contact_relation": TextField(),
    "contact_name": EncryptedTextField(),
    "department_id": UUIDField(),
    "preschool_id": UUIDField(),
    "area_id": UUIDField(),
}


def said_of(child_ids: Sequence[UUID], first: date, last: date) -> list[Said]:
    """Return everything said about these children from `first` to `last`, and the closed days of all: one query."""
    return [Said(*row) for row in _said(child_ids, first, last)]


@prepared
def _said(child_ids: Sequence[UUID], first: date, last: date) -> Rows:
    plans = WeekPlan.objects.on_or_after(first).filter(child__in=child_ids, starts_on__lte=last)
    changed = DayPlan.objects.filter(child__in=child_ids, day__gte=first, day__lte=last)
    absences = Absence.objects.standing().filter(child__in=child_ids, starts_on__lte=last, ends_on__gte=first)
    closed = ClosedDay.objects.standing().filter(day__gte=first, day__lte=last)
    dated = {"child_id": "child_id", "id": "id", "starts_on": "starts_on", "ends_on": "ends_on"}
    return _rows(plans, Kind.PLAN, times="weeks", **dated).union(
        _rows(
            changed,
            Kind.CHANGED_DAY,
            child_id="child_id",
            starts_on="day",
            times="intervals",
            words="note",
            guardian_id="collecting_guardian_id",
            guardian_name="collecting_guardian__given_name",
            contact_relation="collecting_contact__relation",
            contact_name="collecting_contact__name",
        ),
        _rows(absences, Kind.ABSENCE, words="reason", from_time="from_time", to_time="to_time", **dated),
        _rows(
            closed,
            Kind.CLOSED_DAY,
            starts_on="day",
            words="reason",
            department_id="department_id",
            preschool_id="preschool_id",
            area_id="area_id",
        ),
        all=True,
    )


def _rows(rows: QuerySet[Any, Any], kind: Kind, **own: str) -> QuerySet[Any, tuple[Any, ...]]:
    """Return the rows in the common columns: those of its own, emptiness in the others, all typed."""
    columns = [
        Value(kind.value, field) if name == "kind" else Cast(F(own[name]) if name in own else Value(None), field)
        for name, field in _COLUMNS.items()
    ]
    return rows.order_by().values_list(*columns)
