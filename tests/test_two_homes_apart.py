"""No times, notes or collectors of one home reach the other, by any page that its guardian can open (DOMAIN 2.8, C03).

Odd minutes and words are planted in what each home says, and the real pages are searched for them.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from attendance import services
from attendance.models import Absence, CalendarEvent, DayPlan, EventAnswer, Stay, WeekPlan
from attendance.rules import Interval, Reason
from attendance.services.telling import tell_of_taps
from children.actors import Actor
from children.home_rules import Handover, Living, are_weeks, every_other_week
from children.models import Block, Contact, Household, HouseholdWeeks
from notifications.models import Delivery, Kind, Preference, Way
from portal.lib import clock, days
from portal.lib.ids import uuid7
from tests.cast import Cast, guard, local, person

LogIn = Callable[[User], Client]

TUESDAY = date(2026, 10, 20)
BEGAN = date(2026, 9, 28)
LEFT_OUT = re.compile(r"/(static|t|logga-ut|konto|tvasteg|installningar|sprak)/|\.(css|js|svg|png|webmanifest)")
MOST_PAGES = 30


@pytest.fixture(autouse=True)
def _early_on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 9, 58), tick=False):
        yield


@dataclass(frozen=True)
class Planted:
    """What one home says, none of which the other may meet: times of odd minutes, a note, somebody who collects."""

    guardian: User
    starts: str
    ends: str
    other_starts: str
    other_ends: str
    gap: tuple[str, str]
    staffs_gap: tuple[str, str]
    came: str
    went: str
    note: str
    contact: Contact
    people: int

    @property
    def words(self) -> tuple[str, ...]:
        times = (
            self.starts,
            self.ends,
            self.other_starts,
            self.other_ends,
            *self.gap,
            *self.staffs_gap,
            self.came,
            self.went,
        )
        in_calendars = (f"T{one.replace(':', '')}00" for one in times)
        return (*times, *(one.replace(":", ".") for one in times), *in_calendars, self.note, f"ni är {self.people}")


def planted(cast: Cast, guardian: User, minute: int) -> Planted:
    """Return what this home says, all of it at minutes of its own."""
    return Planted(
        guardian,
        f"06:{minute:02}",
        f"17:{minute:02}",
        f"07:{minute + 1:02}",
        f"16:{minute + 1:02}",
        (f"11:{minute + 2:02}", f"12:{minute + 2:02}"),
        (f"09:{minute + 4:02}", f"10:{minute + 4:02}"),
        f"08:{minute + 3:02}",
        f"15:{minute + 3:02}",
        f"Hemlig lapp {minute}",
        Contact.objects.create(child=cast.elsa, name=f"Planterad{minute}", relation=f"Granne{minute}"),
        10 + minute // 10,
    )


def two_homes(cast: Cast, weeks: tuple[str, ...], handover: Handover) -> tuple[Living, Household, Household]:
    ours, theirs = (Household.objects.create(child=cast.elsa) for _number in range(2))
    ours.guardians.set([cast.amina])
    theirs.guardians.set([cast.johan])
    HouseholdWeeks.objects.create(
        child=cast.elsa,
        first=ours,
        second=theirs,
        starts_on=BEGAN,
        weeks=list(weeks),
        handover=handover,
        is_proposed=False,
    )
    return Living(BEGAN, None, weeks, ours.pk, theirs.pk, handover), ours, theirs


def say(cast: Cast, living: Living, home: Household, said: Planted, changed: set[int]) -> None:
    """Let the home say all that a home can say, on its own days and on days that are not."""
    usual = [[[said.starts, said.ends]]] * 7
    WeekPlan.objects.create(child=cast.elsa, household=home, starts_on=BEGAN, weeks=[usual], made_by=said.guardian)
    for number in changed:
        DayPlan.objects.create(
            child=cast.elsa,
            household=home,
            day=TUESDAY + timedelta(days=number),
            intervals=[[said.other_starts, said.other_ends]],
            note=said.note,
            collecting_contact=said.contact,
            changed_at=clock.now(),
            changed_by=said.guardian,
        )
    coming = list(days.span(TUESDAY, TUESDAY + timedelta(days=13)))
    concerned = [day for day in coming if living.homes_on(day).concerns(home.pk)]
    away(cast, concerned[:1], said.gap, said.guardian)
    own = [day for day in concerned if day.weekday() < 5 and not living.homes_on(day).is_handover]
    away(cast, own[:1], said.staffs_gap, cast.maria)
    feast, _made = CalendarEvent.objects.get_or_create(
        title="Lyktfest", department=cast.blasippan, day=TUESDAY + timedelta(days=6), asks=True
    )
    EventAnswer.objects.create(
        event=feast,
        child=cast.elsa,
        household=home,
        is_coming=True,
        how_many=said.people,
        answered_at=clock.now(),
        answered_by=said.guardian,
    )


def away(cast: Cast, dates: Iterable[date], hours: tuple[str, str], by: User) -> None:
    """Let somebody have reported the child away in these hours."""
    starts, ends = map(time.fromisoformat, hours)
    for day in dates:
        Absence.objects.create(
            child=cast.elsa,
            starts_on=day,
            ends_on=day,
            from_time=starts,
            to_time=ends,
            reason=Reason.OTHER,
            reported_by=by,
            is_by_staff=by == cast.maria,
        )


def come_and_go(cast: Cast, living: Living, by_home: dict[object, Planted]) -> None:
    """Let the child have been there until yesterday, and be there today, brought and collected by whose day it was."""
    for day in days.span(BEGAN, TUESDAY):
        if day.weekday() > 4:
            continue
        homes = living.homes_on(day)
        came, went = time.fromisoformat(by_home[homes.morning].came), time.fromisoformat(by_home[homes.evening].went)
        Stay.objects.create(
            id=uuid7(),
            child=cast.elsa,
            department=cast.blasippan,
            arrived_at=days.at(day, came),
            left_at=days.at(day, went) if day < TUESDAY else None,
        )


def bodies(browser: Client, *more: str) -> Iterator[tuple[str, str]]:
    """Yield the body of every page that can be reached by links from home, and of these."""
    waiting, seen = deque(["/", *more]), set[str]()
    while waiting and len(seen) < MOST_PAGES + len(more):
        address = waiting.popleft()
        if address in seen or LEFT_OUT.search(address):
            continue
        seen.add(address)
        answer = browser.get(address)
        if answer.status_code != 200 or answer.streaming:
            continue
        body = answer.content.decode(errors="replace")
        yield address, body
        for link in re.findall(r'href="([^"#]+)"', body):
            full = urljoin(f"http://testserver{address}", link.replace("&amp;", "&"))
            if full.startswith("http://testserver/"):
                parts = urlsplit(full)
                waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))


def made_by_forms(browser: Client, cast: Cast) -> Iterator[tuple[str, str]]:
    """Yield what the schedule would be, and the file that the guardian's own calendar reads."""
    monday = days.monday_of(TUESDAY) + timedelta(weeks=1)
    for do in ("paint", "preview"):
        form = {"vecka": f"{monday}", "barn": cast.elsa.pk, "do": do, "weekdays": [], "repeats": "2"}
        yield f"/schema/ {do}", browser.post("/schema/", form).content.decode()
    browser.post("/schema/kalender/", {"do": "make"})
    page = browser.get("/schema/kalender/").content.decode()
    (address, *_more) = re.findall(r"/kalender/[0-9a-f]{48}\.ics", page)
    yield "calendar", Client().get(address).content.decode()


