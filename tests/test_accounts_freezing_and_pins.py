"""Closing the own account (A09), and the PIN of whoever stands at a tablet (A07)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.hashers import BasePasswordHasher, identify_hasher
from django.core import signing
from django.test import Client
from pytest_django.fixtures import Settings

from accounts import services
from accounts.models import AuditEntry, Pin, PinTries, User
from accounts.rules import Weakness, weakness_of_pin
from children.models import StaffRole
from children.tablets import PIN_COOKIE, TABLET_COOKIE, pin_person_of
from portal.lib import clock
from tests.cast import PASSWORD, Cast, employ, person, tablet

LogIn = Callable[[User], Client]
HALL, ROOM = UUID(int=1), UUID(int=2)


def is_in(browser: Client) -> bool:
    return browser.get("/installningar/").status_code == 200


# Freezing ------------------------------------------------------------------------------------------------------------


def test_freezing_ends_every_session_at_once(cast: Cast, log_in: LogIn) -> None:
    """A09: here and on every other device; nobody logs in any more, with the right password either."""
    phone, computer = log_in(cast.amina), log_in(cast.amina)
    assert "Frys kontot?" in phone.get("/installningar/frys/").content.decode()
    assert is_in(phone), "reading what happens does nothing"
    answer = phone.post("/installningar/frys/")
    assert answer.headers["Location"] == "/konto/fryst/"
    assert "Clear-Site-Data" in answer.headers
    assert not is_in(phone)
    assert not is_in(computer)
    later = Client()
    later.post("/konto/logga-in/", {"login": cast.amina.email, "password": PASSWORD})
    assert not is_in(later)
    assert AuditEntry.objects.filter(action="account.frozen", person_id=cast.amina.id).count() == 1


def test_the_other_guardian_notices_nothing(cast: Cast, log_in: LogIn) -> None:
    other = log_in(cast.johan)
    services.freeze(person=cast.amina, now=clock.now())
    assert is_in(other)


def test_opened_again_old_sessions_stay_dead(cast: Cast, log_in: LogIn) -> None:
    """A09: a lost phone that slept through the freezing does not wake up logged in."""
    lost_phone = log_in(cast.amina)
    services.freeze(person=cast.amina, now=clock.now())
    services.unfreeze(person=cast.amina, actor_person=cast.eva, now=clock.now())
    assert not is_in(lost_phone)
    new_phone = Client()
    new_phone.post("/konto/logga-in/", {"login": cast.amina.email, "password": PASSWORD})
    assert is_in(new_phone)
    opened = AuditEntry.objects.get(action="account.unfrozen")
    assert (opened.person_id, opened.about) == (cast.eva.id, {"opened": str(cast.amina.id)})


def test_who_opens_a_frozen_account(cast: Cast, log_in: LogIn) -> None:
    """A09: the principal of the child's preschool, for somebody at the desk; an administrator for whoever works."""
    services.freeze(person=cast.amina, now=clock.now())
    services.freeze(person=cast.maria, now=clock.now())
    path = f"/frysta/{cast.amina.id}/oppna/"
    for other in (cast.johan, cast.vikar, cast.specialist, cast.communicator, cast.ulf, cast.administrator):
        assert log_in(other).post(path).status_code == 404
    assert "Amina" not in log_in(cast.ulf).get("/frysta/").content.decode()
    assert log_in(cast.johan).get("/frysta/").status_code == 404
    eva = log_in(cast.eva)
    assert "Amina Lind" in eva.get("/frysta/").content.decode()
    assert eva.post(path).status_code == 302
    assert eva.post(path).status_code == 404, "it is open already"
    cast.amina.refresh_from_db()
    assert cast.amina.is_active
    assert log_in(cast.administrator).post(f"/frysta/{cast.maria.id}/oppna/").status_code == 302


