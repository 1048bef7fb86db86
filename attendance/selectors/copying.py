"""A week's times on other weeks and other children, in drafts: nothing is saved here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from attendance import rules
from attendance.drafts import Draft, DraftDay
from attendance.selectors.facts import Known, known
from attendance.selectors.laying import may_lay
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
    copied is the times, of days that were changed for themselves as well, and the drafts know which those were;
    `with_rest` takes notes and who collects along. Days of which nothing is said, that have been
    or are locked or free for good for whoever is bound by it (`is_bound`), on which the child is in another home, or
    that have these times anyhow, are left as they are.
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
            planned = shown.planned(source[child_id], day)
            times = planned.intervals
            if times is None:
                continue
            changed = day if planned.is_changed else None
            like = (source[child_id], day) if with_rest and shown.day_plans.get((source[child_id], day)) else None
            goals = [monday + timedelta(days=number) for monday in wanted]
            given += [
                DraftDay(goal, times, like, changed)
                for goal in goals
                if (goal, source[child_id]) != (day, child_id)
                and (like or not _has(facts, child_id, goal, times))
                and may_lay(facts, child_id, goal, here, is_bound=is_bound)
            ]
        made[child_id] = draft.with_days(given)
    return made


def copies_of_changed_days(dates: Iterable[date]) -> str:
    """Return the sentence that names the days whose times, changed for themselves, are copied; "" where none are."""
    named = sorted(set(dates))
    if len(named) == 1:
        said = days.in_words(named[0], "l j F")
        return _("{day} har egna tider och kopieras så.").format(day=said[:1].upper() + said[1:])
    said = ", ".join(days.in_words(day, "D j M") for day in named)
    return _("De här dagarna har egna tider och kopieras så: {days}.").format(days=said) if named else ""


def _has(facts: Known, child_id: UUID, day: date, times: rules.Intervals) -> bool:
    return (facts.planned(child_id, day).intervals or ()) == times
