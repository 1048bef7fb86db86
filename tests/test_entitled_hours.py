"""Hours against what a placement gives a right to: warned while planning, listed for staff, never refused (C08)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from attendance import rules
from attendance.models import Absence, ClosedDay, PlanningRule, Stay, WeekPlan
from attendance.selectors.entitlement import child_weeks, preschool_hours
from attendance.selectors.schedule import schedule
from children.actors import Actor
from children.models import BackupPlacement, Block, Child, Household, HouseholdWeeks, Placement
from tests.cast import Cast, child, local, place, plan, tablet

TUESDAY = date(2026, 10, 13)
MONDAY = date(2026, 10, 12)
NEXT = date(2026, 10, 19)
WEEK = timedelta(days=7)
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def tuesday_morning() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=False):
        yield


@pytest.fixture
def entitled(cast: Cast) -> Cast:
    """Elsa and Hugo come 42.5 hours a week; Elsa has a right to 15, Hugo to 45, Noor to anything."""
    for one, hours in ((cast.elsa, 15), (cast.hugo, 45), (cast.noor, None)):
        Placement.objects.filter(child=one).update(hours_per_week=hours)
    plan(cast.elsa, cast.hugo, cast.noor)
    return cast


def stay(one: Child, day: date, begins: int, ends: int | None) -> None:
    placed = one.placements.get()
    left_at = None if ends is None else local(day, ends)
    Stay.objects.create(
        id=uuid4(), child=one, department=placed.department, arrived_at=local(day, begins), left_at=left_at
    )


def warnings(*children: Child, monday: date = NEXT, reader: User | None = None) -> tuple[str, ...]:
    return schedule(children, monday, local(TUESDAY, 6, 10), reader=reader.pk if reader else None).warnings


# The rule -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("planned", "stayed", "entitlements", "entitled", "minutes_over"),
    [
        (900, 0, [15], 15, 0),
        (902, 0, [15], 15, 0),  # said as 15 hours, too
        (900, 902, [15], 15, 0),
        (904, 0, [15], 15, 4),
        (900, 930, [15], 15, 30),
        (930, 960, [15], 15, 60),
        (9000, 9000, [None], None, 0),
        (9000, 9000, [], None, 0),
        (1500, 0, [15, 40], 40, 0),  # a new placement on Wednesday: the better right, all week
        (9000, 0, [15, None], None, 0),
        (4, 0, [0], 0, 4),
    ],
)
def test_a_week_against_its_right(
    planned: int, stayed: int, entitlements: list[int | None], entitled: int | None, minutes_over: int
) -> None:
    week = rules.hours_against_entitlement(planned=planned, stayed=stayed, entitlements=entitlements)
    assert (week.entitled, week.is_over, week.minutes_over) == (entitled, minutes_over > 0, minutes_over)


@given(
    planned=st.integers(0, 10_000),
    stayed=st.integers(0, 10_000),
    entitlements=st.lists(st.none() | st.integers(0, 60), max_size=3),
)
def test_over_is_said_with_by_how_much(planned: int, stayed: int, entitlements: list[int | None]) -> None:
    week = rules.hours_against_entitlement(planned=planned, stayed=stayed, entitlements=entitlements)
    assert week.is_over == (week.is_planned_over or week.is_stayed_over) == (week.minutes_over > 0)
    more = rules.hours_against_entitlement(planned=planned + 1, stayed=stayed, entitlements=entitlements)
    assert more.is_planned_over >= week.is_planned_over


# While planning -------------------------------------------------------------------------------------------------------


def test_more_hours_than_entitled_is_said_and_saved_all_the_same(entitled: Cast, log_in: LogIn) -> None:
    """C08: a warning while planning, and the plan is saved."""
    WeekPlan.objects.all().delete()
    phone = log_in(entitled.amina)
    sent = {
        "vecka": NEXT.isoformat(),
        "barn": [str(entitled.elsa.pk)],
        "weekdays": ["0", "1", "2", "3", "4"],
        "starts": "07:30",
        "ends": "16:00",
        "repeats": "1",
    }
    said = "Veckan har 42,5 timmar, Elsa har rätt till 15."
    assert said not in phone.get(f"/schema/?vecka={NEXT}&barn={entitled.elsa.pk}").content.decode()
    assert said in phone.post("/schema/", sent | {"do": "paint"}).content.decode()
    assert said in phone.post("/schema/", sent | {"do": "preview"}).content.decode()
    assert phone.post("/schema/", sent | {"do": "save"}).status_code == 302
    assert WeekPlan.objects.filter(child=entitled.elsa, starts_on=NEXT).exists()
    assert said in phone.get(f"/schema/?vecka={NEXT}&barn={entitled.elsa.pk}").content.decode()


def test_each_sibling_has_its_own_right(entitled: Cast) -> None:
    assert warnings(entitled.elsa, entitled.hugo, entitled.noor) == ("Veckan har 42,5 timmar, Elsa har rätt till 15.",)
    Placement.objects.filter(child=entitled.hugo).update(hours_per_week=42)
    assert len(warnings(entitled.elsa, entitled.hugo, entitled.noor)) == 2


def test_absence_and_closed_days_do_not_count(entitled: Cast) -> None:
    Placement.objects.filter(child=entitled.elsa).update(hours_per_week=35)
    assert warnings(entitled.elsa) == ("Veckan har 42,5 timmar, Elsa har rätt till 35.",)
    Absence.objects.create(child=entitled.elsa, starts_on=NEXT, ends_on=NEXT, reason="leave")
    assert warnings(entitled.elsa) == ()
    Absence.objects.all().delete()
    ClosedDay.objects.create(preschool=entitled.granliden, day=NEXT, reason="Planeringsdag")
    assert warnings(entitled.elsa) == ()


def test_a_municipality_that_does_not_warn(entitled: Cast) -> None:
    """DOMAIN 2: the setting is the municipality's, and a preschool's own wins; staff see it all the same."""
    everywhere = PlanningRule.objects.create(warns_over_hours=False)
    assert warnings(entitled.elsa) == ()
    shown = preschool_hours(Actor.of_person(entitled.eva), entitled.granliden, NEXT)
    assert [row.name for row in shown.rows_over] == ["Elsa Lind"]
    PlanningRule.objects.create(preschool=entitled.granliden, warns_over_hours=True)
    assert len(warnings(entitled.elsa)) == 1
    everywhere.delete()
    assert len(warnings(entitled.elsa)) == 1


def test_the_rules_page_says_and_sets_it(cast: Cast, log_in: LogIn) -> None:
    desk = log_in(cast.eva)
    address = f"/forskola/{cast.granliden.pk}/regler/"
    sentence = "Familjen får veta när en vecka har fler timmar än barnet har rätt till."
    assert sentence in desk.get(address).content.decode()
    assert sentence not in desk.post(address, {"do": "look", "warns_over_hours": "no"}).content.decode()
    desk.post(address, {"do": "save", "warns_over_hours": "no"})
    assert PlanningRule.objects.get().warns_over_hours is False
    shown = desk.get(address)
    assert shown.context["form"]["warns_over_hours"].value() == "no"
    assert re.search(r'name="warns_over_hours"\s+value="no"[^>]*\schecked', shown.content.decode())
    desk.post(address, {"do": "save", "warns_over_hours": ""})
    assert not PlanningRule.objects.exists()


def test_a_home_is_told_of_its_own_hours_and_never_of_the_other_s(entitled: Cast) -> None:
    """C03, C08: Amina has every other week; Johan's long week is said to him and not to her."""
    elsa = entitled.elsa
    WeekPlan.objects.all().delete()
    first, second = Household.objects.create(child=elsa), Household.objects.create(child=elsa)
    first.guardians.add(entitled.amina)
    second.guardians.add(entitled.johan)
    HouseholdWeeks.objects.create(
        child=elsa,
        first=first,
        second=second,
        starts_on=MONDAY,
        weeks=["AAAAAAA", "BBBBBBB"],
        handover="before",
        is_proposed=False,
    )
    short, long = [[["09:00", "11:00"]]] * 5 + [[], []], [[["06:07", "17:53"]]] * 5 + [[], []]
    WeekPlan.objects.create(child=elsa, household=first, starts_on=MONDAY, weeks=[short])
    WeekPlan.objects.create(child=elsa, household=second, starts_on=MONDAY, weeks=[long])
    assert warnings(elsa, monday=NEXT, reader=entitled.johan) == ("Veckan har 58,8 timmar, Elsa har rätt till 15.",)
    assert warnings(elsa, monday=NEXT, reader=entitled.amina) == ()
    assert warnings(elsa, monday=MONDAY, reader=entitled.johan) == ()
    staff = preschool_hours(Actor.of_person(entitled.eva), entitled.granliden, NEXT)
    assert [(row.name, row.planned) for row in staff.rows_over] == [("Elsa Lind", "58,8")]


