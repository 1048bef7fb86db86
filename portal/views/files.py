"""What the files of the house take and how they are: room for those who lead, the store for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from children.access import Action, can, demand
from children.http import ActorRequest
from documents.room_forms import RoomForm
from documents.selectors.room import limits_today, rooms_seen_by
from documents.services.room import decide
from portal.lib import clock


@require_http_methods(["GET", "HEAD", "POST"])
def room(request: ActorRequest) -> HttpResponse:
    """How much room pictures and documents take, of each preschool that one leads.

    Administrators see all, and decide with a POST how much there is.
    """
    actor = request.actor
    if request.method == "POST":
        demand(actor, Action.SET_RULES)
    rooms = rooms_seen_by(actor)
    if not rooms:
        raise Http404
    form = None
    if can(actor, Action.SET_RULES):
        preschools = [one.preschool for one in rooms if one.preschool]
        form = RoomForm(
            request.POST if request.method == "POST" else None, preschools=preschools, limits=limits_today()
        )
        if form.is_bound and form.is_valid():
            decide(limits=form.limits, actor=actor, now=clock.now())
            messages.success(request, _("Sparat. Det gäller från och med nu."))
            return redirect("room")
    context = {"rooms": rooms, "form": form, "few": [one for one in rooms if one.room.is_nearly_full]}
    return render(request, "files/room.html", context, status=422 if form and form.errors else 200)
