"""Logging in and out, and what a guess may not tell."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings as house
from django.contrib.auth.hashers import get_hasher
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry, User
from tests.cast import PASSWORD, Cast, person

LogIn = Callable[[User], Client]
LOGIN = "/konto/logga-in/"
AMINA = "amina.lind@example.org"


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    cache.clear()


def log_in_as(email: str, password: str = PASSWORD, **more: str) -> Client:
    browser = Client()
    browser.post(LOGIN, {"login": email, "password": password, **more})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/installningar/").status_code == 200


def test_it_works(cast: Cast) -> None:
    """A01: address and password open the account; the session keeps neither of them."""
    browser = log_in_as(" Amina.Lind@Example.org ")
    assert is_in(browser)
    assert "example.org" not in str(dict(browser.session)).lower()
    assert AuditEntry.objects.filter(action="account.logged_in", person_id=cast.amina.id).count() == 1


def test_argon2_is_what_guards_passwords(settings: Settings, db: None) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    made = person("Argo")
    assert made.password.startswith("argon2$argon2id$")
    assert get_hasher("default").algorithm == "argon2"
    assert is_in(log_in_as("argo.lind@example.org"))
    assert not is_in(log_in_as("argo.lind@example.org", "fel"))


def answer_to(email: str, password: str = "fel lösenord") -> tuple[int, str]:
    """Return what the login page says, without what is the visitor's own."""
    page = Client().post(LOGIN, {"login": email, "password": password})
    text = re.sub(r'value="[^"]*"', "", page.content.decode())
    return page.status_code, text


def test_known_unknown_and_frozen_get_the_same_answer(cast: Cast) -> None:
    """A03: a wrong password, an address that nobody has, and a frozen account look the same."""
    unknown = answer_to("ingen@example.org")
    assert answer_to(AMINA) == unknown
    cast.johan.frozen_at = cast.johan.created_at
    cast.johan.save()
    assert answer_to("johan.lind@example.org", PASSWORD) == unknown
    assert "stämmer inte" in unknown[1]


def test_five_wrong_close_one_account_for_a_while(cast: Cast) -> None:
    for number in range(5):
        # However the address is written, it is the same account.
        answer_to(AMINA.upper() if number % 2 else AMINA)
    assert not is_in(log_in_as(AMINA))
    assert "Vänta fem minuter" in answer_to(AMINA)[1]
    assert is_in(log_in_as("johan.lind@example.org")), "another person at the same place can work"


def test_an_unknown_address_is_closed_just_the_same(cast: Cast) -> None:
    for _number in range(5):
        answer_to("ingen@example.org")
    assert "Vänta fem minuter" in answer_to("ingen@example.org")[1]


def test_a_preschool_behind_one_address_is_not_locked_out(cast: Cast) -> None:
    """Sixty people mistype once each from the same address; the next one gets in."""
    for number in range(60):
        answer_to(f"person{number}@example.org")
    assert is_in(log_in_as(AMINA))


def test_right_passwords_are_not_counted(cast: Cast) -> None:
    for _number in range(8):
        assert is_in(log_in_as(AMINA))


@pytest.mark.parametrize(
    "path",
    [
        "/konto/signup/",
        "/konto/signup/passkey/",
        "/konto/email/",
        "/konto/confirm-email/",
        "/konto/3rdparty/",
        "/konto/3rdparty/signup/",
        "/konto/login/",
        "/konto/login/code/confirm/",
        "/konto/2fa/",
    ],
)
def test_nobody_can_sign_up(cast: Cast, log_in: LogIn, path: str) -> None:
    """A03: the pages by which somebody could make an account do not exist, for anybody."""
    people = User.objects.count()
    for browser in (Client(), log_in(cast.amina)):
        for email in (AMINA, "ny@example.org"):
            assert browser.get(path).status_code == 404
            assert browser.post(path, {"email": email, "password1": PASSWORD}).status_code == 404
    assert User.objects.count() == people


