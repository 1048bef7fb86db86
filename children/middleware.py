"""The outer door: nobody comes in without being a person or a paired tablet, and staff need a second factor."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User
from accounts.second_factor import has_second_factor, is_enrolment
from children import tablets
from children.actors import Actor
from portal.lib.http import is_fragment_wanted, page_of


class DoorMiddleware(LoginRequiredMiddleware):
    """Sets `request.actor`, and lets nobody through to a view that is not marked as open to all.

    A person's own login goes before the device's pairing. What the actor may do behind the door is for
    `children.access` to say.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        request.actor = actor = self._actor_of(request)  # type: ignore[attr-defined]  # declared by ActorRequest
        if not getattr(view_func, "login_required", True):
            return None
        if actor is None and tablets.TABLET_COOKIE in request.COOKIES:
            return redirect("children:tablet")  # it was revoked: nobody logs in on it
        if actor is None and is_fragment_wanted(request):
            # A part of a page is no place for a login, and its address no place to come back to.
            query = urlencode({REDIRECT_FIELD_NAME: page_of(request)})
            return HttpResponse(status=401, headers={"HX-Redirect": f"{reverse('account_login')}?{query}"})
        if actor is None:
            return super().process_view(request, view_func, view_args, view_kwargs)
        if actor.tablet is None:
            if self._lacks_second_factor(request, actor):
                return redirect("mfa_index")
            self._settle_session(request, actor)
        return None

    def _actor_of(self, request: HttpRequest) -> Actor | None:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
            return Actor.of_person(request.user)
        tablet = tablets.tablet_of(request)
        if tablet is None:
            return None
        tablets.note_seen(tablet)
        return Actor.of_tablet(tablet, tablets.pin_person_of(request, tablet))

    def _lacks_second_factor(self, request: HttpRequest, actor: Actor) -> bool:
        return (
            settings.SECOND_FACTOR_FOR_STAFF
            and not has_second_factor(request)
            and not is_enrolment(request)
            and actor.is_staff
        )

    @staticmethod
    def _settle_session(request: HttpRequest, actor: Actor) -> None:
        """Decide, once in a session, how long it may rest: staff sit at shared computers, guardians at home.

        A guardian who asked to stay logged in on the own phone does, for as long as the session's cookie lives.
        """
        session = request.session
        if "idle_minutes" in session:
            return
        if actor.is_staff:
            session["idle_minutes"] = settings.IDLE_MINUTES_STAFF
        elif session.get("stays"):
            session["idle_minutes"] = settings.SESSION_COOKIE_AGE // 60
            session.set_expiry(settings.SESSION_COOKIE_AGE)
            return
        else:
            session["idle_minutes"] = settings.IDLE_MINUTES_GUARDIAN
        session.set_expiry(0)
