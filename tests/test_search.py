"""Searching in one's own conversations (F15): what is found, by whom, and what never is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, User
from children.actors import Actor
from children.models import Child, StaffRole
from messaging import search_rules
from messaging.models import Addressee, Message, Thread, ThreadChild, ThreadGuardian
from messaging.selectors import search
from messaging.services.threads import Words, release_due, start_threads, withdraw
from portal.lib import clock, days
from tests.cast import Cast, employ, person
from tests.test_threads import HALF_A_MINUTE, TO_DEPARTMENT

LogIn = Callable[[User], Client]


def said(by: User, *about: Child, subject: str = "Kläder", body: str, sensitive: bool = False, ago: int = 1) -> Message:
    now = clock.now() - timedelta(hours=ago)
    (message,) = start_threads(
        child_ids=[one.pk for one in about],
        addressee=TO_DEPARTMENT,
        words=Words(subject, body, "sv", is_sensitive=sensitive),
        actor=Actor.of_person(by),
        now=now,
    )
    release_due(now=now + HALF_A_MINUTE)
    return message


def page(browser: Client, query: str, **more: str) -> str:
    answer = browser.get("/samtal/sok/", {"q": query, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def hits(browser: Client, query: str) -> int:
    return len(re.findall(r'class="todo hit"', page(browser, query)))


def test_it_works(cast: Cast, log_in: LogIn) -> None:
    """F15: a word of a message, and of a subject; by both guardians and by the department."""
    said(cast.amina, cast.elsa, body="Elsa har fått nya stövlar <b>idag</b>.")
    for reader in (cast.amina, cast.johan, cast.maria, cast.eva):
        html = page(log_in(reader), "stövlar")
        assert "<mark>stövlar</mark>" in html
        assert "&lt;b&gt;" in html
        assert hits(log_in(reader), "kläd idag") == 1
    assert AuditEntry.objects.filter(action="messaging.search", children=[str(cast.elsa.pk)]).exists()


def test_nobody_finds_what_is_not_the_own(cast: Cast, log_in: LogIn) -> None:
    """F15: in no one else's."""
    said(cast.amina, cast.elsa, body="stövlar")
    for other in (cast.neighbour, cast.stranger, cast.jonas, cast.ulf, cast.administrator, cast.communicator):
        html = page(log_in(other), "stövlar")
        assert "hit" not in re.findall(r'class="todo (\w+)"', html)
        assert "Inget meddelande har de orden." in html


def test_what_was_withdrawn_or_has_not_left_is_not_found(cast: Cast, log_in: LogIn) -> None:
    message = said(cast.maria, cast.elsa, body="stövlar")
    assert hits(log_in(cast.amina), "stövlar") == 1
    withdraw(message_id=message.pk, actor=Actor.of_person(cast.maria), now=clock.now())
    for reader in (cast.amina, cast.maria):
        assert hits(log_in(reader), "stövlar") == 0
    start_threads(
        child_ids=[cast.elsa.pk],
        addressee=TO_DEPARTMENT,
        words=Words("Mössa", "Mössa", "sv"),
        actor=Actor.of_person(cast.maria),
        now=clock.now(),
    )
    assert hits(log_in(cast.amina), "mössa") == 0


def test_what_is_sensitive_is_found_with_the_strong_login_only(cast: Cast, log_in: LogIn) -> None:
    """F14: neither its words nor that it has them."""
    said(cast.amina, cast.elsa, body="stövlar", sensitive=True)
    assert hits(log_in(cast.amina), "stövlar") == 1
    weak = Client()
    weak.force_login(cast.amina, backend="accounts.backends.LoginBackend")
    html = page(weak, "stövlar")
    assert "<mark>" not in html
    assert "Känsliga samtal är inte med." in html
    assert page(weak, "annat").count("Känsliga samtal är inte med.") == 1


