"""The children's days in a guardian's own calendar: what it says, to whom, and when it stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from accounts.models import Protection, User
from attendance.calendar_writing import Entry, calendar_file, moments
from attendance.models import (
    Absence,
    CalendarEvent,
    ClosedDay,
    DayPlan,
    EnquiryAnswer,
    EventAnswer,
    HolidayEnquiry,
    PlanningRule,
    WeekPlan,
)
from attendance.services import make_feed
from children import protection
from children.actors import Actor
from children.models import Guardianship, Household, HouseholdWeeks
from portal.lib import clock, days
from tests.cast import Cast, child, guard, local, person, place, plan

LogIn = Callable[[User], Client]

TUESDAY = date(2026, 10, 13)
NOW = local(TUESDAY, 9)
ZONE = ZoneInfo("Europe/Stockholm")


@pytest.fixture(autouse=True)
def nobody_has_asked_yet(db: None) -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def on_a_tuesday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def address(guardian: User) -> str:
    feed = make_feed(actor=Actor.of_person(guardian), now=clock.now())
    return f"/kalender/{feed.secret}.ics"


def read(where: str, **headers: str) -> icalendar.Calendar:
    answer = Client().get(where, headers=headers)
    assert answer.status_code == 200
    found = icalendar.Calendar.from_ical(answer.content)
    assert isinstance(found, icalendar.Calendar)
    return found


def events(where: str) -> list[icalendar.Event]:
    return list(read(where).walk("VEVENT"))


def said(where: str, day: date | None = None) -> list[str]:
    """Return what the calendar says, of one day or of all."""
    return [str(one["summary"]) for one in events(where) if day is None or _day(one) == day]


def _day(event: icalendar.Event) -> date:
    starts = event.decoded("dtstart")
    return starts.date() if isinstance(starts, datetime) else starts


# What it says ---------------------------------------------------------------------------------------------------------


def test_the_childrens_times(cast: Cast) -> None:
    """Issue 3, 9: per child and day, with a zone that is told; nobody is busy by it."""
    plan(cast.elsa, cast.hugo)
    where = address(cast.amina)
    assert said(where, TUESDAY) == ["Elsa 07:30–16:00", "Hugo 07:30–16:00"]
    one = next(one for one in events(where) if _day(one) == TUESDAY)
    assert one.decoded("dtstart") == datetime(2026, 10, 13, 7, 30, tzinfo=ZONE)
    assert one.decoded("dtend") == datetime(2026, 10, 13, 16, 0, tzinfo=ZONE)
    assert (str(one["transp"]), str(one["class"])) == ("TRANSPARENT", "PRIVATE")
    every = sorted({_day(event) for event in events(where)})
    assert (every[0], every[-1]) == (date(2026, 9, 14), date(2027, 4, 16))  # four weeks back, twenty-six ahead


def test_each_interval_and_each_change(cast: Cast) -> None:
    plan(cast.elsa)
    DayPlan.objects.create(
        child=cast.elsa, day=TUESDAY, intervals=[["07:00", "09:00"], ["13:00", "17:30"]], changed_at=NOW
    )
    Absence.objects.create(
        child=cast.elsa, starts_on=TUESDAY + timedelta(days=1), ends_on=TUESDAY + timedelta(days=2), reason="sick"
    )
    where = address(cast.amina)
    assert said(where, TUESDAY) == ["Elsa 07:00–09:00", "Elsa 13:00–17:30"]
    assert said(where, TUESDAY + timedelta(days=1)) == []
    assert not any("Sjuk" in one for one in said(where))


def test_the_days_on_which_the_clocks_change(cast: Cast) -> None:
    """DOMAIN 3.13: the same time on the wall is another moment, and the file's own zone says so."""
    PlanningRule.objects.create(opens_on_holidays=True)  # the other Sunday is Easter's
    week = [[["07:30", "16:00"]]] * 7
    WeekPlan.objects.create(child=cast.elsa, starts_on=date(2026, 8, 3), weeks=[week])
    for day, hour in ((date(2026, 10, 24), 5), (date(2026, 10, 25), 6), (date(2027, 3, 27), 6), (date(2027, 3, 28), 5)):
        (one,) = (event for event in events(address(cast.amina)) if _day(event) == day)
        assert one.decoded("dtstart").astimezone(UTC) == datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Stockholm", "Europe/Oslo", "Europe/Helsinki", "Europe/Lisbon", "UTC"])
