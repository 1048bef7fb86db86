"""What the principal is told: departments now, days, months, stays that nobody ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from attendance import services
from attendance.models import Absence, Stay, WeekPlan
from attendance.selectors import department_totals, forgotten_stays, preschool_day, preschool_month
from attendance.selectors.schedule import schedule
from children.actors import Actor
from children.models import BackupPlacement, Block, Department
from portal.lib.ids import uuid7
from tests.cast import Cast, child, local, place

TUESDAY = date(2026, 10, 13)


@pytest.fixture(autouse=True)
def _on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 8), tick=False):
        yield


@pytest.fixture
def morning(cast: Cast) -> Cast:
    """Elsa is here, Noor is late, Hugo is ill; yesterday Elsa was there for eight and a half hours."""
    weeks = [[[["07:30", "16:00"]]] * 5 + [[], []]]
    for one in (cast.elsa, cast.noor, cast.hugo):
        WeekPlan.objects.create(child=one, starts_on=date(2026, 8, 3), weeks=weeks)
    Absence.objects.create(child=cast.hugo, starts_on=TUESDAY, ends_on=TUESDAY, reason="sick")
    columns = {"child": cast.elsa, "department": cast.blasippan}
    Stay.objects.create(id=uuid7(), arrived_at=local(TUESDAY, 7, 34), **columns)
    monday = TUESDAY - timedelta(days=1)
    Stay.objects.create(id=uuid7(), arrived_at=local(monday, 7, 30), left_at=local(monday, 16), **columns)
    return cast


def test_departments_now(morning: Cast) -> None:
    totals = department_totals([morning.blasippan, morning.ekorren], local(TUESDAY, 8))
    blasippan, ekorren = totals
    assert (blasippan.present, blasippan.expected, blasippan.late, blasippan.placed) == (1, 1, 1, 2)
    assert (ekorren.absent, ekorren.present, ekorren.placed) == (1, 0, 1)


def test_a_child_in_a_backup_placement_is_counted_once(morning: Cast) -> None:
    """B06: where it is."""
    BackupPlacement.objects.create(child=morning.elsa, department=morning.ekorren, starts_on=TUESDAY, ends_on=TUESDAY)
    totals = department_totals([morning.blasippan, morning.ekorren], local(TUESDAY, 8))
    assert [total.placed for total in totals] == [1, 2]
    day = preschool_day(Actor.of_person(morning.eva), morning.granliden, TUESDAY, local(TUESDAY, 8))
    assert [[row.name for row in department.rows] for department in day.departments] == [
        ["Noor Aziz"],
        ["Elsa Lind", "Hugo Lind"],
    ]


def test_departments_cost_the_same_for_two_and_for_twenty(
    morning: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        department_totals([morning.blasippan, morning.ekorren], local(TUESDAY, 8))
    more = [Department.objects.create(name=f"Avdelning {n}", preschool=morning.granliden) for n in range(18)]
    for department in more:
        place(child("Barn", "Ek"), department)
    with django_assert_num_queries(4):
        assert len(department_totals([morning.blasippan, morning.ekorren, *more], local(TUESDAY, 8))) == 20


def test_a_day_and_a_month(morning: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    eva = Actor.of_person(morning.eva)
    assert (len(eva.roles), eva.municipality) == (1, morning.municipality)  # the door reads both once in a request
    with django_assert_num_queries(5):
        day = preschool_day(eva, morning.granliden, TUESDAY, local(TUESDAY, 8))
    (elsa, _noor) = day.departments[0].rows
    assert (elsa.name, elsa.text, elsa.planned, elsa.came) == ("Elsa Lind", "Här 07:34", "07:30–16:00", "07:34–")
    assert (day.counts.present, day.counts.absent, day.counts.late) == (1, 1, 1)
    with django_assert_num_queries(4):
        month = preschool_month(morning.granliden, TUESDAY)
    monday, tuesday = month.days[11:13]
    assert (monday.planned, monday.came, monday.hours_planned, monday.hours_stayed) == (3, 1, "25,5", "8,5")
    assert (tuesday.planned, tuesday.came, tuesday.absent) == (3, 1, 1)
    assert month.days[16].is_closed  # a Saturday


@pytest.mark.parametrize(
    ("ill", "off", "other", "expected"),
    [
        ([], [], [], []),
        (range(5), range(6), range(7), [("sjuk", 10), ("ledig", 12), ("annat", 14)]),
        (range(7), range(3), range(3, 6), [("sjuk", 14), ("andra orsaker", 12)]),
        (range(7), range(3), range(2), [("frånvarande", 24)]),  # the same three children: too few by themselves
        (range(9), range(6), range(1), [("sjuk", 18), ("andra orsaker", 14)]),
        (range(4), [], [], [("frånvarande", 8)]),
    ],
)
def test_reasons_of_few_children_are_not_told_apart(
    cast: Cast, ill: Sequence[int], off: Sequence[int], other: Sequence[int], expected: list[tuple[str, int]]
) -> None:
    """DOMAIN 7.3: nor can they be worked out from the others and the sum."""
    children = [child("Barn", f"Ek {number}") for number in range(9)]
    for one in children:
        place(one, cast.blasippan)
    week = timedelta(days=7)
    for weeks, reason, who in ((0, "sick", ill), (1, "leave", off), (2, "other", other)):
        for number in who:
            starts = date(2026, 10, 5) + week * weeks
            Absence.objects.create(
                child=children[number], starts_on=starts, ends_on=starts + timedelta(days=1), reason=reason
            )
    month = preschool_month(cast.granliden, TUESDAY)
    assert [(row.word, row.days) for row in month.absences] == expected
    assert sum(row.days for row in month.absences) == sum(day.absent for day in month.days)


def test_a_principal_who_is_kept_from_a_child_reads_figures_alone(morning: Cast) -> None:
    """DOMAIN 6.2: the block wins over the role; the figures stay whole."""
    Block.objects.create(child=morning.elsa, person=morning.eva, reason="Egen familj")
    day = preschool_day(Actor.of_person(morning.eva), morning.granliden, TUESDAY, local(TUESDAY, 8))
    assert [row.name for department in day.departments for row in department.rows] == ["Noor Aziz", "Hugo Lind"]
    assert [department.unnamed for department in day.departments] == [1, 0]
    assert (day.counts.present, day.counts.absent, day.counts.late) == (1, 1, 1)


def test_stays_that_nobody_ended(morning: Cast) -> None:
    eva = Actor.of_person(morning.eva)
    assert forgotten_stays(eva, [morning.granliden], local(TUESDAY, 8)) == []
    services.flag_forgotten_stays(now=local(TUESDAY, 19))
    (found,) = forgotten_stays(eva, [morning.granliden, morning.sjostjarnan], local(TUESDAY, 19))
    assert (found.name, found.department, found.arrived_at) == ("Elsa Lind", "Blåsippan", local(TUESDAY, 7, 34))
    assert forgotten_stays(eva, [morning.sjostjarnan], local(TUESDAY, 19)) == []
    assert department_totals([morning.blasippan], local(TUESDAY, 19))[0].forgotten == 1
    Block.objects.create(child=morning.elsa, person=morning.eva, reason="Egen familj")
    assert forgotten_stays(eva, [morning.granliden], local(TUESDAY, 19)) == []
    assert department_totals([morning.blasippan], local(TUESDAY, 19))[0].forgotten == 1


def test_the_schedule_costs_the_same_for_one_and_for_many(
    morning: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for children in ([morning.elsa], [morning.elsa, morning.hugo, morning.noor]):
        with django_assert_num_queries(2):
            schedule(children, date(2026, 10, 19), local(TUESDAY, 8), reader=None)
