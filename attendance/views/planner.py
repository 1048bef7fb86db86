"""What a press on the schedule page does to the plan that is being laid: paint, say, read a rota, copy, look, save.

Each step takes the sheet that the form carries and leaves it as the page is to show it. Only `save` writes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _

from attendance import services
from attendance.drafts import Draft, DraftDay, packed_days, unpacked_days
from attendance.filling import filled, rotation_of
from attendance.forms import REPEATS, SeveralTimes, WeekForm, parsed_time, take_errors
from attendance.planner_forms import SAID_WEEKS, RotaForm, SayForm
from attendance.rules import Intervals
from attendance.selectors.copying import copied
from attendance.selectors.laying import days_given_back, over_every_day
from attendance.selectors.marks import marks_of
from attendance.selectors.opening import first_closed, hours_of
from attendance.selectors.spoken import day_lines, said_lines, weekdays_words
from attendance.views.sheet import Sheet, brush_with, copy_form, schedule_by, week_in, weekdays_in
from portal.lib import clock, days
from portal.lib.http import see_other

TIMES = tuple(SeveralTimes.base_fields)


# The steps ------------------------------------------------------------------------------------------------------------


def paint(sheet: Sheet) -> None:
    """Give the marked days the times, in one week or in every so manieth."""
    if _stroke(sheet, must_paint=True):
        sheet.marked = weekdays_in(sheet.sent.getlist("weekdays"))
        sheet.brush = brush_with(sheet, {"weekdays": [], "is_off": False})


def mark_workdays(sheet: Sheet) -> None:
    """Mark Monday to Friday by one press."""
    sheet.brush = brush_with(sheet, {"weekdays": range(5)})


def look(sheet: Sheet) -> None:
    """Show what would be saved, as dates; words that were not filled in yet are taken along."""
    if sheet.sent.get("text", "").strip():
        fill(sheet)
        sheet.is_preview = not sheet.say.errors
    else:
        sheet.is_preview = _stroke(sheet)


def save(sheet: Sheet) -> HttpResponse | None:
    """Save every child's plan, or none and say why."""
    if not _stroke(sheet):
        return None
    actor = sheet.request.actor
    if "over_every_day" in sheet.sent:
        is_bound = sheet.by.for_family is None
        sheet.drafts = over_every_day(
            sheet.drafts, sheet.monday, clock.now(), reader=sheet.by.reader, is_bound=is_bound
        )
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
    sheet.say = SayForm(sheet.sent, monday=sheet.monday, open_for=sheet.found.open)
    if sheet.say.is_valid():
        sheet.understood, sheet.understood_by = said_lines(sheet.say.understood.said), "fill"


def fill(sheet: Sheet) -> None:
    """Put what the words say into the plan, which then begins where it is said to begin."""
    sheet.say = SayForm(sheet.sent, monday=sheet.monday, open_for=sheet.found.open)
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
    begin_on(sheet, rotation.starts_on)


def read_rota(sheet: Sheet) -> None:
    """Say which times a work rota makes for the children."""
    first = max(sheet.monday, days.today())
    sheet.rota = RotaForm(sheet.sent, sheet.request.FILES, first=first, open_for=sheet.found.open)
    sheet.opened = "rota"
    if sheet.rota.is_valid():
        sheet.understood, sheet.understood_more = day_lines(sheet.rota.days)
        sheet.outside, _more = day_lines(sheet.rota.outside)
        sheet.understood_by = "fill-rota"
        sheet.rota_days = packed_days(DraftDay(one.date, one.intervals) for one in sheet.rota.days)


