"""When a child usually comes and goes: learnt from real days, proposed and never done, and expected as a range."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from attendance.models import Absence, DayPlan, DeclinedProposal, PlanningRule, Stay, UsualTime, WeekPlan
from attendance.selectors.facts import known
from attendance.selectors.hours import children_by_hour
from attendance.selectors.usual import Proposal, proposals, usual_times
from attendance.services import learn_usual_times
from attendance.tasks import learn_usual_times as task
from attendance.usual_rules import LEAST_DAYS, LivedDay, proposed, usual_by_weekday, usual_of
from children.models import Child, Department, Household, HouseholdWeeks
from portal.lib import clock, days
from portal.lib.ids import uuid7
from tests.cast import Cast, child, local, place, plan

LogIn = Callable[[User], Client]

TUESDAY = date(2026, 10, 13)
NOW = local(TUESDAY, 9)
TUESDAYS = [TUESDAY - timedelta(weeks=number) for number in range(1, 9)]
NEXT = TUESDAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def stay(one: Child, arrived_at: datetime, left_at: datetime | None, **columns: object) -> None:
    department = one.placements.get().department
    Stay.objects.create(id=uuid7(), child=one, department=department, arrived_at=arrived_at, left_at=left_at, **columns)


def lived(one: Child, dates: Sequence[date], comes: str = "07:30", goes: str = "15:40") -> None:
    """Let the child have been there on these days, between these times."""
    for day in dates:
        moments = (datetime.strptime(f"{day} {clock_time}", "%Y-%m-%d %H:%M") for clock_time in (comes, goes))  # noqa: DTZ007 (on the wall)
        came, went = (local(day, moment.hour, moment.minute) for moment in moments)
        stay(one, came, went)


# The rules ------------------------------------------------------------------------------------------------------------

minutes = st.integers(0, 24 * 60 - 1)
some_days = st.lists(st.tuples(minutes, minutes).map(sorted), max_size=12).map(
    lambda spans: [LivedDay(TUESDAY - timedelta(weeks=n), *span) for n, span in enumerate(spans)]
)


@given(some_days)
def test_never_of_fewer_than_four_days(lived: list[LivedDay]) -> None:
    assert (usual_of(lived) is None) == (len(lived) < LEAST_DAYS)


@given(some_days)
def test_the_usual_lies_within_what_was(lived: list[LivedDay]) -> None:
    """And half of the days at least lie within the spread, whose least that is."""
    usual = usual_of(lived)
    if usual is None:
        return
    for values, middle, spread in (
        ([one.arrived for one in lived], usual.arrives, usual.arrives_spread),
        ([one.left for one in lived], usual.leaves, usual.leaves_spread),
    ):
        assert min(values) <= middle <= max(values)
        assert 2 * sum(abs(value - middle) <= spread for value in values) >= len(values)
        assert spread == 0 or 2 * sum(abs(value - middle) < spread for value in values) < len(values)
    assert usual.arrives <= usual.leaves


@given(some_days, minutes)
def test_a_range_holds_what_is_certain(lived: list[LivedDay], minute: int) -> None:
    usual = usual_of(lived)
    assert usual is None or not usual.is_surely_there(minute) or usual.is_perhaps_there(minute)


def test_each_weekday_for_itself() -> None:
    mondays = [LivedDay(date(2026, 10, 5) - timedelta(weeks=n), 480, 960) for n in range(4)]
    fridays = [LivedDay(date(2026, 10, 9) - timedelta(weeks=n), 500, 900) for n in range(3)]
    found = usual_by_weekday([*mondays, *fridays])
    assert {weekday: (usual.arrives, usual.leaves, usual.counted) for weekday, usual in found.items()} == {
        0: (480, 960, 4)
    }


@pytest.mark.parametrize(
    ("usual", "spread", "planned", "expected"),
    [
        (940, 5, 990, 940),
        (941, 5, 990, 940),
        (943, 5, 990, 945),
        (971, 5, 990, 970),  # ten past four
        (973, 5, 990, None),
        (968, 5, 990, 970),
        (940, 55, 990, None),  # half past four is as usual as any
        (940, 49, 990, 940),
        (480, 5, 455, 480),
    ],
)
def test_what_is_worth_asking(usual: int, spread: int, planned: int, expected: int | None) -> None:
    assert proposed(usual, spread, planned) == expected


# Learning -------------------------------------------------------------------------------------------------------------


def learnt(one: Child) -> dict[int, tuple[int, int, int]]:
    learn_usual_times(now=clock.now())
    rows = UsualTime.objects.filter(child=one, household=None)
    return {row.weekday: (row.arrives, row.leaves, row.counted) for row in rows}


def test_it_is_learnt_from_the_last_eight_weeks(cast: Cast) -> None:
    lived(cast.elsa, TUESDAYS)
    lived(cast.elsa, [TUESDAY - timedelta(weeks=9), TUESDAY], "09:00", "12:00")  # too old, and today
    assert learnt(cast.elsa) == {1: (450, 940, 8)}
    assert task() == 1


def test_a_day_of_which_an_end_is_not_known_tells_nothing(cast: Cast) -> None:
    lived(cast.elsa, TUESDAYS[:3])
    stay(cast.elsa, local(TUESDAYS[3], 7), None, is_forgotten=True)
    stay(cast.elsa, local(TUESDAYS[4], 20), local(TUESDAYS[4] + timedelta(days=1), 7))
    assert learnt(cast.elsa) == {}
    lived(cast.elsa, TUESDAYS[5:6])
    assert learnt(cast.elsa) == {1: (450, 940, 4)}


def test_two_stays_of_a_day_are_one_day(cast: Cast) -> None:
    lived(cast.elsa, TUESDAYS[:4], "07:30", "10:00")
    lived(cast.elsa, TUESDAYS[:4], "11:30", "15:40")
    assert learnt(cast.elsa) == {1: (450, 940, 4)}


def test_the_clock_on_the_wall_over_the_change_of_clocks(cast: Cast) -> None:
    with time_machine.travel(local(date(2026, 11, 17), 9), tick=False):
        lived(cast.elsa, [date(2026, 10, 6), date(2026, 10, 13), date(2026, 10, 27), date(2026, 11, 3)])
        assert learnt(cast.elsa) == {1: (450, 940, 4)}


def test_it_follows_and_forgets(cast: Cast) -> None:
    """What came out the same is not written again; what is no habit any more is gone, and so is a child that left."""
    lived(cast.elsa, TUESDAYS)
    lived(cast.noor, TUESDAYS)
    learnt(cast.elsa)
    before = set(UsualTime.objects.values_list("pk", flat=True))
    learnt(cast.elsa)
    assert set(UsualTime.objects.values_list("pk", flat=True)) == before
    Stay.objects.filter(child=cast.elsa).update(left_at=None, is_forgotten=True)
    cast.noor.placements.update(ends_on=TUESDAY - timedelta(days=1))
    assert learnt(cast.elsa) == {}
    assert UsualTime.objects.count() == 0


@pytest.mark.parametrize("number", [3, 40])
def test_learning_takes_as_many_queries_for_few_and_for_many(cast: Cast, number: int) -> None:
    for turn in range(number):
        one = child(f"Barn{turn}")
        place(one, cast.blasippan)
        lived(one, TUESDAYS[:4])
    with CaptureQueriesContext(connection) as captured:
        assert learn_usual_times(now=NOW) == number
    asked = [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]
    # Who is placed, who is not any more; stays, homes, what there is; what is new.
    assert len(asked) == 6


# Asking the family ----------------------------------------------------------------------------------------------------


def asked(one: Child, reader: User, week: Sequence[date] | None = None) -> list[Proposal]:
    learn_usual_times(now=NOW)
    week = week or days.week(days.monday_of(NEXT), 5)
    facts = known([one.pk], week[0], week[-1], with_stays=False, reader=reader.pk)
    return proposals([one], facts, week, usual_times([one.pk], uuid4(), TUESDAY), NOW)


def test_a_family_is_asked_where_the_plan_is_not_what_is_usual(cast: Cast) -> None:
    """Issue 3, 10: "you usually collect 15:40, planned 16:30: adjust?" """
    plan(cast.elsa)  # 07:30–16:00
    lived(cast.elsa, TUESDAYS, "07:35", "15:10")
    (one,) = asked(cast.elsa, cast.amina)
    assert one.question == "På tisdag brukar Elsa hämtas 15:10, planerat 16:00."
    assert one.url == f"/barn/{cast.elsa.pk}/dag/{NEXT}/?hamtas=15%3A10"


def test_nobody_is_asked_about_a_quarter_of_an_hour(cast: Cast) -> None:
    plan(cast.elsa)
    lived(cast.elsa, TUESDAYS, "07:44", "15:45")
    assert asked(cast.elsa, cast.amina) == []


def test_nobody_is_asked_of_three_days(cast: Cast) -> None:
    plan(cast.elsa)
    lived(cast.elsa, TUESDAYS[:3], "09:00", "12:00")
    assert asked(cast.elsa, cast.amina) == []


def test_both_ends_are_one_question(cast: Cast) -> None:
    plan(cast.elsa)
    lived(cast.elsa, TUESDAYS, "09:00", "14:00")
    (one,) = asked(cast.elsa, cast.amina)
    assert "9:00–14:00, planerat 07:30–16:00" in one.question
    assert one.url.endswith("?lamnas=09%3A00&hamtas=14%3A00")


def test_nobody_is_asked_of_a_day_that_is_free_away_locked_or_past(cast: Cast) -> None:
    plan(cast.elsa)
    lived(cast.elsa, TUESDAYS, "09:00", "14:00")
    assert asked(cast.elsa, cast.amina, days.week(days.monday_of(TUESDAY), 5)) == []  # today is Tuesday
    absence = Absence.objects.create(child=cast.elsa, starts_on=NEXT, ends_on=NEXT, reason="leave")
    assert asked(cast.elsa, cast.amina) == []
    absence.delete()
    PlanningRule.objects.create(cut_off="days_before", cut_off_days=14)
    assert asked(cast.elsa, cast.amina) == []
    PlanningRule.objects.all().delete()
    DayPlan.objects.create(child=cast.elsa, day=NEXT, intervals=[], changed_at=NOW)
    assert asked(cast.elsa, cast.amina) == []


def test_a_few_questions_at_most(cast: Cast) -> None:
    plan(cast.elsa)
    weekdays = [day for one in TUESDAYS for day in days.week(days.monday_of(one), 5)]
    lived(cast.elsa, weekdays, "09:00", "14:00")
    assert len(asked(cast.elsa, cast.amina)) == 2


def test_a_day_that_the_family_has_set_is_not_asked_about_again(cast: Cast) -> None:
    """Also not where it was adjusted as proposed; the principal counts with what was said of the day."""
    plan(cast.elsa)
    lived(cast.elsa, TUESDAYS, "07:30", "15:10")
    for day in (NEXT, TUESDAY):
        DayPlan.objects.create(child=cast.elsa, day=day, intervals=[["07:30", "18:00"]], changed_at=NOW)
    assert asked(cast.elsa, cast.amina) == []
    assert at_hour(cast.blasippan, 17) == (1, 1, 1)


def test_each_home_is_asked_of_its_own_days_by_its_own_habit(cast: Cast) -> None:
    """C03: Amina collects at ten past three, Johan at ten past noon; neither learns the other's from a question."""
    amina, johan = (Household.objects.create(child=cast.elsa) for _home in range(2))
    amina.guardians.add(cast.amina)
    johan.guardians.add(cast.johan)
    begins = days.monday_of(TUESDAYS[-1])  # eight weeks ago, with Amina first: next week is Amina's again
    HouseholdWeeks.objects.create(
        child=cast.elsa,
        first=amina,
        second=johan,
        weeks=["AAAAAAA", "BBBBBBB"],
        handover="before",
        starts_on=begins - timedelta(days=7),
        is_proposed=False,
    )
    for home in (amina, johan):
        planned = [[[["07:30", "16:00"]]] * 5 + [[], []]]
        WeekPlan.objects.create(child=cast.elsa, household=home, starts_on=begins, weeks=planned)
    for day in TUESDAYS:
        is_johans = (days.monday_of(day) - begins).days // 7 % 2 == 0
        lived(cast.elsa, [day], "07:30", "12:10" if is_johans else "15:10")
    next_week, after = (days.week(days.monday_of(NEXT) + timedelta(days=7 * number), 5) for number in range(2))
    found = {
        (guardian.given_name, week[0] == next_week[0]): [one.question for one in asked(cast.elsa, guardian, week)]
        for guardian in (cast.amina, cast.johan)
        for week in (next_week, after)
    }
    assert found == {
        ("Amina", True): ["På tisdag brukar Elsa hämtas 15:10, planerat 16:00."],
        ("Amina", False): [],
        ("Johan", True): [],
        ("Johan", False): ["På tisdag brukar Elsa hämtas 12:10, planerat 16:00."],
    }


