"""Holiday enquiries: asked, answered, locked; what no answer means; who is told and when (C10, C11, DOMAIN 2.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEntry, User
from attendance import rules, services
from attendance.models import Absence, ClosedDay, DayPlan, EnquiryAnswer, HolidayEnquiry, WeekPlan
from attendance.rules import Enquiry, EnquiryState, Silence
from attendance.selectors.enquiries import asking_departments, asking_family
from attendance.selectors.facts import Known, known
from attendance.services import Question
from attendance.services.enquiries import refuse_answered
from attendance.services.telling import Family
from children.actors import Actor
from children.models import Area, BackupPlacement, Block, Child, Household, HouseholdWeeks, StaffRole
from notifications.models import Delivery, Kind
from portal.lib import clock
from tests import cast as people
from tests.cast import Cast, local, plan

TUESDAY = date(2026, 10, 13)
OPENS, ANSWER_BY = date(2026, 10, 20), date(2026, 11, 20)
FIRST, LAST = date(2026, 12, 21), date(2027, 1, 8)  # with Christmas and two weekends in it
MONDAY = date(2027, 1, 4)
ASKED = [date(2026, 12, number) for number in (21, 22, 23, 28, 29, 30)] + [date(2027, 1, n) for n in (4, 5, 7, 8)]


@pytest.fixture(autouse=True)
def tuesday_morning() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(TUESDAY, 9), tick=False) as traveller:
        yield traveller


def question(**columns: Any) -> Question:
    asked = Question("Jullov", "Vi planerar bemanningen.", FIRST, LAST, OPENS, ANSWER_BY, Silence.ATTENDS)
    return replace(asked, **columns)


def make(cast: Cast, **columns: Any) -> HolidayEnquiry:
    return services.make_enquiry(
        question=question(**columns), actor=Actor.of_person(cast.eva), now=clock.now(), preschool_id=cast.granliden.pk
    )


def answer(row: HolidayEnquiry, who: Any, *children: Child, attends: bool = True, those: Any = None) -> int:
    chosen = ASKED if those is None else those
    return services.answer_enquiry(
        enquiry_id=row.pk,
        answers={one.pk: dict.fromkeys(chosen, attends) for one in children},
        actor=Actor.of_person(who),
        now=clock.now(),
    )


def answer_for(row: HolidayEnquiry, who: Any, child: Child, *, attends: bool, those: Any = None) -> int:
    chosen = ASKED if those is None else those
    return services.answer_enquiry(
        enquiry_id=row.pk,
        answers={child.pk: dict.fromkeys(chosen, attends)},
        actor=Actor.of_person(who),
        now=clock.now(),
        for_family=True,
    )


def planned(child: Child, day: date) -> rules.PlannedDay:
    return known([child.pk], day, day, with_stays=False).planned(child.pk, day)


def at(day: date, hour: int = 9) -> Any:
    return time_machine.travel(local(day, hour), tick=False)


# The rules ------------------------------------------------------------------------------------------------------------

ONE = Enquiry(uuid4(), FIRST, LAST, OPENS, ANSWER_BY, Silence.FREE)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (OPENS - timedelta(days=1), EnquiryState.COMING),
        (OPENS, EnquiryState.OPEN),
        (ANSWER_BY, EnquiryState.OPEN),
        (ANSWER_BY + timedelta(days=1), EnquiryState.CLOSED),
    ],
)
def test_the_three_states(today: date, state: EnquiryState) -> None:
    """DOMAIN 2.9."""
    assert rules.enquiry_state(ONE, today) == state


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (ANSWER_BY - timedelta(days=8), None),
        (ANSWER_BY - timedelta(days=7), 7),
        (ANSWER_BY - timedelta(days=3), 7),  # the worker lay still on the day itself
        (ANSWER_BY - timedelta(days=2), 2),
        (ANSWER_BY, 2),
        (ANSWER_BY + timedelta(days=1), None),
    ],
)
def test_reminders_are_due_seven_and_two_days_before(today: date, due: int | None) -> None:
    assert rules.reminder_due(ONE, today) == due


def test_who_was_asked_this_week_is_not_reminded_of_last_week() -> None:
    late = replace(ONE, opens_on=ANSWER_BY - timedelta(days=5))
    assert rules.reminder_due(late, ANSWER_BY - timedelta(days=5)) is None
    assert rules.reminder_due(late, ANSWER_BY - timedelta(days=2)) == 2


@pytest.mark.parametrize(
    ("placed", "asked"),
    [
        ([(date(2025, 1, 1), None)], True),
        ([(ANSWER_BY, None)], True),
        ([(ANSWER_BY + timedelta(days=1), None)], False),  # C11
        ([(date(2025, 1, 1), OPENS - timedelta(days=1))], False),
        ([(date(2025, 1, 1), date(2025, 6, 1)), (ANSWER_BY + timedelta(days=9), None)], False),  # came back too late
    ],
)
def test_who_was_asked(*, placed: list[tuple[date, date | None]], asked: bool) -> None:
    assert rules.was_asked(ONE, placed) is asked


@given(
    answers=st.dictionaries(st.sampled_from([ONE.id, uuid4()]), st.booleans()),
    day=st.dates(FIRST - timedelta(days=9), LAST + timedelta(days=9)),
    today=st.dates(OPENS - timedelta(days=9), LAST),
    is_asked=st.booleans(),
)
def test_silence_says_nothing_where_somebody_has_spoken(
    *, answers: dict[Any, bool], day: date, today: date, is_asked: bool
) -> None:
    free = rules.is_free([ONE], answers, day, today=today, asked={ONE.id} if is_asked else ())
    if False in answers.values():
        assert free
    elif free:
        assert is_asked
        assert ONE.id not in answers
        assert FIRST <= day <= LAST
        assert today > ANSWER_BY


# Asking ---------------------------------------------------------------------------------------------------------------


def test_it_works(cast: Cast) -> None:
    """C10: asked, answered for two children at once, and their planned times lie beneath."""
    plan(cast.elsa, cast.hugo)
    row = make(cast)
    with at(OPENS):
        assert answer(row, cast.amina, cast.elsa, cast.hugo, attends=False) == 2 * len(ASKED)
        for one in (cast.elsa, cast.hugo):
            assert planned(one, MONDAY).is_free
            assert planned(one, MONDAY).attending == ()
            assert planned(one, MONDAY).intervals  # beneath
        assert answer(row, cast.johan, cast.elsa, attends=True, those=[MONDAY]) == 1
        assert not planned(cast.elsa, MONDAY).is_free
        assert planned(cast.hugo, MONDAY).is_free
    logged = AuditEntry.objects.filter(action="enquiry.answered").order_by("pk").first()
    assert logged
    assert set(logged.children) == {str(cast.elsa.pk), str(cast.hugo.pk)}


def test_the_same_answers_again_change_nothing(cast: Cast) -> None:
    row = make(cast)
    with at(OPENS):
        answer(row, cast.amina, cast.elsa)
        assert answer(row, cast.johan, cast.elsa) == 0
    assert set(EnquiryAnswer.objects.values_list("answered_by", flat=True)) == {cast.amina.pk}


def test_only_open_days_are_asked_of(cast: Cast) -> None:
    """No weekends, no public holidays, no closed days (C09, C10)."""
    ClosedDay.objects.create(preschool=cast.granliden, day=date(2026, 12, 23), reason="Planering")
    row = make(cast)
    asked = asking_family(row, [cast.elsa.pk], reader=None).days_of(cast.elsa.pk)
    assert date(2026, 12, 23) not in asked
    assert set(asked) <= set(ASKED)
    with at(OPENS):
        for wrong in (date(2026, 12, 23), date(2026, 12, 26), FIRST - timedelta(days=3)):
            with pytest.raises(ValidationError):
                answer(row, cast.amina, cast.elsa, those=[MONDAY, wrong])
    assert not EnquiryAnswer.objects.exists()


def test_all_of_a_family_s_answers_or_none(cast: Cast) -> None:
    row = make(cast)
    with at(OPENS):
        with pytest.raises(Http404):
            answer(row, cast.amina, cast.elsa, cast.leo)  # somebody else's child
        assert not EnquiryAnswer.objects.exists()


def test_nobody_answers_before_it_opens_or_after_the_last_day(cast: Cast) -> None:
    """DOMAIN 2.9: after the last day changes go through staff, and the refusal says so."""
    row = make(cast)
    with pytest.raises(Http404):
        answer(row, cast.amina, cast.elsa)
    with at(ANSWER_BY, 23):
        answer(row, cast.amina, cast.elsa, those=[MONDAY])
    with at(ANSWER_BY + timedelta(days=1), 0):
        with pytest.raises(ValidationError, match="Sista dagen att svara var fredag 20 november"):
            answer(row, cast.amina, cast.elsa, attends=False)
        assert answer_for(row, cast.maria, cast.elsa, attends=False, those=[MONDAY]) == 1
    assert EnquiryAnswer.objects.get().is_by_staff
    told = Delivery.objects.filter(kind=Kind.PLANNED_BY_STAFF, way="in_app")
    assert set(told.values_list("person", flat=True)) <= {cast.amina.pk, cast.johan.pk}


@pytest.mark.parametrize("silence", [Silence.FREE, Silence.ATTENDS])
def test_a_day_that_is_free_for_good_takes_no_times(cast: Cast, silence: Silence) -> None:
    """Saved times would lie beneath the answer: after the last day the guardian is sent to the staff, who may."""
    plan(cast.elsa)
    row = make(cast, silence=silence)
    with at(OPENS):
        if silence == Silence.ATTENDS:
            answer(row, cast.amina, cast.elsa, attends=False)
        answer(row, cast.amina, cast.elsa, those=[ASKED[0]])
    times = (rules.Interval(time(9), time(14)),)
    with at(ANSWER_BY + timedelta(days=1)):
        amina, maria = Actor.of_person(cast.amina), Actor.of_person(cast.maria)
        said: dict[str, Any] = {"child_id": cast.elsa.pk, "day": MONDAY, "now": clock.now()}
        with pytest.raises(ValidationError, match="Sista dagen att svara var fredag 20 november") as refused:
            services.change_day(**said, intervals=times, actor=amina)
        assert set(refused.value.message_dict) == {"intervals"}
        assert not DayPlan.objects.exists()
        services.change_day(**said, intervals=None, note="Vi är i fjällen", actor=amina)
        services.change_day(**said, intervals=(), actor=amina)
        services.change_day(**said, intervals=times, actor=maria, for_family=Family())
        services.change_day(**said | {"day": ASKED[0]}, intervals=times, actor=amina)
        services.withdraw_enquiry(enquiry_id=row.pk, actor=Actor.of_person(cast.eva), now=clock.now())
        services.change_day(**said, intervals=None, actor=amina)
    assert planned(cast.elsa, MONDAY).attending


def test_who_may_answer_for_a_family(cast: Cast) -> None:
    row = make(cast)
    with at(OPENS):
        for stranger in (cast.jonas, cast.stranger, cast.specialist, cast.administrator):
            with pytest.raises((Http404, PermissionDenied)):
                answer_for(row, stranger, cast.elsa, attends=True)
        with pytest.raises((Http404, PermissionDenied)):
            answer(row, cast.maria, cast.elsa)  # staff, but not as a guardian
        with pytest.raises((Http404, PermissionDenied)):
            answer_for(row, cast.amina, cast.elsa, attends=True)  # a guardian, but not as staff


def test_a_blocked_guardian_does_not_answer(cast: Cast) -> None:
    row = make(cast)
    Block.objects.create(child=cast.elsa, person=cast.johan, made_by=cast.eva)
    with at(OPENS), pytest.raises(Http404):
        answer(row, cast.johan, cast.elsa)


# Silence --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("silence", "is_free"), [(Silence.FREE, True), (Silence.ATTENDS, False)])
def test_what_no_answer_means(cast: Cast, silence: Silence, *, is_free: bool) -> None:
    """DOMAIN 2.9: it means what the enquiry says, from the day after the last; and the times come back."""
    plan(cast.elsa)
    row = make(cast, silence=silence)
    with at(ANSWER_BY):
        assert not planned(cast.elsa, MONDAY).is_free
    with at(ANSWER_BY + timedelta(days=1)):
        assert planned(cast.elsa, MONDAY).is_free is is_free
        services.withdraw_enquiry(enquiry_id=row.pk, actor=Actor.of_person(cast.eva), now=clock.now())
        assert not planned(cast.elsa, MONDAY).is_free
        assert planned(cast.elsa, MONDAY).attending


def test_a_late_placed_child_plans_as_usual(cast: Cast) -> None:
    """C11."""
    make(cast, silence=Silence.FREE)
    late, moved = people.child("Sen"), people.child("Flyttad")
    people.place(late, cast.blasippan, ANSWER_BY + timedelta(days=1))
    people.place(moved, cast.musslan, TUESDAY - timedelta(days=50), ends_on=ANSWER_BY + timedelta(days=9))
    people.place(moved, cast.blasippan, ANSWER_BY + timedelta(days=10))
    plan(late, moved)
    with at(MONDAY):
        assert planned(cast.elsa, MONDAY).is_free
        for one in (late, moved):
            assert planned(one, MONDAY).attending, one.given_name


def test_a_child_that_moved_within_the_area_was_asked_by_the_area(cast: Cast) -> None:
    lead = people.person("Agda")
    people.employ(lead, StaffRole.Kind.PRINCIPAL, area=cast.area)
    services.make_enquiry(
        question=question(silence=Silence.FREE),
        actor=Actor.of_person(lead),
        now=clock.now(),
        preschool_id=cast.granliden.pk,
        is_for_area=True,
    )
    moved = people.child("Flyttad")
    people.place(moved, cast.musslan, TUESDAY - timedelta(days=50), ends_on=ANSWER_BY + timedelta(days=9))
    people.place(moved, cast.blasippan, ANSWER_BY + timedelta(days=10))
    with at(MONDAY):
        assert planned(moved, MONDAY).is_free


def test_an_answer_follows_the_child_to_its_backup_place_and_not_when_it_has_moved(cast: Cast) -> None:
    """In the holidays several preschools' children are gathered in one."""
    plan(cast.elsa, cast.hugo)
    row = make(cast)
    with at(OPENS):
        answer(row, cast.amina, cast.elsa, cast.hugo, attends=False)
    BackupPlacement.objects.create(child=cast.elsa, department=cast.musslan, starts_on=MONDAY, ends_on=LAST)
    cast.hugo.placements.update(ends_on=MONDAY - timedelta(days=1))
    people.place(cast.hugo, cast.musslan, MONDAY)
    assert planned(cast.elsa, MONDAY).is_free
    assert not planned(cast.hugo, MONDAY).is_free


