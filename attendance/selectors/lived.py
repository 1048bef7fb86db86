"""The days that children were here, as the rules of usual times want them: many children, little memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from attendance import rules
from attendance.models import Stay
from attendance.usual_rules import LivedDay
from children.selectors.homes import agreed_weeks
from portal.lib import days


def lived_days(child_ids: Collection[UUID], first: date, last: date) -> dict[UUID, list[LivedDay]]:
    """Return the days on which each child came and went between two dates: one query.

    A day of which an end is not known (forgotten, open, over midnight) tells nothing, and is left out.
    """
    begins, ends = days.day_bounds(first)[0], days.day_bounds(last)[1]
    stays = Stay.objects.filter(child__in=child_ids, arrived_at__gte=begins, arrived_at__lt=ends).order_by()
    spans: dict[tuple[UUID, date], tuple[int, int]] = {}
    unknown: set[tuple[UUID, date]] = set()
    for child_id, arrived_at, left_at in stays.values_list("child_id", "arrived_at", "left_at"):
        came = days.local(arrived_at)
        went = days.local(left_at) if left_at else None
        whose = (child_id, came.date())
        if went is None or went.date() != came.date():
            unknown.add(whose)
            continue
        arrived, left = came.hour * 60 + came.minute, went.hour * 60 + went.minute
        before = spans.get(whose, (arrived, left))
        spans[whose] = (min(before[0], arrived), max(before[1], left))
    found: dict[UUID, list[LivedDay]] = defaultdict(list)
    for (child_id, day), (arrived, left) in spans.items():
        if (child_id, day) not in unknown:
            found[child_id].append(LivedDay(day, arrived, left))
    return found


def livings_of(child_ids: Collection[UUID], first: date, last: date) -> dict[UUID, list[rules.Living]]:
    """Return in which of their two homes the children were between two dates: one query."""
    found: dict[UUID, list[rules.Living]] = defaultdict(list)
    rows = agreed_weeks(child_ids, first, last).values_list(
        "child_id", "starts_on", "ends_on", "weeks", "first_id", "second_id", "handover"
    )
    for child_id, starts_on, ends_on, weeks, home, other, handover in rows:
        living = rules.Living(starts_on, ends_on, tuple(weeks), home, other, rules.Handover(handover))
        found[child_id].append(living)
    return found


def lived_by_home(
    lived: Mapping[UUID, list[LivedDay]], livings: Mapping[UUID, list[rules.Living]]
) -> dict[tuple[UUID, UUID | None], list[LivedDay]]:
    """Return the days by child and home: all of them (None), and those that were wholly one of two homes'."""
    found: dict[tuple[UUID, UUID | None], list[LivedDay]] = defaultdict(list)
    for child_id, own in lived.items():
        found[child_id, None] = own
        for one in own if child_id in livings else ():
            homes = rules.homes_on(livings[child_id], one.day)
            if homes is not None and not homes.is_handover:
                found[child_id, homes.morning].append(one)
    return found
