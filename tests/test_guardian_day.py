"""The guardian's own pages, through the front door."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from attendance import services
from attendance.models import Absence, DayPlan, PlanningRule, Stay, WeekPlan
from attendance.rules import Interval, Reason, State
from attendance.selectors import child_history, guardian_home
from attendance.selectors.facts import known
from attendance.selectors.schedule import schedule
from children.actors import Actor
from children.models import Block, Child, Contact
from notifications.models import Delivery, Kind
from portal.lib import days
from portal.lib.ids import uuid7
from tests.cast import Cast, child, guard, local, place

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

TUESDAY = date(2026, 10, 13)
MONDAY = date(2026, 10, 19)
WORKDAY = ((Interval(time(7, 30), time(16)),),) * 5 + ((), ())

LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _early_on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=False):
        yield


def plan(*children: Child, starts_on: date = date(2026, 8, 3)) -> None:
    weeks = [[[["07:30", "16:00"]]] * 5 + [[], []]]
    for one in children:
        WeekPlan.objects.create(child=one, starts_on=starts_on, weeks=weeks)


def state_of(one: Child, at: datetime) -> State:
    return known([one.id], days.day_of(at), days.day_of(at)).state(one.id, at).state


def test_sick_today_with_two_taps(cast: Cast, log_in: LogIn) -> None:
    """D01: one POST without a form page; the department's staff are told."""
    plan(cast.elsa)
    browser = log_in(cast.amina)
    for _time in range(2):  # the same form sent twice is one report
        answer = browser.post(f"/barn/{cast.elsa.id}/sjuk/", headers={"HX-Request": "true"})
        assert answer.status_code == 200
    page = answer.content.decode()
    assert "Sjuk" in page
    assert "Frisk igen" in page
    assert 'hx-swap-oob="innerHTML:#toasts"' in page  # what was said before makes room
    absence = Absence.objects.get()
    assert (absence.starts_on, absence.ends_on, absence.reason, absence.is_by_staff) == (
        TUESDAY,
        TUESDAY,
        "sick",
        False,
    )
    told = set(Delivery.objects.filter(kind=Kind.ABSENCE_REPORTED).values_list("person", flat=True))
    assert told == {cast.maria.id, cast.vikar.id}
    assert state_of(cast.elsa, local(TUESDAY, 8)) == State.ABSENT
    assert AuditEntry.objects.filter(action="absence.reported").count() == 1


def test_sick_today_without_script_goes_home(cast: Cast, log_in: LogIn) -> None:
    answer = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/sjuk/", {"next": "/schema/"})
    assert (answer.status_code, answer["Location"]) == (302, "/schema/")


def test_blocked_staff_are_not_told(cast: Cast, log_in: LogIn) -> None:
    Block.objects.create(child=cast.elsa, person=cast.vikar)
    log_in(cast.amina).post(f"/barn/{cast.elsa.id}/sjuk/", headers={"HX-Request": "true"})
    assert [told.person for told in Delivery.objects.all()] == [cast.maria]


def test_sick_for_days_and_well_again(cast: Cast, log_in: LogIn) -> None:
    """D02: Monday to Wednesday in one go; on Tuesday evening Wednesday gets its times back."""
    plan(cast.elsa)
    browser = log_in(cast.amina)
    form = {"children": [cast.elsa.id], "reason": "sick", "starts_on": "2026-10-19", "ends_on": "2026-10-21"}
    assert browser.post(f"/barn/{cast.elsa.id}/franvaro/", form).status_code == 302
    absence = Absence.objects.get()
    with time_machine.travel(local(date(2026, 10, 20), 19), tick=False):
        browser = log_in(cast.amina)
        answer = browser.post(f"/franvaro/{absence.id}/frisk/", headers={"HX-Request": "true"})
        assert "Från imorgon gäller Elsas tider igen." in answer.content.decode()
    assert state_of(cast.elsa, local(date(2026, 10, 20), 8)) == State.ABSENT
    assert state_of(cast.elsa, local(date(2026, 10, 21), 7)) == State.EXPECTED


