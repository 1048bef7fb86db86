"""Reminding families that have not said when their children come next week (DOMAIN 2.10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

    Each guardian once a week, of all the children at once, however often this runs. Not where a repeating plan, an
    absence, an answer to an enquiry or closed days cover the week's open days; of two homes only the one whose days
    lack times. Returns how many guardians were told. Asked and told some thousand at a time.
    """
    here = days.local(now)
    if not BEGINS <= here.time() < ENDS:
        return 0
    preschool_ids = preschools_that_remind(here.date())
    if not preschool_ids:
        return 0
    monday = next_monday(here.date())
    told = told_since(Kind.PLAN_MISSING, days.day_bounds(here.date())[0])
    waiting = children_to_look_at(preschool_ids, monday)
    lacking: dict[UUID, list[UUID]] = {}
    for first in range(0, len(waiting), AT_ONCE):
        for person_id, child_ids in _lacking(waiting[first : first + AT_ONCE], preschool_ids, monday).items():
            if event_of(person_id, monday) not in told:
                lacking.setdefault(person_id, []).extend(child_ids)
    people = list(lacking.items())
    for first in range(0, len(people), AT_ONCE):
        _remind(people[first : first + AT_ONCE], monday, now)
    return len(people)


def event_of(person_id: UUID, monday: date) -> UUID:
    """Return the id by which a guardian is told once of a week without times."""
    return uuid5(person_id, f"plan missing {monday}")


def _lacking(child_ids: Sequence[UUID], preschool_ids: set[UUID], monday: date) -> dict[UUID, list[UUID]]:
    """Return, by guardian, the children whose times are lacking."""
    facts = known(child_ids, monday, monday + timedelta(days=4), with_stays=False)
    found: dict[UUID, list[UUID]] = {}
    for child_id, person_ids in guardians_to_remind(facts, child_ids, preschool_ids, monday).items():
        for person_id in person_ids:
            found.setdefault(person_id, []).append(child_id)
    return found


def _remind(people: Iterable[tuple[UUID, Sequence[UUID]]], monday: date, now: datetime) -> None:
    told = [
        Told(
            event_of(person_id, monday),
            {person_id},
            {"child": first, "monday": monday} | ({"siblings": " ".join(map(str, others))} if others else {}),
        )
        for person_id, (first, *others) in people
    ]
    with transaction.atomic():
        notify_of_all(told=told, kind=Kind.PLAN_MISSING, now=now)
