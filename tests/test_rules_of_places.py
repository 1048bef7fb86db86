"""What a municipality, an area or a preschool decides about planning, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.http import Http404
from django.http.response import HttpResponseBase
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEntry, User
from attendance import rules, services
from attendance.models import DayPlan, PlanningRule, WeekPlan
from attendance.rules import CutOff, CutOffForm, Interval
from attendance.selectors.facts import rules_for
from attendance.selectors.words import moment_words, opening_week
from children.actors import Actor
from children.models import Municipality, Placement, Preschool
from children.selectors.placing import departments_of
from portal.lib import clock
from tests.cast import Cast, local, place, plan, tablet

TUESDAY = date(2026, 10, 13)
ZONE = ZoneInfo("Europe/Stockholm")
LogIn = Callable[[User], Client]

FORMS = [
    *(CutOff(CutOffForm.DAYS_BEFORE, number) for number in (2, 3, 7, 14)),
    CutOff(CutOffForm.WEEK_BEFORE, weekday=2, minute=18 * 60),
    CutOff(CutOffForm.WEEK_BEFORE, weekday=0, minute=12 * 60),
    CutOff(CutOffForm.WEEK_BEFORE, weekday=6, minute=24 * 60),
    CutOff(CutOffForm.WEEK_BEFORE, weekday=0, minute=18 * 60, weeks=2),
    CutOff(CutOffForm.WARN, 5),
    CutOff(),
]


@pytest.fixture(autouse=True)
def tuesday_morning() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 6, 10), tick=False):
        yield


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE)


# The rules themselves -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cut_off", "day", "locks"),
    [
        (CutOff(CutOffForm.DAYS_BEFORE, 2), date(2026, 10, 16), at(date(2026, 10, 15), 0)),
        (CutOff(CutOffForm.DAYS_BEFORE, 14), date(2026, 10, 30), at(date(2026, 10, 17), 0)),
        # Wednesday 18:00, Monday 12:00 and Sunday 24:00 before the week; Monday 18:00 for the week after next.
        (CutOff(CutOffForm.WEEK_BEFORE, weekday=2, minute=18 * 60), date(2026, 10, 23), at(date(2026, 10, 14), 18)),
        (CutOff(CutOffForm.WEEK_BEFORE, weekday=0, minute=12 * 60), date(2026, 10, 19), at(date(2026, 10, 12), 12)),
        (CutOff(CutOffForm.WEEK_BEFORE, weekday=6, minute=24 * 60), date(2026, 10, 21), at(date(2026, 10, 19), 0)),
        (
            CutOff(CutOffForm.WEEK_BEFORE, weekday=0, minute=18 * 60, weeks=2),
            date(2026, 10, 28),
            at(date(2026, 10, 12), 18),
        ),
        (CutOff(CutOffForm.WARN, 5), TUESDAY, at(date(2026, 10, 14), 0)),
    ],
)
def test_each_form_of_cut_off(cut_off: CutOff, day: date, locks: datetime) -> None:
    """DOMAIN 2.1"""
    assert rules.locks_at(day, cut_off, ZONE) == locks
    assert rules.may_change(day, locks - timedelta(seconds=1), cut_off)
    assert not rules.may_change(day, locks, cut_off)


@given(
    day_of_now=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    hour=st.integers(0, 23),
    cut_off=st.sampled_from(FORMS),
    ahead=st.integers(0, 60),
)
def test_what_has_locked_stays_locked_and_what_opens_is_open(
    day_of_now: date, hour: int, cut_off: CutOff, ahead: int
) -> None:
    now = at(day_of_now, hour)
    day = now.date() + timedelta(days=ahead)
    opens = rules.opens_again(now, cut_off)
    assert rules.may_change(opens, now, cut_off)
    assert day >= opens or not rules.may_change(day, now, cut_off) or opens == now.date()
    if not rules.may_change(day, now, cut_off):
        assert not rules.may_change(day, now + timedelta(days=1), cut_off)
    if cut_off.form != CutOffForm.WARN:
        assert not rules.asks_to_talk(day, now, cut_off)


@pytest.mark.parametrize(("day", "asks"), [(13, True), (16, True), (19, True), (20, False), (12, False)])
def test_who_changes_a_near_day_is_asked_to_talk(day: int, asks: bool) -> None:  # noqa: FBT001 (a parameter of the table)
    """Five weekdays from Tuesday: Tuesday to Monday."""
    warns = CutOff(CutOffForm.WARN, 5)
    assert rules.asks_to_talk(date(2026, 10, day), at(TUESDAY, 6), warns) == asks


def test_what_is_not_set_is_decided_above() -> None:
    municipality = rules.from_stored({"cut_off": "days_before", "cut_off_days": 7, "most_weeks": 4, "reminds_on": 2})
    preschool = rules.from_stored(
        {"cut_off": "none", "reminds_on": -1, "opening": [["05:30", "00:00"]] * 5 + [None] * 2}
    )
    found = rules.merged_rules([municipality, {}, preschool])
    assert (found.cut_off, found.most_weeks, found.reminds_on) == (CutOff(), 4, None)
    assert found.opens_on(TUESDAY) == Interval(time(5, 30), time(0))
    assert found.opens_on(date(2026, 10, 17)) is None
    assert rules.merged_rules([]) == rules.PlaceRules()


@pytest.mark.parametrize(
    ("times", "is_outside"),
    [("06:00-18:30", False), ("05:59-16:00", True), ("07:00-18:31", True), ("17:00-00:00", True)],
)
def test_hours(times: str, is_outside: bool) -> None:  # noqa: FBT001 (a parameter of the table)
    starts, ends = map(time.fromisoformat, times.split("-"))
    assert bool(rules.outside([Interval(starts, ends)], rules.HOUSE_HOURS[0])) == is_outside
    assert rules.outside([Interval(starts, ends)], None)
    assert not rules.outside([Interval(starts, ends)], rules.ALWAYS)


def test_words() -> None:
    assert moment_words(at(date(2026, 10, 7), 18)) == "onsdag 7 oktober kl. 18"
    assert moment_words(at(date(2026, 10, 7), 12, 30)) == "onsdag 7 oktober kl. 12.30"
    assert moment_words(at(date(2026, 10, 12), 0)) == "efter söndag 11 oktober"
    assert opening_week(rules.HOUSE_HOURS) == "Öppet 06:00–18:30"
    friday = (*rules.HOUSE_HOURS[:4], Interval(time(6), time(16)), None, Interval(time(9), time(12)))
    assert opening_week(friday) == "Öppet mån–tors 06:00–18:30, fre 06:00–16:00, sön 09:00–12:00"
    assert opening_week((None,) * 7) == ""


# Whose rules hold -----------------------------------------------------------------------------------------------------


def test_a_preschool_goes_before_its_area_and_that_before_the_municipality(cast: Cast) -> None:
    here = departments_of([cast.elsa.id], TUESDAY)[cast.elsa.id]
    elsewhere = departments_of([cast.leo.id], TUESDAY)[cast.leo.id]
    assert rules_for(here) == rules.PlaceRules()
    PlanningRule.objects.create(late_after_minutes=20, most_weeks=8, horizon_weeks=10)
    PlanningRule.objects.create(area=cast.granliden.area, most_weeks=6, horizon_weeks=20)
    PlanningRule.objects.create(preschool=cast.granliden, horizon_weeks=30)
    found = rules_for(here)
    assert (found.late_after_minutes, found.most_weeks, found.horizon_weeks) == (20, 6, 30)
    assert rules_for(elsewhere).horizon_weeks == 20
    assert rules_for(None).most_weeks == 8


def lay(browser: Client, cast: Cast, **more: Any) -> str:
    form = {"vecka": "2026-10-19", "barn": [cast.elsa.id], "starts": "07:30", "ends": "16:00", "weekdays": [0]}
    return browser.post("/schema/", form | more).content.decode()


@pytest.mark.parametrize(
    ("times", "hours"),
    [({"starts": "05:45"}, "06:00–18:30"), ({"ends": "18:45"}, "06:00–18:30"), ({"weekdays": [5]}, "stängt")],
)
def test_times_outside_opening_hours(cast: Cast, log_in: LogIn, times: dict[str, Any], hours: str) -> None:
    """C04: refused on the field, with the hours named, and what was typed is still there."""
    browser = log_in(cast.amina)
    for do in ("paint", "preview", "save"):
        page = lay(browser, cast, do=do, **times)
        assert hours in page
        assert "field-wrong" in page
        assert all(f'value="{typed}"' in page for typed in times.values() if isinstance(typed, str))
    assert not WeekPlan.objects.exists()
    answer = browser.post(
        f"/barn/{cast.elsa.id}/dag/2026-10-19/", {"what": "times", "starts": "05:45", "ends": "16:00", "note": "Hej"}
    ).content.decode()
    assert "måndagar är det öppet 06:00–18:30" in answer
    assert 'value="05:45"' in answer
    assert "Hej</textarea>" in answer
    assert not DayPlan.objects.exists()


def test_a_preschool_that_opens_earlier(cast: Cast, log_in: LogIn) -> None:
    PlanningRule.objects.create(preschool=cast.granliden, opening=[["05:30", "22:00"]] * 7)
    page = lay(log_in(cast.amina), cast, do="save", starts="05:45", weekdays=[0, 6])
    assert "stängt" not in page
    assert WeekPlan.objects.get().weeks[0][6] == [["05:45", "16:00"]]
    assert "Öppet mån–sön 05:30–22:00" in log_in(cast.amina).get("/schema/").content.decode()


def test_inside_the_lock_the_page_offers_what_is_left(cast: Cast, log_in: LogIn) -> None:
    """C05, C06: absence and a word to the department, when it opens again; and a bold request changes nothing."""
    plan(cast.elsa)
    PlanningRule.objects.create(cut_off="week_before", cut_off_weekday=2, cut_off_minute=18 * 60, cut_off_weeks=1)
    browser = log_in(cast.amina)
    page = browser.get(f"/barn/{cast.elsa.id}/dag/2026-10-15/").content.decode()
    assert "Tiderna låstes onsdag 7 oktober kl. 18" in page
    assert f"/barn/{cast.elsa.id}/franvaro/" in page
    before = list(WeekPlan.objects.values())
    bold = browser.post(f"/barn/{cast.elsa.id}/dag/2026-10-15/", {"what": "off"}).content.decode()
    assert "Från måndag 19 oktober kan de ändras" in bold
    lay(browser, cast, do="save", vecka="2026-10-12")
    assert list(WeekPlan.objects.values()) == before
    assert not DayPlan.objects.exists()
    with time_machine.travel(local(date(2026, 10, 14), 18), tick=False):
        lay(browser, cast, do="save")
    assert list(WeekPlan.objects.values()) == before
    assert browser.post(f"/barn/{cast.elsa.id}/dag/2026-10-19/", {"what": "off"}).status_code == 302


def test_limits_of_a_place(cast: Cast, log_in: LogIn) -> None:
    PlanningRule.objects.create(most_weeks=1, horizon_weeks=2)
    browser = log_in(cast.amina)
    week = "0730-1600;;;;;;"
    assert "högst 1 vecka" in lay(browser, cast, do="save", **{f"draft-{cast.elsa.id}": f"{week}|{week}", "repeats": 2})
    assert "kan börja senast" in lay(browser, cast, do="save", vecka="2026-11-02")
    assert not WeekPlan.objects.exists()


@pytest.fixture
def narrow(cast: Cast) -> None:
    """Let the next preschool be open from eight to three, and lock a week before."""
    hours = [["08:00", "15:00"]] * 5 + [None] * 2
    PlanningRule.objects.create(preschool=cast.sjostjarnan, opening=hours, cut_off="days_before", cut_off_days=7)


def test_a_child_that_has_not_begun_is_bound_by_the_place_where_it_begins(
    cast: Cast, log_in: LogIn, narrow: None
) -> None:
    """C04: in its weeks, on a date among them, and on the day's page."""
    Placement.objects.filter(child=cast.elsa).delete()
    place(cast.elsa, cast.musslan, date(2026, 10, 28))
    browser = log_in(cast.amina)
    assert "öppet 08:00–15:00" in lay(browser, cast, do="save")
    wide: dict[str, Any] = {f"draft-{cast.elsa.id}": "0800-1500;;;;;;#20261020=0030-2330"}
    assert "öppet 08:00–15:00" in lay(browser, cast, do="save", weekdays=[], **wide)
    form = {"what": "times", "starts": "00:30", "ends": "23:30"}
    assert "öppet 08:00–15:00" in browser.post(f"/barn/{cast.elsa.id}/dag/2026-10-20/", form).content.decode()
    assert not WeekPlan.objects.exists()
    assert not DayPlan.objects.exists()
    fits: dict[str, Any] = {"starts": "08:00", "ends": "15:00"}
    for _time in range(2):  # the lock counts from the day on which the child begins
        lay(browser, cast, do="save", **fits)
        assert WeekPlan.objects.get().weeks[0][0] == [["08:00", "15:00"]]
        fits = {"starts": "08:00", "ends": "15:00", "weekdays": [0, 1]}
    assert WeekPlan.objects.get().weeks[0][1] == [["08:00", "15:00"]]