def test_well_again_the_same_morning(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa)
    browser = log_in(cast.amina)
    browser.post(f"/barn/{cast.elsa.id}/sjuk/", headers={"HX-Request": "true"})
    browser.post(f"/franvaro/{Absence.objects.get().id}/frisk/", headers={"HX-Request": "true"})
    assert Absence.objects.standing().count() == 0
    assert state_of(cast.elsa, local(TUESDAY, 7)) == State.EXPECTED


def test_away_for_two_hours(cast: Cast, log_in: LogIn) -> None:
    """D03: expected, and the gap is shown."""
    plan(cast.elsa)
    form = {
        "children": [cast.elsa.id], "reason": "other", "starts_on": "2026-10-13",
        "is_part": "on", "from_time": "10:00", "to_time": "12:00",
    }  # fmt: skip
    assert log_in(cast.amina).post(f"/barn/{cast.elsa.id}/franvaro/", form).status_code == 302
    (card, _hugo) = guardian_home(Actor.of_person(cast.amina), local(TUESDAY, 7))
    assert (card.state, card.times, card.note) == ("expected", "07:30–16:00", "Borta 10:00–12:00")


def test_a_child_that_is_here_is_not_reported_absent(cast: Cast, log_in: LogIn) -> None:
    """D04: refused, with what to do instead, and nothing is changed."""
    Stay.objects.create(id=uuid7(), child=cast.elsa, department=cast.blasippan, arrived_at=local(TUESDAY, 6, 5))
    browser = log_in(cast.amina)
    form = {"children": [cast.elsa.id, cast.hugo.id], "reason": "sick", "starts_on": "2026-10-13"}
    answer = browser.post(f"/barn/{cast.elsa.id}/franvaro/", form)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Elsa är här sedan 06:05." in page
    assert "ändra hämtningstiden" in page
    assert 'value="2026-10-13"' in page
    assert (
        "Elsa är här sedan 06:05."
        in browser.post(f"/barn/{cast.elsa.id}/sjuk/", headers={"HX-Request": "true"}).content.decode()
    )
    assert not Absence.objects.exists()


def sick_today(one: Child, by: User, now: datetime, part: tuple[time, time] | tuple[None, None] = (None, None)) -> bool:
    """Report the child sick on the day of `now`; tell whether an absence was made of it."""
    today = days.day_of(now)
    made = services.report_absence(
        child_ids=[one.id],
        starts_on=today,
        ends_on=today,
        reason=Reason.SICK,
        actor=Actor.of_person(by),
        now=now,
        from_time=part[0],
        to_time=part[1],
    )
    return bool(made)


def test_a_child_that_has_been_here_is_not_reported_away(cast: Cast) -> None:
    """DOMAIN 3.6: the part of the day that is left can be."""
    stay = {"child": cast.elsa, "department": cast.blasippan, "arrived_at": local(TUESDAY, 6, 5)}
    Stay.objects.create(id=uuid7(), left_at=local(TUESDAY, 9), **stay)
    with pytest.raises(ValidationError, match="Elsa har varit här idag och gick 09:00"):
        sick_today(cast.elsa, cast.amina, local(TUESDAY, 10))
    assert sick_today(cast.elsa, cast.amina, local(TUESDAY, 10), (time(12), time(16)))


