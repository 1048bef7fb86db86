"""Next week without a plan: one reminder, on the set weekday, to those who can do something about it (C13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from attendance.models import Absence, ClosedDay, DayPlan, EnquiryAnswer, HolidayEnquiry, PlanningRule, WeekPlan
from attendance.services import remind_of_missing_plans
from attendance.tasks import remind_of_missing_plans as task
from children.models import Area, Block, Child, Household, HouseholdWeeks, Placement
from notifications.digests import send_digests
from notifications.models import Delivery, Kind, Preference, Way
from notifications.services import send_waiting
from portal.lib import clock, days
from tests.cast import Cast, child, guard, local, person, place, plan

LogIn = Callable[[User], Client]

THURSDAY = date(2026, 10, 15)  # the house's day for it
MONDAY = date(2026, 10, 19)
WEEK = days.week(MONDAY, 5)
MORNING = local(THURSDAY, 9)


@pytest.fixture(autouse=True)
def on_a_thursday() -> Iterator[None]:
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def family(cast: Cast) -> Cast:
    """Everybody but Elsa has a plan."""
    plan(cast.hugo, cast.noor, cast.leo)
    return cast


def reminded(now: datetime = MORNING) -> set[tuple[str, str]]:
    """Remind; return who is told in the portal, and of whom."""
    remind_of_missing_plans(now=now)
    rows = Delivery.objects.filter(kind=Kind.PLAN_MISSING, way=Way.IN_APP).select_related("person")
    names = {str(one.pk): one.given_name for one in Child.objects.all()}
    return {
        (row.person.given_name, names[child_id])
        for row in rows
        for child_id in (row.about["child"], *row.about.get("siblings", "").split())
    }


BOTH = {("Amina", "Elsa"), ("Johan", "Elsa")}


def change(one: Child, *those: date, intervals: Sequence[Sequence[str]] = (), home: Household | None = None) -> None:
    for day in those:
        DayPlan.objects.create(
            child=one,
            day=day,
            household=home,
            intervals=list(intervals),
            changed_at=clock.now(),
        )


def test_both_guardians_are_told_once(family: Cast) -> None:
    """C13: one reminder, however often the hourly task runs; again for the week after."""
    assert reminded() == BOTH
    assert task() == 0
    for hour in range(8, 20):
        reminded(local(THURSDAY, hour))
    assert Delivery.objects.filter(way=Way.IN_APP).count() == 2
    with time_machine.travel(MORNING + timedelta(days=7)):
        remind_of_missing_plans(now=clock.now())
    assert Delivery.objects.filter(way=Way.IN_APP).count() == 4


def test_a_run_that_was_told_before_adds_nothing_even_where_it_looks_again(family: Cast) -> None:
    """C13: the notice itself is one of a child and a week, also where the day before had the reminder."""
    reminded()
    Delivery.objects.update(created_at=MORNING - timedelta(days=3))
    assert remind_of_missing_plans(now=MORNING) == 2
    assert Delivery.objects.filter(way=Way.IN_APP).count() == 2


@pytest.mark.parametrize(
    ("moment", "is_time"),
    [
        (local(THURSDAY, 7, 59), False),
        (local(THURSDAY, 8), True),
        (local(THURSDAY, 19, 59), True),
        (local(THURSDAY, 20), False),
        (local(THURSDAY + timedelta(days=1), 9), False),
        (local(THURSDAY - timedelta(days=1), 9), False),
    ],
)
def test_on_the_set_weekday_in_the_daytime(family: Cast, *, moment: datetime, is_time: bool) -> None:
    """C13"""
    with time_machine.travel(moment, tick=False):
        assert (reminded(moment) == BOTH) is is_time


def test_each_preschool_has_its_own_weekday(family: Cast) -> None:
    """C13: the preschool's own day over the area's, the area's over the municipality's; never is never."""
    WeekPlan.objects.filter(child=family.leo).delete()
    PlanningRule.objects.create(reminds_on=0)
    PlanningRule.objects.create(area=family.area, reminds_on=-1)
    assert reminded() == set()
    PlanningRule.objects.create(preschool=family.sjostjarnan, reminds_on=3)
    assert reminded() == {("Sara", "Leo")}
    PlanningRule.objects.filter(area=family.area).delete()
    monday = local(THURSDAY + timedelta(days=4), 9)
    with time_machine.travel(monday, tick=False):
        assert ("Amina", "Elsa") in reminded(monday)
    assert Area.objects.count() == 1


def test_a_repeating_plan_covers_the_week(family: Cast) -> None:
    plan(family.elsa)
    assert reminded() == set()


def test_a_plan_that_ends_on_wednesday_does_not(family: Cast) -> None:
    plan(family.elsa)
    WeekPlan.objects.filter(child=family.elsa).update(ends_on=WEEK[2])
    assert reminded() == BOTH


def test_a_plan_that_begins_on_next_monday_does(family: Cast) -> None:
    plan(family.elsa, starts_on=MONDAY)
    assert reminded() == set()


def test_days_that_are_said_one_by_one_cover_it_only_all_together(family: Cast) -> None:
    change(family.elsa, *WEEK[:4], intervals=[["08:00", "15:00"]])
    assert reminded() == BOTH
    Delivery.objects.all().delete()
    change(family.elsa, WEEK[4])  # off
    assert reminded() == set()


def test_an_absence_over_the_open_days_covers_it(family: Cast) -> None:
    """C13: also where a closed day is the rest of the week, and not where it was withdrawn."""
    absence = Absence.objects.create(child=family.elsa, starts_on=WEEK[0], ends_on=WEEK[3], reason="leave")
    assert reminded() == BOTH
    Delivery.objects.all().delete()
    closed = ClosedDay.objects.create(day=WEEK[4], preschool=family.granliden, reason="Planeringsdag")
    assert reminded() == set()
    ClosedDay.objects.filter(pk=closed.pk).update(cancelled_at=MORNING)
    Absence.objects.filter(pk=absence.pk).update(ends_on=WEEK[4], withdrawn_at=MORNING)
    assert reminded() == BOTH


def test_a_part_of_each_day_away_does_not(family: Cast) -> None:
    for day in WEEK:
        Absence.objects.create(
            child=family.elsa, starts_on=day, ends_on=day, reason="other", from_time="10:00", to_time="11:00"
        )
    assert reminded() == BOTH


def test_a_holiday_answer_covers_it(family: Cast) -> None:
    """C13: free on all days by the answer; an answer that the child comes says no times, and does not."""
    enquiry = HolidayEnquiry.objects.create(
        title="Höstlov",
        preschool=family.granliden,
        starts_on=WEEK[0],
        ends_on=WEEK[4],
        opens_on=date(2026, 9, 1),
        answer_by=date(2026, 10, 1),
    )
    for day in WEEK:
        EnquiryAnswer.objects.create(enquiry=enquiry, child=family.elsa, day=day, attends=False, answered_at=MORNING)
    assert reminded() == set()
    EnquiryAnswer.objects.filter(day=WEEK[2]).update(attends=True)
    assert reminded() == BOTH


def test_silence_that_means_free_covers_it(family: Cast) -> None:
    HolidayEnquiry.objects.create(
        title="Höstlov",
        area=family.area,
        starts_on=WEEK[0],
        ends_on=WEEK[4],
        opens_on=date(2026, 9, 1),
        answer_by=date(2026, 10, 1),
        silence="free",
    )
    assert reminded() == set()


def test_a_day_on_which_the_place_never_opens_lacks_nothing(family: Cast) -> None:
    opening = [["06:00", "18:00"]] * 4 + [None, None, None]
    PlanningRule.objects.create(preschool=family.granliden, opening=opening)
    change(family.elsa, *WEEK[:4], intervals=[["08:00", "15:00"]])
    assert reminded() == set()


def test_who_is_not_told(family: Cast) -> None:
    """C13, B05: not somebody kept away, frozen, unconfirmed, or whose guardianship has ended; not of one that left."""
    Block.objects.create(child=family.elsa, person=family.johan, made_by=family.eva)
    guard(person("Frida", frozen_at=MORNING), family.elsa)
    guard(person("Pia"), family.elsa, confirmed=False)
    left = person("Gunnar")
    guard(left, family.elsa)
    left.guardianships.update(ends_on=THURSDAY - timedelta(days=1))
    gone = child("Greta")
    place(gone, family.blasippan, ends_on=THURSDAY)
    guard(family.amina, gone)
    assert reminded() == {("Amina", "Elsa")}


def test_a_child_that_begins_next_week_is_one(family: Cast) -> None:
    new = child("Nils")
    place(new, family.blasippan, WEEK[2])
    guard(family.amina, new)
    plan(family.elsa)
    assert reminded() == {("Amina", "Nils")}


def test_a_backup_placement_decides_whose_weekday_it_is(family: Cast) -> None:
    """A child that is elsewhere all next week is reminded of by that preschool's day."""
    PlanningRule.objects.create(preschool=family.sjostjarnan, reminds_on=0)
    family.elsa.backup_placements.create(department=family.musslan, starts_on=WEEK[0], ends_on=WEEK[4])
    assert reminded() == set()


