"""The children's days in a guardian's own calendar: the page that gives the address, and what is read there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from attendance import services
from attendance.calendar_writing import Entry, calendar_file
from attendance.models import CalendarFeed
from attendance.selectors.feed import Family, entries_of, family_of, feed_at, feed_of
from attendance.selectors.guardian import own_children
from children.actors import Actor
from children.http import ActorRequest
from portal.lib import clock
from portal.lib.http import see_other
from portal.lib.limits import seconds_to_wait

SECRET = re.compile(r"[0-9a-f]{48}")
MOST_OF_ONE_ADDRESS, MOST_BY_ONE_VISITOR = 60, 1_200  # an hour; a minute


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_feed(request: ActorRequest) -> HttpResponse:
    """Show a guardian the address, make it (`do=make`), exchange it (`renew`) or take it away (`revoke`)."""
    if request.actor.person_id is None or request.actor.tablet is not None:
        raise Http404
    if request.method == "POST":
        return _change(request)
    feed = feed_of(request.actor.person_id)
    address = f"{settings.BASE_URL}{reverse('attendance:feed', args=[feed.secret])}" if feed else ""
    context = {
        "address": address,
        "webcal": address.replace(urlsplit(address).scheme, "webcal", 1) if address else "",
        "has_children": bool(own_children(request.actor)),
    }
    return render(request, "attendance/feed/page.html", context)


def _change(request: ActorRequest) -> HttpResponse:
    do, actor, now = request.POST.get("do"), request.actor, clock.now()
    if do == "make":
        services.make_feed(actor=actor, now=now)
    elif do == "renew":
        services.renew_feed(actor=actor, now=now)
        messages.success(request, _("Adressen är utbytt. Lägg in den nya i din kalender."))
    elif do == "revoke":
        services.revoke_feed(actor=actor, now=now)
        messages.success(request, _("Adressen är borttagen. Kalendrar som läste där får inget mer."))
    else:
        raise Http404
    return see_other(request, reverse("attendance:calendar_feed"))


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Give the calendar at a secret address to whoever knows it; nothing to anybody else.

    A calendar that asks whether there is anything new is told so without the file being written. One address is read
    every minute at most, on all devices together; one visitor may ask for very many, since calendar services do so for
    thousands of families.
    """
    wait = max(
        seconds_to_wait("feed", secret, most=MOST_OF_ONE_ADDRESS, each=timedelta(hours=1)),
        seconds_to_wait(
            "feeds", get_adapter().get_client_ip(request), most=MOST_BY_ONE_VISITOR, each=timedelta(minutes=1)
        ),
    )
    if wait:
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(wait)})
    found = feed_at(secret) if SECRET.fullmatch(secret) else None
    if found is None:
        raise Http404
    with translation.override(found.person.language or settings.LANGUAGE_CODE):
        family = family_of(Actor.of_person(found.person))
        entries = entries_of(family)
        name = _("Förskolan")
    audit.looked(
        "attendance.feed",
        person_id=found.person_id,
        children=[child.pk for child in family.children],
        back_to=family.first,
        once_an_hour=True,
    )
    return _answer(request, found, family, entries, name)


def _answer(
    request: HttpRequest, found: CalendarFeed, family: Family, entries: Sequence[Entry], name: str
) -> HttpResponseBase:
    digest = hashlib.sha256(repr((name, family.years, entries)).encode()).hexdigest()
    now = clock.now()
    if digest != found.digest or found.changed_at is None:
        services.note_content(feed_id=found.pk, digest=digest, now=now)
        found.changed_at = now
    etag, since = f'"{digest[:32]}"', int(found.changed_at.timestamp())
    response = get_conditional_response(request, etag=etag, last_modified=since)
    if response is None or response.status_code != 304:
        body = calendar_file(entries, name=name, zone=get_default_timezone(), years=family.years, now=found.changed_at)
        response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="kapprummet.ics"'
    response["ETag"] = etag
    response["Last-Modified"] = http_date(since)
    response["Cache-Control"] = "private, no-cache"  # kept, and asked about each time: access can end at any moment
    return response