def test_absence_and_an_answer_lie_over_each_other(cast: Cast) -> None:
    """D05: neither takes the other away."""
    plan(cast.elsa)
    Absence.objects.create(child=cast.elsa, starts_on=MONDAY, ends_on=MONDAY, reason="sick", is_by_staff=True)
    row = make(cast)
    with at(OPENS):
        answer(row, cast.amina, cast.elsa, attends=True)
        assert planned(cast.elsa, MONDAY).absence
    assert Absence.objects.standing().count() == 1


# Making ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("ends_on", {"ends_on": FIRST - timedelta(days=1)}),
        ("ends_on", {"ends_on": FIRST + timedelta(days=200)}),
        ("starts_on", {"starts_on": date(2029, 1, 8), "ends_on": date(2029, 1, 9)}),
        ("opens_on", {"opens_on": TUESDAY - timedelta(days=1)}),
        ("answer_by", {"answer_by": OPENS - timedelta(days=1)}),
        ("answer_by", {"answer_by": FIRST}),
    ],
)
def test_dates_out_of_order_are_refused_on_their_field(cast: Cast, field: str, wrong: dict[str, date]) -> None:
    with pytest.raises(ValidationError) as refused:
        make(cast, **wrong)
    assert set(refused.value.error_dict) == {field}
    assert not HolidayEnquiry.objects.exists()


