"""What a press on the schedule page does to the plan that is being laid: paint, say, read a rota, copy, look, save.

Each step takes the sheet that the form carries and leaves it as the page is to show it. Only `save` writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from attendance import services
from attendance.drafts import Draft, DraftDay, packed_days, unpacked_days
from attendance.filling import filled, rotation_of
from attendance.forms import LAST_WEEK, WeekForm, parsed_date, take_errors
from attendance.planner_forms import SAID_WEEKS, CopyForm, RotaForm, SayForm
from attendance.rules import Intervals
from attendance.selectors.copying import copied
from attendance.selectors.laying import days_given_back, over_every_day
from attendance.selectors.marks import marks_of
from attendance.selectors.schedule import Schedule
from attendance.selectors.schedule import schedule as schedule_of
from attendance.selectors.spoken import SaidLine, day_lines, said_lines
from attendance.selectors.words import week_span
from attendance.services.telling import Family
from children.http import ActorRequest
from children.models import Child
from portal.lib import clock, days
from portal.lib.http import see_other

COPY_WEEKS = 12


@dataclass(frozen=True)
class Planner:
    """Who lays the plan: as whom what is saved is read, at which address, and for whom where staff do it."""

    reader: UUID | None
    address: str
    for_family: Family | None = None


@dataclass
class Sheet:
    """What lies before somebody who lays a plan: for whom, from which Monday, what is painted, where the brush is.

    `found` is what is saved, from that Monday; `seen` the marks of what the page was made from.
    """

    request: ActorRequest
    by: Planner
    family: list[Child]
    children: list[Child]
    monday: date
    found: Schedule
    drafts: dict[UUID, Draft]
    seen: dict[UUID, str]
    week: int
    brush: WeekForm
    say: SayForm
    rota: RotaForm
    copy: CopyForm = field(init=False)
    understood: list[SaidLine] = field(default_factory=list)
    understood_more: int = 0
    understood_by: str = ""  # which step fills it in
    rota_days: str = ""
    outside: list[SaidLine] = field(default_factory=list)
    opened: str = ""  # which of the ways to lay a plan is open
    is_preview: bool = False
    conflict: str = ""

    @property
    def brush_monday(self) -> date:
        return self.monday + timedelta(days=7 * self.week)

    @property
    def cycle(self) -> int:
        """After how many weeks the longest of the plans begins anew."""
        return max((len(draft.weeks) for draft in self.drafts.values()), default=1)


def schedule_by(
    by: Planner,
    children: list[Child],
    monday: date | None,
    drafts: Mapping[UUID, Draft] | None = None,
    laid_from: date | None = None,
) -> Schedule:
    """Return the schedule as whoever lays the plan may read it, and may lay it."""
    return schedule_of(
        children,
        monday,
        clock.now(),
        reader=by.reader,
        drafts=drafts,
        laid_from=laid_from,
        is_bound=by.for_family is None,
    )


def sheet_of(request: ActorRequest, by: Planner, family: list[Child], chosen: list[Child], monday: date) -> Sheet:
    """Return the sheet that the form carries."""
    found = schedule_by(by, chosen, monday)
    given = {child.pk: Draft.unpacked(request.POST.get(f"draft-{child.pk}", "")) for child in chosen}
    marks = {child.pk: mark for child in chosen if (mark := request.POST.get(f"seen-{child.pk}"))}
    sheet = Sheet(
        request=request,
        by=by,
        family=family,
        children=chosen,
        monday=monday,
        found=found,
        drafts={child_id: draft or found.drafts[child_id] for child_id, draft in given.items()},
        seen=marks,
        week=_week_in(request.POST.get("week", "")) or 0,
        brush=WeekForm(most_weeks=found.most_weeks),
        say=SayForm(initial={"text": request.POST.get("text", "")}, monday=monday),
        rota=RotaForm(initial=_raw(request, RotaForm.base_fields), first=monday),
    )
    sheet.brush = brush_with(sheet, {})
    sheet.copy = copy_form(sheet)
    return sheet


def brush_with(sheet: Sheet, more: dict[str, Any]) -> WeekForm:
    """Return the brush as it was sent, unjudged, with some of it changed."""
    raw = _raw(sheet.request, WeekForm.base_fields) | {"week": sheet.week}
    raw["weekdays"] = sheet.request.POST.getlist("weekdays")
    return WeekForm(initial=raw | more, most_weeks=sheet.found.most_weeks)


def copy_form(sheet: Sheet, data: Any = None) -> CopyForm:
    """Return the form that copies the shown week: to the weeks after it, and to the children that are not chosen."""
    first = max(sheet.found.first_to_lay, sheet.brush_monday + timedelta(days=7), days.today())
    offered = _weeks_from(days.monday_of(first + timedelta(days=6)), get_language())
    siblings = [child for child in sheet.family if child not in sheet.children] if len(sheet.children) == 1 else []
    return CopyForm(data, mondays=offered, siblings=siblings)


@lru_cache(maxsize=256)
def _weeks_from(monday: date, _language: str | None) -> tuple[tuple[date, str], ...]:
    mondays = [monday + timedelta(days=7 * number) for number in range(COPY_WEEKS)]
    said = _("v. {number}, {span}")
    return tuple((one, said.format(number=one.isocalendar().week, span=week_span(one))) for one in mondays)


# The steps ------------------------------------------------------------------------------------------------------------


def paint(sheet: Sheet) -> None:
    """Give the marked days the times, in one week or in every so manieth."""
    if _stroke(sheet, must_paint=True):
        sheet.brush = brush_with(sheet, {"weekdays": [], "is_off": False})


def look(sheet: Sheet) -> None:
    """Show what would be saved, as dates; words that were not filled in yet are taken along."""
    if sheet.request.POST.get("text", "").strip():
        fill(sheet)
        sheet.is_preview = not sheet.say.errors
    else:
        sheet.is_preview = _stroke(sheet)


def save(sheet: Sheet) -> HttpResponse | None:
    """Save every child's plan, or none and say why."""
    if not _stroke(sheet):
        return None
    actor = sheet.request.actor
    if "over_every_day" in sheet.request.POST:
        reader, is_bound = sheet.by.reader, sheet.by.for_family is None
        sheet.drafts = over_every_day(sheet.drafts, sheet.monday, clock.now(), reader=reader, is_bound=is_bound)
    try:
        saves = services.save_schedule(
            drafts=sheet.drafts,
            starts_on=sheet.monday,
            actor=actor,
            now=clock.now(),
            seen=sheet.seen,
            for_family=sheet.by.for_family,
        )
    except services.SomebodyElseChanged as refused:
        sheet.conflict, sheet.seen, sheet.is_preview = " ".join(refused.messages), {}, True
    except ValidationError as refused:
        take_errors(sheet.brush, refused)
    else:
        saved = saves[0].pk if saves else "nej"
        return see_other(sheet.request, f"{sheet.by.address}?vecka={sheet.monday}&sparat={saved}")
    return None


