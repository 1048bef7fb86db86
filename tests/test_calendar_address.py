"""The address of a guardian's calendar: made, exchanged, closed, and how often it may be asked."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis.exceptions import RedisError

from accounts.models import AuditEntry, User
from accounts.services import freeze, unfreeze
from attendance.models import (
    CalendarEvent,
    CalendarFeed,
    WeekPlan,
)
from attendance.services import renew_feed
from children.actors import Actor
from children.models import Block, Guardianship
from tests.cast import Cast, child, guard, local, person, place, plan
from tests.test_calendar_feed import address, events, said

LogIn = Callable[[User], Client]

TUESDAY = date(2026, 10, 13)
NOW = local(TUESDAY, 9)


@pytest.fixture(autouse=True)
def nobody_has_asked_yet(db: None) -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


# When it stops --------------------------------------------------------------------------------------------------------


def test_whoever_is_kept_out_reads_nothing_at_once(cast: Cast) -> None:
    """PROMISES 3.4: the calendar is empty, so that what the reader's own calendar holds goes away, too."""
    plan(cast.elsa, cast.hugo)
    where = address(cast.johan)
    assert "Elsa 07:30–16:00" in said(where)
    Block.objects.create(child=cast.elsa, person=cast.johan, made_by=cast.eva)
    assert not any("Elsa" in one for one in said(where))
    assert "Hugo 07:30–16:00" in said(where)
    Guardianship.objects.filter(guardian=cast.johan).update(ends_on=TUESDAY - timedelta(days=1))
    assert said(where) == []


