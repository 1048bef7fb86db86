"""The guardian's schedule: a week for each child, painted, looked at as dates, then saved as a plan."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from attendance import rules, services
from attendance.forms import WeekForm
from attendance.rules import Interval
from attendance.selectors.calendar import events_of_week
from attendance.selectors.copying import copies_of_changed_days
from attendance.selectors.guardian import own_children
from attendance.selectors.marks import last_save, marks_of
from attendance.selectors.preview import preview
from attendance.selectors.saved import saved_words
from attendance.selectors.schedule import Schedule
from attendance.selectors.usual import Proposal, proposals, usual_times
from attendance.views.kept_plan import forget, is_unsaved, keep, kept_plan, taken_up
from attendance.views.planner import take_step
from attendance.views.sheet import Planner, Sheet, asked_monday, copy_form, schedule_by, sheet_of, unsent_ways
from children.http import ActorRequest
from children.models import Child
from portal.lib import clock, days
from portal.lib.http import is_fragment_wanted, safe_next, see_other


@require_http_methods(["GET", "POST"])
def schedule(request: ActorRequest) -> HttpResponse:
    """Look at a week; with POST take a step with the plan that is being laid (attendance.views.planner)."""
    if request.actor.tablet:
        raise Http404
    by = Planner(request.actor.person_id, reverse("attendance:schedule"))
    return planner_page(request, by, own_children(request.actor), "attendance/guardian/schedule.html", {})


def planner_page(
    request: ActorRequest, by: Planner, family: list[Child], page: str, more: dict[str, Any]
) -> HttpResponse:
    """Show the plan of these children, or take the step that was pressed; `page` with `more` is what lies around it."""
    is_step = request.method == "POST"
    sent = request.POST if is_step else request.GET
    asked, monday = sent.getlist("barn"), asked_monday(sent.get("vecka", ""))
    chosen = [child for child in family if str(child.pk) in asked]
    if is_step and sent.get("do") in ("continue", "discard"):
        return _kept_plan(request, by, family, monday, page, more)
    if is_step and chosen and monday:
        sheet = sheet_of(request, by, family, chosen, monday, request.POST)
        if answer := take_step(sheet, sent.get("do", "paint")):
            forget(request, by.address)
            return answer
        keep(sheet)
        return _show(sheet, page, more, is_draft=True)
    return _show(_first_sheet(request, by, family, chosen or family, monday), page, more)


def _kept_plan(
    request: ActorRequest, by: Planner, family: list[Child], monday: date | None, page: str, more: dict[str, Any]
) -> HttpResponse:
    """Take up the plan that was left, or throw it away."""
    if request.POST["do"] == "continue" and (sheet := taken_up(request, by, family)):
        take_step(sheet, "back")
        return _show(sheet, page, more, is_draft=True)
    forget(request, by.address)
    return see_other(request, f"{by.address}?vecka={monday}" if monday else by.address)


@require_POST
def undo(request: ActorRequest, save_id: UUID) -> HttpResponse:
    """Take back what was saved last."""
    try:
        services.undo_save(save_id=save_id, actor=request.actor, now=clock.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("Ångrat. Schemat är som det var före."))
    monday = asked_monday(request.POST.get("vecka", ""))
    address = safe_next(request, reverse("attendance:schedule"))
    return redirect(f"{address}?vecka={monday}" if monday else address)


def _first_sheet(
    request: ActorRequest, by: Planner, family: list[Child], chosen: list[Child], monday: date | None
) -> Sheet:
    """Return the sheet of somebody who only looks."""
    found = schedule_by(by, chosen, monday)
    ids = [child.pk for child in chosen]
    say, rota = unsent_ways()
    sheet = Sheet(
        request=request,
        by=by,
        family=family,
        children=chosen,
        monday=found.monday,
        found=found,
        drafts=dict(found.drafts),
        seen=marks_of(ids, days.monday_of(days.today()), reader=by.reader) if ids else {},
        sent=request.GET,
        week=0,
        marked="",
        brush=_first_brush(found),
        say=say,
        rota=rota,
    )
    sheet.copy = copy_form(sheet)
    return sheet


def _show(sheet: Sheet, page: str, more: dict[str, Any], *, is_draft: bool = False) -> HttpResponse:
    request, actor = sheet.request, sheet.request.actor
    ids = [child.pk for child in sheet.children]
    audit.looked("attendance.schedule", person_id=actor.person_id, tablet_id=actor.tablet_id, children=ids)
    shown = sheet.found
    if is_draft and not sheet.is_preview:
        shown = schedule_by(sheet.by, sheet.children, sheet.brush_monday, sheet.drafts, sheet.monday)
    context: dict[str, Any] = {
        "sheet": sheet,
        "schedule": shown,
        "form": sheet.brush,
        "family": sheet.family,
        "chips": _chips(sheet),
        "weekdays": _weekdays(shown, sheet.brush),
        "packed": [(f"draft-{child_id}", draft.packed()) for child_id, draft in sheet.drafts.items()],
        "marks": [(f"seen-{child_id}", mark) for child_id, mark in sheet.seen.items()],
        "has_other_home": any(_is_elsewhere(shown, day, 0) for day in days.week(shown.monday, 5)),
        "earlier": shown.monday - timedelta(days=7),
        "later": shown.monday + timedelta(days=7),
        "asked": "".join(f"&barn={child.pk}" for child in shown.children),
        "back": quote(f"{sheet.by.address}?vecka={shown.monday}", safe="/="),
        "is_draft": is_draft,
        "is_unsaved": is_draft and is_unsaved(sheet),
        "is_fragment": is_fragment_wanted(request),
        "copied": copies_of_changed_days(row.day for row in shown.days if row.is_changed),
    }
    if sheet.is_preview:
        reader = sheet.by.reader
        context["preview"] = preview(
            sheet.children,
            sheet.monday,
            clock.now(),
            reader=reader,
            drafts=sheet.drafts,
            is_bound=sheet.by.for_family is None,
        )
    elif not is_draft and ids:
        context |= _saved(sheet) | {"usual": _asked_of_usual(sheet, shown)}
        context["kept_plan"] = kept_plan(request, sheet.by.address)
        if sheet.by.reader is not None:
            context["events"] = events_of_week(sheet.children, shown.facts, shown.monday, sheet.by.reader)
    if not is_fragment_wanted(request):
        return render(request, page, context | more)
    answer = render(request, "attendance/guardian/schedule_main.html", context | more)
    if sheet.is_preview or sheet.brush.errors:  # what is to be read stands at the top
        answer["HX-Reswap"] = "outerHTML show:window:top"
    elif sheet.has_moved:
        answer["HX-Reswap"] = "outerHTML show:#painted-week:top"
    return answer


def _saved(sheet: Sheet) -> dict[str, Any]:
    """Return what is said of the last save, while it can be taken back."""
    said = sheet.request.GET.get("sparat", "")
    last = last_save(sheet.request.actor.person_id, [child.pk for child in sheet.children], clock.now())
    saved = saved_words(last, sheet.request.actor.person_id) if last and str(last.id) == said else ""
    return {"last_save": last, "saved": saved, "is_unchanged": said == "nej"}


def _asked_of_usual(sheet: Sheet, shown: Schedule) -> list[Proposal]:
    """Return what a guardian is asked: days of the week that is shown and the next that differ from what is usual."""
    if sheet.by.reader is None:
        return []
    fortnight = days.week(shown.monday, 14)
    usual = usual_times([child.pk for child in sheet.children], sheet.by.reader, days.today())
    return proposals(sheet.children, shown.facts, fortnight, usual, clock.now())


def _chips(sheet: Sheet) -> list[dict[str, Any]]:
    chosen = {child.pk for child in sheet.children}
    return [
        {"value": c.pk, "label": c.given_name, "initials": c.initials, "tint": c.tint, "chosen": c.pk in chosen}
        for c in sheet.family
    ]


@dataclass(frozen=True)
class MarkedDay:
    """A day that can be marked (templates/components/days.html)."""

    value: int
    word: str
    number: int
    full: str
    chosen: bool
    locked: bool
    is_elsewhere: bool


def _weekdays(shown: Schedule, form: WeekForm) -> tuple[MarkedDay, ...]:
    """Return the days that can be marked: Monday to Friday, and those of the weekend on which it is open.

    A day in the other home can be marked only where the plan comes again on days that are the own home's.
    """
    marked = {str(number) for number in form["weekdays"].value() or []}
    asked = str(form["repeats"].value() or 0)
    repeats = int(asked) if re.fullmatch("[0-9]{1,2}", asked) else 0
    offered = [day for day in days.week(shown.monday) if day.weekday() < 5 or shown.is_open(day.weekday())]
    return tuple(_marked_day(shown, day, marked, repeats) for day in offered)


def _marked_day(shown: Schedule, day: date, marked: Set[str], repeats: int) -> MarkedDay:
    is_elsewhere, is_locked = _is_elsewhere(shown, day, 0), _is_elsewhere(shown, day, repeats)
    full = days.in_words(day, "l j F")
    return MarkedDay(
        value=day.weekday(),
        word=days.in_words(day, "D"),
        number=day.day,
        full=_("{day}, det andra hemmet").format(day=full) if is_elsewhere else full,
        chosen=str(day.weekday()) in marked and not is_locked,
        locked=is_locked,
        is_elsewhere=is_elsewhere,
    )


def _is_elsewhere(shown: Schedule, day: date, repeats: int) -> bool:
    """Tell whether all the children are in their other home on that day, and whenever it comes again."""
    facts = shown.facts
    return bool(shown.children) and not any(
        rules.is_ever_at(facts.livings.get(child.pk, ()), facts.own_home(child.pk), day, repeats)
        for child in shown.children
    )


def _first_brush(found: Schedule) -> WeekForm:
    """Return the brush with what it holds at first: every weekday, and the most usual times, or 07:30–16:00."""
    every = [part for draft in found.drafts.values() for week in draft.weeks for day in week for part in day]
    usual = max(every, key=every.count, default=None)
    cycle = max((len(draft.weeks) for draft in found.drafts.values()), default=1)
    return _brush_of(usual, cycle, found.most_weeks)


@lru_cache(maxsize=512)
def _brush_of(usual: Interval | None, cycle: int, most_weeks: int) -> WeekForm:
    """Return the brush as nobody has touched it: made once for all who have these times, it costs a page nothing."""
    initial = {
        "weekdays": [] if usual else list(range(5)),
        "starts": usual.starts if usual else "07:30",
        "ends": usual.ends if usual else "16:00",
        "repeats": cycle,
        "week": 0,
    }
    return WeekForm(initial=initial, most_weeks=most_weeks)