def test_the_same_families_are_not_asked_twice_of_a_day(cast: Cast) -> None:
    make(cast)
    with pytest.raises(ValidationError, match="Jullov"):
        make(cast, starts_on=LAST, ends_on=LAST + timedelta(days=9))
    make(cast, starts_on=LAST + timedelta(days=1), ends_on=LAST + timedelta(days=9))


def test_only_those_who_lead_the_place_ask(cast: Cast) -> None:
    for who in (cast.maria, cast.ulf, cast.amina, cast.administrator):
        with pytest.raises(Http404):
            services.make_enquiry(
                question=question(), actor=Actor.of_person(who), now=clock.now(), preschool_id=cast.granliden.pk
            )
    with pytest.raises(Http404):  # leads one of the area's two preschools
        services.make_enquiry(
            question=question(),
            actor=Actor.of_person(cast.eva),
            now=clock.now(),
            preschool_id=cast.granliden.pk,
            is_for_area=True,
        )


def test_it_is_changed_until_it_opens(cast: Cast) -> None:
    row = make(cast)
    actor = Actor.of_person(cast.eva)
    services.change_enquiry(enquiry_id=row.pk, question=question(title="Lov"), actor=actor, now=clock.now())
    row.refresh_from_db()
    assert row.title == "Lov"
    with at(OPENS), pytest.raises(ValidationError, match="har öppnat"):
        services.change_enquiry(
            enquiry_id=row.pk, question=question(), actor=Actor.of_person(cast.eva), now=clock.now()
        )
    with pytest.raises(Http404):
        services.withdraw_enquiry(enquiry_id=row.pk, actor=Actor.of_person(cast.ulf), now=clock.now())


