"""Staff say something for a family that has called: a plan, a day, an absence. And who has said what, for both.

No cut-off binds the staff: it is to them that families are sent. The guardians are told.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from attendance import services
from attendance.absence_forms import AbsenceForm
from attendance.calendar_forms import AnswerForm
from attendance.forms import DayForm, take_errors
from attendance.models import Absence
from attendance.selectors.absences import reported_words, standing_absences, taken_back_words, takes_words
from attendance.selectors.family import (
    FamilyDesk,
    answered,
    changed_day,
    collectors,
    event_asked,
    events_asked,
    family_desk,
    family_weeks,
    place_today,
    questions,
    siblings,
)
from attendance.selectors.family_history import family_history
from attendance.selectors.guardian import day_page
from attendance.selectors.marks import marks_of
from attendance.services import Collector
from attendance.services.events import answer_event
from attendance.services.telling import Family
from attendance.views.schedule import planner_page
from attendance.views.sheet import Planner
from children.access import Action, can, get_child
from children.http import ActorRequest, asks_for_pin
from children.models import Child
from portal.lib import clock, days

AT_HAND = 5


@require_GET
@asks_for_pin
def family(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """The two weeks as they are meant, what is reported, and the ways to say something."""
    desk = _desk(request, child_id)
    history = family_history(desk.child, request.actor.today, reader=None, knows_family=desk.sees_family)
    place = place_today(desk.child, request.actor.today)
    context = {
        "weeks": family_weeks(desk.child, clock.now(), has_collectors=desk.sees_family),
        "absences": standing_absences([desk.child]),
        "siblings": siblings(request.actor, desk),
        "questions": [] if request.actor.tablet else questions(place, request.actor.today),
        "events": events_asked(place, request.actor.today),
        "acts": history.acts[:AT_HAND],
    }
    return _show(request, "family", desk, context)


@require_http_methods(["GET", "POST"])
@asks_for_pin
def day(request: ActorRequest, child_id: UUID, day: date) -> HttpResponse:
    """One day that is different, as the family has said it."""
    desk = _desk(request, child_id)
    if desk.family is None:
        return _show(request, "day", desk, {"day": day})
    shown = day_page(desk.child, day, clock.now(), reader=desk.family.reader)
    form = DayForm(request.POST or None, collectors=collectors(request.actor, desk), initial=shown.initial)
    seen, conflict = request.POST.get("seen", ""), ""
    if form.is_valid():
        try:
            _change_day(request, desk, day, form, seen)
        except services.SomebodyElseChanged as refused:
            seen, conflict = "", " ".join(refused.messages)
        except ValidationError as refused:
            take_errors(form, refused, at={"intervals": "starts"})
        else:
            return redirect("attendance:family", desk.child.pk)
    seen = seen or marks_of([desk.child.pk], day, reader=desk.family.reader, last=day)[desk.child.pk]
    context = {"day": day, "form": form, "shown": shown, "is_past": day < days.today()}
    return _show(request, "day", desk, context | {"seen": seen, "conflict": conflict})


def _change_day(request: ActorRequest, desk: FamilyDesk, day: date, form: DayForm, seen: str) -> None:
    services.change_day(
        child_id=desk.child.pk,
        day=day,
        intervals=form.intervals,
        collector=form.collecting() if desk.sees_family else _as_before(desk, day),
        note=form.cleaned_data["note"],
        seen=seen,
        for_family=desk.family,
        actor=request.actor,
        now=clock.now(),
    )
    said = _("{name}s {day} är sparad. Vårdnadshavarna får veta det.")
    messages.success(request, said.format(name=desk.child.given_name, day=date_format(day, "l j F")))


@require_http_methods(["GET", "POST"])
@asks_for_pin
def plan(request: ActorRequest, child_id: UUID, home_id: UUID | None = None) -> HttpResponse:
    """The repeating plan, laid as guardians lay it (attendance.views.planner)."""
    desk = _desk(request, child_id, str(home_id or ""))
    if desk.family is None:
        return _show(request, "homes_first", desk, {})
    by = Planner(desk.family.reader, request.path, desk.family)
    more = {"desk": desk, "child": desk.child}
    return planner_page(request, by, [desk.child], "attendance/family/plan.html", more)


@require_http_methods(["GET", "POST"])
@asks_for_pin
def absence(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """Absence, for days or a part of one."""
    desk = _desk(request, child_id)
    initial = {"children": [str(desk.child.pk)], "starts_on": days.today(), "reason": Absence.Reason.SICK}
    may_say_more = takes_words([desk.child], request.actor.today)
    form = AbsenceForm(request.POST or None, family=[desk.child], takes_words=may_say_more, initial=initial)
    if form.is_valid():
        try:
            services.report_absence(**form.asked, for_family=Family(), actor=request.actor, now=clock.now())
        except ValidationError as refused:
            take_errors(form, refused)
        else:
            said = reported_words([desk.child.given_name], **form.said)
            messages.success(request, f"{said} {_('Vårdnadshavarna får veta det.')}")
            return redirect("attendance:family", desk.child.pk)
    return _show(request, "absence", desk, {"form": form, "absences": standing_absences([desk.child])})


@require_http_methods(["GET", "POST"])
@asks_for_pin
def event(request: ActorRequest, child_id: UUID, event_id: UUID) -> HttpResponse:
    """Whether the child comes to what happens, and how many with it."""
    desk = _desk(request, child_id)
    asked = event_asked(desk.child, event_id, request.actor.today)
    form = AnswerForm(request.POST or None, child_ids=[desk.child.pk])
    if desk.family and form.is_valid():
        try:
            answer_event(
                event_id=event_id,
                coming=form.answer,
                people=form.number,
                for_family=desk.family,
                actor=request.actor,
                now=clock.now(),
            )
        except ValidationError as refused:
            take_errors(form, refused)
        else:
            messages.success(request, _("Svaret är sparat. Vårdnadshavarna får veta det."))
            return redirect("attendance:family", desk.child.pk)
    said = answered(asked, desk) if desk.family else None
    return _show(request, "event", desk, {"event": asked, "form": form, "said": said})


@require_POST
@asks_for_pin
def end(request: ActorRequest, child_id: UUID, absence_id: UUID) -> HttpResponse:
    """Well again, or coming after all, whoever had reported it."""
    child = get_child(request.actor, Action.PLAN_FOR, child_id)
    ended = services.end_absence(absence_id=absence_id, for_family=Family(), actor=request.actor, now=clock.now())
    messages.success(request, taken_back_words(ended, child.given_name))
    return redirect("attendance:family", ended.child_id)


@require_GET
@asks_for_pin
def history(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """Who has said what of the child's times, and when: for its guardians, and for those who may say it for them."""
    actor = request.actor
    is_guardian = can(actor, Action.SEE_OWN, child := get_child(actor, Action.SEE_CHILD, child_id))
    if not is_guardian:
        child = get_child(actor, Action.PLAN_FOR, child_id)
    page = family_history(
        child,
        actor.today,
        reader=actor.person_id if is_guardian else None,
        knows_family=is_guardian or can(actor, Action.SEE_CONTACTS, child),
        before=_moment(request.GET.get("fore", "")),
    )
    audit.looked("attendance.said", person_id=actor.person_id, tablet_id=actor.tablet_id, children=[child.pk])
    back = reverse("attendance:schedule") if is_guardian else reverse("attendance:family", args=[child.pk])
    context = {"child": child, "history": page, "back": back, "is_guardian": is_guardian}
    return render(request, "attendance/family/history.html", context)


def _desk(request: ActorRequest, child_id: UUID, home: str = "") -> FamilyDesk:
    """Return for whom staff speak; the address or the form says for which of two homes."""
    child: Child = get_child(request.actor, Action.PLAN_FOR, child_id)
    asked = home or request.POST.get("hem", "") or request.GET.get("hem", "")
    return family_desk(request.actor, child, asked, clock.now())


def _as_before(desk: FamilyDesk, day: date) -> Collector:
    """Return who collects as it is said now: who may not know the family does not change it."""
    said = changed_day(desk, day)
    return Collector(said.collecting_guardian_id, said.collecting_contact_id)


def _show(request: ActorRequest, name: str, desk: FamilyDesk, context: dict[str, Any]) -> HttpResponse:
    """Print a page of the family's, in the frame of whoever asks, and write down the look."""
    actor = request.actor
    audit.looked(
        f"attendance.for_family.{name}",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        children=[desk.child.pk],
    )
    context |= {"desk": desk, "child": desk.child}
    return render(request, f"attendance/family/{name}.html", context)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    is_ours = found is not None and days.FIRST_YEAR <= found.year <= days.LAST_YEAR
    return found if found and found.tzinfo and is_ours else None
