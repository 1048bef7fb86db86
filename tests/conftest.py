"""Fixtures that every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from urllib.parse import urlsplit

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from accounts.models import User
from children.tablets import TABLET_COOKIE
from tests.cast import Cast

# Playwright's event loop makes Django believe that it runs in async code; the browser tests call it from plain code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

JOURNAL = "messaging.migrations.0005_journal"

# A busy machine must not make a property look false.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

# Each worker has a folder and a Redis of its own, as it has a database of its own: some tests empty the cache, and
# on SQLite only one import may run in a folder.
if worker := os.environ.get("PYTEST_XDIST_WORKER", ""):
    django_settings.VAR = django_settings.VAR / "test" / worker
    django_settings.VAR.mkdir(parents=True, exist_ok=True)
    if django_settings.REDIS_URL:
        number = 1 + int(worker.removeprefix("gw"))
        own = urlsplit(django_settings.REDIS_URL)._replace(path=f"/{number}").geturl()
        for name in ("default", "stamps"):
            django_settings.CACHES[name]["LOCATION"] = own


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let SQLite empty the log and the registry between two tests: it has no TRUNCATE, and they refuse DELETE."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                for migration in ("accounts.migrations.0003_sessions_end_for_good", JOURNAL):
                    for statement in import_module(migration).ALLOW_REMOVAL:
                        cursor.execute(statement)


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """Hash passwords quickly; Argon2 is tested where it matters."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


@pytest.fixture
def log_in() -> Callable[[User], Client]:
    """Return a function that gives a browser in which the person is logged in, with a second factor where needed."""

    def log_in(person: User) -> Client:
        browser = Client()
        browser.force_login(person, backend="accounts.backends.LoginBackend")
        session = browser.session
        session["account_authentication_methods"] = [{"method": "password"}, {"method": "mfa"}]
        session["account_authentication_methods_user"] = str(person.pk)
        session.save()
        return browser

    return log_in


@pytest.fixture
def on_tablet() -> Callable[[str], Client]:
    """Return a function that gives a tablet's browser from its cookie (see `tests.cast.tablet`)."""

    def on_tablet(cookie: str) -> Client:
        browser = Client()
        browser.cookies[TABLET_COOKIE] = cookie
        return browser

    return on_tablet
