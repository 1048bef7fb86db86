"""Who is out of office: said by the department or by whoever leads, for whoever is about to write."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from children.http import ActorRequest
from messaging.inbox_forms import AwayForm
from messaging.selectors.away import aways_listed, departments_to_speak_for, may_speak_for_self
from messaging.services.away import set_away, take_back_away
from portal.lib import clock
from portal.lib.http import see_other


@require_http_methods(["GET", "POST"])
def away(request: ActorRequest) -> HttpResponse:
    """When nobody answers: what has been said, and a form to say it."""
    actor = request.actor
    departments, myself = departments_to_speak_for(actor), actor.tablet is None and may_speak_for_self(actor)
    if not departments and not myself:
        raise Http404
    form = AwayForm(
        request.POST if request.method == "POST" else None,
        departments=departments,
        myself=myself,
        initial={"starts_on": actor.today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_away(department_id=form.department_id, absent=form.absent, actor=actor, now=clock.now())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Sparat. Familjerna läser det innan de skriver."))
            return see_other(request, reverse("messaging:away"))
    context = {"rows": aways_listed(actor), "form": form, "today": actor.today}
    return render(request, "messaging/inbox/away.html", context, status=422 if form.errors else 200)


@require_POST
def away_taken_back(request: ActorRequest, away_id: UUID) -> HttpResponse:
    """Say that somebody answers after all."""
    take_back_away(away_id=away_id, actor=request.actor, now=clock.now())
    messages.success(request, _("Borttaget. Familjerna ser det inte längre."))
    return see_other(request, reverse("messaging:away"))
