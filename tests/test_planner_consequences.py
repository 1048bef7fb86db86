"""What a plan does to what lies there: days with times of their own, plans laid to begin later, a move, a copy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, time
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from attendance import services
from attendance.drafts import Draft, DraftDay
from attendance.models import DayPlan, PlanningRule, PlanSave, WeekPlan
from attendance.rules import Interval, Intervals
from attendance.selectors.facts import known
from children.actors import Actor
from children.home_rules import Handover
from children.models import Child, Contact, Household, HouseholdWeeks, Placement
from tests.cast import Cast, local, place, plan
from tests.test_planner import carried, on, press, rows, saved

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

TUESDAY = date(2026, 10, 13)
SHOWN = date(2026, 10, 20)  # the Tuesday of the week that is laid
LATER = date(2026, 11, 24)
SHORT: Intervals = (Interval(time(8), time(14)),)
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _early_on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=False):
        yield


def change(cast: Cast, day: date, child: Child | None = None, times: Intervals | None = SHORT, **more: Any) -> None:
    """Let Amina give a day times of its own."""
    now, amina = local(TUESDAY, 5), Actor.of_person(cast.amina)
    child_id = (child or cast.elsa).id
    services.change_day(child_id=child_id, day=day, intervals=times, actor=amina, now=now, **more)


def words(answer: Answer) -> str:
    return " ".join(answer.content.decode().split())


def kept(answer: Answer) -> list[str]:
    """Return the days that the preview says keep their times."""
    return re.findall(r"<li>\s*(\w+ \d+ \w+ .*?)\s*</li>", words(answer))


def keep_on(browser: Client, answer: Answer, do: str = "save", **more: Any) -> Answer:
    """Press a button of the preview."""
    return browser.post("/schema/", carried(answer) | {"do": do} | more)


def planned(child: Child, day: date) -> str:
    found = known([child.id], day, day).planned(child.id, day)
    return ", ".join(map(str, found.intervals or ()))


# Days with times of their own -----------------------------------------------------------------------------------------


def test_a_day_that_was_in_sight_and_painted_gets_the_times(cast: Cast, log_in: LogIn) -> None:
    """Who paints a Tuesday sees its date: it follows the plan again, and its note and who collects stay."""
    plan(cast.elsa, cast.hugo)
    granny = Contact.objects.create(child=cast.elsa, name="Karin", relation="Mormor")
    change(cast, SHOWN, note="Bad", collector=services.Collector(contact_id=granny.id))
    change(cast, SHOWN, cast.hugo)
    change(cast, date(2026, 10, 21))  # a Wednesday, which is not painted
    before = rows()
    browser = log_in(cast.amina)
    painted = press(browser, "paint", cast.elsa, cast.hugo, weekdays=[1], starts="09:00", ends="15:00")
    assert rows() == before
    looked = keep_on(browser, painted, "preview", repeats="1")
    assert "har egna tider" not in words(looked)
    assert keep_on(browser, looked, repeats="1").status_code == 302
    assert [planned(child, SHOWN) for child in (cast.elsa, cast.hugo)] == ["09:00–15:00"] * 2
    assert on(date(2026, 10, 21)) == [("Elsa", [["08:00", "14:00"]])]
    left = DayPlan.objects.get(day=SHOWN)
    assert (left.child, left.intervals, left.note, left.collecting_contact) == (cast.elsa, None, "Bad", granny)
    undone = browser.post(f"/schema/angra/{PlanSave.objects.filter(undone_at=None).latest('made_at').pk}/")
    assert undone.status_code == 302
    assert rows() == before


def test_painted_with_the_times_that_the_plan_has(cast: Cast, log_in: LogIn) -> None:
    """The weeks are the same ones, the date is not: a week far ahead that is in sight."""
    plan(cast.elsa)
    change(cast, LATER)
    assert press(log_in(cast.amina), "save", cast.elsa, weekdays=[1], week="5", repeats="1").status_code == 302
    assert WeekPlan.objects.count() == 1
    assert not DayPlan.objects.exists()
    assert planned(cast.elsa, LATER) == "07:30–16:00"


def test_other_days_keep_their_times_unless_they_are_to_follow(cast: Cast, log_in: LogIn) -> None:
    """The preview names them by date, and asks; nothing else is named than days that would get other times."""
    plan(cast.elsa, cast.hugo)
    change(cast, LATER)
    change(cast, LATER, cast.hugo)
    change(cast, date(2026, 12, 1), cast.hugo, ())
    change(cast, date(2026, 12, 2))  # a Wednesday, which the plan does not change
    before = rows()
    browser = log_in(cast.amina)
    looked = press(browser, "preview", cast.elsa, cast.hugo, weekdays=[1], starts="09:00", ends="15:00")
    assert "2 dagar har egna tider och behåller dem:" in words(looked)
    assert kept(looked) == ["tis 24 nov 08:00–14:00", "tis 1 dec Hugo ledig"]
    assert "Låt schemat gälla de dagarna också" in words(looked)
    assert keep_on(browser, looked).status_code == 302
    assert on(LATER) == [("Elsa", [["08:00", "14:00"]]), ("Hugo", [["08:00", "14:00"]])]
    browser.post(f"/schema/angra/{PlanSave.objects.filter(undone_at=None).latest('made_at').pk}/")
    assert rows() == before
    looked = press(browser, "preview", cast.elsa, cast.hugo, weekdays=[1], starts="09:00", ends="15:00")
    assert keep_on(browser, looked, over_every_day="on").status_code == 302
    assert (on(LATER), on(date(2026, 12, 1))) == ([], [])
    assert on(date(2026, 12, 2)) == [("Elsa", [["08:00", "14:00"]])]
    assert [planned(child, LATER) for child in (cast.elsa, cast.hugo)] == ["09:00–15:00"] * 2
    browser.post(f"/schema/angra/{PlanSave.objects.filter(undone_at=None).latest('made_at').pk}/")
    assert rows() == before


def test_many_days_that_keep_their_times_fold_away(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa)
    for number in range(10):
        change(cast, date.fromordinal(date(2026, 11, 3).toordinal() + 7 * number))
    looked = press(log_in(cast.amina), "preview", cast.elsa, weekdays=[1], starts="09:00")
    assert "10 dagar har egna tider och behåller dem:" in words(looked)
    assert len(kept(looked)) == 10
    assert "Visa 2 dagar till" in words(looked)


def test_days_that_stand_fast_are_never_touched(cast: Cast, log_in: LogIn) -> None:
    """A first plan may begin inside the lock; what was said of a day there before it holds."""
    change(cast, SHOWN)
    change(cast, LATER)
    PlanningRule.objects.create(preschool=cast.granliden, cut_off="days_before", cut_off_days=14)
    browser = log_in(cast.amina)
    looked = press(browser, "preview", cast.elsa, weekdays=[1], starts="09:00")
    assert "En dag har egna tider och behåller dem:" in words(looked)
    assert kept(looked) == ["tis 24 nov 08:00–14:00"]
    assert keep_on(browser, looked, over_every_day="on").status_code == 302
    assert on(SHOWN) == [("Elsa", [["08:00", "14:00"]])]
    assert on(LATER) == []


def test_a_day_that_locks_meanwhile_is_refused_with_all_the_rest(cast: Cast) -> None:
    """C06: nothing at all is saved."""
    plan(cast.elsa)
    change(cast, SHOWN)
    PlanningRule.objects.create(preschool=cast.granliden, cut_off="days_before", cut_off_days=14)
    before = rows()
    drafts = {cast.elsa.id: Draft(((SHORT,) * 5 + ((), ()),), (DraftDay(SHOWN, None),))}
    with pytest.raises(ValidationError, match="Tiderna låstes"):
        services.save_schedule(
            drafts=drafts, starts_on=date(2026, 11, 9), actor=Actor.of_person(cast.amina), now=local(TUESDAY, 6)
        )
    assert rows() == before


def test_what_somebody_else_changed_meanwhile_is_not_given_back(cast: Cast, log_in: LogIn) -> None:
    """C14: the day got times after the page was made: they are shown, not lost."""
    plan(cast.elsa)
    browser = log_in(cast.amina)
    looked = press(browser, "preview", cast.elsa, weekdays=[1], starts="09:00")
    johan = Actor.of_person(cast.johan)
    services.change_day(
        child_id=cast.elsa.id,
        day=LATER,
        intervals=SHORT,
        actor=johan,
        now=local(TUESDAY, 6, 10),
    )
    refused = keep_on(browser, looked, over_every_day="on")
    assert "Johan ändrade schemat för Elsa" in words(refused)
    assert on(LATER) == [("Elsa", [["08:00", "14:00"]])]


def test_a_home_gives_back_its_own_days_alone(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 2.8: of the other home's days it is told nothing, and none of them changes."""
    ours, theirs = (Household.objects.create(child=cast.elsa) for _number in range(2))
    ours.guardians.set([cast.amina])
    theirs.guardians.set([cast.johan])
    HouseholdWeeks.objects.create(
        child=cast.elsa,
        first=ours,
        second=theirs,
        starts_on=date(2026, 9, 28),
        is_proposed=False,
        weeks=["AAAAAAA", "BBBBBBB"],
        handover=Handover.BEFORE,
    )
    weeks = [[[["07:30", "16:00"]]] * 5 + [[], []]]
    for home in (ours, theirs):
        WeekPlan.objects.create(child=cast.elsa, household=home, starts_on=date(2026, 9, 28), weeks=weeks)
        for day in (date(2026, 11, 10), date(2026, 11, 17), date(2026, 11, 24), date(2026, 12, 1)):
            DayPlan.objects.create(
                child=cast.elsa, household=home, day=day, intervals=[["08:00", "14:00"]], changed_at=local(TUESDAY, 5)
            )
    browser = log_in(cast.amina)
    looked = press(browser, "preview", cast.elsa, weekdays=[1], starts="09:00")
    assert kept(looked) == ["tis 10 nov 08:00–14:00", "tis 24 nov 08:00–14:00"]
    assert keep_on(browser, looked, over_every_day="on").status_code == 302
    assert DayPlan.objects.filter(household=theirs, intervals=[["08:00", "14:00"]]).count() == 4
    left = DayPlan.objects.filter(household=ours).order_by("day").values_list("day", flat=True)
    assert list(left) == [date(2026, 11, 17), date(2026, 12, 1)], "days on which the child is in the other home"


