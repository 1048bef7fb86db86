"""Absence in full: ranges, parts of a day, several children, own words, and what the staff have said (D02–D06)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from accounts.models import User
from attendance import services
from attendance.drafts import Draft, DraftDay
from attendance.models import Absence, HolidayEnquiry, PlanningRule
from attendance.rules import Interval, Intervals, Reason, State
from attendance.selectors.facts import known
from children.actors import Actor
from children.models import Child, Household, HouseholdWeeks
from children.tablets import PIN_COOKIE
from notifications.models import Delivery, Kind
from tests.cast import Cast, local, plan, tablet

TUESDAY = date(2026, 10, 13)
MONDAY = date(2026, 10, 19)
WORKDAY = ((Interval(time(7, 30), time(16)),),) * 5 + ((), ())
SHORT = ((Interval(time(9), time(12)),),) * 5 + ((), ())

LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=False) as traveller:
        yield traveller


def report(by: User, *children: Child, first: date = MONDAY, days: int = 3, **said: Any) -> list[Absence]:
    """Let somebody report these children absent, sick where nothing else is said."""
    return services.report_absence(
        child_ids=[child.id for child in children],
        starts_on=first,
        ends_on=first + timedelta(days=days - 1),
        reason=said.pop("reason", Reason.SICK),
        actor=Actor.of_person(by),
        now=local(TUESDAY, 6, 10),
        **said,
    ).absences


def state_on(child: Child, day: date, hour: int = 7) -> State:
    return known([child.id], day, day).state(child.id, local(day, hour)).state


def attending(child: Child, day: date) -> Intervals:
    return known([child.id], day, day).planned(child.id, day).attending


def form(*children: Child, **said: object) -> dict[str, object]:
    return {"children": [child.id for child in children], "reason": "sick", "starts_on": "2026-10-19"} | said


# Ranges and parts -----------------------------------------------------------------------------------------------------


def test_siblings_for_three_days_and_well_again(cast: Cast, log_in: LogIn, clock: time_machine.Traveller) -> None:
    """D02: both in one go; one of them is well on Tuesday evening, and the log of the row says who said so."""
    plan(cast.elsa, cast.hugo)
    answer = log_in(cast.amina).post(
        f"/barn/{cast.elsa.id}/franvaro/", form(cast.elsa, cast.hugo, ends_on="2026-10-21")
    )
    assert answer.status_code == 302
    clock.move_to(local(MONDAY + timedelta(days=1), 19))
    absence = Absence.objects.get(child=cast.elsa)
    log_in(cast.johan).post(f"/franvaro/{absence.id}/frisk/", headers={"HX-Request": "true"})
    absence.refresh_from_db()
    assert (absence.ends_on, absence.ended_by, absence.withdrawn_at) == (date(2026, 10, 20), cast.johan, None)
    assert [state_on(child, date(2026, 10, 21)) for child in (cast.elsa, cast.hugo)] == [State.EXPECTED, State.ABSENT]
    assert attending(cast.elsa, date(2026, 10, 21)) == WORKDAY[0]


def test_away_twice_in_a_day(cast: Cast, log_in: LogIn) -> None:
    """D03: expected around both gaps, and both are shown."""
    plan(cast.elsa)
    parts = {"is_part": "on", "from_time": "13", "to_time": "14.30", "again_from": "9:00", "again_to": "10"}
    assert log_in(cast.amina).post(f"/barn/{cast.elsa.id}/franvaro/", form(cast.elsa, **parts)).status_code == 302
    assert state_on(cast.elsa, MONDAY) == State.EXPECTED
    assert [str(part) for part in attending(cast.elsa, MONDAY)] == ["07:30–09:00", "10:00–13:00", "14:30–16:00"]
    log_in(cast.amina).post(f"/barn/{cast.elsa.id}/franvaro/", form(cast.elsa, **parts))
    assert Absence.objects.standing().count() == 2  # said again it is the same


@pytest.mark.parametrize(
    ("again", "sentence"),
    [
        ({"again_from": "09:30", "again_to": "11:00"}, "Tiderna går över varandra."),
        ({"again_from": "11:00"}, "Skriv en tid"),
        ({"again_from": "11:00", "again_to": "10:30"}, "Tiden måste sluta efter"),
    ],
)
def test_two_parts_that_do_not_fit(again: dict[str, str], sentence: str, cast: Cast, log_in: LogIn) -> None:
    given = form(cast.elsa, is_part="on", from_time="09:00", to_time="10:00", **again)
    page = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/franvaro/", given).content.decode()
    assert sentence in page
    assert 'value="09:00"' in page  # nothing typed is lost
    assert not Absence.objects.exists()


def test_two_weeks_of_leave_inside_the_lock(cast: Cast, log_in: LogIn) -> None:
    """D06: accepted although the times stand fast, and these lie underneath."""
    plan(cast.elsa)
    PlanningRule.objects.create(cut_off="days_before", cut_off_days=30)
    given = form(cast.elsa, reason="leave", starts_on="2026-10-14", ends_on="2026-10-27")
    assert log_in(cast.amina).post(f"/barn/{cast.elsa.id}/franvaro/", given).status_code == 302
    found = known([cast.elsa.id], TUESDAY, date(2026, 10, 28))
    weekdays = [date(2026, 10, 14) + timedelta(days=n) for n in range(14)]
    planned = [found.planned(cast.elsa.id, day) for day in weekdays if day.weekday() < 5]
    assert {day.intervals for day in planned} == {WORKDAY[0]}
    assert {day.attending for day in planned} == {()}
    assert attending(cast.elsa, date(2026, 10, 28)) == WORKDAY[0]
    services.end_absence(
        absence_id=Absence.objects.get().id, actor=Actor.of_person(cast.amina), now=local(TUESDAY, 6, 10)
    )
    assert attending(cast.elsa, date(2026, 10, 14)) == WORKDAY[0]


# What the staff have said ---------------------------------------------------------------------------------------------


def test_what_staff_reported_outlives_what_guardians_plan(cast: Cast) -> None:
    """D05: neither a plan over all weeks, a changed day, a copied one nor a holiday answer comes through it."""
    plan(cast.elsa)
    (absence,) = report(cast.maria, cast.elsa)
    amina, now = Actor.of_person(cast.amina), local(TUESDAY, 6, 10)
    services.save_week_plan(child_ids=[cast.elsa.id], starts_on=MONDAY, weeks=[SHORT], actor=amina, now=now)
    services.change_day(child_id=cast.elsa.id, day=MONDAY, intervals=SHORT[0], actor=amina, now=now)
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    copied = Draft((SHORT,), days=(DraftDay(wednesday, SHORT[0], like=(cast.elsa.id, MONDAY)),))
    services.save_schedule(drafts={cast.elsa.id: copied}, starts_on=MONDAY, actor=amina, now=now)
    asked = HolidayEnquiry.objects.create(
        preschool=cast.granliden,
        title="Lovet",
        opens_on=TUESDAY,
        answer_by=date(2026, 10, 16),
        starts_on=tuesday,
        ends_on=wednesday,
    )
    answers = {cast.elsa.id: {tuesday: True, wednesday: False}}
    assert services.answer_enquiry(enquiry_id=asked.id, answers=answers, actor=amina, now=now) == 2
    absence.refresh_from_db()
    assert (absence.is_by_staff, absence.withdrawn_at, absence.ends_on) == (True, None, date(2026, 10, 21))
    for day in (MONDAY, tuesday, wednesday):
        assert attending(cast.elsa, day) == ()
        assert state_on(cast.elsa, day) == State.ABSENT


def test_a_guardian_reports_over_what_staff_reported(cast: Cast) -> None:
    """D05: the guardian's own absence is a row beside it, and goes without taking it along."""
    plan(cast.elsa)
    (staffs,) = report(cast.maria, cast.elsa, days=2)
    assert report(cast.amina, cast.elsa, days=2) == []  # said already
    (own,) = report(cast.amina, cast.elsa, days=4)
    assert Absence.objects.standing().count() == 2
    with pytest.raises(ValidationError, match="Avdelningen har redan anmält Elsa frånvarande 19–20 oktober"):
        report(cast.amina, cast.elsa, reason=Reason.LEAVE, days=1)
    services.end_absence(absence_id=own.id, actor=Actor.of_person(cast.amina), now=local(TUESDAY, 6, 10))
    assert list(Absence.objects.standing()) == [staffs]
    assert [state_on(cast.elsa, MONDAY + timedelta(days=n)) for n in (0, 1, 2)] == [
        State.ABSENT,
        State.ABSENT,
        State.EXPECTED,
    ]