def test_the_zone_that_is_told_is_the_right_one(zone: str) -> None:
    """Read by nothing but the file's own rules, every hour of two years is where the zone has it."""
    own = ZoneInfo(zone)
    text = calendar_file([], name="x", zone=own, years=(2026, 2027), now=NOW)
    (told,) = icalendar.Calendar.from_ical(text).walk("VTIMEZONE")
    changes = sorted(
        (one.decoded("dtstart") - one.decoded("tzoffsetfrom"), one.decoded("tzoffsetto")) for one in told.subcomponents
    )
    for hour in range(2 * 365 * 24):
        moment = datetime(2026, 1, 1) + timedelta(hours=hour)  # noqa: DTZ001 (UTC, as the rules are compared)
        offset = max(change for change in changes if change[0] <= moment)[1]
        assert offset == moment.replace(tzinfo=UTC).astimezone(own).utcoffset()


def test_night_care_ends_with_the_day(cast: Cast) -> None:
    starts, ends = moments(TUESDAY, time(18), time.min, ZONE)
    assert (starts.day, ends and ends.day) == (13, 14)


def test_ids_stay_when_times_move(cast: Cast) -> None:
    """A calendar then moves what it has, and does not show it twice."""
    plan(cast.elsa)
    where = address(cast.amina)
    before = {_day(one): str(one["uid"]) for one in events(where)}
    WeekPlan.objects.update(weeks=[[[["09:00", "14:00"]]] * 5 + [[], []]])
    after = {_day(one): str(one["uid"]) for one in events(where)}
    assert before == after
    assert len(set(after.values())) == len(after)
    assert not any(str(cast.elsa.pk) in uid for uid in after.values())


def test_closed_days_and_what_happens(cast: Cast) -> None:
    plan(cast.elsa, cast.hugo)
    day = TUESDAY + timedelta(days=14)
    ClosedDay.objects.create(day=day, department=cast.blasippan, reason="Planeringsdag")
    ClosedDay.objects.create(day=day + timedelta(days=1), preschool=cast.granliden, reason="Röjning")
    ClosedDay.objects.create(day=day + timedelta(days=1), preschool=cast.sjostjarnan, reason="Inte vår")
    CalendarEvent.objects.create(
        title="Luciafest",
        text="Ta med fika.",
        day=day + timedelta(days=2),
        from_time="15:00",
        to_time="16:30",
        area=cast.area,
    )
    CalendarEvent.objects.create(title="Utflykt", day=day + timedelta(days=2), department=cast.ekorren)
    CalendarEvent.objects.create(
        title="Inställt", day=day + timedelta(days=2), preschool=cast.granliden, cancelled_at=NOW
    )
    where = address(cast.amina)
    assert said(where, day) == ["Hugo 07:30–16:00", "Stängt: Planeringsdag (Elsa)"]
    assert said(where, day + timedelta(days=1)) == ["Stängt: Röjning"]
    assert sorted(said(where, day + timedelta(days=2))) == [
        "Elsa 07:30–16:00",
        "Hugo 07:30–16:00",
        "Luciafest",
        "Utflykt (Hugo)",
    ]
    (feast,) = (one for one in events(where) if str(one["summary"]) == "Luciafest")
    assert str(feast["description"]) == "Ta med fika."
    assert feast.decoded("dtend") == local(day + timedelta(days=2), 16, 30)


def test_what_is_to_be_answered(cast: Cast) -> None:
    """Issue 3, 9: things to do, until they are done."""
    enquiry = HolidayEnquiry.objects.create(
        title="Höstlov",
        preschool=cast.granliden,
        opens_on=TUESDAY - timedelta(days=3),
        answer_by=TUESDAY + timedelta(days=3),
        starts_on=date(2026, 10, 26),
        ends_on=date(2026, 10, 30),
    )
    HolidayEnquiry.objects.create(
        title="Inte än",
        preschool=cast.granliden,
        opens_on=TUESDAY + timedelta(days=3),
        answer_by=TUESDAY + timedelta(days=30),
        starts_on=date(2026, 12, 21),
        ends_on=date(2026, 12, 23),
    )
    feast = CalendarEvent.objects.create(
        title="Luciafest", day=date(2026, 12, 11), preschool=cast.granliden, asks=True, answer_by=date(2026, 12, 4)
    )
    where = address(cast.amina)
    assert said(where, TUESDAY + timedelta(days=3)) == ["Sista dag att svara: Höstlov"]
    assert said(where, date(2026, 12, 4)) == ["Sista dag att svara: Luciafest"]
    EnquiryAnswer.objects.create(
        enquiry=enquiry, child=cast.elsa, day=date(2026, 10, 26), attends=True, answered_at=NOW
    )
    EventAnswer.objects.create(event=feast, child=cast.elsa, is_coming=True, answered_at=NOW)
    assert said(where, TUESDAY + timedelta(days=3)) == ["Sista dag att svara: Höstlov (Hugo)"]
    assert said(where, date(2026, 12, 4)) == ["Sista dag att svara: Luciafest (Hugo)"]
    EventAnswer.objects.create(event=feast, child=cast.hugo, is_coming=False, answered_at=NOW)
    assert said(where, date(2026, 12, 4)) == []


