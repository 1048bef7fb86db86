"""Reminding families that have not said when their children come next week (DOMAIN 2.10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from attendance.selectors.facts import known
from attendance.selectors.hours import next_monday
from attendance.selectors.lacking import children_to_look_at, guardians_to_remind, preschools_that_remind
from notifications.models import Kind
from notifications.selectors import told_since
from notifications.services import Told, notify_of_all
from portal.lib import days

BEGINS, ENDS = time(8), time(20)  # nobody is reminded at night, nor told in the morning of what was due yesterday
AT_ONCE = 1_000


def remind_of_missing_plans(*, now: datetime) -> int:
    """Remind the guardians of children without times for next week, where today is their preschool's day for it.

    Once for each child and week, however often this runs. Not where a repeating plan, an absence, an answer to an
    enquiry or closed days cover the week's open days; of two homes only the one whose days lack times. Returns of how
    many children somebody was told. Some thousand children at a time: one that fails leaves the others told.
    """
    here = days.local(now)
    if not BEGINS <= here.time() < ENDS:
        return 0
    preschool_ids = preschools_that_remind(here.date())
    if not preschool_ids:
        return 0
    monday = next_monday(here.date())
    told = told_since(Kind.PLAN_MISSING, days.day_bounds(here.date())[0])
    waiting = [one for one in children_to_look_at(preschool_ids, monday) if event_of(one, monday) not in told]
    return sum(
        _remind(waiting[first : first + AT_ONCE], preschool_ids, monday, now)
        for first in range(0, len(waiting), AT_ONCE)
    )


def event_of(child_id: UUID, monday: date) -> UUID:
    """Return the id by which a child's missing week is told once."""
    return uuid5(child_id, f"plan missing {monday}")


def _remind(child_ids: Sequence[UUID], preschool_ids: set[UUID], monday: date, now: datetime) -> int:
    with transaction.atomic():
        facts = known(child_ids, monday, monday + timedelta(days=4), with_stays=False)
        guardians = guardians_to_remind(facts, child_ids, preschool_ids, monday)
        told = [
            Told(event_of(child_id, monday), person_ids, {"child": child_id, "monday": monday})
            for child_id, person_ids in guardians.items()
        ]
        notify_of_all(told=told, kind=Kind.PLAN_MISSING, now=now)
    return len(told)