# A plan laid to begin later -------------------------------------------------------------------------------------------


def test_a_plan_that_gives_way_is_named_and_comes_back(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa, cast.hugo)
    browser = log_in(cast.amina)
    saved(browser, cast.elsa, cast.hugo, vecka="2027-01-11", weekdays=[0], starts="10:00")
    saved(browser, cast.hugo, vecka="2027-02-01", weekdays=[0], starts="11:00")
    before = rows()
    looked = press(browser, "preview", cast.elsa, cast.hugo, weekdays=[0], starts="09:00")
    assert "Schemat som är lagt från måndag 11 januari tas bort." in words(looked)
    assert "Schemat som är lagt för Hugo från måndag 1 februari tas bort." in words(looked)
    with time_machine.travel(local(TUESDAY, 6, 11), tick=False):
        assert keep_on(browser, looked).status_code == 302
        assert not WeekPlan.objects.filter(starts_on__gte=date(2027, 1, 1)).exists()
        assert browser.post(f"/schema/angra/{PlanSave.objects.latest('made_at').pk}/").status_code == 302
    assert rows() == before


def test_single_dates_take_no_plan_away(cast: Cast, log_in: LogIn) -> None:
    plan(cast.elsa)
    browser = log_in(cast.amina)
    saved(browser, cast.elsa, vecka="2027-01-11", weekdays=[0], starts="10:00")
    looked = press(browser, "preview", cast.elsa, weekdays=[0], starts="09:00", repeats="0")
    assert "tas bort" not in words(looked)
    assert keep_on(browser, looked, repeats="0").status_code == 302
    assert WeekPlan.objects.filter(starts_on=date(2027, 1, 11)).exists()