def leaks(browser: Client, cast: Cast, *hidden: Planted) -> list[str]:
    """Return where something of other homes is met. A contact may be chosen by both; chosen it is by one."""
    found = []
    for address, body in (*bodies(browser, *day_pages(cast)), *made_by_forms(browser, cast)):
        for home in hidden:
            found += [f"{address}: {word}" for word in home.words if word in body]
            found += [f"{address}: {home.contact.relation} hämtar"] * (f"{home.contact.relation} hämtar" in body)
            is_chosen = re.search(rf'value="c:{home.contact.pk}"[^>]*(selected|checked)', body)
            found += [f"{address}: chosen"] * bool(is_chosen)
    return found


def day_pages(cast: Cast) -> list[str]:
    """Return the pages of two weeks of days, of weeks to come, and of what has been."""
    child = cast.elsa.pk
    dates = [TUESDAY + timedelta(days=number) for number in range(-2, 14)]
    mondays = [days.monday_of(TUESDAY) + timedelta(weeks=number) for number in range(-2, 5)]
    return [
        *(f"/barn/{child}/dag/{day}/" for day in dates),
        *(f"/schema/?vecka={monday}" for monday in mondays),
        f"/barn/{child}/tider/",
        f"/barn/{child}/tider/?manad=2026-09",
        f"/barn/{child}/franvaro/",
        f"/barn/{child}/historik/",
        "/tva-hem/",
        "/kalender/?manad=2026-10",
        "/nytt/",
    ]


