"""Whoever may no longer, or never might: every address of a conversation, with all that was known of it before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from children.actors import Actor
from children.models import Block, Guardianship
from messaging.models import Message
from messaging.selectors.unread import unread_threads
from messaging.services.attachments import keep
from messaging.services.threads import Words, release_due, reply, start_threads
from portal.lib import clock, days
from portal.lib.ids import uuid7
from tests.cast import Cast, local
from tests.test_thread_pages import seen_on
from tests.test_threads import HALF_A_MINUTE, TO_DEPARTMENT

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
BEGIN = "/samtal/nytt/"


@pytest.fixture(autouse=True)
def at_one(settings: Settings, tmp_path: Path) -> Iterator[time_machine.Traveller]:
    settings.FILES_ROOT = tmp_path / "files"
    with time_machine.travel(local(date(2026, 10, 13), 13, 4), tick=False) as traveller:
        yield traveller


def sent(cast: Cast, by: User, *, apart: bool = False) -> list[Message]:
    """Send a message about Elsa with a file, an hour ago."""
    then, actor = clock.now() - timedelta(hours=1), Actor.of_person(by)
    file = keep(upload=SimpleUploadedFile("plan.txt", b"Plan"), actor=actor, now=then)
    words = Words("Simskolan", "Badkl\u00e4der p\u00e5 tisdag", "sv", attachments=(file.pk,))
    made = start_threads(
        child_ids=[cast.elsa.pk], addressee=TO_DEPARTMENT, words=words, actor=actor, now=then, apart=apart
    )
    release_due(now=then + HALF_A_MINUTE)
    return made


def gets_nothing(browser: Client, who: User, message: Message, **form: object) -> None:
    """Try all that leads to a conversation, with forms as they were when they still opened it."""
    there, about = f"/samtal/{message.thread_id}/", f"/samtal/meddelande/{message.pk}/"
    fields = {"body": "Hej", "language": "sv", "seen": "x", "sending": uuid7()} | form
    for address in (there, f"{there}nytt/", f"{there}nytt/?sedan=x", f"{about}aterkalla/", f"{there}diariefor/"):
        assert browser.get(address).status_code == 404, address
    for one in message.attachments.all():
        for size in ("", "?storlek=liten", "?spara"):
            assert browser.get(f"/samtal/bilaga/{one.pk}/{size}").status_code == 404
    for act in ("", "klart/", "ansvarig/", "etiketter/", "kansligt/", "diariefor/"):
        assert browser.post(f"{there}{act}", fields | {"done": "1", "sensitive": "1"}).status_code == 404, act
    assert browser.post(f"{about}aterkalla/").status_code == 404
    for listed in (
        "/samtal/",
        "/samtal/?visa=vantar",
        "/samtal/sok/?q=badkl%C3%A4der",
        "/samtal/sok/?q=simskolan",
        "/nytt/",
    ):
        html = browser.get(listed).content.decode()
        assert "Badkl" not in html, listed
        assert str(message.thread_id) not in html, listed
    assert unread_threads(Actor.of_person(who)) == 0
    message.refresh_from_db()
    assert message.withdrawn_at is None
    assert message.thread.messages.count() == 1


@pytest.mark.parametrize("how", ["ended yesterday", "kept away", "not confirmed"])
def test_who_may_no_longer_gets_nothing_with_what_was_open_before(cast: Cast, log_in: LogIn, how: str) -> None:
    """DOMAIN 4.1, 6.2: also what the person wrote, typed or chose files for."""
    phone = log_in(cast.johan)
    (message,) = sent(cast, cast.johan)
    there = f"/samtal/{message.thread_id}/"
    form = {"seen": seen_on(phone, there)}
    begun = {"barn": str(cast.elsa.pk), "till": "department"}
    seen = seen_on(phone, BEGIN, **begun)
    phone.post("/samtal/utkast/", {"page": there, "body": "Mer"})
    if how == "kept away":
        for child in (cast.elsa, cast.hugo):
            Block.objects.create(child=child, person=cast.johan)
    elif how == "ended yesterday":
        Guardianship.objects.filter(guardian=cast.johan).update(ends_on=days.today() - timedelta(days=1))
    else:
        Guardianship.objects.filter(guardian=cast.johan).update(confirmed_at=None, confirmed_by=None)
    gets_nothing(phone, cast.johan, message, **form)
    fields = begun | {"do": "send", "subject": "x", "body": "x", "language": "sv", "seen": seen, "sending": uuid7()}
    assert phone.post(BEGIN, fields).status_code == 404
    assert phone.get(f"{BEGIN}?barn={cast.elsa.pk}").status_code == 404
    assert "Johan" not in log_in(cast.maria).get(there).content.decode().partition('id="reply"')[2]


def test_two_guardians_apart_open_only_their_own(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 4.3: neither the other's conversation nor its copy of the same file, by its id or by the press."""
    for message in sent(cast, cast.maria, apart=True):
        (own,) = message.thread.family.values_list("guardian", flat=True)
        other = cast.johan if own == cast.amina.pk else cast.amina
        browser, fields = log_in(other), {"body": "Hej", "language": "sv", "sending": message.sending}
        there = f"/samtal/{message.thread_id}/"
        assert browser.get(there).status_code == 404
        assert browser.post(there, fields).status_code == 404
        assert browser.get(f"/samtal/bilaga/{message.attachments.get().pk}/").status_code == 404
        assert browser.post(f"/samtal/meddelande/{message.pk}/angra/").status_code == 404
        assert str(message.thread_id) not in browser.get("/samtal/").content.decode()
    assert Message.objects.count() == 2


def test_nobody_sends_under_anothers_press(cast: Cast, log_in: LogIn) -> None:
    (message,) = sent(cast, cast.maria)
    there, phone = f"/samtal/{message.thread_id}/", log_in(cast.amina)
    fields = {"body": "Hej", "language": "sv", "seen": seen_on(phone, there), "sending": str(message.sending)}
    assert phone.post(there, fields).status_code == 404
    assert Message.objects.count() == 1


def test_a_press_that_is_repeated_elsewhere_sends_nothing_there(cast: Cast) -> None:
    """The same press in another conversation is the same press: what was sent stays where it was, and that is said."""
    (first,), (second,) = sent(cast, cast.amina), sent(cast, cast.amina)
    actor, press = Actor.of_person(cast.amina), uuid7()
    words = Words("", "En gång", "sv")
    reply(thread_id=first.thread_id, words=words, actor=actor, now=clock.now(), sending=press)
    with pytest.raises(ValidationError, match="redan skickat"):
        reply(thread_id=second.thread_id, words=words, actor=actor, now=clock.now(), sending=press)
    assert first.thread.messages.count() == 2
    assert second.thread.messages.count() == 1
