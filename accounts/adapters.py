"""What allauth asks of the house: nobody signs up, and municipal sign-on finds its person by personal number."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import User
from portal.lib import crypto


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Accounts come by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 (allauth's signature)
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        """Begin the session's idle clock afresh, so that a rest in an earlier session does not count."""
        request.session.pop("last_seen", None)
        return super().post_login(request, user, **kwargs)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Second factors are kept as everything else that must not be read from a stolen disk."""

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Kapprummet"}


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Municipal sign-on (OpenID Connect) opens an account that exists; it never makes one.

    The answer is the same for a person whom the portal does not know and for one whose account is frozen.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 (as above)
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        claims = sociallogin.account.extra_data
        claims = claims.get("id_token") or claims.get("userinfo") or claims
        number = "".join(sign for sign in str(claims.get(settings.OIDC_PERSONAL_NUMBER_CLAIM, "")) if sign.isdigit())
        person = User.objects.with_personal_number(number).first() if number else None
        if claims.get("acr") not in settings.OIDC_LEVELS or person is None or not person.is_active:
            messages.error(request, _("Inloggningen gav ingen behörighet här. Fråga förskolan om du borde ha det."))
            raise ImmediateHttpResponse(redirect("account_login"))
        # Nothing that the provider tells is kept but its own id for the person.
        sociallogin.account.extra_data = {}
        if sociallogin.is_existing and sociallogin.user != person:
            raise ImmediateHttpResponse(redirect("account_login"))
        if not sociallogin.is_existing:
            sociallogin.connect(request, person)
