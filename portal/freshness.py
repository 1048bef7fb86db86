"""When departments are reminded of posts: what messaging decides, and the closed days that attendance knows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from attendance.models import ClosedDay
from attendance.public_holidays import public_holidays
from children.models import Department


def days_off(departments: Collection[Department], first: date, last: date) -> dict[UUID, set[date]]:
    """Return the days between two dates on which each department is closed, public holidays among them: one query."""
    closed = ClosedDay.objects.filter(cancelled_at=None, day__range=(first, last))
    rows = list(closed.values_list("day", "department_id", "preschool_id", "area_id"))
    holidays = set(public_holidays(first, last))
    return {
        one.pk: holidays
        | {
            day
            for day, department, preschool, area in rows
            if department == one.pk or preschool == one.preschool_id or area == one.preschool.area_id is not None
        }
        for one in departments
    }
