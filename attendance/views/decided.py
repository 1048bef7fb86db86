"""The rules of a place: what holds, in words and on next week's calendar, and a form that changes it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from attendance import services
from attendance.rules_forms import Above, RulesForm, initial_of
from attendance.selectors.decided import (
    Decided,
    cut_off_words,
    decided,
    example,
    in_words,
    layers_above,
    opens_again_words,
    stored_for,
)
from children.access import Action, demand, get_preschool
from children.http import ActorRequest
from children.models import Area, Preschool
from portal.lib import clock


@dataclass(frozen=True)
class Place:
    """For whom is decided: a preschool, an area, or neither, the municipality."""

    name: str
    address: str
    area: Area | None = None
    preschool: Preschool | None = None


@require_http_methods(["GET", "POST"])
def municipality_rules(request: ActorRequest) -> HttpResponse:
    """What holds for the municipality, and the way to its areas."""
    demand(request.actor, Action.SET_RULES)
    place = Place(request.actor.municipality.name, reverse("attendance:rules"))
    return _rules(request, place)


@require_http_methods(["GET", "POST"])
def area_rules(request: ActorRequest, area_id: UUID) -> HttpResponse:
    """What holds for one area instead."""
    demand(request.actor, Action.SET_RULES)
    area = Area.objects.filter(pk=area_id).first()
    if area is None:
        raise Http404
    return _rules(request, Place(area.name, request.path, area=area))


@require_http_methods(["GET", "POST"])
def preschool_rules(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """What holds for one preschool instead."""
    preschool = get_preschool(request.actor, Action.SET_RULES, preschool_id)
    return _rules(request, Place(preschool.name, request.path, preschool=preschool))


def _rules(request: ActorRequest, place: Place) -> HttpResponse:
    """Show the rules; with POST look at what would hold (`do=look`), or save it."""
    area, preschool = place.area, place.preschool
    own, layers = stored_for(area=area, preschool=preschool), layers_above(area=area, preschool=preschool)
    is_top = area is None and preschool is None
    above = _above(decided(layers), is_top=is_top)
    form = RulesForm(request.POST or None, initial=initial_of(own, above.rules.opening), above=above)
    now = clock.now()
    if form.is_valid():
        own = form.stored
        if request.POST.get("do") == "save":
            services.decide(columns=form.stored, actor=request.actor, now=now, area=area, preschool=preschool)
            messages.success(request, _("Reglerna är sparade och gäller från nu."))
            return redirect(place.address)
    found = decided([*layers, own])
    context = {
        "place": place,
        "form": form,
        "sentences": in_words(found),
        "days": example(found.rules, now),
        "opens_again": opens_again_words(found.rules.cut_off, now),
        "is_look": form.is_bound and form.is_valid(),
        "areas": Area.objects.order_by("name") if is_top else None,
    }
    return render(request, "attendance/rules.html", context, status=422 if form.is_bound and form.errors else 200)


def _above(found: Decided, *, is_top: bool) -> Above:
    name = _("Som från början") if is_top else _("Som ovanför")
    return Above(name, found.rules, cut_off_words(found.rules.cut_off), found.visible_before_days)
