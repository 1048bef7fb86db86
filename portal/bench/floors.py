"""The floors: the barest pages that Django can serve, behind the same middleware and in the same server.

They are open to all, so that the door asks for no roles: a session and its user are what a floor is made of.

Mounted only by `manage.py bench` (the environment variable BENCH); everything measured is a multiple of these two.
"""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.models import PinTries
from children.http import ActorRequest
from children.models import Department
from portal.lib.ids import uuid7


@login_not_required
@require_GET
def reading(request: HttpRequest) -> HttpResponse:
    """F1: a session, a user, one SELECT of twenty rows, a template that prints them."""
    return render(request, "bench/floor.html", {"rows": Department.objects.all()[:20]})


@login_not_required
@require_POST
def writing(request: ActorRequest) -> HttpResponse:
    """F2: a session, a user, a CSRF check, one INSERT in a transaction."""
    with transaction.atomic():
        PinTries.objects.create(person=request.actor.person, tablet_id=uuid7())  # type: ignore[misc]  # a person is
    return HttpResponse("ok")


urlpatterns = [
    path("matning/lasa/", reading, name="floor_reading"),
    path("matning/skriva/", writing, name="floor_writing"),
]