def test_a_plan_that_goes_on_into_another_preschool(cast: Cast, log_in: LogIn, narrow: None) -> None:
    """C04: it ends where that one does not allow it, and goes on where it does."""
    Placement.objects.filter(child=cast.elsa).update(ends_on=date(2027, 1, 10))
    place(cast.elsa, cast.musslan, date(2027, 1, 11))
    browser = log_in(cast.amina)
    lay(browser, cast, do="save")
    wide = WeekPlan.objects.get()
    assert (wide.weeks[0][0], wide.ends_on) == ([["07:30", "16:00"]], date(2027, 1, 10))
    lay(browser, cast, do="save", starts="08:00", ends="15:00")
    assert WeekPlan.objects.get().ends_on is None


# Deciding -------------------------------------------------------------------------------------------------------------


def test_a_principal_decides_for_the_own_preschool(cast: Cast, log_in: LogIn) -> None:
    """In words and on next week's calendar before it is saved; logged; and empty again is as above."""
    address = f"/forskola/{cast.granliden.id}/regler/"
    eva = log_in(cast.eva)
    assert "Tider kan ändras så länge dagen varar" in eva.get(address).content.decode()
    form = {
        "cut_off": "week_before",
        "cut_off_weekday": "2",
        "cut_off_minute": "18:00",
        "cut_off_weeks": "1",
        "late_after_minutes": "20",
    }
    look = eva.post(address, form | {"do": "look"}).content.decode()
    assert "Så skulle det bli" in look
    assert "En veckas tider låses onsdag kl. 18:00 veckan före." in look
    assert "onsdag 14 oktober kl. 18" in look
    assert not PlanningRule.objects.exists()
    assert eva.post(address, form | {"do": "save"}).status_code == 302
    row = PlanningRule.objects.get()
    assert (row.preschool, row.cut_off_minute, row.late_after_minutes) == (cast.granliden, 1080, 20)
    assert AuditEntry.objects.get(action="rules.decided").about["preschool"] == str(cast.granliden.id)
    eva.post(address, {"do": "save", "cut_off": ""})
    assert not PlanningRule.objects.exists()