def test_one_home_again_is_not_asked_by_the_days_of_two(cast: Cast) -> None:
    """C03: what is usual by all days is made of the other home's days, too."""
    plan(cast.elsa)
    lived(cast.elsa, TUESDAYS, "07:30", "12:10")
    assert asked(cast.elsa, cast.amina) != []
    learnt = UsualTime.objects.get()
    home = Household.objects.create(child=cast.elsa)
    UsualTime.objects.create(
        child=cast.elsa,
        household=home,
        weekday=2,
        arrives=450,
        leaves=730,
        arrives_spread=0,
        leaves_spread=0,
        counted=4,
        computed_on=learnt.computed_on,
    )
    week = days.week(days.monday_of(NEXT), 5)
    facts = known([cast.elsa.pk], week[0], week[-1], with_stays=False, reader=cast.amina.pk)
    assert proposals([cast.elsa], facts, week, usual_times([cast.elsa.pk], cast.amina.pk, TUESDAY), NOW) == []


# The principal's range ------------------------------------------------------------------------------------------------


def at_hour(department: Department, hour: int) -> tuple[int, int | None, int | None]:
    (found,) = [one for one in children_by_hour([department], NOW) if one.hour == hour]
    return found.planned, found.low, found.high


def test_a_range_stands_beside_the_plan(cast: Cast) -> None:
    """Issue 3, 10: Elsa is collected between three and four; Noor as planned, for nobody knows better."""
    plan(cast.elsa, cast.noor)
    assert at_hour(cast.blasippan, 15) == (2, None, None)
    lived(cast.elsa, TUESDAYS[:4], "07:30", "15:00")
    lived(cast.elsa, TUESDAYS[4:], "07:30", "16:00")
    learn_usual_times(now=NOW)
    assert at_hour(cast.blasippan, 15) == (2, 1, 2)
    assert at_hour(cast.blasippan, 12) == (2, 2, 2)
    assert at_hour(cast.blasippan, 16) == (0, 0, 0)


