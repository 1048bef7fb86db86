"""Tablets: pairing, being shut out, and the PIN of whoever stands there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.services import choose_pin
from children.models import PairingCode, Tablet
from children.tablets import PIN_COOKIE, TABLET_COOKIE, begin_pairing
from notifications.models import Delivery, Kind
from portal.lib import clock
from tests.cast import Cast, tablet

LogIn = Callable[[User], Client]
REFUSED = "Koden stämmer inte eller har gått ut"


@pytest.fixture(autouse=True)
def _no_guesses_yet(db: None) -> None:
    cache.clear()


def code_for(cast: Cast) -> str:
    return begin_pairing(department=cast.blasippan, tablet_name="Hallen", actor_person=cast.eva, now=clock.now())[1]


def pair(code: str, browser: Client | None = None) -> tuple[Client, int, str]:
    browser = browser or Client()
    answer = browser.post("/platta/para/", {"code": code})
    return browser, answer.status_code, answer.content.decode()


class TestPairing:
    """A06: paired with a short code; expired, reused or guessed is refused; revoked is out at its next request."""

    def test_it_works_from_one_screen_to_the_other(self, cast: Cast, log_in: LogIn) -> None:
        eva = log_in(cast.eva)
        page = eva.post(
            f"/forskola/{cast.granliden.id}/plattor/", {"department": str(cast.blasippan.id), "name": "Gården"}
        ).content.decode()
        made = PairingCode.objects.get()
        poll = f"/forskola/{cast.granliden.id}/plattor/kod/{made.id}/"
        assert poll in page
        assert eva.get(poll).status_code == 204
        code = page.split('translate="no">')[1].split("<")[0]
        device, status, _page = pair(code.lower().replace(" ", "-"))
        assert status == 302
        assert device.get("/platta/")["Location"] == f"/avdelning/{cast.blasippan.id}/"
        assert "Plattan är ihopkopplad" in eva.get(poll).content.decode()
        assert "Gården" in eva.get(f"/forskola/{cast.granliden.id}/plattor/").content.decode()

    def test_reused_expired_replaced_and_guessed_get_the_same_answer(self, cast: Cast) -> None:
        used = code_for(cast)
        pair(used)
        replaced = code_for(cast)
        expired = code_for(cast)
        with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1)):
            answers = [pair(code) for code in (used, replaced, expired, "23456789")]
        assert {status for _browser, status, _page in answers} == {422}
        assert all(REFUSED in page for _browser, _status, page in answers)
        assert Tablet.objects.count() == 1

    def test_guessing_leads_nowhere_but_honest_devices_pair(self, cast: Cast) -> None:
        for _number in range(20):
            assert REFUSED in pair("23456789")[2]
        right = code_for(cast)
        assert "för många felaktiga koder" in pair(right)[2]
        with time_machine.travel(clock.now() + timedelta(minutes=1)):
            assert pair(right)[1] == 302
            for _number in range(25):  # a whole preschool in one go
                assert pair(code_for(cast))[1] == 302

    def test_a_personal_session_ends_with_the_pairing(self, cast: Cast, log_in: LogIn) -> None:
        browser, _status, _page = pair(code_for(cast), log_in(cast.eva))
        assert browser.get(f"/forskola/{cast.granliden.id}/plattor/").status_code == 404

    def test_revoked_is_out_at_the_next_request(self, cast: Cast, log_in: LogIn) -> None:
        device, _status, _page = pair(code_for(cast))
        address = f"/avdelning/{cast.blasippan.id}/"
        assert device.get(address).status_code == 200
        found = Tablet.objects.get()
        revoke = f"/forskola/{cast.granliden.id}/plattor/{found.id}/stang-ute/"
        assert log_in(cast.ulf).post(revoke).status_code == 404
        assert log_in(cast.maria).post(revoke).status_code == 404
        assert log_in(cast.eva).post(revoke).status_code == 302
        assert device.get(address).status_code == 302  # to the login: nobody is asking any more
        assert "Koppla ihop plattan" in device.get("/platta/").content.decode()

    def test_who_may_pair(self, cast: Cast, log_in: LogIn) -> None:
        address = f"/forskola/{cast.granliden.id}/plattor/"
        for who, status in ((cast.eva, 200), (cast.maria, 404), (cast.ulf, 404), (cast.administrator, 404)):
            assert log_in(who).get(address).status_code == status
        values = {"department": str(cast.musslan.id), "name": "Hallen"}
        answer = log_in(cast.eva).post(address, values)
        assert answer.status_code == 422
        assert "Välj en av förskolans avdelningar" in answer.content.decode()

    def test_a_forged_cookie_is_nobodys(self, cast: Cast) -> None:
        found, cookie = tablet(cast.blasippan)
        Tablet.objects.filter(pk=found.pk).update(secret_digest="0" * 64)
        browser = Client()
        browser.cookies[TABLET_COOKIE] = cookie
        assert browser.get("/platta/").status_code == 200


class TestPin:
    @pytest.fixture
    def hall(self, cast: Cast, on_tablet: Callable[[str], Client]) -> Client:
        choose_pin(person=cast.maria, code="4711", now=clock.now())
        _tablet, cookie = tablet(cast.blasippan)
        return on_tablet(cookie)

    def give(self, hall: Client, person: User, pin: str = "4711", **more: str) -> int:
        return hall.post("/platta/pin/", {"person": str(person.id), "pin": pin} | more).status_code

    def test_it_opens_what_the_hall_may_not_read(self, cast: Cast, hall: Client) -> None:
        page = hall.get("/platta/pin/").content.decode()
        assert "Maria Berg" in page
        assert "Jonas" not in page
        address = f"/barn/{cast.elsa.id}/"
        assert self.give(hall, cast.maria, next=address) == 302
        assert hall.get(address).status_code == 200
        assert hall.post("/platta/pin/slut/").status_code == 302
        assert hall.get(address).status_code == 302

    @pytest.mark.parametrize("address", ["abc", "//evil.example/", "https://evil.example/", "javascript:alert(1)", ""])
    def test_it_leads_to_our_own_pages_only(self, cast: Cast, hall: Client, address: str) -> None:
        answer = hall.post("/platta/pin/", {"person": str(cast.maria.id), "pin": "4711", "next": address})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/avdelning/{cast.blasippan.id}/")

    def test_a_copied_cookie_is_worth_nothing_once_the_tablet_is_locked(
        self, cast: Cast, hall: Client, on_tablet: Callable[[str], Client]
    ) -> None:
        address = f"/barn/{cast.elsa.id}/"
        self.give(hall, cast.maria)
        thief = on_tablet(hall.cookies[TABLET_COOKIE].value)
        thief.cookies[PIN_COOKIE] = copied = hall.cookies[PIN_COOKIE].value
        assert thief.get(address).status_code == 200
        hall.post("/platta/pin/slut/")
        thief.cookies[PIN_COOKIE] = copied
        assert thief.get(address).status_code == 302
        assert self.give(hall, cast.maria) == 302
        assert hall.get(address).status_code == 200, "a PIN that is given after the lock works at once"
        thief.cookies[PIN_COOKIE] = copied
        assert thief.get(address).status_code == 302

    def test_next_stays_in_the_house(self, cast: Cast, hall: Client) -> None:
        values = {"person": str(cast.maria.id), "pin": "4711", "next": "https://evil.example/"}
        assert hall.post("/platta/pin/", values)["Location"] == f"/avdelning/{cast.blasippan.id}/"

    def test_two_minutes_of_rest_end_it_and_acts_renew_it(self, cast: Cast, hall: Client) -> None:
        now = clock.now()
        address = f"/barn/{cast.elsa.id}/"
        with time_machine.travel(now, tick=False) as clockwork:
            self.give(hall, cast.maria)
            clockwork.shift(timedelta(seconds=100))
            assert hall.get(address).status_code == 200
            clockwork.shift(timedelta(seconds=100))
            assert hall.get(address).status_code == 200
            clockwork.shift(timedelta(seconds=121))
            assert hall.get(address).status_code == 302

    def test_five_wrong_lock_one_person_and_tell_nobody_whether_the_pin_exists(self, cast: Cast, hall: Client) -> None:
        """A07, on the page: the same words for a wrong PIN, a locked one and none; somebody else still works."""
        choose_pin(person=cast.eva, code="1234", now=clock.now())
        said = set()
        for pin in ("0000", "0001", "0002", "0003", "0004", "4711"):
            answer = hall.post("/platta/pin/", {"person": str(cast.maria.id), "pin": pin})
            said.add((answer.status_code, "stämmer inte ihop" in answer.content.decode()))
        answer = hall.post("/platta/pin/", {"person": str(cast.vikar.id), "pin": "4711"})
        said.add((answer.status_code, "stämmer inte ihop" in answer.content.decode()))
        assert said == {(422, True)}
        assert self.give(hall, cast.eva, "1234") == 302

    def test_whose_pin_was_locked_is_told_and_the_tablet_learns_nothing(
        self, cast: Cast, hall: Client, log_in: LogIn
    ) -> None:
        """A07: once for each lock, with a PIN or without one; the notice goes where only the person reads."""
        told = Delivery.objects.filter(kind=Kind.PIN_LOCKED)
        for times in range(1, 8):
            for one in (cast.maria, cast.vikar):
                answer = hall.post("/platta/pin/", {"person": str(one.id), "pin": "0000"})
                page = answer.content.decode()
                assert answer.status_code == 422
                assert "Namnet och PIN-koden stämmer inte ihop" in page
                assert not re.search(r"låst|fem (fel|gånger)", page, re.IGNORECASE)
            assert told.count() == (2 if times >= 5 else 0)
        assert {row.person_id for row in told} == {cast.maria.id, cast.vikar.id}
        assert {row.way for row in told} == {"in_app"}
        maria = log_in(cast.maria)
        assert "Fel PIN-kod fem gånger på en platta" in maria.get("/nytt/").content.decode()
        assert "Låst efter fem fel. Välj en ny" in maria.get("/installningar/").content.decode()
        assert "Låst efter fem fel." in maria.get("/installningar/pin/").content.decode()
        maria.post("/installningar/pin/", {"pin": "2580", "again": "2580"})
        assert "Låst efter fem fel" not in maria.get("/installningar/").content.decode()
        assert self.give(hall, cast.maria, "2580") == 302
        for _time in range(5):
            self.give(hall, cast.maria, "0000")
        assert told.filter(person=cast.maria).count() == 2, "a new lock is a new notice"

    def test_somebody_from_elsewhere_has_no_name_here(self, cast: Cast, hall: Client) -> None:
        choose_pin(person=cast.jonas, code="4711", now=clock.now())
        assert self.give(hall, cast.jonas) == 422

    def test_a_pin_is_worth_nothing_on_another_tablet_or_without_one(
        self, cast: Cast, hall: Client, on_tablet: Callable[[str], Client]
    ) -> None:
        self.give(hall, cast.maria)
        other, cookie = tablet(cast.blasippan, "Gården")
        browser = on_tablet(cookie)
        browser.cookies[PIN_COOKIE] = hall.cookies[PIN_COOKIE].value
        assert browser.get(f"/barn/{cast.elsa.id}/").status_code == 302
        assert Client().get("/platta/pin/").status_code == 302
        assert other.department_id == cast.blasippan.id

    def test_a_role_that_ends_closes_the_door_under_a_given_pin(self, cast: Cast, hall: Client) -> None:
        self.give(hall, cast.maria)
        cast.maria.staff_roles.update(ends_on=clock.now().date() - timedelta(days=2))
        assert hall.get(f"/barn/{cast.elsa.id}/").status_code == 403

    def test_a_persons_own_login_has_no_such_page(self, cast: Cast, log_in: LogIn) -> None:
        assert log_in(cast.maria).get("/platta/pin/").status_code == 404