def test_an_administrator_decides_for_all_and_for_an_area(cast: Cast, log_in: LogIn) -> None:
    adam = log_in(cast.administrator)
    hours = {f"{word}_{n}": at for n in range(5) for word, at in (("opens", "06:30"), ("closes", "17:30"))}
    assert adam.post("/regler/", {"do": "save", "has_own_hours": "on"} | hours).status_code == 302
    area = f"/regler/omrade/{cast.granliden.area_id}/"
    assert area in adam.get("/regler/").content.decode()
    assert adam.post(area, {"do": "save", "cut_off": "warn", "warn_days": "3"}).status_code == 302
    found = rules_for(departments_of([cast.elsa.id], TUESDAY)[cast.elsa.id])
    assert (found.cut_off, found.opens_on(TUESDAY)) == (CutOff(CutOffForm.WARN, 3), Interval(time(6, 30), time(17, 30)))
    assert found.opens_on(date(2026, 10, 17)) is None
    page = log_in(cast.amina).get(f"/barn/{cast.elsa.id}/dag/2026-10-14/").content.decode()
    assert "prata också med avdelningen" in page


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"cut_off": "days_before"}, "Skriv hur många dagar"),
        ({"cut_off": "warn"}, "Skriv hur många dagar"),
        ({"cut_off": "days_before", "cut_off_days": "99"}, "Skriv ett helt tal från 1 till 60."),
        ({"visible_before_days": "0"}, "Skriv ett helt tal från 1 till 120."),
        ({"late_after_minutes": "snart"}, "Skriv ett helt tal från 1 till 240."),
        ({"cut_off": "week_before", "cut_off_minute": "25:00"}, "Skriv en tid, som 18:00"),
        ({"cut_off": "week_before"}, "Skriv en tid, som 18:00"),
        ({"has_own_hours": "on", "opens_0": "06:00"}, "Skriv både när det öppnar"),
        ({"has_own_hours": "on", "opens_0": "18:00", "closes_0": "06:00"}, "Tiden måste sluta efter"),
        ({"most_weeks": "21"}, "Skriv ett helt tal från 1 till 20."),
        ({"cut_off": "annat"}, "annat"),
    ],
)
def test_what_cannot_be_decided_is_said_on_the_field(
    cast: Cast, log_in: LogIn, form: dict[str, str], sentence: str
) -> None:
    answer = log_in(cast.eva).post(
        f"/forskola/{cast.granliden.id}/regler/", form | {"do": "save", "horizon_weeks": "9"}
    )
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="9"' in answer.content.decode()
    assert not PlanningRule.objects.exists()