# Two homes ------------------------------------------------------------------------------------------------------------


def two_homes(cast: Cast, child: Child) -> None:
    """Amina has the weeks that begin on 19 October 2026 and every other week from then on, Johan those between."""
    homes = [Household.objects.create(child=child) for _home in range(2)]
    for home, guardian in zip(homes, (cast.amina, cast.johan), strict=True):
        home.guardians.add(guardian)
    HouseholdWeeks.objects.create(
        child=child,
        first=homes[0],
        second=homes[1],
        weeks=["AAAAAAA", "BBBBBBB"],
        handover="before",
        is_proposed=False,
        starts_on=date(2026, 10, 19),
    )


def test_each_home_answers_for_its_own_days(cast: Cast) -> None:
    """C10 with C03: nobody answers for the other home's days, and each is reminded of its own only."""
    two_homes(cast, cast.elsa)
    row = make(cast)
    with at(OPENS):
        own = {
            who.pk: asking_family(row, [cast.elsa.pk], reader=who.pk).days_of(cast.elsa.pk)
            for who in (cast.amina, cast.johan)
        }
        assert own[cast.amina.pk]
        assert own[cast.johan.pk]
        assert not set(own[cast.amina.pk]) & set(own[cast.johan.pk])
        with pytest.raises(ValidationError):
            answer(row, cast.amina, cast.elsa, those=own[cast.johan.pk])
        answer(row, cast.amina, cast.elsa, those=own[cast.amina.pk])
        people.place(people.child("Annan"), cast.blasippan)  # a child without guardians harms nobody
        Child.objects.filter(pk=cast.hugo.pk).delete()
    with at(ANSWER_BY - timedelta(days=7)):
        services.tell_of_enquiries(now=clock.now())
    reminded = set(Delivery.objects.filter(kind=Kind.ENQUIRY_UNANSWERED).values_list("person", flat=True))
    assert cast.johan.pk in reminded
    assert cast.amina.pk not in reminded


