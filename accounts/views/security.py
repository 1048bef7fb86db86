"""allauth's pages that add or remove a second factor, or list devices, with what the house does about it."""

from typing import Any

from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from accounts import second_factor
from accounts.models import User
from portal.lib import clock


class ActivateApp(ActivateTOTPView):  # type: ignore[misc]  # allauth is untyped
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        second_factor.gained(self.request, self.request.user, now=clock.now())
        return response


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]  # allauth is untyped
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        second_factor.gained(self.request, self.request.user, now=clock.now())
        return response


class DeactivateApp(DeactivateTOTPView):  # type: ignore[misc]  # allauth is untyped
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        second_factor.lost(self.request, self.request.user, now=clock.now())
        return response


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]  # allauth is untyped
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        second_factor.lost(self.request, self.request.user, now=clock.now())
        return response


class Devices(ListUserSessionsView):  # type: ignore[misc]  # allauth is untyped
    """Where the person is logged in; this very session is always among them, however it was opened."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            UserSession.objects.create_from_request(request)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response
