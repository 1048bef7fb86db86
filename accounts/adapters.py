"""What allauth asks of the house: nobody signs up, and municipal sign-on finds its person by personal number."""

import logging
import secrets
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, services
from accounts.models import User
from portal.lib import clock, crypto

log = logging.getLogger(__name__)

WRONG_CODE = gettext_lazy("Koden stämmer inte. Vänta på nästa kod och försök igen.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Accounts come by invitation only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy(
            "Adressen och lösenordet stämmer inte. Har du fryst kontot? Be förskolan att öppna det."
        ),
        "too_many_login_attempts": gettext_lazy("För många fel på kort tid. Vänta fem minuter och försök igen."),
        "rate_limited": gettext_lazy("För många försök på kort tid. Vänta fem minuter och försök igen."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": gettext_lazy("Lösenordet stämmer inte."),
        "enter_current_password": gettext_lazy("Lösenordet stämmer inte. Skriv det som du har nu."),
        "invalid_password_reset": gettext_lazy("Länken har redan använts eller är för gammal."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 (allauth's signature)
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        """Begin the session afresh: its idle clock, the language that was chosen before, the log."""
        for kept in ("last_seen", "idle_minutes", "invitation", "invitation_confirmed", "invitation_wrong"):
            request.session.pop(kept, None)
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if not user.language and chosen in dict(settings.LANGUAGES):
            services.choose_language(person=user, language=chosen)
        methods = [record.get("method") for record in get_authentication_records(request, user)]
        if "password" in methods and not is_mfa_enabled(user):
            # Who typed the password a moment ago is not asked for it again to set up the second factor.
            record_authentication(request, user, "password", reauthenticated=True)
        audit.did(
            "account.logged_in", person_id=user.id, now=clock.now(), by="+".join(map(str, dict.fromkeys(methods)))
        )
        return super().post_login(request, user, **kwargs)

    def reauthenticate(self, user: User, password: str) -> bool:
        """Tell whether it is the person's password. allauth would look for an address that it does not keep."""
        return self.authenticate(context.request, email=user.email, password=password) is not None

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ARG002 (allauth's)
        """Count wrong passwords by what finds the person, however the address is written and wherever it is typed."""
        return crypto.blind_index(str(credentials.get("email", "")), purpose="login") or "nobody"


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Second factors are kept as everything else that must not be read from a stolen disk."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "cannot_generate_recovery_codes": gettext_lazy("Lägg först till en app eller en passkey."),
    }

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text)

    def get_totp_label(self, user: User) -> str:
        return user.email or user.full_name

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 (allauth's name)
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Min telefon eller dator") if number == 1 else _("Enhet {number}").format(number=number)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Kapprummet"}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Name the account on the person's own device by the address, as every other account there is."""
        name = user.email or user.full_name
        return {"id": user.id.hex.encode(), "display_name": user.full_name, "name": name}


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Municipal sign-on (OpenID Connect) opens an account that exists; it never makes one.

    What the token itself must be is for `accounts.sign_on`. The answer is the same for a level that is too low, for
    a person whom the portal does not know and for one whose account is frozen.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 (as above)
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        claims = sociallogin.account.extra_data.get("id_token") or {}
        # Nothing that the provider tells is kept but its own id for the person.
        sociallogin.account.extra_data = {}
        sociallogin.email_addresses = []
        nonce = str(sociallogin.state.get("nonce") or "")
        person = self._person(claims)
        if (
            sociallogin.state.get("process") != AuthProcess.LOGIN
            or not nonce
            or not secrets.compare_digest(nonce, str(claims.get("nonce", "")))
            or claims.get("acr") not in settings.OIDC_LEVELS
            or person is None
            or not person.is_active
            or (sociallogin.is_existing and sociallogin.user != person)
        ):
            raise ImmediateHttpResponse(self.unavailable(request, status=HTTPStatus.FORBIDDEN))
        if not sociallogin.is_existing:
            sociallogin.connect(request, person)

    @staticmethod
    def _person(claims: dict[str, Any]) -> User | None:
        number = "".join(sign for sign in str(claims.get(settings.OIDC_PERSONAL_NUMBER_CLAIM, "")) if sign.isdigit())
        return User.objects.with_personal_number(number).first() if len(number) == 12 else None

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, **_more: Any
    ) -> None:
        """Answer whatever went wrong on the way with one page; what exactly is for the log, without the person."""
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(redirect("account_login"))
        log.warning("sign-on at %s gave nothing: %s", provider.name, type(exception).__name__)
        raise ImmediateHttpResponse(self.unavailable(request, status=HTTPStatus.FORBIDDEN))

    @staticmethod
    def unavailable(request: HttpRequest, *, status: HTTPStatus) -> HttpResponse:
        """Say that the sign-on gave no access here, and what to do instead."""
        return render(request, "socialaccount/authentication_error.html", status=status)
