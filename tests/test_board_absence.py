"""What a family says at home about a part of the day, as the tablet in the hall shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from attendance.models import WeekPlan
from portal.lib.ids import uuid7
from tests.cast import Cast, local, tablet

TUESDAY = date(2026, 10, 13)


@pytest.fixture(autouse=True)
def at_0642() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(TUESDAY, 6, 42), tick=False) as traveller:
        yield traveller


def test_the_gap_stands_on_the_tile(
    cast: Cast,
    log_in: Callable[[User], Client],
    on_tablet: Callable[[str], Client],
    at_0642: time_machine.Traveller,
) -> None:
    """D03: expected before it and here around it, with the gap and never its reason; not among the absent."""
    week = [[["07:30", "16:00"]]] * 5 + [[], []]
    WeekPlan.objects.create(child=cast.elsa, starts_on=date(2026, 10, 12), weeks=[week])
    form = {
        "children": [str(cast.elsa.id)],
        "reason": "sick",
        "starts_on": "2026-10-13",
        "is_part": "on",
        "from_time": "10:00",
        "to_time": "12:00",
    }
    assert log_in(cast.amina).post(f"/barn/{cast.elsa.id}/franvaro/", form).status_code == 302
    hall, address = on_tablet(tablet(cast.blasippan)[1]), f"/avdelning/{cast.blasippan.id}/"

    def tile() -> str:
        page = hall.get(address).content.decode()
        assert "Sjuk" not in page
        absent = re.search(r'id="count-absent">.*?<strong>(\d+)</strong>', page, re.DOTALL)
        assert absent
        assert absent[1] == "0"
        found = re.search(rf'<li class="tile [^>]*id="tile-{cast.elsa.id}".*?</li>', page, re.DOTALL)
        assert found
        return found.group()

    assert "Väntas 07:30" in tile()
    assert "Borta 10:00–12:00" in tile()
    at_0642.move_to(local(TUESDAY, 7, 34))
    hall.post(f"{address}tryck/", {"arrived": f"{cast.elsa.id}.expected", "event": str(uuid7())})
    assert "Här 07:34" in tile()
    assert "Borta 10:00–12:00" in tile()
    at_0642.move_to(local(TUESDAY, 9, 50))
    hall.post(f"{address}tryck/", {"left": f"{cast.elsa.id}.present", "event": str(uuid7())})
    at_0642.move_to(local(TUESDAY, 10, 30))
    assert "Borta 10:00–12:00" in tile()
