"""Passkeys, QR codes and the end of a session, in a real browser under the policy of every page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from accounts import addresses, services
from accounts.models import AddressChange
from portal.lib import clock
from tests.browser.conftest import DESKTOP, PHONE, FindBarriers, Visit
from tests.cast import PASSWORD, Cast


@pytest.fixture
def _any_origin(settings: Settings) -> None:
    """The live server has no certificate; everything else about a passkey is as in production."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True


def give_fingerprint(page: Page, *, has_finger: bool = True) -> None:
    """Give the browser a device that can keep passkeys, and somebody whose finger it knows."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": has_finger,
                "automaticPresenceSimulation": True,
            }
        },
    )


def log_in(page: Page, email: str) -> None:
    page.goto("/konto/logga-in/")
    page.get_by_label("E-postadress").fill(email)
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()


@pytest.mark.usefixtures("_any_origin")
def test_a_guardian_adds_a_passkey_and_logs_in_with_it(cast: Cast, visit: Visit) -> None:
    """A01: from the letter to a login without a password, on a telephone."""
    cast.amina.email, cast.amina.personal_number = "", "198503052384"
    cast.amina.save()
    _invitation, code = services.invite(person=cast.amina, actor_person=None, now=clock.now())
    page = visit(size=PHONE)
    give_fingerprint(page)
    page.goto(f"/inbjudan/{code}/")
    expect(page).to_have_url(re.compile(r"/inbjudan/bekrafta/$"))
    page.get_by_label("De fyra sista siffrorna").fill("2384")
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_label("E-postadress").fill("amina@example.org")
    page.get_by_label("Välj ett lösenord").fill("fyra ord utan sammanhang")
    page.get_by_role("button", name="Öppna mitt konto").click()
    expect(page.get_by_role("heading", name="Välkommen, Amina")).to_be_visible()
    page.get_by_role("link", name="Lägg till en passkey").click()
    page.get_by_role("button", name="Lägg till").click()
    expect(page.get_by_role("heading", name="Reservkoder")).to_be_visible()

    page.goto("/installningar/")
    page.get_by_role("button", name="Logga ut").click()
    page.get_by_role("button", name="Logga in med passkey").click()
    page.wait_for_url(lambda address: "/konto/" not in address)
    page.goto("/konto/passkey/")
    expect(page.get_by_text("använd")).to_be_visible()


@pytest.mark.usefixtures("_any_origin")
def test_a_passkey_that_does_not_come_is_said_in_a_sentence(cast: Cast, visit: Visit) -> None:
    page = visit(size=PHONE)
    give_fingerprint(page, has_finger=False)
    page.goto("/konto/logga-in/")
    page.get_by_role("button", name="Logga in med passkey").click()
    expect(page.get_by_text("Det avbröts, eller så finns ingen passkey här.")).to_be_visible()


def test_staff_are_led_to_the_second_factor(
    cast: Cast, visit: Visit, settings: Settings, find_barriers: FindBarriers
) -> None:
    """A04: after the password straight to its page; the QR code is drawn here and shown under the policy."""
    page = visit(size=DESKTOP)
    settings.SECOND_FACTOR_FOR_STAFF = True
    log_in(page, cast.maria.email)
    expect(page.get_by_role("heading", name="Säker inloggning")).to_be_visible()
    page.get_by_role("link", name="Lägg till en app").click()
    picture = page.get_by_alt_text("QR-kod för appen")
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => picture.complete && picture.naturalWidth > 0")
    assert find_barriers(page) == []
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/konto/tvasteg/$"))


def test_after_logging_out_back_shows_nothing(cast: Cast, visit: Visit) -> None:
    """A05: neither back nor reload shows the person who was there."""
    page = visit(size=DESKTOP)
    log_in(page, cast.amina.email)
    page.goto("/installningar/")
    expect(page.get_by_role("main").get_by_text("Amina Lind")).to_be_visible()
    page.get_by_role("button", name="Logga ut").click()
    expect(page.get_by_role("heading", name="Logga in")).to_be_visible()
    for _step in range(3):
        page.go_back()
        assert "Amina" not in page.content()
        page.reload()
        assert "Amina" not in page.content()


def test_the_session_warns_before_it_ends(cast: Cast, visit: Visit, settings: Settings) -> None:
    """Two minutes before: a dialog that can extend, and that is heard of by the server."""
    page = visit(cast.maria, size=DESKTOP)
    page.clock.install()
    page.goto("/installningar/")
    page.clock.fast_forward(60 * (settings.IDLE_MINUTES_STAFF - 2) * 1000 + 2000)
    dialog = page.get_by_role("dialog", name="Är du kvar?")
    expect(dialog).to_be_visible()
    with page.expect_response("**/vaken/") as asked:
        dialog.get_by_role("button", name="Stanna kvar").click()
    assert asked.value.status == 204
    expect(dialog).to_be_hidden()


def test_another_address_by_the_link_in_a_letter(cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """Asked for, opened on the telephone and pressed; opened once more it says so."""
    page = visit(size=PHONE)
    log_in(page, cast.amina.email)
    page.wait_for_url(lambda address: "/konto/" not in address)
    page.goto("/installningar/adress/")
    page.get_by_label("Ny e-postadress").fill("ny@example.org")
    page.get_by_role("button", name="Skicka länken").click()
    expect(page.get_by_text("En länk är på väg")).to_be_visible()
    link = f"/installningar/adress/{addresses.key_of(AddressChange.objects.get())}/"
    page.goto(link)
    expect(page.get_by_text("ny@example.org")).to_be_visible()
    assert find_barriers(page) == []
    page.get_by_role("button", name="Byt adress").click()
    expect(page.get_by_text("Din e-postadress är ändrad")).to_be_visible()
    page.goto(link)
    expect(page.get_by_text("gäller inte längre")).to_be_visible()
    assert find_barriers(page) == []
