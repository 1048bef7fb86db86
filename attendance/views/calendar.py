"""The family's calendar, and its answers to what asks for one."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from attendance.calendar_forms import AnswerForm
from attendance.forms import parsed_date, take_errors
from attendance.selectors.calendar import FURTHEST, Event, family_calendar
from attendance.selectors.guardian import own_children
from attendance.services.events import answer_event
from children.http import ActorRequest
from portal.lib import clock
from portal.lib.http import see_other


@require_safe
def calendar(request: ActorRequest) -> HttpResponse:
    """When it is closed and what happens, for all of a family's children."""
    if request.actor.tablet:
        raise Http404
    return _show(request)


@require_POST
def event_answer(request: ActorRequest, event_id: UUID) -> HttpResponse:
    """Say for all of one's children at once whether they come."""
    if request.actor.tablet:
        raise Http404
    event = _event(request, event_id)
    form = AnswerForm(request.POST, child_ids=[reply.child_id for reply in event.replies])
    if form.is_valid():
        try:
            answer_event(
                event_id=event_id, coming=form.answer, people=form.number, actor=request.actor, now=clock.now()
            )
        except ValidationError as refused:
            take_errors(form, refused)
        else:
            messages.success(request, _("Tack, svaret är sparat. Det går att ändra fram till sista dagen."))
            return see_other(request, f"{reverse('attendance:calendar')}?manad={event.day:%Y-%m}")
    return _show(request, form, event)


def _event(request: ActorRequest, event_id: UUID) -> Event:
    """Return the event as the family sees it. Raises `Http404` for one that does not concern it, or asks nothing."""
    today = request.actor.today
    found = family_calendar(own_children(request.actor), today, today=today, reader=request.actor.person_id)
    event = next((one for one in found.asking if one.id == event_id), None)
    if event is None:
        raise Http404
    return event


def _show(request: ActorRequest, refused: AnswerForm | None = None, event: Event | None = None) -> HttpResponse:
    today, family = request.actor.today, own_children(request.actor)
    month = event.day if event else _month(request.GET.get("manad", ""), today)
    found = family_calendar(family, month, today=today, reader=request.actor.person_id)
    audit.looked("attendance.calendar", person_id=request.actor.person_id, children=found.child_ids)
    context = {
        "calendar": found,
        "family": family,
        "today": today,
        "earlier": (found.month - timedelta(days=1)).replace(day=1),
        "later": (found.month + timedelta(days=31)).replace(day=1),
        "refused": refused,
        "refused_id": event.id if event else None,
    }
    return render(request, "attendance/calendar/calendar.html", context, status=422 if refused else 200)


def _month(text: str, today: date) -> date:
    found = parsed_date(f"{text}-01")
    return found if found and abs(found - today) < FURTHEST else today
