"""The guardian's schedule: a week for each child, the weeks that follow, and what is locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from attendance import rules
from attendance.drafts import Draft, draft_from
from attendance.selectors import words
from attendance.selectors.entitlement import hours_warnings
from attendance.selectors.facts import Known, known
from children.models import Child
from portal.lib import days

# The bar of a day goes from six to six; what lies outside is cut.
BAR_BEGINS, BAR_ENDS = 6 * 60, 18 * 60
COMING_WEEKS = 3


@dataclass(frozen=True)
class Bar:
    """A time on the day's bar, in per cent of it."""

    x: float
    width: float


@dataclass(frozen=True)
class Line:
    """What holds on a day for the children named: one line where they are alike, one each where not."""

    names: str
    times: str
    bars: tuple[Bar, ...]
    is_off: bool
    note: str
    url_child: UUID


@dataclass(frozen=True)
class ScheduleDay:
    day: date
    lines: tuple[Line, ...]
    is_locked: bool
    is_past: bool
    is_changed: bool = False


@dataclass(frozen=True)
class WeekCard:
    """A coming week in small: one mark per weekday (`on`, `off`, `closed`, `none`)."""

    monday: date
    number: int
    span: str
    marks: tuple[str, ...]
    caption: str


@dataclass(frozen=True)
class Schedule:
    """A week of a guardian's children.

    `drafts` are the weeks that the plan repeats, from this Monday. `can_lay` tells whether a plan may begin on it;
    `locked` says in words why not, where that is because of the cut-off; `warnings` for whom the week is longer than
    there is a right to.
    """

    monday: date
    number: int
    span: str
    children: tuple[Child, ...]
    days: tuple[ScheduleDay, ...]
    coming: tuple[WeekCard, ...]
    drafts: Mapping[UUID, Draft]
    has_plan: bool
    can_lay: bool
    first_to_lay: date
    locked: str
    locks: str
    hours: str
    opening: rules.Opening
    warnings: tuple[str, ...] = ()

    @property
    def opening_words(self) -> str:
        return words.opening_week(self.opening)


def schedule(
    children: Sequence[Child],
    monday: date,
    now: datetime,
    *,
    reader: UUID | None,
    drafts: Mapping[UUID, Draft] | None = None,
) -> Schedule:
    """Return the week that begins on `monday` and the three after it: three queries, for one child or many.

    With `drafts` the weeks are shown as they would be if these were saved from that Monday.
    """
    today = days.day_of(now)
    here = days.local(now)
    last = monday + timedelta(days=7 * (COMING_WEEKS + 1) - 1)
    facts = known([child.pk for child in children], min(monday, today), last, with_stays=False, reader=reader)
    laid = {child.pk: draft_from(facts.plans.get(child.pk, ()), monday) for child in children}
    has_plan = any(facts.plans.get(child.pk) for child in children)
    is_bound = _plans_hold(facts, children, today)  # by what is saved: a draft binds nobody
    for child_id, draft in (drafts or {}).items():
        before = [plan for plan in facts.plans.get(child_id, ()) if plan.starts_on < monday]
        facts.plans[child_id] = [*before, rules.RepeatingPlan(monday, None, draft.weeks)]
    place = next((found for child in children if (found := facts.place(child.pk, max(monday, today)))), None)
    decided = facts.rules_at(place)
    cut_off = decided.cut_off
    first_to_lay = _first_to_lay(here, cut_off, has_plan=is_bound)
    week = days.week(monday)
    shown = [day for day in week if day.weekday() < 5 or _is_planned(facts, children, day)]
    rows = tuple(_day(day, children, facts, here, cut_off) for day in shown)
    locked_day = next((row.day for row in rows if row.is_locked and not row.is_past), None)
    locks_at = rules.locks_at(monday, cut_off, here.tzinfo)
    has_lock = cut_off.locks
    return Schedule(
        monday=monday,
        number=monday.isocalendar().week,
        span=words.week_span(monday),
        children=tuple(children),
        days=rows,
        coming=tuple(_week_card(monday + timedelta(days=7 * n), children, facts) for n in range(1, COMING_WEEKS + 1)),
        drafts={child.pk: (drafts or {}).get(child.pk) or laid[child.pk] for child in children},
        has_plan=has_plan,
        can_lay=monday >= first_to_lay,
        first_to_lay=first_to_lay,
        locked=words.moment_words(rules.locks_at(locked_day, cut_off, here.tzinfo)) if locked_day and has_lock else "",
        locks=words.moment_words(locks_at) if has_lock and here < locks_at else "",
        hours=_hours(children, facts, monday),
        opening=decided.opening,
        warnings=hours_warnings(facts, children, monday),
    )


