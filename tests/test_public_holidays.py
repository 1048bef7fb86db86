"""Public holidays: which days, in whose words, and that the plan skips them (DOMAIN 2.4, C01)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import translation
from holidays import country_holidays
from pytest_django.fixtures import Settings

from attendance import services
from attendance.models import PlanningRule
from attendance.public_holidays import check_country, holiday_on, public_holidays
from attendance.rules import Interval, State
from attendance.selectors.calendar import family_calendar
from attendance.selectors.facts import known
from attendance.selectors.place_calendar import place_calendar
from children.actors import Actor
from portal.lib import clock, days
from tests.cast import Cast, local, plan

CHRISTMAS_EVE = date(2026, 12, 24)  # a Thursday
TUESDAY = date(2026, 10, 13)


@pytest.fixture(autouse=True)
def in_october() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 8), tick=True):
        yield


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 6), "Trettondedag jul"),
        (date(2026, 4, 3), "Långfredagen"),
        (date(2026, 4, 6), "Annandag påsk"),
        (date(2026, 5, 14), "Kristi himmelsfärdsdag"),
        (date(2026, 6, 6), "Nationaldagen"),
        (date(2026, 6, 19), "Midsommarafton"),
        (date(2026, 6, 20), "Midsommardagen"),
        (date(2027, 3, 26), "Långfredagen"),
        (date(2027, 6, 25), "Midsommarafton"),
        (CHRISTMAS_EVE, "Julafton"),
        (date(2026, 12, 31), "Nyårsafton"),
        (date(2026, 10, 30), None),  # the day before All Saints' is short at work, and no holiday
        (date(2026, 4, 2), None),  # Maundy Thursday
        (date(2026, 10, 11), None),  # a Sunday is a weekend, as any
    ],
)
def test_the_swedish_year(day: date, name: str | None) -> None:
    assert holiday_on(day) == name


def test_the_norwegian_year(settings: Settings) -> None:
    """Easter begins a day earlier, the seventeenth of May is free and Christmas Eve is not, by law."""
    settings.COUNTRY = "NO"
    found = public_holidays(date(2026, 1, 1), date(2026, 12, 31))
    assert {date(2026, 4, 2), date(2026, 4, 6), date(2026, 5, 17), date(2026, 5, 25)} < found.keys()
    assert found[date(2026, 4, 2)] == "Skjærtorsdag"
    assert CHRISTMAS_EVE not in found
    assert date(2026, 6, 19) not in found


def test_holidays_are_named_in_the_reader_s_language() -> None:
    with translation.override("en"):
        assert holiday_on(CHRISTMAS_EVE) == "Christmas Eve"
    assert holiday_on(CHRISTMAS_EVE) == "Julafton"
    with translation.override("ar"):
        assert holiday_on(CHRISTMAS_EVE) == "Julafton"  # the library has no Arabic: the country's own words


def test_a_span_over_new_year_holds_both_years_in_order() -> None:
    found = public_holidays(date(2026, 12, 25), date(2027, 1, 6))
    assert list(found) == [date(2026, 12, n) for n in (25, 26, 31)] + [date(2027, 1, n) for n in (1, 6)]


def test_a_country_that_does_not_exist_stops_the_start(settings: Settings) -> None:
    settings.COUNTRY = "XX"
    with pytest.raises(ImproperlyConfigured, match="COUNTRY"):
        check_country()


@pytest.mark.parametrize("country", ["SE", "NO", "FI", "DK"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_country_s_own_file_says_what_the_library_says(settings: Settings, country: str, language: str) -> None:
    settings.COUNTRY = country
    library = country_holidays(country)
    years = range(2016, 2037)
    spoken = next((one for one in library.supported_languages if one[:2] == language), library.default_language)
    with translation.override(language):
        found = public_holidays(date(years[0], 1, 1), date(years[-1], 12, 31))
    counted = [one for one in ("public", "de_facto") if one in library.supported_categories]
    assert found == dict(country_holidays(country, years=years, categories=counted, language=spoken))


def test_no_country_but_ours_is_loaded() -> None:
    """All of them are 8 MB in every process."""
    script = (
        "import django, sys; django.setup(); print(*[name for name in sys.modules if 'holidays.countries' in name])"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.split() == []


def test_a_plan_skips_public_holidays(cast: Cast) -> None:
    """C01: Monday to Friday for two siblings; Christmas Eve and Day are closed, the times lie beneath."""
    monday = date(2026, 12, 21)
    times = (Interval(time(7, 30), time(16)),)
    services.save_week_plan(
        child_ids=[cast.elsa.pk, cast.hugo.pk],
        starts_on=date(2026, 10, 19),
        weeks=[(*[times] * 5, (), ())],
        actor=Actor.of_person(cast.amina),
        now=clock.now(),
    )
    facts = known([cast.elsa.pk, cast.hugo.pk], monday, monday + timedelta(days=13), reader=cast.amina.pk)
    for child in (cast.elsa, cast.hugo):
        attends = [
            day for day in days.span(monday, monday + timedelta(days=13)) if facts.planned(child.pk, day).attending
        ]
        assert attends == [date(2026, 12, n) for n in (21, 22, 23, 28, 29, 30)]
        eve = facts.planned(child.pk, CHRISTMAS_EVE)
        assert (eve.is_closed, eve.closed, eve.intervals) == (True, "Julafton", times)


def test_a_place_may_open_on_holidays(cast: Cast) -> None:
    """What the preschool decides wins over the municipality, and what it closes by itself stays closed."""
    plan(cast.elsa, cast.leo)
    PlanningRule.objects.create(opens_on_holidays=True)
    PlanningRule.objects.create(preschool=cast.sjostjarnan, opens_on_holidays=False)
    facts = known([cast.elsa.pk, cast.leo.pk], CHRISTMAS_EVE, CHRISTMAS_EVE)
    assert facts.planned(cast.elsa.pk, CHRISTMAS_EVE).attending
    assert facts.planned(cast.leo.pk, CHRISTMAS_EVE).closed == "Julafton"


def test_the_board_and_the_families_say_why_it_is_closed(cast: Cast, log_in: Callable[..., Client]) -> None:
    plan(cast.elsa)
    with time_machine.travel(local(CHRISTMAS_EVE, 9), tick=True):
        facts = known([cast.elsa.pk], CHRISTMAS_EVE, CHRISTMAS_EVE)
        assert facts.state(cast.elsa.pk, clock.now()).state == State.CLOSED
        assert "Julafton" in log_in(cast.amina).get("/").content.decode()
        assert "Julafton" in log_in(cast.amina).get("/schema/?vecka=2026-12-21").content.decode()


def test_the_calendars_say_a_holiday_where_it_would_have_opened(cast: Cast) -> None:
    """Boxing Day is a Saturday in 2026: as with the plan, it is news only to families whose preschool opens then."""

    def said() -> list[bool]:
        month = family_calendar([cast.elsa], date(2026, 12, 1), today=TUESDAY, reader=None).months
        rows = place_calendar(Actor.of_person(cast.eva), cast.granliden, [cast.blasippan])
        titles = [entry.title for _month, entries in month for entry in entries], [row.title for row in rows]
        return ["Annandag jul" in one for one in titles]

    assert said() == [False, False]
    rule = PlanningRule.objects.create(preschool=cast.granliden, opening=[["06:00", "18:30"]] * 7)
    assert said() == [True, True]
    rule.opens_on_holidays = True
    rule.save()
    assert said() == [False, False]


def test_principals_decide_about_holidays(cast: Cast, log_in: Callable[..., Client]) -> None:
    browser = log_in(cast.eva)
    address = f"/forskola/{cast.granliden.pk}/regler/"
    assert "Röda dagar och helgaftnar är stängda." in browser.get(address).content.decode()
    browser.post(address, {"do": "save", "opens_on_holidays": "yes"})
    assert PlanningRule.objects.get(preschool=cast.granliden).opens_on_holidays is True
    assert "Röda dagar och helgaftnar är öppna som andra dagar." in browser.get(address).content.decode()