def test_a_principal_opens_for_those_who_work_for_the_area(cast: Cast, log_in: LogIn) -> None:
    """A09: whoever works for the area, but not who leads it."""
    wanders, leads = person("Wanda", "Vandrar"), person("Lena", "Leder")
    employ(wanders, StaffRole.Kind.SPECIALIST, area=cast.area)
    employ(leads, StaffRole.Kind.PRINCIPAL, area=cast.area)
    for one in (wanders, leads):
        services.freeze(person=one, now=clock.now())
    eva = log_in(cast.eva)
    shown = eva.get("/frysta/").content.decode()
    assert "Wanda Vandrar" in shown
    assert "Lena Leder" not in shown
    assert "Wanda Vandrar" in eva.get("/frysta/?namn=vandrar").content.decode()
    assert "Ingen med det namnet" in eva.get("/frysta/?namn=leder").content.decode()
    assert eva.post(f"/frysta/{leads.id}/oppna/").status_code == 404
    assert eva.post(f"/frysta/{wanders.id}/oppna/").status_code == 302


def test_freezing_ends_the_pin_on_every_tablet(cast: Cast) -> None:
    """A09: the PIN that was given a moment ago, and the PIN as such."""
    made, cookie = tablet(cast.blasippan)
    services.choose_pin(person=cast.maria, code="2580", now=clock.now())
    request = Client().get("/om/").wsgi_request
    request.COOKIES |= {
        TABLET_COOKIE: cookie,
        PIN_COOKIE: signing.dumps([str(made.id), str(cast.maria.id)], salt="pin"),
    }
    assert pin_person_of(request, made) == cast.maria
    services.freeze(person=cast.maria, now=clock.now())
    assert pin_person_of(request, made) is None
    assert not services.check_pin(person=cast.maria, tablet_id=made.id, code="2580", now=clock.now())


def test_a_tablet_has_no_account_to_freeze(cast: Cast, on_tablet: Callable[[str], Client]) -> None:
    browser = on_tablet(tablet(cast.blasippan)[1])
    for path in ("/installningar/", "/installningar/frys/", "/installningar/pin/", "/valkommen/"):
        assert browser.get(path).status_code == 404


# PINs ----------------------------------------------------------------------------------------------------------------


def give(person: User, code: str, where: UUID = HALL) -> bool:
    return services.check_pin(person=person, tablet_id=where, code=code, now=clock.now())


@pytest.fixture
def maria(cast: Cast) -> User:
    services.choose_pin(person=cast.maria, code="2580", now=clock.now())
    return cast.maria


def test_the_right_pin(maria: User) -> None:
    assert give(maria, "2580")
    assert not give(maria, "2581")


def test_five_wrong_lock_it_on_that_tablet(maria: User, cast: Cast) -> None:
    """A07: on that tablet, for that person; elsewhere it works, and another person can work here."""
    services.choose_pin(person=cast.vikar, code="7319", now=clock.now())
    for _time in range(5):
        assert not give(maria, "0000")
    assert not give(maria, "2580")
    assert give(maria, "2580", ROOM)
    assert give(cast.vikar, "7319")


def test_four_wrong_and_a_right_one_begin_anew(maria: User) -> None:
    for _round in range(3):
        for _time in range(4):
            assert not give(maria, "0000")
        assert give(maria, "2580")


def test_a_person_without_a_pin_answers_just_the_same(maria: User, cast: Cast) -> None:
    """A07: nobody learns whether there is a PIN: the same answer, the same counting, the same rows in the log."""
    for _time in range(7):
        assert give(maria, "0000") == give(cast.vikar, "0000") is False
    counted = {tries.person_id: tries.wrong for tries in PinTries.objects.all()}
    assert counted == {maria.pk: 5, cast.vikar.pk: 5}
    assert not Pin.objects.filter(person=cast.vikar).exists()
    logged = AuditEntry.objects.filter(action="pin.wrong", tablet_id=HALL)
    assert logged.filter(person_id=maria.pk).count() == logged.filter(person_id=cast.vikar.pk).count() == 7