def fill_rota(sheet: Sheet) -> None:
    """Put the times of the rota on their dates."""
    given = unpacked_days(sheet.sent.get("rota_days", "")) or ()
    sheet.drafts = {child_id: draft.with_days(given) for child_id, draft in sheet.drafts.items()}
    if given:
        _move(sheet, max(0, (given[0].day - sheet.monday).days // 7))


def copy(sheet: Sheet) -> None:
    """Copy the shown week to the marked weeks, and to siblings."""
    sheet.copy, sheet.opened = copy_form(sheet, sheet.sent), "copy"
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
    named = [
        *(_("v. {number}").format(number=one.isocalendar().week) for one in asked["to_weeks"]),
        *(child.given_name for child in siblings),
    ]
    sheet.copied_to = _("Kopierat till {places}. Inget är sparat än.").format(places=", ".join(named))
    sheet.copy, sheet.opened = copy_form(sheet), ""


def stay(_sheet: Sheet) -> None:
    """Show the plan again as it is painted."""


STEPS: dict[str, Callable[[Sheet], HttpResponse | None]] = {
    "paint": paint,
    "workdays": mark_workdays,
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
    if kind == "week" and (asked := week_in(week)) is not None:
        _move(sheet, asked, weekdays_in(sheet.sent.getlist("weekdays")) or sheet.marked)
        sheet.painting = _painting(sheet)
        return None
    answer = STEPS.get(do, stay)(sheet)
    if answer is None and (missing := [child.pk for child in sheet.children if child.pk not in sheet.seen]):
        first = days.monday_of(days.today())
        sheet.seen |= marks_of(missing, first, reader=sheet.by.reader)
    return answer


def _stroke(sheet: Sheet, *, must_paint: bool = False) -> bool:
    """Paint what is marked; tell whether the brush was sent as it should be."""
    found = sheet.found
    open_for = hours_of(found.facts, sheet.children, sheet.brush_monday)
    form = WeekForm(sheet.sent, must_paint=must_paint, open_for=open_for, most_weeks=found.most_weeks)
    sheet.brush = form
    if not form.is_valid():
        return False
    asked = form.cleaned_data
    repeats, week = asked["repeats"], asked["week"] or 0
    was_touched = must_paint or sheet.sent.get("offered", "") != _held(form)
    weekdays = asked["weekdays"] if was_touched else []
    given_back = _given_back(sheet, week, weekdays) if repeats != 0 else {}
    for child_id, draft in sheet.drafts.items():
        if repeats and (weekdays or repeats != sheet.cycle):
            draft = draft.of_length(repeats)  # noqa: PLW2901 (the same draft, longer)
        painted = _painted(draft, weekdays, form.intervals, sheet.monday, week, repeats)
        sheet.drafts[child_id] = painted.with_days(given_back.get(child_id, ()))
    return must_paint or _fits(sheet)


def _fits(sheet: Sheet) -> bool:
    """Tell whether each child's new weeks lie within its own opening hours; say so of the first that does not."""
    for child_id, draft in sheet.drafts.items():
        if draft.weeks == sheet.found.drafts[child_id].weeks:
            continue
        own = tuple(one for one in sheet.found.open if child_id in one.child_ids)
        for week in draft.weeks:
            for number, intervals in enumerate(week):
                if found := first_closed(own, [number], intervals):
                    sheet.brush.add_error(None, found[0].refusal(number))
                    return False
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


def _move(sheet: Sheet, week: int, marked: str = "") -> None:
    """Take the brush to a week with the days that are marked; where nothing is painted yet, with every weekday."""
    sheet.week, sheet.has_moved = week, True
    is_empty = _is_empty(sheet)
    sheet.brush = brush_with(sheet, {"weekdays": list(marked or ("01234" if is_empty else "")), "repeats": sheet.cycle})
    sheet.offered = _held(sheet.brush) if marked and not is_empty else ""
    sheet.copy = copy_form(sheet)


def _painting(sheet: Sheet) -> str:
    """Return the sentence that says which week is painted now, and which days and repetition it is painted with."""
    marked = [int(number) for number in sheet.brush["weekdays"].value()]
    brush = {
        "number": sheet.brush_monday.isocalendar().week,
        "days": weekdays_words(marked),
        "repeats": dict(REPEATS)[str(sheet.cycle)],
    }
    if marked:
        return _("Nu fyller du i vecka {number}. Valt sedan förut: {days} · {repeats}.").format(**brush)
    return _("Nu fyller du i vecka {number}. Valt sedan förut: {repeats}.").format(**brush)


def _held(brush: WeekForm) -> str:
    """Return what the brush holds, as one line, however the times are written."""
    times = (parsed_time(str(brush[name].value() or "")) or "-" for name in TIMES)
    marked = "".join(map(str, brush["weekdays"].value() or ()))
    return " ".join(map(str, (marked, *times, bool(brush["is_off"].value()))))


def begin_on(sheet: Sheet, monday: date) -> None:
    """Let the plan begin on this Monday, the brush there."""
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
