"""The principal's page of tablets: pairing a device, seeing when it was last used, shutting it out."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from children import tablets as service
from children.access import Action, departments_for, get_preschool
from children.forms import PairingForm
from children.http import ActorRequest
from children.models import Preschool
from children.rules import in_fours
from children.selectors.tablets import find_code, find_tablet, paired_tablets
from portal.lib import clock


@require_http_methods(["GET", "POST"])
def tablets(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """Show the preschool's tablets, and make a code for a new one."""
    preschool = get_preschool(request.actor, Action.PAIR_TABLETS, preschool_id)
    departments = departments_for(request.actor, Action.PAIR_TABLETS).filter(preschool=preschool)
    form = PairingForm(request.POST or None, departments=departments)
    if request.method == "POST" and form.is_valid():
        return _show_code(request, preschool, form)
    context = {"preschool": preschool, "form": form, "rows": paired_tablets(preschool)}
    return render(request, "children/tablets.html", context, status=422 if form.errors else 200)


def _show_code(request: ActorRequest, preschool: Preschool, form: PairingForm) -> HttpResponse:
    """Show the code once, big; the page asks by itself whether it has been used."""
    assert request.actor.person is not None  # noqa: S101 (a principal is a person)
    made, code = service.begin_pairing(
        department=form.cleaned_data["department"],
        tablet_name=form.cleaned_data["name"],
        actor_person=request.actor.person,
        now=clock.now(),
    )
    context = {"preschool": preschool, "pairing": made, "code": in_fours(code), "state": "waiting"}
    return render(request, "children/tablet_code.html", context)


@require_GET
def tablet_code(request: ActorRequest, preschool_id: UUID, code_id: UUID) -> HttpResponse:
    """Answer whether the code on the screen has been used: the fragment that the page includes."""
    preschool = get_preschool(request.actor, Action.PAIR_TABLETS, preschool_id)
    pairing = find_code(preschool, code_id)
    if pairing is None:
        raise Http404
    state = "used" if pairing.used_at else "waiting" if pairing.is_open(clock.now()) else "expired"
    if state == "waiting":
        return HttpResponse(status=204)
    context = {"preschool": preschool, "pairing": pairing, "state": state}
    return render(request, "children/_tablet_code.html", context)


@require_POST
def tablet_revoke(request: ActorRequest, preschool_id: UUID, tablet_id: UUID) -> HttpResponse:
    """Shut a tablet out from its next request on."""
    preschool = get_preschool(request.actor, Action.PAIR_TABLETS, preschool_id)
    tablet = find_tablet(preschool, tablet_id)
    if tablet is None or request.actor.person is None:
        raise Http404
    service.revoke(tablet=tablet, actor_person=request.actor.person, now=clock.now())
    messages.success(request, _("Plattan ”%(name)s” är utestängd.") % {"name": tablet.name})
    return redirect("children:tablets", preschool.id)
