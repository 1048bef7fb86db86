"""Logins for those who work: a preschool's staff, invited by its principal; principals, invited by the administrator.

Both pages are the same views: with a preschool in the address, or without one for the whole municipality.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from children.access import Action, demand, get_preschool, preschools_for
from children.forms import MunicipalRoleForm, SearchForm
from children.http import ActorRequest
from children.models import Preschool
from children.selectors.frozen import frozen_people
from children.selectors.personnel import first_new, municipal_roles, personnel
from children.services.administrators import end_municipal_role, give_municipal_role
from children.services.invitations import MOST_AT_ONCE
from children.views.inviting import Desk, ids_of, print_them, send_them, show_review
from portal.lib import clock


@require_safe
def staff(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """Show who works at the preschool and how far each has come, and let people be chosen."""
    preschool = get_preschool(request.actor, Action.INVITE_STAFF, preschool_id)
    led = preschools_for(request.actor, Action.INVITE_STAFF).order_by("name", "pk")
    tabs = [
        {
            "url": reverse("children:staff", args=[one.pk]),
            "label": one.name.removeprefix("Förskolan "),
            "active": one.pk == preschool.pk,
        }
        for one in led
    ]
    context = _people(request, preschool) | {"tabs": tabs if len(tabs) > 1 else []}
    return render(request, "children/staff.html", context)


@require_safe
def leaders(request: ActorRequest) -> HttpResponse:
    """Show who leads preschools and runs the system, with the form that gives somebody a municipal role."""
    demand(request.actor, Action.INVITE_PRINCIPALS)
    return _show_leaders(request, MunicipalRoleForm(today=request.actor.today))


@sensitive_post_parameters("personal_number")
@require_POST
def role_give(request: ActorRequest) -> HttpResponse:
    """Give a known or a new person a role for the whole municipality."""
    demand(request.actor, Action.INVITE_PRINCIPALS)
    form = MunicipalRoleForm(request.POST, today=request.actor.today)
    if not form.is_valid():
        return _show_leaders(request, form, status=422)
    try:
        person = give_municipal_role(actor=request.actor, now=clock.now(), **form.cleaned_data)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _show_leaders(request, form, status=422)
    words = {"name": person.full_name, "role": form.cleaned_data["kind"].label}
    messages.success(request, _("%(name)s har fått rollen: %(role)s.") % words)
    return redirect("children:leaders")


@require_POST
def role_end(request: ActorRequest, role_id: UUID) -> HttpResponse:
    """End somebody's municipal role; what it opened is closed at the next request."""
    demand(request.actor, Action.INVITE_PRINCIPALS)
    try:
        role = end_municipal_role(actor=request.actor, role_id=role_id, now=clock.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        words = {"name": role.person.full_name, "role": role.get_kind_display()}
        messages.success(request, _("%(name)s har inte längre rollen: %(role)s.") % words)
    return redirect("children:leaders")


@require_POST
def review(request: ActorRequest, preschool_id: UUID | None = None) -> HttpResponse:
    """Show exactly who would be invited. A POST: as many as 200 ids are too much for an address."""
    return show_review(request, _desk(request, preschool_id))


@require_POST
def letters(request: ActorRequest, preschool_id: UUID | None = None) -> HttpResponse:
    """Make the letters of those who were shown, as one PDF."""
    return print_them(request, _desk(request, preschool_id))


@require_POST
def send(request: ActorRequest, preschool_id: UUID | None = None) -> HttpResponse:
    """Have the letters of those who were shown sent by e-mail."""
    return send_them(request, _desk(request, preschool_id))


def _desk(request: ActorRequest, preschool_id: UUID | None) -> Desk:
    actor, chosen = request.actor, ids_of(request.POST.getlist("vald"))
    preschool: Preschool | None = None
    if preschool_id is None:
        demand(actor, Action.INVITE_PRINCIPALS)
    else:
        preschool = get_preschool(actor, Action.INVITE_STAFF, preschool_id)
    pages, ids = ("staff", [preschool.pk]) if preschool else ("leaders", [])
    return Desk(
        place=preschool,
        place_name=preschool.name if preschool else actor.municipality.name,
        back=reverse(f"children:{pages}", args=ids),
        back_label=_("Personal"),
        letters_url=reverse(f"children:{pages}_letters", args=ids),
        send_url=reverse(f"children:{pages}_send", args=ids),
        field="vald",
        chosen=chosen,
        concerned=lambda: [one for one in personnel(actor, preschool) if one.person_id in chosen],
    )


def _people(request: ActorRequest, preschool: Preschool | None) -> dict[str, Any]:
    search = SearchForm(request.GET).words()
    people = personnel(request.actor, preschool, search)
    return {
        "search": search,
        "preschool": preschool,
        "people": people,
        "chosen": first_new(people, MOST_AT_ONCE),
        "has_somebody_to_invite": any(one.may_be_invited for one in people),
        "frozen": set(frozen_people(request.actor).values_list("pk", flat=True)),
        "today": request.actor.today,
    }


def _show_leaders(request: ActorRequest, form: MunicipalRoleForm, status: int = 200) -> HttpResponse:
    context = _people(request, None) | {"form": form, "roles": municipal_roles(request.actor)}
    return render(request, "children/leaders.html", context, status=status)
