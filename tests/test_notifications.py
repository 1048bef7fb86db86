"""Telling people: rows first, claimed once, quiet outside the house. Mail goes to a real SMTP server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import User
from notifications import rules, services
from notifications.models import Delivery, Kind, Way
from portal.lib import clock
from tests.cast import Cast, person
from tests.smtp import MailServer, mail_server


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server(lambda name, value: setattr(settings, name, value)) as server:
        yield server


def tell(*people: User, kind: Kind = Kind.CAME_THOUGH_ABSENT, **about: object) -> None:
    services.notify(person_ids=[one.pk for one in people], kind=kind, event=uuid4(), about=about, now=clock.now())


def sweep(after: timedelta = timedelta(0)) -> None:
    now = clock.now() + after
    for delivery in services.claim(now=now):
        services.deliver(delivery=delivery, now=now)


def body(message: Message) -> str:
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def test_a_notice_is_a_row_in_the_portal_and_a_letter_that_says_nothing(cast: Cast, server: MailServer) -> None:
    """DOMAIN 4.10: neither a child, a unit, a sender nor content leaves the house."""
    tell(cast.amina, child=cast.elsa.pk)
    assert Delivery.objects.filter(person=cast.amina).in_app().unread().count() == 1
    sweep()
    (letter,) = server.taken
    assert letter["To"] == cast.amina.email
    for secret in ("Elsa", "Lind", "Blåsippan", "Granliden", str(cast.elsa.pk), "frånvar"):
        assert secret not in body(letter)
        assert secret not in str(letter["Subject"])
    assert "http://localhost:8000/" in body(letter)


def test_a_letter_is_in_the_readers_language(cast: Cast, server: MailServer) -> None:
    User.objects.filter(pk=cast.johan.pk).update(language="en")
    tell(cast.amina, cast.johan)
    sweep()
    bodies = {letter["To"]: body(letter) for letter in server.taken}
    assert bodies[cast.amina.email].startswith("Hej!")
    assert bodies[cast.johan.email].startswith("Hello!")


def test_the_same_thing_is_told_once(cast: Cast, server: MailServer) -> None:
    event = uuid4()
    for _again in range(3):
        services.notify(
            person_ids=[cast.amina.pk], kind=Kind.CAME_THOUGH_ABSENT, event=event, about={}, now=clock.now()
        )
    sweep()
    sweep()
    assert len(server.taken) == 1
    assert Delivery.objects.count() == 2  # one in the portal, one letter


def test_what_nobody_chose_follows_the_house_and_a_choice_wins(cast: Cast, server: MailServer) -> None:
    tell(cast.amina, kind=Kind.ARRIVED)
    assert not Delivery.objects.exists()
    services.choose(person=cast.amina, kind=Kind.ARRIVED, way=Way.EMAIL, is_wanted=True)
    tell(cast.amina, cast.johan, kind=Kind.ARRIVED)
    assert [(one.person_id, one.way) for one in Delivery.objects.all()] == [(cast.amina.pk, Way.EMAIL)]


@pytest.mark.parametrize("answer", ["421 busy", "451 try later"])
def test_a_server_that_says_later_is_tried_later(cast: Cast, server: MailServer, answer: str) -> None:
    server.answers = [answer]
    tell(cast.amina)
    sweep()
    waiting = Delivery.objects.get(way=Way.EMAIL)
    assert (waiting.sent_at, waiting.given_up_at, waiting.problem) == (None, None, answer[:3])
    sweep(timedelta(seconds=10))
    assert server.taken == []
    sweep(timedelta(seconds=31))
    assert len(server.taken) == 1
    assert Delivery.objects.get(way=Way.EMAIL).sent_at


def test_an_address_that_is_refused_is_given_up(cast: Cast, server: MailServer) -> None:
    server.answers = ["550 no such person"]
    tell(cast.amina)
    sweep()
    given_up = Delivery.objects.get(way=Way.EMAIL)
    assert given_up.given_up_at
    assert given_up.problem == "550"
    sweep(timedelta(days=1))
    assert server.taken == []


def test_no_server_at_all_loses_nothing(cast: Cast, server: MailServer, settings: Settings) -> None:
    settings.EMAIL_PORT = 1
    tell(cast.amina)
    sweep()
    assert Delivery.objects.get(way=Way.EMAIL).problem == "ConnectionRefusedError"
    settings.EMAIL_PORT = server.port
    sweep(timedelta(minutes=1))
    assert len(server.taken) == 1


def test_a_frozen_account_is_not_written_to(cast: Cast, server: MailServer) -> None:
    tell(cast.amina)
    User.objects.filter(pk=cast.amina.pk).update(frozen_at=clock.now())
    sweep()
    assert server.taken == []
    assert Delivery.objects.get(way=Way.EMAIL).given_up_at


def test_a_claim_that_nobody_finished_is_taken_up_again(cast: Cast, server: MailServer) -> None:
    """A worker that dies in the middle leaves a claim, and the claim runs out."""
    tell(cast.amina)
    assert len(services.claim(now=clock.now())) == 1
    assert services.claim(now=clock.now()) == []
    sweep(services.CLAIM_HOLDS + timedelta(seconds=1))
    assert len(server.taken) == 1


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_letter_once(server: MailServer) -> None:
    people = [person(f"Guardian{number}") for number in range(40)]
    tell(*people)
    faults: list[BaseException] = []

    def work() -> None:
        try:
            while claimed := services.claim(now=clock.now(), most=5):
                for delivery in claimed:
                    services.deliver(delivery=delivery, now=clock.now())
        except BaseException as fault:  # noqa: BLE001 (a thread's fault must reach the test)
            faults.append(fault)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    assert sorted(str(letter["To"]) for letter in server.taken) == sorted(one.email for one in people)


def test_waiting_doubles_up_to_an_hour() -> None:
    assert [rules.wait_before_try(tries) for tries in (1, 2, 3, 4)] == [30, 60, 120, 240]
    assert rules.wait_before_try(30) == 3_600