def seen_from(page: HttpResponseBase) -> str:
    """Return how many days before its first day a child is seen, as the page says it."""
    found = re.search(r"för familjen från (\d+) dagar", page.getvalue().decode())
    return found[1] if found else ""


def test_from_when_a_child_is_seen_is_decided_like_the_rest(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 2.11: by the municipality, the area, the preschool; empty is as above, and the page says what that is."""
    adam, eva = log_in(cast.administrator), log_in(cast.eva)
    own, area = f"/forskola/{cast.granliden.id}/regler/", f"/regler/omrade/{cast.granliden.area_id}/"
    assert seen_from(eva.get(own)) == "30"
    for browser, address, number in ((adam, "/regler/", "20"), (adam, area, "10"), (eva, own, "60")):
        assert seen_from(browser.post(address, {"do": "look", "visible_before_days": number})) == number
        assert seen_from(eva.get(own)) != number
        assert browser.post(address, {"do": "save", "visible_before_days": number}).status_code == 302
        assert seen_from(eva.get(own)) == number
    assert not PlanningRule.objects.exists()
    assert "Lämnas det tomt gäller 10." in eva.get(own).content.decode()
    eva.post(own, {"do": "save"})
    adam.post("/regler/", {"do": "save"})
    for browser, address, number in ((eva, own, "10"), (adam, "/regler/", "30")):
        assert seen_from(browser.get(address)) == number


def test_a_rule_that_is_left_empty_says_what_holds_then(cast: Cast, log_in: LogIn) -> None:
    PlanningRule.objects.create(cut_off="days_before", cut_off_days=7, reminds_on=-1, opens_on_holidays=True)
    page = log_in(cast.eva).get(f"/forskola/{cast.granliden.id}/regler/").content.decode()
    for said in (
        "Som ovanför: tider kan ändras till och med 7 dagar före.",
        "Som ovanför: aldrig",
        "Som ovanför: öppet som andra dagar",
    ):
        assert said in page
    assert "(frivilligt)" not in page


def test_next_week_says_that_it_is_closed_on_a_holiday(cast: Cast, log_in: LogIn) -> None:
    address = f"/forskola/{cast.granliden.id}/regler/"
    with time_machine.travel(local(date(2026, 12, 17), 12), tick=False):
        eva = log_in(cast.eva)
        assert "Stängt, Julafton" in eva.get(address).content.decode()
        look = eva.post(address, {"do": "look", "opens_on_holidays": "yes"}).content.decode()
    assert "Julafton" not in look


def test_nobody_decides_for_somebody_elses_preschool(cast: Cast) -> None:
    for person, preschool in (
        (cast.eva, cast.sjostjarnan),
        (cast.eva, None),
        (cast.maria, cast.granliden),
        (cast.administrator, cast.granliden),
    ):
        with pytest.raises(Http404):
            services.decide(
                columns={"most_weeks": 3, "visible_before_days": 90},
                actor=Actor.of_person(person),
                now=clock.now(),
                preschool=preschool,
            )
    assert not PlanningRule.objects.exists()
    assert not Preschool.objects.exclude(visible_before_days=None).exists()
    assert Municipality.current().visible_before_days == 30


def test_the_late_mark_is_the_places_own(cast: Cast, on_tablet: Callable[[str], Client]) -> None:
    weeks = [[[["06:00", "16:00"]]] * 5 + [[], []]]
    WeekPlan.objects.create(child=cast.elsa, starts_on=date(2026, 8, 3), weeks=weeks)
    address = f"/avdelning/{cast.blasippan.id}/"
    hall = on_tablet(tablet(cast.blasippan)[1])
    with time_machine.travel(local(TUESDAY, 6, 20), tick=False):
        assert "Sen 20 min" in hall.get(address).content.decode()
        PlanningRule.objects.create(preschool=cast.granliden, late_after_minutes=30)
        assert "Sen 20 min" not in hall.get(address).content.decode()


def test_the_municipality_decides_once(cast: Cast) -> None:
    PlanningRule.objects.create(most_weeks=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanningRule.objects.create(most_weeks=5)
    services.decide(columns={"most_weeks": 6}, actor=Actor.of_person(cast.administrator), now=clock.now())
    assert PlanningRule.objects.get().most_weeks == 6
