"""Opening a frozen account again, for somebody who stands at the desk and has shown who they are (A09)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import services
from children.forms import SearchForm
from children.http import ActorRequest
from children.rules import is_found
from children.selectors.frozen import frozen_people, may_open
from portal.lib import clock


@require_safe
def frozen(request: ActorRequest) -> HttpResponse:
    """Those whose account is frozen, of the people that one answers for."""
    if not may_open(request.actor):
        raise Http404
    search = SearchForm(request.GET).words()
    people = [one for one in frozen_people(request.actor) if is_found(one, search)]
    return render(request, "children/frozen.html", {"people": people, "search": search})


@require_POST
def unfreeze(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Open one. Whoever is not on the list does not exist here."""
    actor = request.actor
    if not may_open(actor) or actor.person is None:
        raise Http404
    person = get_object_or_404(frozen_people(actor), pk=person_id)
    services.unfreeze(person=person, actor_person=actor.person, now=clock.now())
    messages.success(
        request, _("{name} kan logga in igen, med samma lösenord som förut.").format(name=person.full_name)
    )
    return redirect("children:frozen")