# Two homes ------------------------------------------------------------------------------------------------------------


def two_homes(cast: Cast, weeks: list[str], handover: str = "there") -> tuple[Household, Household]:
    """Let Elsa live with Amina (A) and Johan (B) by turns, from the Monday of next week."""
    first, second = (Household.objects.create(child=cast.elsa) for _home in range(2))
    first.guardians.add(cast.amina)
    second.guardians.add(cast.johan)
    HouseholdWeeks.objects.create(
        child=cast.elsa,
        first=first,
        second=second,
        weeks=weeks,
        handover=handover,
        starts_on=MONDAY,
        is_proposed=False,
    )
    return first, second


def test_only_the_home_that_has_the_week_is_reminded(family: Cast) -> None:
    """C13, C03: the other home has nothing to say about it."""
    two_homes(family, ["AAAAAAA", "BBBBBBB"], "before")
    assert reminded() == {("Amina", "Elsa")}


def test_only_the_home_whose_own_days_lack_times_is_reminded(family: Cast) -> None:
    """C13, C03: the week is both homes'; one has said its days."""
    first, second = two_homes(family, ["AABBBBB", "BBBBBBB"], "before")
    change(family.elsa, *WEEK[:2], intervals=[["08:00", "15:00"]], home=first)
    assert reminded() == {("Johan", "Elsa")}
    change(family.elsa, *WEEK[2:], intervals=[["08:00", "15:00"]], home=second)
    Delivery.objects.all().delete()
    assert reminded() == set()


