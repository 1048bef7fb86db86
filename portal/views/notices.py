"""All notices of the one who reads, and what they want to be told."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from children.actors import Actor
from children.http import ActorRequest
from children.models import StaffRole
from notifications import services
from notifications.models import Kind, Way
from notifications.rules import can_be_refused
from notifications.selectors import wanted_ways
from portal.lib import clock
from portal.lib.http import see_other
from portal.navigation import is_guardian
from portal.notices import notices_for

MOST = 100


@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: ActorRequest) -> HttpResponse:
    """Show what the person has been told, newest first; a POST marks it as read."""
    actor = request.actor
    if actor.person is None or actor.tablet is not None:
        raise Http404
    if request.method == "POST":
        services.mark_read(person=actor.person, now=clock.now())
        return see_other(request, reverse("notices"))
    rows = notices_for(actor, actor.person, most=MOST)
    audit.looked("notices", person_id=actor.person_id, children={row.child_id for row in rows if row.child_id})
    return render(request, "notices/notices.html", {"notices": rows, "has_new": any(row.is_new for row in rows)})


@require_http_methods(["GET", "HEAD", "POST"])
def notice_settings(request: ActorRequest) -> HttpResponse:
    """Choose what to be told, and in which way."""
    actor = request.actor
    if actor.person is None or actor.tablet is not None:
        raise Http404
    kinds = _kinds_of(actor)
    if request.method == "POST":
        for kind in kinds:
            for way in _ways_to_choose(kind):
                is_wanted = f"{kind.value}.{way.value}" in request.POST
                services.choose(person=actor.person, kind=kind, way=way, is_wanted=is_wanted)
        messages.success(request, _("Dina val är sparade."))
        return see_other(request, reverse("notice_settings"))
    wanted = wanted_ways(actor.person.id)
    rows = [
        (
            kind,
            [(way, f"{kind.value}.{way.value}", wanted[kind, way], way not in _ways_to_choose(kind)) for way in Way],
        )
        for kind in kinds
    ]
    return render(request, "notices/settings.html", {"rows": rows})


def _ways_to_choose(kind: Kind) -> list[Way]:
    return [way for way in Way if can_be_refused(kind, way)]


def _kinds_of(actor: Actor) -> list[Kind]:
    """Return the kinds of notice that can reach somebody like this."""
    kinds = [Kind.ARRIVED, Kind.LEFT, Kind.CAME_THOUGH_ABSENT] if is_guardian(actor) else []
    if actor.has_role(StaffRole.Kind.STAFF, StaffRole.Kind.SUBSTITUTE):
        kinds += [Kind.ABSENCE_REPORTED, Kind.ABSENCE_ENDED]
    if actor.has_role(StaffRole.Kind.PRINCIPAL, StaffRole.Kind.ADMINISTRATOR):
        kinds.append(Kind.IDENTITY_READ)
    if actor.has_role(StaffRole.Kind.STAFF, StaffRole.Kind.SUBSTITUTE, StaffRole.Kind.PRINCIPAL):
        kinds.append(Kind.PIN_LOCKED)
    return kinds
