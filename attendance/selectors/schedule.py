"""The guardian's schedule: a week for each child, the weeks that follow, and what is locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from attendance import rules
from attendance.drafts import Draft, draft_from
from attendance.rules import Half
from attendance.selectors import words
from attendance.selectors.entitlement import hours_warnings
from attendance.selectors.facts import ChangedDay, Known, known
from attendance.selectors.laying import is_relaid, last_day
from attendance.selectors.opening import Hours, hours_of
from children.models import Child
from portal.lib import days

# The bar of a day goes from six to six; what lies outside is cut.
BAR_BEGINS, BAR_ENDS = 6 * 60, 18 * 60
MARK = 4.0  # per cent of it: a mark where of a day of handover no more is known than one end
COMING_WEEKS = 3
LONGEST_CAPTION = 24
BEFORE_NAME, LETTER = 8, 8  # per cent of the bar on a phone: what is left free before a name, and each letter
READ_WEEKS = 9  # read where the page chooses the week: enough for most locks, and then no second time


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
    is_half: bool = False

    @property
    def fits_bar(self) -> bool:
        """Whether the names can stand in the first of the bars without being cut, and never in a mark."""
        room = self.bars[0].width if self.bars else 100
        return not self.is_half and BEFORE_NAME + LETTER * len(self.names) <= room


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
class ShownWeek:
    """A week as its card shows it, day by day; `hours` are those of each child."""

    monday: date
    number: int
    span: str
    days: tuple[ScheduleDay, ...]
    hours: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """A week of a guardian's children.

    `drafts` are the weeks that the plan repeats, from this Monday. `can_lay` tells whether a plan may begin on it;
    `locked` says in words since when not, where that is because of the cut-off, and `locked_for` for whom where that is
    not all; `warnings` for whom the week is longer than there is a right to. `open` are the opening hours: of siblings
    at two preschools each one's, and the strictest of all else that the two decide.
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
    locked_for: str
    locks: str
    hours: str
    open: Hours
    most_weeks: int
    facts: Known
    warnings: tuple[str, ...] = ()

    def is_open(self, weekday: int) -> bool:
        """Tell whether it is open on that day for any of the children."""
        return any(one.opening[weekday] for one in self.open)


def schedule(
    children: Sequence[Child],
    monday: date | None,
    now: datetime,
    *,
    reader: UUID | None,
    drafts: Mapping[UUID, Draft] | None = None,
    laid_from: date | None = None,
    is_bound: bool = True,
) -> Schedule:
    """Return the week that begins on `monday` and the three after it: two queries, for one child or many.

    Without `monday` it is this week; from Friday on, and where this one is laid, the first that may be laid.
    With `drafts` the weeks are shown as they would be if these were saved from `laid_from` (that week by default).
    Staff who lay a plan for a family are not bound by a cut-off.
    """
    today = days.day_of(now)
    this = days.monday_of(today)
    facts = _read(children, monday or this, READ_WEEKS if monday is None else COMING_WEEKS + 1, today, reader)
    holds = _plans_hold(facts, children, today)  # by what is saved: a draft binds nobody
    has_plan = any(facts.own_plans(child.pk) for child in children)
    here, decided = days.local(now), _decided(facts, children, max(monday or this, today))
    cut_offs = {child_id: one.cut_off if is_bound else rules.CutOff() for child_id, one in decided.items()}
    first_to_lay = max(_first_to_lay(here, cut_off, has_plan=holds) for cut_off in set(cut_offs.values()))
    if monday is None:
        monday = first_to_lay if today.weekday() >= 4 and has_plan else this
        if monday + timedelta(weeks=COMING_WEEKS + 1) > this + timedelta(weeks=READ_WEEKS):
            return schedule(children, monday, now, reader=reader, drafts=drafts, laid_from=laid_from, is_bound=is_bound)
    laid = {child.pk: draft_from(facts.own_plans(child.pk), laid_from or monday) for child in children}
    apply_drafts(facts, drafts or {}, laid_from or monday)
    facts = facts.settled()
    week = shown_week(facts, children, monday, now)
    locks = min((rules.locks_at(monday, one, here.tzinfo) for one in cut_offs.values() if one.locks), default=now)
    locked, locked_for = _locked(week, cut_offs, children, here)
    return Schedule(
        monday=monday,
        number=week.number,
        span=week.span,
        children=tuple(children),
        days=week.days,
        coming=tuple(week_card(monday + timedelta(days=7 * n), children, facts) for n in range(1, COMING_WEEKS + 1)),
        drafts={child.pk: (drafts or {}).get(child.pk) or laid[child.pk] for child in children},
        has_plan=has_plan,
        can_lay=(laid_from or monday) >= first_to_lay,
        first_to_lay=first_to_lay,
        locked=locked,
        locked_for=locked_for,
        locks=words.moment_words(locks) if now < locks else "",
        hours=week.hours,
        open=hours_of(facts, children, monday),
        most_weeks=min(one.most_weeks for one in decided.values()),
        warnings=week.warnings,
        facts=facts,
    )


def _read(children: Sequence[Child], monday: date, weeks: int, today: date, reader: UUID | None) -> Known:
    last = monday + timedelta(days=7 * weeks - 1)
    return known([child.pk for child in children], min(monday, today), last, with_stays=False, reader=reader)


def _decided(facts: Known, children: Sequence[Child], day: date) -> dict[UUID | None, rules.PlaceRules]:
    """Return what is decided for each child that has a place on `day`; where none has, for the municipality."""
    places = {child.pk: facts.place(child.pk, day) for child in children}
    return {child_id: facts.rules_at(place) for child_id, place in places.items() if place} or {
        None: facts.rules_at(None)
    }