weeks_to_live_by = st.lists(st.text("AB", min_size=7, max_size=7), min_size=1, max_size=4).map(tuple).filter(are_weeks)


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    weeks=weeks_to_live_by,
    handover=st.sampled_from(Handover),
    changed=st.tuples(*[st.sets(st.integers(-3, 13), max_size=6)] * 2),
)
def test_nothing_of_one_home_reaches_the_other(
    weeks: tuple[str, ...], handover: Handover, changed: tuple[set[int], set[int]], cast: Cast, log_in: LogIn
) -> None:
    """For any weeks, handover, plans, changed days, notes, collectors, absences and stays."""
    with transaction.atomic():
        living, ours, theirs = two_homes(cast, weeks, handover)
        own, other = planted(cast, cast.amina, 11), planted(cast, cast.johan, 41)
        say(cast, living, ours, own, changed[0])
        say(cast, living, theirs, other, changed[1])
        come_and_go(cast, living, {ours.pk: own, theirs.pk: other})
        third = person("Tove")
        guard(third, cast.elsa)
        found = [
            *leaks(log_in(cast.amina), cast, other),
            *leaks(log_in(cast.johan), cast, own),
            *leaks(log_in(third), cast, own, other),
        ]
        transaction.set_rollback(True)
    assert found == []


def test_the_search_finds_what_is_there(cast: Cast, log_in: LogIn) -> None:
    """A search that finds nothing proves nothing: each home meets its own words, and the other's where it shares."""
    living, ours, theirs = two_homes(cast, every_other_week(0), Handover.THERE)
    own, other = planted(cast, cast.amina, 11), planted(cast, cast.johan, 41)
    say(cast, living, ours, own, {1, 8})
    say(cast, living, theirs, other, {1, 8})
    come_and_go(cast, living, {ours.pk: own, theirs.pk: other})
    met = {leak.rpartition(": ")[2] for leak in leaks(log_in(cast.amina), cast, own)}
    assert met >= {own.starts, own.ends, own.other_starts, own.note, "chosen", own.came, *own.gap, *own.staffs_gap}
    assert f"ni är {own.people}" in met
    assert not leaks(log_in(cast.amina), cast, other)
    Household.objects.filter(pk=theirs.pk).update(shares=True)
    met = {leak.rpartition(": ")[2] for leak in leaks(log_in(cast.amina), cast, other)}
    assert met >= {other.starts, other.other_starts, other.note, other.came, *other.gap, *other.staffs_gap}


