"""Correcting what was forgotten: the end of a stay that nobody tapped (E14)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from attendance.rules import Tap
from attendance.selectors.preschool import ForgottenStay, forgotten_stays
from attendance.services import MadeTap, Outcome, record_taps
from children.access import Action, preschools_for
from children.actors import Actor
from children.http import ActorRequest
from portal.forms import CorrectionForm
from portal.lib import clock
from portal.lib.http import see_other
from portal.lib.ids import uuid7


@require_http_methods(["GET", "HEAD", "POST"])
def stay_correction(request: ActorRequest, stay_id: UUID) -> HttpResponse:
    """Say when the child left. The first version stays in the log, the correction is an event with a reason."""
    now, stay = clock.now(), _forgotten(request.actor, stay_id)
    form = CorrectionForm(request.POST or None, arrived_at=stay.arrived_at, now=now)
    if request.method == "POST" and form.is_valid():
        tap = MadeTap(
            uuid7(), stay.child_id, Tap.LEFT, form.cleaned_data["left_at"], reason=form.cleaned_data["reason"]
        )
        (result,) = record_taps(taps=[tap], actor=request.actor, now=now)
        if result.outcome == Outcome.APPLIED:
            messages.success(request, _("Vistelsen är rättad."))
            return see_other(request, reverse("home"))
        form.add_error(None, _("Barnets dag har ändrats sedan sidan öppnades. Inget sparades. Se efter igen."))
    audit.looked("stay_correction", person_id=request.actor.person_id, children=[stay.child_id])
    status = 422 if form.is_bound else 200
    return render(request, "principal/correction.html", {"form": form, "stay": stay}, status=status)


def _forgotten(actor: Actor, stay_id: UUID) -> ForgottenStay:
    """Return the stay when the actor leads preschool and child, and nobody has corrected it. Raises `Http404` else."""
    found = forgotten_stays(actor, preschools_for(actor, Action.OVERSEE), clock.now())
    if stay := next((stay for stay in found if stay.stay_id == stay_id), None):
        return stay
    raise Http404
