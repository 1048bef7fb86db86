"""A plan before it is saved, as real dates: its weeks day by day, half a year in small, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.drafts import Draft
from attendance.selectors import words
from attendance.selectors.copying import copies_of_changed_days
from attendance.selectors.facts import Known
from attendance.selectors.laying import (
    all_known,
    answered_free,
    days_that_keep,
    ending_place,
    is_relaid,
    own_times,
    plans_that_give_way,
)
from attendance.selectors.schedule import ShownWeek, WeekCard, apply_drafts, shown_week, week_card
from children.models import Child
from portal.lib import days

HALF_YEAR = 26
AT_ONCE = 4  # weeks that are shown day by day before somebody asks for the rest
NAMED_AT_ONCE = 8  # days that keep their times


@dataclass(frozen=True)
class Preview:
    """What would be saved from `monday`.

    `weeks` and `more` are the weeks that change, day by day. `cycle` is after how many weeks the longest plan begins
    anew, 0 where only dates change. `skipped` names the closed days of these weeks, or of the dates alone, `kept` and
    `kept_more` those with times of their own that the plan leaves as they are. `warned` are sentences of plans that
    are gone and of a move at which the plan ends, `said` what else is to be known of the days.
    """

    monday: date
    weeks: tuple[ShownWeek, ...]
    more: tuple[ShownWeek, ...]
    half_year: tuple[WeekCard, ...]
    skipped: tuple[str, ...]
    cycle: int
    kept: tuple[str, ...]
    kept_more: tuple[str, ...]
    warned: tuple[str, ...]
    said: tuple[str, ...]

    @property
    def days_kept(self) -> int:
        return len(self.kept) + len(self.kept_more)


def preview(
    children: Sequence[Child],
    monday: date,
    now: datetime,
    *,
    reader: UUID | None,
    drafts: Mapping[UUID, Draft],
    is_bound: bool = True,
) -> Preview:
    """Return the drafts as dates, closed days and holidays left out: two queries, however many weeks."""
    dates = {one.day for draft in drafts.values() for one in draft.days}
    last = max([monday + timedelta(days=7 * HALF_YEAR - 1), *dates])
    facts = all_known([child.pk for child in children], monday, now, reader=reader, last=last)
    relaid = {key: draft for key, draft in drafts.items() if is_relaid(facts, key, draft, monday)}
    cycle = max((len(draft.weeks) for draft in relaid.values()), default=0)
    kept = _kept(facts, children, days_that_keep(facts, relaid, monday, now, is_bound=is_bound))
    warned = [*_given_way(facts, children, relaid, monday), *_ended(facts, children, relaid, monday)]
    apply_drafts(facts, drafts, monday)
    facts = facts.settled()
    copied = copies_of_changed_days(one.copied_from for d in drafts.values() for one in d.days if one.copied_from)
    said = [copied, _in_other_home(facts, drafts, relaid, monday)]
    mondays = {monday + timedelta(days=7 * number) for number in range(max(cycle, 2) if cycle else 0)}
    mondays |= {days.monday_of(day) for day in dates} or {monday}
    about = {day for one in mondays for day in days.week(one)} if cycle else dates
    if is_bound:
        said.append(_free_for_good(facts, children, mondays))
    weeks = [shown_week(facts, children, one, now) for one in sorted(mondays)]
    return Preview(
        monday=monday,
        weeks=tuple(weeks[:AT_ONCE]),
        more=tuple(weeks[AT_ONCE:]),
        half_year=tuple(week_card(monday + timedelta(days=7 * number), children, facts) for number in range(HALF_YEAR)),
        skipped=_skipped(facts, children, sorted(about)),
        cycle=cycle,
        kept=tuple(kept[:NAMED_AT_ONCE]),
        kept_more=tuple(kept[NAMED_AT_ONCE:]),
        warned=tuple(warned),
        said=tuple(filter(None, said)),
    )


def _in_other_home(facts: Known, drafts: Mapping[UUID, Draft], relaid: Mapping[UUID, Draft], monday: date) -> str:
    """Return the sentence on days of half a year that are given times and are the other home's; or nothing."""
    for child_id, draft in drafts.items():
        laid = {one.day: one.intervals for one in draft.days}
        for day in days.span(monday, monday + timedelta(days=7 * HALF_YEAR - 1)) if facts.livings.get(child_id) else ():
            week = draft.weeks[(day - monday).days // 7 % len(draft.weeks)]
            weekly = week[day.weekday()] if child_id in relaid else ()
            if laid.get(day, weekly) and facts.planned(child_id, day).is_elsewhere:
                return _("Dagar i det andra hemmet är inte med: där lägger det hemmet tiderna.")
    return ""


def _free_for_good(facts: Known, children: Sequence[Child], mondays: Iterable[date]) -> str:
    """Return the sentence that names the days of these weeks that an answer leaves free for good; or nothing."""
    weeks = [day for one in sorted(mondays) for day in days.week(one)]
    free = [day for day in weeks if any(answered_free(facts, child.pk, day) for child in children)]
    said = ", ".join(days.in_words(day, "D j M") for day in free)
    return _("Lediga enligt lovsvar, och lämnas som de är: {days}.").format(days=said) if free else ""


def _skipped(facts: Known, children: Sequence[Child], about: Iterable[date]) -> tuple[str, ...]:
    """Return the days among these on which times are planned and the preschool is closed: "mån 2 nov (…)"."""
    found: list[str] = []
    for day in about:
        plans = [facts.planned(child.pk, day) for child in children]
        closed = next((plan for plan in plans if plan.is_closed and plan.intervals), None)
        if closed:
            said = days.in_words(day, "D j M")
            found.append(_("{day} ({reason})").format(day=said, reason=closed.closed) if closed.closed else said)
    return tuple(found)


def _kept(facts: Known, children: Sequence[Child], kept: Mapping[UUID, Sequence[date]]) -> list[str]:
    """Return each of the days with its times: "ons 25 nov 08:00–14:00", with whose they are where that is not all's."""
    found: list[str] = []
    for day in sorted({day for own in kept.values() for day in own}):
        by_times: dict[str, list[str]] = {}
        for child in children:
            if day in kept.get(child.pk, ()):
                times = words.times(own_times(facts, child.pk, day)) or _("ledig")
                by_times.setdefault(times, []).append(child.given_name)
        said = [t if len(names) == len(children) else f"{', '.join(names)} {t}" for t, names in by_times.items()]
        found.append(f"{days.in_words(day, 'D j M')} {'; '.join(said)}")
    return found


def _given_way(facts: Known, children: Sequence[Child], relaid: Mapping[UUID, Draft], monday: date) -> list[str]:
    """Return a sentence for each day from which a plan was laid that is gone when these are saved."""
    gone: dict[date, list[str]] = {}
    for child in children:
        if child.pk in relaid:
            for plan in plans_that_give_way(facts, child.pk, relaid[child.pk], monday):
                gone.setdefault(plan.starts_on, []).append(child.given_name)
    sentences: list[str] = []
    for starts_on, names in sorted(gone.items()):
        day = days.in_words(starts_on, "l j F")
        if len(names) == len(children):
            sentences.append(_("Schemat som är lagt från {day} tas bort.").format(day=day))
        else:
            said = _("Schemat som är lagt för {children} från {day} tas bort.")
            sentences.append(said.format(children=", ".join(names), day=day))
    return sentences


def _ended(facts: Known, children: Sequence[Child], relaid: Mapping[UUID, Draft], monday: date) -> list[str]:
    """Return a sentence for each child that is to begin at a place at which the plan cannot go on."""
    sentences: list[str] = []
    for child in children:
        if child.pk in relaid and (place := ending_place(facts, child.pk, relaid[child.pk], monday)):
            decided = facts.rules_at(place)
            is_long = len(relaid[child.pk].weeks) > decided.most_weeks
            most = ngettext(
                "Ett schema har högst {weeks} vecka", "Ett schema har högst {weeks} veckor", decided.most_weeks
            ).format(weeks=decided.most_weeks)
            said = _(
                "{name} går på {preschool} från {day}. Schemat ryms inte där och slutar {last}: "
                "lägg ett nytt för tiden därefter. {allowed}."
            )
            sentences.append(
                said.format(
                    name=child.given_name,
                    preschool=place.preschool,
                    day=days.in_words(place.starts_on, "l j F"),
                    last=days.in_words(place.starts_on - timedelta(days=1), "l j F"),
                    allowed=most if is_long else words.opening_week(decided.opening),
                )
            )
    return sentences
