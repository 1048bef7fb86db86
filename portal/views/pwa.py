"""What makes the portal an app on a phone, and what machines ask for by a fixed address."""

from datetime import UTC, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal.lib import clock


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    return render(request, "pwa/manifest.webmanifest", content_type="application/manifest+json")


@login_not_required
@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker that keeps the offline page. Asked for anew each time, so that a release takes hold at once."""
    return render(request, "pwa/sw.js", content_type="text/javascript")


@login_not_required
@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without network: nothing personal, the same for everybody."""
    return render(request, "pwa/offline.html")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86_400)
def robots(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86_400)
def security_txt(_request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116)."""
    contact = settings.SECURITY_CONTACT or settings.CONTACT_EMAIL
    address = f"mailto:{contact}" if "@" in contact and ":" not in contact else contact
    lines = [
        f"Contact: {address or settings.BASE_URL + '/tillganglighet/'}",
        f"Expires: {(clock.now() + timedelta(days=180)).astimezone(UTC):%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: sv, en",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
