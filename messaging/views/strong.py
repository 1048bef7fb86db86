"""What is sensitive is read behind the strong login only (DOMAIN 4.11): asked here by every view of a conversation."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from children.http import ActorRequest
from children.strong import is_back, is_strong, way_to_strong
from messaging.models import Thread
from messaging.selectors.readers import SensitiveOnTablet
from messaging.services.drafts import Fields, is_sensitive
from portal.lib import clock
from portal.lib.http import is_fragment_wanted, see_other

Rest = ParamSpec("Rest")


def asked_for_strong(request: ActorRequest, thread: Thread) -> HttpResponse | None:
    """Return the page that asks for the strong login, without subject or content, or None for whoever may read on.

    It leads to the second factor that the person has, or to setting one up, and from there back to the conversation.
    """
    if not thread.is_sensitive:
        return None
    page = reverse("messaging:thread", args=[thread.pk])
    if is_strong(request):
        is_back(request, page)
        return None
    if is_fragment_wanted(request):
        return see_other(request, page)
    own = thread.messages.filter(written_by=request.actor.person_id, leaves_at__gt=clock.now()).first()
    return _ask(request, page, {"pending": own})


def not_on_tablets(
    view: Callable[Concatenate[ActorRequest, Rest], HttpResponseBase],
) -> Callable[Concatenate[ActorRequest, Rest], HttpResponseBase]:
    """Say of a sensitive conversation, to somebody with a PIN who reads it elsewhere, where that is."""

    @wraps(view)
    def told(request: ActorRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except SensitiveOnTablet:
            if is_fragment_wanted(request):
                return see_other(request, reverse("messaging:thread", kwargs=kwargs))
            return render(request, "messaging/inbox/strong.html", {"is_on_tablet": True}, status=403)

    return told


def asked_for_drafts_sake(request: ActorRequest, page: str, draft: Fields) -> HttpResponse | None:
    """Return the same for a page on which the person has left something sensitive. It can be put away unread."""
    if is_strong(request):
        is_back(request, page)
        return None
    return _ask(request, page, {"draft_page": page}) if is_sensitive(draft) else None


def asked_for_registrys_sake(request: ActorRequest) -> HttpResponse | None:
    """Return the same for the registry, in which everything lies together, or None for whoever may read on."""
    page = reverse("messaging:journal")
    if is_strong(request):
        is_back(request, page)
        return None
    return _ask(request, page, {"is_registry": True})


def asked_for_extracts_sake(request: ActorRequest, page: str) -> HttpResponse | None:
    """Return the same for everything about a child, where something sensitive lies in it."""
    if is_strong(request):
        is_back(request, page)
        return None
    return _ask(request, page, {"is_extract": True})


def _ask(request: ActorRequest, page: str, context: dict[str, Any]) -> HttpResponse:
    context |= way_to_strong(request, page)
    return render(request, "messaging/inbox/strong.html", context, status=403)
