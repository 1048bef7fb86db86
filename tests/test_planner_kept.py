"""A plan that is being laid is not lost when its page is left: kept in the own session, taken up, thrown away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, time

import pytest
import time_machine
from django.core import signing
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from attendance import services
from attendance.models import PlanningRule, WeekPlan
from attendance.rules import Interval
from attendance.views.kept_plan import KEY, LONGEST
from children.actors import Actor
from children.models import Child, Guardianship
from children.tablets import PIN_COOKIE
from tests.cast import Cast, child, local, place, plan, tablet
from tests.test_planner import MONDAY, TUESDAY, WORKDAY, carried, press

LogIn = Callable[[User], Client]
NOT_SAVED = "Du har ett schema som inte är sparat"


@pytest.fixture(autouse=True)
def _early_on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=False):
        yield


def staying(browser: Client) -> Client:
    """Return the browser of somebody who asked to stay logged in on the own phone."""
    session = browser.session
    session["stays"] = True
    session.save()
    return browser


def test_what_was_painted_is_there_the_next_day(cast: Cast, log_in: LogIn) -> None:
    """The page says from when it is; the sheet is as it was; saved, it is no longer kept."""
    plan(cast.elsa)
    with time_machine.travel(local(date(2026, 10, 12), 18, 12), tick=False):
        browser = staying(log_in(cast.amina))
        press(browser, "paint", cast.elsa, weekdays=[0, 1], starts="09:00", repeats="2")
        press(browser, "paint", cast.hugo, weekdays=[0], starts="09:00", ends="11:00", repeats="0", vecka="2026-10-26")
    assert "från igår kl. 18.12." in browser.get("/schema/").content.decode()
    shown = browser.post("/schema/", {"do": "continue"})
    page = shown.content.decode()
    assert NOT_SAVED not in page
    assert "Vecka 44" in page
    assert "09:00–11:00" in page
    fields = carried(shown)
    assert (fields["barn"], fields["vecka"]) == ([str(cast.hugo.id)], "2026-10-26")
    assert browser.post("/schema/", fields | {"do": "save"}).status_code == 302
    assert NOT_SAVED not in browser.get("/schema/").content.decode()
    assert cast.hugo.day_plans.get().intervals == [["09:00", "11:00"]]


def test_it_is_thrown_away(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    press(browser, "paint", cast.elsa, weekdays=[0])
    assert NOT_SAVED in browser.get("/schema/").content.decode()
    answer = browser.post("/schema/", {"do": "discard", "vecka": "2026-10-19"})
    assert answer["Location"] == "/schema/?vecka=2026-10-19"
    assert NOT_SAVED not in browser.get("/schema/").content.decode()
    assert browser.post("/schema/", {"do": "continue"})["Location"] == "/schema/"
    assert not WeekPlan.objects.exists()


def test_words_are_kept_too(cast: Cast, log_in: LogIn) -> None:
    """Words that were not understood are not typed twice."""
    browser = log_in(cast.amina)
    press(browser, "read", cast.elsa, text="mån-fre 7-16 om solen skiner")
    assert "om solen skiner" in browser.post("/schema/", {"do": "continue"}).content.decode()


def test_only_what_would_be_lost_is_kept(
    cast: Cast, log_in: LogIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Whoever looks, walks from week to week, or has painted what lies there already, leaves nothing behind."""
    plan(cast.elsa)
    browser = log_in(cast.amina)
    browser.get("/schema/")
    for do, more in (("week:1", {}), ("workdays", {}), ("paint", {"weekdays": [0]}), ("back", {})):
        press(browser, do, cast.elsa, **more)
        assert KEY not in browser.session
    press(browser, "paint", cast.elsa, weekdays=[0], starts="09:00")
    press(browser, "back", cast.elsa)
    assert browser.session[KEY] == {}


