"""What is sensitive is read behind the strong login only (F14, DOMAIN 4.11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEntry, User
from children.actors import Actor
from messaging.models import Message, Thread
from messaging.services.attachments import keep
from messaging.services.threads import Words, release_due, start_threads
from portal.lib import clock
from portal.lib.ids import uuid7
from tests.cast import PASSWORD, Cast
from tests.test_accounts_second_factor import SECRET, code_of, enrol
from tests.test_said_edges import in_the_hall
from tests.test_threads import HALF_A_MINUTE, TO_DEPARTMENT

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]  # pytest's own fixtures
    settings.FILES_ROOT = tmp_path / "files"
    cache.clear()


def said(
    by: User, cast: Cast, *, ago: timedelta = timedelta(hours=1), is_sensitive: bool = True, is_told: bool = True
) -> Message:
    now, actor = clock.now() - ago, Actor.of_person(by)
    file = keep(upload=SimpleUploadedFile("journal.txt", b"Hemligt"), actor=actor, now=now)
    (message,) = start_threads(
        child_ids=[cast.elsa.pk],
        addressee=TO_DEPARTMENT,
        words=Words("Skilsmässan", "Vi flyttar isär.", "sv", is_sensitive=is_sensitive, attachments=(file.pk,)),
        actor=actor,
        now=now,
    )
    if is_told:
        release_due(now=now + HALF_A_MINUTE)
    return message


def with_password_only(person: User) -> Client:
    browser = Client()
    browser.post("/konto/logga-in/", {"login": person.email, "password": PASSWORD})
    return browser


def tells(html: str) -> bool:
    return any(word in html for word in ("Skilsmässan", "flyttar", "Elsa", "journal.txt"))


def test_it_asks_for_the_strong_login_then_opens(cast: Cast, log_in: LogIn) -> None:
    """F14: without it a guardian learns nothing but that there is something; with it the conversation opens."""
    message = said(cast.maria, cast)
    address = f"/samtal/{message.thread_id}/"
    phone = with_password_only(cast.johan)
    asked = phone.get(address)
    assert asked.status_code == 403
    assert "Känsligt meddelande" in asked.content.decode()
    assert not tells(asked.content.decode())
    for reader in (cast.johan, cast.maria):
        opened = log_in(reader).get(address)
        assert opened.status_code == 200
        assert "Vi flyttar isär." in opened.content.decode()


def test_setting_up_a_factor_leads_back_to_it(cast: Cast) -> None:
    """F14: from the page that asks, over the app's code, to the conversation."""
    address = f"/samtal/{said(cast.maria, cast).thread_id}/"
    phone = with_password_only(cast.johan)
    assert 'href="/konto/tvasteg/"' in phone.get(address).content.decode()
    enrol(phone)
    assert f'href="{address}"' in phone.get("/konto/tvasteg/reservkoder/").content.decode()
    assert f'href="{address}"' in phone.get("/konto/tvasteg/").content.decode()
    assert "Vi flyttar isär." in phone.get(address).content.decode()
    assert f'href="{address}"' not in phone.get("/konto/tvasteg/").content.decode()


def test_whoever_has_a_factor_shows_it_once_more_and_comes_back(cast: Cast) -> None:
    """A session that was opened without it: the code is asked for, and then it is the conversation."""
    address = f"/samtal/{said(cast.maria, cast).thread_id}/"
    phone = Client()
    phone.force_login(cast.johan, backend="accounts.backends.LoginBackend")
    TOTP.activate(cast.johan, SECRET)
    html = phone.get(address).content.decode()
    leads_to = next(part.split('"')[0] for part in html.split('href="') if part.startswith("/konto/tvasteg/bekrafta/"))
    assert parse_qs(urlsplit(leads_to).query) == {"next": [address]}
    answer = phone.post(leads_to, {"code": code_of(SECRET), "next": address})
    assert answer.headers["Location"] == address
    assert "Vi flyttar isär." in phone.get(address).content.decode()


def test_neither_its_news_nor_its_files_nor_its_withdrawal_are_a_way_around(cast: Cast) -> None:
    message = said(cast.johan, cast)
    phone = with_password_only(cast.johan)
    for address in (
        f"/samtal/bilaga/{message.attachments.get().pk}/",
        f"/samtal/{message.thread_id}/nytt/",
        f"/samtal/meddelande/{message.pk}/aterkalla/",
    ):
        answer = phone.get(address)
        assert answer.status_code == 403, address
        assert not tells(answer.content.decode())
    answer = phone.post(f"/samtal/{message.thread_id}/", {"body": "Svar", "language": "sv"})
    assert answer.status_code == 403
    assert Message.objects.count() == 1


def test_the_list_says_only_that_there_is_something(cast: Cast, log_in: LogIn) -> None:
    said(cast.maria, cast)
    html = with_password_only(cast.johan).get("/samtal/").content.decode()
    assert "Känsligt meddelande" in html
    assert "flyttar" not in html
    assert "Skilsmässan" not in html