# A copy ---------------------------------------------------------------------------------------------------------------


def test_a_copy_says_which_days_were_changed(cast: Cast, log_in: LogIn) -> None:
    """C07: what is in sight is copied, and which of it is not as the plan that repeats."""
    plan(cast.elsa)
    browser = log_in(cast.amina)
    assert "kopieras så" not in words(browser.get("/schema/?vecka=2026-10-19"))
    change(cast, SHOWN)
    sentence = "Tisdag 20 oktober har egna tider och kopieras så."
    assert sentence in words(browser.get("/schema/?vecka=2026-10-19"))
    copied = press(browser, "copy", cast.elsa, to_weeks=["2026-11-02", "2026-11-09"])
    assert sentence in words(keep_on(browser, copied, "preview"))
    change(cast, date(2026, 10, 22), times=())
    two = "De här dagarna har egna tider och kopieras så: tis 20 okt, tors 22 okt."
    assert two in words(browser.get("/schema/?vecka=2026-10-19"))
    assert keep_on(browser, copied).status_code == 200, "somebody changed a day: shown, not overwritten"


# A move ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def moves(cast: Cast) -> date:
    """Let Elsa move to a preschool that is open from eight to three."""
    day = date(2027, 1, 13)
    PlanningRule.objects.create(preschool=cast.sjostjarnan, opening=[["08:00", "15:00"]] * 5 + [None] * 2)
    Placement.objects.filter(child=cast.elsa).update(ends_on=date(2027, 1, 12))
    place(cast.elsa, cast.musslan, day)
    return day