def test_a_frozen_account_has_no_address_any_more(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 6.5: whoever froze it may have lost the phone that knows the address, so it is closed for good."""
    where, later = address(cast.amina), NOW + timedelta(minutes=5)
    with time_machine.travel(later, tick=False):
        freeze(person=cast.amina, now=later)
        assert Client().get(where).status_code == 404
        unfreeze(person=cast.amina, actor_person=cast.eva, now=later)
        assert Client().get(where).status_code == 404
    with time_machine.travel(later + timedelta(minutes=5), tick=False):
        cast.amina.refresh_from_db()
        assert "Gör en adress" in log_in(cast.amina).get("/schema/kalender/").content.decode()
        after = address(cast.amina)
        assert after != where
        assert Client().get(after).status_code == 200
        assert Client().get(where).status_code == 404


@pytest.mark.parametrize("secret", ["0" * 48, "x", "0" * 47, "%00", "../x"])
def test_an_address_that_is_none(cast: Cast, secret: str) -> None:
    assert Client().get(f"/kalender/{secret}.ics").status_code == 404


def test_an_exchanged_address_is_none_any_more(cast: Cast, log_in: LogIn) -> None:
    where = address(cast.amina)
    after = renew_feed(actor=Actor.of_person(cast.amina), now=NOW)
    assert Client().get(where).status_code == 404
    assert Client().get(f"/kalender/{after.secret}.ics").status_code == 200
    assert log_in(cast.amina).post("/schema/kalender/", {"do": "revoke"}).status_code == 302
    assert Client().get(f"/kalender/{after.secret}.ics").status_code == 404
    done = AuditEntry.objects.filter(action__startswith="feed.").order_by("id")
    assert [entry.action for entry in done] == ["feed.made", "feed.made", "feed.revoked"]


def test_no_secret_is_written_in_a_log(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """PROMISES 3.9: not where the address was refused, and not where the page broke."""
    where = address(cast.amina)
    secret = CalendarFeed.objects.get().secret
    (handler,) = [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler]
    stream = io.StringIO()
    before = handler.setStream(stream)
    try:
        renew_feed(actor=Actor.of_person(cast.amina), now=NOW)
        assert client.get(where).status_code == 404
        monkeypatch.setattr("attendance.views.feed.family_of", lambda _actor: 1 / 0)
        client.raise_request_exception = False
        latest = CalendarFeed.objects.standing().get().secret
        assert client.get(f"/kalender/{latest}.ics").status_code == 500
    finally:
        handler.setStream(before)
    text = stream.getvalue()
    assert "/kalender/….ics" in text
    assert "ZeroDivisionError" in text
    assert secret not in text
    assert latest not in text
    assert not AuditEntry.objects.filter(about__icontains=secret).exists()


# How it is asked ------------------------------------------------------------------------------------------------------


def test_a_calendar_that_has_it_already_is_told_so(cast: Cast) -> None:
    """The file is written, and said to be changed, when something has changed: also over the days of a week."""
    plan(cast.elsa)
    where, browser = address(cast.amina), Client()
    first = browser.get(where)
    stamp = next(str(one["dtstamp"].to_ical().decode()) for one in events(where))
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert browser.get(where, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        again = browser.get(where, headers={"If-Modified-Since": first.headers["Last-Modified"]})
        assert (again.status_code, again.content) == (304, b"")
        assert browser.get(where).content == first.content
        WeekPlan.objects.update(weeks=[[[["09:00", "14:00"]]] * 5 + [[], []]])
        changed = browser.get(where, headers={"If-None-Match": first.headers["ETag"]})
        assert changed.status_code == 200
        assert changed.headers["Last-Modified"] != first.headers["Last-Modified"]
        assert stamp not in changed.content.decode()
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"


def test_an_address_is_read_sixty_times_an_hour(cast: Cast) -> None:
    """Who asks more often waits and is told for how long; other addresses are read as before."""
    where, other = address(cast.amina), address(cast.johan)
    statuses = [Client().get(where).status_code for _time in range(61)]
    assert statuses == [200] * 60 + [429]
    assert Client().get(where).headers["Retry-After"] == "3600"
    assert Client().get(other).status_code == 200
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert Client().get(where).status_code == 200


def test_one_visitor_asks_for_many_addresses_and_not_without_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance.views.feed.MOST_BY_ONE_VISITOR", 3)
    visitor, where = Client(REMOTE_ADDR="198.51.100.7"), address(cast.amina)
    assert [visitor.get(f"/kalender/{number:048x}.ics").status_code for number in range(4)] == [404, 404, 404, 429]
    assert visitor.get(where).status_code == 429
    assert Client(REMOTE_ADDR="198.51.100.8").get(where).status_code == 200


def test_what_cannot_be_counted_is_read(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """PROMISES 2: without Redis reading goes on."""

    def gone(*_given: object, **_named: object) -> None:
        raise RedisError

    monkeypatch.setattr(type(caches["stamps"]), "incr", gone)
    monkeypatch.setattr("attendance.views.feed.MOST_OF_ONE_ADDRESS", 0)
    assert Client().get(address(cast.amina)).status_code == 200


def test_one_look_an_hour(cast: Cast) -> None:
    """PROMISES 3.5"""
    where = address(cast.amina)
    for _time in range(3):
        Client().get(where)
    (look,) = AuditEntry.objects.filter(is_look=True, action="attendance.feed")
    assert look.person_id == cast.amina.pk
    assert look.children == sorted([str(cast.elsa.pk), str(cast.hugo.pk)])
    assert look.back_to == date(2026, 9, 14)


@pytest.mark.parametrize("number", [2, 12])
def test_as_many_queries_for_few_and_for_many(cast: Cast, number: int) -> None:
    guardian = person("Signe")
    for turn in range(number):
        one = child(f"Barn{turn}")
        place(one, cast.blasippan)
        guard(guardian, one)
        plan(one)
    CalendarEvent.objects.create(title="Fest", day=TUESDAY, preschool=cast.granliden, asks=True)
    where = address(guardian)
    Client().get(where)
    with CaptureQueriesContext(connection) as captured:
        assert Client().get(where).status_code == 200
    asked = [one["sql"] for one in captured if '"cache"' not in one["sql"] and "SAVEPOINT" not in one["sql"]]
    # The feed and its person; roles, settings, children, places, what was said; events, answers, enquiries.
    assert len(asked) == 9, "\n".join(asked)


# The page -------------------------------------------------------------------------------------------------------------


def test_a_guardian_gets_an_address(cast: Cast, log_in: LogIn) -> None:
    phone = log_in(cast.amina)
    assert "Gör en adress" in phone.get("/schema/kalender/").content.decode()
    assert phone.post("/schema/kalender/", {"do": "make"}).status_code == 302
    assert phone.post("/schema/kalender/", {"do": "make"}).status_code == 302  # pressed twice
    feed = CalendarFeed.objects.get()
    html = phone.get("/schema/kalender/").content.decode()
    assert f"http://localhost:8000/kalender/{feed.secret}.ics" in html
    assert f"webcal://localhost:8000/kalender/{feed.secret}.ics" in html


def test_only_guardians_have_one(cast: Cast, log_in: LogIn) -> None:
    desk = log_in(cast.eva)
    assert "Inget barn att visa" in desk.get("/schema/kalender/").content.decode()
    for do in ("make", "renew", "", "x"):
        assert desk.post("/schema/kalender/", {"do": do}).status_code == 404
    assert CalendarFeed.objects.count() == 0
