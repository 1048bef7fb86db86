"""On which devices one gets notices."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from children.http import ActorRequest
from notifications import devices as known_devices
from portal.lib import clock, web_push
from portal.lib.http import see_other


@require_http_methods(["GET", "HEAD", "POST"])
def devices(request: ActorRequest) -> HttpResponse:
    """Show the person's devices; a POST, written by the browser itself, adds the one it comes from."""
    person, problem = _person(request), ""
    if request.method == "POST":
        try:
            known_devices.keep_device(
                person=person,
                endpoint=request.POST.get("endpoint", ""),
                public_key=request.POST.get("public_key", ""),
                secret=request.POST.get("secret", ""),
                agent=request.headers.get("User-Agent", ""),
                now=clock.now(),
            )
        except ValidationError as refusal:
            problem = " ".join(refusal.messages)
        else:
            messages.success(request, _("Du får notiser på den här enheten."))
            return see_other(request, reverse("devices"))
    is_offered = known_devices.is_offered()
    context = {
        "devices": [(device, _digest(device.endpoint)) for device in known_devices.devices_of(person)],
        "key": web_push.public_key(settings.VAPID_PRIVATE_KEY) if is_offered else "",
        "problem": problem,
    }
    return render(request, "notices/devices.html", context, status=422 if problem else 200)


@require_POST
def device_removal(request: ActorRequest, device_id: UUID) -> HttpResponse:
    """Push nothing to one of the person's devices any more."""
    if not known_devices.remove_device(person=_person(request), device_id=device_id, now=clock.now()):
        raise Http404
    messages.success(request, _("Enheten får inga notiser längre."))
    return see_other(request, reverse("devices"))


def _person(request: ActorRequest) -> User:
    """Return who is logged in. A department's tablet belongs to nobody, whoever gave a PIN."""
    if request.actor.person is None or request.actor.tablet is not None:
        raise Http404
    return request.actor.person


def _digest(endpoint: str) -> str:
    """Return what a browser can make of its own address, so that it finds itself in the list."""
    return hashlib.sha256(endpoint.encode()).hexdigest()
