"""The guardian's own pages, through the front door: the day, the plan, and the times that were."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from attendance import services
from attendance.models import Absence, ClosedDay, DayPlan, PlanningRule, Stay, WeekPlan
from attendance.rules import Interval, Reason
from attendance.selectors import child_history, guardian_home
from attendance.selectors.schedule import schedule
from children.actors import Actor
from children.models import Block, Child, Contact
from portal.lib.ids import uuid7
from tests.cast import Cast, child, guard, local, place, plan

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


def test_change_the_day(cast: Cast, log_in: LogIn) -> None:
    """Other times, grandmother collects, a note; the same form again is the same day."""
    plan(cast.elsa)
    granny = Contact.objects.create(child=cast.elsa, name="Karin", relation="Mormor")
    browser = log_in(cast.amina)
    page = browser.get(f"/barn/{cast.elsa.id}/dag/2026-10-13/").content.decode()
    assert 'value="07:30"' in page
    assert "Karin (Mormor)" in page
    form = {
        "what": "times",
        "starts": "08:15",
        "ends": "15:00",
        "collector": f"c:{granny.id}",
        "note": "Gummistövlar med",
    }
    for _time in range(2):
        assert browser.post(f"/barn/{cast.elsa.id}/dag/2026-10-13/", form).status_code == 302
    changed = DayPlan.objects.get()
    assert (changed.intervals, changed.collecting_contact, changed.note) == (
        [["08:15", "15:00"]],
        granny,
        "Gummistövlar med",
    )
    card = guardian_home(Actor.of_person(cast.amina), local(TUESDAY, 6, 10))[0][0]
    assert (card.times, card.collector) == ("08:15–15:00", "Mormor hämtar")
    browser.post(f"/barn/{cast.elsa.id}/dag/2026-10-13/", {"what": "usual"})
    assert not DayPlan.objects.exists()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"what": "times", "starts": "16:00", "ends": "08:00"}, "Hämtningen måste vara senare än lämningen."),
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


CHOSEN = 'name="what" value="{}" id="id_what_{}" checked'


def test_who_collects_is_said_without_times_of_its_own(cast: Cast, log_in: LogIn) -> None:
    """A day that follows the schedule goes on to: a plan that is laid later reaches it."""
    plan(cast.elsa)
    browser, address = log_in(cast.amina), f"/barn/{cast.elsa.id}/dag/2026-10-14/"
    page = browser.get(address).content.decode()
    assert CHOSEN.format("usual", 1) in page
    assert 'value="07:30"' in page
    shown = {"what": "usual", "starts": "07:30", "ends": "16:00"}
    assert browser.post(address, shown | {"collector": f"g:{cast.johan.id}"}).status_code == 302
    assert DayPlan.objects.get().intervals is None
    assert browser.post(address, shown | {"what": "times", "ends": "15:00"}).status_code == 302
    assert CHOSEN.format("times", 0) in browser.get(address).content.decode()
    assert browser.post(address, shown | {"ends": "15:00"}).status_code == 302  # the day's own times are given up
    assert not DayPlan.objects.exists()


def test_typed_times_are_not_lost_to_the_schedule(cast: Cast, log_in: LogIn) -> None:
    """Without script: asked on the field which is meant, and once."""
    plan(cast.elsa)
    browser, address = log_in(cast.amina), f"/barn/{cast.elsa.id}/dag/2026-10-14/"
    typed = {"what": "usual", "starts": "07:30", "ends": "15:00", "note": "hej"}
    page = browser.post(address, typed).content.decode()
    assert "Välj Andra tider om de ska gälla." in page
    assert 'value="15:00"' in page
    assert not DayPlan.objects.exists()
    assert 'name="as_schedule" value="on"' in page
    assert browser.post(address, typed | {"as_schedule": "on"}).status_code == 302
    assert DayPlan.objects.get().intervals is None


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


@pytest.mark.parametrize(
    "written", ["7", "07", "7:30", "7.30", "7,30", "730", "0730", " 07:30 ", "1630", "24", "7:3x", "15:451630"]
)
def test_a_time_is_read_as_people_write_it(written: str, cast: Cast, log_in: LogIn) -> None:
    """As static/js/stepper.js reads it: who sends the form with Enter has not left the field."""
    form = {"what": "times", "starts": written, "ends": "17"}
    answer = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/dag/2026-10-13/", form)
    expected = {"7": "07:00", "07": "07:00", "1630": "16:30", "24": None, "7:3x": None, "15:451630": None}.get(
        written, "07:30"
    )
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
    assert schedule([cast.elsa], MONDAY, now, reader=cast.amina.pk).hours == "42,5 tim"
    assert schedule([cast.hugo], MONDAY, now, reader=cast.amina.pk).hours == ""
    assert schedule(family, MONDAY, now, reader=cast.amina.pk).hours == "Elsa 42,5 tim"
    plan(cast.hugo)
    assert schedule(family, MONDAY, now, reader=cast.amina.pk).hours == "42,5 tim per barn"
    DayPlan.objects.create(child=cast.hugo, day=MONDAY, intervals=[], changed_at=now)
    found = schedule(family, MONDAY, now, reader=cast.amina.pk)
    assert found.hours == "Elsa 42,5 tim, Hugo 34 tim"
    assert [week.caption for week in found.coming] == ["42,5 tim per barn"] * 3


def test_a_name_stands_in_the_bar_only_where_it_is_not_cut(cast: Cast) -> None:
    """A bar that an absence for a part of the day splits is too short for it: the name stands above."""
    plan(cast.elsa, cast.hugo)
    now = local(TUESDAY, 6)
    Absence.objects.create(
        child=cast.elsa, starts_on=TUESDAY, ends_on=TUESDAY, reason="leave", from_time=time(9), to_time=time(10)
    )
    DayPlan.objects.create(child=cast.hugo, day=date(2026, 10, 14), intervals=[["08:00", "11:00"]], changed_at=now)
    found = schedule([cast.elsa, cast.hugo], date(2026, 10, 12), now, reader=cast.amina.pk)
    lines = {(day.day.day, line.names): line.fits_bar for day in found.days for line in day.lines}
    assert (lines[13, "Elsa"], lines[13, "Hugo"]) == (False, True)
    assert (lines[14, "Elsa"], lines[14, "Hugo"]) == (True, False)


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
        ({"do": "paint", "weekdays": [0], "ends": "07:00"}, "Hämtningen måste vara senare än lämningen."),
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
        id=uuid7(),
        child=cast.elsa,
        department=cast.blasippan,
        arrived_at=local(date(2026, 10, 12), 7, 34),
        left_at=local(date(2026, 10, 12), 16, 4),
    )
    page = log_in(cast.amina).get(f"/barn/{cast.elsa.id}/tider/").content.decode()
    assert "07:34–16:04" in page
    found = child_history(cast.elsa, TUESDAY, today=TUESDAY, reader=cast.amina.pk)
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
    """Lock; where, what was said, who is here; absence, audit; whom to tell, what they want, the notices."""
    plan(cast.elsa)
    actor = Actor.of_person(cast.amina)
    assert (actor.municipality.pk, actor.roles) == (1, [])
    with django_assert_num_queries(9 + 2):  # and the savepoint of the test
        services.report_absence(
            child_ids=[cast.elsa.id],
            starts_on=TUESDAY,
            ends_on=TUESDAY,
            reason=Reason.SICK,
            actor=actor,
            now=local(TUESDAY, 6, 10),
        )


def test_a_child_that_begins_soon(cast: Cast) -> None:
    new = child("Nils")
    place(new, cast.blasippan, starts_on=TUESDAY + timedelta(days=14))
    guard(cast.amina, new)
    card = next(c for c in guardian_home(Actor.of_person(cast.amina), local(TUESDAY, 8))[0] if c.name == "Nils")
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
        child_ids=[cast.elsa.id],
        starts_on=date(2026, 10, 14),
        ends_on=date(2026, 10, 15),
        reason=Reason.SICK,
        actor=Actor.of_person(cast.amina),
        now=local(TUESDAY, 6, 10),
    )
    shown = [browser.get(f"/barn/{cast.elsa.id}/dag/2026-10-{day}/").content.decode() for day in (14, 15, 16)]
    assert ["Sjuk" in page and "ligger kvar under den" in page for page in shown] == [True, True, False]
    assert "Sjuk till och med tors" in shown[0]


def test_a_closed_day_says_so_before_anything_is_typed(cast: Cast, log_in: LogIn) -> None:
    """C09: nobody lays times for a day on which nobody comes without having read it."""
    ClosedDay.objects.create(preschool=cast.granliden, day=MONDAY, reason="Planeringsdag")
    page = log_in(cast.amina).get(f"/barn/{cast.elsa.id}/dag/{MONDAY}/").content.decode()
    assert page.index("Planeringsdag") < page.index("Stängt. Planerade tider ligger kvar") < page.index('name="what"')
