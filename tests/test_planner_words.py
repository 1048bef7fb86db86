"""What the planner says of a step: which week is painted, what was copied, what there is to take back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from attendance.models import DayPlan
from attendance.selectors.words import week_span
from tests.cast import Cast, local, plan
from tests.test_planner import carried, press
from tests.test_planner_consequences import words
from tests.test_rota import calendar, shift

DISCARD = "Ta bort det jag har fyllt i"
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _early_on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(date(2026, 10, 13), 6, 10), tick=False):
        yield


def test_another_week_says_what_is_kept_and_is_what_is_read(cast: Cast, log_in: LogIn) -> None:
    """The days that were marked and how often they come are named; the page goes to the week's heading."""
    plan(cast.elsa)
    browser = log_in(cast.amina)
    painted = press(browser, "paint", cast.elsa, weekdays=range(5), repeats="2")
    assert "data-focus" not in words(painted)
    form = carried(painted) | {"do": "week:3", "repeats": "2"}
    moved = browser.post("/schema/", form, headers={"HX-Request": "true"})
    assert "Nu fyller du i vecka 46. Valt sedan förut: måndag–fredag · Varannan vecka." in words(moved)
    assert '<h2 tabindex="-1" data-focus>Vecka 46</h2>' in words(moved)
    assert moved["HX-Reswap"] == "outerHTML show:#painted-week:top"
    unmarked = press(browser, "week:1", cast.elsa)
    assert "Nu fyller du i vecka 44. Valt sedan förut: Varje vecka." in words(unmarked)


def test_a_copy_says_where_it_went(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa)
    copied = press(
        log_in(cast.amina), "copy", cast.elsa, to_weeks=["2026-10-26", "2026-12-14"], to_children=[cast.hugo.id]
    )
    assert "Kopierat till v. 44, v. 51, Hugo. Inget är sparat än." in words(copied)
    assert 'role="status" tabindex="-1" data-focus' in words(copied)


def test_what_is_filled_in_is_taken_back_only_where_something_is(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa)
    browser = log_in(cast.amina)
    for do in ("workdays", "week:1", "read"):
        assert DISCARD not in words(press(browser, do, cast.elsa)), do
    assert DISCARD in words(press(browser, "paint", cast.elsa, weekdays=[1], starts="09:00"))
    assert DISCARD in words(press(browser, "read", cast.elsa, text="mån–fre 8–15"))


def test_a_file_has_no_text_to_change(cast: Cast, log_in: LogIn) -> None:
    """What was pasted has, and so have own words."""
    browser = log_in(cast.amina)
    rota = calendar(shift("20261019T070000", "20261019T153000"))
    file = press(browser, "rota", cast.elsa, rota=SimpleUploadedFile("pass.ics", rota), margin="0")
    assert "Så här förstod vi det" in words(file)
    assert "Ändra texten" not in words(file)
    assert "Ändra texten" in words(press(browser, "rota", cast.elsa, pasted=rota.decode(), margin="0"))
    assert "Ändra texten" in words(press(browser, "read", cast.elsa, text="mån–fre 8–15"))


def test_what_was_saved_is_what_is_read_first(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.amina)
    saved = press(browser, "save", cast.elsa, weekdays=[1])
    assert 'role="status" tabindex="-1" data-focus' in words(browser.get(saved["Location"]))
    assert "data-focus" not in words(browser.get("/schema/?vecka=2026-10-19"))
    unchanged = browser.get("/schema/?vecka=2026-10-19&sparat=nej")
    assert 'role="status" tabindex="-1" data-focus' in words(unchanged)


def test_a_week_spans_to_its_last_day_that_is_shown(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa)
    browser = log_in(cast.amina)
    assert "19–23 okt" in words(browser.get("/schema/?vecka=2026-10-19"))
    DayPlan.objects.create(
        child=cast.elsa, day=date(2026, 10, 24), changed_at=local(date(2026, 10, 13), 5), intervals=[["08:00", "12:00"]]
    )
    assert "19–24 okt" in words(browser.get("/schema/?vecka=2026-10-19"))
    assert week_span(date(2026, 10, 26), date(2026, 11, 1)) == "26 okt–1 nov"
