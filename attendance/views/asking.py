"""Holiday enquiries at a preschool: made by those who lead it, and what they come to, for those who work there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from attendance import services
from attendance.enquiry_forms import EnquiryForm, initial_of
from attendance.forms import take_errors
from attendance.models import HolidayEnquiry
from attendance.rules import EnquiryState
from attendance.selectors.enquiries import asking_family, enquiries_of
from attendance.selectors.enquiry_result import EnquiryResult, enquiry_result, state_of
from attendance.selectors.family_enquiry import days_asked, family_enquiry
from attendance.services.enquiries import may_lead
from attendance.views.desk import Desk, desk_of
from attendance.views.enquiries import chosen_in, drop_unsaved, save_answers, show_answers
from children.access import Action, get_child, leads_area
from children.http import ActorRequest
from portal.lib import clock
from portal.lib.downloads import csv_answer
from portal.lib.http import see_other


def _row(desk: Desk, enquiry_id: UUID) -> HolidayEnquiry:
    row = enquiries_of(desk.preschool).filter(pk=enquiry_id).first()
    if row is None:
        raise Http404
    return row


@require_http_methods(["GET", "POST"])
def enquiries(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """The preschool's enquiries; who leads it makes another."""
    desk = desk_of(request.actor, preschool_id)
    form = _form(request, desk)
    if request.method == "POST" and not desk.leads:
        raise Http404
    if form.is_valid():
        try:
            made = services.make_enquiry(
                question=form.question,
                actor=request.actor,
                now=clock.now(),
                preschool_id=desk.preschool.pk,
                is_for_area=form.is_for_area,
            )
        except ValidationError as refused:
            take_errors(form, refused)
        else:
            messages.success(request, _("Frågan ”{title}” är gjord.").format(title=made.title))
            return redirect("attendance:enquiry", desk.preschool.pk, made.pk)
    rows = [(row, state_of(row, request.actor.today)) for row in enquiries_of(desk.preschool)]
    context = {"desk": desk, "rows": rows, "form": form, "today": request.actor.today}
    return _page(request, "enquiries", context, form)


@require_http_methods(["GET", "POST"])
def enquiry_change(request: ActorRequest, preschool_id: UUID, enquiry_id: UUID) -> HttpResponse:
    """Another wording or other dates, as long as nobody has been asked."""
    desk = desk_of(request.actor, preschool_id)
    row = _row(desk, enquiry_id)
    if not may_lead(request.actor, row):
        raise Http404
    form = EnquiryForm(request.POST or None, initial=initial_of(row))
    if form.is_valid():
        try:
            services.change_enquiry(enquiry_id=row.pk, question=form.question, actor=request.actor, now=clock.now())
        except ValidationError as refused:
            take_errors(form, refused)
        else:
            messages.success(request, _("Frågan är ändrad."))
            return redirect("attendance:enquiry", desk.preschool.pk, row.pk)
    return _page(request, "change", {"desk": desk, "row": row, "form": form}, form)


@require_POST
def enquiry_withdraw(request: ActorRequest, preschool_id: UUID, enquiry_id: UUID) -> HttpResponse:
    """Take the question back: planned times hold again."""
    desk = desk_of(request.actor, preschool_id)
    row = services.withdraw_enquiry(enquiry_id=_row(desk, enquiry_id).pk, actor=request.actor, now=clock.now())
    messages.success(request, _("Frågan ”{title}” är återtagen. Planerade tider gäller.").format(title=row.title))
    return redirect("attendance:enquiries", desk.preschool.pk)


@require_safe
def enquiry(request: ActorRequest, preschool_id: UUID, enquiry_id: UUID) -> HttpResponse:
    """Who has not answered, and how many come each day; on the screen or as a file."""
    desk = desk_of(request.actor, preschool_id)
    row = _row(desk, enquiry_id)
    result = enquiry_result(row, desk.departments, request.actor)
    if request.GET.get("format") == "csv":
        audit.did("enquiry.downloaded", person_id=request.actor.person_id, now=clock.now(), enquiry=row.pk)
        return _file(desk, result)
    audit.looked("attendance.enquiry_result", person_id=request.actor.person_id, children=result.child_ids)
    context = {
        "desk": desk,
        "result": result,
        "may_lead": may_lead(request.actor, row),
        "is_coming": result.state == EnquiryState.COMING,
    }
    return render(request, "attendance/enquiry/result.html", context)


@require_http_methods(["GET", "POST"])
def enquiry_for_family(request: ActorRequest, preschool_id: UUID, enquiry_id: UUID, child_id: UUID) -> HttpResponse:
    """The answers of one family, given by those who work with the child: also after the last day."""
    desk = desk_of(request.actor, preschool_id)
    row, today = _row(desk, enquiry_id), request.actor.today
    child = get_child(request.actor, Action.PLAN_FOR, child_id)
    asking = asking_family(row, [child.pk], reader=None)
    shown = family_enquiry(asking, [child], since=today)
    if shown is None:
        raise Http404
    if request.POST.get("do") == "drop":
        return drop_unsaved(request)
    problem = ""
    chosen = chosen_in(request, asking, days_asked(asking, [child], since=today))
    if request.POST.get("do") == "save":
        problem = save_answers(request, row, chosen, for_family=True)
        if not problem:
            messages.success(request, _("Svaren för {name} är sparade.").format(name=child.given_name))
            return see_other(request, reverse("attendance:enquiry", args=[desk.preschool.pk, row.pk]))
    shown = family_enquiry(asking, [child], chosen, since=today) or shown
    audit.looked("attendance.enquiry_for_family", person_id=request.actor.person_id, children=[child.pk])
    return show_answers(request, "for_family", shown, problem, is_open=True, desk=desk, child=child)


def _form(request: ActorRequest, desk: Desk) -> EnquiryForm:
    """Return the form for another enquiry, for the area as well where the actor leads all of it."""
    area = desk.preschool.area
    is_theirs = area is not None and leads_area(request.actor, area.pk)
    everywhere = _("Alla förskolor i {area}").format(area=area.name) if area and is_theirs else ""
    initial = {"scope": "preschool", "opens_on": request.actor.today, "silence": HolidayEnquiry.Silence.ATTENDS}
    return EnquiryForm(request.POST or None, preschool=desk.preschool.name, area=everywhere, initial=initial)


def _page(request: ActorRequest, name: str, context: dict[str, Any], form: EnquiryForm) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, f"attendance/enquiry/{name}.html", context, status=status)


def _file(desk: Desk, result: EnquiryResult) -> HttpResponse:
    head = [_("Förskola"), _("Avdelning"), _("Dag"), _("Kommer"), _("Lediga"), _("Inget svar"), _("Räkna med")]
    rows = [
        [desk.preschool.name, one.name, day.day.isoformat(), day.coming, day.free, day.unanswered, day.expected]
        for one in result.departments
        for day in one.days
    ]
    return csv_answer(f"lov-{result.row.starts_on:%Y-%m-%d}.csv", head, rows)