def a_handover(cast: Cast) -> tuple[Household, Household]:
    """Let Elsa go from Amina to Johan at the preschool on 4 January; return his home and hers."""
    two_homes(cast, cast.elsa)
    row = HouseholdWeeks.objects.get(child=cast.elsa)
    HouseholdWeeks.objects.filter(pk=row.pk).update(handover="there")
    for home, times in ((row.first, ("09:00", "17:00")), (row.second, ("07:00", "15:00"))):
        week = [[list(times)]] * 5 + [[], []]
        WeekPlan.objects.create(child=cast.elsa, household=home, starts_on=date(2026, 10, 19), weeks=[week])
    homes = rules.homes_on(known([cast.elsa.pk], MONDAY, MONDAY).livings[cast.elsa.pk], MONDAY)
    assert homes
    assert homes.is_handover
    by_id = {row.first.pk: row.first, row.second.pk: row.second}
    return by_id[homes.evening], by_id[homes.morning]


def whose(home: Household) -> User:
    return home.guardians.get()


def test_on_a_day_of_handover_each_home_answers_for_its_own_half(cast: Cast) -> None:
    """DOMAIN 2.8, 2.9: the one's answer neither replaces nor shows the other's; the child comes if either says so."""
    evening, morning = a_handover(cast)
    row = make(cast)

    def reads(home: Household) -> tuple[bool | None, list[date], rules.PlannedDay]:
        asking = asking_family(row, [cast.elsa.pk], reader=whose(home).pk)
        return (
            asking.answer(cast.elsa.pk, MONDAY),
            [day for day in asking.unanswered(cast.elsa.pk) if day == MONDAY],
            asking.facts.planned(cast.elsa.pk, MONDAY),
        )

    with at(OPENS):
        unanswered = reads(morning)
        assert answer(row, whose(evening), cast.elsa, attends=False, those=[MONDAY]) == 1
        assert reads(morning) == unanswered
        assert reads(evening)[:2] == (False, [])
        assert reads(evening)[2].is_free
        for_staff = planned(cast.elsa, MONDAY)
        assert not for_staff.is_free
        assert for_staff.attending == (rules.Interval(time(9), time(17)),)
        assert for_staff.seam == rules.Seam.GAP
        assert asking_departments(row, {cast.blasippan.pk}).answer(cast.elsa.pk, MONDAY) is None
        answered = reads(evening)
        answer(row, whose(morning), cast.elsa, attends=True, those=[MONDAY])
        assert reads(evening) == answered
        assert asking_departments(row, {cast.blasippan.pk}).answer(cast.elsa.pk, MONDAY) is True
        answer(row, whose(morning), cast.elsa, attends=False, those=[MONDAY])
        assert reads(evening) == answered
        assert planned(cast.elsa, MONDAY).is_free
        assert EnquiryAnswer.objects.filter(day=MONDAY).count() == 2


