"""All notices of the one who reads, and what they want to be told."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from children.http import ActorRequest
from notifications import services
from notifications.rules import Side
from notifications.selectors import hours_of
from portal.lib import clock
from portal.lib.http import see_other
from portal.navigation import is_guardian
from portal.notice_settings import HoursForm, settings_of
from portal.notices import MOST, notices_for


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
    """Choose what to be told, in which way, and when not: one form."""
    actor, person = request.actor, request.actor.person
    if person is None or actor.tablet is not None:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    page = settings_of(actor, person, is_guardian=is_guardian(actor), posted=posted)
    form = HoursForm.showing(hours_of({person.id: page.side})[person.id], posted)
    if posted is not None and form.is_valid():
        services.choose_all(person=person, wanted=page.chosen, hours=form.hours(), side=page.side)
        messages.success(request, _("Dina val är sparade."))
        return see_other(request, reverse("notice_settings"))
    return render(request, "notices/settings.html", {"page": page, "form": form, "is_family": page.side == Side.FAMILY})