def test_the_hasher_runs_once_whoever_it_is(
    maria: User, cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A07: what takes the time is done as often for a person without a PIN."""
    hasher = type(identify_hasher(Pin.objects.get(person=maria).code_hash))
    runs: list[str] = []
    encode = hasher.encode

    def counted(self: BasePasswordHasher, password: str, salt: str) -> str:
        runs.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(hasher, "encode", counted)
    give(maria, "0000")
    with_one = len(runs)
    give(cast.vikar, "0000")
    assert len(runs) - with_one == with_one > 0


def test_a_new_pin_opens_it_again(maria: User) -> None:
    for _time in range(5):
        give(maria, "0000")
    services.choose_pin(person=maria, code="8402", now=clock.now())
    assert give(maria, "8402")
    assert not give(maria, "2580")


def test_pins_are_argon2(settings: Settings, cast: Cast) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    services.choose_pin(person=cast.maria, code="2580", now=clock.now())
    assert Pin.objects.get(person=cast.maria).code_hash.startswith("argon2$argon2id$")


@pytest.mark.parametrize(
    ("pin", "weakness"),
    [
        ("2580", None),
        ("73194", None),
        ("40718263", None),
        ("123", Weakness.SHAPE),
        ("123456789", Weakness.SHAPE),
        ("12a4", Weakness.SHAPE),
        ("٢٥٨٠", Weakness.SHAPE),
        ("0000", Weakness.PATTERN),
        ("1212", Weakness.PATTERN),
        ("135135", Weakness.PATTERN),
        ("1234", Weakness.PATTERN),
        ("7890", Weakness.PATTERN),
        ("8765", Weakness.PATTERN),
        ("1985", Weakness.PATTERN),
        ("2024", Weakness.PATTERN),
        ("0305", Weakness.PERSONAL),
        ("2384", Weakness.PERSONAL),
        ("850305", Weakness.PERSONAL),
    ],
)
def test_what_is_easy_to_guess(pin: str, weakness: Weakness | None) -> None:
    assert weakness_of_pin(pin, "198503052384") == weakness


def test_choosing_a_pin(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.maria)
    weak = browser.post("/installningar/pin/", {"pin": "1234", "again": "1234"})
    assert weak.status_code == 422
    assert "för lätt att gissa" in weak.content.decode()
    unequal = browser.post("/installningar/pin/", {"pin": "2580", "again": "2581"})
    assert "inte lika" in unequal.content.decode()
    assert not Pin.objects.exists()
    assert browser.post("/installningar/pin/", {"pin": "2580", "again": "2580"}).status_code == 302
    assert give(cast.maria, "2580", uuid4())


def test_a_pin_alone_opens_nothing(cast: Cast, maria: User) -> None:
    """PROMISES 3.7: useless without the paired tablet, and on another tablet than the one where it was given."""
    here, _cookie = tablet(cast.blasippan)
    there, there_cookie = tablet(cast.blasippan, "Rummet")
    given_here = signing.dumps([str(here.id), str(maria.id)], salt="pin")
    browser = Client()
    browser.cookies[PIN_COOKIE] = given_here
    assert not is_in(browser)
    request = browser.get("/om/").wsgi_request
    request.COOKIES |= {TABLET_COOKIE: there_cookie, PIN_COOKIE: given_here}
    assert pin_person_of(request, there) is None
    assert pin_person_of(request, here) == maria


def test_a_pin_goes_away_after_two_minutes(cast: Cast, maria: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _cookie = tablet(cast.blasippan)
    request = Client().get("/om/").wsgi_request
    request.COOKIES[PIN_COOKIE] = signing.dumps([str(made.id), str(maria.id)], salt="pin")
    later = (clock.now() + timedelta(seconds=121)).timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert pin_person_of(request, made) is None