def test_on_a_day_of_handover_both_say_their_half(family: Cast) -> None:
    """C03: Johan, who has the evening, has said nothing."""
    first, _second = two_homes(family, ["ABBBBBB"], "there")
    WeekPlan.objects.create(
        child=family.elsa, household=first, starts_on=MONDAY, weeks=[[[["08:00", "16:00"]]] * 5 + [[], []]]
    )
    assert reminded() == {("Johan", "Elsa")}


def test_a_guardian_in_neither_home_is_not_reminded(family: Cast) -> None:
    two_homes(family, ["AAAAAAA"], "before")
    guard(person("Tredje"), family.elsa)
    assert reminded() == {("Amina", "Elsa")}


# The notice itself ----------------------------------------------------------------------------------------------------


def come_evening() -> None:
    """Let the evening come, in which families are told outside the portal of what they have not read (DOMAIN 4.9)."""
    send_digests(now=local(THURSDAY, 18))
    send_waiting(now=local(THURSDAY, 18))


def test_the_notice_leads_to_the_week(family: Cast, log_in: LogIn) -> None:
    """C13: where it can be mended with the next tap; the mail says nothing of whom or where (DOMAIN 4.10)."""
    reminded()
    phone = log_in(family.amina)
    html = phone.get("/nytt/").content.decode()
    assert "Elsa saknar tider för vecka 43" in html
    address = f"/schema/?vecka={MONDAY}&amp;barn={family.elsa.pk}"
    assert address in html
    assert phone.get(address.replace("&amp;", "&")).status_code == 200
    come_evening()
    assert len(mail.outbox) == 2
    assert not any(word in f"{one.subject} {one.body}" for one in mail.outbox for word in ("Elsa", "Granliden", "43"))


