"""A department's week for those who work there: merged times, closed days, two homes, hours, and who may know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, Protection, User
from attendance.models import Absence, ClosedDay, DayPlan, PlanningRule, Stay, WeekPlan
from attendance.rules import Interval
from attendance.selectors.department_week import Cell, DepartmentWeek, department_week
from children.actors import Actor
from children.models import BackupPlacement, Block, Child, Household, HouseholdWeeks, Placement
from portal.lib import clock
from tests.cast import Cast, child, guard, local, place, plan, tablet

TUESDAY = date(2026, 10, 13)
MONDAY = date(2026, 10, 12)
LogIn = Callable[[User], Client]
OnTablet = Callable[[str], Client]


@pytest.fixture(autouse=True)
def tuesday_morning() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 8, 42), tick=False):
        yield


@pytest.fixture
def planned(cast: Cast) -> Cast:
    plan(cast.elsa, cast.hugo, cast.noor)
    Placement.objects.filter(child=cast.elsa).update(hours_per_week=15)
    return cast


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def as_address(child_id: UUID, of: date) -> str:
    return f"{child_id}/{of}"


def seen_by(who: Actor, cast: Cast, monday: date = MONDAY) -> DepartmentWeek:
    return department_week(who, cast.blasippan, monday, child_url=str, day_url=as_address)


def cells(week: DepartmentWeek, name: str) -> tuple[Cell, ...]:
    return next(row.cells for row in week.rows if row.name == name)


def texts(week: DepartmentWeek, name: str) -> list[str]:
    return [cell.text for cell in cells(week, name)]


USUAL = "07:30–16:00"


# What stands there ----------------------------------------------------------------------------------------------------


def test_a_plain_week(planned: Cast) -> None:
    week = seen_by(Actor.of_person(planned.maria), planned)
    assert [row.name for row in week.rows] == ["Elsa L", "Noor A"]
    assert texts(week, "Elsa L") == [USUAL] * 5
    assert [(one.children, one.closed, one.is_today) for one in week.days][:2] == [(2, "", False), (2, "", True)]
    assert (week.number, week.span, week.chosen, week.unnamed) == (42, "12–16 okt", 1, 0)


def test_each_kind_of_day(planned: Cast) -> None:
    """Changed, off, absent, partly away, closed: as the board would say it on the day."""
    elsa = planned.elsa
    mormor = elsa.contacts.create(name="Gunilla", relation="Mormor")
    DayPlan.objects.create(
        child=elsa, day=day(0), intervals=[["09:00", "12:00"]], collecting_contact=mormor, changed_at=clock.now()
    )
    DayPlan.objects.create(child=elsa, day=day(1), intervals=[], changed_at=clock.now())
    Absence.objects.create(child=elsa, starts_on=day(2), ends_on=day(2), reason="sick")
    Absence.objects.create(
        child=elsa, starts_on=day(3), ends_on=day(3), reason="other", from_time="10:00", to_time="12:00"
    )
    ClosedDay.objects.create(department=planned.blasippan, day=day(4), reason="Planeringsdag")
    WeekPlan.objects.filter(child=planned.noor).delete()
    week = seen_by(Actor.of_person(planned.maria), planned)
    assert [(cell.kind, cell.text, cell.gaps, cell.who) for cell in cells(week, "Elsa L")] == [
        ("times", "09:00–12:00", "", "mormor"),
        ("off", "Ledig", "", ""),
        ("absent", "Sjuk", "", ""),
        ("times", USUAL, "Borta 10:00–12:00", ""),
        ("closed", "Planeringsdag", "", ""),
    ]
    assert [cell.kind for cell in cells(week, "Noor A")] == ["none"] * 4 + ["closed"]
    assert [one.children for one in week.days] == [1, 0, 0, 1, 0]
    assert week.days[4].closed == "Planeringsdag"


def test_a_reason_is_gone_after_the_absence_s_last_day(planned: Cast) -> None:
    Absence.objects.create(child=planned.elsa, starts_on=day(0), ends_on=day(0), reason="sick")
    Absence.objects.create(child=planned.noor, starts_on=day(0), ends_on=day(1), reason="sick")
    week = seen_by(Actor.of_person(planned.maria), planned)
    assert texts(week, "Elsa L")[0] == "Frånvarande"
    assert texts(week, "Noor A")[:2] == ["Sjuk", "Sjuk"]


def test_a_saturday_is_there_when_it_is_opened_or_planned(planned: Cast) -> None:
    maria = Actor.of_person(planned.maria)
    assert len(seen_by(maria, planned).days) == 5
    DayPlan.objects.create(child=planned.elsa, day=day(5), intervals=[["08:00", "12:00"]], changed_at=clock.now())
    assert [one.children for one in seen_by(maria, planned).days] == [2, 2, 2, 2, 2, 1]
    DayPlan.objects.all().delete()
    PlanningRule.objects.create(preschool=planned.granliden, opening=[["06:00", "18:00"]] * 7)
    week = seen_by(maria, planned)
    assert len(week.days) == 7
    assert texts(week, "Noor A")[5:] == ["Ledig", "Ledig"], "the plan says no times; closed it is not"
    WeekPlan.objects.filter(child=planned.noor).delete()
    assert texts(seen_by(maria, planned), "Noor A")[5:] == ["Inga tider", "Inga tider"]


def test_a_child_that_comes_and_goes_within_the_week(planned: Cast) -> None:
    """B05, B06: where the child is not, its times are not; where it is, it is counted once."""
    BackupPlacement.objects.create(child=planned.elsa, department=planned.ekorren, starts_on=day(2), ends_on=day(3))
    Placement.objects.filter(child=planned.noor).update(ends_on=day(1))
    maria, eva = Actor.of_person(planned.maria), Actor.of_person(planned.eva)
    week = seen_by(maria, planned)
    assert texts(week, "Elsa L") == [USUAL, USUAL, "På Ekorren", "På Ekorren", USUAL]
    assert texts(week, "Noor A") == [USUAL, USUAL, "–", "–", "–"]
    assert [one.children for one in week.days] == [2, 2, 0, 0, 1]
    other = department_week(eva, planned.ekorren, MONDAY, child_url=str, day_url=as_address)
    assert texts(other, "Elsa L") == ["På Blåsippan", "På Blåsippan", USUAL, USUAL, "På Blåsippan"]
    assert [one.children for one in other.days] == [1, 1, 2, 2, 1]


def test_a_child_that_the_reader_does_not_see_today_is_counted_and_not_named(planned: Cast) -> None:
    BackupPlacement.objects.create(child=planned.hugo, department=planned.blasippan, starts_on=day(3), ends_on=day(3))
    Block.objects.create(child=planned.noor, person=planned.maria, reason="Egen familj")
    week = seen_by(Actor.of_person(planned.maria), planned)
    assert [row.name for row in week.rows] == ["Elsa L"]
    assert week.unnamed == 2
    assert [one.children for one in week.days] == [2, 2, 2, 3, 2]


def test_hours_for_staffing(planned: Cast) -> None:
    """E17: planned at half past each hour; an end at 12:30 is no longer there then, nor a beginning after it."""
    WeekPlan.objects.all().delete()
    for one, times in ((planned.elsa, ["06:30", "12:30"]), (planned.noor, ["06:31", "18:30"])):
        WeekPlan.objects.create(child=one, starts_on=MONDAY, weeks=[[[times], *[[]] * 6]])
    week = seen_by(Actor.of_person(planned.maria), planned)
    assert [(row.hour, row.counts[0].count, row.counts[1].count) for row in week.hours] == [
        (6, 1, 0),
        *[(hour, 2, 0) for hour in range(7, 12)],
        *[(hour, 1, 0) for hour in range(12, 18)],
    ]
    assert {one.level for row in week.hours for one in row.counts} == {0, 2, 4}


@pytest.mark.parametrize(
    ("times", "hours"),
    [
        (("07:30", "16:00"), range(7, 16)),
        (("07:31", "16:31"), range(8, 17)),
        (("07:00", "07:30"), range(7, 7)),
        (("22:00", "00:00"), range(22, 24)),
        (("00:00", "00:00"), range(24)),
    ],
)
def test_the_hours_of_a_time(times: tuple[str, str], hours: range) -> None:
    starts, ends = (time.fromisoformat(one) for one in times)
    found = Interval(starts, ends).hours
    assert list(found) == list(hours)
    assert list(found) == [
        hour for hour in range(24) if starts <= time(hour, 30) and (ends == time.min or time(hour, 30) < ends)
    ]


# Two homes, hours, and who may know -----------------------------------------------------------------------------------


@pytest.fixture
def two_homes(planned: Cast) -> Cast:
    """Elsa goes from one home to the other on Wednesday, at the preschool; the times do not meet."""
    elsa = planned.elsa
    WeekPlan.objects.filter(child=elsa).delete()
    first, second = Household.objects.create(child=elsa), Household.objects.create(child=elsa)
    first.guardians.add(planned.amina)
    second.guardians.add(planned.johan)
    HouseholdWeeks.objects.create(
        child=elsa, first=first, second=second, starts_on=MONDAY, weeks=["AABBBBA"], handover="there", is_proposed=False
    )
    for home, times in ((first, ["07:00", "12:00"]), (second, ["14:00", "17:00"])):
        WeekPlan.objects.create(child=elsa, household=home, starts_on=MONDAY, weeks=[[[times]] * 5 + [[], []]])
    return planned


def test_staff_see_one_day_of_two_homes_and_where_it_does_not_fit(two_homes: Cast) -> None:
    """C03: one merged day, with the gap shown and not whose it is."""
    week = seen_by(Actor.of_person(two_homes.maria), two_homes)
    assert texts(week, "Elsa L") == ["07:00–12:00"] * 2 + ["07:00–12:00,\n14:00–17:00"] + ["14:00–17:00"] * 2
    assert [bool(cell.seam) for cell in cells(week, "Elsa L")] == [False, False, True, False, False]
    assert week.has_seams


def test_hours_stand_beside_what_the_child_has_a_right_to(planned: Cast) -> None:
    """C08: a mark for the staff."""
    Stay.objects.create(
        id=uuid4(),
        child=planned.elsa,
        department=planned.blasippan,
        arrived_at=local(MONDAY, 7),
        left_at=local(MONDAY, 16),
    )
    rows = {row.name: row for row in seen_by(Actor.of_person(planned.maria), planned).rows}
    elsa, noor = rows["Elsa L"].hours, rows["Noor A"].hours
    assert elsa
    assert noor
    assert (elsa.planned, elsa.stayed, elsa.entitled) == ("42,5", "9", "15")
    assert (elsa.is_planned_over, elsa.is_stayed_over) == (True, False)
    assert (noor.planned, noor.stayed, noor.entitled, noor.is_planned_over) == ("42,5", "", "30", True)


def test_the_wall_says_no_reason_no_homes_no_hours(two_homes: Cast, on_tablet: OnTablet) -> None:
    """DOMAIN 3.14: the hall is a public place. With a PIN the same page says it, and goes away with it."""
    Absence.objects.create(child=two_homes.noor, starts_on=TUESDAY, ends_on=TUESDAY, reason="sick")
    DayPlan.objects.create(child=two_homes.noor, day=day(3), intervals=[], changed_at=clock.now())
    paired, cookie = tablet(two_homes.blasippan)
    week = seen_by(Actor.of_tablet(paired), two_homes)
    assert texts(week, "Noor A") == [USUAL, "Frånvarande", USUAL, "Frånvarande", USUAL]
    assert [cell.kind for cell in cells(week, "Noor A")] == ["times", "absent", "times", "absent", "times"]
    assert not week.has_seams
    assert not week.shows_hours
    assert all(row.hours is None for row in week.rows)
    with_pin = seen_by(Actor.of_tablet(paired, two_homes.maria), two_homes)
    assert texts(with_pin, "Noor A") == [USUAL, "Sjuk", USUAL, "Ledig", USUAL]
    assert with_pin.has_seams
    assert with_pin.shows_hours
    html = on_tablet(cookie).get(f"/avdelning/{two_homes.blasippan.pk}/vecka/").content.decode()
    assert not re.search(r"Sjuk|Ledig|hemmen|Fråga båda|av 15", html)
    assert "/platta/pin/" in html


def test_whose_a_protected_child_is_stays_unsaid(planned: Cast) -> None:
    """DOMAIN 6.1: who collects it tells whom it belongs to; only those who may know the family read it."""
    Child.objects.filter(pk=planned.elsa.pk).update(protection=Protection.CONFIDENTIAL)
    for one in (planned.elsa, planned.noor):
        DayPlan.objects.create(child=one, day=TUESDAY, collecting_guardian=planned.amina, changed_at=clock.now())
    week = seen_by(Actor.of_person(planned.maria), planned)
    assert [cells(week, name)[1].who for name in ("Elsa L", "Noor A")] == ["", "Amina"]


# The page -------------------------------------------------------------------------------------------------------------


def test_the_page_is_reached_from_the_board_and_leads_through_the_weeks(planned: Cast, log_in: LogIn) -> None:
    desk = log_in(planned.maria)
    address = f"/avdelning/{planned.blasippan.pk}/vecka/"
    assert address in desk.get(f"/avdelning/{planned.blasippan.pk}/").content.decode()
    html = desk.get(address).content.decode()
    assert "Vecka 42" in html
    assert "?vecka=2026-10-19" in html
    assert f"/barn/{planned.elsa.pk}/" in html
    assert "Vecka 43" in desk.get(f"{address}?vecka=2026-10-21").content.decode()
    entry = AuditEntry.objects.filter(action="department_week").order_by("pk")[0]
    assert entry.children == sorted([str(planned.elsa.pk), str(planned.noor.pk)])
    for wrong in ("igår", "2026-13-01", "2031-01-01", "٢٠٢٦-١٠-١٢"):
        assert desk.get(address, {"vecka": wrong}).status_code == 404


DAY_OF_A_FAMILY = re.compile(r'href="(/barn/[0-9a-f-]+/for-familjen/dag/[0-9-]+/)"')


def test_a_day_leads_to_where_staff_speak_for_the_family(planned: Cast, log_in: LogIn, on_tablet: OnTablet) -> None:
    """From today on, for whoever may; never to a page that is not there, nor from the wall without a PIN."""
    address = f"/avdelning/{planned.blasippan.pk}/vecka/"
    BackupPlacement.objects.create(child=planned.hugo, department=planned.blasippan, starts_on=day(3), ends_on=day(3))
    for who in (planned.maria, planned.eva, planned.vikar):
        desk = log_in(who)
        found = DAY_OF_A_FAMILY.findall(desk.get(address).content.decode())
        assert {url.rsplit("/", 2)[1] for url in found} == {str(day(n)) for n in (1, 2, 3, 4)}
        assert {url.split("/")[2] for url in found} == {str(planned.elsa.pk), str(planned.noor.pk)}
        assert [desk.get(url).status_code for url in found] == [200] * 8
    _paired, cookie = tablet(planned.blasippan)
    assert not DAY_OF_A_FAMILY.findall(on_tablet(cookie).get(address).content.decode())


def test_an_empty_department_says_so(cast: Cast, log_in: LogIn) -> None:
    Placement.objects.all().delete()
    html = log_in(cast.maria).get(f"/avdelning/{cast.blasippan.pk}/vecka/").content.decode()
    assert "Inga barn den här veckan" in html


def test_a_week_costs_the_same_for_two_and_for_forty(
    planned: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    maria = Actor.of_person(planned.maria)
    assert (len(maria.roles), maria.municipality) == (1, planned.municipality)  # the door reads both once in a request
    DayPlan.objects.create(child=planned.elsa, day=TUESDAY, collecting_guardian=planned.amina, changed_at=clock.now())
    with django_assert_num_queries(5):
        seen_by(maria, planned)
    for number in range(38):
        one = child("Barn", f"Ek {number}")
        place(one, planned.blasippan)
        plan(one)
        guard(planned.amina, one)
        DayPlan.objects.create(child=one, day=TUESDAY, collecting_guardian=planned.amina, changed_at=clock.now())
    with django_assert_num_queries(5):
        assert len(seen_by(maria, planned).rows) == 40
