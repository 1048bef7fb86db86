"""Whose families have not said when their children come next week, and which of two homes it is that has not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from attendance import rules
from attendance.models import PlanningRule, WeekPlan
from attendance.selectors.facts import Known
from attendance.selectors.hours import lacks_times
from attendance.selectors.said import DECIDED
from children.models import Preschool
from children.selectors.homes import guardians_of_homes
from children.selectors.people import guardians_of
from children.selectors.placed import placed_between
from portal.lib import days


def preschools_that_remind(today: date) -> set[UUID]:
    """Return the preschools whose families are reminded on this day's weekday: two queries."""
    decided = {
        row["preschool_id"] or row["area_id"]: rules.from_stored(row)
        for row in PlanningRule.objects.values("preschool_id", "area_id", *DECIDED)
    }
    running = Preschool.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    found = set()
    for preschool_id, area_id in running.values_list("pk", "area"):
        above = (decided.get(key, {}) for key in dict.fromkeys((None, area_id, preschool_id)))
        if rules.merged_rules(above).reminds_on == today.weekday():
            found.add(preschool_id)
    return found


def children_to_look_at(preschool_ids: Collection[UUID], monday: date) -> list[UUID]:
    """Return the children that are there in the week from `monday` and whom no one repeating plan covers: one query.

    Mostly few: of all others it is certain that nothing is lacking.
    """
    friday = monday + timedelta(days=4)
    covers = WeekPlan.objects.filter(Q(ends_on=None) | Q(ends_on__gte=friday), household=None, starts_on__lte=monday)
    there = placed_between(preschool_ids, monday, friday)
    return list(there.filter(~Exists(covers.filter(child=OuterRef("pk")))).order_by("pk").values_list("pk", flat=True))


def guardians_to_remind(
    facts: Known, child_ids: Iterable[UUID], preschool_ids: Collection[UUID], monday: date
) -> dict[UUID, set[UUID]]:
    """Return, by child, the guardians whose home lacks times for a day of that week at one of these preschools.

    One query, one more where a child has two homes: there only the home that has the day is reminded of it.
    """
    lacking = {
        child_id: homes for child_id in child_ids if (homes := _homes_lacking(facts, child_id, preschool_ids, monday))
    }
    rows = guardians_of(lacking, facts.today).filter(guardian__frozen_at=None).values_list("child_id", "guardian_id")
    two_homes = [child_id for child_id, homes in lacking.items() if None not in homes]
    living_at = guardians_of_homes(two_homes) if two_homes else {}
    found: dict[UUID, set[UUID]] = {}
    for child_id, guardian_id in rows:
        homes = lacking[child_id]
        if None in homes or any(guardian_id in living_at.get(home, ()) for home in homes if home):
            found.setdefault(child_id, set()).add(guardian_id)
    return found


def _homes_lacking(
    facts: Known, child_id: UUID, preschool_ids: Collection[UUID], monday: date
) -> frozenset[UUID | None]:
    """Return the homes that have a day without times; None stands for the one home of a child."""
    week = days.week(monday, 5)
    found: set[UUID | None] = set()
    for day in week:
        place = facts.place(child_id, day)
        if place is None or place.preschool_id not in preschool_ids:
            continue
        homes = rules.homes_on(facts.livings.get(child_id, ()), day)
        for home in {homes.morning, homes.evening} if homes else {None}:
            as_told = replace(facts, readers={child_id: rules.Reader(home)}) if home else facts
            if lacks_times(as_told, child_id, day):
                found.add(home)
    return frozenset(found)