def _locked(
    week: ShownWeek, cut_offs: Mapping[UUID | None, rules.CutOff], children: Sequence[Child], here: datetime
) -> tuple[str, str]:
    """Return since when the first locked day of the week is, and for whom where that is not for all."""
    day = next((row.day for row in week.days if row.is_locked and not row.is_past), None)
    locked = {key: one for key, one in cut_offs.items() if day and one.locks and not rules.may_change(day, here, one)}
    if not day or not locked:
        return "", ""
    since = min(rules.locks_at(day, one, here.tzinfo) for one in locked.values())
    names = [child.given_name for child in children if child.pk in locked]
    return words.moment_words(since), "" if len(locked) == len(cut_offs) else ", ".join(names)


def apply_drafts(facts: Known, drafts: Mapping[UUID, Draft], monday: date) -> None:
    """Let the facts be as if these drafts had been saved from `monday`."""
    for child_id, draft in drafts.items():
        if is_relaid(facts, child_id, draft, monday):
            facts.try_on(child_id, monday, last_day(facts, child_id, draft, monday), draft.weeks)
        home = facts.own_home(child_id)
        for one in draft.days:
            said = facts.day_plans[child_id, one.day]
            said[home] = replace(said.get(home, ChangedDay(None)), intervals=one.intervals)


def shown_week(facts: Known, children: Sequence[Child], monday: date, now: datetime) -> ShownWeek:
    """Return one week as its card shows it; weekends only where something is planned on them."""
    here = days.local(now)
    shown = [day for day in days.week(monday) if day.weekday() < 5 or _is_planned(facts, children, day)]
    return ShownWeek(
        monday=monday,
        number=monday.isocalendar().week,
        span=words.week_span(monday, shown[-1]),
        days=tuple(_day(day, children, facts, here) for day in shown),
        hours=_hours(children, facts, monday),
        warnings=hours_warnings(facts, children, monday),
    )


def _plans_hold(facts: Known, children: Sequence[Child], today: date) -> bool:
    return any(plan.starts_on <= today for child in children for plan in facts.own_plans(child.pk))


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


def _day(day: date, children: Sequence[Child], facts: Known, here: datetime) -> ScheduleDay:
    lines: list[Line] = []
    for child in children:
        line = _line(child, facts, day)
        same = next((n for n, other in enumerate(lines) if _alike(other, line)), None)
        if same is None:
            lines.append(line)
        else:
            lines[same] = replace(lines[same], names=f"{lines[same].names}, {line.names}")
    cut_offs = {one.cut_off for one in _decided(facts, children, max(day, here.date())).values()}
    return ScheduleDay(
        day=day,
        lines=tuple(lines),
        is_locked=not all(rules.may_change(day, here, one) for one in cut_offs),
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
    elif plan.is_elsewhere:
        note = _("Hos det andra hemmet")
    elif plan.is_free:
        note = _("Ledig enligt lovsvar")
    elif plan.is_unplanned:
        note = _("Inga tider")
    elif not plan.intervals:
        note = _("Ledig")
    times = "" if note else words.times_of(plan)
    if plan.gaps and not note:
        note = ", ".join(_("Borta {times}").format(times=gap.part) for gap in plan.gaps)
    if plan.half and not note:
        note = _("Byte")
    is_half = plan.half != Half.BOTH
    return Line(child.given_name, times, _bars(plan), not plan.attending, note, child.pk, is_half)


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


def _without_hours(children: Sequence[Child], facts: Known, monday: date) -> str:
    """Return what is said of a week that has no hours: that a day of it is a handover, or that there are none."""
    if any(facts.planned(child.pk, day).half for child in children for day in days.week(monday)):
        return _("Byte")
    return _("{hours} tim").format(hours=0)


def _bars(plan: rules.PlannedDay) -> tuple[Bar, ...]:
    """Return the day's times; of a day of handover a mark at the end that is the reader's own."""
    bars = tuple(_bar(interval) for interval in plan.attending)
    if not bars or plan.half == Half.BOTH:
        return bars
    if plan.half == Half.MORNING:
        return (Bar(min(bars[0].x, 100 - MARK), MARK),)
    return (Bar(round(max(bars[-1].x + bars[-1].width - MARK, 0), 2), MARK),)


def _bar(interval: rules.Interval) -> Bar:
    starts = interval.starts.hour * 60 + interval.starts.minute
    begins = min(max(starts, BAR_BEGINS), BAR_ENDS)
    ends = min(max(starts + interval.minutes, BAR_BEGINS), BAR_ENDS)
    whole = BAR_ENDS - BAR_BEGINS
    return Bar(round(100 * (begins - BAR_BEGINS) / whole, 2), round(100 * (ends - begins) / whole, 2))


def week_card(monday: date, children: Sequence[Child], facts: Known) -> WeekCard:
    marks: list[str] = []
    for day in days.week(monday, 5):
        plans = [facts.planned(child.pk, day) for child in children]
        if any(plan.is_closed for plan in plans):
            marks.append("closed")
        elif any(plan.attending for plan in plans):
            marks.append("on")
        else:
            is_unsaid = all(plan.is_unplanned and not plan.is_elsewhere for plan in plans)
            marks.append("none" if is_unsaid else "off")
    if "closed" in marks:
        caption = _("Stängt {day}").format(day=days.in_words(monday + timedelta(days=marks.index("closed")), "D"))
    elif set(marks) == {"none"}:
        caption = _("Inga tider")
    else:
        caption = _hours(children, facts, monday) or _without_hours(children, facts, monday)
        caption = caption if len(caption) <= LONGEST_CAPTION else _("Olika tider")
    return WeekCard(monday, monday.isocalendar().week, words.week_span(monday), tuple(marks), caption)
