"""The guardian's schedule: a week for each child, painted, looked at as dates, then saved as a repeating plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from attendance import services
from attendance.drafts import Draft, grouped
from attendance.forms import WeekForm, parsed_date, take_errors
from attendance.selectors.guardian import own_children
from attendance.selectors.schedule import Schedule
from attendance.selectors.schedule import schedule as schedule_of
from children.http import ActorRequest
from children.models import Child
from portal.lib import clock, days
from portal.lib.http import is_fragment_wanted, see_other


@require_http_methods(["GET", "POST"])
def schedule(request: ActorRequest) -> HttpResponse:
    """Look at a week; with POST paint it (`do=paint`), look at what would be saved (`preview`), or save it (`save`)."""
    if request.actor.tablet:
        raise Http404
    family = own_children(request.actor)
    chosen = _chosen(request, family)
    monday = _monday(request)
    if request.method == "POST" and chosen and monday:
        return _lay(request, family, chosen, monday)
    found = schedule_of(chosen, monday or _week_to_show(request, chosen), clock.now(), reader=request.actor.person_id)
    form = WeekForm(initial=_usual(found))
    return _show(request, family, found, form)


def _lay(request: ActorRequest, family: list[Child], chosen: list[Child], monday: date) -> HttpResponse:
    """Paint the drafts that the form carries; then show, preview or save them."""
    do = request.POST.get("do", "paint")
    laid = schedule_of(chosen, monday, clock.now(), reader=request.actor.person_id)
    form = WeekForm(request.POST, must_paint=do == "paint", opening=laid.opening)
    drafts = {
        child.pk: Draft.unpacked(request.POST.get(f"draft-{child.pk}", "")) or laid.drafts[child.pk] for child in chosen
    }
    if form.is_valid():
        drafts = {child_id: _painted(draft, form) for child_id, draft in drafts.items()}
        if do == "save":
            try:
                _save(request, drafts, monday)
            except ValidationError as refused:
                take_errors(form, refused)
            else:
                messages.success(request, _("Schemat är sparat och gäller från {day}.").format(day=_day(monday)))
                return see_other(request, f"{reverse('attendance:schedule')}?vecka={monday}")
    found = schedule_of(chosen, monday, clock.now(), reader=request.actor.person_id, drafts=drafts)
    return _show(request, family, found, form, is_preview=do == "preview" and form.is_valid(), is_draft=True)


def _save(request: ActorRequest, drafts: dict[UUID, Draft], monday: date) -> None:
    """Save every child's plan, or none."""
    with transaction.atomic():
        for draft, child_ids in grouped(drafts).items():
            services.save_week_plan(
                child_ids=child_ids, starts_on=monday, weeks=draft.weeks, actor=request.actor, now=clock.now()
            )


def _painted(draft: Draft, form: WeekForm) -> Draft:
    asked = form.cleaned_data
    draft = draft.of_length(int(asked["repeats"] or len(draft.weeks)))
    if not asked["weekdays"]:
        return draft
    return draft.painted(min(asked["week"] or 0, len(draft.weeks) - 1), asked["weekdays"], form.intervals)


def _show(
    request: ActorRequest,
    family: list[Child],
    found: Schedule,
    form: WeekForm,
    *,
    is_preview: bool = False,
    is_draft: bool = False,
) -> HttpResponse:
    audit.looked(
        "attendance.schedule", person_id=request.actor.person_id, children=[child.pk for child in found.children]
    )
    cycle = _cycle(found)
    context: dict[str, Any] = {
        "schedule": found,
        "form": form,
        "chips": _chips(family, found),
        "family": family,
        "weekdays": _weekdays(found, form),
        "packed": [(f"draft-{child_id}", draft.packed()) for child_id, draft in found.drafts.items()],
        "cycle": [(n, found.monday + timedelta(days=7 * n)) for n in range(cycle)] if cycle > 1 else [],
        "earlier": found.monday - timedelta(days=7),
        "later": found.monday + timedelta(days=7),
        "is_draft": is_draft,
        "is_preview": is_preview,
        "weeks": _weeks_ahead(request, found) if is_preview else [],
    }
    part = "schedule_main" if is_fragment_wanted(request) else "schedule"
    return render(request, f"attendance/guardian/{part}.html", context)


def _cycle(found: Schedule) -> int:
    """Return after how many weeks the longest of the plans begins anew."""
    return max((len(draft.weeks) for draft in found.drafts.values()), default=1)


def _chips(family: list[Child], found: Schedule) -> list[dict[str, Any]]:
    chosen = {child.pk for child in found.children}
    return [
        {"value": c.pk, "label": c.given_name, "initials": c.initials, "tint": c.tint, "chosen": c.pk in chosen}
        for c in family
    ]


def _weeks_ahead(request: ActorRequest, found: Schedule) -> list[Schedule]:
    """Return the weeks of the whole plan as dates, two at least."""
    return [
        schedule_of(
            found.children,
            found.monday + timedelta(days=7 * n),
            clock.now(),
            reader=request.actor.person_id,
            drafts=_shifted(found, n),
        )
        for n in range(max(_cycle(found), 2))
    ]


def _shifted(found: Schedule, weeks: int) -> dict[UUID, Draft]:
    """Return the drafts as they go on so many weeks later."""
    return {
        child_id: Draft((*draft.weeks[weeks % len(draft.weeks) :], *draft.weeks[: weeks % len(draft.weeks)]))
        for child_id, draft in found.drafts.items()
    }


def _weekdays(found: Schedule, form: WeekForm) -> list[dict[str, Any]]:
    marked = {str(number) for number in form["weekdays"].value() or []}
    return [
        {
            "value": day.weekday(),
            "word": date_format(day, "D"),
            "number": day.day,
            "full": _day(day),
            "chosen": str(day.weekday()) in marked,
        }
        for day in days.week(found.monday, 5)
    ]


def _usual(found: Schedule) -> dict[str, Any]:
    """Return what the brush holds at first: every weekday, and the times that are most usual, or 07:30–16:00."""
    every = [part for draft in found.drafts.values() for week in draft.weeks for day in week for part in day]
    usual = max(every, key=every.count, default=None)
    return {
        "weekdays": [] if every else list(range(5)),
        "starts": usual.starts if usual else "07:30",
        "ends": usual.ends if usual else "16:00",
        "repeats": _cycle(found),
    }


def _chosen(request: ActorRequest, family: list[Child]) -> list[Child]:
    """Return the children that are marked; all of the family at first."""
    asked = (request.POST if request.method == "POST" else request.GET).getlist("barn")
    return [child for child in family if str(child.pk) in asked] or (family if request.method == "GET" else [])


def _monday(request: ActorRequest) -> date | None:
    asked = (request.POST if request.method == "POST" else request.GET).get("vecka", "")
    day = parsed_date(asked)
    return days.monday_of(day) if day and abs((day - days.today()).days) < 800 else None


def _week_to_show(request: ActorRequest, chosen: list[Child]) -> date:
    """Return this week; from Friday on, and where it is laid already, the first that may be laid."""
    this = schedule_of(chosen, days.monday_of(days.today()), clock.now(), reader=request.actor.person_id)
    return this.first_to_lay if this.has_plan and days.today().weekday() >= 4 else this.monday


def _day(day: date) -> str:
    return date_format(day, "l j F")