def test_it_is_not_on_a_tablet_with_a_pin_either(cast: Cast, on_tablet: Callable[[str], Client]) -> None:
    """F14: a PIN is no strong login. Who reads it elsewhere is told where; nobody else that there is anything."""
    message = said(cast.amina, cast)
    there = f"/samtal/{message.thread_id}/"
    hall = in_the_hall(cast, on_tablet, cast.maria)
    told = hall.get(there)
    assert told.status_code == 403
    assert "läses inte på avdelningens platta" in told.content.decode()
    assert not tells(told.content.decode())
    assert hall.get(f"{there}nytt/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == there
    for address in ("/samtal/", "/samtal/?visa=vantar", "/samtal/sok/?q=flyttar"):
        html = hall.get(address).content.decode()
        assert str(message.thread_id) not in html, address
        assert "Skilsmässan" not in html
    attached, fields = message.attachments.get(), {"body": "Svar", "language": "sv", "seen": "", "sending": uuid7()}
    assert hall.get(f"/samtal/bilaga/{attached.pk}/").status_code == 404
    assert hall.post(there, fields).status_code == 403
    for act in ("kansligt", "klart", "ansvarig", "etiketter"):
        assert hall.post(f"{there}{act}/", {"sensitive": "0", "done": "1"}).status_code == 404, act
    assert Message.objects.count() == 1
    assert in_the_hall(cast, on_tablet, cast.jonas).get(there).status_code == 404


def test_what_was_just_written_can_still_be_taken_back(cast: Cast) -> None:
    """F04: whoever has no strong login may say something sensitive, and has the half minute, too."""
    message = said(cast.johan, cast, ago=timedelta())
    html = with_password_only(cast.johan).get(f"/samtal/{message.thread_id}/").content.decode()
    assert f"/samtal/meddelande/{message.pk}/angra/" in html
    assert (
        f"/samtal/meddelande/{message.pk}/angra/"
        not in with_password_only(cast.amina).get(f"/samtal/{message.thread_id}/").content.decode()
    )


class TestSayingThatItIs:
    def post(self, browser: Client, thread: Thread, said: str) -> int:
        return browser.post(f"/samtal/{thread.pk}/kansligt/", {"sensitive": said}).status_code

    def test_the_house_says_it_and_takes_it_back(self, cast: Cast, log_in: LogIn) -> None:
        thread = said(cast.amina, cast, is_sensitive=False).thread
        for value, becomes in (("1", True), ("0", False)):
            assert self.post(log_in(cast.maria), thread, value) == 302
            thread.refresh_from_db()
            assert thread.is_sensitive == becomes
        assert AuditEntry.objects.filter(action__in=["thread.made_sensitive", "thread.made_ordinary"]).count() == 2

    def test_the_family_says_it_and_never_takes_it_back(self, cast: Cast, log_in: LogIn) -> None:
        thread = said(cast.amina, cast, is_sensitive=False).thread
        assert self.post(log_in(cast.johan), thread, "1") == 302
        assert self.post(log_in(cast.johan), thread, "0") == 404
        thread.refresh_from_db()
        assert thread.is_sensitive

    def test_nobody_shuts_the_own_door_unknowingly(self, cast: Cast) -> None:
        thread = said(cast.amina, cast, is_sensitive=False).thread
        assert self.post(with_password_only(cast.johan), thread, "1") == 403
        thread.refresh_from_db()
        assert not thread.is_sensitive

    def test_nobody_else_says_it(self, cast: Cast, log_in: LogIn) -> None:
        thread = said(cast.amina, cast).thread
        for other in (cast.stranger, cast.neighbour, cast.jonas, cast.administrator):
            for value in ("0", "1"):
                assert self.post(log_in(other), thread, value) == 404


class TestWhatIsNotSent:
    """F14: a draft is no way around. What was begun as sensitive is opened by the strong login only, by its writer."""

    BEGIN = "/samtal/nytt/"

    def test_what_is_taken_back(self, cast: Cast, log_in: LogIn) -> None:
        message = said(cast.johan, cast, ago=timedelta(), is_told=False)
        phone = with_password_only(cast.johan)
        asked = phone.post(f"/samtal/meddelande/{message.pk}/angra/", follow=True)
        assert asked.status_code == 403
        assert "utkast som du har markerat som känsligt" in asked.content.decode()
        assert not tells(asked.content.decode())
        opened = log_in(cast.johan).get(self.BEGIN).content.decode()
        assert "Vi flyttar isär." in opened
        assert "Skilsmässan" in opened

    def test_what_is_typed(self, cast: Cast) -> None:
        phone, draft = with_password_only(cast.johan), {"page": self.BEGIN, "body": "Vi flyttar isär."}
        phone.post("/samtal/utkast/", draft)
        assert tells(phone.get(self.BEGIN).content.decode())
        phone.post("/samtal/utkast/", draft | {"is_sensitive": "on"})
        asked = phone.get(self.BEGIN)
        assert asked.status_code == 403
        assert "flyttar" not in asked.content.decode()
        phone.post("/samtal/utkast/", {"page": self.BEGIN, "do": "drop"})
        assert phone.get(self.BEGIN).status_code == 200
