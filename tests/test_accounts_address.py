"""Another address to log in with: a link to the new one, a word to the old one, and nobody learns who has which."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings
from time_machine import travel

from accounts import addresses, services
from accounts.models import AddressChange, AddressLetter, AuditEntry, User
from accounts.tasks import clear_sessions, send_address_letters
from portal.lib import clock, outbox
from tests.cast import PASSWORD, Cast
from tests.smtp import mail_server

LogIn = Callable[[User], Client]
ADDRESS = "/installningar/adress/"
SECRET = re.compile(r"[A-Za-z0-9]{64}")  # differs from page to page
OLD, NEW = "amina.lind@example.org", "Ny.Adress@example.org"


@pytest.fixture(autouse=True)
def _no_tries_yet(db: None) -> None:
    cache.clear()


def enter(email: str = OLD) -> Client:
    """Log in with the password a moment ago."""
    browser = Client()
    browser.post("/konto/logga-in/", {"login": email, "password": PASSWORD})
    return browser


def lets_in(email: str) -> bool:
    return enter(email).get("/installningar/").status_code == 200


def ask(browser: Client, email: str = NEW) -> str:
    """Ask for the address; return what the page then says."""
    answer = browser.post(ADDRESS, {"email": email})
    assert answer.status_code == 302, answer.content.decode()
    return browser.get(answer.headers["Location"]).content.decode()


def link_in(letter: mail.EmailMessage) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", str(letter.body))
    assert found
    return found[1]


def sent() -> list[mail.EmailMessage]:
    """Let a worker send what waits; return it."""
    mail.outbox.clear()
    send_address_letters()
    return list(mail.outbox)


def test_the_link_makes_the_address_the_login(cast: Cast) -> None:
    browser = enter()
    assert "En länk är på väg" in ask(browser)
    (letter,) = sent()
    assert letter.to == [NEW]
    assert lets_in(OLD)
    assert not lets_in(NEW)
    path = link_in(letter)
    assert NEW in browser.get(path).content.decode()
    assert not lets_in(NEW), "looking changes nothing"
    assert browser.post(path).status_code == 302
    assert lets_in(NEW)
    assert not lets_in(OLD)
    (word,) = sent()
    assert word.to == [OLD]
    assert sent() == [], "once each"
    for one in (letter, word):
        assert not re.search("Amina|Lind|Elsa|Granliden", f"{one.subject} {one.body}")
    assert NEW not in str(word.body)
    assert set(AuditEntry.objects.filter(action__startswith="account.email").values_list("person_id", flat=True)) == {
        cast.amina.pk
    }


def test_the_letters_are_in_the_readers_language(cast: Cast) -> None:
    cast.amina.language = "en"
    cast.amina.save()
    browser = enter()
    ask(browser)
    (letter,) = sent()
    assert "within two hours" in letter.body
    browser.post(link_in(letter))
    assert "another email address" in sent()[0].body


def test_a_taken_address_gets_the_same_answer(cast: Cast) -> None:
    """Nobody learns from the page who has an account; whoever has it gets a letter, without a link."""
    browser = enter()
    free, taken = ask(browser, "ingen@example.org"), ask(browser, "JOHAN.lind@example.org")
    assert SECRET.sub("", free) == SECRET.sub("", taken)
    (letter,) = sent()
    assert letter.to == ["JOHAN.lind@example.org"]
    assert "hör redan till ditt konto" in letter.body
    assert "http" not in letter.body
    assert browser.post(ADDRESS, {"email": OLD.upper()}).status_code == 422, "the own one is no secret"


def test_the_owner_of_a_taken_address_who_has_frozen_is_not_written_to(cast: Cast) -> None:
    services.freeze(person=cast.johan, now=clock.now())
    ask(enter(), "johan.lind@example.org")
    assert sent() == []


def test_a_link_works_once(cast: Cast) -> None:
    browser = enter()
    ask(browser)
    path = link_in(sent()[0])
    assert browser.post(path).status_code == 302
    for answer in (browser.get(path), browser.post(path)):
        assert answer.status_code == 404
        assert "gäller inte längre" in answer.content.decode()
    ask(browser, OLD)
    browser.post(link_in(next(one for one in sent() if one.to == [OLD] and "http" in one.body)))
    assert lets_in(OLD)
    assert browser.post(path).status_code == 404, "nor when the old address is back"
    assert lets_in(OLD)


def test_a_link_is_for_its_own_account(cast: Cast, log_in: LogIn) -> None:
    """A letter that went to a stranger opens nothing for the stranger."""
    ask(enter())
    path = link_in(sent()[0])
    assert Client().get(path).headers["Location"].startswith("/konto/logga-in/")
    assert Client().post(path).status_code == 302
    for who in (cast.johan, cast.maria):
        assert log_in(who).get(path).status_code == 404
        assert log_in(who).post(path).status_code == 404
    assert User.objects.with_email(NEW).first() is None


def test_a_link_lives_for_two_hours(cast: Cast) -> None:
    browser = enter()
    ask(browser)
    path = link_in(sent()[0])
    with travel(clock.now() + timedelta(hours=2, seconds=1), tick=False):
        assert browser.post(path).status_code == 404
    change = AddressChange.objects.get()
    with pytest.raises(ValidationError):
        addresses.change_address(change=change, now=clock.now() + timedelta(hours=3))
    assert lets_in(OLD)


def test_the_newest_link_is_the_one_that_works(cast: Cast) -> None:
    browser = enter()
    ask(browser)
    first = link_in(sent()[0])
    ask(browser, "nyare@example.org")
    second = link_in(sent()[0])
    assert browser.post(first).status_code == 404
    assert browser.post(second).status_code == 302
    assert lets_in("nyare@example.org")


@pytest.mark.parametrize("key", ["x", "x:y", "IjAxIg:1x:y"])
def test_a_made_up_link(cast: Cast, log_in: LogIn, key: str) -> None:
    change = AddressChange.objects.create(person=cast.amina, email=NEW, expires_at=clock.now() + timedelta(hours=1))
    assert log_in(cast.amina).post(f"{ADDRESS}{key}/").status_code == 404
    assert log_in(cast.amina).post(f"{ADDRESS}{change.pk}/").status_code == 404
    assert lets_in(OLD)


def test_taken_by_somebody_else_meanwhile(cast: Cast) -> None:
    browser = enter()
    ask(browser)
    path = link_in(sent()[0])
    cast.johan.email = NEW
    cast.johan.save()
    assert "gäller inte längre" in browser.post(path).content.decode()
    assert lets_in(OLD)
    assert sent() == [], "nothing has changed, so nobody is told"


def test_a_frozen_account_changes_nothing(cast: Cast) -> None:
    ask(enter())
    services.freeze(person=cast.amina, now=clock.now())
    assert sent() == []
    with pytest.raises(ValidationError):
        addresses.change_address(change=AddressChange.objects.get(), now=clock.now())


def test_not_more_than_five_an_hour(cast: Cast) -> None:
    browser = enter()
    for turn in range(5):
        ask(browser, f"ny{turn}@example.org")
    answer = browser.post(ADDRESS, {"email": "ny6@example.org"})
    assert answer.status_code == 429
    assert "Vänta en timme" in answer.content.decode()
    assert AddressChange.objects.get().email == "ny4@example.org"


def test_an_old_session_says_first_who_it_is(cast: Cast, log_in: LogIn) -> None:
    answer = log_in(cast.amina).post(ADDRESS, {"email": NEW})
    assert answer.headers["Location"].startswith("/konto/bekrafta/")
    assert not AddressChange.objects.exists()


def test_a_server_that_is_gone_loses_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """I05: it is asked again after half a minute."""

    def fail(_letter: mail.EmailMessage) -> int:
        raise SMTPServerDisconnected

    ask(enter())
    with monkeypatch.context() as gone:
        gone.setattr("django.core.mail.EmailMessage.send", fail)
        assert sent() == []
    assert sent() == []
    with travel(clock.now() + timedelta(seconds=31)):
        assert len(sent()) == 1


def test_a_letter_whose_worker_died_is_sent_by_the_next_sweep(cast: Cast) -> None:
    """Promise 2: both letters, the link and the word to the old address, outlive whoever took them."""
    browser = enter()
    ask(browser)
    assert AddressLetter.objects.claim(clock.now()), "and then no more was heard"
    assert sent() == []
    with travel(clock.now() + outbox.CLAIM_HOLDS + timedelta(seconds=1)):
        (letter,) = sent()
        browser.post(link_in(letter))
        assert AddressLetter.objects.claim(clock.now())
        assert sent() == []
    with travel(clock.now() + 2 * outbox.CLAIM_HOLDS + timedelta(seconds=2)):
        assert [one.to for one in sent()] == [[OLD]]
        assert sent() == []


def test_a_refused_recipient_is_given_up(cast: Cast, settings: Settings) -> None:
    """There is no such mailbox, and asking again does not make one; a new wish is a new letter."""
    ask(enter())
    with mail_server(lambda name, value: setattr(settings, name, value)) as server:
        server.recipients = ["550 no such person"]
        send_address_letters()
        letter = AddressLetter.objects.get()
        assert (letter.given_up_at is not None, letter.sent_at, letter.problem) == (True, None, "550")
        with travel(clock.now() + timedelta(hours=1)):
            send_address_letters()
        assert server.taken == []
        ask(enter(), "nyare@example.org")
        send_address_letters()
        assert [str(taken["To"]) for taken in server.taken] == ["nyare@example.org"]


def test_a_link_that_nobody_can_follow_any_more_is_not_sent(cast: Cast) -> None:
    """The server was gone for longer than the link lives."""
    ask(enter())
    with travel(clock.now() + addresses.LINK_LIVES):
        assert sent() == []
    assert AddressLetter.objects.get().problem == "nothing to confirm"


def test_asking_rings_for_a_worker(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("portal.lib.bell.ring", rung.append)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        addresses.ask_for_address(person=cast.amina, email=NEW, now=clock.now())
    assert rung == ["accounts.tasks.send_address_letters"]


def test_addresses_are_encrypted_and_forgotten(cast: Cast) -> None:
    browser = enter()
    ask(browser)
    browser.post(link_in(sent()[0]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT email, old_email FROM accounts_addresschange")
        assert "example.org" not in str(cursor.fetchall())
    AddressChange.objects.update(expires_at=clock.now() - timedelta(days=8))
    clear_sessions()
    assert not AddressChange.objects.exists()
