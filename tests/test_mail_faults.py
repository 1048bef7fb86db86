"""Mail against a real server that has bad days: each letter once, and at most once more for each line that it drops
after the message's last word (PROMISES 2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.mail.backends.smtp import EmailBackend
from pytest_django.fixtures import Settings

from accounts.models import User
from notifications import ways
from notifications.models import Delivery, Kind, Way
from portal.beat import SCHEDULE
from portal.lib import clock, outbox
from tests.cast import Cast, person
from tests.smtp import DROP, HANG, MailServer, mail_server

EVERY = timedelta(seconds=float(SCHEDULE["sweep-email"]["schedule"]))


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server(lambda name, value: setattr(settings, name, value)) as server:
        yield server


def tell(people: list[User]) -> None:
    Delivery.objects.bulk_create(
        Delivery(
            person=one,
            kind=Kind.MESSAGE_RECEIVED,
            way=Way.EMAIL,
            event=uuid4(),
            try_after=clock.now(),
            is_urgent=True,
        )
        for one in people
    )


def sweep_for(minutes: float) -> None:
    """Let the worker's clock run, and sweep as often as it does, until everything has left or the time is over."""
    end = clock.now() + timedelta(minutes=minutes)
    with time_machine.travel(clock.now(), tick=False) as time:
        while clock.now() < end and Delivery.objects.outside().unfinished().exists():
            ways.send_waiting(Way.EMAIL, now=clock.now())
            time.shift(EVERY)


def came(server: MailServer) -> Counter[str]:
    return Counter(str(letter["Message-ID"]) for letter in server.taken)