def test_two_plan_and_the_staff_see_one_day(cast: Cast, log_in: LogIn) -> None:
    """C03: the mother plans her weeks and the father his; neither sees the other's; staff see one merged day."""
    living, ours, theirs = two_homes(cast, every_other_week(2), Handover.THERE)
    mondays = [days.monday_of(TUESDAY) + timedelta(weeks=number) for number in (1, 2)]
    monday = next(one for one in mondays if living.homes_on(one + timedelta(days=2)).morning == ours.pk)
    wednesday = monday + timedelta(days=2)
    assert living.homes_on(wednesday).is_handover
    for guardian, starts, ends in ((cast.amina, "07:11", "13:11"), (cast.johan, "12:41", "16:41")):
        parts = (Interval(time.fromisoformat(starts), time.fromisoformat(ends)),)
        services.save_week_plan(
            child_ids=[cast.elsa.pk],
            starts_on=monday,
            weeks=[(parts,) * 5 + ((), ())],
            actor=Actor.of_person(guardian),
            now=clock.now(),
        )
    assert set(WeekPlan.objects.values_list("household", "made_by")) == {
        (ours.pk, cast.amina.pk),
        (theirs.pk, cast.johan.pk),
    }
    mine = log_in(cast.amina).get(f"/schema/?vecka={monday}").content.decode()
    his = log_in(cast.johan).get(f"/schema/?vecka={monday}").content.decode()
    assert "Hos det andra hemmet" in mine
    assert "Hos det andra hemmet" in his
    assert ("07:11" in mine, "12:41" in mine, "16:41" in mine) == (True, False, False)
    assert ("07:11" in his, "13:11" in his, "16:41" in his) == (False, False, True)
    with time_machine.travel(local(wednesday, 6, 30), tick=False):
        page = (
            log_in(cast.eva)
            .get(reverse("preschool_day", args=[cast.granliden.pk]), {"dag": f"{wednesday}"})
            .content.decode()
        )
    assert "07:11–16:41" in page
    assert "Hemmens tider går inte ihop" in page
    assert cast.johan.given_name not in page


def test_a_day_of_the_other_home_is_not_changed_from_here(cast: Cast, log_in: LogIn) -> None:
    """Refused on the field; who collects is said by the home of the evening; absence is for both to report."""
    living, ours, _theirs = two_homes(cast, every_other_week(0), Handover.THERE)
    coming = days.span(TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=13))
    away = next(day for day in coming if not living.homes_on(day).concerns(ours.pk) and day.weekday() < 5)
    leaves = next(
        day
        for day in days.span(away - timedelta(days=14), away + timedelta(days=14))
        if living.homes_on(day).is_handover and living.homes_on(day).morning == ours.pk and day > TUESDAY
    )
    browser = log_in(cast.amina)
    page = browser.get(f"/barn/{cast.elsa.pk}/dag/{away}/").content.decode()
    assert "Hos det andra hemmet" in page
    assert "Spara dagen" not in page
    form = {"what": "times", "starts": "08:00", "ends": "15:00"}
    browser.post(f"/barn/{cast.elsa.pk}/dag/{away}/", form)
    assert not DayPlan.objects.exists()
    answer = browser.post(f"/barn/{cast.elsa.pk}/dag/{leaves}/", form | {"collector": f"g:{cast.amina.pk}"})
    assert "Den dagen hämtar det andra hemmet" in answer.content.decode()
    assert browser.post(f"/barn/{cast.elsa.pk}/dag/{leaves}/", form).status_code == 302
    assert DayPlan.objects.get().household_id == ours.pk
    absent = {"children": [cast.elsa.pk], "reason": "sick", "starts_on": away, "ends_on": away}
    assert browser.post(f"/barn/{cast.elsa.pk}/franvaro/", absent).status_code == 302
    assert Absence.objects.get().reported_by == cast.amina
    assert "Sjuk" in log_in(cast.johan).get(f"/schema/?vecka={days.monday_of(away)}").content.decode()


def test_siblings_with_different_arrangements(cast: Cast, log_in: LogIn) -> None:
    """Elsa has two homes and Hugo one: of Hugo both see and say everything, in the same press of save."""
    two_homes(cast, every_other_week(0), Handover.THERE)
    monday = days.monday_of(TUESDAY) + timedelta(weeks=1)
    parts = (Interval(time(7, 11), time(16, 11)),)
    services.save_week_plan(
        child_ids=[cast.elsa.pk, cast.hugo.pk],
        starts_on=monday,
        weeks=[(parts,) * 5 + ((), ())],
        actor=Actor.of_person(cast.amina),
        now=clock.now(),
    )
    assert WeekPlan.objects.get(child=cast.hugo).household is None
    assert WeekPlan.objects.get(child=cast.elsa).household is not None
    browser = log_in(cast.johan)
    assert "07:11" in browser.get(f"/schema/?vecka={monday}&barn={cast.hugo.pk}").content.decode()
    assert "07:11" not in browser.get(f"/schema/?vecka={monday}&barn={cast.elsa.pk}").content.decode()


