"""Headers on every answer, whoever gives it (PROMISES 3.6): a page, a file, a redirect, a refusal, nginx itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from tests.cast import Cast

pytestmark = pytest.mark.django_db

NGINX = Path(__file__).resolve().parent.parent / "deploy" / "nginx.conf"
EXACT = {
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def check(answer: Any) -> None:
    assert {name: answer.headers.get(name) for name in EXACT} == EXACT
    assert "default-src" in answer.headers["Content-Security-Policy"]
    assert "Permissions-Policy" in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_personal_page_is_kept_nowhere(cast: Cast, log_in: Callable[[User], Client]) -> None:
    answer = log_in(cast.amina).get("/mina-barn/")
    check(answer)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store, private"


def test_a_static_file_has_them_and_may_be_kept(settings: Settings, tmp_path: Path) -> None:
    name = "css/board.0123456789ab.css"
    (tmp_path / "css").mkdir()
    (tmp_path / name).write_text("a { color: red }")
    settings.STATIC_ROOT = str(tmp_path)
    settings.WHITENOISE_AUTOREFRESH = True
    settings.WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\."
    answer = Client().get(f"/static/{name}")
    assert answer.status_code == 200
    check(answer)
    assert "immutable" in answer.headers["Cache-Control"]
    assert "public" in answer.headers["Cache-Control"]


def test_a_slash_redirect() -> None:
    answer = Client().get("/om")
    assert answer.status_code == 301
    check(answer)
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_redirect_to_https(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/om/")
    assert answer.headers["Location"].startswith("https://")
    check(answer)


def test_a_wrong_host() -> None:
    answer = Client(raise_request_exception=False).get("/om/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    check(answer)
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_wrong_host_at_the_redirect_to_https(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client(raise_request_exception=False).get("/om/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    check(answer)


def test_a_form_from_elsewhere() -> None:
    answer = Client(enforce_csrf_checks=True).post("/tillganglighet/", {"text": "x"})
    assert answer.status_code == 403
    check(answer)


@pytest.mark.parametrize("path", ["/finns/inte/", "/robots.txt", "/konto/logga-in/", "/"])
def test_all_others(path: str) -> None:
    check(Client().get(path))


def test_what_nginx_answers_by_itself_has_the_same() -> None:
    """Each header of its own is sent on errors too, and only when the portal has not said it."""
    config = NGINX.read_text()
    maps = dict(re.findall(r"map \$(?:scheme:\$)?upstream_http_(\w+) \$own_\w+ { (.+?); default \"\"; }", config))
    added = re.findall(r"^ {4}add_header (\S+) \$own_\w+ always;$", config, re.MULTILINE)
    wanted = {*EXACT, "Content-Security-Policy", "Cache-Control", "Strict-Transport-Security"}
    assert set(added) == wanted
    assert set(maps) == {name.lower().replace("-", "_") for name in wanted}
    for name, value in EXACT.items():
        assert maps[name.lower().replace("-", "_")].removeprefix('"" ').strip('"') == value
    # One inside a server or a location switches off all that are inherited: where files are sent all are said anew.
    before, files = config.split("location /_files/ {")
    files, after = files.split("location /_files/here/ {")
    assert len(re.findall(r"^\s*add_header", before + after, re.MULTILINE)) == len(added)
    assert {*re.findall(r"^\s*add_header (\S+)", files, re.MULTILINE)} == wanted - {"Cache-Control"} | {"ETag", "Vary"}
