"""Children expected per hour, for a municipality at once: what is counted in groups is what each child's day says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from attendance.models import Absence, ClosedDay, DayPlan, EnquiryAnswer, HolidayEnquiry, PlanningRule, WeekPlan
from attendance.selectors.expected import expected_per_hour, municipality_day
from attendance.selectors.facts import known
from children.models import BackupPlacement, Child, Department, Household, HouseholdWeeks
from children.selectors.placing import places_in
from portal.lib import clock, days
from portal.lib.models import holds_on
from tests.cast import Cast, child, local, place, plan

TUESDAY = date(2026, 10, 13)
LogIn = Callable[[User], Client]
# Two common weeks, a weekend, the night in which the clocks change, a public holiday, and the day before it.
DAYS = [
    *(TUESDAY + timedelta(days=number) for number in range(-1, 6)),
    date(2026, 10, 25),
    date(2026, 10, 26),
    date(2026, 12, 24),
    date(2026, 12, 25),
]
Counted = tuple[dict[UUID, tuple[int, ...]], dict[UUID, int]]


@pytest.fixture(autouse=True)
def tuesday_morning() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=False):
        yield


# Told by hand ---------------------------------------------------------------------------------------------------------


def child_by_child(day: date, departments: list[Department]) -> Counted:
    """Count as slowly and plainly as can be: each child, each hour, by what is known of the child alone."""
    places = places_in([department.pk for department in departments], holds_on(day))
    at: dict[UUID, list[int]] = {department.pk: [0] * 24 for department in departments}
    coming: dict[UUID, int] = {department.pk: 0 for department in departments}
    for child_id in places:
        facts = known([child_id], day, day, with_stays=False)
        here = facts.place(child_id, day)
        if here is None or here.department_id not in at:
            continue
        attending = facts.planned(child_id, day).attending
        coming[here.department_id] += bool(attending)
        for hour in range(24):
            moment = time(hour, 30)
            at[here.department_id][hour] += sum(
                part.starts <= moment and (part.ends == time.min or moment < part.ends) for part in attending
            )
    return {pk: tuple(hours) for pk, hours in at.items()}, coming


def counted(day: date, departments: list[Department] | None = None) -> Counted:
    found = expected_per_hour(day, None if departments is None else [one.pk for one in departments])
    return {pk: tuple(hours) for pk, hours in found.at.items()}, dict(found.coming)


# Invented families ----------------------------------------------------------------------------------------------------


def times(chance: Random, most: int = 2) -> list[list[str]]:
    """Return the times of a day: none, one or two that do not touch, sometimes until midnight."""
    marks = sorted(chance.sample(range(0, 1440, 5), 2 * chance.choice([0, 1, 1, 1, 1, most])))
    pairs = [[f"{at // 60:02}:{at % 60:02}" for at in marks[n : n + 2]] for n in range(0, len(marks), 2)]
    if pairs and chance.random() < 0.1:
        pairs[-1][1] = "00:00"
    return pairs


def weeks(chance: Random) -> list[list[list[list[str]]]]:
    every = [[["07:30", "16:00"]]] * 5 + [[], []]
    if chance.random() < 0.3:
        return [every]
    return [[times(chance) for _day in range(7)] for _week in range(chance.randint(1, 4))]


def family(chance: Random, departments: list[Department], enquiries: list[HolidayEnquiry]) -> None:
    """Place a child and say things about it, each with its own chance."""
    one, today = child(f"Barn {chance.random()}"), days.today()
    begins = today - timedelta(days=chance.randint(0, 90))
    ends = today + timedelta(days=chance.randint(0, 90)) if chance.random() < 0.2 else None
    home = chance.choice(departments)
    place(one, home, begins, ends_on=ends)
    if ends and chance.random() < 0.5:
        place(one, chance.choice(departments), ends + timedelta(days=1))
    if chance.random() < 0.2:
        first = today + timedelta(days=chance.randint(-5, 10))
        last = first + timedelta(days=chance.randint(0, 5))
        BackupPlacement.objects.create(child=one, department=chance.choice(departments), starts_on=first, ends_on=last)
    homes: list[Household | None] = [None]
    if chance.random() < 0.4:
        first_home, second_home = Household.objects.create(child=one), Household.objects.create(child=one)
        homes = chance.choice([[first_home, second_home], [None, first_home, second_home]])
        HouseholdWeeks.objects.create(
            child=one,
            first=first_home,
            second=second_home,
            starts_on=days.monday_of(today) - timedelta(weeks=chance.choice([-1, 2])),
            weeks=["".join(chance.choice("AB") for _day in range(7)) for _week in range(chance.randint(1, 3))],
            handover=chance.choice(["before", "there", "after"]),
            is_proposed=chance.random() < 0.3,
        )
    said: set[date] = set()
    for household in homes:
        say_when(one, household, chance, said)
    for enquiry in enquiries:
        for day in DAYS:
            if enquiry.starts_on <= day <= enquiry.ends_on and chance.random() < 0.5:
                EnquiryAnswer.objects.create(
                    enquiry=enquiry, child=one, day=day, attends=chance.random() < 0.5, answered_at=clock.now()
                )


def say_when(one: Child, household: Household | None, chance: Random, absent: set[date]) -> None:
    monday = days.monday_of(days.today())
    if chance.random() < 0.85:
        starts, ends = monday - timedelta(weeks=chance.randint(0, 5)), monday + timedelta(days=chance.randint(0, 12))
        ended = chance.random() < 0.4
        WeekPlan.objects.create(
            child=one, household=household, starts_on=starts, ends_on=ends if ended else None, weeks=weeks(chance)
        )
        if ended and chance.random() < 0.5:
            begins = days.monday_of(ends) + timedelta(weeks=1)
            WeekPlan.objects.create(child=one, household=household, starts_on=begins, weeks=weeks(chance))
    for day in DAYS:
        if chance.random() < 0.15:
            intervals = None if chance.random() < 0.3 else times(chance, most=3)
            DayPlan.objects.create(child=one, household=household, day=day, intervals=intervals, changed_at=clock.now())
        if chance.random() < 0.12 and day not in absent:
            absent.add(day)
            part = {"from_time": "10:00", "to_time": "12:00"} if chance.random() < 0.4 else {}
            Absence.objects.create(
                child=one,
                starts_on=day,
                ends_on=day if part else day + timedelta(days=chance.randint(0, 3)),
                reason="sick",
                withdrawn_at=clock.now() if chance.random() < 0.2 else None,
                **part,
            )


def enquiry(chance: Random, cast: Cast) -> HolidayEnquiry:
    today = days.today()
    starts = today + timedelta(days=chance.randint(-1, 5))
    where: dict[str, Any] = chance.choice(
        [{"area": cast.area}, {"preschool": cast.granliden}, {"preschool": cast.sjostjarnan}]
    )
    return HolidayEnquiry.objects.create(
        title="Lov",
        starts_on=starts,
        ends_on=starts + timedelta(days=chance.randint(0, 80)),
        opens_on=starts - timedelta(days=40),
        answer_by=starts - timedelta(days=chance.randint(1, 20)),
        silence=chance.choice(["free", "attends"]),
        withdrawn_at=clock.now() if chance.random() < 0.2 else None,
        **where,
    )


@pytest.mark.parametrize("seed", range(10))
def test_what_is_counted_in_groups_is_what_every_child_s_day_says(cast: Cast, seed: int) -> None:
    chance = Random(seed)  # invented families, the same each time
    departments = [cast.blasippan, cast.ekorren, cast.musslan]
    with transaction.atomic():
        if chance.random() < 0.5:
            opening = [["06:00", "18:30"]] * 7 if chance.random() < 0.5 else None
            PlanningRule.objects.create(preschool=cast.granliden, opens_on_holidays=True, opening=opening)
        closed: tuple[dict[str, Any], ...] = (
            {"area": cast.area},
            {"preschool": cast.sjostjarnan},
            {"department": cast.blasippan},
        )
        for where in closed:
            cancelled = clock.now() if chance.random() < 0.3 else None
            ClosedDay.objects.create(day=chance.choice(DAYS), reason="Stängt", cancelled_at=cancelled, **where)
        enquiries = [enquiry(chance, cast) for _number in range(chance.randint(0, 2))]
        for _number in range(25):
            family(chance, departments, enquiries)
    for day in DAYS:
        told = child_by_child(day, departments)
        assert counted(day) == told, day
        assert counted(day, departments) == told, day
        assert counted(day, [cast.ekorren]) == child_by_child(day, [cast.ekorren]), day


# What it costs, and who reads it --------------------------------------------------------------------------------------


def test_it_costs_the_same_for_few_and_for_many(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    plan(cast.elsa, cast.hugo, cast.noor, cast.leo)
    with django_assert_num_queries(4):
        assert sum(expected_per_hour(TUESDAY).coming.values()) == 4
    for number in range(40):
        one = child(f"Barn {number}")
        place(one, cast.musslan)
        plan(one)
        if number % 2:
            Absence.objects.create(
                child=one, starts_on=TUESDAY, ends_on=TUESDAY, reason="other", from_time="10:00", to_time="12:00"
            )
    with django_assert_num_queries(6):
        assert sum(expected_per_hour(TUESDAY).coming.values()) == 44


def test_the_municipality_s_day(cast: Cast) -> None:
    plan(cast.elsa, cast.hugo, cast.leo)
    Department.objects.filter(pk=cast.ekorren.pk).update(ends_on=TUESDAY - timedelta(days=1))
    shown = municipality_day(TUESDAY)
    assert shown.hours == range(6, 18)
    assert [(one.name, one.coming, one.hours[0], one.hours[1]) for one in shown.preschools] == [
        ("Förskolan Granliden", 2, 0, 2),
        ("Förskolan Sjöstjärnan", 1, 0, 1),
    ]
    assert (shown.coming, shown.totals) == (3, (0, *[3] * 9, 0, 0))
    assert [one.coming for one in municipality_day(date(2026, 12, 25)).preschools] == [0, 0]


def test_the_administrator_reads_figures_and_no_names(cast: Cast, log_in: LogIn) -> None:
    """H03, DOMAIN 7.3: no child's name, and no number under five; in the file as on the screen."""
    many = [child(f"Barn {number}") for number in range(6)]
    for one in many:
        place(one, cast.musslan)
    plan(cast.elsa, *many)
    desk = log_in(cast.administrator)
    assert "/idag/kommunen/" in desk.get("/").content.decode()
    html = desk.get("/idag/kommunen/").content.decode()
    assert "Förskolan Sjöstjärnan" in html
    assert "<strong>1–4</strong>" in html
    assert "<strong>6</strong>" in html
    assert "Elsa" not in html
    lines = desk.get("/idag/kommunen/?dag=2026-10-14&format=csv").content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Förskola;Dag;Planerade;06–07;07–08")
    assert lines[1].startswith("Förskolan Granliden;2026-10-14;1–4;0;1–4")
    assert lines[2].startswith("Förskolan Sjöstjärnan;2026-10-14;6;0;6")
    for wrong in ("igår", "2026-02-30", "2031-01-01"):
        assert desk.get("/idag/kommunen/", {"dag": wrong}).status_code == 404
    assert log_in(cast.eva).get("/idag/kommunen/").status_code == 404