def read(sheet: Sheet) -> None:
    """Say what was understood of the words, or which were not."""
    sheet.say = SayForm(sheet.request.POST, monday=sheet.monday, opening=sheet.found.opening)
    if sheet.say.is_valid():
        sheet.understood, sheet.understood_by = said_lines(sheet.say.understood.said), "fill"


def fill(sheet: Sheet) -> None:
    """Put what the words say into the plan, which then begins where it is said to begin."""
    sheet.say = SayForm(sheet.request.POST, monday=sheet.monday, opening=sheet.found.opening)
    if not sheet.say.is_valid():
        return
    weeks, most = SAID_WEEKS, sheet.found.most_weeks
    rotation = rotation_of(sheet.say.understood.days, sheet.monday, weeks, most)
    later = (rotation.starts_on - sheet.monday).days // 7
    made = {
        child_id: filled(draft, rotation, weeks_on=later, most_weeks=most) for child_id, draft in sheet.drafts.items()
    }
    if not all(made.values()):
        said = _("Det går inte ihop med schemat som finns. Skriv alla dagar i veckan.")
        sheet.say.add_error("text", said)
        return
    sheet.drafts = {child_id: draft for child_id, draft in made.items() if draft}
    sheet.say = SayForm(monday=sheet.monday)  # said and done: what is painted after it stands
    _go_to(sheet, rotation.starts_on)


