"""The pages of conversations: the inbox, one of them, beginning, undoing and withdrawing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from messaging.models import Message, Thread
from messaging.services.threads import release_due
from portal.lib import clock
from portal.lib.ids import uuid7
from tests.cast import Cast, local

LogIn = Callable[[User], Client]
TUESDAY = date(2026, 10, 13)


@pytest.fixture(autouse=True)
def at_seven() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(TUESDAY, 7), tick=False) as traveller:
        yield traveller


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def page(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200, response.status_code
    return text_of(response.content.decode())


def seen_on(browser: Client, address: str, **fields: Any) -> str:
    """Return the stamp of the readers that the page shows, after looking where fields are given."""
    answer = browser.post(address, {"do": "look", **fields}) if fields else browser.get(address)
    found = re.search(r'name="seen"\s+value="([^"]+)"', answer.content.decode())
    assert found
    return found.group(1)


def begin(browser: Client, *children: Any, body: str = "Elsa har nya stövlar.", **more: Any) -> Any:
    fields = {"barn": [str(one.pk) for one in children], "till": "department"} | more
    seen = seen_on(browser, "/samtal/nytt/", **fields)
    return browser.post(
        "/samtal/nytt/",
        fields | {"do": "send", "subject": "Stövlar", "body": body, "language": "sv", "seen": seen, "sending": uuid7()},
    )


def answer(browser: Client, thread: Thread, body: str, **more: Any) -> Any:
    address = f"/samtal/{thread.pk}/"
    fields = {"body": body, "language": "sv", "seen": seen_on(browser, address), "sending": uuid7()}
    return browser.post(address, fields | more)


def later(traveller: time_machine.Traveller, **span: float) -> None:
    traveller.shift(timedelta(**span))
    release_due(now=clock.now())


def test_it_works(cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller) -> None:
    """F01: a guardian writes to the department, its staff answer, and the guardian sees the department and who."""
    amina, maria = log_in(cast.amina), log_in(cast.maria)
    assert begin(amina, cast.elsa).status_code == 302
    assert "Inga samtal" in page(maria, "/samtal/")
    later(at_seven, seconds=30)
    assert "Elsa" in page(maria, "/samtal/")
    thread = Thread.objects.get()
    assert "Elsa har nya stövlar." in page(maria, f"/samtal/{thread.pk}/")
    assert answer(maria, thread, "Vad fint!").status_code == 302
    later(at_seven, minutes=5)
    shown = page(amina, f"/samtal/{thread.pk}/")
    assert "Blåsippan" in shown
    assert "Om Elsa" in shown
    assert "Maria Berg · 07:01" in shown
    assert "Läst av Maria · 07:00" in shown
    assert Message.objects.count() == 2
