"""A second factor for whoever works here (A04), and everything that belongs to one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import AuditEntry, User
from accounts.second_factor import ENROLMENT
from portal.lib import crypto
from tests.cast import PASSWORD, Cast

SECRET = "JBSWY3DPEHPK3PXP"
# Something that fits each kind of part of an address.
SOMETHING = {"uuid": str(UUID(int=7)), "day": "2026-11-20"}
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    cache.clear()


def with_password(email: str) -> Client:
    browser = Client()
    browser.post("/konto/logga-in/", {"login": email, "password": PASSWORD})
    return browser


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def enrol(browser: Client) -> None:
    page = browser.get("/konto/tvasteg/app/")
    found = re.search(r'<p class="secret" translate="no">(\w+)</p>', page.content.decode())
    assert found, page.status_code
    assert browser.post("/konto/tvasteg/app/", {"code": code_of(found[1])}).status_code == 302


def addresses(resolver: URLResolver, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Yield every address there is, with something for each of its parts, and the name of its view."""
    for entry in resolver.url_patterns:
        here = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, here, f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            path = re.sub(r"<(\w+):\w+>", lambda part: SOMETHING.get(part[1], "1"), here)
            path = re.sub(r"\(\?P<\w+>[^)]*\)", "1", path).replace("^", "").replace("$", "").replace("\\", "")
            yield "/" + path, space + (entry.name or "")


def test_staff_without_one_reach_only_its_enrolment(cast: Cast) -> None:
    """A04: every address there is sends a member of staff with only a password to set one up."""
    browser = with_password("maria.berg@example.org")
    walked = 0
    for path, name in addresses(get_resolver()):
        match = get_resolver().resolve(path)
        if not getattr(match.func, "login_required", True):
            continue
        walked += 1
        for method in (browser.get, browser.post):
            answer = method(path)
            leads_to = answer.headers.get("Location", "")
            if name in ENROLMENT:
                if name == "account_logout" and method == browser.post:
                    browser = with_password("maria.berg@example.org")
                continue
            assert (answer.status_code, leads_to) == (302, "/konto/tvasteg/"), (path, name, method.__name__)
    assert walked > 20


@pytest.mark.parametrize("who", ["maria", "vikar", "eva", "specialist", "administrator", "communicator", "archivist"])
def test_whoever_works_here_needs_one(cast: Cast, who: str) -> None:
    """A04: substitutes and principals too."""
    one = getattr(cast, who)
    one.email = f"{who}@example.org"
    one.save()
    browser = with_password(one.email)
    assert browser.get("/installningar/").headers["Location"] == "/konto/tvasteg/"


def test_guardians_need_none(cast: Cast) -> None:
    assert with_password(cast.amina.email).get("/installningar/").status_code == 200


def test_setting_one_up_opens_the_door(cast: Cast) -> None:
    """A04: right after the password, without being asked for it again; recovery codes are shown once it is there."""
    browser = with_password(cast.maria.email)
    enrol(browser)
    assert browser.get("/installningar/").status_code == 200
    assert browser.get("/konto/tvasteg/reservkoder/").content.decode().count("<li>") >= 10
    kept = Authenticator.objects.get(user=cast.maria, type="totp").data["secret"]
    assert len(crypto.decrypt(kept)) == 32, "sealed in the database"
    assert AuditEntry.objects.filter(action="second_factor.added", person_id=cast.maria.id).count() == 1


def test_an_older_session_with_only_the_password_ends(cast: Cast) -> None:
    """A04: whoever had the password before the factor was there does not stay in."""
    older, browser = with_password(cast.maria.email), with_password(cast.maria.email)
    enrol(browser)
    answer = older.get("/installningar/")
    assert answer.headers["Location"].startswith("/konto/logga-in/")


def test_the_next_login_asks_for_it(cast: Cast) -> None:
    TOTP.activate(cast.maria, SECRET)
    browser = with_password(cast.maria.email)
    assert browser.get("/installningar/").headers["Location"].startswith("/konto/logga-in/")
    wrong = browser.post("/konto/tvasteg/kod/", {"code": "000000"})
    assert "Koden stämmer inte" in wrong.content.decode()
    assert browser.post("/konto/tvasteg/kod/", {"code": code_of(SECRET)}).status_code == 302
    assert browser.get("/installningar/").status_code == 200