def test_siblings_are_one_reminder(family: Cast, log_in: LogIn) -> None:
    """C13, DOMAIN 4.9: one notice and one mail, which lead to the week of both."""
    WeekPlan.objects.filter(child=family.hugo).delete()
    assert reminded() == BOTH | {("Amina", "Hugo"), ("Johan", "Hugo")}
    assert Delivery.objects.filter(way=Way.IN_APP, person=family.amina).count() == 1
    send_waiting(now=clock.now())
    assert mail.outbox == []
    come_evening()
    come_evening()
    assert sorted(one.to[0] for one in mail.outbox) == sorted([family.amina.email, family.johan.email])
    html = log_in(family.amina).get("/nytt/").content.decode()
    assert "Elsa och Hugo saknar tider för vecka 43" in html
    for one in (family.elsa, family.hugo):
        assert f"barn={one.pk}" in html


@pytest.mark.parametrize("unseen", ["elsa", "hugo"])
def test_a_reminder_of_siblings_says_nothing_of_one_who_is_not_seen(family: Cast, log_in: LogIn, unseen: str) -> None:
    """Whichever of them the notice names first: what is left of it is told."""
    WeekPlan.objects.filter(child=family.hugo).delete()
    reminded()
    hidden = getattr(family, unseen)
    seen = family.hugo if hidden == family.elsa else family.elsa
    Block.objects.create(child=hidden, person=family.amina, made_by=family.eva)
    html = log_in(family.amina).get("/nytt/").content.decode()
    assert f"{seen.given_name} saknar tider för vecka 43" in html
    assert hidden.given_name not in html
    assert str(hidden.pk) not in html


def test_whoever_does_not_want_it_is_left_alone(family: Cast) -> None:
    for way in Way:
        Preference.objects.create(person=family.amina, kind=Kind.PLAN_MISSING, way=way, is_wanted=False)
    assert reminded() == {("Johan", "Elsa")}


@pytest.mark.parametrize("number", [3, 60])
def test_the_same_queries_for_few_and_for_many(cast: Cast, number: int) -> None:
    """A municipality of 17,000 children in their first week is asked in steps of a thousand, each as many queries."""
    for turn in range(number):
        one = child(f"Barn{turn}")
        place(one, cast.blasippan)
        guard(person(f"F{uuid4().hex}"), one)
    with CaptureQueriesContext(connection) as captured:
        assert remind_of_missing_plans(now=MORNING) == number + 4
    asked = [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"] and "INSERT" not in one["sql"]]
    # The rules, the preschools, who was told, the children; places, what was said; guardians, what they want.
    assert len(asked) == 8
    assert Placement.objects.count() == number + 4


def test_the_weekday_is_decided_on_the_rules_page(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 2.10: a setting, said in words; never is a choice, and nothing is what is decided above."""
    desk, address = log_in(cast.eva), f"/forskola/{cast.granliden.pk}/regler/"
    assert "Familjer som saknar tider för nästa vecka påminns på torsdag." in desk.get(address).content.decode()
    for chosen, stored, words in (
        ("1", 1, "påminns på tisdag."),
        ("-1", -1, "påminns inte."),
        ("", None, "på torsdag."),
    ):
        desk.post(address, {"do": "save", "reminds_on": chosen, "late_after_minutes": "20"})
        assert PlanningRule.objects.get().reminds_on == stored
        html = desk.get(address).content.decode()
        assert words in html
        assert f'<option value="{chosen}" selected>' in html
