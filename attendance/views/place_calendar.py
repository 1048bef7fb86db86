"""A preschool's calendar, for those who work there: closed days, and what happens on the others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from attendance.calendar_forms import CloseForm, EventForm
from attendance.forms import take_errors
from attendance.models import CalendarEvent
from attendance.selectors import place_calendar as selectors
from attendance.selectors.calendar import event_times
from attendance.selectors.scopes import Scope, may_decide, scopes_of
from attendance.services.closing import close_days, days_to_close, open_again
from attendance.services.events import announce_event, call_off_event, change_event
from attendance.views.desk import Desk, desk_of
from children.access import Action
from children.http import ActorRequest
from portal.lib import clock
from portal.lib.downloads import csv_answer


@require_safe
def preschool_calendar(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """What is to come: closed days, public holidays, events."""
    desk = desk_of(request.actor, preschool_id)
    rows = selectors.place_calendar(request.actor, desk.preschool, desk.departments)
    may_announce = bool(_scopes(request, desk))
    return _page(request, "place", {"desk": desk, "rows": rows, "may_announce": may_announce})


@require_http_methods(["GET", "POST"])
def closing(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """Close some days: with `do=look` what it would do, with `do=save` done."""
    desk = _led(request, preschool_id)
    actor, now = request.actor, clock.now()
    form = CloseForm(request.POST or None, scopes=scopes_of(actor, desk.preschool))
    what = None
    if form.is_valid():
        given = {"scope": form.scope, "first": form.cleaned_data["first"], "last": form.cleaned_data["last"]}
        try:
            if request.POST.get("do") == "save":
                made = close_days(**given, reason=form.cleaned_data["reason"], actor=actor, now=now)
                messages.success(request, _closed_words(len(made)))
                return redirect("attendance:preschool_calendar", desk.preschool.pk)
            if request.POST.get("do") == "look":
                what = selectors.closing(form.scope, days_to_close(**given, now=now), actor.today)
        except ValidationError as refused:
            take_errors(form, refused)
    return _page(request, "close", {"desk": desk, "form": form, "what": what}, status=_status(form))


@require_http_methods(["GET", "POST"])
def opening(request: ActorRequest, preschool_id: UUID, closed_id: UUID) -> HttpResponse:
    """Open a span of closed days, or some of it (`dag`), after it was shown what comes back."""
    desk = _led(request, preschool_id)
    rows = selectors.closed_span(closed_id, desk.preschool, request.actor.today)
    if not rows or not may_decide(request.actor, Action.OVERSEE, Scope.of(rows[0])):
        raise Http404
    chosen = [row.pk for row in rows if str(row.pk) in request.POST.getlist("dag")]
    if chosen:
        opened = open_again(closed_ids=chosen, actor=request.actor, now=clock.now())
        messages.success(request, _opened_words(len(opened)))
        return redirect("attendance:preschool_calendar", desk.preschool.pk)
    scope = Scope.of(rows[0])
    context = {"desk": desk, "rows": rows, "scope": scope, "none_chosen": request.method == "POST"}
    context["what"] = selectors.opening(scope, rows, request.actor.today)
    return _page(request, "open", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
def announcing(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """Put something that happens into the calendar of the preschool, or of one's own department."""
    desk = desk_of(request.actor, preschool_id)
    scopes = _scopes(request, desk)
    if not scopes:
        raise Http404
    form = EventForm(request.POST or None, scopes=scopes)
    if form.is_valid():
        try:
            made = announce_event(scope=form.scope, happening=form.happening, actor=request.actor, now=clock.now())
        except ValidationError as refused:
            take_errors(form, refused)
        else:
            messages.success(
                request, _("”{title}” står i kalendern, och familjerna får veta det.").format(title=made.title)
            )
            return redirect("attendance:preschool_calendar", desk.preschool.pk)
    return _page(request, "announce", {"desk": desk, "form": form}, status=_status(form))


