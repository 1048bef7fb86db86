"""Municipal sign-on against a small but real OpenID provider on this machine (A08).

Discovery, keys, code flow with PKCE, RSA signatures, all over HTTP. What each refusal needs is bent in the provider's
answer, nothing in the house is replaced.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from jwt.algorithms import RSAAlgorithm
from pytest_django.fixtures import Settings

from accounts import services
from accounts.models import User
from portal.lib import clock
from tests.cast import Cast

NUMBER = "198503052384"
CLIENT_ID, CLIENT_SECRET = "kapprummet", "hemligt-for-provet"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
Bend = Callable[[dict[str, Any]], None]


@dataclass
class Provider:
    """What the provider says next, and what it was asked."""

    url: str
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = KEY
    algorithm: str = "RS256"
    has_token: bool = True
    asked: dict[str, str] = field(default_factory=dict)
    challenges: dict[str, str] = field(default_factory=dict)

    def token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "person-1",
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked.get("nonce", ""),
            "acr": "loa3",
            "personal_number": NUMBER,
            "email": "nagon@example.org",
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        key: Any = (
            self.key if self.algorithm.startswith("RS") else "" if self.algorithm == "none" else CLIENT_SECRET * 3
        )
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "one"})


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        url = self.provider.url
        if self.path.startswith("/.well-known/openid-configuration"):
            self.say(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "userinfo_endpoint": f"{url}/userinfo",
                    "jwks_uri": f"{url}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif self.path == "/keys":
            public = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
            self.say({"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]})
        elif self.path == "/userinfo":
            self.say({"sub": "person-1"} | self.provider.userinfo)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"][0].encode()).digest()).rstrip(b"=")
        right = form["client_secret"] == [CLIENT_SECRET] and challenge.decode() == self.provider.asked["code_challenge"]
        answer: dict[str, Any] = {"access_token": "anything", "token_type": "Bearer"}
        if self.provider.has_token:
            answer["id_token"] = self.provider.token()
        self.say(answer if right else {"error": "invalid_grant"}, 200 if right else 400)

    def say(self, answer: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider(settings: Settings, db: None) -> Iterator[Provider]:
    cache.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Provider(url=f"http://127.0.0.1:{server.server_port}")
    Handler.provider = made
    Thread(target=server.serve_forever, daemon=True).start()
    settings.OIDC_LEVELS = ["loa3"]
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "SCOPE": ["openid"],
            "APPS": [
                {
                    "provider_id": "kommun",
                    "name": "Lövköpings inloggning",
                    "client_id": CLIENT_ID,
                    "secret": CLIENT_SECRET,
                    "settings": {"server_url": made.url},
                }
            ],
        }
    }
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def maria(cast: Cast) -> User:
    cast.maria.personal_number = NUMBER
    cast.maria.save()
    return cast.maria


def begin(browser: Client, provider: Provider, path: str = "/konto/kommun/kommun/", **form: str) -> dict[str, str]:
    """Press the button, and return what the browser is sent to the provider with."""
    there = urlsplit(browser.post(path, form).headers["Location"])
    assert f"{there.scheme}://{there.netloc}" == provider.url
    provider.asked = {name: values[0] for name, values in parse_qs(there.query).items()}
    return provider.asked


def come_back(browser: Client, asked: dict[str, str], **more: str) -> HttpResponse:
    return browser.get("/konto/kommun/kommun/svar/", {"code": "abc", "state": asked["state"]} | more)  # type: ignore[return-value]  # what the client gives


def sign_on(provider: Provider, browser: Client | None = None, **form: str) -> tuple[Client, HttpResponse]:
    browser = browser or Client()
    return browser, come_back(browser, begin(browser, provider, **form))


def who(browser: Client) -> str | None:
    found: str | None = browser.session.get("_auth_user_id")
    return found


def test_the_right_person_comes_in_by_personal_number(provider: Provider, maria: User) -> None:
    """A08: and needs no second factor of ours, since the level was checked."""
    browser, answer = sign_on(provider, next="/installningar/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/installningar/")
    assert who(browser) == str(maria.pk)
    assert browser.get("/installningar/").status_code == 200
    again, _answer = sign_on(provider)
    assert who(again) == str(maria.pk)


def test_what_is_asked_for(provider: Provider, maria: User) -> None:
    """A08: state, nonce, PKCE and a level, new each time; nothing from the address gets into it."""
    first = begin(Client(), provider, path="/konto/kommun/kommun/?auth_params=acr_values%3Dloa1&scope=everything")
    second = begin(Client(), provider)
    assert first["scope"] == "openid"
    assert first["acr_values"] == "loa3"
    assert first["code_challenge_method"] == "S256"
    for part in ("state", "nonce", "code_challenge"):
        assert first[part] != second[part]


def test_nothing_that_the_provider_tells_is_kept(provider: Provider, maria: User) -> None:
    sign_on(provider)
    account = SocialAccount.objects.get()
    assert (account.uid, account.extra_data) == ("person-1", {})
    assert not EmailAddress.objects.exists()
    assert not SocialToken.objects.exists()


@pytest.mark.parametrize(
    ("fault", "bend"),
    [
        ("audience", {"aud": "somebody-else"}),
        ("audience among others", {"aud": ["somebody-else", "kapprummet"], "azp": "somebody-else"}),
        ("nonce", {"nonce": "of-another-login"}),
        ("no nonce", {"nonce": None}),
        ("level", {"acr": "loa2"}),
        ("no level", {"acr": None}),
        ("expired", {"exp": int(time.time()) - 120}),
        ("no expiry", {"exp": None}),
        ("not yet", {"nbf": int(time.time()) + 600}),
        ("issuer", {"iss": "https://elsewhere.example"}),
        ("unknown person", {"personal_number": "199001012384"}),
        ("no number", {"personal_number": ""}),
        ("a part of a number", {"personal_number": "2384"}),
    ],
)
def test_a_token_that_is_not_right_is_refused(
    provider: Provider, maria: User, fault: str, bend: dict[str, Any]
) -> None:
    """A08: a wrong audience, nonce, level or an expired token; one answer for all of them."""
    provider.claims = bend
    browser, answer = sign_on(provider)
    assert answer.status_code == 403, fault
    assert who(browser) is None
    assert not SocialAccount.objects.exists()
    assert "gav ingen behörighet här" in answer.content.decode()


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS256"])
def test_a_signature_that_is_not_the_providers_is_refused(provider: Provider, maria: User, algorithm: str) -> None:
    """A08: unsigned, signed with the shared secret, or by another key."""
    provider.algorithm, provider.key = algorithm, OTHER_KEY
    browser, answer = sign_on(provider)
    assert (answer.status_code, who(browser)) == (403, None)


def test_without_a_token_nobody_comes_in(provider: Provider, maria: User) -> None:
    """A08: what `userinfo` says is not enough."""
    provider.has_token = False
    provider.userinfo = {"personal_number": NUMBER, "acr": "loa3"}
    browser, answer = sign_on(provider)
    assert (answer.status_code, who(browser)) == (403, None)


def test_userinfo_may_add_the_number_for_the_same_subject(provider: Provider, maria: User) -> None:
    provider.claims = {"personal_number": None}
    provider.userinfo = {"personal_number": NUMBER}
    assert who(sign_on(provider)[0]) == str(maria.pk)
    provider.userinfo = {"personal_number": NUMBER, "sub": "person-2"}
    assert who(sign_on(provider)[0]) is None


def test_userinfo_cannot_change_who_it_is(provider: Provider, maria: User, cast: Cast) -> None:
    cast.eva.personal_number = "197001012380"
    cast.eva.save()
    provider.userinfo = {"personal_number": "197001012380"}
    assert who(sign_on(provider)[0]) == str(maria.pk)


def test_an_answer_to_a_login_that_nobody_began_is_refused(provider: Provider, maria: User) -> None:
    """A08: neither with somebody else's state, nor twice."""
    browser, attacker = Client(), Client()
    asked = begin(attacker, provider)
    assert come_back(browser, asked).status_code == 403
    assert who(browser) is None
    begin(browser, provider)
    asked = provider.asked
    come_back(browser, asked)
    assert come_back(browser, asked).status_code == 403


