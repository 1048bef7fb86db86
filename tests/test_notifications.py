"""Telling people: rows first, claimed once, quiet outside the house. Mail goes to a real SMTP server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import Message
from time import monotonic
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import User
from children.access import Action
from children.actors import Actor
from children.services.grants import grant, withdraw_grant
from children.services.relations import block
from notifications import services, tasks, ways
from notifications.models import Delivery, Kind, Way
from portal.beat import SCHEDULE
from portal.lib import clock, days, outbox
from tests.cast import Cast, person
from tests.smtp import MailServer, mail_server


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server(lambda name, value: setattr(settings, name, value)) as server:
        yield server


def tell(*people: User, kind: Kind = Kind.CAME_THOUGH_ABSENT, **about: object) -> None:
    services.notify(person_ids=[one.pk for one in people], kind=kind, event=uuid4(), about=about, now=clock.now())


def sweep(after: timedelta = timedelta(0)) -> None:
    services.send_waiting(now=clock.now() + after)


def claim(now: datetime, ahead: list[Delivery] | None = None) -> Delivery | None:
    return Delivery.objects.filter(way=Way.EMAIL).claim(now, ahead)


def deliver(delivery: Delivery, now: datetime) -> None:
    outbox.carry_out(delivery, ways.CARRIED[Way.EMAIL], now=now)


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
    assert claim(clock.now())
    assert claim(clock.now()) is None
    sweep(outbox.CLAIM_HOLDS + timedelta(seconds=1))
    assert len(server.taken) == 1


def test_what_a_killed_worker_held_is_resumed_within_half_a_minute(settings: Settings) -> None:
    """Promise 2; and a worker that lives is done, or hung up on, before its claim runs out."""
    every = timedelta(seconds=float(settings.SCHEDULE["sweep-email"]["schedule"]))
    turn = timedelta(seconds=outbox.TURN + outbox.LOOKS_FOR_THE_DEAD)
    assert outbox.CLAIM_HOLDS + max(every, turn) <= timedelta(seconds=30)
    assert timedelta(seconds=outbox.LONGEST) < outbox.CLAIM_HOLDS


def test_a_worker_that_lost_its_claim_sends_nothing_and_marks_nothing(cast: Cast, server: MailServer) -> None:
    tell(cast.amina)
    slow = claim(clock.now())
    later = clock.now() + outbox.CLAIM_HOLDS + timedelta(seconds=1)
    quick = claim(later)
    assert slow
    assert quick
    deliver(slow, later)
    assert server.taken == []
    waiting = Delivery.objects.get(way=Way.EMAIL)
    assert (waiting.sent_at, waiting.claimed_until) == (None, later + outbox.CLAIM_HOLDS)
    deliver(quick, later)
    deliver(slow, later)
    assert len(server.taken) == 1
    assert Delivery.objects.get(way=Way.EMAIL).sent_at


def test_one_delivery_is_claimed_at_a_time(cast: Cast, server: MailServer) -> None:
    """What a slow server keeps waiting is not held: another worker takes it."""
    tell(cast.amina, cast.johan)
    assert claim(clock.now())
    assert Delivery.objects.exclude(claimed_until=None).count() == 1
    assert claim(clock.now())


def test_what_was_found_ahead_is_asked_for_once_and_still_is_claimed_one_by_one(cast: Cast, server: MailServer) -> None:
    """What others took, or was withdrawn, since it was found is stepped over; what came since is found at the end."""
    tell(cast.amina, cast.johan, cast.neighbour, cast.stranger)
    ahead: list[Delivery] = []
    assert claim(clock.now(), ahead)
    assert len(ahead) == 3
    assert services.give_up(concerned=Q(pk=ahead[-1].pk), now=clock.now()) == 1
    other = claim(clock.now())
    tell(cast.maria)
    with CaptureQueriesContext(connection) as captured:
        last = claim(clock.now(), ahead)
    assert {one["sql"].split()[0] for one in captured.captured_queries} == {"UPDATE"}
    assert other
    assert last
    assert other != last
    late = claim(clock.now(), ahead)
    assert late
    assert late.person_id == cast.maria.pk
    assert claim(clock.now(), ahead) is None


def test_what_is_urgent_leaves_before_the_evenings_hundreds(cast: Cast, server: MailServer) -> None:
    """DOMAIN 4.8; and after what a dead worker held, which has waited longer than it."""
    before = clock.now() - timedelta(minutes=5)
    waiting = [
        Delivery(person=cast.amina, kind=Kind.DIGEST, way=Way.EMAIL, event=uuid4(), try_after=before)
        for _number in range(outbox.FOUND_AT_ONCE + 1)
    ]
    Delivery.objects.bulk_create(waiting)
    Delivery.objects.filter(pk=waiting[-1].pk).update(claimed_until=before, tries=1)
    tell(cast.johan)
    ahead = Delivery.objects.filter(way=Way.EMAIL).left_behind(clock.now())
    claimed = [claim(clock.now(), ahead) for _number in range(3)]
    assert [row and (row.kind, row.tries) for row in claimed] == [
        (Kind.DIGEST, 2),
        (Kind.CAME_THOUGH_ABSENT, 1),
        (Kind.DIGEST, 1),
    ]


def test_a_server_that_never_comes_to_an_end_is_hung_up_on(
    cast: Cast, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LONGEST", 0.2)
    server.pause = 3
    tell(cast.amina)
    started = monotonic()
    sweep()
    assert monotonic() - started < 2
    assert Delivery.objects.get(way=Way.EMAIL).problem == "SMTPServerDisconnected"


def test_a_fault_of_one_does_not_stop_those_behind_it(cast: Cast, server: MailServer) -> None:
    """An address that cannot be opened is a problem of its own row: counted, put off, given up in the end."""
    tell(cast.amina)
    tell(cast.johan)
    Delivery.objects.filter(person=cast.amina).update(try_after=clock.now() - timedelta(hours=1))  # goes first
    User.objects.filter(pk=cast.amina.pk).update(email=F("given_name"))  # which is not sealed
    assert tasks.sweep("email") == 2
    assert [letter["To"] for letter in server.taken] == [cast.johan.email]
    broken = Delivery.objects.filter(person_id=cast.amina.pk, way=Way.EMAIL)
    assert broken.values_list("problem", "tries", "given_up_at").get() == ("InvalidToken", 1, None)
    assert broken.get().try_after > clock.now()
    broken.update(tries=outbox.MOST_TRIES - 1, try_after=clock.now())
    assert tasks.sweep("email") == 1
    assert broken.get().given_up_at


def test_a_mail_that_kills_its_workers_is_given_up(cast: Cast, server: MailServer) -> None:
    tell(cast.amina)
    Delivery.objects.filter(way=Way.EMAIL).update(tries=outbox.MOST_TRIES)
    sweep()
    assert server.taken == []
    assert Delivery.objects.get(way=Way.EMAIL).given_up_at


@pytest.mark.parametrize(
    ("told", "answer", "is_final"),
    [
        ("recipients", "550 no such person", True),
        ("recipients", "450 busy", False),
        ("recipients", "451 try later", False),
        ("recipients", "530 log in first", False),
        ("senders", "550 not you", False),
        ("senders", "451 try later", False),
        ("answers", "554 not this", True),
        ("answers", "452 full", False),
    ],
)
def test_only_what_trying_again_cannot_mend_is_given_up(
    cast: Cast, server: MailServer, told: str, answer: str, *, is_final: bool
) -> None:
    getattr(server, told).append(answer)
    tell(cast.amina)
    sweep()
    delivery = Delivery.objects.get(way=Way.EMAIL)
    assert (delivery.given_up_at is not None, delivery.problem) == (is_final, answer[:3])
    sweep(timedelta(minutes=1))
    assert len(server.taken) == (0 if is_final else 1)


def test_a_wrong_password_of_ours_loses_nothing(cast: Cast, server: MailServer, settings: Settings) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "wrong"
    tell(cast.amina)
    sweep()
    delivery = Delivery.objects.get(way=Way.EMAIL)
    assert (delivery.given_up_at, delivery.problem) == (None, "535")
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    sweep(timedelta(minutes=1))
    assert len(server.taken) == 1


def test_who_is_blocked_meanwhile_is_not_written_to(cast: Cast, server: MailServer) -> None:
    """About this child; about another, and to others, the mail goes."""
    tell(cast.amina, cast.johan, child=cast.elsa.pk)
    tell(cast.amina, child=cast.hugo.pk)
    boss = Actor.of_person(cast.eva)
    block(actor=boss, child=cast.elsa, person_id=cast.amina.pk, reason="x", now=clock.now())
    sweep()
    assert sorted(str(letter["To"]) for letter in server.taken) == sorted([cast.amina.email, cast.johan.email])
    withdrawn = Delivery.objects.get(problem="withdrawn")
    assert (withdrawn.person_id, withdrawn.about) == (cast.amina.pk, {"child": str(cast.elsa.pk)})
    assert withdrawn.given_up_at


def test_whose_grant_is_withdrawn_is_not_written_to(cast: Cast, server: MailServer) -> None:
    """What the person sees by another relation is told all the same."""
    boss, today = Actor.of_person(cast.eva), days.today()
    for grantee in (cast.specialist, cast.neighbour):
        for granted in (cast.elsa, cast.noor):
            grant(
                actor=boss,
                child=granted,
                person=grantee,
                actions=[Action.SEE_FILE],
                starts_on=today,
                ends_on=today,
                now=clock.now(),
            )
            tell(grantee, child=granted.pk)
    for grantee, granted in ((cast.specialist, cast.elsa), (cast.neighbour, cast.noor)):
        withdraw_grant(actor=boss, child=granted, person=grantee, now=clock.now())
    withdrawn = Delivery.objects.get(problem="withdrawn")
    assert (withdrawn.person_id, withdrawn.about) == (cast.specialist.pk, {"child": str(cast.elsa.pk)})
    sweep()
    assert len(server.taken) == 3, "the neighbour still is Noor's guardian"


def test_withdrawn_while_a_worker_holds_it(cast: Cast, server: MailServer) -> None:
    tell(cast.amina, child=cast.elsa.pk)
    held = claim(clock.now())
    assert held
    assert services.cancel(person_id=cast.amina.pk, child_id=cast.elsa.pk, now=clock.now()) == 1
    deliver(held, clock.now())
    assert server.taken == []
    assert Delivery.objects.get(way=Way.EMAIL).problem == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_letter_once(server: MailServer) -> None:
    people = [person(f"Guardian{number}") for number in range(40)]
    tell(*people)
    faults: list[BaseException] = []

    def work() -> None:
        ahead: list[Delivery] = []
        try:
            while delivery := claim(clock.now(), ahead):
                deliver(delivery, clock.now())
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


def test_waiting_doubles_up_to_three_minutes_and_after_an_hour_it_is_an_hour() -> None:
    assert [outbox.wait_before_try(tries) for tries in (1, 2, 3, 4, 23)] == [30, 60, 120, 180, 180]
    assert sum(map(outbox.wait_before_try, range(1, outbox.OFTEN))) > timedelta(hours=1).total_seconds()
    assert {outbox.wait_before_try(tries) for tries in range(outbox.OFTEN, outbox.MOST_TRIES)} == {3_600}


def test_after_half_an_hour_without_a_mail_server_all_has_come_within_five_minutes(
    cast: Cast, server: MailServer, settings: Settings
) -> None:
    """PROMISES 2: whenever it was written, before the server went or while it was gone. Swept as the worker sweeps."""
    every = timedelta(seconds=SCHEDULE["sweep-email"]["schedule"])
    began = clock.now()
    settings.EMAIL_PORT = 1  # nobody answers there
    with time_machine.travel(began, tick=False) as time:
        written = 0
        while clock.now() < began + timedelta(minutes=30):
            if clock.now() >= began + written * timedelta(minutes=1):
                tell(cast.amina)
                written += 1
            sweep()
            time.shift(every)
        settings.EMAIL_PORT = server.port
        while clock.now() <= began + timedelta(minutes=35) and len(server.taken) < written:
            sweep()
            time.shift(every)
    assert (written, len(server.taken)) == (30, 30)
