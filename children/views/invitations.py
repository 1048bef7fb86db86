"""Staff and principals: which guardians are invited, which will be, and the letters."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from children.access import Action, get_department
from children.http import ActorRequest
from children.selectors.invitations import family_rows, invitees
from children.selectors.invitees import Invitee
from children.views.inviting import Desk, ids_of, print_them, send_them, show_review


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
    return show_review(request, _desk(request, department_id, request.GET.getlist("barn")))


@require_POST
def letters(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Make the letters of those who were shown, as one PDF."""
    return print_them(request, _desk(request, department_id, request.POST.getlist("barn")))


@require_POST
def send(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Have the letters of those who were shown sent by e-mail."""
    return send_them(request, _desk(request, department_id, request.POST.getlist("barn")))


def _desk(request: ActorRequest, department_id: UUID, chosen: list[str]) -> Desk:
    department = get_department(request.actor, Action.INVITE, department_id)
    children = ids_of(chosen)

    def concerned() -> list[Invitee]:
        found = [one for one in invitees(request.actor, department) if any(c.id in children for c in one.children)]
        _looked(request, [child.id for one in found for child in one.children])
        return found

    return Desk(
        place=department,
        place_name=f"{department.name}, {department.preschool.name}",
        back=reverse("children:invitations", args=[department.id]),
        back_label=_("Inbjudningar"),
        letters_url=reverse("children:invitations_letters", args=[department.id]),
        send_url=reverse("children:invitations_send", args=[department.id]),
        field="barn",
        chosen=children,
        concerned=concerned,
    )


def _looked(request: ActorRequest, children: Iterable[UUID]) -> None:
    audit.looked("invitations", person_id=request.actor.person_id, children=set(children))