@require_safe
def event(request: ActorRequest, preschool_id: UUID, event_id: UUID) -> HttpResponse:
    """Something that happens, and who comes, on the screen or as a file."""
    desk = desk_of(request.actor, preschool_id)
    row = selectors.event_here(event_id, desk.preschool)
    departments, seen = selectors.event_answers(request.actor, row, desk.departments)
    audit.looked("attendance.event", person_id=request.actor.person_id, children=seen)
    if request.GET.get("format") == "csv":
        audit.did("event.downloaded", person_id=request.actor.person_id, now=clock.now(), event=row.pk)
        return _file(row, departments)
    context = {
        "desk": desk,
        "event": row,
        "place": Scope.of(row).name,
        "times": event_times(row.from_time, row.to_time),
        "departments": departments if row.asks else [],
        "may_change": row.day >= request.actor.today and may_decide(request.actor, Action.ANNOUNCE, Scope.of(row)),
        "totals": {
            name: sum(getattr(department, name) for department in departments)
            for name in ("coming", "people", "unanswered")
        },
    }
    return _page(request, "event", context)


@require_http_methods(["GET", "POST"])
def event_change(request: ActorRequest, preschool_id: UUID, event_id: UUID) -> HttpResponse:
    """Change an event: the answers stay."""
    desk = desk_of(request.actor, preschool_id)
    row = selectors.event_here(event_id, desk.preschool)
    if not may_decide(request.actor, Action.ANNOUNCE, Scope.of(row)):
        raise Http404
    form = EventForm.of(row, request.POST or None)
    if form.is_valid():
        try:
            change_event(event_id=row.pk, happening=form.happening, actor=request.actor, now=clock.now())
        except ValidationError as refused:
            take_errors(form, refused)
        else:
            messages.success(request, _("Ändringen är sparad, och familjerna får veta vad som är nytt."))
            return redirect("attendance:event", desk.preschool.pk, row.pk)
    return _page(request, "announce", {"desk": desk, "form": form, "event": row}, status=_status(form))


@require_http_methods(["GET", "POST"])
def calling_off(request: ActorRequest, preschool_id: UUID, event_id: UUID) -> HttpResponse:
    """Call an event off, after it was shown what that takes away."""
    desk = desk_of(request.actor, preschool_id)
    row = selectors.event_here(event_id, desk.preschool)
    if not may_decide(request.actor, Action.ANNOUNCE, Scope.of(row)):
        raise Http404
    if request.method == "POST":
        call_off_event(event_id=row.pk, actor=request.actor, now=clock.now())
        messages.success(request, _("”{title}” är inställt, och familjerna får veta det.").format(title=row.title))
        return redirect("attendance:preschool_calendar", desk.preschool.pk)
    departments, _seen = selectors.event_answers(request.actor, row, desk.departments)
    coming = sum(department.coming for department in departments)
    return _page(request, "call_off", {"desk": desk, "event": row, "coming": coming})


def _led(request: ActorRequest, preschool_id: UUID) -> Desk:
    desk = desk_of(request.actor, preschool_id)
    if not desk.leads:
        raise Http404
    return desk


def _scopes(request: ActorRequest, desk: Desk) -> list[Scope]:
    """Return for whom the person may announce: what it leads, or the own departments."""
    if desk.leads:
        return scopes_of(request.actor, desk.preschool)
    own = [Scope(department=one) for one in desk.departments]
    return [scope for scope in own if may_decide(request.actor, Action.ANNOUNCE, scope)]


def _closed_words(number: int) -> str:
    if not number:
        return _("Det var redan stängt. Ingenting ändrades.")
    return ngettext(
        "{number} dag är stängd, och familjerna får veta det.",
        "{number} dagar är stängda, och familjerna får veta det.",
        number,
    ).format(number=number)


def _opened_words(number: int) -> str:
    return ngettext(
        "{number} dag är öppen igen. Tiderna gäller, och familjerna får veta det.",
        "{number} dagar är öppna igen. Tiderna gäller, och familjerna får veta det.",
        number,
    ).format(number=number)


def _file(row: CalendarEvent, departments: list[selectors.DepartmentAnswers]) -> HttpResponse:
    words = {True: _("Kommer"), False: _("Kommer inte"), None: _("Har inte svarat")}
    rows = [
        [department.name, answered.name, words[answered.is_coming], answered.people]
        for department in departments
        for answered in department.rows
    ]
    return csv_answer(f"svar-{row.day}.csv", [_("Avdelning"), _("Barn"), _("Svar"), _("Antal")], rows)


def _page(request: ActorRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, f"attendance/calendar/{name}.html", context, status=status)


def _status(form: CloseForm | EventForm) -> int:
    return 422 if form.is_bound and form.errors else 200