def test_logging_out_leaves_nothing(cast: Cast) -> None:
    """A05: the session is gone, the browser is told to forget, and no page was ever to be stored."""
    browser = log_in_as(AMINA)
    page = browser.get("/installningar/")
    assert "no-store" in page.headers["Cache-Control"]
    key = browser.session.session_key
    answer = browser.post("/konto/logga-ut/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(browser)
    stolen = Client()
    stolen.cookies[house.SESSION_COOKIE_NAME] = str(key)
    assert not is_in(stolen)
    assert AuditEntry.objects.filter(action="account.logged_out", person_id=cast.amina.id).exists()


def test_a_get_does_not_log_out(cast: Cast) -> None:
    browser = log_in_as(AMINA)
    assert browser.get("/konto/logga-ut/").status_code == 200
    assert is_in(browser)


def test_logging_out_on_a_tablet_keeps_the_taps_that_wait(cast: Cast, on_tablet: Callable[[str], Client]) -> None:
    browser = on_tablet("whatever")
    browser.post(LOGIN, {"login": AMINA, "password": PASSWORD})
    assert browser.post("/konto/logga-ut/").headers["Clear-Site-Data"] == '"cache"'


def test_every_page_before_the_door_is_swedish(cast: Cast) -> None:
    """No English of allauth's shows through."""
    english = re.compile(
        r"\b(password|sign in|sign up|email address|e-mail|remember me|forgot|username)\b", re.IGNORECASE
    )
    for name in (
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_inactive",
        "accounts:invitation_code",
    ):
        text = re.sub(r"<[^>]+>", " ", Client().get(reverse(name)).content.decode())
        assert not english.search(text), (name, english.search(text))


# Staying and resting ----------------------------------------------------------------------------------------


def test_a_guardian_may_stay_for_thirty_days(cast: Cast) -> None:
    browser = log_in_as(AMINA, remember="on")
    assert is_in(browser)
    assert browser.session.get_expiry_age() == 30 * 86_400
    assert browser.session["idle_minutes"] == 30 * 24 * 60


def test_without_asking_the_session_ends_with_the_browser(cast: Cast) -> None:
    browser = log_in_as(AMINA)
    assert is_in(browser)
    assert browser.session.get_expire_at_browser_close()
    assert browser.session["idle_minutes"] == house.IDLE_MINUTES_GUARDIAN


def test_staff_never_stay(cast: Cast, settings: Settings) -> None:
    settings.SECOND_FACTOR_FOR_STAFF = False
    browser = log_in_as("maria.berg@example.org", remember="on")
    assert is_in(browser)
    assert browser.session.get_expire_at_browser_close()
    assert browser.session["idle_minutes"] == house.IDLE_MINUTES_STAFF


def rest(browser: Client, minutes: int) -> None:
    session = browser.session
    session["last_seen"] -= 60 * minutes
    session.save()


def test_a_session_that_rests_too_long_ends(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.maria)
    assert is_in(browser)
    rest(browser, house.IDLE_MINUTES_STAFF + 1)
    answer = browser.get("/installningar/")
    assert answer.headers["Location"].startswith(LOGIN)
    assert answer.headers["Clear-Site-Data"] == '"cache"'


def test_whoever_is_there_can_stay(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.maria)
    assert is_in(browser)
    rest(browser, house.IDLE_MINUTES_STAFF - 1)
    assert browser.get("/vaken/").status_code == 204
    rest(browser, 2)
    assert is_in(browser)


def test_a_page_that_asks_by_itself_does_not_keep_the_session(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.maria)
    assert is_in(browser)
    rest(browser, house.IDLE_MINUTES_STAFF - 1)
    browser.get("/installningar/", headers={"X-Idle": "1"})
    rest(browser, 2)
    assert not is_in(browser)


def test_an_ended_session_is_told_so(db: None) -> None:
    assert Client().get("/vaken/").status_code == 302


# Language ----------------------------------------------------------------------------------------


def test_the_language_stays_on_the_next_device(cast: Cast) -> None:
    """A10: changed once, it is there after logging in somewhere else."""
    first = log_in_as(AMINA)
    first.post("/sprak/", {"language": "en", "next": "/installningar/"})
    assert first.get("/installningar/").headers["Content-Language"] == "en"
    second = log_in_as(AMINA)
    assert second.get("/installningar/").headers["Content-Language"] == "en"


def test_the_language_of_a_visitor_stays_in_the_browser_and_goes_with_the_login(cast: Cast) -> None:
    """A10: chosen before logging in, it becomes the person's own."""
    browser = Client()
    browser.post("/sprak/", {"language": "en", "next": LOGIN})
    assert browser.get(LOGIN).headers["Content-Language"] == "en"
    browser.post(LOGIN, {"login": AMINA, "password": PASSWORD})
    cast.amina.refresh_from_db()
    assert cast.amina.language == "en"


@pytest.mark.parametrize("language", ["xx", "", "../en"])
def test_an_unknown_language_changes_nothing(cast: Cast, language: str) -> None:
    browser = Client()
    answer = browser.post("/sprak/", {"language": language, "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"
    assert house.LANGUAGE_COOKIE_NAME not in answer.cookies
