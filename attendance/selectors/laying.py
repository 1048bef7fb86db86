"""What a plan that is laid does to what lies there: changed days keep their times, plans give way, a move ends it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from attendance import rules
from attendance.drafts import Draft, DraftDay, draft_from
from attendance.selectors.facts import Known, known
from children.selectors.placing import Place, place_on_or_after
from portal.lib import days

FURTHEST = timedelta(days=366)  # so far ahead may a day be changed, and a plan begin


def may_lay(facts: Known, child_id: UUID, day: date, here: datetime, *, is_bound: bool) -> bool:
    """Tell whether the day's times may be changed: it has not been, is the reader's own, and does not stand fast.

    It stands fast by the cut-off, or by an answer to a holiday enquiry (`answered_free`).
    """
    if is_bound:
        cut_off = facts.rules_at(facts.place(child_id, day)).cut_off
        if not rules.may_change(day, here, cut_off) or answered_free(facts, child_id, day):
            return False
    return day >= here.date() and not facts.planned(child_id, day).is_elsewhere


def answered_free(facts: Known, child_id: UUID, day: date) -> rules.Enquiry | None:
    """Return the closed holiday enquiry by whose answer, or silence, the day is free for good; None where none is.

    Of a day of handover: where the reader's own home has said so.
    """
    if not facts.enquiries or not facts.planned(child_id, day).is_free:
        return None
    own, asked = facts.answers_of(child_id, day, facts.own_home(child_id)), facts.asked.get(child_id, ())
    answered = (one.enquiry for one in facts.enquiries if not own.get(one.enquiry.id, one.enquiry.id not in asked))
    closed = [
        enquiry
        for enquiry in answered
        if enquiry.asks_about(day) and rules.enquiry_state(enquiry, facts.today) == rules.EnquiryState.CLOSED
    ]
    return min(closed, key=lambda enquiry: enquiry.answer_by, default=None)


def own_times(facts: Known, child_id: UUID, day: date) -> rules.Intervals | None:
    """Return the times that the reader's home has said for this day alone, or None where the day follows the plan."""
    said = facts.day_plans.get((child_id, day), {}).get(facts.own_home(child_id))
    return said.intervals if said else None


def days_given_back(
    facts: Known, child_id: UUID, dates: Iterable[date], now: datetime, *, is_bound: bool
) -> list[DraftDay]:
    """Return those of the dates that have times of their own, for a draft: they are to follow the plan again."""
    here = days.local(now)
    return [
        DraftDay(day, None)
        for day in dates
        if own_times(facts, child_id, day) is not None and may_lay(facts, child_id, day, here, is_bound=is_bound)
    ]


def days_that_keep(
    facts: Known, drafts: Mapping[UUID, Draft], monday: date, now: datetime, *, is_bound: bool
) -> dict[UUID, list[date]]:
    """Return, by child, the days that keep times of their own where the drafts would give them other ones.

    `facts` are what is saved. Days that the draft names itself are not among them, nor are those that stand fast.
    """
    here = days.local(now)
    found: dict[UUID, list[date]] = {}
    for child_id, draft in drafts.items():
        own = facts.own_plans(child_id)
        if not is_relaid(facts, child_id, draft, monday):
            continue
        laid = rules.RepeatingPlan(monday, last_day(facts, child_id, draft, monday), draft.weeks)
        drafted = {one.day for one in draft.days}
        for day in sorted(day for child, day in facts.day_plans if child == child_id and laid.holds_on(day)):
            times, new = own_times(facts, child_id, day), laid.on(day)
            was = next((plan.on(day) for plan in own if plan.holds_on(day)), None)
            if times in (None, new) or was == new or day in drafted:
                continue
            if may_lay(facts, child_id, day, here, is_bound=is_bound):
                found.setdefault(child_id, []).append(day)
    return found


def over_every_day(
    drafts: Mapping[UUID, Draft], monday: date, now: datetime, *, reader: UUID | None, is_bound: bool
) -> dict[UUID, Draft]:
    """Return the drafts with the days that would keep their times (`days_that_keep`) following them, too."""
    facts = all_known(list(drafts), monday, now, reader=reader)
    kept = days_that_keep(facts, drafts, monday, now, is_bound=is_bound)
    return {
        child_id: draft.with_days(DraftDay(day, None) for day in kept.get(child_id, ()))
        for child_id, draft in drafts.items()
    }


def all_known(
    child_ids: Sequence[UUID], monday: date, now: datetime, *, reader: UUID | None, last: date = date.min
) -> Known:
    """Read what lies from `monday` on as far ahead as anything may be planned, and to `last`: two queries."""
    today = days.day_of(now)
    return known(child_ids, min(monday, today), max(today + FURTHEST, last), with_stays=False, reader=reader)


def is_relaid(facts: Known, child_id: UUID, draft: Draft, monday: date) -> bool:
    """Tell whether the draft repeats other weeks than what is saved."""
    return draft.weeks != draft_from(facts.own_plans(child_id), monday).weeks


def plans_that_give_way(facts: Known, child_id: UUID, draft: Draft, monday: date) -> list[rules.RepeatingPlan]:
    """Return the plans, laid to begin later, that are gone when this draft is saved from `monday`."""
    last, home = last_day(facts, child_id, draft, monday), facts.own_home(child_id)
    own = [plan for plan in facts.own_plans(child_id) if plan.home == home]
    return [plan for plan in own if monday < plan.starts_on and (last is None or plan.starts_on <= last)]


# A move ---------------------------------------------------------------------------------------------------------------


def place_that_ends(
    weeks: Sequence[rules.Week], places: Collection[Place], first: date, rules_at: Callable[[Place], rules.PlaceRules]
) -> Place | None:
    """Return where the child is to begin and these weeks, laid from `first`, are more or wider than that place allows.

    The plan then ends the day before: times at which it is closed are never planned. A backup placement passes.
    """
    begins = place_on_or_after(places, first)
    if begins is None:
        return None
    moves = [place for place in places if place.starts_on > max(first, begins.starts_on) and not place.is_backup]
    met = sorted((p for p in moves if p.preschool_id != begins.preschool_id), key=lambda place: place.starts_on)
    return next((place for place in met if not _fits(weeks, rules_at(place))), None)


def last_day(facts: Known, child_id: UUID, draft: Draft, monday: date) -> date | None:
    """Return the last day on which the draft would hold, saved from `monday`: the one before such a move; or None."""
    ends = ending_place(facts, child_id, draft, monday)
    return ends.starts_on - timedelta(days=1) if ends else None


def ending_place(facts: Known, child_id: UUID, draft: Draft, monday: date) -> Place | None:
    """Return `place_that_ends` for a draft."""
    first = max(monday, facts.today)
    return place_that_ends(draft.weeks, facts.places.get(child_id, ()), first, facts.rules_at)


def _fits(weeks: Sequence[rules.Week], decided: rules.PlaceRules) -> bool:
    return len(weeks) <= decided.most_weeks and not any(
        rules.outside(week[number], decided.opening[number]) for week in weeks for number in range(7)
    )