def test_a_child_of_which_nothing_is_said_perhaps_comes(cast: Cast) -> None:
    lived(cast.elsa, TUESDAYS)
    learn_usual_times(now=NOW)
    assert at_hour(cast.blasippan, 12) == (0, 0, 1)
    Absence.objects.create(child=cast.elsa, starts_on=TUESDAY, ends_on=TUESDAY, reason="sick")
    assert at_hour(cast.blasippan, 12) == (0, 0, 0)


def test_the_hours_go_on_until_the_last_child_is_collected(cast: Cast) -> None:
    plan(cast.noor)
    assert [one.hour for one in children_by_hour([cast.blasippan], NOW)] == list(range(6, 18))
    DayPlan.objects.create(child=cast.elsa, day=TUESDAY, intervals=[["14:00", "23:00"]], changed_at=NOW)
    found = children_by_hour([cast.blasippan], NOW)
    assert [one.hour for one in found] == list(range(6, 23))
    assert [one.planned for one in found[-3:]] == [1, 1, 1]


def test_the_principal_sees_it(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa, cast.noor)
    desk = log_in(cast.eva)
    assert "Brukar vara" not in desk.get("/").content.decode()
    lived(cast.elsa, TUESDAYS[:4], "07:30", "15:00")
    lived(cast.elsa, TUESDAYS[4:], "07:30", "16:00")
    learn_usual_times(now=NOW)
    html = desk.get("/").content.decode()
    assert "Brukar vara" in html
    assert ">1–2</td>" in html


