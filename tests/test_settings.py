"""Settings: every switch by environment alone, and a production that refuses to start when it is unsafe."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.tools

SAFE = {
    "PRODUCTION": "1",
    "SECRET_KEY": "k" * 60,
    "INDEX_KEY": "i" * 40,
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "kapprummet.example",
    "BASE_URL": "https://kapprummet.example",
    "DATABASE_URL": "postgres://kapprummet:x@db/kapprummet",
    "REDIS_URL": "redis://redis:6379/0",
    "EMAIL_URL": "smtp://mail.example:25",
}


def read(*names: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Print settings as JSON in a process that has this environment and no more."""
    program = "import json; from portal import settings as s; "
    program += f"print(json.dumps([getattr(s, name) for name in {names!r}], default=str))"
    kept = {name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=kept | {"VAR": "/nowhere"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def values(*names: str, **environment: str) -> list[Any]:
    answer = read(*names, **environment)
    assert answer.returncode == 0, answer.stderr
    found: list[Any] = json.loads(answer.stdout)
    return found


def test_an_empty_environment_is_the_embedded_default() -> None:
    production, debug, demo, databases, caches, broker, mail = values(
        "PRODUCTION", "DEBUG", "DEMO", "DATABASES", "CACHES", "CELERY_BROKER_URL", "EMAIL_BACKEND"
    )
    assert (production, debug, demo) == (False, False, False)
    assert databases["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert caches["default"]["BACKEND"].endswith("DatabaseCache")
    assert broker == "filesystem://localhost"
    assert str(mail).endswith("console.EmailBackend")


def test_a_safe_production_starts() -> None:
    production, secure, hsts, session, second = values(
        "PRODUCTION",
        "SESSION_COOKIE_SECURE",
        "SECURE_HSTS_SECONDS",
        "SESSION_COOKIE_NAME",
        "SECOND_FACTOR_FOR_STAFF",
        **SAFE,
    )
    assert (production, secure, second) == (True, True, True)
    assert isinstance(hsts, int)
    assert hsts > 31_000_000
    assert session == "__Host-session"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "1"),
        ("DEMO", "1"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "insecure-" + "x" * 60),
        ("INDEX_KEY", "short"),
        ("INDEX_KEY", SAFE["SECRET_KEY"]),
        ("INDEX_KEY", "insecure-" + "x" * 60),
        ("FIELD_KEYS", ""),
        ("FIELD_KEYS", "b25seS1mb3ItdGVzdHMtYW5kLWEtZmlyc3QtbG9vayE="),
        ("FIELD_KEYS", f"{'A' * 43}=,b25seS1mb3ItdGVzdHMtYW5kLWEtZmlyc3QtbG9vayE="),
        ("FIELD_KEYS", f"{'A' * 43}=,short"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "kapprummet.example,*"),
        ("BASE_URL", "http://kapprummet.example"),
        ("DATABASE_URL", "sqlite:///x.sqlite3"),
        ("DATABASE_URL", "mysql://kapprummet:x@db/kapprummet"),
        ("REDIS_URL", ""),
        ("BROKER_URL", "filesystem://"),
        ("BROKER_URL", "memory://"),
        ("EMAIL_URL", "consolemail://"),
        ("EMAIL_URL", "dummymail://"),
        ("EMAIL_URL", "filemail:///tmp/mail"),
        ("EMAIL_URL", "memorymail://"),
        ("EMAIL_URL", "smtp://"),
        ("FILES_S3", "http://key:secret@store.example/pictures"),
    ],
)
def test_an_unsafe_production_refuses_to_start(name: str, value: str) -> None:
    answer = read("DEBUG", **SAFE | {name: value})
    assert answer.returncode != 0
    assert "ImproperlyConfigured" in answer.stderr
    assert name in answer.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "INDEX_KEY", "BASE_URL"])
def test_what_production_lacks_is_named(name: str) -> None:
    answer = read("DEBUG", **{key: value for key, value in SAFE.items() if key != name})
    assert answer.returncode != 0
    assert name in answer.stderr


@pytest.mark.parametrize(
    ("name", "value", "setting", "expected"),
    [
        ("DEBUG", "yes", "DEBUG", True),
        ("DEMO", "on", "DEMO", True),
        ("DEMO", "on", "SECOND_FACTOR_FOR_STAFF", False),
        ("BROKER_URL", "redis://b:6379/1", "CELERY_BROKER_URL", "redis://b:6379/1"),
        ("REDIS_URL", "redis://r:6379/1", "CELERY_BROKER_URL", "redis://r:6379/1"),
        ("EMAIL_URL", "smtp://mail.example:2525", "EMAIL_PORT", 2525),
        ("MAIL_FROM", "a@b.example", "DEFAULT_FROM_EMAIL", "a@b.example"),
        ("FILES_ROOT", "/files", "FILES_ROOT", "/files"),
        ("TIME_ZONE", "Europe/Helsinki", "TIME_ZONE", "Europe/Helsinki"),
        ("IDLE_MINUTES_STAFF", "12", "IDLE_MINUTES_STAFF", 12),
        ("ALLOWED_HOSTS", "a.example, b.example", "ALLOWED_HOSTS", ["a.example", "b.example"]),
        ("CONTACT_EMAIL", "hej@kommun.example", "CONTACT_EMAIL", "hej@kommun.example"),
        ("BASE_URL", "https://a.example/", "BASE_URL", "https://a.example"),
    ],
)
def test_a_switch_works_by_environment_alone(name: str, value: str, setting: str, expected: object) -> None:
    assert values(setting, **{name: value}) == [expected]


def test_municipal_sign_on_appears_when_it_is_named() -> None:
    switch = {"OIDC_SERVER": "https://id.example", "OIDC_CLIENT_ID": "portal", "OIDC_CLIENT_SECRET": "x"}
    (providers,) = values("SOCIALACCOUNT_PROVIDERS", **switch)
    assert "openid_connect" in providers
    assert values("SOCIALACCOUNT_PROVIDERS") == [{}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("IDLE_MINUTES_STAFF", "soon"),
        ("IDLE_MINUTES_STAFF", "0"),
        ("IDLE_MINUTES_GUARDIAN", "-5"),
        ("FIELD_KEYS", "not-a-key"),
    ],
)
def test_a_switch_that_makes_no_sense_stops_the_start(name: str, value: str) -> None:
    answer = read("DEBUG", **{name: value})
    assert answer.returncode != 0
    assert name in answer.stderr


def test_a_wrong_key_is_not_shown() -> None:
    assert "almost-a-secret" not in read("DEBUG", FIELD_KEYS="almost-a-secret").stderr.replace("FIELD_KEYS", "")


def test_the_embedded_default_has_a_key_that_seals() -> None:
    (keys,) = values("FIELD_KEYS")
    assert isinstance(keys, list)
    assert Fernet(keys[0]).encrypt(b"x")


def test_what_the_first_page_loads_is_there_before_the_workers_are_made() -> None:
    """Each of them would load it again for itself: 5 MB."""
    script = (
        "import runpy, sys, types; import portal.wsgi; conf = runpy.run_path('gunicorn.conf.py');"
        "log = types.SimpleNamespace(error_log=types.SimpleNamespace(handlers=[]));"
        "conf['when_ready'](types.SimpleNamespace(log=log));"
        "print(*sorted({'redis.client', 'portal.templatetags.look'} & set(sys.modules)))"
    )
    given = os.environ | {"REDIS_URL": "redis://127.0.0.1:1/0", "DJANGO_SETTINGS_MODULE": "portal.settings"}
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=given)
    assert run.stdout.split() == ["portal.templatetags.look", "redis.client"]
