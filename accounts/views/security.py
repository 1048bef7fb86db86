"""allauth's pages that add or remove a second factor, with what the house does about it."""

from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.forms import Form
from django.http import HttpResponse

from accounts import second_factor
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
