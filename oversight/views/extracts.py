"""Everything about a child in one file: asked for, waited for, fetched."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from children.access import Action, get_child
from children.http import ActorRequest
from documents.serving import serve
from messaging.views.strong import asked_for_extracts_sake
from oversight import rules
from oversight.models import Extract
from oversight.selectors.extracts import extract_of, is_current
from oversight.services import extracts
from portal.lib import clock, languages
from portal.lib.http import is_fragment_wanted, see_other


@require_http_methods(["GET", "HEAD", "POST"])
def extract(request: ActorRequest, child_id: UUID) -> HttpResponse:
    """What has come of it. A POST asks for everything, with `anew` once more."""
    actor = request.actor
    child = get_child(actor, Action.SEE_OWN, child_id)
    if request.method == "POST":
        language = languages.known(get_language() or "")
        extracts.ask(child_id=child.pk, actor=actor, now=clock.now(), language=language, anew="anew" in request.POST)
        return see_other(request, request.path)
    found = extract_of(actor, child)
    audit.looked("extract", person_id=actor.person_id, children=[child.pk], once_an_hour=True)
    current = found is None or not found.is_ready or is_current(actor, found)
    context = {
        "child": child,
        "extract": found,
        "is_current": current,
        "anew_at": found.anew_at if found and current and clock.now() < found.anew_at else None,
        "until": found.ready_at + rules.KEPT_FOR if found and found.ready_at else None,
    }
    part = "state" if is_fragment_wanted(request) else "page"
    return render(request, f"oversight/extract/ask/{part}.html", context)


@require_safe
def extract_file(request: ActorRequest, child_id: UUID) -> HttpResponseBase:
    """The file, for whoever asked for it and still is the child's guardian, while all in it may be shown."""
    actor = request.actor
    child = get_child(actor, Action.SEE_OWN, child_id)
    found = extract_of(actor, child)
    if found is None or found.file is None or found.state != Extract.State.READY:
        raise Http404
    page = reverse("oversight:extract", args=[child.pk])
    if found.is_sensitive and (asked := asked_for_extracts_sake(request, page)):
        return asked
    if not is_current(actor, found):
        return see_other(request, page)
    if request.method == "GET":
        extracts.note_fetched(extract=found, actor=actor, now=clock.now())
    return serve(found.file, as_attachment=True, request=request)
