"""All notices of the one who reads."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import audit
from children.http import ActorRequest
from notifications import services
from portal.lib import clock
from portal.lib.http import see_other
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
    audit.looked("notices", person_id=actor.person_id, children={row.child_id for row in rows}, once_an_hour=True)
    return render(request, "notices/notices.html", {"notices": rows, "has_new": any(row.is_new for row in rows)})
