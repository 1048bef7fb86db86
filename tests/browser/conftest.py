"""A real browser: Debian's chromium (or what CHROMIUM names), otherwise Playwright's own.

`live_server` serves the test's own database from threads, with the policy of every page in force. `visit` gives the
pages of people and tablets, each in a browser context of its own, and fails the test when a page has an error in its
script, breaks the policy, or asks another host for anything.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from children.tablets import PIN_COOKIE, TABLET_COOKIE
from tests.cast import Cast, local

HERE = Path(__file__).parent

PHONE: ViewportSize = {"width": 390, "height": 844}
TABLET: ViewportSize = {"width": 1180, "height": 820}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}

PATIENCE = 20_000
"""Milliseconds until what is not seen is taken for never: on a busy machine a page may well take five seconds."""
expect.set_options(timeout=PATIENCE)

# Waits for what moves or fades on the page; an undo's bar runs for ten seconds and is left alone.
SETTLED = """() => Promise.all(document.getAnimations()
    .filter((move) => Number(move.effect.getComputedTiming().endTime) < 1000)
    .map((move) => move.finished.catch(() => null)))"""

# Refusals that a test provokes are answers, not errors of the page.
EXPECTED_ERRORS = (
    "Failed to load resource",
    "net::ERR_INTERNET_DISCONNECTED",
    "htmx:sendError",  # htmx notes in the console what static/js/failed.js says to people
    "htmx:afterRequest",
    "An unknown error occurred when fetching the script",  # the service worker, when the network goes meanwhile
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in this folder needs a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the browser that the machine has; root has no sandbox."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    chosen = {"executable_path": chromium} if chromium else {}
    return {**browser_type_launch_args, **chosen, "args": arguments}


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


class Visit(Protocol):
    """Gives a new page in a context of its own: as a person, as a tablet (its cookie), or as nobody."""

    def __call__(
        self,
        who: User | str | None = None,
        *,
        size: ViewportSize = TABLET,
        pin: str | None = None,
        **context: Any,
    ) -> Page: ...


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, settings: Settings) -> Iterator[Visit]:
    """Return a function that opens a page; relative addresses are the live server's."""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    settings.SECOND_FACTOR_FOR_STAFF = False
    opened: list[BrowserContext] = []
    faults: list[str] = []

    def visit(
        who: User | str | None = None,
        *,
        size: ViewportSize = TABLET,
        pin: str | None = None,
        **context: Any,
    ) -> Page:
        context.setdefault("locale", "sv-SE")
        context.setdefault("timezone_id", "Europe/Stockholm")
        made = browser.new_context(base_url=live_server.url, viewport=size, **context)
        made.set_default_timeout(PATIENCE)
        made.set_default_navigation_timeout(30_000)  # the first page of a run waits for everything to be made
        opened.append(made)
        cookies = {}
        if isinstance(who, User):
            cookies[django_settings.SESSION_COOKIE_NAME] = _session_of(who)
        elif who:
            cookies[TABLET_COOKIE] = who
        if pin:
            cookies[PIN_COOKIE] = pin
        for name, value in cookies.items():
            made.add_cookies([{"name": name, "value": value, "url": live_server.url, "httpOnly": True}])
        page = made.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", lambda said: _note(said.type, said.text, page, faults))
        page.on("request", lambda asked: _stays_home(asked.url, live_server.url, faults))
        return page

    yield visit
    for context in opened:
        context.close()
    _wait_for_answers()
    assert not faults, "\n".join(faults)


def _wait_for_answers() -> None:
    """Let the server end what closed pages still asked for: it would stand in the way when the database is emptied."""
    until = time.monotonic() + PATIENCE / 1000
    for thread in threading.enumerate():
        if thread.name.endswith("(process_request_thread)"):
            thread.join(max(0, until - time.monotonic()))


def _session_of(person: User) -> str:
    client = Client()
    client.force_login(person, backend="accounts.backends.LoginBackend")
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True},
        {"method": "mfa", "at": time.time(), "reauthenticated": True},
    ]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def _note(kind: str, text: str, page: Page, faults: list[str]) -> None:
    if kind == "error" and not any(expected in text for expected in EXPECTED_ERRORS):
        faults.append(f"{page.url}: {text}")


def _stays_home(asked: str, home: str, faults: list[str]) -> None:
    if not asked.startswith((home, "data:", "blob:", "about:")):
        faults.append(f"asked another host: {asked}")


@contextmanager
def before_scripts(page: Page, address: str) -> Iterator[None]:
    """Open the page as it is on a slow net: its scripts come when the block is over."""
    held: list[Route] = []
    is_over = threading.Event()
    page.route("**/*.js", lambda route: route.continue_() if is_over.is_set() else held.append(route))
    page.goto(address, wait_until="commit")
    yield
    is_over.set()
    for script in held:
        script.continue_()
    page.wait_for_load_state()


class FindBarriers(Protocol):
    """Returns what axe finds on the page as it stands: an empty list when everybody can use it.

    With `colours_only` it looks at nothing else: all that a theme changes.
    """

    def __call__(self, page: Page, *, colours_only: bool = False) -> list[str]: ...


# Places to press have to be 24 pixels at least (WCAG 2.2, 2.5.8): a rule that axe leaves out unless asked.
EVERYTHING = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
COLOURS = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}


@pytest.fixture(scope="session")
def find_barriers() -> FindBarriers:
    axe = Axe()

    def find_barriers(page: Page, *, colours_only: bool = False) -> list[str]:
        page.evaluate(SETTLED)  # what is still fading in has not its own colours yet
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe.axe_script)
        found = page.evaluate("options => axe.run(options)", COLOURS if colours_only else EVERYTHING)["violations"]
        return [
            f"{rule['id']} ({rule['impact']}): {node['html'][:160]} | {node['failureSummary'][:300]}"
            for rule in found
            for node in rule["nodes"]
        ]

    return find_barriers


@pytest.fixture
def tuesday(monkeypatch: pytest.MonkeyPatch) -> date:
    """Move the house's clock, running, to 08:42 on a Tuesday in October; the browser's own clock is left alone."""
    day = date(2026, 10, 13)
    ahead = local(day, 8, 42) - timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + ahead)
    return day
