"""The queries of each page that is asked all day: fixed numbers, the same for two children and for forty."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from children.models import Department
from portal.lib.ids import uuid7
from tests import cast as people
from tests.cast import Cast

TUESDAY = date(2026, 10, 13)
COUNTS = tomllib.loads((Path(__file__).parent / "query_counts.toml").read_text())
OnTablet = Callable[[str], Client]
LogIn = Callable[..., Client]
SOME = pytest.mark.parametrize("number", [2, 40])


@pytest.fixture(autouse=True)
def at_0842() -> Iterator[None]:
    with time_machine.travel(people.local(TUESDAY, 8, 42), tick=True):
        yield


@pytest.fixture
def department(cast: Cast) -> Department:
    return Department.objects.create(name="Stora", preschool=cast.granliden)


def queries(browser: Client, address: str, fields: dict[str, str] | None = None) -> int:
    """Ask, and return how many queries it took. The embedded default's cache is a table: Redis is not counted."""
    with CaptureQueriesContext(connection) as captured:
        answer = browser.post(address, fields, headers={"HX-Request": "true"}) if fields else browser.get(address)
    assert answer.status_code < 300
    about_rows = [query["sql"] for query in captured if not re.match(r"SAVEPOINT|RELEASE|ROLLBACK|BEGIN", query["sql"])]
    return len([sql for sql in about_rows if '"cache"' not in sql])


@SOME
def test_the_board(department: Department, on_tablet: OnTablet, number: int) -> None:
    children = people.fill(department, number)
    hall = on_tablet(people.tablet(department)[1])
    address = f"/avdelning/{department.id}/"
    html = hall.get(address).content.decode()  # the hour's look is written down, the stamp is there
    stamp = re.search(r'data-stamp="([^"]+)"', html)
    assert stamp
    hall.get(f"{address}vecka/")
    tap = {"arrived": f"{children[0].id}.late", "event": str(uuid7())}
    assert {
        "page": queries(hall, address),
        "nothing_new": queries(hall, f"{address}nytt/?sedan={stamp.group(1)}"),
        "tap": queries(hall, f"{address}tryck/", tap),
        "week": queries(hall, f"{address}vecka/"),
    } == COUNTS["board"]


@SOME
def test_a_family(cast: Cast, department: Department, log_in: LogIn, number: int) -> None:
    children = people.fill(department, number)
    guardian = people.person("Signe")
    people.guard(guardian, *children)
    phone = log_in(guardian)
    phone.get("/")  # the session's own settings are written
    assert {
        "home": queries(phone, "/"),
        "schedule": queries(phone, "/schema/"),
        "calendar": queries(phone, "/kalender/"),
        "history": queries(phone, f"/barn/{children[0].id}/tider/"),
        "homes": queries(phone, "/tva-hem/"),
        "sick": queries(phone, f"/barn/{children[0].id}/sjuk/", {"next": "/"}),
    } == COUNTS["family"]


@SOME
def test_a_preschool(cast: Cast, department: Department, log_in: LogIn, number: int) -> None:
    children = people.fill(department, number)
    people.guard(people.person("Signe"), *children)
    desk, staff = log_in(cast.eva), log_in(cast.maria)
    desk.get("/"), staff.get("/")
    desk.get(f"/avdelning/{department.id}/vecka/")
    there = f"/forskola/{cast.granliden.id}/"
    assert {
        "today": queries(desk, "/"),
        "day": queries(desk, there),
        "month": queries(desk, f"{there}manad/2026-10/"),
        "calendar": queries(desk, f"{there}kalender/"),
        "hours": queries(desk, f"{there}timmar/"),
        "week": queries(desk, f"/avdelning/{department.id}/vecka/"),
        "staff": queries(staff, "/"),
    } == COUNTS["preschool"]
