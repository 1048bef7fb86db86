"""The guardian's day: ill today, well again, another time, another person who collects, and the times that were."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from attendance import services
from attendance.absence_forms import AbsenceForm
from attendance.forms import DayForm, parsed_date, take_errors
from attendance.models import Absence
from attendance.rules import Reason
from attendance.selectors.absences import reported_words, standing_absences, taken_back_words, takes_words
from attendance.selectors.facts import Known
from attendance.selectors.guardian import (
    child_card,
    child_history,
    day_page,
    own_children,
    who_may_collect,
)
from attendance.selectors.marks import marks_of
from attendance.selectors.usual import filled_in
from children.access import Action, get_child
from children.http import ActorRequest
from children.models import Child
from children.prepared_access import get_named_child
from portal.lib import clock, days
from portal.lib.http import is_fragment_wanted, safe_next, see_other


@require_POST
def sick(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """The second of the two taps: ill today."""
    now = clock.now()
    today = days.day_of(now)
    report, problem = None, ""
    try:
        report = services.report_absence(
            child_ids=[child_id], starts_on=today, ends_on=today, reason=Reason.SICK, actor=request.actor, now=now
        )
    except ValidationError as refused:
        problem = " ".join(refused.messages)
    # Nothing is made where the child was reported before.
    if report is not None and report.absences:
        child = report.absences[0].child
        facts = None if report.facts.livings else report.facts  # read without regard to what another home may hide
    else:
        child, facts = get_named_child(request.actor, Action.REPORT_ABSENCE, child_id), None
    said = problem or _("{name} är anmäld sjuk idag.").format(name=child.given_name)
    return _card(request, child, said, is_problem=bool(problem), facts=facts)


@require_POST
def well(request: ActorRequest, absence_id: UUID) -> HttpResponse:
    """Well again, or coming after all. What the staff have reported is theirs to end."""
    try:
        absence = services.end_absence(absence_id=absence_id, actor=request.actor, now=clock.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return see_other(request, safe_next(request, _home(request)))
    child = get_named_child(request.actor, Action.REPORT_ABSENCE, absence.child_id)
    return _card(request, child, taken_back_words(absence, child.given_name))


@require_http_methods(["GET", "POST"])
def absence(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """Absence for several days, a part of a day, or several children at once; from the day asked for."""
    child = get_child(request.actor, Action.PLAN, child_id)
    family = own_children(request.actor)
    first = max(parsed_date(request.GET.get("fran", "")) or days.today(), days.today())
    initial = {"children": [str(child.id)], "starts_on": first, "reason": Absence.Reason.SICK}
    may_say_more = takes_words(family, request.actor.today)
    form = AbsenceForm(request.POST or None, family=family, takes_words=may_say_more, initial=initial)
    if form.is_valid():
        try:
            services.report_absence(**form.asked, actor=request.actor, now=clock.now())
        except ValidationError as refused:
            take_errors(form, refused)
        else:
            chosen = [one.given_name for one in family if str(one.pk) in form.cleaned_data["children"]]
            messages.success(request, reported_words(chosen, **form.said))
            return redirect(_home(request))
    context = {"form": form, "child": child, "family": family, "chosen": set(_values(form, "children"))}
    context["standing"] = standing_absences(family, reader=request.actor.person_id)
    return _page(request, "absence", context)


@require_http_methods(["GET", "POST"])
def day(request: ActorRequest, child_id: UUID, day: date) -> HttpResponse:
    """One day that is different: its times, who collects, a note."""
    child = get_child(request.actor, Action.PLAN, child_id)
    collectors = who_may_collect(request.actor, child)
    shown = day_page(child, day, clock.now(), reader=request.actor.person_id)
    initial = filled_in(shown.initial, request.GET.get("lamnas", ""), request.GET.get("hamtas", ""))
    form = DayForm(request.POST or None, collectors=collectors, initial=initial)
    seen, conflict = request.POST.get("seen", ""), ""
    if form.is_valid():
        try:
            _change_day(request, child, day, form, seen)
        except services.SomebodyElseChanged as refused:
            seen, conflict = "", " ".join(refused.messages)
        except ValidationError as refused:
            take_errors(form, refused, at={"intervals": "starts"})
        else:
            return redirect(safe_next(request, _home(request)))
    seen = seen or marks_of([child.pk], day, reader=request.actor.person_id, last=day)[child.pk]
    context = {"form": form, "child": child, "day": day, "back": safe_next(request, _home(request))}
    context |= {"is_past": day < days.today(), "shown": shown, "is_as_usual": initial != shown.initial}
    context["absence_url"] = f"{reverse('attendance:absence', args=[child.pk])}?fran={day}"
    return _page(request, "day", context | {"seen": seen, "conflict": conflict})


def _change_day(request: ActorRequest, child: Child, day: date, form: DayForm, seen: str) -> None:
    services.change_day(
        child_id=child.id,
        day=day,
        intervals=form.intervals,
        collector=form.collecting(),
        note=form.cleaned_data["note"],
        seen=seen,
        actor=request.actor,
        now=clock.now(),
    )
    said = _("{name}s {day} är sparad.").format(name=child.given_name, day=date_format(day, "l j F"))
    messages.success(request, said)


@require_GET
def history(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """The child's real times, month by month."""
    child = get_child(request.actor, Action.SEE_OWN, child_id)
    today = days.today()
    month = parsed_date(request.GET.get("manad", "") + "-01") or today
    month = min(month, today)
    found = child_history(child, month, today=today, reader=request.actor.person_id)
    audit.looked("attendance.history", person_id=request.actor.person_id, children=[child.id], back_to=found.first)
    return render(request, "attendance/guardian/history.html", {"child": child, "history": found})


@require_POST
def times_are_right(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """ "No thanks": the plan is as the family wants it, whatever is usual."""
    until = services.decline_proposals(child_id=child_id, actor=request.actor, now=clock.now())
    said = _("Tiderna är som de är. Vi frågar inte igen före {day}.")
    messages.success(request, said.format(day=date_format(until, "j F")))
    return redirect(safe_next(request, reverse("attendance:schedule")))


def _card(
    request: ActorRequest, child: Child, said: str, *, is_problem: bool = False, facts: Known | None = None
) -> HttpResponse:
    """Answer with the child's card as it is now, by what is known of today (read where it is not given)."""
    if is_fragment_wanted(request):
        card = child_card(request.actor, child, clock.now(), facts)
        context = {"card": card, "said": said, "is_problem": is_problem}
        return render(request, "attendance/guardian/child_card_swapped.html", context)
    (messages.error if is_problem else messages.success)(request, said)
    return redirect(safe_next(request, _home(request)))


def _page(request: ActorRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """Print a form's page and write down the look."""
    audit.looked(f"attendance.{name}", person_id=request.actor.person_id, children=[context["child"].id])
    return render(request, f"attendance/guardian/{name}.html", context)


def _home(request: ActorRequest) -> str:
    return reverse("my_children" if request.actor.is_staff else "home")


def _values(form: AbsenceForm, name: str) -> list[str]:
    return [str(value) for value in form[name].value() or []]
