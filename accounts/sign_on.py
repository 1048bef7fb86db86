"""Municipal sign-on: OpenID Connect with everything checked that the standard asks a client to check.

allauth (65) carries the code flow: state, PKCE, the exchange. By itself it neither sends nor checks a nonce, leaves
out the signature of a token that came over TLS, and prefers what `userinfo` says about who somebody is. Here the
signed token alone says who it is; `userinfo` may only add the personal number, for the same subject.
"""

import secrets
from http import HTTPStatus
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from portal.lib.http import safe_next

# Never "none", and nothing with a shared secret: the provider's published key must have signed it.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
CLOCKS_MAY_DIFFER = 30
REQUIRED = ["iss", "aud", "sub", "exp", "iat", "nonce"]


class SignOnAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth is untyped
    """Takes what the provider answers, and refuses (`OAuth2Error`) what is not right in every part."""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        signed = kwargs["response"].get("id_token")
        if not signed:
            raise OAuth2Error("no id_token")
        claims = self._decode_id_token(app, signed)
        number = settings.OIDC_PERSONAL_NUMBER_CLAIM
        if number not in claims and "userinfo_endpoint" in self.openid_config:
            told = self._fetch_user_info(token.token)
            if told.get("sub") != claims["sub"]:
                raise OAuth2Error("userinfo is about somebody else")
            claims[number] = told.get(number, "")
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _decode_id_token(self, app: SocialApp, signed: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        try:
            keys = jwt.PyJWKSet.from_dict(answer.json())
            claims: dict[str, Any] = jwt.decode(
                signed,
                keys[jwt.get_unverified_header(signed).get("kid", "")],
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=CLOCKS_MAY_DIFFER,
                options={"require": REQUIRED},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as fault:
            raise OAuth2Error("the id_token does not hold") from fault
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("the id_token was made out to another client")
        return claims


def _adapter(request: HttpRequest, provider_id: str) -> SignOnAdapter:
    adapter = SignOnAdapter(request, provider_id)
    try:
        adapter.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return adapter


@login_not_required
@require_POST
@never_cache
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the browser to the municipality's sign-on. Nothing of the request decides what is asked for there."""
    provider = _adapter(request, provider_id).get_provider()
    nonce = secrets.token_urlsafe(24)
    asked = {**provider.get_auth_params(), "nonce": nonce, "acr_values": " ".join(settings.OIDC_LEVELS)}
    try:
        answer: HttpResponse = provider.redirect(
            request, process=AuthProcess.LOGIN, next_url=safe_next(request, "/"), auth_params=asked, nonce=nonce
        )
    except (RequestException, KeyError, ValueError):  # the provider is away, or talks nonsense
        request.session.pop(statekit.STATES_SESSION_KEY, None)
        return get_adapter().unavailable(request, status=HTTPStatus.BAD_GATEWAY)  # type: ignore[no-any-return]  # allauth
    return answer


@login_not_required
@require_safe
@never_cache
def answer(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the browser back from the municipality's sign-on: log in, or say kindly that it gave no access."""
    view = OAuth2CallbackView.adapter_view(_adapter(request, provider_id))
    try:
        response: HttpResponse = view(request)
    except (KeyError, ValueError):
        return get_adapter().unavailable(request, status=HTTPStatus.BAD_GATEWAY)  # type: ignore[no-any-return]  # allauth
    return response
