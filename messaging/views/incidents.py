"""What was withdrawn, for those who answer for it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from children.http import ActorRequest
from messaging.selectors.incidents import incident_rows, incidents_for, withdrawn_documents
from notifications.models import Kind
from notifications.reading import mark_read_of
from portal.lib import clock
from portal.lib.http import is_really_seen

ON_A_PAGE = 20


@require_safe
def incidents(request: ActorRequest) -> HttpResponse:
    """What was withdrawn, newest first. Who has seen it there needs no notice of it any more."""
    actor = request.actor
    page = Paginator(incidents_for(actor).values_list("pk", flat=True), ON_A_PAGE).get_page(
        request.GET.get("sida", "1")
    )
    rows = incident_rows(actor, list(page))
    documents = withdrawn_documents(actor) if page.number == 1 else []
    audit.looked(
        "messaging.incidents",
        person_id=actor.person_id,
        children=sorted({child for row in (*rows, *documents) for child in row.child_ids}),
        once_an_hour=True,
    )
    if actor.person_id and is_really_seen(request):
        seen = [row.id for row in (*rows, *documents)]
        mark_read_of(person_id=actor.person_id, kind=Kind.MESSAGE_WITHDRAWN, events=seen, now=clock.now())
    return render(request, "messaging/incidents.html", {"page": page, "rows": rows, "documents": documents})