def test_the_session_stays_small(cast: Cast, log_in: LogIn) -> None:
    """What no planner of ours made is not kept, nor more than a few plans."""
    browser = log_in(cast.amina)
    long = ",".join(["0730-0731"] * (LONGEST // 9))
    press(browser, "back", cast.elsa, **{f"draft-{cast.elsa.id}": f"{long};;;;;;"})
    assert not browser.session.get(KEY)
    staff = log_in(cast.eva)
    children = [place(child(name), cast.blasippan).child for name in ("Alva", "Bo", "Cleo", "Disa")]
    for one in children:
        press_for(staff, one)
    assert [str(one.id) in " ".join(staff.session[KEY]) for one in children] == [False, True, True, True]


def press_for(staff: Client, one: Child) -> None:
    address = f"/barn/{one.id}/for-familjen/schema/"
    fields = {"vecka": "2026-10-19", "barn": one.id, "weekdays": 0, "starts": "07:30", "ends": "16:00", "do": "paint"}
    assert staff.post(address, fields).status_code == 200


def test_a_change_by_somebody_else_is_still_told(cast: Cast, log_in: LogIn) -> None:
    """C14: the marks are those of the page that was left."""
    plan(cast.elsa)
    browser = log_in(cast.amina)
    page = browser.get(f"/schema/?vecka=2026-10-19&barn={cast.elsa.id}")
    browser.post("/schema/", carried(page) | {"do": "paint", "weekdays": [0], "starts": "09:00", "ends": "15:00"})
    services.change_day(
        child_id=cast.elsa.id,
        day=date(2026, 10, 20),
        intervals=(Interval(time(8), time(12)),),
        actor=Actor.of_person(cast.johan),
        now=local(TUESDAY, 6, 10),
    )
    fields = carried(browser.post("/schema/", {"do": "continue"}))
    assert "Johan ändrade schemat för Elsa" in browser.post("/schema/", fields | {"do": "save"}).content.decode()


def test_what_is_past_or_locked_by_now_is_left_out(cast: Cast, log_in: LogIn) -> None:
    """A rotation goes on with the week in turn; dates that have been are gone."""
    plan(cast.elsa)
    PlanningRule.objects.create(preschool=cast.granliden, cut_off="days_before", cut_off_days=3)
    browser = staying(log_in(cast.amina))
    late = WORKDAY.replace("0730", "0900")
    draft = f"{WORKDAY}|{late}#20261020=0800-1200/20261103=0800-1200"
    press(browser, "back", cast.elsa, **{f"draft-{cast.elsa.id}": draft})
    with time_machine.travel(local(date(2026, 10, 17), 8), tick=False):
        fields = carried(browser.post("/schema/", {"do": "continue"}))
    assert fields["vecka"] == "2026-10-26"
    assert fields[f"draft-{cast.elsa.id}"] == f"{late}|{WORKDAY}#20261103=0800-1200"


def test_a_child_that_is_no_longer_theirs_is_not_shown(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    press(browser, "paint", cast.elsa, cast.hugo, weekdays=[0])
    Guardianship.objects.filter(child=cast.elsa, guardian=cast.amina).update(ends_on=MONDAY.replace(day=12))
    fields = carried(browser.post("/schema/", {"do": "continue"}))
    assert fields["barn"] == [str(cast.hugo.id)]
    assert f"draft-{cast.elsa.id}" not in fields
    Guardianship.objects.filter(child=cast.hugo, guardian=cast.amina).update(ends_on=MONDAY.replace(day=12))
    assert browser.post("/schema/", {"do": "continue"}).status_code == 302


def test_it_is_the_persons_and_ends_with_the_session(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    press(browser, "paint", cast.elsa, weekdays=[0])
    assert NOT_SAVED not in log_in(cast.johan).get("/schema/").content.decode()
    browser.logout()
    browser.force_login(cast.amina, backend="accounts.backends.LoginBackend")
    assert NOT_SAVED not in browser.get("/schema/").content.decode()


def test_a_tablet_keeps_nothing(cast: Cast, on_tablet: Callable[[str], Client]) -> None:
    """It is nobody's own."""
    made, cookie = tablet(cast.blasippan)
    hall = on_tablet(cookie)
    hall.cookies[PIN_COOKIE] = signing.dumps([str(made.id), str(cast.maria.id)], salt="pin")
    press_for(hall, cast.elsa)
    assert NOT_SAVED not in hall.get(f"/barn/{cast.elsa.id}/for-familjen/schema/").content.decode()
    assert KEY not in hall.session


# Painted week by week -------------------------------------------------------------------------------------------------


def test_what_is_only_carried_on_is_not_painted(cast: Cast, log_in: LogIn) -> None:
    """The days are marked in the week after, too: nothing is laid there until somebody asks for it."""
    plan(cast.elsa)
    browser = log_in(cast.amina)
    page = press(browser, "paint", cast.elsa, weekdays=[1, 3], ends="12", repeats="0")
    form = carried(page) | {"starts": "07:30", "ends": "12:00", "repeats": "0", "do": "week:1"}
    moved = browser.post("/schema/", form)
    marked = re.findall(r'name="weekdays"\s+value="(\d)"[^>]*checked', moved.content.decode())
    assert marked == ["1", "3"]
    fields = carried(moved) | {"starts": "07:30", "ends": "12:00", "weekdays": marked, "repeats": "0"}
    looked = browser.post("/schema/", fields | {"do": "preview"})
    assert carried(looked)[f"draft-{cast.elsa.id}"].count("=0730-1200") == 2
    asked = browser.post("/schema/", fields | {"do": "preview", "ends": "13:00"})
    assert carried(asked)[f"draft-{cast.elsa.id}"].count("=0730-1300") == 2
    filled = browser.post("/schema/", fields | {"do": "paint"})
    assert carried(filled)[f"draft-{cast.elsa.id}"].count("=0730-1200") == 4


def test_the_workdays_are_marked_without_a_script(cast: Cast, log_in: LogIn) -> None:
    """The times that were typed stay, and nothing is laid yet."""
    plan(cast.elsa)
    page = press(log_in(cast.amina), "workdays", cast.elsa, starts="08:15").content.decode()
    assert re.findall(r'name="weekdays"\s+value="(\d)"[^>]*checked', page) == list("01234")
    assert 'value="08:15"' in page
    assert "07:30–16:00" in page
