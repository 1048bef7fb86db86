"""Two connections at once: whoever takes back, confirms or reminds, and a worker that is at the same row (F04, F09)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection

from children.actors import Actor
from messaging.models import Bulletin, BulletinCopy, BulletinReminder, Message
from messaging.selectors.bulletin_readers import Audience
from messaging.services import bulletin_release, bulletins, escalation, threads
from notifications.models import Delivery, Kind
from portal.lib import clock
from tests.cast import Cast, guard, local, person
from tests.test_bulletins import send, sent
from tests.test_threads import TO_DEPARTMENT

pytestmark = pytest.mark.django_db(transaction=True)
A_MOMENT = timedelta(milliseconds=20)
A_WHILE = 0.3  # seconds for which a worker stays where it is, with what it holds


@pytest.fixture(autouse=True)
def _in_the_morning() -> Iterator[None]:
    with time_machine.travel(local(date(2026, 10, 13), 9), tick=False):
        yield


@contextmanager
def workers(*jobs: Callable[[], object]) -> Iterator[None]:
    """Let each job be done on its own connection, beside what is done here; what goes wrong there is told here."""
    faults: list[BaseException] = []

    def work(job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as fault:  # noqa: BLE001 (a thread's fault must reach the test)
            faults.append(fault)
        finally:
            connection.close()

    started = [threading.Thread(target=work, args=[job]) for job in jobs]
    for one in started:
        one.start()
    try:
        yield
    finally:
        for one in started:
            one.join()
    assert faults == []


def stays(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> threading.Event:
    """Let a worker stay for a while after this function, before it is done; return what it sets when it is there."""
    really, is_there = getattr(module, name), threading.Event()

    def slow(*args: Any, **more: Any) -> Any:
        answer = really(*args, **more)
        is_there.set()
        time.sleep(A_WHILE)
        return answer

    monkeypatch.setattr(module, name, slow)
    return is_there


def test_a_message_that_a_worker_is_telling_of_is_not_undone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """F04: either nobody saw it, or it is withdrawn. The clock of whoever undoes it is a little late."""
    actor, words = Actor.of_person(cast.amina), threads.Words("Ämne", "Hej", "sv")
    (message,) = threads.start_threads(
        child_ids=[cast.elsa.pk], addressee=TO_DEPARTMENT, words=words, actor=actor, now=clock.now()
    )
    is_telling = stays(monkeypatch, threads, "_release")
    with workers(lambda: threads.release_due(now=message.leaves_at)):
        assert is_telling.wait(10)
        with pytest.raises(ValidationError):
            threads.undo(message_id=message.pk, actor=actor, now=message.leaves_at - A_MOMENT)
    assert Message.objects.filter(pk=message.pk).exclude(told_at=None).exists()
    assert Delivery.objects.filter(event=message.pk).exists()


def test_a_bulletin_that_a_worker_has_begun_with_is_not_taken_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """F04"""
    bulletin = send(cast.maria, Audience(department=cast.blasippan))
    assert bulletin.leaves_at
    at = bulletin.leaves_at
    is_telling = stays(monkeypatch, bulletin_release, "_make_copies")
    with workers(lambda: bulletin_release.release_due(now=at)):
        assert is_telling.wait(10)
        with pytest.raises(ValidationError):
            bulletins.take_back(bulletin_id=bulletin.pk, actor=Actor.of_person(cast.maria), now=at - A_MOMENT)
    bulletin.refresh_from_db()
    assert (bulletin.leaves_at, bulletin.copies.count()) == (at, 3)
    assert bulletin.released_at


def must_know(cast: Cast) -> Bulletin:
    return sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True, remind_after=24)


def test_two_workers_remind_everybody_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """F09: no claim is needed, nobody waits, and what one of them holds the other passes by."""
    bulletin, now = must_know(cast), clock.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(escalation, "AT_ONCE", 1)
    stays(monkeypatch, escalation, "_reminders")
    with workers(*[lambda: escalation.escalate_due(now=now)] * 2):
        pass
    assert sorted(BulletinReminder.objects.values_list("copy", "step")) == sorted(
        (copy.pk, 1) for copy in bulletin.copies.all()
    )
    reminders = BulletinReminder.objects.values("pk")
    assert Delivery.objects.filter(event__in=reminders).count() == 3


def test_who_confirms_while_a_worker_reminds_is_not_reminded(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """F09: the confirmation waits for the worker, and then takes the reminder back before it leaves."""
    bulletin, now = must_know(cast), clock.now() + timedelta(days=1, minutes=1)
    is_reminding = stays(monkeypatch, escalation, "_tell")
    with workers(lambda: escalation.escalate_due(now=now)):
        assert is_reminding.wait(10)
        bulletins.confirm(bulletin_id=bulletin.pk, actor=Actor.of_person(cast.amina), now=now)
    assert BulletinCopy.objects.exclude(confirmed_at=None).get().guardian == cast.amina
    mails = Delivery.objects.outside().filter(kind=Kind.BULLETIN_TO_CONFIRM)
    assert mails.get(person=cast.amina).problem == "over"
    assert set(mails.exclude(person=cast.amina).values_list("problem", flat=True)) == {""}


def test_a_withdrawal_waits_for_whoever_reminds_and_takes_the_reminders_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulletin, now = must_know(cast), clock.now() + timedelta(days=1, minutes=1)
    is_reminding = stays(monkeypatch, escalation, "_tell")
    with workers(lambda: escalation.escalate_due(now=now)):
        assert is_reminding.wait(10)
        bulletins.withdraw_bulletin(bulletin_id=bulletin.pk, actor=Actor.of_person(cast.maria), now=now)
    mails = Delivery.objects.outside().filter(kind=Kind.BULLETIN_TO_CONFIRM)
    assert list(mails.values_list("problem", flat=True)) == ["over"] * 3
    assert escalation.escalate_due(now=now + timedelta(days=9)) == 0


def test_two_workers_ask_a_newcomer_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """F09: in the portal, and outside of it where it cannot wait."""
    bulletin = sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True, is_urgent=True)
    guard(added := person("Nya"), cast.noor)
    stays(monkeypatch, bulletin_release, "_make_copies")
    with workers(*[lambda: bulletin_release.ask_newcomers(now=clock.now())] * 2):
        pass
    assert bulletin.copies.filter(guardian=added).count() == 1
    told = Delivery.objects.filter(person=added, event=bulletin.pk)
    assert sorted(told.values_list("way", flat=True)) == ["email", "in_app"]


def test_who_opens_it_while_a_worker_makes_the_copies_has_read_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """F08: the worker's row is met, and the reading is noted in it."""
    bulletin = send(cast.maria, Audience(department=cast.blasippan))
    assert bulletin.leaves_at
    at = bulletin.leaves_at
    is_making = stays(monkeypatch, bulletin_release, "_make_copies")
    with workers(lambda: bulletin_release.release_due(now=at)):
        assert is_making.wait(10)
        bulletins.mark_read(bulletin=bulletin, person_id=cast.amina.pk, now=at)
    assert bulletin.copies.get(guardian=cast.amina).read_at == at
    assert Delivery.objects.get(person=cast.amina, event=bulletin.pk).read_at == at
