"""Staff and principals: who is invited, who will be, and the letters."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from children.access import Action, get_department
from children.http import ActorRequest
from children.models import Department
from children.selectors.invitations import Invitee, family_rows, invitees
from children.services.invitations import make_letters, send_letters
from portal.lib import clock


def _ids(values: list[str]) -> set[UUID]:
    """Return the ids among what a form sent; anything else is nobody's."""
    found = set()
    for value in values:
        try:
            found.add(UUID(value))
        except ValueError:
            continue
    return found


@require_GET
def invitations(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Show how far each guardian of the department has come, and let children be chosen."""
    department = get_department(request.actor, Action.INVITE, department_id)
    rows = family_rows(invitees(request.actor, department))
    _looked(request, [row.child.id for row in rows])
    return render(request, "children/invitations.html", {"department": department, "rows": rows})


@require_GET
def review(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Show exactly who would be invited: person, relation, child."""
    department = get_department(request.actor, Action.INVITE, department_id)
    chosen = _ids(request.GET.getlist("barn"))
    return _review(request, department, chosen)


def _review(
    request: ActorRequest, department: Department, children: set[UUID], problem: str = "", status: int = 200
) -> HttpResponse:
    concerned = [
        one for one in invitees(request.actor, department) if any(child.id in children for child in one.children)
    ]
    _looked(request, [child.id for one in concerned for child in one.children])
    context = {
        "department": department,
        "chosen": sorted(map(str, children)),
        "invited": [one for one in concerned if one.may_be_invited],
        "left_out": [one for one in concerned if not one.may_be_invited],
        "may_send": _may_send(concerned),
        "problem": problem,
    }
    return render(request, "children/invitations_review.html", context, status=status)


def _may_send(concerned: list[Invitee]) -> bool:
    """Tell whether any of them can be written to by e-mail."""
    return any(one.may_be_invited and one.has_email for one in concerned)


def _looked(request: ActorRequest, children: list[UUID]) -> None:
    audit.looked("invitations", person_id=request.actor.person_id, children=set(children))


@require_POST
def letters(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Make the letters of those who were shown, as one PDF."""
    department = get_department(request.actor, Action.INVITE, department_id)
    people, children = _ids(request.POST.getlist("person")), _ids(request.POST.getlist("barn"))
    try:
        pdf = make_letters(actor=request.actor, department=department, person_ids=people, now=clock.now())
    except ValidationError as refusal:
        return _review(request, department, children, " ".join(refusal.messages), status=422)
    headers = {"Content-Disposition": 'attachment; filename="inbjudningar.pdf"', "Cache-Control": "no-store, private"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@require_POST
def send(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Have the letters of those who were shown sent by e-mail."""
    department = get_department(request.actor, Action.INVITE, department_id)
    people, children = _ids(request.POST.getlist("person")), _ids(request.POST.getlist("barn"))
    try:
        count = send_letters(actor=request.actor, department=department, person_ids=people, now=clock.now())
    except ValidationError as refusal:
        return _review(request, department, children, " ".join(refusal.messages), status=422)
    text = ngettext("%(count)d inbjudan är på väg.", "%(count)d inbjudningar är på väg.", count) % {"count": count}
    messages.success(request, text)
    return redirect("children:invitations", department.id)