def test_only_staff_end_what_staff_reported(cast: Cast, log_in: LogIn) -> None:
    """D05: the guardian reads who reported it, has no button, and a request made by hand changes nothing."""
    plan(cast.elsa)
    (absence,) = report(cast.maria, cast.elsa, first=TUESDAY)
    phone = log_in(cast.amina)
    for page in ("/", f"/barn/{cast.elsa.id}/franvaro/"):
        body = phone.get(page).content.decode()
        assert "av avdelningen" in body
        assert f"/franvaro/{absence.id}/frisk/" not in body
    answer = phone.post(f"/franvaro/{absence.id}/frisk/", {"next": "/"}, follow=True)
    assert "Avdelningen har anmält frånvaron." in answer.content.decode()
    assert Absence.objects.standing().count() == 1
    log_in(cast.maria).post(f"/franvaro/{absence.id}/frisk/", {"next": "/"})
    assert Absence.objects.standing().count() == 0


def test_guardians_are_told_of_what_staff_report_and_end(cast: Cast) -> None:
    """Both of them, once for each; staff hear of it as ever, and not whoever did it."""
    (absence,) = report(cast.maria, cast.elsa, first=TUESDAY)
    report(cast.maria, cast.elsa, first=TUESDAY)
    told = Delivery.objects.in_app().filter(kind=Kind.PLANNED_BY_STAFF)
    assert {row.person for row in told} == {cast.amina, cast.johan}
    assert told.all().count() == 2
    services.end_absence(absence_id=absence.id, actor=Actor.of_person(cast.maria), now=local(TUESDAY, 7))
    assert told.all().count() == 4
    assert not told.filter(person=cast.maria).exists()
    report(cast.amina, cast.elsa, first=TUESDAY)
    assert told.all().count() == 4


