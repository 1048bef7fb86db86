"""What is kept of children that have left: decided by the municipality, and what the next nights remove."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from children.access import Action, demand
from children.http import ActorRequest
from oversight.forms import RuleForm
from oversight.models import RemovalRule
from oversight.selectors.removal import ahead, certified, rules_ever
from oversight.services import removal
from portal.lib import clock
from portal.lib.http import see_other

SHOWN = 12


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: ActorRequest) -> HttpResponse:
    """For how long it is kept, of how many children it is removed soon, and what was removed: numbers, no names."""
    actor = request.actor
    demand(actor, Action.SET_REMOVAL)
    form = RuleForm(request.POST if request.method == "POST" else None, decided=RemovalRule.current().months)
    if form.is_bound and form.is_valid():
        removal.decide(months=form.decided, actor=actor, now=clock.now())
        messages.success(request, _("Sparat. Det gäller från och med nu."))
        return see_other(request, request.path)
    context = {
        "form": form,
        "ahead": ahead(actor.today),
        "certified": certified(SHOWN),
        "rules": rules_ever(),
    }
    return render(request, "oversight/removal/rule.html", context, status=422 if form.errors else 200)
