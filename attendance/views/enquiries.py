"""Holiday enquiries: a family answers, and those who lead a preschool ask and see what was answered."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from attendance import services
from attendance.enquiry_forms import answers_in, by_child, packed, painted, unpacked
from attendance.models import HolidayEnquiry
from attendance.rules import EnquiryState
from attendance.selectors.enquiries import Asking, asking_family
from attendance.selectors.family_enquiry import Choices, FamilyEnquiry, days_asked, family_enquiry
from attendance.selectors.guardian import own_children
from attendance.services.enquiries import locked_words
from children.http import ActorRequest
from portal.lib import clock, unsaved
from portal.lib.http import is_fragment_wanted, see_other

UNSAVED, MOST_UNSAVED = "unsaved_answers", 8
"""The kind of what is kept (portal.lib.unsaved), and of how many pages."""


@require_http_methods(["GET", "POST"])
def answer_enquiry(request: ActorRequest, enquiry_id: UUID) -> HttpResponse:
    """A family's answers; with POST fill in many days at once, look at them in words, save (`do=save`), or take back
    what is not saved (`do=drop`).
    """
    row = HolidayEnquiry.objects.filter(pk=enquiry_id).first()
    family = own_children(request.actor) if row else []
    asking = asking_family(row, [child.pk for child in family], reader=request.actor.person_id) if row else None
    shown = family_enquiry(asking, family) if asking else None
    if row is None or asking is None or shown is None or shown.state == EnquiryState.COMING:
        raise Http404
    if row.withdrawn_at:
        messages.info(request, _("Frågan är återtagen. Planerade tider gäller."))
        return redirect("my_children" if request.actor.is_staff else "home")
    if request.POST.get("do") == "drop":
        return drop_unsaved(request)
    is_open, problem = shown.state == EnquiryState.OPEN, ""
    chosen = chosen_in(request, asking, days_asked(asking, family))
    if request.POST.get("do") == "save":
        problem = save_answers(request, row, chosen)
        if not problem:
            messages.success(request, _("Tack! Svaren är sparade."))
            return see_other(request, request.path)
    if is_open:
        shown = family_enquiry(asking, family, chosen) or shown
    audit.looked(
        "attendance.enquiry", person_id=request.actor.person_id, children=[child.pk for child in shown.children]
    )
    return show_answers(request, "answer", shown, problem, is_open=is_open)


def chosen_in(request: ActorRequest, asking: Asking, asked: list[tuple[UUID, date]]) -> Choices:
    """Return the answers as the form has them after the gesture that was made, and keep them until they are saved.

    Without a gesture they are as this person left them.
    """
    row = asking.row
    saved = {pair: attends for pair in asked if (attends := asking.answer(*pair)) is not None}
    if request.method != "POST":
        return saved | unpacked(unsaved.kept(request, UNSAVED, request.path) or {}, asked, row.starts_on)
    chosen = painted(answers_in(request.POST, asked), asked, request.POST)
    changed = {pair: attends for pair, attends in chosen.items() if saved.get(pair) is not attends}
    unsaved.keep(request, UNSAVED, request.path, packed(changed, row.starts_on, row.ends_on), most=MOST_UNSAVED)
    return chosen


def drop_unsaved(request: ActorRequest) -> HttpResponse:
    unsaved.keep(request, UNSAVED, request.path, None, most=MOST_UNSAVED)
    return see_other(request, request.path)


def save_answers(request: ActorRequest, row: HolidayEnquiry, chosen: Choices, *, for_family: bool = False) -> str:
    """Save what was chosen; return why it was refused, or nothing."""
    if not chosen:
        return _("Välj kommer eller ledig för minst en dag.")
    try:
        services.answer_enquiry(
            enquiry_id=row.pk, answers=by_child(chosen), actor=request.actor, now=clock.now(), for_family=for_family
        )
    except ValidationError as refused:
        return " ".join(refused.messages)
    unsaved.keep(request, UNSAVED, request.path, None, most=MOST_UNSAVED)
    return ""


def show_answers(
    request: ActorRequest, page: str, shown: FamilyEnquiry, problem: str, *, is_open: bool, **more: object
) -> HttpResponse:
    """Print the page, or the part of it that htmx asks for."""
    marked = request.POST.getlist("barn") or [str(child.pk) for child in shown.children]
    context = {
        "shown": shown,
        "problem": problem,
        "is_open": is_open,
        "locked": "" if is_open else locked_words(shown.row),
        "chips": [
            {
                "value": c.pk,
                "label": c.given_name,
                "initials": c.initials,
                "tint": c.tint,
                "chosen": str(c.pk) in marked,
            }
            for c in shown.children
        ],
    }
    part = "answer_main" if is_fragment_wanted(request) else page
    status = 422 if problem and not is_fragment_wanted(request) else 200
    return render(request, f"attendance/enquiry/{part}.html", context | more, status=status)
