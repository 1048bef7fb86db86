"""A department's week for those who work there: child by child, day by day, and how many are there each hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from attendance import rules
from attendance.selectors import words
from attendance.selectors.board import IDS
from attendance.selectors.entitlement import hours_of
from attendance.selectors.facts import Known, known
from attendance.selectors.hours import FIRST_HOUR, LAST_HOUR
from children.access import Action
from children.actors import Actor
from children.models import Child, Department
from children.prepared_access import Asked, child_rows
from children.selectors.placing import Place, overlap, places_in
from portal.lib import days
from portal.lib.models import of_row

NAMED = Asked(("id", "given_name", "family_name", "protection"))
LEVELS = 4  # of how full an hour is, beside the fullest of the week


@dataclass(frozen=True)
class Cell:
    """One child's day (attendance/week/cell.html). `kind` is times, off, absent, closed, none, away or unplaced.

    `column` is the day's number, `gaps` and `who` are the second line. `seam` says that two homes' times do not meet,
    and is empty for whoever may not know. `url` leads to the day, for whoever may speak for the family.
    """

    kind: str
    column: int
    text: str
    gaps: str = ""
    who: str = ""
    seam: str = ""
    url: str = ""


@dataclass(frozen=True)
class RowHours:
    """A child's hours in words (attendance/week/hours.html); what is not there is empty."""

    planned: str
    stayed: str
    entitled: str
    is_planned_over: bool
    is_stayed_over: bool

    @classmethod
    def of(cls, week: rules.WeekHours) -> RowHours:
        return cls(
            planned=words.hours(week.planned),
            stayed=words.hours(week.stayed) if week.stayed else "",
            entitled="" if week.entitled is None else str(week.entitled),
            is_planned_over=week.is_planned_over,
            is_stayed_over=week.is_stayed_over,
        )


@dataclass(frozen=True)
class WeekRow:
    """A child's week. `hours` are None for whoever may not read about the child."""

    child_id: UUID
    url: str
    name: str
    initials: str
    tint: int
    cells: tuple[Cell, ...]
    hours: RowHours | None


@dataclass(frozen=True)
class WeekDay:
    """A column. `closed` is why the department is closed, in a word at least; `children` how many are planned."""

    day: date
    column: int
    closed: str
    children: int
    is_today: bool


@dataclass(frozen=True)
class HourCount:
    """How many are planned in the middle of an hour; `level` 0–4 is how full that is."""

    count: int
    level: int


@dataclass(frozen=True)
class WeekHour:
    hour: int
    counts: tuple[HourCount, ...]

    @property
    def ends(self) -> int:
        return self.hour + 1


@dataclass(frozen=True)
class DepartmentWeek:
    """A department's week. `unnamed` are children who count in the figures and whom the reader does not see today."""

    monday: date
    days: tuple[WeekDay, ...]
    rows: tuple[WeekRow, ...]
    hours: tuple[WeekHour, ...]
    unnamed: int
    has_seams: bool
    shows_hours: bool

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def chosen(self) -> int:
        """The column that is shown where there is room for one: today's, or the first."""
        return next((day.column for day in self.days if day.is_today), 0)

    @property
    def span(self) -> str:
        return words.week_span(self.monday, self.days[-1].day)


def department_week(
    actor: Actor,
    department: Department,
    monday: date,
    *,
    child_url: Callable[[UUID], str],
    day_url: Callable[[UUID, date], str],
) -> DepartmentWeek:
    """Return the week from `monday`: six queries at most, for two children or forty; five where all may be read about.

    As on the board: who may read about a child is told why it is away, and whether two homes' times meet; others are
    told that it is away (DOMAIN 3.14). A child whom the reader does not see today is counted and not named.
    `child_url` gives the address of a child's page, `day_url` that of a day on which staff speak for its family.
    """
    whole = days.week(monday)
    places = places_in([department.pk], overlap(monday, whole[-1]))
    facts = known(places, monday, whole[-1], places=places, with_stays=monday <= actor.today)
    plans = {child_id: [facts.planned(child_id, day) for day in whole] for child_id in places}
    here = next((place for own in places.values() for place in own if place.department_id == department.pk), None)
    shown = [
        n for n, day in enumerate(whole) if n < 5 or _is_open(facts, here, day, (own[n] for own in plans.values()))
    ]
    coming = [
        [own[n].attending for child_id, own in plans.items() if _is_here(facts, child_id, whole[n], department)]
        for n in shown
    ]
    reader = _Reader.of(actor, facts, department)
    rows = [
        WeekRow(
            child_id=child.pk,
            url=child_url(child.pk),
            name=child.tile_name,
            initials=child.initials,
            tint=child.tint,
            cells=tuple(
                _cell(child, facts, plans[child.pk][n], reader, department, column=column, day_url=day_url)
                for column, n in enumerate(shown)
            ),
            hours=RowHours.of(hours_of(facts, child.pk, plans[child.pk])) if child.pk in reader.readable else None,
        )
        for child in reader.children
    ]
    return DepartmentWeek(
        monday=monday,
        days=tuple(_day(facts, here, whole[n], column, coming[column], actor.today) for column, n in enumerate(shown)),
        rows=tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.child_id))),
        hours=_hours(coming),
        unnamed=len(places) - len(rows),
        has_seams=any(cell.seam for row in rows for cell in row.cells),
        shows_hours=any(row.hours for row in rows),
    )


