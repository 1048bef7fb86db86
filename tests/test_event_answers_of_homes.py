"""Each of a child's two homes says for itself whether it comes, and neither meets what the other has said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from attendance.models import CalendarEvent, EventAnswer
from attendance.selectors.calendar import events_to_answer
from attendance.selectors.feed import entries_of, family_of
from attendance.selectors.guardian import guardian_home
from children.actors import Actor
from children.models import Guardianship, Household, HouseholdWeeks
from portal.lib import clock
from tests.cast import Cast, guard, local, person

TUESDAY = date(2026, 10, 13)
FEAST = date(2026, 11, 12)
LogIn = Callable[[User], Client]
SEVEN = "Elsa kommer, ni är 7"


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 8), tick=True):
        yield


@pytest.fixture
def feast(cast: Cast) -> CalendarEvent:
    """Return a feast to which Elsa is asked, who lives every other week with each of her parents."""
    Guardianship.objects.filter(child=cast.hugo).delete()
    live_apart(cast)
    return CalendarEvent.objects.create(
        title="Höstfest", preschool=cast.granliden, day=FEAST, from_time=time(14), asks=True
    )


def live_apart(cast: Cast) -> None:
    first, second = (Household.objects.create(child=cast.elsa) for _home in range(2))
    first.guardians.add(cast.amina)
    second.guardians.add(cast.johan)
    HouseholdWeeks.objects.create(
        child=cast.elsa, first=first, second=second, weeks=["AAAAAAA", "BBBBBBB"], starts_on=TUESDAY, is_proposed=False
    )


def say(browser: Client, feast: CalendarEvent, cast: Cast, people: int = 0) -> int:
    form = {"coming": cast.elsa.pk, "people": people or 1, "do": "kommer" if people else "kommer-inte"}
    return browser.post(f"/kalender/handelse/{feast.pk}/", form).status_code


def page_of(browser: Client) -> str:
    return browser.get(f"/kalender/?manad={FEAST:%Y-%m}").content.decode()


def test_each_home_says_and_reads_its_own(cast: Cast, feast: CalendarEvent, log_in: LogIn) -> None:
    mothers, fathers = log_in(cast.amina), log_in(cast.johan)
    assert say(mothers, feast, cast, 7) == 302
    assert SEVEN in page_of(mothers)
    assert SEVEN not in page_of(fathers)
    assert SEVEN not in fathers.get("/schema/?vecka=2026-11-09").content.decode()
    assert "Väntar på svar" in fathers.get("/schema/?vecka=2026-11-09").content.decode()
    assert say(fathers, feast, cast) == 302
    assert SEVEN in page_of(mothers)
    assert "Ni kommer inte" not in page_of(mothers)
    assert "Ni kommer inte" in page_of(fathers)
    assert say(mothers, feast, cast, 5) == 302
    assert "Elsa kommer, ni är 5" in page_of(mothers)
    assert EventAnswer.objects.count() == 2


def test_each_home_is_asked(cast: Cast, feast: CalendarEvent, log_in: LogIn) -> None:
    """At home and in the own calendar: what one has answered is still to be answered by the other."""

    def to_do(who: User) -> tuple[list[str], list[str]]:
        actor = Actor.of_person(who)
        places = {card.child_id: card.places for card in guardian_home(actor, clock.now())[0]}
        entries = [one.summary for one in entries_of(family_of(actor)) if "att svara" in one.summary]
        return [one.title for one in events_to_answer(places, actor.today, who.pk)], entries

    asked = (["Höstfest"], ["Sista dag att svara: Höstfest"])
    assert (to_do(cast.amina), to_do(cast.johan)) == (asked, asked)
    say(log_in(cast.amina), feast, cast, 7)
    assert (to_do(cast.amina), to_do(cast.johan)) == (([], []), asked)
    say(log_in(cast.johan), feast, cast)
    assert (to_do(cast.amina), to_do(cast.johan)) == (([], []), ([], []))


def test_what_was_said_for_the_child_is_both_homes_until_they_say_otherwise(
    cast: Cast, feast: CalendarEvent, log_in: LogIn
) -> None:
    EventAnswer.objects.create(event=feast, child=cast.elsa, is_coming=True, how_many=7, answered_at=clock.now())
    mothers, fathers = log_in(cast.amina), log_in(cast.johan)
    assert (SEVEN in page_of(mothers), SEVEN in page_of(fathers)) == (True, True)
    assert counted(log_in(cast.eva), feast, cast) == "Kommer;7"
    say(fathers, feast, cast)
    assert (SEVEN in page_of(mothers), SEVEN in page_of(fathers)) == (True, False)
    assert counted(log_in(cast.eva), feast, cast) == "Kommer;7"
    say(mothers, feast, cast)
    assert counted(log_in(cast.eva), feast, cast) == "Kommer inte;0"


def test_the_child_is_counted_once_with_the_people_of_both(cast: Cast, feast: CalendarEvent, log_in: LogIn) -> None:
    principal = log_in(cast.eva)
    say(log_in(cast.johan), feast, cast)
    assert counted(principal, feast, cast) == "Kommer inte;0"
    say(log_in(cast.amina), feast, cast, 7)
    assert counted(principal, feast, cast) == "Kommer;7"
    say(log_in(cast.johan), feast, cast, 3)
    assert counted(principal, feast, cast) == "Kommer;9"  # six and two with one child
    page = principal.get(f"/forskola/{cast.granliden.pk}/kalender/").content.decode()
    assert '<strong>1</strong> <span class="caption">barn kommer</span>' in page


def test_who_lives_in_neither_answers_for_none(cast: Cast, feast: CalendarEvent, log_in: LogIn) -> None:
    third = person("Tove")
    guard(third, cast.elsa)
    say(log_in(cast.amina), feast, cast, 7)
    browser = log_in(third)
    assert SEVEN not in page_of(browser)
    assert say(browser, feast, cast, 4) == 422
    assert EventAnswer.objects.count() == 1


def counted(browser: Client, feast: CalendarEvent, cast: Cast) -> str:
    """Return what the principal's file says of Elsa."""
    address = f"/forskola/{cast.granliden.pk}/kalender/handelse/{feast.pk}/?format=csv"
    lines = browser.get(address).content.decode("utf-8-sig").splitlines()
    return next(line.partition("Elsa Lind;")[2] for line in lines if "Elsa Lind" in line)