def test_a_server_that_answers_everything_that_servers_answer(
    cast: Cast, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """421, 451, 550, a hang and a dropped line between letters that go: counted as promised."""
    monkeypatch.setattr(outbox, "LONGEST", 0.3)
    server.answers = ["250 OK", "421 closing", "451 later", "250 OK", "550 never", HANG, "250 OK", DROP, "250 OK"]
    tell([person(f"Guardian{number}") for number in range(12)])
    sweep_for(20)
    given_up = Delivery.objects.exclude(given_up_at=None)
    assert [one.problem for one in given_up] == ["550"]
    assert Delivery.objects.exclude(sent_at=None).count() == 11
    expected = {f"<{one.pk}@kapprummet>" for one in Delivery.objects.exclude(sent_at=None)}
    assert came(server).keys() == expected
    assert sum(came(server).values()) - len(expected) == server.dropped == 1


def test_each_dropped_line_costs_one_letter_more_at_most(cast: Cast, server: MailServer) -> None:
    server.answers = ["250 OK", DROP, "250 OK", DROP, DROP, DROP] * 3
    tell([person(f"Guardian{number}") for number in range(20)])
    sweep_for(30)
    assert Delivery.objects.filter(sent_at=None).count() == 0
    assert len(came(server)) == 20
    assert sum(came(server).values()) - 20 <= server.dropped == 12


def test_all_that_was_written_while_the_server_was_gone_has_come_five_minutes_after_it_is_back(
    cast: Cast, server: MailServer, settings: Settings
) -> None:
    """PROMISES 2, a tenth of a tenth: 50 for its 5,000, with the clock of the workers. `make faults` counts them all.

    What is left over of the five minutes after the last one is claimed is for sending: two and a half at least.
    """
    people = [person(f"Guardian{number}") for number in range(50)]
    began = clock.now()
    settings.EMAIL_PORT = 1  # nobody answers there
    with time_machine.travel(began, tick=False) as time:
        while clock.now() < began + timedelta(minutes=30):
            if people:
                tell([people.pop()])
            ways.send_waiting(Way.EMAIL, now=clock.now())
            time.shift(EVERY)
        assert server.taken == []
        tries = list(Delivery.objects.values_list("tries", flat=True))
        settings.EMAIL_PORT = server.port
        while clock.now() < began + timedelta(minutes=32.5):
            ways.send_waiting(Way.EMAIL, now=clock.now())
            time.shift(EVERY)
        late = Delivery.objects.filter(sent_at=None).count()  # those that were tried and put off
        while clock.now() < began + timedelta(minutes=35):
            ways.send_waiting(Way.EMAIL, now=clock.now())
            time.shift(EVERY)
    assert len(came(server)) == sum(came(server).values()) == 50
    assert late < 10
    assert max(tries) < outbox.OFTEN
    assert sum(tries) <= outbox.MOST_FAULTS * timedelta(minutes=30) / outbox.RESTS_FOR, "it was left alone meanwhile"


def test_what_a_dead_worker_held_waits_behind_nobody(cast: Cast, server: MailServer) -> None:
    """`make faults` found it: among thousands of the same age it was taken up when all others had left."""
    people = [person(f"Guardian{number}") for number in range(30)]
    tell(people)
    held = Delivery.objects.outside().order_by("-try_after", "-pk")[0]
    now = clock.now()
    Delivery.objects.filter(pk=held.pk).update(claimed_until=now + outbox.CLAIM_HOLDS, tries=1)
    ways.send_waiting(Way.EMAIL, now=now + outbox.CLAIM_HOLDS - timedelta(seconds=10))
    tell(people)
    ways.send_waiting(Way.EMAIL, now=now + outbox.CLAIM_HOLDS + timedelta(seconds=1))
    assert list(came(server)).index(f"<{held.pk}@kapprummet>") == 29


def test_what_a_worker_died_with_is_taken_up_in_the_middle_of_anothers_turn(
    cast: Cast, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make faults` found this, too: a turn that had begun before the claim ended went on with all the others first."""
    monkeypatch.setattr(outbox, "LOOKS_FOR_THE_DEAD", 0.1)
    server.pause = 0.1
    tell([person(f"Guardian{number}") for number in range(12)])
    held = Delivery.objects.outside().order_by("-try_after", "-pk")[0]
    now = clock.now()
    Delivery.objects.filter(pk=held.pk).update(claimed_until=now + timedelta(seconds=0.2), tries=1)
    ways.send_waiting(Way.EMAIL, now=now)
    assert list(came(server)).index(f"<{held.pk}@kapprummet>") < 11


def test_a_worker_that_dies_at_its_goodbye_has_marked_what_was_taken(
    cast: Cast, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 2 allows one letter more for each line that broke after its message. This one did not break."""

    class Killed(BaseException):
        pass

    def die(_backend: EmailBackend) -> None:
        raise Killed

    tell([cast.amina])
    monkeypatch.setattr(EmailBackend, "close", die)
    with pytest.raises(Killed):
        ways.send_waiting(Way.EMAIL, now=clock.now())
    monkeypatch.undo()
    assert ways.send_waiting(Way.EMAIL, now=clock.now() + outbox.CLAIM_HOLDS + EVERY) == 0
    assert sum(came(server).values()) == 1


def test_a_run_ends_after_its_turn_and_the_next_goes_on(
    cast: Cast, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much waits: push, SMS and all other work have a worker meanwhile."""
    monkeypatch.setattr(outbox, "TURN", 0.3)
    server.pause = 0.2
    tell([person(f"Guardian{number}") for number in range(5)])
    tried = ways.send_waiting(Way.EMAIL, now=clock.now())
    assert 0 < tried < 5
    monkeypatch.undo()
    assert ways.send_waiting(Way.EMAIL, now=clock.now()) == 5 - tried
    assert sum(came(server).values()) == 5


def test_a_server_that_hangs_keeps_no_worker_from_other_ways(
    cast: Cast, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two letters in a row that hang, and mail rests; a push or an SMS is another run, and is not asked to wait."""
    monkeypatch.setattr(outbox, "LONGEST", 0.2)
    server.answers = [HANG] * 10
    tell([person(f"Guardian{number}") for number in range(6)])
    Delivery.objects.filter(pk=Delivery.objects.order_by("pk")[0].pk).update(way=Way.SMS)
    assert ways.send_waiting(Way.EMAIL, now=clock.now()) == outbox.MOST_FAULTS
    assert ways.send_waiting(Way.EMAIL, now=clock.now()) == 0
    assert ways.send_waiting(Way.SMS, now=clock.now()) == 1
