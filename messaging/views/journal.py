"""The registry: what is handed over to it by whoever leads, and what the archivist fetches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from children.http import ActorRequest, asks_for_pin
from children.words import joined
from messaging.models import JournalPackage
from messaging.selectors.journal import (
    get_package,
    open_bulletin_to_seal,
    open_to_seal,
    package_rows,
    packages,
    pieces,
    sealed_of,
)
from messaging.selectors.readers import with_names
from messaging.services.journal import seal_bulletin, seal_thread
from messaging.views.strong import asked_for_registrys_sake, asked_for_strong
from portal.lib import clock
from portal.lib.http import see_other

ON_A_PAGE = 50


@require_safe
def journal(request: ActorRequest) -> HttpResponse:
    """Everything that was handed over, newest first."""
    page = Paginator(packages(request.actor), ON_A_PAGE).get_page(request.GET.get("sida", "1"))
    if asked := asked_for_registrys_sake(request):
        return asked
    rows = package_rows(request.actor, list(page))
    audit.looked(
        "messaging.journal",
        person_id=request.actor.person_id,
        tablet_id=request.actor.tablet_id,
        children=sorted({UUID(one) for row in rows if row.may_fetch for one in row.package.children}),
        once_an_hour=True,
    )
    return render(request, "messaging/journal/journal.html", {"page": page, "rows": rows})


@require_safe
def package(request: ActorRequest, package_id: UUID) -> HttpResponseBase:
    """One package as a file. Each time it is fetched is written down."""
    found = get_package(request.actor, package_id)
    if asked := asked_for_registrys_sake(request):
        return asked
    audit.looked(
        "messaging.journal_package",
        person_id=request.actor.person_id,
        tablet_id=request.actor.tablet_id,
        children=[UUID(one) for one in found.children],
        grown_ups=[UUID(one) for one in found.people],
    )
    answer = StreamingHttpResponse(pieces(found), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="diarium-{found.number}.zip"'
    answer["Content-Length"] = str(found.size)
    answer["Cache-Control"] = "no-store, private"
    return answer


@require_http_methods(["GET", "POST"])
@asks_for_pin
def sealing_thread(request: ActorRequest, thread_id: UUID) -> HttpResponse:
    """Say what it means that a conversation is handed over, and ask; with POST it is."""
    opened = open_to_seal(request.actor, thread_id)
    if asked := asked_for_strong(request, opened.thread):
        return asked
    back = reverse("messaging:thread", args=[thread_id])
    seal, names = partial(seal_thread, thread_id=thread_id), with_names([thread_id])[thread_id]
    about = joined(sorted(names.values()))
    return _ask(request, thread_id, opened.thread.subject, back, opened.circle.children, seal, about_children=about)


@require_http_methods(["GET", "POST"])
@asks_for_pin
def sealing_bulletin(request: ActorRequest, bulletin_id: UUID) -> HttpResponse:
    """Say what it means that a bulletin is handed over, and ask; with POST it is."""
    bulletin = open_bulletin_to_seal(request.actor, bulletin_id, clock.now())
    back = reverse("messaging:bulletin", args=[bulletin_id])
    children = bulletin.chosen.values_list("child", flat=True)
    title = "" if bulletin.withdrawn_at else bulletin.title
    return _ask(request, bulletin_id, title, back, children, partial(seal_bulletin, bulletin_id=bulletin_id))


def _ask(
    request: ActorRequest,
    about: UUID,
    title: str,
    back: str,
    children: Iterable[UUID],
    seal: Callable[..., JournalPackage],
    *,
    about_children: str = "",
) -> HttpResponse:
    actor, problem = request.actor, ""
    if request.method == "POST":
        try:
            sealed = seal(actor=actor, now=clock.now())
        except ValidationError as refused:
            problem = " ".join(refused.messages)
        else:
            messages.success(request, _("Diariefört med nummer {number}.").format(number=sealed.number))
            return see_other(request, back)
    audit.looked(
        "messaging.sealing",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        children=children,
        once_an_hour=True,
    )
    context = {"title": title, "back": back, "sealed": sealed_of(about), "problem": problem, "about": about_children}
    return render(request, "messaging/journal/seal.html", context, status=422 if problem else 200)