def test_only_the_home_that_has_not_answered_its_half_is_reminded(cast: Cast) -> None:
    evening, morning = a_handover(cast)
    Child.objects.filter(pk=cast.hugo.pk).delete()
    row = make(cast, starts_on=MONDAY, ends_on=MONDAY)
    with at(OPENS):
        answer(row, whose(evening), cast.elsa, attends=False, those=[MONDAY])
    with at(ANSWER_BY - timedelta(days=7)):
        services.tell_of_enquiries(now=clock.now())
    assert whose(morning).pk in told(Kind.ENQUIRY_UNANSWERED)
    assert whose(evening).pk not in told(Kind.ENQUIRY_UNANSWERED)


def test_staff_answer_a_day_of_handover_for_both_homes(cast: Cast) -> None:
    evening, morning = a_handover(cast)
    row = make(cast)
    with at(OPENS):
        answer(row, whose(evening), cast.elsa, attends=True, those=[MONDAY])
        assert answer_for(row, cast.maria, cast.elsa, attends=False, those=[MONDAY]) == 1
        for home in (evening, morning):
            asking = asking_family(row, [cast.elsa.pk], reader=whose(home).pk)
            assert asking.answer(cast.elsa.pk, MONDAY) is False
        assert planned(cast.elsa, MONDAY).is_free
        assert answer_for(row, cast.maria, cast.elsa, attends=False, those=[MONDAY]) == 0


def test_times_are_refused_for_the_own_half_alone(cast: Cast) -> None:
    """What stands fast for one home's half says nothing of the other's."""
    evening, morning = a_handover(cast)

    def read_by(home: Household) -> Known:
        return known([cast.elsa.pk], MONDAY, MONDAY, with_stays=False, reader=whose(home).pk)

    row = make(cast)
    with at(OPENS):
        answer(row, whose(evening), cast.elsa, attends=False, those=[MONDAY])
        answer(row, whose(morning), cast.elsa, attends=True, those=[MONDAY])
    with at(ANSWER_BY + timedelta(days=1)):
        with pytest.raises(ValidationError, match="Sista dagen att svara"):
            refuse_answered(read_by(evening), cast.elsa.pk, MONDAY, field="intervals")
        refuse_answered(read_by(morning), cast.elsa.pk, MONDAY, field="intervals")


# Telling --------------------------------------------------------------------------------------------------------------


def told(kind: Kind) -> list[Any]:
    return sorted(Delivery.objects.filter(kind=kind, way="in_app").values_list("person", flat=True))


def test_those_who_were_asked_are_told_that_it_is_taken_back(cast: Cast) -> None:
    """Once, and nobody who never got the question or whom it no longer concerns."""
    row = make(cast)
    services.withdraw_enquiry(enquiry_id=row.pk, actor=Actor.of_person(cast.eva), now=clock.now())
    assert told(Kind.ENQUIRY_WITHDRAWN) == []  # before it opened
    row = make(cast)
    with at(OPENS):
        services.tell_of_enquiries(now=clock.now())
    with at(OPENS + timedelta(days=1)):
        newcomer = people.person("Ny")
        people.guard(newcomer, cast.elsa)
        Block.objects.create(child=cast.noor, person=cast.neighbour, made_by=cast.eva)
        for _again in range(2):
            services.withdraw_enquiry(enquiry_id=row.pk, actor=Actor.of_person(cast.eva), now=clock.now())
    assert told(Kind.ENQUIRY_WITHDRAWN) == sorted([cast.amina.pk, cast.johan.pk])


