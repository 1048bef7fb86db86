"""Many tablets at once: real threads on a real database."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections

from attendance.models import Stay, TapEvent
from attendance.rules import Tap
from attendance.services import MadeTap, Outcome, record_taps
from children.actors import Actor
from portal.lib import days
from portal.lib.ids import uuid7
from tests.cast import Cast, child, local, place, tablet

THREADS, TAPS, CHILDREN = 8, 1_000, 250


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_tablets_tap_a_thousand_times() -> None:
    """Each thread lets in the same children, singly and eight at a time, in its own order, and sends some twice.

    E02 and E03 with a crowd: no error, no deadlock, one arrival each.
    """
    cast = Cast()
    children = [child(f"Barn{number}", "Ek") for number in range(CHILDREN)]
    for one in children:
        place(one, cast.blasippan)
    morning = local(days.today(), 8)
    tablets = [tablet(cast.blasippan, f"Platta {number}")[0] for number in range(THREADS)]

    def morning_of(number: int) -> Counter[Outcome]:
        chance, outcomes, sent = random.Random(number), Counter[Outcome](), 0
        actor = Actor.of_tablet(tablets[number])
        try:
            while sent < TAPS:
                size = min(chance.choice([1, 1, 8]), TAPS - sent)
                now = morning + timedelta(milliseconds=10 * sent + number)
                taps = [MadeTap(uuid7(), one.id, Tap.ARRIVED, now) for one in chance.sample(children, size)]
                for _time in range(chance.choice([1, 1, 1, 2])):
                    results = record_taps(taps=taps, actor=actor, now=now)
                outcomes.update(result.outcome for result in results)
                sent += size
        finally:
            connections.close_all()
        return outcomes

    with ThreadPoolExecutor(THREADS) as crowd:
        outcomes = sum(crowd.map(morning_of, range(THREADS)), Counter[Outcome]())
    assert sum(outcomes.values()) == THREADS * TAPS == TapEvent.objects.count()
    assert set(outcomes) <= {Outcome.APPLIED, Outcome.ALREADY}
    came = TapEvent.objects.values("child").distinct().count()
    assert Stay.objects.open().count() == Stay.objects.count() == came
    assert connection.vendor in ("postgresql", "sqlite")