@pytest.mark.parametrize("said_by", ["johan", "maria"])
def test_another_homes_hours_are_not_to_be_found_by_trying(said_by: str, cast: Cast) -> None:
    """DOMAIN 2.8: no part of the other home's day is refused, and what was said there is left as it is."""
    homes = [Household.objects.create(child=cast.elsa) for _home in range(2)]
    homes[0].guardians.add(cast.amina)
    homes[1].guardians.add(cast.johan)
    HouseholdWeeks.objects.create(
        child=cast.elsa,
        first=homes[0],
        second=homes[1],
        starts_on=date(2026, 10, 5),
        weeks=["AAAAAAA", "BBBBBBB"],
        is_proposed=False,
    )
    plan(cast.elsa)
    part = Interval(time(10, 7), time(11, 53))
    (theirs,) = report(getattr(cast, said_by), cast.elsa, days=1, parts=(part,))
    for tried in (Interval(time(10), time(12)), Interval(time(9), time(10, 8)), part):
        report(cast.amina, cast.elsa, days=1, parts=(tried,), reason=Reason.OTHER)
        mine = Absence.objects.standing().get(reported_by=cast.amina)
        assert (mine.from_time, mine.to_time) == (tried.starts, tried.ends)
        services.end_absence(absence_id=mine.id, actor=Actor.of_person(cast.amina), now=local(TUESDAY, 7))
    (mine,) = report(cast.amina, cast.elsa, days=1, parts=(part,))
    theirs.refresh_from_db()
    assert theirs.withdrawn_at is None
    with pytest.raises(ValidationError, match="19 oktober 10:07–11:53"):
        report(cast.maria, cast.elsa, days=1, parts=(Interval(time(10), time(12)),), reason=Reason.LEAVE)
    services.end_absence(absence_id=mine.id, actor=Actor.of_person(cast.amina), now=local(TUESDAY, 7))
    assert attending(cast.elsa, MONDAY) == (Interval(time(7, 30), part.starts), Interval(part.ends, time(16)))


# Own words, and for how long the reason is read -----------------------------------------------------------------------

WORDS = "Magsjuk sedan i natt"


