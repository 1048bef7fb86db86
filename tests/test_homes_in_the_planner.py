"""The planner of a child with two homes: which days can be marked, and what a plan leaves out (C03, DOMAIN 2.8)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from attendance.models import WeekPlan
from attendance.rules import is_ever_at
from attendance.selectors.schedule import MARK, schedule
from children.home_rules import Handover, every_other_week
from children.models import Placement
from tests.cast import Cast, local
from tests.test_two_homes_apart import BEGAN, two_homes

LogIn = Callable[[User], Client]
TUESDAY = date(2026, 10, 20)
OWN, OTHERS = date(2026, 10, 26), date(2026, 11, 2)  # Amina's week, and Johan's


@pytest.fixture(autouse=True)
def _early_on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 9, 58), tick=False):
        yield


def marked(page: str) -> dict[str, str]:
    """Return the days that can be marked, by what a screen reader says: "disabled", or nothing."""
    inputs = re.findall(r'<input type="checkbox"\s+name="weekdays"([^>]*)>', page)
    return {re.findall(r'aria-label="([^"]*)"', one)[0]: "disabled" if "disabled" in one else "" for one in inputs}


def lay(browser: Client, cast: Cast, monday: date, **fields: object) -> str:
    sent = {"barn": str(cast.elsa.pk), "vecka": f"{monday}", "starts": "07:30", "ends": "16:00", "week": "0"}
    return browser.post("/schema/", sent | fields).content.decode()


def test_a_day_that_is_never_the_own_home_s_cannot_be_marked(cast: Cast, log_in: LogIn) -> None:
    """Every other week in step with the homes: the other's week has no day to mark, and says whose it is."""
    living, ours, _theirs = two_homes(cast, every_other_week(0), Handover.BEFORE)
    assert living.homes_on(OWN).concerns(ours.pk)
    browser = log_in(cast.amina)
    page = lay(browser, cast, OTHERS, do="back", repeats="2")
    assert set(marked(page).values()) == {"disabled"}
    assert "måndag 2 november, det andra hemmet" in marked(page)
    assert "Streckade dagar är i det andra hemmet." in page
    page = lay(browser, cast, OWN, do="back", repeats="2")
    assert set(marked(page).values()) == {""}
    assert "det andra hemmet" not in page


def test_a_day_whose_turn_comes_can_be_marked(cast: Cast, log_in: LogIn) -> None:
    """Each week alike, it holds in the own weeks; of this week alone it would never hold."""
    two_homes(cast, every_other_week(0), Handover.BEFORE)
    browser = log_in(cast.amina)
    every = marked(lay(browser, cast, OTHERS, do="back", repeats="1"))
    assert (next(iter(every)), set(every.values())) == ("måndag 2 november, det andra hemmet", {""})
    once = marked(lay(browser, cast, OTHERS, do="back", repeats="0"))
    assert set(once.values()) == {"disabled"}


def test_a_day_of_handover_is_both_homes(cast: Cast, log_in: LogIn) -> None:
    two_homes(cast, every_other_week(2), Handover.THERE)
    for guardian in (cast.amina, cast.johan):
        page = lay(log_in(guardian), cast, OWN, do="back", repeats="2")
        assert "onsdag 28 oktober" in marked(page)


def test_the_preview_says_that_the_other_home_s_days_are_left_out(cast: Cast, log_in: LogIn) -> None:
    two_homes(cast, every_other_week(0), Handover.BEFORE)
    said = "Dagar i det andra hemmet är inte med"
    browser = log_in(cast.amina)
    page = lay(browser, cast, OWN, do="preview", repeats="1", weekdays=["0", "1"])
    assert page.count(said) == 1
    assert said not in lay(browser, cast, OWN, do="preview", repeats="2", weekdays=["0", "1"])


def test_a_child_with_one_home_has_no_such_days(cast: Cast, log_in: LogIn) -> None:
    page = lay(log_in(cast.amina), cast, OWN, do="preview", repeats="1", weekdays=["0"])
    assert "andra hemmet" not in page
    assert is_ever_at((), None, OWN, 0)


def test_a_home_has_a_weekday_where_some_week_brings_it(cast: Cast) -> None:
    """Against all dates of two years, for every repetition."""
    living, ours, _theirs = two_homes(cast, every_other_week(2), Handover.THERE)
    for number in range(14):
        day = OWN + timedelta(days=number)
        for repeats in range(9):
            dates = [day + timedelta(weeks=repeats * turn) for turn in range(104 if repeats else 1)]
            found = any(living.homes_on(one).concerns(ours.pk) for one in dates)
            assert is_ever_at((living,), ours.pk, day, repeats) is found


# Days of handover -----------------------------------------------------------------------------------------------------


def test_a_day_of_handover_is_a_mark_and_counts_for_neither_home(cast: Cast) -> None:
    """C03, C08: with one end of a day nobody knows how long it is; for the staff it is the merged day, as ever."""
    _living, ours, theirs = two_homes(cast, ("AAAABBB",), Handover.THERE)
    for home, times in ((ours, ["06:30", "17:00"]), (theirs, ["08:00", "17:30"])):
        WeekPlan.objects.create(child=cast.elsa, household=home, starts_on=BEGAN, weeks=[[[times]] * 5 + [[], []]])
    Placement.objects.filter(child=cast.elsa).update(hours_per_week=45)
    mothers, fathers, staffs = (
        schedule([cast.elsa], OWN, local(TUESDAY, 10), reader=one.pk if one else None)
        for one in (cast.amina, cast.johan, None)
    )
    assert (mothers.hours, mothers.warnings) == ("31,5 tim", ())
    assert (fathers.hours, fathers.warnings, fathers.coming[0].caption) == ("", (), "Byte")
    assert (staffs.hours, len(staffs.warnings)) == ("51,5 tim", 1)
    fridays = [one.days[4].lines[0] for one in (mothers, fathers, staffs)]
    assert [line.times for line in fridays] == ["Lämnas 06:30", "Hämtas 17:30", "06:30–17:30"]
    begins, ends, whole = [line.bars for line in fridays]
    assert (begins[0].x, begins[0].width) == (whole[0].x, MARK)
    assert ends[0].width == MARK
    assert ends[0].x + MARK == pytest.approx(whole[0].x + whole[0].width)
    assert [line.fits_bar for line in fridays] == [False, False, True]
    theirs.shares = True
    theirs.save()
    assert schedule([cast.elsa], OWN, local(TUESDAY, 10), reader=cast.amina.pk).hours == "51,5 tim"