# For those who work with the children ---------------------------------------------------------------------------------


def test_the_principal_s_list_compares_planned_and_real(
    entitled: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        stay(entitled.hugo, MONDAY - WEEK + timedelta(days=number), 7, 17)
    stay(entitled.noor, MONDAY - WEEK, 7, None)  # nobody ended it: its length is not known
    Placement.objects.filter(child=entitled.hugo).update(hours_per_week=45)
    eva = Actor.of_person(entitled.eva)
    assert (len(eva.roles), eva.municipality) == (1, entitled.municipality)  # the door reads both once in a request
    with django_assert_num_queries(5):
        shown = preschool_hours(eva, entitled.granliden, MONDAY - WEEK)
    assert [(row.name, row.planned, row.stayed, row.over) for row in shown.rows] == [
        ("Elsa Lind", "42,5", "0", "27,5"),
        ("Hugo Lind", "42,5", "50", "5"),
        ("Noor Aziz", "42,5", "0", "0"),
    ]
    assert (shown.over, shown.limited, shown.unnamed, shown.has_stays) == (2, 2, 0, True)
    for number in range(20):
        one = child("Barn", f"Ek {number}")
        place(one, entitled.blasippan, hours_per_week=15)
        plan(one)
    with django_assert_num_queries(5):
        assert preschool_hours(eva, entitled.granliden, NEXT).over == 21


def test_a_right_that_changes_within_the_week(entitled: Cast) -> None:
    old = Placement.objects.get(child=entitled.elsa)
    Placement.objects.filter(pk=old.pk).update(ends_on=NEXT + timedelta(days=1))
    place(entitled.elsa, entitled.blasippan, NEXT + timedelta(days=2), hours_per_week=43)
    eva = Actor.of_person(entitled.eva)
    assert preschool_hours(eva, entitled.granliden, NEXT).over == 0
    assert preschool_hours(eva, entitled.granliden, MONDAY).over == 1


def test_a_backup_placement_gives_no_right_of_its_own(entitled: Cast) -> None:
    """B06: the child is counted once, with the hours of its own placement."""
    BackupPlacement.objects.create(child=entitled.elsa, department=entitled.ekorren, starts_on=NEXT, ends_on=NEXT)
    shown = preschool_hours(Actor.of_person(entitled.eva), entitled.granliden, NEXT)
    assert [row.week.entitled for row in shown.rows if row.name == "Elsa Lind"] == [15]


def test_a_principal_who_is_kept_from_a_child_reads_the_figure_alone(entitled: Cast, log_in: LogIn) -> None:
    """DOMAIN 6.2: the block wins over the role; the figures stay whole."""
    Block.objects.create(child=entitled.elsa, person=entitled.eva, reason="Egen familj")
    html = log_in(entitled.eva).get(f"/forskola/{entitled.granliden.pk}/timmar/").content.decode()
    assert "Elsa" not in html
    assert "1 barn räknas med utan namn" in html


def test_the_page_and_the_file(entitled: Cast, log_in: LogIn) -> None:
    """H10: the same rows on the screen and in the file; the look is written down."""
    desk = log_in(entitled.eva)
    address = f"/forskola/{entitled.granliden.pk}/timmar/?vecka={NEXT}"
    html = desk.get(address).content.decode()
    assert "Elsa Lind" in html
    assert "Hugo Lind" not in html
    assert AuditEntry.objects.get(action="preschool_hours").children == [str(entitled.elsa.pk)]
    assert "Hugo Lind" in desk.get(f"{address}&alla=1").content.decode()
    lines = desk.get(f"{address}&format=csv").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Barn;Avdelning;Vecka från;Rätt till;Planerade timmar;Timmar;Över"
    assert lines[1:] == ["Elsa Lind;Blåsippan;2026-10-19;15;42,5;0,0;27,5"]
    assert desk.get(f"{address}&vecka=igår").status_code == 404
    empty = log_in(entitled.ulf).get(f"/forskola/{entitled.sjostjarnan.pk}/timmar/").content.decode()
    assert "Inget barn är över sina timmar den här veckan." in empty


def test_the_child_s_page_has_the_weeks(entitled: Cast, log_in: LogIn) -> None:
    """C08: a mark for the staff."""
    stay(entitled.elsa, MONDAY, 7, 16)
    weeks = child_weeks(entitled.elsa.pk, TUESDAY)
    assert [week.number for week in weeks] == [40, 41, 42, 43, 44, 45]
    assert [(week.planned, week.stayed, week.week.is_over) for week in weeks if week.is_now] == [("42,5", "9", True)]
    desk = log_in(entitled.maria)
    address = f"/barn/{entitled.elsa.pk}/timmar/"
    assert address in desk.get(f"/barn/{entitled.elsa.pk}/").content.decode()
    part = desk.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "mer än rätten" in part
    assert "<html" not in part
    assert "Veckans timmar" in desk.get(address).content.decode()
    hall = Client()
    hall.cookies["tablet"] = tablet(entitled.blasippan)[1]
    assert "Elsa" not in hall.get(address, follow=True).content.decode()
