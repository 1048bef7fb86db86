"""What is not so any more is told nobody, and a bell counts what its page shows (DOMAIN 4.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from children.actors import Actor
from messaging.models import Message, Thread
from messaging.services import inbox, threads
from notifications import ways
from notifications.models import Delivery, Kind, Way
from portal.lib import clock
from portal.lib.ids import uuid7
from tests.cast import Cast, local
from tests.test_posts import published
from tests.test_threads import begin

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 10, 13)
LogIn = Callable[[User], Client]


def written(by: User, *about: object, ago: timedelta = timedelta(hours=1)) -> Thread:
    """Return a conversation that was begun so long ago, and has left where its half minute is over."""
    (message,) = begin(by, *about, now=clock.now() - ago)
    threads.release_due(now=clock.now())
    return Thread.objects.get(pk=message.thread_id)


def page(browser: Client, address: str) -> str:
    return browser.get(address).content.decode()


@pytest.mark.parametrize(
    ("word", "fields"),
    [("ansvarig", {}), ("klart", {"done": "1"}), ("etiketter", {}), ("kansligt", {"sensitive": "1"})],
)
def test_nothing_is_done_with_a_conversation_before_it_has_left(
    cast: Cast, log_in: LogIn, word: str, fields: dict[str, str]
) -> None:
    """F04: its writer is told to wait, and to everybody else it is not there; nobody is told of it."""
    thread = written(cast.maria, cast.elsa, ago=timedelta(0))
    address, given = f"/samtal/{thread.pk}/{word}/", fields | {"person": str(cast.vikar.pk)}
    assert "har inte skickats än" in log_in(cast.maria).post(address, given, follow=True).content.decode()
    assert log_in(cast.vikar).post(address, given).status_code == 404
    thread.refresh_from_db()
    assert (thread.assigned_to, thread.done_at, thread.is_sensitive) == (None, None, False)
    assert not Delivery.objects.exists()
    Message.objects.update(leaves_at=clock.now())
    assert log_in(cast.vikar).post(address, given).status_code == 302


@pytest.mark.parametrize("to", ["nobody", "another"])
def test_who_is_to_answer_no_more_is_told_so_no_more(cast: Cast, log_in: LogIn, to: str) -> None:
    """Neither outside, where it waits, nor in the portal."""
    with time_machine.travel(local(TUESDAY, 10, 0), tick=True):
        thread, vikar = written(cast.amina, cast.elsa), log_in(cast.vikar)

        def give(person_id: UUID | None) -> None:
            inbox.assign(thread_id=thread.pk, person_id=person_id, actor=Actor.of_person(cast.maria), now=clock.now())

        give(cast.vikar.pk)
        told = Delivery.objects.filter(person=cast.vikar, kind=Kind.THREAD_ASSIGNED)
        assert "Ditt att svara på" in page(vikar, "/nytt/")
        assert told.outside().unfinished().exists()
        give(None if to == "nobody" else cast.eva.pk)
        assert "Ditt att svara på" not in page(vikar, "/nytt/")
        assert not told.outside().unfinished().exists()
        give(cast.vikar.pk)
        assert "Ditt att svara på" in page(vikar, "/nytt/")


def test_what_was_given_on_meanwhile_does_not_leave(cast: Cast) -> None:
    """Also where its row waits still: asked again in the moment before it goes."""
    with time_machine.travel(local(TUESDAY, 10, 0), tick=True):
        thread = written(cast.amina, cast.elsa)
        inbox.assign(thread_id=thread.pk, person_id=cast.vikar.pk, actor=Actor.of_person(cast.maria), now=clock.now())
        Thread.objects.update(assigned_to=None)
        ways.send_waiting(Way.EMAIL, now=clock.now())
        told = Delivery.objects.outside().get(person=cast.vikar, kind=Kind.THREAD_ASSIGNED)
        assert (told.sent_at, told.problem) == (None, "withdrawn")


def told_at_random(who: User, things: list[dict[str, str]], chance: Random, now: datetime) -> None:
    """Tell somebody of things, some of them twice and some read already."""
    for _number in range(chance.randint(0, 25)):
        Delivery.objects.create(
            person=who,
            kind=chance.choice([Kind.MESSAGE_RECEIVED, Kind.THREAD_ASSIGNED, Kind.POST_PUBLISHED, Kind.ABSENCE_ENDED]),
            way=Way.IN_APP,
            event=uuid7(),
            about=chance.choice(things),
            try_after=now,
            sent_at=now,
            read_at=chance.choice([None, now]),
        )


@pytest.mark.parametrize("seed", range(6))
def test_the_bell_says_how_many_new_ones_its_page_shows(cast: Cast, log_in: LogIn, seed: int) -> None:
    chance, now = Random(seed), clock.now()
    mine, others = written(cast.amina, cast.elsa), written(cast.stranger, cast.leo)
    Thread.objects.filter(pk=mine.pk).update(assigned_to=chance.choice([None, cast.maria]))
    Delivery.objects.all().delete()
    things = [
        {"thread": str(mine.pk)},
        {"thread": str(others.pk)},
        {"thread": str(uuid7())},
        {"post": str(published(cast).pk)},
        {"child": str(cast.elsa.pk)},
        {"child": str(cast.leo.pk)},
    ]
    for who in (cast.maria, cast.amina):
        Delivery.objects.filter(person=who).delete()
        told_at_random(who, things, chance, now)
        browser = log_in(who)
        shown = page(browser, "/nytt/").count("todo-new")
        (bell,) = re.findall(r'<a [^>]*href="/nytt/".*?</a>', page(browser, "/"), re.DOTALL)[:1]
        said = re.search(r'count"[^>]*>(\d+)', bell)
        assert shown == (int(said[1]) if said else 0)