def test_a_child_that_is_here_since_the_night_is_not_reported_absent(cast: Cast) -> None:
    """DOMAIN 3.6: night care is presence; what was forgotten on an ordinary day is not."""
    arrived_at = local(TUESDAY - timedelta(days=1), 20)
    Stay.objects.create(id=uuid7(), child=cast.elsa, department=cast.blasippan, arrived_at=arrived_at)
    nights = [[[["00:00", "07:00"], ["20:00", "00:00"]]] * 7]
    night_care = WeekPlan.objects.create(child=cast.elsa, starts_on=date(2026, 10, 5), weeks=nights)
    with pytest.raises(ValidationError, match="Elsa är här sedan 20:00"):
        sick_today(cast.elsa, cast.amina, local(TUESDAY, 5))
    night_care.delete()
    assert sick_today(cast.elsa, cast.amina, local(TUESDAY, 5))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"starts_on": "2026-10-12"}, "Dagen har varit"),
        ({"starts_on": "igår"}, "Välj en dag."),
        ({"starts_on": ""}, "Välj en dag."),
        ({"ends_on": "2026-10-12"}, "Sista dagen kan inte vara före den första"),
        ({"ends_on": "2028-10-12"}, "högst ett år"),
        ({"reason": "grön"}, "field-error"),
        ({"children": []}, "Välj minst ett barn."),
        ({"is_part": "on", "from_time": "12:00", "to_time": "10:00"}, "Tiden måste sluta efter"),
        ({"is_part": "on", "from_time": "nio", "to_time": "10:00"}, "Skriv en tid"),
        ({"is_part": "on", "from_time": "09:00", "to_time": "10:00", "ends_on": "2026-10-15"}, "en dag i taget"),
    ],
)
def test_bad_absence_is_said_on_the_field(changed: dict[str, object], sentence: str, cast: Cast, log_in: LogIn) -> None:
    form: dict[str, object] = {"children": [cast.elsa.id], "reason": "sick", "starts_on": "2026-10-13"}
    answer = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/franvaro/", form | changed)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Absence.objects.exists()


def test_an_absence_for_somebody_elses_child_is_not_slipped_in(cast: Cast, log_in: LogIn) -> None:
    form = {"children": [cast.elsa.id, cast.noor.id], "reason": "sick", "starts_on": "2026-10-13"}
    answer = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/franvaro/", form)
    assert answer.status_code == 200
    assert not Absence.objects.exists()


def test_overlapping_absence(cast: Cast) -> None:
    """The same reason becomes one absence; another reason is refused by name and dates."""
    amina = Actor.of_person(cast.amina)
    now = local(TUESDAY, 6, 10)

    def report(first: int, last: int, reason: str) -> None:
        services.report_absence(
            child_ids=[cast.elsa.id], starts_on=date(2026, 10, first), ends_on=date(2026, 10, last),
            reason=Reason(reason), actor=amina, now=now,
        )  # fmt: skip

    report(13, 15, "sick")
    report(15, 16, "sick")
    (absence,) = Absence.objects.standing()
    assert (absence.starts_on.day, absence.ends_on.day) == (13, 16)
    with pytest.raises(Exception, match="Elsa är redan anmäld frånvarande 13 oktober–16 oktober"):
        report(16, 18, "leave")
    assert Absence.objects.standing().count() == 1


@pytest.mark.parametrize(
    "address", ["/barn/{}/sjuk/", "/barn/{}/franvaro/", "/barn/{}/dag/2026-10-14/", "/barn/{}/tider/"]
)
def test_somebody_elses_child_is_not_there(address: str, cast: Cast, log_in: LogIn) -> None:
    for reader in (cast.stranger, cast.neighbour):
        browser = log_in(reader)
        for target in (cast.elsa.id, uuid7()):
            method = browser.post if "sjuk" in address else browser.get
            assert method(address.format(target)).status_code == 404


def test_somebody_elses_absence_is_not_there(cast: Cast, log_in: LogIn) -> None:
    absence = Absence.objects.create(child=cast.elsa, starts_on=TUESDAY, ends_on=TUESDAY, reason="sick")
    assert log_in(cast.stranger).post(f"/franvaro/{absence.id}/frisk/").status_code == 404
    assert log_in(cast.stranger).post(f"/franvaro/{uuid7()}/frisk/").status_code == 404
    assert Absence.objects.standing().count() == 1


