"""A request that does not get through says so, and a session that has ended leads to the login (UI.md: every error)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from playwright.sync_api import expect

from attendance.models import Absence
from tests.browser.conftest import PHONE, Visit
from tests.cast import Cast


def test_without_network_nothing_looks_as_if_it_were_reported(cast: Cast, tuesday: date, visit: Visit) -> None:
    page = visit(cast.amina, size=PHONE)
    page.goto("/")
    page.locator(".two-taps > summary").first.click()
    page.context.set_offline(True)
    page.get_by_role("button", name="Anmäl sjuk").first.click()
    expect(page.locator("#toasts")).to_contain_text("Det gick inte fram, och inget är sparat.")
    assert not Absence.objects.filter(starts_on=tuesday).exists()


def test_whoever_was_logged_out_meets_the_login_and_comes_back(cast: Cast, tuesday: date, visit: Visit) -> None:
    page = visit(cast.amina, size=PHONE)
    page.goto("/")
    page.locator(".two-taps > summary").first.click()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Anmäl sjuk").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.wait_for_url("**/konto/logga-in/?next=**")
    assert not Absence.objects.filter(starts_on=tuesday).exists()
