"""What inviting has in common, whoever is invited: the review, the letters on paper, the letters by e-mail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from children.http import ActorRequest
from children.selectors.invitees import Invitee
from children.services.invitations import Place, make_letters, send_letters
from portal.lib import clock


@dataclass(frozen=True)
class Desk:
    """From where somebody invites: the place, its pages, and what was chosen there.

    `chosen` are ids that the review carries on as `field`; `concerned` gives those for whom they stand.
    """

    place: Place
    place_name: str
    back: str
    back_label: str
    letters_url: str
    send_url: str
    field: str
    chosen: set[UUID]
    concerned: Callable[[], list[Invitee]]


def ids_of(values: Iterable[str]) -> set[UUID]:
    """Return the ids among what a form sent; anything else is nobody's."""
    found = set()
    for value in values:
        try:
            found.add(UUID(value))
        except ValueError:
            continue
    return found


def show_review(request: ActorRequest, desk: Desk, problem: str = "", status: int = 200) -> HttpResponse:
    """Show exactly who would be invited, and who would not and why."""
    concerned = desk.concerned()
    context = {
        "desk": desk,
        "chosen": sorted(map(str, desk.chosen)),
        "invited": [one for one in concerned if one.may_be_invited],
        "left_out": [one for one in concerned if not one.may_be_invited],
        "with_letter": [one for one in concerned if one.has_letter_that_works],
        "may_send": any(one.may_be_invited and one.has_email for one in concerned),
        "problem": problem,
    }
    return render(request, "children/invitations_review.html", context, status=status)


def print_them(request: ActorRequest, desk: Desk) -> HttpResponse:
    """Answer with the letters of those who were shown, as one PDF; or with the review and what is wrong."""
    people, shown = ids_of(request.POST.getlist("person")), ids_of(request.POST.getlist("brev"))
    try:
        pdf = make_letters(actor=request.actor, place=desk.place, person_ids=people, shown=shown, now=clock.now())
    except ValidationError as refusal:
        return show_review(request, desk, " ".join(refusal.messages), status=422)
    headers = {"Content-Disposition": 'attachment; filename="inbjudningar.pdf"', "Cache-Control": "no-store, private"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def send_them(request: ActorRequest, desk: Desk) -> HttpResponse:
    """Have the letters of those who were shown sent by e-mail; or show the review again and what is wrong."""
    people, shown = ids_of(request.POST.getlist("person")), ids_of(request.POST.getlist("brev"))
    try:
        count = send_letters(actor=request.actor, place=desk.place, person_ids=people, shown=shown, now=clock.now())
    except ValidationError as refusal:
        return show_review(request, desk, " ".join(refusal.messages), status=422)
    text = ngettext("%(count)d inbjudan är på väg.", "%(count)d inbjudningar är på väg.", count) % {"count": count}
    messages.success(request, text)
    return redirect(desk.back)