def test_change_the_day(cast: Cast, log_in: LogIn) -> None:
    """Other times, grandmother collects, a note; the same form again is the same day."""
    plan(cast.elsa)
    granny = Contact.objects.create(child=cast.elsa, name="Karin", relation="Mormor")
    browser = log_in(cast.amina)
    page = browser.get(f"/barn/{cast.elsa.id}/dag/2026-10-13/").content.decode()
    assert 'value="07:30"' in page
    assert "Karin (Mormor)" in page
    form = {
        "what": "times", "starts": "08:15", "ends": "15:00", "collector": f"c:{granny.id}", "note": "Gummistövlar med",
    }  # fmt: skip
    for _time in range(2):
        assert browser.post(f"/barn/{cast.elsa.id}/dag/2026-10-13/", form).status_code == 302
    changed = DayPlan.objects.get()
    assert (changed.intervals, changed.collecting_contact, changed.note) == (
        [["08:15", "15:00"]], granny, "Gummistövlar med",
    )  # fmt: skip
    card = guardian_home(Actor.of_person(cast.amina), local(TUESDAY, 6, 10))[0]
    assert (card.times, card.collector) == ("08:15–15:00", "Mormor hämtar")
    browser.post(f"/barn/{cast.elsa.id}/dag/2026-10-13/", {"what": "usual"})
    assert not DayPlan.objects.exists()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"what": "times", "starts": "16:00", "ends": "08:00"}, "Tiden måste sluta efter"),
        ({"what": "times", "starts": "16:00", "ends": ""}, "Skriv en tid"),
        ({"what": "times", "starts": "25:99", "ends": "7.5x"}, "Skriv en tid"),
        ({"what": "times"}, "Skriv en tid"),
        ({"what": ""}, "Välj vad som gäller."),
        ({"what": "usual", "collector": f"c:{uuid7()}"}, "Välj någon av dem som får hämta."),
        ({"what": "usual", "note": "x" * 301}, "Skriv högst 300 tecken."),
        (
            {"what": "times", "starts": "08:00", "ends": "12:00", "again_starts": "11:00", "again_ends": "15:00"},
            "Tiderna går över varandra.",
        ),
    ],
)
def test_a_bad_day_is_said_on_the_field(form: dict[str, str], sentence: str, cast: Cast, log_in: LogIn) -> None:
    answer = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/dag/2026-10-13/", form)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert sentence in page
    assert all(f'value="{typed}"' in page for name, typed in form.items() if name in ("starts", "ends") and typed)
    assert not DayPlan.objects.exists()


def test_a_refused_time_comes_back_in_a_field_that_can_hold_it(cast: Cast, log_in: LogIn) -> None:
    """Nothing typed is lost: a field of the kind "time" would show nothing at all."""
    browser = log_in(cast.amina)
    for address, form, name in (
        (f"/barn/{cast.elsa.id}/dag/2026-10-13/", {"what": "times", "ends": "16:00"}, "starts"),
        (f"/barn/{cast.elsa.id}/franvaro/", {"is_part": "on", "to_time": "16:00"}, "from_time"),
        ("/schema/", {"vecka": "2026-10-19", "barn": cast.elsa.id, "weekdays": [0], "ends": "16:00"}, "starts"),
    ):
        page = browser.post(address, form | {name: "25:99"}).content.decode()
        (field,) = re.findall(rf'<input[^>]* name="{name}"[^>]*>', page)
        assert 'type="text"' in field
        assert 'value="25:99"' in field
        assert 'inputmode="numeric"' in field
        assert f'aria-describedby="id_{name}_error"' in field
        (said,) = re.findall(rf'id="id_{name}_error">.*?<span>(.*?)</span>', page, re.DOTALL)
        assert said == "Skriv en tid, som 07:30."
        assert 'type="time" name="' in page  # the other time stands in a field of its own kind


