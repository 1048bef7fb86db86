"""Consents, for those who work with children: the table of a department, what was said on paper, and the shares."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from children.access import Action, can, demand, get_child, get_department, get_preschool
from children.consent_forms import PaperForm, RulesForm
from children.http import ActorRequest, asks_for_pin
from children.selectors.consents import decisions_ever, rules_today
from children.selectors.consents_of import child_consents, department_consents, preschool_consents
from children.selectors.consents_page import answers_ever
from children.selectors.homes_page import guardians_by_child
from children.services import consents as services
from children.services.asking_consents import remind_department
from portal.lib import clock


@require_safe
@asks_for_pin
def department(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Show which of the department's children may be shown where, at a desk and on the tablet."""
    actor = request.actor
    place = get_department(actor, Action.LIST_CHILDREN, department_id)
    rows = department_consents(actor, place)
    seen = [row.child.pk for row in rows]
    audit.looked("consents.department", person_id=actor.person_id, tablet_id=actor.tablet_id, children=seen)
    context = {
        "department": place,
        "rows": rows,
        "titles": [cell.title for cell in rows[0].cells] if rows else [],
        "unanswered": sum(not row.is_answered for row in rows),
        "may_remind": can(actor, Action.RECORD_CONSENTS, place),
    }
    return render(request, "children/consents_department.html", context)


@require_POST
def remind(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Ask the families of the department that have not answered."""
    place = get_department(request.actor, Action.RECORD_CONSENTS, department_id)
    asked = remind_department(actor=request.actor, department=place, now=clock.now())
    said = ngettext("%(count)d vårdnadshavare har fått frågan.", "%(count)d vårdnadshavare har fått frågan.", asked)
    messages.success(request, said % {"count": asked} if asked else _("Alla som kan svara har redan gjort det."))
    return redirect("children:department_consents", place.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def of_child(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """Show all that the guardians have answered, and write down what one has signed on paper."""
    actor = request.actor
    child = get_child(actor, Action.RECORD_CONSENTS, child_id)
    people = guardians_by_child([child.pk], actor.today)[child.pk]
    form = PaperForm(request.POST if request.method == "POST" else None, people=people, today=actor.today)
    if form.is_bound and form.is_valid() and _is_recorded(request, form, child_id):
        messages.success(request, _("Sparat, med ditt namn och dagens datum."))
        return redirect("children:child_consents", child.pk)
    audit.looked("consents.child", person_id=actor.person_id, children=[child.pk])
    context = {
        "child": child,
        "form": form,
        "cells": child_consents(child, actor.today),
        "rows": answers_ever([child.pk], actor.today),
        "has_guardians": bool(people),
    }
    return render(request, "children/consents_child.html", context, status=422 if form.errors else 200)


def _is_recorded(request: ActorRequest, form: PaperForm, child_id: UUID) -> bool:
    """Write it down; refused, the form says why."""
    try:
        services.record_on_paper(child_id=child_id, actor=request.actor, now=clock.now(), **form.said)
    except ValidationError as refused:
        form.add_error(None, refused)
        return False
    return True


@require_safe
def preschool(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """Show whoever leads the preschool how far each department has come."""
    place = get_preschool(request.actor, Action.OVERSEE, preschool_id)
    shares = preschool_consents(request.actor, place)
    titles = [title for title, _number in shares[0].shown] if shares else []
    context = {"preschool": place, "shares": shares, "titles": titles}
    return render(request, "children/consents_preschool.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: ActorRequest) -> HttpResponse:
    """What the municipality has decided for each purpose, and all that it decided before."""
    actor = request.actor
    demand(actor, Action.SET_CONSENT_RULES)
    form = RulesForm(request.POST if request.method == "POST" else None, rules=rules_today())
    if form.is_bound and form.is_valid():
        for decided in form.decided:
            services.decide(**decided, actor=actor, now=clock.now())
        messages.success(request, _("Sparat. Det gäller från och med nu."))
        return redirect("children:consent_rules")
    context = {"form": form, "decisions": decisions_ever()}
    return render(request, "children/consent_rules.html", context, status=422 if form.errors else 200)