def _plans_hold(facts: Known, children: Sequence[Child], today: date) -> bool:
    return any(plan.starts_on <= today for child in children for plan in facts.plans.get(child.pk, ()))


def _first_to_lay(here: datetime, cut_off: rules.CutOff, *, has_plan: bool) -> date:
    """Return the first Monday from which a plan may begin: the services say the same, and refuse the rest."""
    today = here.date()
    monday = days.monday_of(today)
    if not has_plan:
        return monday
    if monday < today:
        monday += timedelta(days=7)
    while not rules.may_change(monday, here, cut_off):
        monday += timedelta(days=7)
    return monday


def _is_planned(facts: Known, children: Sequence[Child], day: date) -> bool:
    return any(facts.planned(child.pk, day).intervals for child in children)


def _day(day: date, children: Sequence[Child], facts: Known, here: datetime, cut_off: rules.CutOff) -> ScheduleDay:
    lines: list[Line] = []
    for child in children:
        line = _line(child, facts, day)
        same = next((n for n, other in enumerate(lines) if _alike(other, line)), None)
        if same is None:
            lines.append(line)
        else:
            other = lines[same]
            lines[same] = Line(
                f"{other.names}, {line.names}", other.times, other.bars, other.is_off, other.note, other.url_child
            )
    return ScheduleDay(
        day=day,
        lines=tuple(lines),
        is_locked=not rules.may_change(day, here, cut_off),
        is_past=day < here.date(),
        is_changed=any(facts.planned(child.pk, day).is_changed for child in children),
    )


def _alike(one: Line, other: Line) -> bool:
    return (one.times, one.is_off, one.note) == (other.times, other.is_off, other.note)


def _line(child: Child, facts: Known, day: date) -> Line:
    plan = facts.planned(child.pk, day)
    note = ""
    if plan.is_closed:
        note = plan.closed or _("Stängt")
    elif plan.absence:
        note = words.reason_word(plan.absence.reason)
    elif plan.is_unplanned:
        note = _("Inga tider")
    elif not plan.intervals:
        note = _("Ledig")
    bars = tuple(_bar(interval) for interval in plan.attending)
    times = "" if note else words.times(plan.intervals)
    if plan.gaps and not note:
        note = ", ".join(_("Borta {times}").format(times=gap.part) for gap in plan.gaps)
    return Line(child.given_name, times, bars, not plan.attending, note, child.pk)


def _hours(children: Sequence[Child], facts: Known, monday: date) -> str:
    """Return the week's hours and whose they are: "40 tim", "40 tim per barn", "Elsa 40 tim, Hugo 32,5 tim"; or ""."""
    every = [
        sum(rules.minutes_planned(facts.planned(child.pk, day), get_default_timezone()) for day in days.week(monday))
        for child in children
    ]
    if len(set(every)) > 1:
        said = _("{name} {hours} tim")
        named = zip(children, every, strict=True)
        return ", ".join(said.format(name=one.given_name, hours=words.hours(number)) for one, number in named if number)
    number = next(iter(every), 0)
    said = _("{hours} tim") if len(every) == 1 else _("{hours} tim per barn")
    return said.format(hours=words.hours(number)) if number else ""


def _bar(interval: rules.Interval) -> Bar:
    starts = interval.starts.hour * 60 + interval.starts.minute
    begins = min(max(starts, BAR_BEGINS), BAR_ENDS)
    ends = min(max(starts + interval.minutes, BAR_BEGINS), BAR_ENDS)
    whole = BAR_ENDS - BAR_BEGINS
    return Bar(round(100 * (begins - BAR_BEGINS) / whole, 2), round(100 * (ends - begins) / whole, 2))


def _week_card(monday: date, children: Sequence[Child], facts: Known) -> WeekCard:
    marks: list[str] = []
    for day in days.week(monday, 5):
        plans = [facts.planned(child.pk, day) for child in children]
        if any(plan.is_closed for plan in plans):
            marks.append("closed")
        elif any(plan.attending for plan in plans):
            marks.append("on")
        else:
            marks.append("none" if all(plan.is_unplanned for plan in plans) else "off")
    if "closed" in marks:
        caption = _("Stängt {day}").format(day=days.in_words(monday + timedelta(days=marks.index("closed")), "D"))
    elif set(marks) == {"none"}:
        caption = _("Inga tider")
    else:
        caption = _hours(children, facts, monday) or _("{hours} tim").format(hours=0)
    return WeekCard(monday, monday.isocalendar().week, words.week_span(monday), tuple(marks), caption)