def test_a_plan_ends_at_a_move_to_shorter_hours(cast: Cast, log_in: LogIn, moves: date) -> None:
    """C04: it holds while the place allows it, and never where it is closed; the family is told to lay a new one."""
    browser = log_in(cast.amina)
    looked = press(browser, "preview", cast.elsa, cast.hugo, weekdays=range(5))
    said = (
        "Elsa går på Förskolan Sjöstjärnan från onsdag 13 januari. Schemat ryms inte där och slutar tisdag 12 januari: "
        "lägg ett nytt för tiden därefter. Öppet 08:00–15:00."
    )
    assert said in words(looked)
    assert "Hugo går på" not in words(looked)
    assert keep_on(browser, looked).status_code == 302
    assert planned(cast.elsa, date(2027, 1, 12)) == planned(cast.hugo, moves) == "07:30–16:00"
    assert known([cast.elsa.id], moves, moves).planned(cast.elsa.id, moves).is_unplanned
    assert keep_on(browser, looked).status_code == 302
    assert WeekPlan.objects.count() == 2, "the same again changes nothing"
    assert "öppet 08:00–15:00" in words(press(browser, "save", cast.elsa, vecka="2027-01-18", weekdays=[0]))
    saved(browser, cast.elsa, vecka="2027-01-18", weekdays=[0], starts="08:00", ends="15:00")
    looked = press(browser, "preview", cast.elsa, vecka="2026-10-26", weekdays=[1], starts="09:00")
    assert "tas bort" not in words(looked), "what is laid for the other place stays"
    assert keep_on(browser, looked, vecka="2026-10-26").status_code == 302
    assert planned(cast.elsa, date(2027, 1, 18)) == "08:00–15:00"


def test_a_plan_that_fits_goes_on_after_the_move(cast: Cast, log_in: LogIn, moves: date) -> None:
    looked = press(log_in(cast.amina), "preview", cast.elsa, weekdays=[2], starts="08:00", ends="15:00")
    assert "ryms inte" not in words(looked)
    saved(log_in(cast.amina), cast.elsa, weekdays=[2], starts="08:00", ends="15:00")
    assert planned(cast.elsa, moves) == "08:00–15:00"


def test_a_rotation_that_is_too_long_there(cast: Cast, log_in: LogIn, moves: date) -> None:
    PlanningRule.objects.update(most_weeks=1, opening=None)
    week = "0730-1600;;;;;;"
    looked = press(log_in(cast.amina), "preview", cast.elsa, **{f"draft-{cast.elsa.id}": f"{week}|{week}"}, repeats="2")
    assert "Schemat ryms inte där och slutar tisdag 12 januari" in words(looked)
    assert "Ett schema har högst 1 vecka." in words(looked)