def test_families_are_told_once_on_the_day_it_opens(cast: Cast) -> None:
    make(cast)
    services.tell_of_enquiries(now=clock.now())
    assert told(Kind.ENQUIRY_OPENED) == []
    with at(OPENS, 7):
        assert services.tell_of_enquiries(now=clock.now()) == 0  # not at night
    for hour in (8, 9, 19):
        with at(OPENS, hour):
            services.tell_of_enquiries(now=clock.now())
    assert told(Kind.ENQUIRY_OPENED) == sorted([cast.amina.pk, cast.johan.pk, cast.neighbour.pk])
    row = Delivery.objects.filter(kind=Kind.ENQUIRY_OPENED, person=cast.amina).first()
    assert row
    assert set(row.about) == {"child", "enquiry", "day"}


def test_the_reminder_stops_once_answered(cast: Cast) -> None:
    """C10: any guardian's answer counts for the child, and only a full one."""
    row = make(cast)
    with at(OPENS):
        answer(row, cast.amina, cast.elsa, cast.hugo)
        answer(row, cast.neighbour, cast.noor, those=ASKED[:-1])
    for day in (ANSWER_BY - timedelta(days=8), ANSWER_BY - timedelta(days=7)):
        with at(day):
            services.tell_of_enquiries(now=clock.now())
    assert told(Kind.ENQUIRY_UNANSWERED) == [cast.neighbour.pk]
    with at(ANSWER_BY - timedelta(days=3)):
        answer(row, cast.neighbour, cast.noor)
        services.tell_of_enquiries(now=clock.now())
    with at(ANSWER_BY - timedelta(days=2)):
        services.tell_of_enquiries(now=clock.now())
    assert told(Kind.ENQUIRY_UNANSWERED) == [cast.neighbour.pk]


def test_two_reminders_and_none_after_the_last_day_or_when_withdrawn(cast: Cast) -> None:
    row = make(cast)
    for before in (9, 7, 6, 2, 1, 0, -1):
        with at(ANSWER_BY - timedelta(days=before)):
            services.tell_of_enquiries(now=clock.now())
    assert told(Kind.ENQUIRY_UNANSWERED).count(cast.amina.pk) == 2
    Delivery.objects.all().delete()
    services.withdraw_enquiry(enquiry_id=row.pk, actor=Actor.of_person(cast.eva), now=clock.now())
    with at(ANSWER_BY):
        assert services.tell_of_enquiries(now=clock.now()) == 0


def test_nobody_is_told_who_may_not_be(cast: Cast) -> None:
    Block.objects.create(child=cast.noor, person=cast.neighbour, made_by=cast.eva)
    cast.johan.frozen_at = clock.now()
    cast.johan.save()
    make(cast)
    with at(OPENS):
        services.tell_of_enquiries(now=clock.now())
    assert told(Kind.ENQUIRY_OPENED) == [cast.amina.pk]


def test_as_many_queries_for_forty_children_as_for_two(cast: Cast) -> None:
    row = make(cast)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            asking = asking_departments(row, [cast.blasippan.pk, cast.ekorren.pk])
            for child_id in asking.facts.places:
                asking.unanswered(child_id)
        return len(captured)

    few = queries()
    people.fill(cast.blasippan, 40)
    assert queries() == few
    with at(OPENS):

        def telling() -> int:
            Delivery.objects.all().delete()
            with CaptureQueriesContext(connection) as captured:
                services.tell_of_enquiries(now=clock.now())
            return len(captured)

        few = telling()
        for number in range(20):
            one = people.child(f"Fler{number}")
            people.place(one, cast.blasippan)
            people.guard(people.person(f"V{number}"), one)
        assert telling() == few


def test_areas_are_apart(cast: Cast) -> None:
    """Another area's preschools are asked nothing."""
    cast.sjostjarnan.area = Area.objects.create(name="Väster")
    cast.sjostjarnan.save()
    make(cast)
    with at(OPENS):
        services.tell_of_enquiries(now=clock.now())
    assert cast.stranger.pk not in told(Kind.ENQUIRY_OPENED)