@pytest.mark.parametrize("written", ["7", "07", "7:30", "7.30", "7,30", "730", "0730", " 07:30 ", "1630", "24", "7:3x"])
def test_a_time_is_read_as_people_write_it(written: str, cast: Cast, log_in: LogIn) -> None:
    """As static/js/stepper.js reads it: who sends the form with Enter has not left the field."""
    form = {"what": "times", "starts": written, "ends": "17"}
    answer = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/dag/2026-10-13/", form)
    expected = {"7": "07:00", "07": "07:00", "1630": "16:30", "24": None, "7:3x": None}.get(written, "07:30")
    assert answer.status_code == (302 if expected else 200)
    assert [day.intervals for day in DayPlan.objects.all()] == ([[[expected, "17:00"]]] if expected else [])


def test_a_barred_guardian_is_not_among_those_who_collect(cast: Cast, log_in: LogIn) -> None:
    Block.objects.create(child=cast.elsa, person=cast.johan)
    browser = log_in(cast.amina)
    assert "Johan" not in browser.get(f"/barn/{cast.elsa.id}/dag/2026-10-13/").content.decode()
    form = {"what": "usual", "collector": f"g:{cast.johan.id}"}
    browser.post(f"/barn/{cast.elsa.id}/dag/2026-10-13/", form)
    assert not DayPlan.objects.exists()


