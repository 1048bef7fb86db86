"""Children in the house hour by hour, and families that have not said when they come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q

from attendance import rules
from attendance.models import WeekPlan
from attendance.selectors.facts import Known, known
from attendance.selectors.usual import usual_on
from attendance.usual_rules import Usual
from children.models import Department
from children.selectors.placing import places_in
from portal.lib import days
from portal.lib.models import holds_on
from portal.lib.prepared import Rows, prepared

FIRST_HOUR, LAST_HOUR = 6, 17


@dataclass(frozen=True)
class Hour:
    """How many children are in the house in the middle of an hour: as planned, and as it was (None: not yet).

    From `low` to `high` as many as there usually are of those that are to come; None where nothing is known of it.
    """

    hour: int
    planned: int
    here: int | None
    low: int | None = None
    high: int | None = None


def children_by_hour(departments: Iterable[Department], now: datetime) -> list[Hour]:
    """Return today's hours, at least from six to six, with how many children are there: four queries."""
    today, here = days.day_of(now), days.local(now)
    places = places_in([department.pk for department in departments], holds_on(today))
    facts = known(places, today, today, places=places)
    plans = {child_id: facts.planned(child_id, today) for child_id in places}
    planned = [part for plan in plans.values() for part in plan.attending]
    usual = usual_on(places, today.weekday())
    stays = [stay for own in facts.stays.values() for stay in own if not stay.is_forgotten]
    hours = {FIRST_HOUR, LAST_HOUR, *(hour for part in planned for hour in (part.starts.hour, *part.hours))}
    hours |= {days.local(stay.arrived_at).hour for stay in stays if days.day_of(stay.arrived_at) == today}
    return [
        Hour(
            hour,
            planned=sum(covers(part, time(hour, 30)) for part in planned),
            here=_here(stays, days.at(today, time(hour, 30)), today) if time(hour, 30) <= here.time() else None,
            **(_usually(plans, usual, hour * 60 + 30) if usual else {}),
        )
        for hour in range(min(hours), max(hours) + 1)
    ]


def _usually(plans: Mapping[UUID, rules.PlannedDay], usual: Mapping[UUID, Usual], minute: int) -> dict[str, int]:
    """Return how many are surely there at that minute, and how many perhaps: by what is usual, else by the plan.

    A child of which nobody has said anything, and that usually comes, perhaps does. Where the family has said something
    about this very day it is believed.
    """
    low = high = 0
    for child_id, plan in plans.items():
        own = usual.get(child_id)
        if own and plan.is_unplanned and not (plan.is_closed or plan.absence or plan.is_free):
            high += own.is_perhaps_there(minute)
        elif own and plan.attending and not plan.is_changed:
            low += own.is_surely_there(minute)
            high += own.is_perhaps_there(minute)
        else:
            is_planned = any(covers(part, time(minute // 60, minute % 60)) for part in plan.attending)
            low, high = low + is_planned, high + is_planned
    return {"low": low, "high": high}


def covers(part: rules.Interval, moment: time) -> bool:
    return part.starts <= moment and (part.ends == time.min or moment < part.ends)


def _here(stays: Iterable[rules.Stay], moment: datetime, today: date) -> int:
    """Count the stays of today that had begun and not ended. One left open on an earlier day is not presence."""
    return sum(
        stay.arrived_at <= moment
        and (stay.left_at is None or moment < stay.left_at)
        and (stay.left_at is not None or days.day_of(stay.arrived_at) == today)
        for stay in stays
    )


def without_plan(departments: Iterable[Department], monday: date) -> dict[UUID, int]:
    """Return how many children at each department lack times for the week from `monday`: three queries.

    A child whose whole week is absence, free by an enquiry's answer or closed, or of whose open days all have times, is
    not one.
    """
    week = days.week(monday, 5)
    ids = {department.pk for department in departments}
    places = places_in(ids, Q(starts_on__lte=week[-1]) & (Q(ends_on=None) | Q(ends_on__gte=monday)))
    facts = known(places, monday, week[-1], places=places, with_stays=False)
    found: dict[UUID, int] = {}
    for child_id in places:
        if department_id := _lacks_plan(facts, child_id, week, ids):
            found[department_id] = found.get(department_id, 0) + 1
    return found


def children_lacking_plan(child_ids: Iterable[UUID], monday: date, *, reader: UUID | None) -> set[UUID]:
    """Return those who lack times for the week from `monday`: one query where all have a plan, else two more.

    For a guardian (`reader`) by the days of that one's own home.
    """
    ids = set(child_ids)
    ids -= {child_id for (child_id,) in _planned_on(ids, monday)}
    if not ids:
        return set()
    week = days.week(monday, 5)
    facts = known(ids, monday, week[-1], with_stays=False, reader=reader)
    here = {place.department_id for own in facts.places.values() for place in own}
    return {child_id for child_id in ids if _lacks_plan(facts, child_id, week, here)}


@prepared
def _planned_on(child_ids: Collection[UUID], day: date) -> Rows:
    # A plan of one of two homes says nothing of the days of the other.
    return WeekPlan.objects.on(day).filter(child__in=child_ids, household=None).values_list("child_id")


def _lacks_plan(facts: Known, child_id: UUID, week: Iterable[date], ids: set[UUID]) -> UUID | None:
    for day in week:
        place = facts.place(child_id, day)
        if place and place.department_id in ids and lacks_times(facts, child_id, day):
            return place.department_id
    return None


def lacks_times(facts: Known, child_id: UUID, day: date) -> bool:
    """Tell whether nobody has said when the child comes on a day on which its place is open and it is not away."""
    place, plan = facts.place(child_id, day), facts.planned(child_id, day)
    if place is None or not plan.is_unplanned or plan.is_closed or plan.absence or plan.is_free or plan.is_elsewhere:
        return False
    return facts.rules_at(place).opens_on(day) is not None


def next_monday(today: date) -> date:
    return days.monday_of(today) + timedelta(days=7)
