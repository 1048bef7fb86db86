"""The queries of each page that is asked all day: fixed numbers, the same for two children and for forty."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from children.models import Child, Department, Preschool
from messaging.models import JournalPackage, Message, Thread, ThreadChild, ThreadGuardian
from notifications.device_models import Device
from notifications.models import Delivery, Kind, Way
from portal.lib import clock
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
        "consents": queries(phone, "/medgivanden/"),
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


@SOME
def test_conversations(cast: Cast, department: Department, log_in: LogIn, number: int) -> None:
    """An inbox and a conversation cost the same with two families and two words as with forty."""
    children = people.fill(department, number)
    guardian, staff = people.person("Signe"), people.person("Stina")
    people.guard(guardian, *children)
    people.employ(staff, department=department)
    phone, desk = log_in(guardian), log_in(staff)
    for child in children:
        thread = begun(child, guardian)
        said(thread, guardian, clock.now() - timedelta(days=1))
    for turn in range(number):
        said(thread, guardian if turn % 2 else staff, clock.now() - timedelta(hours=turn + 1))
    phone.get("/samtal/"), desk.get("/samtal/")
    there = f"/samtal/{thread.pk}/"
    stamp = re.search(r"sedan=(\w+)", desk.get(there).content.decode())
    assert stamp
    assert {
        "inbox": queries(phone, "/samtal/"),
        "house": queries(desk, "/samtal/"),
        "unread": queries(desk, "/samtal/olasta/"),
        "thread": queries(desk, there),
        "nothing_new": queries(desk, f"{there}nytt/?sedan={stamp.group(1)}"),
        "begin": queries(desk, f"/samtal/nytt/?barn={children[0].pk}"),
    } == COUNTS["conversations"]


def begun(child: Child, guardian: User) -> Thread:
    thread = Thread.objects.create(addressee="department", subject="Stövlar", last_at=clock.now())
    ThreadChild.objects.create(thread=thread, child=child)
    ThreadGuardian.objects.create(thread=thread, guardian=guardian)
    return thread


def said(thread: Thread, person: User, moment: datetime) -> None:
    side = Message.Side.FAMILY if person.given_name == "Signe" else Message.Side.HOUSE
    Message.objects.create(
        thread=thread, side=side, written_by=person, language="sv", body="Hej", leaves_at=moment, told_at=moment
    )


@SOME
def test_what_is_kept_and_waits(cast: Cast, log_in: LogIn, number: int) -> None:
    """The registry, one's own devices, and what waits to leave: the same with two rows as with forty."""
    for turn in range(number):
        Preschool.objects.create(name=f"Skolan {turn}", area=cast.granliden.area)
        before = JournalPackage.objects.order_by("-number").first()
        JournalPackage.objects.create(
            number=turn + 1,
            kind=JournalPackage.Kind.THREAD,
            about=uuid7(),
            title="Stövlar",
            children=[str(cast.elsa.pk)],
            people=[str(cast.amina.pk)],
            sealed_at=clock.now(),
            sealed_by=cast.eva.pk,
            before=before.digest if before else "",
            digest=f"{turn:064}",
            size=1,
        )
        Device.objects.create(
            person=cast.amina, agent="x", endpoint=f"x{turn}", public_key="x", secret="x", given_at=clock.now()
        )
        Delivery.objects.create(
            person=cast.amina,
            kind=Kind.MESSAGE_RECEIVED,
            event=uuid7(),
            way=Way.EMAIL,
            try_after=clock.now(),
            problem=f"{400 + turn}",
            tries=1,
        )
    archivist, phone, desk = log_in(cast.archivist), log_in(cast.amina), log_in(cast.administrator)
    archivist.get("/diarium/"), phone.get("/nytt/enheter/"), desk.get("/drift/avisering/")
    assert {
        "journal": queries(archivist, "/diarium/"),
        "devices": queries(phone, "/nytt/enheter/"),
        "waiting": queries(desk, "/drift/avisering/"),
        "files": queries(desk, "/drift/filer/"),
        "room": queries(desk, "/regler/utrymme/"),
    } == COUNTS["kept"]