def test_a_day_that_was_is_not_changed(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    assert "Dagen har varit" in browser.get(f"/barn/{cast.elsa.id}/dag/2026-10-12/").content.decode()
    assert browser.post(f"/barn/{cast.elsa.id}/dag/2026-10-12/", {"what": "off"}).status_code == 200
    assert browser.get(f"/barn/{cast.elsa.id}/dag/2026-13-12/").status_code == 404
    assert not DayPlan.objects.exists()


def test_locked_times_stand_fast_but_not_who_collects(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 2.1: a request that ignores the cut-off changes nothing."""
    plan(cast.elsa)
    PlanningRule.objects.create(preschool=cast.granliden, cut_off="days_before", cut_off_days=3)
    browser = log_in(cast.amina)
    assert "Dagens tider är låsta" in browser.get(f"/barn/{cast.elsa.id}/dag/2026-10-15/").content.decode()
    answer = browser.post(f"/barn/{cast.elsa.id}/dag/2026-10-15/", {"what": "off", "note": "hej"})
    assert "Tiderna låstes efter måndag 12 oktober" in answer.content.decode()
    assert not DayPlan.objects.exists()
    form = {"what": "usual", "collector": f"g:{cast.amina.id}"}
    assert browser.post(f"/barn/{cast.elsa.id}/dag/2026-10-15/", form).status_code == 302
    assert browser.post(f"/barn/{cast.elsa.id}/dag/2026-10-16/", {"what": "off"}).status_code == 302


def lay(browser: Client, *children: Child, **more: object) -> Answer:
    form = {"vecka": "2026-10-19", "barn": [one.id for one in children], "starts": "07:30", "ends": "16:00"}
    return browser.post("/schema/", form | more)


def test_a_week_is_painted_looked_at_and_saved(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa)
    browser = log_in(cast.amina)
    assert browser.get("/schema/?vecka=2026-10-19").status_code == 200
    preview = lay(browser, cast.elsa, cast.hugo, do="preview", weekdays=[0, 1, 2, 3], ends="15:00")
    page = preview.content.decode()
    assert "Spara schemat" in page
    assert WeekPlan.objects.count() == 1
    drafts = dict.fromkeys(
        (f"draft-{one.id}" for one in (cast.elsa, cast.hugo)), "0730-1500;0730-1500;0730-1500;0730-1500;;;"
    )
    for _time in range(2):
        answer = lay(browser, cast.elsa, cast.hugo, do="save", **drafts)
        assert answer.status_code == 302
    former = WeekPlan.objects.get(child=cast.elsa, starts_on=date(2026, 8, 3))
    assert former.ends_on == date(2026, 10, 18)
    new = WeekPlan.objects.filter(starts_on=MONDAY)
    assert {row.child for row in new} == {cast.elsa, cast.hugo}
    assert all(row.weeks == [[[["07:30", "15:00"]]] * 4 + [[], [], []]] for row in new)


def test_the_hours_say_whose_they_are(cast: Cast) -> None:
    family, now = [cast.elsa, cast.hugo], local(TUESDAY, 8)
    plan(cast.elsa)
    assert schedule([cast.elsa], MONDAY, now).hours == "42,5 tim"
    assert schedule([cast.hugo], MONDAY, now).hours == ""
    assert schedule(family, MONDAY, now).hours == "Elsa 42,5 tim"
    plan(cast.hugo)
    assert schedule(family, MONDAY, now).hours == "42,5 tim per barn"
    DayPlan.objects.create(child=cast.hugo, day=MONDAY, intervals=[], changed_at=now)
    found = schedule(family, MONDAY, now)
    assert found.hours == "Elsa 42,5 tim, Hugo 34 tim"
    assert [week.caption for week in found.coming] == ["42,5 tim per barn"] * 3


def test_every_other_week(cast: Cast, log_in: LogIn) -> None:
    """C02: a rotation of two weeks, seen as dates before it is saved."""
    browser = log_in(cast.amina)
    week = "0730-1600;0730-1600;0730-1600;0730-1600;0730-1600;;"
    painted = lay(
        browser,
        cast.elsa,
        do="preview",
        repeats=2,
        week=1,
        weekdays=[4],
        is_off="on",
        **{f"draft-{cast.elsa.id}": week},
    ).content.decode()
    assert "Vecka 43, 19–23 okt" in painted
    assert "Vecka 44, 26–30 okt" in painted
    assert f"{week}|0730-1600;0730-1600;0730-1600;0730-1600;;;" in painted
    assert "Upprepas var 2:e vecka" in painted


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"do": "paint"}, "Välj minst en dag."),
        ({"do": "paint", "weekdays": [0], "ends": "07:00"}, "Tiden måste sluta efter"),
        ({"do": "save"}, "Välj minst en dag."),
        ({"do": "save", "weekdays": [9]}, "Välj dagar i veckan."),
        ({"do": "save", "draft": "x" * 500}, "Välj minst en dag."),
    ],
)
def test_a_bad_week_is_said(more: dict[str, object], sentence: str, cast: Cast, log_in: LogIn) -> None:
    if "draft" in more:
        more = more | {f"draft-{cast.elsa.id}": more["draft"]}
    answer = lay(log_in(cast.amina), cast.elsa, **more)
    assert sentence in answer.content.decode()
    assert not WeekPlan.objects.exists()


def test_days_that_were_are_not_planned_anew(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa)
    form = {"do": "save", "weekdays": [0], "vecka": "2026-10-12"}
    lay(log_in(cast.amina), cast.elsa, **form)
    assert WeekPlan.objects.count() == 1


def test_somebody_elses_child_is_not_planned_for(cast: Cast, log_in: LogIn) -> None:
    answer = lay(log_in(cast.amina), cast.noor, do="save", weekdays=[0])
    assert answer.status_code == 200
    assert not WeekPlan.objects.exists()


def test_a_first_plan_may_begin_in_the_middle_of_a_week(cast: Cast, log_in: LogIn) -> None:
    """What is only painted locks nothing: after the brush there is still something to press."""
    browser = log_in(cast.amina)
    drafted = lay(browser, cast.elsa, do="paint", weekdays=[0, 1], vecka="2026-10-12")
    assert 'value="preview"' in drafted.content.decode()


def test_first_times(cast: Cast, log_in: LogIn) -> None:
    """An empty schedule says what to do first."""
    page = log_in(cast.amina).get("/schema/").content.decode()
    assert "Inget schema än. Lägg en vanlig vecka." in page


def test_the_times_that_were(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa)
    Stay.objects.create(
        id=uuid7(), child=cast.elsa, department=cast.blasippan,
        arrived_at=local(date(2026, 10, 12), 7, 34), left_at=local(date(2026, 10, 12), 16, 4),
    )  # fmt: skip
    page = log_in(cast.amina).get(f"/barn/{cast.elsa.id}/tider/").content.decode()
    assert "07:34–16:04" in page
    found = child_history(cast.elsa, TUESDAY, today=TUESDAY)
    assert (found.days[1].came, found.days[1].hours) == ("07:34–16:04", "8,5")
    look = AuditEntry.objects.get(action="attendance.history")
    assert (look.is_look, look.children, look.back_to) == (True, [str(cast.elsa.id)], date(2026, 10, 1))


def test_home_costs_the_same_for_two_and_for_forty(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def look() -> None:
        actor = Actor.of_person(cast.amina)
        assert not actor.is_staff, "the outer door has asked that already"
        with django_assert_num_queries(5):  # the municipality's settings among them
            guardian_home(actor, local(TUESDAY, 8))

    look()
    for number in range(38):
        one = child(f"Barn{number}")
        place(one, cast.blasippan)
        guard(cast.amina, one)
    look()


def test_reporting_sick_costs(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Lock, who is here, what stands; absence, audit; where, whom to tell, what they want, the notices."""
    plan(cast.elsa)
    actor = Actor.of_person(cast.amina)
    assert (actor.municipality.pk, actor.roles) == (1, [])
    with django_assert_num_queries(9 + 2):  # and the savepoint of the test
        services.report_absence(
            child_ids=[cast.elsa.id], starts_on=TUESDAY, ends_on=TUESDAY, reason=Reason.SICK, actor=actor,
            now=local(TUESDAY, 6, 10),
        )  # fmt: skip


def test_a_child_that_begins_soon(cast: Cast) -> None:
    new = child("Nils")
    place(new, cast.blasippan, starts_on=TUESDAY + timedelta(days=14))
    guard(cast.amina, new)
    card = next(c for c in guardian_home(Actor.of_person(cast.amina), local(TUESDAY, 8)) if c.name == "Nils")
    assert (card.state, card.department, card.note) == ("coming", "Blåsippan", "Första dagen är tisdag 27 oktober.")


def test_a_plan_that_is_to_begin_inside_the_lock_stands_fast(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 2.1: the first plan of all may begin inside it, and from then on it is locked like any other."""
    PlanningRule.objects.create(preschool=cast.granliden, cut_off="days_before", cut_off_days=14)
    browser = log_in(cast.amina)
    for times, expected in (("15:00", 1), ("16:00", 1)):
        answer = lay(browser, cast.elsa, do="save", weekdays=[0], ends=times)
        assert WeekPlan.objects.count() == expected
    assert "Tiderna låstes" in answer.content.decode()
    assert WeekPlan.objects.get().weeks[0][0] == [["07:30", "15:00"]]


def test_a_day_of_an_absence_says_so(cast: Cast, log_in: LogIn) -> None:
    """What is changed there holds only once the absence is gone."""
    plan(cast.elsa)
    browser = log_in(cast.amina)
    services.report_absence(
        child_ids=[cast.elsa.id], starts_on=date(2026, 10, 14), ends_on=date(2026, 10, 15), reason=Reason.SICK,
        actor=Actor.of_person(cast.amina), now=local(TUESDAY, 6, 10),
    )  # fmt: skip
    shown = [browser.get(f"/barn/{cast.elsa.id}/dag/2026-10-{day}/").content.decode() for day in (14, 15, 16)]
    assert ["Sjuk" in page and "ligger kvar under den" in page for page in shown] == [True, True, False]
    assert "Sjuk till och med tors" in shown[0]
