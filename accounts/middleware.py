"""The reader's language, and sessions that end when nobody is there."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts.models import User
from portal.lib import clock

Next = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Chooses the language: the person's own, else this browser's choice, else what the browser asks for."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = request.user.language if self._has_session(request) and request.user.is_authenticated else ""
        language = language or translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response

    @staticmethod
    def _has_session(request: HttpRequest) -> bool:
        return settings.SESSION_COOKIE_NAME in request.COOKIES


class IdleMiddleware:
    """Ends a session after minutes of rest, and lets the browser forget its pages (A05). The page itself warns two
    minutes before and can extend.

    `last_seen` is written at most once a minute, so that reading a page stays reading. Requests that a page makes by
    itself (`X-Idle: 1`) do not count as somebody being there.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
            now = int(clock.now().timestamp())
            last_seen = request.session.get("last_seen", now)
            if now - last_seen > 60 * request.session.get("idle_minutes", settings.IDLE_MINUTES_STAFF):
                logout(request)
                response = self.get_response(request)
                response.headers["Clear-Site-Data"] = '"cache"'
                return response
            if "X-Idle" not in request.headers and (now - last_seen >= 60 or "last_seen" not in request.session):
                request.session["last_seen"] = now
        return self.get_response(request)