def test_own_words_are_off_until_somebody_decides_otherwise(cast: Cast, log_in: LogIn) -> None:
    phone = log_in(cast.amina)
    assert 'name="words"' not in phone.get(f"/barn/{cast.elsa.id}/franvaro/").content.decode()
    assert phone.post(f"/barn/{cast.elsa.id}/franvaro/", form(cast.elsa, words=WORDS)).status_code == 302
    assert Absence.objects.get().words == ""
    with pytest.raises(ValidationError, match="Hugos förskola tar inte emot egna ord"):
        report(cast.amina, cast.hugo, words=WORDS)


def test_the_principal_opens_for_own_words(cast: Cast, log_in: LogIn) -> None:
    """The setting is on the page of the rules, says itself in words, and what follows is on the family's page."""
    desk, address = log_in(cast.eva), f"/forskola/{cast.granliden.id}/regler/"
    assert "väljer varför, utan egna ord" in desk.get(address).content.decode()
    assert desk.post(address, {"takes_absence_words": "True", "do": "save"}).status_code == 302
    assert "kan skriva några egna ord" in desk.get(address).content.decode()
    phone = log_in(cast.amina)
    assert 'name="words"' in phone.get(f"/barn/{cast.elsa.id}/franvaro/").content.decode()
    too_long = phone.post(f"/barn/{cast.elsa.id}/franvaro/", form(cast.elsa, words="a" * 201)).content.decode()
    assert "Skriv högst 200 tecken." in too_long
    phone.post(f"/barn/{cast.elsa.id}/franvaro/", form(cast.elsa, words=WORDS))
    assert Absence.objects.get().words == WORDS
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM attendance_absence")
        assert "Magsjuk" not in cursor.fetchone()[0]


@pytest.fixture
def with_words(cast: Cast) -> Absence:
    plan(cast.elsa)
    PlanningRule.objects.create(takes_absence_words=True)
    (absence,) = report(cast.amina, cast.elsa, first=TUESDAY, days=1, words=WORDS)
    return absence


def test_words_said_later_are_kept_and_grow_along(with_words: Absence, cast: Cast) -> None:
    """Sick with two taps, then in words; then for a day more, without saying it again."""
    report(cast.amina, cast.elsa, first=TUESDAY, days=2)
    (absence,) = Absence.objects.standing()
    assert (absence.words, absence.ends_on) == (WORDS, date(2026, 10, 14))
    report(cast.amina, cast.elsa, first=TUESDAY, days=1, words="Nu också feber")
    (absence,) = Absence.objects.standing()
    assert (absence.words, absence.ends_on) == ("Nu också feber", date(2026, 10, 14))


def test_the_hall_reads_neither_reason_nor_words(
    with_words: Absence, cast: Cast, on_tablet: Callable[[str], Client]
) -> None:
    """DOMAIN 3.14: without a PIN the tile says that the child is away, and no more."""
    made, cookie = tablet(cast.blasippan)
    hall = on_tablet(cookie)
    pages = [f"/avdelning/{cast.blasippan.id}/", f"/avdelning/{cast.blasippan.id}/barn/{cast.elsa.id}/"]
    for page in pages:
        body = hall.get(page).content.decode()
        assert "Frånvarande" in body
        assert "Sjuk" not in body.replace("Sjuk idag", "")
        assert WORDS not in body
    hall.cookies[PIN_COOKIE] = signing.dumps([str(made.id), str(cast.maria.id)], salt="pin")
    assert WORDS in hall.get(pages[1]).content.decode()


def test_after_the_last_day_the_reason_is_gone(
    with_words: Absence, cast: Cast, log_in: LogIn, clock: time_machine.Traveller
) -> None:
    """That the child was away is still told, and the month's sums by reason are."""
    address = f"/forskola/{cast.granliden.id}/?dag={TUESDAY}"
    assert "Sjuk" in log_in(cast.eva).get(address).content.decode()
    clock.move_to(local(TUESDAY + timedelta(days=1), 6))
    body = log_in(cast.eva).get(address).content.decode()
    assert "Frånvarande" in body
    assert "Sjuk" not in body
    for page in (f"/avdelning/{cast.blasippan.id}/barn/{cast.elsa.id}/", f"/barn/{cast.elsa.id}/"):
        assert WORDS not in log_in(cast.maria).get(page).content.decode()
