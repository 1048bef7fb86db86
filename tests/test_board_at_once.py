"""What the board costs, and what happens when many press at the same time."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.models import DayPlan, Stay, TapEvent, WeekPlan
from children.models import Child, Department
from portal.lib import clock, days
from portal.lib.ids import uuid7
from tests import cast as people
from tests.cast import Cast

TUESDAY = date(2026, 10, 13)
COUNTS = tomllib.loads((Path(__file__).parent / "query_counts.toml").read_text())["board"]
OnTablet = Callable[[str], Client]


@pytest.fixture(autouse=True)
def at_0842() -> Iterator[None]:
    with time_machine.travel(people.local(TUESDAY, 8, 42), tick=True):
        yield


def fill(department: Department, number: int) -> list[Child]:
    """Place children with all that a tile can say: times, a note, somebody who collects."""
    made = []
    for turn in range(number):
        child = people.child(f"Barn{turn}")
        people.place(child, department)
        WeekPlan.objects.create(
            child=child, starts_on=days.monday_of(TUESDAY), weeks=[[[["08:00", "16:00"]]] * 5 + [[], []]]
        )
        contact = child.contacts.create(name="Gunilla", relation="Mormor")
        DayPlan.objects.create(
            child=child, day=TUESDAY, note="Läs mig", collecting_contact=contact, changed_at=clock.now()
        )
        made.append(child)
    return made


def queries(browser: Client, address: str, fields: dict[str, str] | None = None) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = browser.post(address, fields, headers={"HX-Request": "true"}) if fields else browser.get(address)
    assert answer.status_code < 300
    about_rows = [query["sql"] for query in captured if not re.match(r"SAVEPOINT|RELEASE|ROLLBACK|BEGIN", query["sql"])]
    return len([sql for sql in about_rows if '"cache"' not in sql])  # the embedded default's cache is a table


@pytest.mark.parametrize("number", [2, 40])
def test_the_same_queries_for_two_children_and_for_forty(cast: Cast, on_tablet: OnTablet, number: int) -> None:
    department = Department.objects.create(name="Stora", preschool=cast.granliden)
    children = fill(department, number)
    hall = on_tablet(people.tablet(department)[1])
    address = f"/avdelning/{department.id}/"
    html = hall.get(address).content.decode()  # the hour's look is written down, the stamp is there
    stamp = re.search(r'data-stamp="([^"]+)"', html)
    assert stamp
    tap = {"arrived": f"{children[0].id}.late", "event": str(uuid7())}
    assert {
        "page": queries(hall, address),
        "nothing_new": queries(hall, f"{address}nytt/?sedan={stamp.group(1)}"),
        "tap": queries(hall, f"{address}tryck/", tap),
    } == COUNTS


@pytest.mark.django_db(transaction=True)
def test_overlapping_selections_from_two_tablets(on_tablet: OnTablet) -> None:
    """E03: eight children from each of two tablets at the same moment: no error, no duplicate, no deadlock."""
    cast = Cast()
    children = fill(cast.blasippan, 12)
    together = Barrier(2)

    def let_in(name: str, chosen: list[Child]) -> str:
        hall = on_tablet(people.tablet(cast.blasippan, name)[1])
        fields = {
            "do": "arrived",
            "page": str(uuid7()),
            "barn": [f"{child.id}.expected" for child in chosen],
        }
        together.wait()
        try:
            answer = hall.post(f"/avdelning/{cast.blasippan.id}/flera/", fields, headers={"HX-Request": "true"})
            assert answer.status_code == 200
            return answer.content.decode()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as tablets:
        first = tablets.submit(let_in, "Hallen", children[:8])
        second = tablets.submit(let_in, "Entrén", children[:3:-1])
        answers = [first.result(), second.result()]
    assert Stay.objects.count() == 12
    assert len(set(Stay.objects.values_list("child", flat=True))) == 12
    assert TapEvent.objects.count() == 16, "each tap is written down, and four say what another had said"
    # Whoever pressed first let them in. Where the other one's press was written down before, both were told eight.
    possible = "8 barn är här.", "4 barn är här. 4 var redan inne."
    told = [[words for words in possible if words in answer] for answer in answers]
    assert all(len(words) == 1 for words in told)
    assert [possible[0]] in told
