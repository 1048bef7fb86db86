"""A plan before it is saved, as real dates: its weeks day by day, half a year in small, and what is skipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from attendance.drafts import Draft, draft_from
from attendance.selectors.facts import Known, known
from attendance.selectors.schedule import ShownWeek, WeekCard, apply_drafts, shown_week, week_card
from children.models import Child
from portal.lib import days

HALF_YEAR = 26
AT_ONCE = 4  # weeks that are shown day by day before somebody asks for the rest


@dataclass(frozen=True)
class Preview:
    """What would be saved from `monday`.

    `weeks` and `more` are the weeks that change, day by day. `cycle` is after how many weeks the longest plan begins
    anew, 0 where only dates change. `skipped` names the closed days among the planned ones.
    """

    monday: date
    weeks: tuple[ShownWeek, ...]
    more: tuple[ShownWeek, ...]
    half_year: tuple[WeekCard, ...]
    skipped: tuple[str, ...]
    cycle: int


def preview(
    children: Sequence[Child], monday: date, now: datetime, *, reader: UUID | None, drafts: Mapping[UUID, Draft]
) -> Preview:
    """Return the drafts as dates, closed days and holidays left out: two queries, however many weeks."""
    dates = {one.day for draft in drafts.values() for one in draft.days}
    last = max([monday + timedelta(days=7 * HALF_YEAR - 1), *dates])
    first = min(monday, days.day_of(now))
    facts = known([child.pk for child in children], first, last, with_stays=False, reader=reader)
    repeated = [
        len(draft.weeks)
        for child_id, draft in drafts.items()
        if draft.weeks != draft_from(facts.own_plans(child_id), monday).weeks
    ]
    cycle = max(repeated, default=0)
    apply_drafts(facts, drafts, monday)
    facts = facts.settled()
    mondays = {monday + timedelta(days=7 * number) for number in range(max(cycle, 2) if cycle else 0)}
    mondays |= {days.monday_of(day) for day in dates} or {monday}
    weeks = [shown_week(facts, children, one, now) for one in sorted(mondays)]
    return Preview(
        monday=monday,
        weeks=tuple(weeks[:AT_ONCE]),
        more=tuple(weeks[AT_ONCE:]),
        half_year=tuple(week_card(monday + timedelta(days=7 * number), children, facts) for number in range(HALF_YEAR)),
        skipped=_skipped(facts, children, monday),
        cycle=cycle,
    )


def _skipped(facts: Known, children: Sequence[Child], monday: date) -> tuple[str, ...]:
    """Return the days of half a year on which times are planned and the preschool is closed: "mån 2 nov (…)"."""
    found: list[str] = []
    for day in days.span(monday, monday + timedelta(days=7 * HALF_YEAR - 1)):
        plans = [facts.planned(child.pk, day) for child in children]
        closed = next((plan for plan in plans if plan.is_closed and plan.intervals), None)
        if closed:
            said = days.in_words(day, "D j M")
            found.append(_("{day} ({reason})").format(day=said, reason=closed.closed) if closed.closed else said)
    return tuple(found)