def test_what_was_said_before_one_s_own_time_is_not_found(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 4.12."""
    said(cast.amina, cast.elsa, body="stövlar", ago=24 * 20)
    newcomer = person("Nils")
    employ(newcomer, department=cast.blasippan)
    StaffRole.objects.filter(person=newcomer).update(starts_on=days.today())
    assert hits(log_in(newcomer), "stövlar") == 0
    assert hits(log_in(cast.maria), "stövlar") == 1


def test_further_back_is_a_press_away(cast: Cast, log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is beyond reach because it is old; several messages of one moment are none the less each found once."""
    many(cast, 25, body="stövlar")
    Message.objects.update(leaves_at=clock.now() - timedelta(hours=1))
    monkeypatch.setattr(search, "OPENED_AT_ONCE", 10)
    browser, found, after = log_in(cast.amina), set(), ""
    for turn in range(3):
        html = page(browser, "stövlar", efter=after)
        found |= set(re.findall(r"#m([0-9a-f-]{36})", html))
        further = re.search(r"efter=([0-9a-f-]{36})", html)
        assert bool(further) == (turn < 2)
        after = further[1] if further else ""
    assert len(found) == 25


def test_somebody_else_s_message_is_no_place_to_go_on_from(cast: Cast, log_in: LogIn) -> None:
    """A forged `efter` tells nothing: neither that it is there nor when it was."""
    said(cast.amina, cast.elsa, body="stövlar")
    other = said(cast.stranger, cast.leo, body="stövlar", ago=2)
    assert page(log_in(cast.amina), "stövlar", efter=str(other.pk)).count("<mark>") == 1
    page(log_in(cast.amina), "stövlar", efter="nej")


@pytest.mark.parametrize("number", [2, 40])
def test_as_many_queries_for_many_as_for_few(cast: Cast, log_in: LogIn, number: int) -> None:
    many(cast, number, body="stövlar")
    for reader, most in ((cast.amina, 14), (cast.maria, 28)):
        browser = log_in(reader)
        page(browser, "stövlar")
        with CaptureQueriesContext(connection) as captured:
            page(browser, "stövlar")
        assert len(captured) <= most


def many(cast: Cast, number: int, body: str) -> None:
    """Write so many messages about Elsa, each in its own conversation."""
    now = clock.now() - timedelta(days=1)
    threads = [Thread(addressee=Addressee.DEPARTMENT, subject=f"Ämne {turn}", last_at=now) for turn in range(number)]
    Thread.objects.bulk_create(threads)
    ThreadChild.objects.bulk_create([ThreadChild(thread=one, child=cast.elsa) for one in threads])
    ThreadGuardian.objects.bulk_create([ThreadGuardian(thread=one, guardian=cast.amina) for one in threads])
    Message.objects.bulk_create(
        [
            Message(
                thread=one,
                side=Message.Side.FAMILY,
                written_by=cast.amina,
                language="sv",
                body=body,
                leaves_at=now + timedelta(seconds=turn),
                told_at=now,
            )
            for turn, one in enumerate(threads)
        ]
    )


@pytest.mark.parametrize(
    ("query", "text", "is_there"),
    [
        ("stövlar", "Nya STÖVLAR!", True),
        ("stöv", "stövlarna", True),
        ("övlar", "stövlar", False),
        ("stovlar", "stövlar", True),
        ("stövlar", "stovlar", False),
        ("aland", "Åland", True),
        ("åland", "A\u030aland", True),
        ("elsa stövlar", "Stövlar åt Elsa", True),
        ("elsa mössa", "Stövlar åt Elsa", False),
        ("17:30", "Vi kommer 17:30", True),
        ("مرحبا", "مرحبا بكم", True),
        ("zolty", "żółty", False),  # ł is a letter of its own
        ("zołty", "żółty", True),
    ],
)
def test_which_words_are_the_same(query: str, text: str, *, is_there: bool) -> None:
    assert search_rules.has_all(search_rules.words_of(query), text) == is_there


def test_what_is_shown_stands_around_the_word() -> None:
    text = "Först kommer mycket annat. " * 10 + "Sedan stövlar. " + "Och mycket mer. " * 20
    shown = search_rules.excerpt(["stövlar"], text)
    whole = "".join(piece.text for piece in shown)
    assert whole.startswith("… ")
    assert whole.endswith(" …")
    assert [piece.text for piece in shown if piece.is_found] == ["stövlar"]
    assert len(whole) < 200


def test_an_empty_question_finds_nothing(cast: Cast, log_in: LogIn) -> None:
    said(cast.amina, cast.elsa, body="stövlar")
    for query in ("", "  ", "!?", "*"):
        assert hits(log_in(cast.amina), query) == 0