def test_in_the_language_of_the_person(cast: Cast) -> None:
    plan(cast.elsa)
    with translation.override("en"):
        assert said(address(cast.amina), TUESDAY) == ["Elsa 07:30–16:00"]
    User.objects.filter(pk=cast.amina.pk).update(language="sv")
    assert Client().get(address(cast.amina), headers={"Accept-Language": "en"}).headers["Content-Language"]


# To whom --------------------------------------------------------------------------------------------------------------


def test_no_other_familys_names_and_none_of_the_staff(cast: Cast) -> None:
    """Issue 3, 9."""
    plan(cast.elsa, cast.hugo, cast.noor, cast.leo)
    DayPlan.objects.create(
        child=cast.elsa, day=TUESDAY, note="Hälsa Maria", collecting_guardian=cast.johan, changed_at=NOW
    )
    text = Client().get(address(cast.amina)).content.decode()
    others = (
        "Noor",
        "Leo",
        "Aziz",
        "Johan",
        "Maria",
        "Eva",
        "Amina",
        "Lind",
        "Granliden",
        "Blåsippan",
        str(cast.elsa.pk),
    )
    assert [name for name in others if name in text] == []


def test_of_a_protected_child_no_more_than_that_it_is_preschool(cast: Cast) -> None:
    """DOMAIN 6.1: neither the name nor the alias, the place or what happens there."""
    hidden = child("Zebulon", "Hemlighetsson")
    place(hidden, cast.musslan)
    guard(cast.amina, hidden)
    protection.protect_child(child=hidden, level=Protection.CONFIDENTIAL, now=NOW)
    hidden.refresh_from_db()
    plan(hidden)
    ClosedDay.objects.create(day=date(2026, 10, 20), preschool=cast.sjostjarnan, reason="Sjöstjärnan städar")
    CalendarEvent.objects.create(
        title="Fest på Musslan", text="Vid Sjöstjärnan", day=date(2026, 10, 21), department=cast.musslan, asks=True
    )
    where = address(cast.amina)
    assert said(where, TUESDAY) == ["Förskola"]
    assert said(where, date(2026, 10, 20)) == ["Förskola: stängt"]
    text = Client().get(where).content.decode()
    hints = ("Zebulon", "Hemlighetsson", hidden.given_name, "Musslan", "Sjöstjärnan", str(hidden.pk))
    assert [hint for hint in hints if hint in text] == []


def test_two_homes_never_meet_in_a_calendar(cast: Cast) -> None:
    """C03: each home's calendar has its own weeks, its own times, and nothing of the other's."""
    first, second = (Household.objects.create(child=cast.elsa) for _home in range(2))
    first.guardians.add(cast.amina)
    second.guardians.add(cast.johan)
    begins = date(2026, 8, 3)
    HouseholdWeeks.objects.create(
        child=cast.elsa, first=first, second=second, weeks=["AAAAAAA", "BBBBBBB"], starts_on=begins, is_proposed=False
    )
    for home, times in ((first, ["06:07", "17:53"]), (second, ["09:11", "14:47"])):
        WeekPlan.objects.create(child=cast.elsa, household=home, starts_on=begins, weeks=[[[times]] * 5 + [[], []]])
    mothers, fathers = (Client().get(address(one)).content.decode() for one in (cast.amina, cast.johan))
    assert "06:07–17:53" in mothers
    assert "09:11–14:47" in fathers
    for text, foreign in ((mothers, ("09:11", "14:47", "0911", "1447")), (fathers, ("06:07", "17:53", "0607", "1753"))):
        times = [line for line in text.splitlines() if line.startswith(("SUMMARY", "DTSTART", "DTEND"))]
        assert not any(part in line for line in times for part in foreign)
    weeks = [{days.monday_of(_day(one)) for one in events(address(guardian))} for guardian in (cast.amina, cast.johan)]
    both = weeks[0] & weeks[1]
    assert all(
        said(address(cast.amina), monday + timedelta(days=1)) != said(address(cast.johan), monday + timedelta(days=1))
        for monday in both
    )