def test_a_frozen_account_stays_closed(provider: Provider, maria: User) -> None:
    """A09: and the answer is the one that an unknown person gets."""
    sign_on(provider)
    services.freeze(person=maria, now=clock.now())
    browser, answer = sign_on(provider)
    assert (answer.status_code, who(browser)) == (403, None)


def test_a_number_that_moved_to_another_person_opens_nothing(provider: Provider, maria: User, cast: Cast) -> None:
    """The provider's id was connected to one person; now its number is another's."""
    sign_on(provider)
    maria.personal_number = ""
    maria.save()
    cast.eva.personal_number = NUMBER
    cast.eva.save()
    assert who(sign_on(provider)[0]) is None


def test_whoever_was_there_before_is_not_any_more(provider: Provider, maria: User, cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.amina, backend="accounts.backends.LoginBackend")
    sign_on(provider, browser)
    assert who(browser) == str(maria.pk)


def test_a_get_begins_nothing(provider: Provider) -> None:
    assert Client().get("/konto/kommun/kommun/").status_code == 405
    assert Client().post("/konto/kommun/annan/").status_code == 404


def test_changing_ones_mind(provider: Provider, maria: User) -> None:
    browser = Client()
    asked = begin(browser, provider)
    answer = browser.get("/konto/kommun/kommun/svar/", {"error": "access_denied", "state": asked["state"]})
    assert answer.headers["Location"] == "/konto/logga-in/"


def test_a_provider_that_is_away_is_said_kindly(provider: Provider, settings: Settings) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"] = {"server_url": "http://127.0.0.1:9"}
    assert Client().post("/konto/kommun/kommun/").status_code == 502


def test_the_login_page_offers_it_only_where_it_is(provider: Provider, settings: Settings) -> None:
    assert "Lövköpings inloggning" in Client().get("/konto/logga-in/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "Lövköpings inloggning" not in Client().get("/konto/logga-in/").content.decode()
