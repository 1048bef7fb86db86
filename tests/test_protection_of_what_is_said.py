"""What is said about and by people with protected identity: planted real names are nowhere (PROMISES 3.3)."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry, User
from children.actors import Actor
from messaging.models import Addressee, Bulletin, Draft, JournalPackage, Message, Post, Thread
from messaging.post_rules import Written
from messaging.selectors.bulletin_readers import Audience, readers_of
from messaging.selectors.post_readers import audience_of, children_at
from messaging.services import bulletin_release, bulletins, posts, threads
from messaging.services.bulletins import BulletinWords
from messaging.services.journal import seal_thread
from messaging.services.threads import Words
from notifications.digests import send_digests
from notifications.models import Delivery, Kind, Way
from notifications.services import choose
from notifications.tasks import sweep
from portal.faults.sinks import HttpSink
from portal.lib import clock, days, web_push
from portal.lib.ids import uuid7
from portal.logs import WithoutValues
from tests.cast import Cast
from tests.sinks import Phone
from tests.test_protection_outside import Hidden, planted_in

Traveller = time_machine.Traveller
LogIn = Callable[[User], Client]
TUESDAY = date(2026, 10, 13)
ENDS_OF_WORDS = timedelta(seconds=31)


@pytest.fixture(autouse=True)
def clock_hand(caplog: pytest.LogCaptureFixture) -> Iterator[Traveller]:
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(WithoutValues("%(levelname)s %(name)s %(message)s"))
    with time_machine.travel(days.at(TUESDAY, time(8, 42)), tick=True) as hand:
        yield hand


class Saying:
    """A protected family and its department have written to each other in every way that there is."""

    def __init__(self, cast: Cast, log_in: LogIn, hand: Traveller, push_service: HttpSink) -> None:
        self.hidden = Hidden(cast, log_in)
        self.push_service, self.phones = push_service, dict[str, Phone]()
        self.now, self.department = clock.now(), cast.blasippan
        for person in (cast.maria, cast.eva, cast.neighbour, self.hidden.guardian):
            phone = Phone(push_service.url)
            phone.given_to(person)
            self.phones[phone.path] = phone
            for kind in Kind:
                for way in (Way.EMAIL, Way.PUSH, Way.IN_APP):
                    choose(person=person, kind=kind, way=way, is_wanted=True)
        family, maria = Actor.of_person(self.hidden.guardian), Actor.of_person(cast.maria)
        about: dict[str, Any] = {
            "child_ids": [self.hidden.child.pk],
            "addressee": Addressee.DEPARTMENT,
            "now": self.now,
        }
        (first,) = threads.start_threads(**about, words=self.words(), actor=family)
        self.thread: Thread = first.thread
        threads.reply(thread_id=self.thread.pk, words=self.words(), actor=maria, now=self.now)
        self.bulletin = self.announce(cast, self.now)
        self.post = self.publish(cast, self.now)
        hand.shift(ENDS_OF_WORDS)
        for services in (threads, bulletin_release, posts):
            services.release_due(now=clock.now())
        self.package: JournalPackage = seal_thread(
            thread_id=self.thread.pk, actor=Actor.of_person(cast.eva), now=clock.now()
        )

    @staticmethod
    def words() -> Words:
        return Words("Om vantar", "Vantarna är kvar.", "sv")

    @staticmethod
    def announce(cast: Cast, now: datetime) -> Bulletin:
        audience = Audience(department=cast.blasippan)
        return bulletins.send_bulletin(
            bulletin_id=uuid7(),
            audience=audience,
            words=BulletinWords("Stängt", "Stängt imorgon.", "sv", must_confirm=True),
            seen=readers_of(audience, TUESDAY).sign,
            actor=Actor.of_person(cast.maria),
            now=now,
        )

    @staticmethod
    def publish(cast: Cast, now: datetime) -> Post:
        actor = Actor.of_person(cast.maria)
        post = posts.begin(department_id=cast.blasippan.pk, language="sv", actor=actor, now=now)
        written = Written("Skogen", "Vi var i skogen.", "sv", is_for_all=True, child_ids=frozenset(), goals=frozenset())
        posts.save(post_id=post.pk, written=written, alts={}, version=post.version, actor=actor, now=now)
        shown = audience_of(actor, cast.blasippan, children_at(cast.blasippan.pk, TUESDAY), now, is_for_all=True)
        return posts.publish(post_id=post.pk, seen=shown.print, actor=actor, now=now)

    @property
    def pages(self) -> list[str]:
        thread, bulletin, post = self.thread.pk, self.bulletin.pk, self.post.pk
        child = self.hidden.child.pk
        return [
            "/",
            "/nytt/",
            "/samtal/",
            f"/samtal/{thread}/",
            f"/samtal/{thread}/nytt/",
            f"/samtal/nytt/?barn={child}",
            "/samtal/sok/?q=vantar",
            f"/samtal/{thread}/diariefor/",
            "/samtal/borta/",
            "/anslag/",
            "/anslag/mina/",
            "/anslag/skriv/",
            f"/anslag/skriv/?till=avdelning:{self.department.pk}",
            f"/anslag/lasare/{self.department.pk}/?till=avdelning:{self.department.pk}",
            f"/anslag/lasare/personal/?till=avdelning:{self.department.pk}",
            f"/anslag/{bulletin}/",
            f"/anslag/{bulletin}/siffror/",
            f"/anslag/{bulletin}/inte-last/",
            f"/anslag/{bulletin}/ringlista/",
            "/inlagg/",
            f"/inlagg/{post}/",
            "/diarium/",
            f"/diarium/{self.package.pk}/",
        ]


def everything(browser: Client, addresses: list[str]) -> str:
    """Return all that a browser is answered; of a package, each file in it."""
    found = []
    for address in addresses:
        answer = browser.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]  # the stub lacks it
        if answer.headers.get("Content-Type") == "application/zip":
            with zipfile.ZipFile(io.BytesIO(body)) as files:
                body = b"\n".join(files.read(name) for name in files.namelist())
        found.append(body.decode(errors="replace"))
    return "\n".join(found)


@pytest.fixture
def saying(cast: Cast, log_in: LogIn, clock_hand: Traveller, settings: Settings) -> Iterator[Saying]:
    settings.VAPID_PRIVATE_KEY, settings.PUSH_TO_THIS_MACHINE = web_push.to_text(bytes(range(1, 33))), True
    with HttpSink() as push_service:
        yield Saying(cast, log_in, clock_hand, push_service)


def test_no_page_has_a_real_name(cast: Cast, saying: Saying, log_in: LogIn, caplog: pytest.LogCaptureFixture) -> None:
    hidden = saying.hidden
    caplog.clear()
    readers = (cast.maria, cast.vikar, cast.eva, hidden.guardian, hidden.staff, cast.neighbour, cast.archivist)
    for person in (*readers, cast.stranger, cast.administrator, cast.communicator):
        assert planted_in(everything(log_in(person), saying.pages)) == [], person.given_name
    assert planted_in(caplog.text) == []
    assert "Vantarna är kvar." in everything(log_in(cast.maria), saying.pages), "they are read"


def test_who_guards_the_child_is_told_to_nobody_who_is_not_named(cast: Cast, saying: Saying, log_in: LogIn) -> None:
    """Not by the alias either: who is family to whom is what is protected."""
    aliases = [saying.hidden.guardian.full_name, saying.hidden.invited.full_name]
    for person in (cast.maria, cast.vikar, cast.eva, cast.neighbour):
        found = everything(log_in(person), [f"/samtal/{saying.thread.pk}/", "/samtal/", "/samtal/sok/?q=vantar"])
        assert not [alias for alias in aliases if alias in found], person.given_name
        assert "skyddad" not in found.lower() or person != cast.neighbour
    thread = everything(log_in(cast.maria), [f"/samtal/{saying.thread.pk}/"])
    assert "Vårdnadshavare" in thread
    own = everything(log_in(saying.hidden.guardian), [f"/samtal/{saying.thread.pk}/"])
    assert saying.hidden.invited.full_name in own  # the family knows itself


def test_nothing_that_leaves_and_nothing_that_is_kept_has_a_real_name(
    cast: Cast, saying: Saying, log_in: LogIn, clock_hand: Traveller
) -> None:
    hidden = saying.hidden
    typed = {"page": f"/samtal/{saying.thread.pk}/", "body": "Hej", "language": "sv"}
    assert log_in(hidden.guardian).post("/samtal/utkast/", typed).status_code == 200
    for moment in (time(8, 44), time(19, 30)):
        clock_hand.move_to(days.at(TUESDAY, moment))
        send_digests(now=clock.now())
        sweep("email")
        sweep("push")
    written = "\n".join(f"{one.subject}\n{one.body}\n{one.message()}" for one in mail.outbox)
    taken = saying.push_service.taken
    pushed = "\n".join(f"{one.path} {one.headers} {saying.phones[one.path].opened(one)}" for one in taken)
    assert {one.path for one in taken} == saying.phones.keys(), "each of them has something on the device"
    for left in (written, pushed):
        assert left, "something has left"
        assert planted_in(left) == []
        for word in (*hidden.aliases, cast.blasippan.name, "Vantarna", "Stängt", "Skogen", cast.maria.family_name):
            assert word not in left  # nor who, where or what (DOMAIN 4.10)
    kept = [
        *Delivery.objects.values_list("about", flat=True),
        *AuditEntry.objects.values_list("about", "children"),
        *JournalPackage.objects.values_list("children", "people"),
        *(vars(row) for row in Draft.objects.all()),
        *(vars(row) for row in Message.objects.all()),
    ]
    assert planted_in(str(kept)) == []