def test_a_session_proves_it_for_its_own_person_only(cast: Cast) -> None:
    """What somebody proved here before does not count for the next one."""
    TOTP.activate(cast.maria, SECRET)
    browser = with_password(cast.maria.email)
    browser.post("/konto/tvasteg/kod/", {"code": code_of(SECRET)})
    browser.post("/konto/logga-in/", {"login": cast.eva.email, "password": PASSWORD})
    session = browser.session
    session["_auth_user_id"], session["_auth_user_hash"] = str(cast.eva.pk), cast.eva.get_session_auth_hash()
    session.save()
    assert browser.get("/installningar/").headers["Location"] == "/konto/tvasteg/"


def test_five_wrong_codes_close_it_for_a_while(cast: Cast) -> None:
    TOTP.activate(cast.maria, SECRET)
    browser = with_password(cast.maria.email)
    for _number in range(5):
        browser.post("/konto/tvasteg/kod/", {"code": "000000"})
    page = browser.post("/konto/tvasteg/kod/", {"code": code_of(SECRET)})
    assert "Vänta fem minuter" in page.content.decode()


def test_a_recovery_code_works_once(cast: Cast) -> None:
    browser = with_password(cast.maria.email)
    enrol(browser)
    code = browser.get("/konto/tvasteg/reservkoder/fil/").content.decode().splitlines()[2].strip()
    first = with_password(cast.maria.email)
    assert first.post("/konto/tvasteg/kod/", {"code": code}).status_code == 302
    second = with_password(cast.maria.email)
    assert second.post("/konto/tvasteg/kod/", {"code": code}).status_code == 200


def test_removing_the_last_one_sends_staff_back(cast: Cast) -> None:
    """A04: the door closes in the same session, and every other one ends."""
    browser = with_password(cast.maria.email)
    enrol(browser)
    assert browser.post("/konto/tvasteg/app/ta-bort/").status_code == 302
    assert not Authenticator.objects.filter(user=cast.maria).exists()
    assert browser.get("/installningar/").headers["Location"] == "/konto/tvasteg/"


def test_an_old_session_is_asked_who_it_is(cast: Cast, log_in: LogIn) -> None:
    answer = log_in(cast.maria).get("/konto/tvasteg/app/")
    assert answer.headers["Location"].startswith("/konto/bekrafta/")


def test_the_password_confirms_who_it_is(cast: Cast, log_in: LogIn) -> None:
    """allauth would look for an address that it does not keep: without our own answer nobody could ever enrol."""
    browser = log_in(cast.maria)
    browser.get("/konto/tvasteg/app/")
    assert "stämmer inte" in browser.post("/konto/bekrafta/", {"password": "fel"}).content.decode()
    assert browser.post("/konto/bekrafta/", {"password": PASSWORD}).status_code == 302
    assert browser.get("/konto/tvasteg/app/").status_code == 200


def test_the_demo_alone_switches_it_off() -> None:
    """A04, PROMISES 3.7: no setting of its own, and the demo does not start in production."""
    from pathlib import Path

    text = (Path(__file__).parent.parent / "portal" / "settings.py").read_text()
    assert "SECOND_FACTOR_FOR_STAFF = not DEMO\n" in text
    assert '"DEMO must be off' in text
    assert not re.search(r"env\.\w+\(\s*\"SECOND_FACTOR", text)


def test_other_devices_are_logged_out(cast: Cast) -> None:
    here, there = with_password(cast.amina.email), with_password(cast.amina.email)
    assert here.get("/konto/enheter/").content.decode().count("Inloggad ") >= 2
    here.post("/konto/enheter/")
    assert here.get("/installningar/").status_code == 200
    assert there.get("/installningar/").status_code == 302


def test_a_changed_password_ends_the_other_sessions(cast: Cast) -> None:
    here, there = with_password(cast.amina.email), with_password(cast.amina.email)
    form = {"oldpassword": "fel", "password1": "fyra ord utan sammanhang"}
    assert "Lösenordet stämmer inte" in here.post("/konto/losenord/", form).content.decode()
    assert here.post("/konto/losenord/", form | {"oldpassword": PASSWORD}).status_code == 302
    assert here.get("/installningar/").status_code == 200
    assert there.get("/installningar/").status_code == 302
