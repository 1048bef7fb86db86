"""What happens when many press at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
import time_machine
from django.db import connections
from django.test import Client

from attendance.models import Stay, TapEvent
from children.models import Child
from portal.lib.ids import uuid7
from tests import cast as people
from tests.cast import Cast

TUESDAY = date(2026, 10, 13)
OnTablet = Callable[[str], Client]


@pytest.fixture(autouse=True)
def at_0842() -> Iterator[None]:
    with time_machine.travel(people.local(TUESDAY, 8, 42), tick=True):
        yield


@pytest.mark.django_db(transaction=True)
def test_overlapping_selections_from_two_tablets(on_tablet: OnTablet) -> None:
    """E03: eight children from each of two tablets at the same moment: no error, no duplicate, no deadlock."""
    cast = Cast()
    children = people.fill(cast.blasippan, 12)
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
