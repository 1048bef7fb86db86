"""A week's times on other weeks and other children, in drafts: nothing is saved here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from attendance import rules
from attendance.drafts import Draft, DraftDay
from attendance.selectors.facts import Known, known
from attendance.selectors.schedule import apply_drafts
from portal.lib import days


def copied(
    *,
    drafts: Mapping[UUID, Draft],
    source: Mapping[UUID, UUID],
    starts_on: date,
    shown: Known,
    week: date,
    mondays: Iterable[date],
    with_rest: bool,
    reader: UUID | None,
    now: datetime,
    is_bound: bool,
) -> dict[UUID, Draft]:
    """Return the drafts with the week of `week` on the weeks of `mondays` as well (DOMAIN 2.7).

    `source` says of whom each child's times are; `shown` is what is known of that week, drafts included. What is
    copied is the times; `with_rest` takes notes and who collects along. Days of which nothing is said, that have been
    or are locked for whoever is bound by it (`is_bound`), on which the child is in another home, or that have these
    times anyhow, are left as they are.
    """
    wanted = sorted(mondays)
    ids, here = list(drafts), days.local(now)
    facts = known(ids, wanted[0], wanted[-1] + timedelta(days=6), with_stays=False, reader=reader)
    apply_drafts(facts, drafts, starts_on)
    made: dict[UUID, Draft] = {}
    for child_id, draft in drafts.items():
        given: list[DraftDay] = []
        for number in range(7):
            day = week + timedelta(days=number)
            times = shown.planned(source[child_id], day).intervals
            if times is None:
                continue
            like = (source[child_id], day) if with_rest and shown.day_plans.get((source[child_id], day)) else None
            goals = [monday + timedelta(days=number) for monday in wanted]
            given += [
                DraftDay(goal, times, like)
                for goal in goals
                if (goal, source[child_id]) != (day, child_id)
                and (like or not _has(facts, child_id, goal, times))
                and _may_have(facts, child_id, goal, here, is_bound=is_bound)
            ]
        made[child_id] = draft.with_days(given)
    return made


def _may_have(facts: Known, child_id: UUID, day: date, here: datetime, *, is_bound: bool) -> bool:
    cut_off = facts.rules_at(facts.place(child_id, day)).cut_off
    may_change = not is_bound or rules.may_change(day, here, cut_off)
    return may_change and day >= here.date() and not facts.planned(child_id, day).is_elsewhere


def _has(facts: Known, child_id: UUID, day: date, times: rules.Intervals) -> bool:
    return (facts.planned(child_id, day).intervals or ()) == times
