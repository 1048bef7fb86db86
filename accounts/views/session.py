"""The session itself: its language, its end, and whether somebody is still there."""

from typing import Any

from allauth.account.views import LogoutView as AllauthLogoutView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, services
from accounts.models import User
from portal.lib import clock
from portal.lib.http import nothing_new, safe_next

YEAR = 365 * 86_400


def forget_pages(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Tell the browser to throw away every page of the person who was here (A05).

    "storage" takes the service worker with it; it comes back with the next page and holds nothing personal. A paired
    tablet keeps its storage: taps may wait there for the network.
    """
    is_tablet = any(name.endswith("platta") for name in request.COOKIES)
    response.headers["Clear-Site-Data"] = '"cache"' if is_tablet else '"cache", "storage"'
    return response


class LogoutView(AllauthLogoutView):  # type: ignore[misc]  # allauth is untyped
    """Asks on GET, ends the session on POST. Also the way out for somebody who is half-way through logging in."""

    login_required = False

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(self.request.user, User):
            audit.did("account.logged_out", person_id=self.request.user.id, now=clock.now())
        return forget_pages(self.request, super().post(*args, **kwargs))


leave = login_not_required(LogoutView.as_view())


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language: kept with the person, and in this browser for whoever is not logged in (A10)."""
    response = redirect(safe_next(request, "/"))
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        if isinstance(request.user, User):
            services.choose_language(person=request.user, language=chosen)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=YEAR,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def awake(request: HttpRequest) -> HttpResponse:
    """Somebody is still there: the idle time begins anew. Behind the door, so that an ended session is told so."""
    if isinstance(request.user, User):
        request.session["last_seen"] = int(clock.now().timestamp())
    return HttpResponse(status=nothing_new().status_code)