def read_rota(sheet: Sheet) -> None:
    """Say which times a work rota makes for the children."""
    request, first = sheet.request, max(sheet.monday, days.today())
    sheet.rota = RotaForm(request.POST, request.FILES, first=first, opening=sheet.found.opening)
    sheet.opened = "rota"
    if sheet.rota.is_valid():
        sheet.understood, sheet.understood_more = day_lines(sheet.rota.days)
        sheet.outside, _more = day_lines(sheet.rota.outside)
        sheet.understood_by = "fill-rota"
        sheet.rota_days = packed_days(DraftDay(one.date, one.intervals) for one in sheet.rota.days)


def fill_rota(sheet: Sheet) -> None:
    """Put the times of the rota on their dates."""
    given = unpacked_days(sheet.request.POST.get("rota_days", "")) or ()
    sheet.drafts = {child_id: draft.with_days(given) for child_id, draft in sheet.drafts.items()}
    if given:
        _move(sheet, max(0, (given[0].day - sheet.monday).days // 7))


def copy(sheet: Sheet) -> None:
    """Copy the shown week to the marked weeks, and to siblings."""
    sheet.copy, sheet.opened = copy_form(sheet, sheet.request.POST), "copy"
    if not sheet.copy.is_valid():
        return
    asked, now = sheet.copy.cleaned_data, clock.now()
    siblings = [child for child in sheet.family if child.pk in asked["to_children"]]
    reader = sheet.by.reader
    shown = schedule_by(sheet.by, sheet.children, sheet.brush_monday, sheet.drafts, sheet.monday)
    if siblings:
        sheet.children = [child for child in sheet.family if child in (*sheet.children, *siblings)]
        sheet.found = schedule_by(sheet.by, sheet.children, sheet.monday)
    source = {child.pk: shown.children[0].pk if child in siblings else child.pk for child in sheet.children}
    sheet.drafts = copied(
        drafts=dict(sheet.found.drafts) | sheet.drafts,
        source=source,
        starts_on=sheet.monday,
        shown=shown.facts,
        week=sheet.brush_monday,
        mondays=[*([sheet.brush_monday] if siblings else []), *asked["to_weeks"]],
        with_rest=asked["with_rest"],
        reader=reader,
        now=now,
        is_bound=sheet.by.for_family is None,
    )
    sheet.copy, sheet.opened = copy_form(sheet), ""


def stay(_sheet: Sheet) -> None:
    """Show the plan again as it is painted."""


STEPS: dict[str, Callable[[Sheet], HttpResponse | None]] = {
    "paint": paint,
    "preview": look,
    "save": save,
    "read": read,
    "fill": fill,
    "rota": read_rota,
    "fill-rota": fill_rota,
    "copy": copy,
    "back": stay,
}


def take_step(sheet: Sheet, do: str) -> HttpResponse | None:
    """Do what was pressed; "week:3" takes the brush to the third week after the first."""
    kind, _colon, week = do.partition(":")
    if kind == "week" and (asked := _week_in(week)) is not None:
        _move(sheet, asked)
        return None
    answer = STEPS.get(do, stay)(sheet)
    if answer is None and (missing := [child.pk for child in sheet.children if child.pk not in sheet.seen]):
        first = days.monday_of(days.today())
        sheet.seen |= marks_of(missing, first, reader=sheet.by.reader)
    return answer


def _week_in(text: str) -> int | None:
    """Return which week after the first was sent, or None for what is no week."""
    return min(int(text), LAST_WEEK) if re.fullmatch(r"[0-9]{1,4}", text) else None


def _stroke(sheet: Sheet, *, must_paint: bool = False) -> bool:
    """Paint what is marked; tell whether the brush was sent as it should be."""
    found = sheet.found
    form = WeekForm(sheet.request.POST, must_paint=must_paint, opening=found.opening, most_weeks=found.most_weeks)
    sheet.brush = form
    if not form.is_valid():
        return False
    asked = form.cleaned_data
    repeats, week = asked["repeats"], asked["week"] or 0
    given_back = _given_back(sheet, week, asked["weekdays"]) if repeats != 0 else {}
    for child_id, draft in sheet.drafts.items():
        if repeats and (asked["weekdays"] or repeats != sheet.cycle):
            draft = draft.of_length(repeats)  # noqa: PLW2901 (the same draft, longer)
        painted = _painted(draft, asked["weekdays"], form.intervals, sheet.monday, week, repeats)
        sheet.drafts[child_id] = painted.with_days(given_back.get(child_id, ()))
    return True


def _given_back(sheet: Sheet, week: int, weekdays: list[int]) -> dict[UUID, list[DraftDay]]:
    """Return, by child, the dates in sight that have times of their own and are painted over: they repeat again."""
    if not weekdays:
        return {}
    monday = sheet.monday + timedelta(days=7 * week)
    dates = [monday + timedelta(days=number) for number in weekdays]
    facts = sheet.found.facts
    if max(dates) > facts.last:
        facts = schedule_by(sheet.by, sheet.children, monday).facts
    now, is_bound = clock.now(), sheet.by.for_family is None
    return {child_id: days_given_back(facts, child_id, dates, now, is_bound=is_bound) for child_id in sheet.drafts}


def _painted(
    draft: Draft, weekdays: list[int], intervals: Intervals, monday: date, week: int, repeats: int | str
) -> Draft:
    """Return the draft with the days painted; 0 for `repeats` paints the dates of the week alone."""
    first = monday + timedelta(days=7 * week)
    if repeats == 0:
        return draft.with_days(DraftDay(first + timedelta(days=number), intervals) for number in weekdays)
    turn = week % len(draft.weeks)
    painted_over = [
        one.day
        for one in draft.days
        if one.day.weekday() in weekdays and (one.day - monday).days // 7 % len(draft.weeks) == turn
    ]
    return draft.painted(turn, weekdays, intervals).without_days(painted_over)


def _move(sheet: Sheet, week: int) -> None:
    """Take the brush to a week; where nothing is painted yet it begins with every weekday."""
    sheet.week = week
    sheet.brush = brush_with(sheet, {"weekdays": range(5) if _is_empty(sheet) else [], "repeats": sheet.cycle})
    sheet.copy = copy_form(sheet)


def _go_to(sheet: Sheet, monday: date) -> None:
    """Let the plan begin on another Monday, the brush there."""
    if monday != sheet.monday:
        sheet.monday = monday
        sheet.found = schedule_by(sheet.by, sheet.children, monday)
    _move(sheet, 0)


def _is_empty(sheet: Sheet) -> bool:
    week = set(days.week(sheet.brush_monday))
    return not any(
        any(draft.weeks[sheet.week % len(draft.weeks)]) or any(one.day in week for one in draft.days)
        for draft in sheet.drafts.values()
    )


def _raw(request: ActorRequest, names: Iterable[str]) -> dict[str, Any]:
    return {name: request.POST[name] for name in names if name in request.POST}


def asked_monday(text: str) -> date | None:
    """Return the Monday of the week that an address or a form names, or None for what is no week of ours."""
    day = parsed_date(text)
    return days.monday_of(day) if day and abs((day - days.today()).days) < 800 else None
