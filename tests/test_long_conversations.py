"""A conversation of a whole year: its page begins with what was said last, and the rest is a press away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from children.models import StaffRole
from messaging.models import Message, Thread
from messaging.selectors.conversation import SHOWN_AT_ONCE
from portal.lib import clock
from tests.cast import Cast, local
from tests.test_threads import begin

LogIn = Callable[[User], Client]
MOST = SHOWN_AT_ONCE + 40


@pytest.fixture(autouse=True)
def at_ten() -> Iterator[None]:
    with time_machine.travel(local(date(2026, 10, 13), 10), tick=False):
        yield


@pytest.fixture
def year(cast: Cast) -> Thread:
    """A hundred messages, one an hour, the last of them an hour ago."""
    thread = begin(cast.amina, cast.elsa)[0].thread
    Message.objects.filter(thread=thread).delete()
    now = clock.now()
    for number in range(MOST):
        at = now - timedelta(hours=MOST - number)
        Message.objects.create(
            thread=thread,
            side="family",
            written_by=cast.amina,
            language="sv",
            body=f"Hej {number:03}",
            leaves_at=at,
            told_at=at,
        )
    thread.last_at = now - timedelta(hours=1)
    thread.save()
    return thread


def shown(html: str) -> list[str]:
    return re.findall(r"Hej (\d+)", html)


def test_the_newest_are_shown_and_the_rest_is_a_press_away(cast: Cast, log_in: LogIn, year: Thread) -> None:
    """F01: what was said long ago is still there, and does not make the page slow."""
    browser, address = log_in(cast.amina), reverse("messaging:thread", args=[year.pk])
    html = browser.get(address).content.decode()
    assert shown(html) == [f"{number:03}" for number in range(40, MOST)]
    link = re.search(r'href="([^"]+)">\s*<svg[^>]*><use[^>]*></use></svg>Visa tidigare', html)
    assert link
    earlier, _hash, anchor = link.group(1).partition("#")
    whole = browser.get(earlier).content.decode()
    assert shown(whole) == [f"{number:03}" for number in range(MOST)]
    assert f'id="{anchor}"' in whole
    assert "Visa tidigare" not in whole
    # What is asked for meanwhile is of the page that is looked at, and so is what an answer brings.
    for page in (html, whole):
        news = re.search(r'hx-get="([^"]+)"\s+hx-trigger="every 10s', page)
        assert news
        assert browser.get(news.group(1).replace("&amp;", "&")).status_code == 204


def test_what_is_old_can_be_found_and_opened(cast: Cast, log_in: LogIn, year: Thread) -> None:
    """F14: a hit leads to the message itself, however long ago it was said."""
    browser = log_in(cast.amina)
    html = browser.get(reverse("messaging:search"), {"q": "003"}).content.decode()
    link = re.search(r'class="todo hit"\s+href="([^"]+)"', html)
    assert link
    page, _hash, anchor = link.group(1).partition("#")
    assert f'id="{anchor}"' in browser.get(page).content.decode()


def test_one_who_came_later_is_offered_nothing_from_before(cast: Cast, log_in: LogIn, year: Thread) -> None:
    """DOMAIN 4.12: where all that is left was said before one's own time there is nothing earlier to ask for."""
    Message.objects.filter(thread=year, leaves_at__lt=clock.now() - timedelta(hours=SHOWN_AT_ONCE + 0.5)).update(
        leaves_at=clock.now() - timedelta(days=400)
    )
    StaffRole.objects.filter(person=cast.maria).update(starts_on=date(2026, 10, 13))
    html = log_in(cast.maria).get(reverse("messaging:thread", args=[year.pk])).content.decode()
    assert len(shown(html)) == SHOWN_AT_ONCE
    assert "Visa tidigare" not in html