def test_who_lives_in_neither_home_and_who_is_kept_away(cast: Cast, log_in: LogIn) -> None:
    """A third guardian may report absence and lays no times; a blocked one opens nothing at all."""
    two_homes(cast, every_other_week(0), Handover.THERE)
    third = person("Tove")
    guard(third, cast.elsa)
    browser = log_in(third)
    assert "Hos det andra hemmet" in browser.get(f"/barn/{cast.elsa.pk}/dag/{TUESDAY}/").content.decode()
    browser.post(f"/barn/{cast.elsa.pk}/dag/{TUESDAY}/", {"what": "times", "starts": "08:00", "ends": "15:00"})
    assert not DayPlan.objects.exists()
    browser.post(f"/barn/{cast.elsa.pk}/sjuk/")
    assert Absence.objects.get().reported_by == third
    Block.objects.create(child=cast.elsa, person=cast.johan)
    kept_out = log_in(cast.johan)
    for address in day_pages(cast):
        if str(cast.elsa.pk) in address:
            assert kept_out.get(address).status_code == 404
    assert "Elsa" not in kept_out.get("/tva-hem/").content.decode()


def test_a_refused_report_tells_no_time(cast: Cast, log_in: LogIn) -> None:
    """The other home brought the child: that it is there is said, since when is not."""
    living, ours, theirs = two_homes(cast, ("BBBBBBB", "AAAAAAA"), Handover.THERE)
    own, other = planted(cast, cast.amina, 11), planted(cast, cast.johan, 41)
    come_and_go(cast, living, {ours.pk: own, theirs.pk: other})
    homes = living.homes_on(TUESDAY)
    guardian, hidden = (cast.johan, own) if homes.morning == ours.pk else (cast.amina, other)
    answer = log_in(guardian).post(f"/barn/{cast.elsa.pk}/sjuk/", headers={"HX-Request": "true"})
    body = answer.content.decode()
    assert "är på förskolan nu" in body
    assert hidden.came not in body


def test_the_hours_that_staff_have_reported_are_the_days(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 2.8: of a day of handover neither home reads them; the absence itself lies over the day all the same."""
    living, _ours, _theirs = two_homes(cast, every_other_week(2), Handover.THERE)
    coming = days.span(TUESDAY, TUESDAY + timedelta(days=13))
    handover = next(day for day in coming if living.homes_on(day).is_handover)
    away(cast, [handover], ("10:07", "11:53"), cast.maria)
    for guardian in (cast.amina, cast.johan):
        for _address, body in bodies(log_in(guardian), *day_pages(cast)):
            assert "10:07" not in body
            assert "11:53" not in body
    assert "10:07" in log_in(cast.maria).get(f"/barn/{cast.elsa.pk}/for-familjen/").content.decode()


def test_a_home_is_told_of_its_own_half_alone(cast: Cast) -> None:
    """A notice carries the hour at which it came: of the other home's arrivals there is none."""
    living, ours, _theirs = two_homes(cast, every_other_week(TUESDAY.weekday()), Handover.THERE)
    for guardian in (cast.amina, cast.johan):
        for kind in (Kind.ARRIVED, Kind.LEFT):
            Preference.objects.create(person=guardian, kind=kind, way=Way.IN_APP, is_wanted=True)
    homes = living.homes_on(TUESDAY)
    assert homes.is_handover
    brings, collects = (cast.amina, cast.johan) if homes.morning == ours.pk else (cast.johan, cast.amina)
    taps = [(uuid7(), cast.elsa.pk, Kind.ARRIVED), (uuid7(), cast.elsa.pk, Kind.LEFT)]
    tell_of_taps(taps, today=TUESDAY, now=clock.now())
    told = {(row.person_id, row.kind) for row in Delivery.objects.all()}
    assert told == {(brings.pk, Kind.ARRIVED), (collects.pk, Kind.LEFT)}