# The back-test --------------------------------------------------------------------------------------------------------


def test_the_back_test_says_how_far_off_each_was(cast: Cast) -> None:
    """Issue 3, 10: of the plan and of the usual times, against what then happened."""
    plan(cast.elsa, starts_on=date(2026, 6, 1))  # until 16:00
    lived(cast.elsa, [TUESDAY - timedelta(weeks=number) for number in range(1, 13)], "07:30", "15:40")
    out = StringIO()
    call_command("backtest_usual_times", weeks=2, stdout=out)
    text = out.getvalue()
    assert "2 days" in text
    assert "20.0" in text
    assert "0.0" in text


# On the pages ---------------------------------------------------------------------------------------------------------


def test_one_tap_opens_the_day_with_the_times_filled_in(cast: Cast, log_in: LogIn) -> None:
    """Issue 3, 10: nothing is changed by itself; saving the day is what changes it."""
    plan(cast.elsa, cast.hugo)
    lived(cast.elsa, TUESDAYS, "07:30", "15:10")
    learn_usual_times(now=NOW)
    phone = log_in(cast.amina)
    html = phone.get("/schema/").content.decode()
    assert "På tisdag brukar Elsa hämtas 15:10, planerat 16:00." in html
    address = f"/barn/{cast.elsa.pk}/dag/{NEXT}/"
    assert f"{address}?hamtas=15%3A10" in html
    day = phone.get(f"{address}?hamtas=15:10").content.decode()
    assert "Ifyllt som det brukar vara" in day
    assert 'value="15:10"' in day
    assert DayPlan.objects.count() == 0
    assert "Ifyllt" not in phone.get(f"{address}?hamtas=nonsens").content.decode()