def test_of_a_day_of_handover_the_words_of_the_page(cast: Cast) -> None:
    """C03: who brings reads when, who collects reads when; a moment each, and nothing that looks like a whole day."""
    first, second = (Household.objects.create(child=cast.elsa) for _home in range(2))
    first.guardians.add(cast.amina)
    second.guardians.add(cast.johan)
    begins, friday = date(2026, 8, 3), date(2026, 10, 16)
    HouseholdWeeks.objects.create(
        child=cast.elsa, first=first, second=second, weeks=["AAAABBB"], starts_on=begins, is_proposed=False
    )
    for home, times in ((first, ["06:07", "17:53"]), (second, ["09:11", "14:47"])):
        WeekPlan.objects.create(child=cast.elsa, household=home, starts_on=begins, weeks=[[[times]] * 5 + [[], []]])
    for guardian, words, hour, foreign in (
        (cast.amina, "Elsa lämnas 06:07", (6, 7), "17:53"),
        (cast.johan, "Elsa hämtas 14:47", (14, 47), "09:11"),
    ):
        where = address(guardian)
        (one,) = (event for event in events(where) if _day(event) == friday)
        assert str(one["summary"]) == words
        assert one.decoded("dtstart") == local(friday, *hour)
        assert "dtend" not in one
        assert foreign not in str(one)
    Absence.objects.create(
        child=cast.elsa,
        starts_on=friday,
        ends_on=friday,
        from_time="06:00",
        to_time="09:30",
        reason="other",
        reported_by=cast.amina,
    )
    assert said(address(cast.amina), friday) == ["Elsa lämnas 09:30"]
    assert said(address(cast.johan), friday) == ["Elsa hämtas 14:47"]


def test_public_holidays_that_close(cast: Cast) -> None:
    """As in the portal's calendar: on weekdays, by name, and not where it is open on them; also of the next year."""
    where = address(cast.amina)
    assert said(where, date(2026, 12, 25)) == ["Stängt: Juldagen"]
    assert said(where, date(2027, 1, 6)) == ["Stängt: Trettondedag jul"]
    assert said(where, date(2026, 12, 26)) == []  # a Saturday
    assert said(where, date(2027, 5, 6)) == []  # further ahead than the calendar goes
    (one,) = (event for event in events(where) if _day(event) == date(2026, 12, 25))
    assert (one.decoded("dtstart"), one.decoded("dtend")) == (date(2026, 12, 25), date(2026, 12, 26))
    ClosedDay.objects.create(day=date(2026, 12, 25), department=cast.blasippan, reason="Städning")
    assert said(where, date(2026, 12, 25)) == ["Stängt: Juldagen (Hugo)", "Stängt: Städning (Elsa)"]
    PlanningRule.objects.create(opens_on_holidays=True)
    assert said(where, date(2027, 1, 6)) == []


def test_each_of_two_homes_answers_its_own_days(cast: Cast) -> None:
    """DOMAIN 2.8: what the father answers is still to be answered by the mother; who has no day has nothing to do."""
    first, second = (Household.objects.create(child=cast.elsa) for _home in range(2))
    first.guardians.add(cast.amina)
    second.guardians.add(cast.johan)
    HouseholdWeeks.objects.create(
        child=cast.elsa, first=first, second=second, weeks=["AAABBBB"], starts_on=date(2026, 8, 3), is_proposed=False
    )
    Guardianship.objects.filter(child=cast.hugo).update(ends_on=TUESDAY - timedelta(days=1))
    until = TUESDAY + timedelta(days=3)
    enquiry = HolidayEnquiry.objects.create(
        title="Höstlov",
        preschool=cast.granliden,
        opens_on=TUESDAY,
        answer_by=until,
        starts_on=date(2026, 10, 26),
        ends_on=date(2026, 10, 30),
    )
    third = person("Tove")
    guard(third, cast.elsa)
    to_do = ["Sista dag att svara: Höstlov"]
    mothers, fathers, thirds = (address(one) for one in (cast.amina, cast.johan, third))
    assert (said(mothers, until), said(fathers, until), said(thirds, until)) == (to_do, to_do, [])
    EnquiryAnswer.objects.create(
        enquiry=enquiry, child=cast.elsa, day=date(2026, 10, 30), attends=True, answered_at=NOW
    )  # the father's Friday
    assert (said(mothers, until), said(fathers, until)) == (to_do, [])
    HolidayEnquiry.objects.update(starts_on=date(2026, 10, 30))
    assert said(mothers, until) == []


def test_an_empty_calendar_is_still_one() -> None:
    entries = [Entry("a", "b", TUESDAY, TUESDAY + timedelta(days=1))]
    for some in ([], entries):
        text = calendar_file(some, name="Förskolan", zone=ZONE, years=(2026, 2027), now=NOW)
        assert len(icalendar.Calendar.from_ical(text).walk("VEVENT")) == len(some)
