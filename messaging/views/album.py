"""A family's album, and one of its pictures at a time."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import audit
from children.http import ActorRequest
from documents.services.copies import ask_missing
from messaging.selectors.album import Album, Sought, album_of


@require_safe
def album(request: ActorRequest) -> HttpResponse:
    """The family's pictures by month (`barn` one child's, `med` those where it is tagged, `sida` which page)."""
    found = _asked(request)
    page = found.page(request.GET.get("sida", "1"))
    printed, missing = found.printed(list(page.object_list))
    ask_missing(missing)
    by_month = [(first, list(those)) for first, those in groupby(printed, key=lambda one: one.day.replace(day=1))]
    context = {
        "album": found,
        "page": page,
        "by_month": by_month,
        "query": found.sought.as_query,
    }
    return render(request, "messaging/album/album.html", context)


@require_safe
def album_picture(request: ActorRequest, picture_id: UUID) -> HttpResponse:
    """One picture as large as it is, between the one before and the one after, as the album was asked for."""
    found = _asked(request)
    before, one, after = found.around(picture_id)
    [picture], missing = found.printed([one])
    ask_missing(missing)
    context = {
        "album": found,
        "picture": picture,
        "names": get_text_list(found.names_in(one), _("och")),
        "before": before,
        "after": after,
        "query": found.sought.as_query,
        "page_number": found.page_of(picture_id),
    }
    return render(request, "messaging/album/picture.html", context)


def _asked(request: ActorRequest) -> Album:
    """Return the album that the address asks for, and write down that it is looked at."""
    actor, chosen = request.actor, request.GET.get("barn", "")
    try:
        sought = Sought(UUID(chosen) if chosen else None, "med" in request.GET)
    except ValueError:
        raise Http404 from None
    found = album_of(actor, sought)
    audit.looked("album", person_id=actor.person_id, children=found.reached, once_an_hour=True)
    return found