def test_no_other_guardian_is_asked(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa, cast.noor)
    lived(cast.elsa, TUESDAYS, "07:30", "15:10")
    learn_usual_times(now=NOW)
    assert "15:10" not in log_in(cast.neighbour).get("/schema/").content.decode()


def test_whoever_says_no_is_left_alone_for_four_weeks(cast: Cast, log_in: LogIn) -> None:
    """For this child alone, and the other guardian is asked as before."""
    plan(cast.elsa)
    lived(cast.elsa, TUESDAYS, "07:30", "15:10")
    learn_usual_times(now=NOW)
    phone, question = log_in(cast.amina), "På tisdag brukar Elsa hämtas 15:10"
    assert "Nej tack, Elsas tider stämmer" in phone.get("/schema/").content.decode()
    address = f"/barn/{cast.elsa.pk}/tider/stammer/"
    for _time in range(2):  # pressed twice
        assert phone.post(address, {"next": "/schema/?vecka=2026-10-12"})["Location"] == "/schema/?vecka=2026-10-12"
    page = phone.get("/schema/").content.decode()
    assert "Vi frågar inte igen före 10 november." in page
    assert question not in page
    assert question in log_in(cast.johan).get("/schema/").content.decode()
    DeclinedProposal.objects.update(until=TUESDAY)
    assert question in phone.get("/schema/").content.decode()
