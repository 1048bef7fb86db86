"""What happens when many press at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
import time_machine
from django.db import connections, transaction
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
def test_two_tablets_press_the_same_child_in_the_same_second(on_tablet: OnTablet) -> None:
    """E02: one arrival; one tablet let the child in, and the other says who did, and when."""
    cast = Cast()
    together = Barrier(2)
    names = "Hallen", "Entrén"

    def press(name: str) -> str:
        hall = on_tablet(people.tablet(cast.blasippan, name)[1])
        fields = {"arrived": f"{cast.elsa.id}.expected", "event": str(uuid7())}
        together.wait()
        try:
            answer = hall.post(f"/avdelning/{cast.blasippan.id}/tryck/", fields, headers={"HX-Request": "true"})
            assert answer.status_code == 200
            return answer.content.decode()
        finally:
            connections.close_all()

    for turn in range(1, 6):  # whoever is first differs from time to time
        with ThreadPoolExecutor(2) as tablets:
            answers = dict(zip(names, tablets.map(press, names), strict=True))
        stay = Stay.objects.get()
        assert stay.left_at is None
        events = TapEvent.objects.select_related("tablet").order_by("received_at")
        assert events.count() == 2, "each tap is written down"
        first = [name for name in names if "Elsa L är här sedan 08:4" in answers[name]]
        assert len(first) == 1, turn
        (second,) = set(names) - set(first)
        assert f"Elsa L är redan inne: {first[0]} 08:4" in answers[second]
        assert all("Här 08:4" in answer for answer in answers.values())
        with transaction.atomic():
            Stay.objects.all().delete()
            TapEvent.objects.all().delete()


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
    possible = "8 barn är här.", "4 barn är här. 4 var redan inne."
    assert sorted(words for answer in answers for words in possible if words in answer) == sorted(possible)