@dataclass(frozen=True)
class _Reader:
    """What this actor may: which children it sees, may read about and speak for, and whose family it may know."""

    children: tuple[Child, ...]
    readable: Collection[UUID]
    speaks_for: Collection[UUID]
    families: Collection[UUID]
    today: date

    @classmethod
    def of(cls, actor: Actor, facts: Known, department: Department) -> _Reader:
        ids = list(facts.places)
        if not ids:
            return cls((), (), (), (), actor.today)
        readable = {} if actor.person is None else _children(actor, Action.SEE_NOTES, ids)
        # Whoever may read about a child sees it: only where some are left need it be asked who sees those.
        children = readable if len(readable) == len(ids) else _children(actor, Action.SEE_CHILD, ids)
        # Who works here or leads the place, and may read about a child that is here today, may speak for its family.
        speaks_for = {child_id for child_id in readable if _is_here(facts, child_id, actor.today, department)}
        named = [child_id for child_id, day in facts.day_plans if facts.changed_day(child_id, day)]
        families: set[UUID] = set()
        if named and actor.person is not None:
            families = {child_id for (child_id,) in child_rows(actor, Action.SEE_CONTACTS, IDS, among=set(named))}
        return cls(tuple(children.values()), readable, speaks_for, families, actor.today)


def _children(actor: Actor, action: Action, ids: Sequence[UUID]) -> dict[UUID, Child]:
    rows = child_rows(actor, action, NAMED, among=ids)
    return {row[0]: of_row(Child, NAMED.columns, row) for row in rows}


def _is_open(facts: Known, here: Place | None, day: date, plans: Iterable[rules.PlannedDay]) -> bool:
    """Tell whether a day of the weekend is shown: the place opens then, or somebody is planned."""
    return facts.rules_at(here).opens_on(day) is not None or any(plan.attending for plan in plans)


def _is_here(facts: Known, child_id: UUID, day: date, department: Department) -> bool:
    place = facts.place(child_id, day)
    return place is not None and place.department_id == department.pk


def _day(
    facts: Known, here: Place | None, day: date, column: int, coming: Sequence[rules.Intervals], today: date
) -> WeekDay:
    closed = facts.closed_reason(here, day)
    return WeekDay(
        day=day,
        column=column,
        closed="" if closed is None else closed or _("Stängt"),
        children=sum(bool(parts) for parts in coming),
        is_today=day == today,
    )


def _cell(
    child: Child,
    facts: Known,
    plan: rules.PlannedDay,
    reader: _Reader,
    department: Department,
    *,
    column: int,
    day_url: Callable[[UUID, date], str],
) -> Cell:
    is_readable, place = child.pk in reader.readable, facts.place(child.pk, plan.day)
    if place is None:
        return Cell("unplaced", column, "–")
    if place.department_id != department.pk:
        return Cell("away", column, _("På {department}").format(department=place.department))
    url = day_url(child.pk, plan.day) if child.pk in reader.speaks_for and plan.day >= reader.today else ""
    seam = words.seam_words(plan.seam) if plan.seam and is_readable and not plan.is_closed else ""
    if not plan.attending:
        kind, text = _without_times(plan, reader.today, is_readable=is_readable)
        return Cell(kind, column, text, seam=seam, url="" if plan.is_closed else url)
    who = words.collector_on_board(
        facts.changed_day(child.pk, plan.day),
        is_protected=child.is_protected,
        knows_family=child.pk in reader.families,
    )
    gaps = ", ".join(_("Borta {times}").format(times=gap.part) for gap in plan.gaps if gap.part)
    times = ",\n".join(map(str, plan.intervals or ()))  # under each other: a column is as narrow as one of them
    return Cell("times", column, times, gaps, who, seam, url)


def _without_times(plan: rules.PlannedDay, today: date, *, is_readable: bool) -> tuple[str, str]:
    """Return the kind and the word of a day on which the child does not come, or of which nobody has said anything."""
    if plan.is_closed:
        return "closed", plan.closed or _("Stängt")
    absence = plan.absence or next(iter(plan.gaps), None)
    if absence is not None:
        may_tell = is_readable and absence.ends_on >= today  # after its last day the reason is gone from lists
        return "absent", words.reason_word(absence.reason) if may_tell else _("Frånvarande")
    if plan.is_free or plan.intervals is not None:
        # Without the right to know, a day off looks like any absence: not even the sign tells them apart.
        return ("off", words.reason_word(rules.Reason.LEAVE)) if is_readable else ("absent", _("Frånvarande"))
    return "none", _("Inga tider")


def _hours(coming: Sequence[Sequence[rules.Intervals]]) -> tuple[WeekHour, ...]:
    """Return the hours, at least from six to six, with how many are planned at half past on each of the days."""
    counts = [Counter(hour for parts in day for part in parts for hour in part.hours) for day in coming]
    fullest = max((max(day.values(), default=0) for day in counts), default=0)
    used = {FIRST_HOUR, LAST_HOUR}.union(*counts)
    return tuple(
        WeekHour(hour, tuple(HourCount(day[hour], -(-LEVELS * day[hour] // max(fullest, 1))) for day in counts))
        for hour in range(min(used), max(used) + 1)
    )
