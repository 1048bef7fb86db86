"""Siblings at two preschools, and a child that moves to another: each one's own hours and cut-off, said for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from attendance.models import DayPlan, PlanningRule, PlanSave, WeekPlan
from children.models import Placement
from tests.cast import Cast, local, place, plan
from tests.test_planner import TUESDAY, carried, press

LogIn = Callable[[User], Client]
SHORT = [["07:00", "17:00"]] * 5 + [None, None]


@pytest.fixture(autouse=True)
def _early_on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=False):
        yield


@pytest.fixture
def apart(cast: Cast) -> Cast:
    """Hugo goes to Sjöstjärnan, which is open from seven to five."""
    Placement.objects.filter(child=cast.hugo).update(department=cast.musslan)
    PlanningRule.objects.create(preschool=cast.sjostjarnan, opening=SHORT, most_weeks=2)
    return cast


def test_both_hours_are_shown(apart: Cast, log_in: LogIn) -> None:
    browser = log_in(apart.amina)
    page = browser.get("/schema/").content.decode()
    assert "<bdi>Elsa: öppet 06:00–18:30</bdi> · <bdi>Hugo: öppet 07:00–17:00</bdi>" in page
    alone = browser.get(f"/schema/?barn={apart.hugo.id}").content.decode()
    assert "Öppet 07:00–17:00" in alone
    assert "Hugo: öppet" not in alone


@pytest.mark.parametrize("do", ["paint", "preview", "save"])
def test_times_outside_one_childs_hours(do: str, apart: Cast, log_in: LogIn) -> None:
    """Who it is about is said, and nothing of it is saved for the other either."""
    browser = log_in(apart.amina)
    page = press(browser, do, apart.elsa, apart.hugo, weekdays=[0], ends="17:30").content.decode()
    assert "Hugo: på måndagar är det öppet 07:00–17:00." in page
    assert 'id="id_ends_error"' in page
    assert not PlanSave.objects.exists()
    assert press(browser, "save", apart.elsa, weekdays=[0], ends="17:30").status_code == 302


@pytest.mark.parametrize("do", ["read", "fill"])
def test_words_outside_one_childs_hours(do: str, apart: Cast, log_in: LogIn) -> None:
    page = press(log_in(apart.amina), do, apart.elsa, apart.hugo, text="mån-fre 6.30-16").content.decode()
    assert "Hugo: på måndagar är det öppet 07:00–17:00." in page


def test_weeks_that_came_from_the_other_child(apart: Cast, log_in: LogIn) -> None:
    """A draft that was painted before the sibling joined is judged by the sibling's hours, too."""
    browser = log_in(apart.amina)
    late = "0630-1600;;;;;;"
    for do in ("preview", "save"):
        drafts = {f"draft-{one.id}": late for one in (apart.elsa, apart.hugo)}
        page = press(browser, do, apart.elsa, apart.hugo, **drafts).content.decode()
        assert "Hugo: på måndagar är det öppet 07:00–17:00." in page
        assert "Så blir det" not in page
    assert not WeekPlan.objects.exists()


def test_the_longest_rotation_is_the_shorter_of_the_two(apart: Cast, log_in: LogIn) -> None:
    browser = log_in(apart.amina)
    assert "Var tredje vecka" not in browser.get("/schema/").content.decode()
    assert "Var tredje vecka" in browser.get(f"/schema/?barn={apart.elsa.id}").content.decode()


def test_the_stricter_cut_off_locks(apart: Cast, log_in: LogIn) -> None:
    """A day that is locked for one is locked for the two; alone the other may still lay it."""
    plan(apart.elsa, apart.hugo)
    PlanningRule.objects.filter(preschool=apart.sjostjarnan).update(cut_off="days_before", cut_off_days=7)
    browser = log_in(apart.amina)
    both = " ".join(browser.get("/schema/?vecka=2026-10-19").content.decode().split())
    assert "Vecka 43 är låst för Hugo" in both
    assert "Ändra schemat från 26 oktober" in both
    elsa = browser.get(f"/schema/?vecka=2026-10-19&barn={apart.elsa.id}").content.decode()
    assert "är låst" not in elsa
    assert "Fyll i dagarna" in elsa
    refused = press(browser, "save", apart.elsa, apart.hugo, weekdays=[0], ends="15:00")
    assert "Tiderna låstes" in refused.content.decode()
    assert not PlanSave.objects.exists()


def test_a_child_that_moves(cast: Cast, log_in: LogIn) -> None:
    """The hours of a week are those of the place where the child is then; in the week of the move day by day."""
    wednesday = date(2026, 11, 4)
    Placement.objects.filter(child=cast.elsa).update(ends_on=wednesday.replace(day=3))
    place(cast.elsa, cast.musslan, starts_on=wednesday)
    PlanningRule.objects.create(preschool=cast.sjostjarnan, opening=SHORT)
    plan(cast.elsa)
    browser = log_in(cast.amina)
    page = browser.get(f"/schema/?vecka=2026-11-02&barn={cast.elsa.id}").content.decode()
    assert "Öppet mån–tis 06:00–18:30, ons–fre 07:00–17:00" in page
    early = {"starts": "06:30", "repeats": "0"}
    refused = press(browser, "paint", cast.elsa, weekdays=[1, 2], week="2", **early).content.decode()
    assert "På onsdagar är det öppet 07:00–17:00." in refused
    painted = press(browser, "paint", cast.elsa, weekdays=[0, 1], week="2", **early)
    assert browser.post("/schema/", carried(painted) | {"do": "save"}).status_code == 302
    assert [row.day.day for row in DayPlan.objects.order_by("day")] == [2, 3]
