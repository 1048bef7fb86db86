"""Two guardians who press at the same moment: one wins, the other is told, and nothing is half saved (C14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from threading import Barrier

import pytest
import time_machine
from django.db import connections

from accounts.models import User
from attendance import services
from attendance.drafts import Draft, DraftDay
from attendance.models import DayPlan, PlanSave, WeekPlan
from attendance.rules import Interval
from attendance.selectors.marks import marks_of
from children.actors import Actor
from portal.lib import clock
from tests.cast import Cast, local, plan

TUESDAY = date(2026, 10, 13)
MONDAY = date(2026, 10, 19)


@pytest.fixture(autouse=True)
def _early_on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=True):
        yield


def both(press: Callable[[User, int, datetime], None], *people: User) -> list[str]:
    """Let both press at once, each in a transaction of its own; return what each was told."""
    together = Barrier(len(people))

    def one(number: int) -> str:
        together.wait()
        try:
            press(people[number], number, clock.now())
        except services.SomebodyElseChanged as refused:
            return " ".join(refused.messages)
        else:
            return ""
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(one, range(len(people))))


@pytest.mark.django_db(transaction=True)
def test_the_same_schedule_at_the_same_moment() -> None:
    """C14: whoever is first wins for both children; the other is told who, and nothing of theirs is saved."""
    cast = Cast()
    plan(cast.elsa, cast.hugo)
    ids = [cast.elsa.id, cast.hugo.id]
    people = (cast.amina, cast.johan)
    for turn in range(1, 5):
        seen = {person.id: marks_of(ids, TUESDAY, reader=person.id) for person in people}

        def press(person: User, number: int, now: datetime, turn: int = turn, seen: object = seen) -> None:
            week = ((Interval(time(8), time(12 + number, turn)),),) * 5 + ((), ())
            draft = Draft((week,), (DraftDay(date(2026, 10, 21), (Interval(time(9), time(13 + number, turn)),)),))
            assert isinstance(seen, dict)
            services.save_schedule(
                drafts=dict.fromkeys(ids, draft),
                starts_on=MONDAY,
                actor=Actor.of_person(person),
                now=now,
                seen=seen[person.id],
            )

        told = both(press, *people)
        assert sorted(bool(sentence) for sentence in told) == [False, True], turn
        winner = 0 if told[1] else 1
        assert f"{people[winner].given_name} ändrade schemat för Elsa, Hugo" in told[1 - winner]
        assert {row.weeks[0][0][0][1] for row in WeekPlan.objects.on(MONDAY)} == {f"{12 + winner}:{turn:02}"}
        assert {(row.intervals or [])[0][1] for row in DayPlan.objects.all()} == {f"{13 + winner}:{turn:02}"}
        assert PlanSave.objects.count() == turn
        assert set(PlanSave.objects.latest("made_at").children.values_list("pk", flat=True)) == set(ids)


@pytest.mark.django_db(transaction=True)
def test_the_same_day_at_the_same_moment() -> None:
    """C14 on the day's page."""
    cast = Cast()
    day = date(2026, 10, 20)
    people = (cast.amina, cast.johan)
    for turn in range(1, 5):
        seen = {p.id: marks_of([cast.elsa.id], day, reader=p.id, last=day)[cast.elsa.id] for p in people}

        def press(person: User, number: int, now: datetime, turn: int = turn, seen: object = seen) -> None:
            assert isinstance(seen, dict)
            services.change_day(
                child_id=cast.elsa.id,
                day=day,
                intervals=(Interval(time(8), time(12 + number, turn)),),
                now=now,
                actor=Actor.of_person(person),
                seen=seen[person.id],
            )

        told = both(press, *people)
        assert sorted(bool(sentence) for sentence in told) == [False, True], turn
        winner = 0 if told[1] else 1
        assert people[winner].given_name in told[1 - winner]
        assert DayPlan.objects.get().intervals == [["08:00", f"{12 + winner}:{turn:02}"]]
