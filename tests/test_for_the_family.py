"""Staff do for a family what the family could do itself, and both can read who did what (issue 3, item 11)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta

import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Protection, User
from attendance import services
from attendance.models import (
    Absence,
    CalendarEvent,
    DayPlan,
    EventAnswer,
    HolidayEnquiry,
    PlanningRule,
    PlanSave,
    WeekPlan,
)
from attendance.rules import Interval, Reason
from children import protection
from children.actors import Actor
from children.models import Block, Child, Household, HouseholdWeeks
from children.tablets import PIN_COOKIE
from notifications.models import Delivery, Kind
from tests.cast import Cast, local, plan, tablet
from tests.test_query_counts import COUNTS

TUESDAY = date(2026, 10, 13)
MONDAY = date(2026, 10, 19)
SHORT = ((Interval(time(9), time(12)),),) * 5 + ((), ())

LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(TUESDAY, 9, 10), tick=False) as traveller:
        yield traveller


@pytest.fixture
def locked(cast: Cast) -> None:
    """Let Elsa have a plan, and her family's times be locked for a month."""
    plan(cast.elsa)
    PlanningRule.objects.create(cut_off="days_before", cut_off_days=30)


def at(child: Child, rest: str = "") -> str:
    return f"/barn/{child.id}/for-familjen/{rest}"


def lay(browser: Client, child: Child, address: str = "", **said: object) -> str:
    """Paint a week on the planner, and save it; return the page that follows."""
    fields = {
        "do": "save",
        "vecka": str(MONDAY),
        "barn": str(child.id),
        "week": "0",
        "repeats": "1",
        "weekdays": ["0", "1", "2", "3", "4"],
        "starts": "08:00",
        "ends": "15:00",
    }
    return browser.post(address or at(child, "schema/"), fields | said, follow=True).content.decode()


def told(kind: Kind = Kind.PLANNED_BY_STAFF) -> set[User]:
    return {row.person for row in Delivery.objects.in_app().filter(kind=kind).select_related("person")}


# A plan, a day, an absence --------------------------------------------------------------------------------------------


def test_staff_lay_a_plan_inside_the_familys_lock(cast: Cast, log_in: LogIn, locked: None) -> None:
    """What the family is refused is done by those to whom it is sent; it is told, kept and can be taken back."""
    own = lay(log_in(cast.amina), cast.elsa, "/schema/")
    assert WeekPlan.objects.count() == 1, own
    desk = log_in(cast.maria)
    page = lay(desk, cast.elsa)
    assert "Schemat är sparat" in page
    assert WeekPlan.objects.get(ends_on=None).weeks[0][0] == [["08:00", "15:00"]]
    assert told() == {cast.amina, cast.johan}
    save = PlanSave.objects.get()
    assert (save.made_by, save.is_by_staff, list(save.children.all())) == (cast.maria, True, [cast.elsa])
    entry = AuditEntry.objects.get(action="plan.saved")
    assert (entry.person_id, entry.children) == (cast.maria.id, [str(cast.elsa.id)])
    desk.post(f"/schema/angra/{save.id}/", {"next": at(cast.elsa, "schema/")})
    assert WeekPlan.objects.get().weeks[0][0] == [["07:30", "16:00"]]
    assert Delivery.objects.in_app().filter(kind=Kind.PLANNED_BY_STAFF).count() == 4


def test_staff_copy_a_week_inside_the_familys_lock(cast: Cast, log_in: LogIn, locked: None) -> None:
    """C07: the copy is made for the family, not left out without a word."""
    address = at(cast.elsa, "schema/")
    lay(log_in(cast.maria), cast.elsa, repeats="0", weekdays=["0"])
    form = {"do": "copy", "vecka": str(MONDAY), "barn": str(cast.elsa.id), "week": "0", "to_weeks": "2026-10-26"}
    page = log_in(cast.maria).post(address, form).content.decode()
    packed = re.findall(rf'name="draft-{cast.elsa.id}"\s+value="([^"]*)"', page)
    assert "20261026=0800-1500" in packed[0]
    lay(log_in(cast.maria), cast.elsa, weekdays=[], **{f"draft-{cast.elsa.id}": packed[0]})
    assert DayPlan.objects.get(day=date(2026, 10, 26)).intervals == [["08:00", "15:00"]]


def test_staff_do_not_take_back_what_has_begun(
    cast: Cast, log_in: LogIn, locked: None, clock: time_machine.Traveller
) -> None:
    """Days that have been keep the times that were planned for them, whoever undoes."""
    lay(log_in(cast.maria), cast.elsa)
    save = PlanSave.objects.get()
    there = list(WeekPlan.objects.order_by("starts_on").values())
    clock.move_to(local(MONDAY + timedelta(days=60), 9))
    page = log_in(cast.maria).post(f"/schema/angra/{save.id}/", {"next": at(cast.elsa, "schema/")}, follow=True)
    assert "schemat har börjat gälla" in page.content.decode()
    assert list(WeekPlan.objects.order_by("starts_on").values()) == there
    save.refresh_from_db()
    assert save.undone_at is None


def test_opening_hours_bind_staff_too(cast: Cast, log_in: LogIn) -> None:
    """C04: the sentence stands on the field, and what was typed is still there."""
    page = lay(log_in(cast.maria), cast.elsa, ends="19:30")
    assert "Välj tider däremellan" in page
    assert "19:30" in page
    assert not WeekPlan.objects.exists()


def test_staff_change_a_locked_day(cast: Cast, log_in: LogIn, locked: None) -> None:
    form = {"what": "times", "starts": "10:00", "ends": "14:00", "collector": f"g:{cast.johan.id}", "note": "Buss"}
    day = f"dag/{TUESDAY + timedelta(days=1)}/"
    refused = log_in(cast.amina).post(f"/barn/{cast.elsa.id}/{day}", form)
    assert refused.status_code == 200
    assert not DayPlan.objects.exists()
    answer = log_in(cast.maria).post(at(cast.elsa, day), form)
    assert (answer.status_code, answer["Location"]) == (302, at(cast.elsa))
    row = DayPlan.objects.get()
    assert (row.intervals, row.collecting_guardian, row.note) == ([["10:00", "14:00"]], cast.johan, "Buss")
    assert told() == {cast.amina, cast.johan}
    hub = log_in(cast.maria).get(at(cast.elsa)).content.decode()
    for words in ("10:00–14:00", "Buss", "Johan hämtar", "Ändrad dag"):
        assert words in hub


def test_what_a_guardian_says_meanwhile_is_not_overwritten_unseen(cast: Cast, log_in: LogIn) -> None:
    """C14: staff are told who was first and what holds, keep what they typed, and may save it anyway."""
    day = f"dag/{MONDAY}/"
    desk, address = log_in(cast.maria), at(cast.elsa, day)
    form = {"what": "times", "starts": "10:00", "ends": "14:00", "note": ""}
    seen = re.findall(r'name="seen" value="(\w+)"', desk.get(address).content.decode())
    log_in(cast.amina).post(f"/barn/{cast.elsa.id}/{day}", form | {"ends": "15:30", "note": "Tandläkare"})
    page = desk.post(address, form | {"seen": seen}).content.decode()
    for words in ("Amina ändrade schemat för Elsa", "Nu gäller: 10:00–15:30.", 'value="14:00"', "Spara mina ändå"):
        assert words in page
    assert DayPlan.objects.get().note == "Tandläkare"
    again = re.findall(r'name="seen" value="(\w+)"', page)
    for _time in range(2):
        assert desk.post(address, form | {"seen": again}).status_code == 302
    assert (DayPlan.objects.get().intervals, DayPlan.objects.get().note) == ([["10:00", "14:00"]], "")
    assert PlanSave.objects.count() == 2


def test_staff_report_and_end_an_absence_of_several_days(cast: Cast, log_in: LogIn, locked: None) -> None:
    """D06, D05: for the family, and for nobody but staff to take away."""
    desk = log_in(cast.maria)
    form = {"children": str(cast.elsa.id), "reason": "leave", "starts_on": "2026-10-14", "ends_on": "2026-10-23"}
    assert desk.post(at(cast.elsa, "franvaro/"), form).status_code == 302
    absence = Absence.objects.get()
    assert (absence.is_by_staff, absence.reported_by) == (True, cast.maria)
    page = desk.get(at(cast.elsa)).content.decode()
    assert "Ledig" in page
    assert f"franvaro/{absence.id}/avsluta/" in page
    assert desk.post(at(cast.elsa, f"franvaro/{absence.id}/avsluta/")).status_code == 302
    assert not Absence.objects.standing().exists()
    assert told() == {cast.amina, cast.johan}


def test_staff_end_what_a_guardian_reported(cast: Cast, log_in: LogIn) -> None:
    services.report_absence(
        child_ids=[cast.elsa.id],
        starts_on=TUESDAY,
        ends_on=MONDAY,
        reason=Reason.SICK,
        actor=Actor.of_person(cast.amina),
        now=local(TUESDAY, 9),
    )
    absence = Absence.objects.get()
    log_in(cast.maria).post(at(cast.elsa, f"franvaro/{absence.id}/avsluta/"))
    assert Absence.objects.standing().count() == 0
    assert told() == {cast.amina, cast.johan}


def test_an_absence_of_another_child_is_not_ended_by_this_address(cast: Cast, log_in: LogIn) -> None:
    absence = Absence.objects.create(child=cast.leo, starts_on=TUESDAY, ends_on=TUESDAY, reason="sick")
    assert log_in(cast.maria).post(at(cast.elsa, f"franvaro/{absence.id}/avsluta/")).status_code == 404
    assert Absence.objects.standing().count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"what": "times", "starts": "05:00", "ends": "14:00"}, "Välj tider däremellan"),
        ({"what": "times", "starts": "15:00", "ends": "14:00"}, "Hämtningen måste vara senare än lämningen."),
        ({"note": "Buss"}, "Välj vad som gäller."),
    ],
)
def test_a_day_with_a_fault(fields: dict[str, str], sentence: str, cast: Cast, log_in: LogIn) -> None:
    answer = log_in(cast.maria).post(at(cast.elsa, "dag/2026-10-14/"), fields)
    assert sentence in answer.content.decode()
    assert not DayPlan.objects.exists()


def test_on_the_tablet_with_a_pin(cast: Cast, on_tablet: Callable[[str], Client]) -> None:
    """Without a PIN it is asked for; with one the act is the person's, and the tablet is written down."""
    made, cookie = tablet(cast.blasippan)
    hall = on_tablet(cookie)
    assert "/platta/pin/" in hall.get(at(cast.elsa))["Location"]
    hall.cookies[PIN_COOKIE] = signing.dumps([str(made.id), str(cast.vikar.id)], salt="pin")
    assert hall.get(at(cast.elsa)).status_code == 200
    assert "Schemat är sparat" in lay(hall, cast.elsa)
    save = PlanSave.objects.get()
    assert (save.made_by, save.tablet) == (cast.vikar, made)
    assert AuditEntry.objects.get(action="plan.saved").tablet_id == made.id


def test_who_is_told(cast: Cast, log_in: LogIn) -> None:
    """Nobody who is kept from the child, nobody who has frozen the account; the notice leads to the history."""
    Block.objects.create(child=cast.elsa, person=cast.johan, made_by=cast.eva)
    lay(log_in(cast.maria), cast.elsa)
    assert told() == {cast.amina}
    page = log_in(cast.amina).get("/nytt/").content.decode()
    assert "Personalen har ändrat vad som gäller för Elsa" in page
    assert f"/barn/{cast.elsa.id}/historik/" in page


def test_a_family_that_is_not_to_be_known(cast: Cast, log_in: LogIn) -> None:
    """B08: no guardian is named to who is not on the list, and who collects stays as the family said it."""
    lay(log_in(cast.amina), cast.elsa, "/schema/")
    DayPlan.objects.create(
        child=cast.elsa, day=date(2026, 10, 14), collecting_guardian=cast.johan, changed_at=local(TUESDAY, 8)
    )
    protection.protect_child(child=cast.elsa, level=Protection.CONFIDENTIAL, now=local(TUESDAY, 8))
    cast.elsa.refresh_from_db()
    desk = log_in(cast.maria)
    for page in ("", "dag/2026-10-14/", "schema/", "franvaro/"):
        body = desk.get(at(cast.elsa, page)).content.decode()
        assert "Amina" not in body
        assert "Johan" not in body
    body = desk.get(f"/barn/{cast.elsa.id}/historik/").content.decode()
    assert "En vårdnadshavare" in body
    assert "Amina" not in body
    form = {"what": "times", "starts": "10:00", "ends": "14:00"}
    body = desk.post(at(cast.elsa, "dag/2026-10-14/"), form | {"seen": "20261014" + 24 * "0"}).content.decode()
    assert "Någon ändrade schemat för" in body
    assert "Amina" not in body
    desk.post(at(cast.elsa, "dag/2026-10-14/"), form)
    row = DayPlan.objects.get()
    assert (row.intervals, row.collecting_guardian) == ([["10:00", "14:00"]], cast.johan)


# Two homes ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_homes(cast: Cast) -> tuple[Household, Household]:
    """Let Elsa live every other week with Amina, from 12 October on, and with Johan."""
    one, other = (Household.objects.create(child=cast.elsa) for _home in range(2))
    one.guardians.add(cast.amina)
    other.guardians.add(cast.johan)
    HouseholdWeeks.objects.create(
        child=cast.elsa,
        first=one,
        second=other,
        starts_on=date(2026, 10, 12),
        weeks=["AAAAAAA", "BBBBBBB"],
        handover="before",
        is_proposed=False,
    )
    return one, other


def test_staff_say_for_which_home(cast: Cast, log_in: LogIn, two_homes: tuple[Household, Household]) -> None:
    """Nothing can be said before it is chosen; only that home is told, and reads of it."""
    desk = log_in(cast.maria)
    page = desk.get(at(cast.elsa, "schema/")).content.decode()
    assert "Välj vilket av dem" in page
    assert 'value="preview"' not in page
    assert "Hos Amina" in page
    page = lay(desk, cast.elsa, at(cast.elsa, f"schema/{two_homes[1].id}/"))
    assert "Schemat är sparat" in page
    assert WeekPlan.objects.get().household == two_homes[1]
    assert told() == {cast.johan}
    assert "Du har inget nytt" not in log_in(cast.johan).get("/").content.decode()
    own, others = (
        log_in(who).get(f"/barn/{cast.elsa.id}/historik/").content.decode() for who in (cast.johan, cast.amina)
    )
    assert "lade ett schema" in own
    assert "lade ett schema" not in others


def test_a_day_of_the_other_home(cast: Cast, log_in: LogIn, two_homes: tuple[Household, Household]) -> None:
    desk, day = log_in(cast.maria), "dag/2026-10-14/"
    assert "Välj vilket av dem" in desk.get(at(cast.elsa, day)).content.decode()
    other = desk.get(at(cast.elsa, f"{day}?hem={two_homes[1].id}")).content.decode()
    assert "Dagen är det andra hemmets" in other
    form = {"what": "times", "starts": "10:07", "ends": "14:53", "hem": str(two_homes[0].id)}
    assert desk.post(at(cast.elsa, day), form).status_code == 302
    assert DayPlan.objects.get().household == two_homes[0]
    assert told() == {cast.amina}
    for address in (f"/barn/{cast.elsa.id}/historik/", "/nytt/", "/"):
        assert "10:07" not in log_in(cast.johan).get(address).content.decode()
    assert "10:07–14:53" in log_in(cast.amina).get(f"/barn/{cast.elsa.id}/historik/").content.decode()


# At hand -------------------------------------------------------------------------------------------------------------


def test_siblings_are_at_hand(cast: Cast, log_in: LogIn) -> None:
    """For who may do it for both: the principal, and not the staff of one child's department."""
    there = f'href="{at(cast.hugo)}"'
    assert there in log_in(cast.eva).get(at(cast.elsa)).content.decode()
    assert there not in log_in(cast.maria).get(at(cast.elsa)).content.decode()
    protection.protect_child(child=cast.hugo, level=Protection.CONFIDENTIAL, now=local(TUESDAY, 8))
    assert there not in log_in(cast.eva).get(at(cast.elsa)).content.decode()


def test_a_holiday_enquiry_is_at_hand(cast: Cast, log_in: LogIn) -> None:
    """Item 7: staff answer for a family that calls; the way there stands on the family's page."""
    asked = {"opens_on": TUESDAY, "answer_by": MONDAY, "starts_on": date(2026, 10, 26), "ends_on": date(2026, 10, 30)}
    here = HolidayEnquiry.objects.create(preschool=cast.granliden, title="Höstlovet", **asked)
    HolidayEnquiry.objects.create(preschool=cast.sjostjarnan, title="Jullovet", **asked)
    body = log_in(cast.maria).get(at(cast.elsa)).content.decode()
    assert f"/forskola/{cast.granliden.id}/lov/{here.id}/barn/{cast.elsa.id}/" in body
    assert "Jullovet" not in body


@pytest.fixture
def feast(cast: Cast) -> CalendarEvent:
    return CalendarEvent.objects.create(
        title="Höstfest", preschool=cast.granliden, day=MONDAY, asks=True, answer_by=TUESDAY - timedelta(days=1)
    )


def test_staff_answer_whether_the_family_comes(cast: Cast, log_in: LogIn, feast: CalendarEvent) -> None:
    """Items 6 and 11: also after the last day to answer, when families are sent to the department."""
    desk, address = log_in(cast.maria), at(cast.elsa, f"handelse/{feast.id}/")
    assert address in desk.get(at(cast.elsa)).content.decode()
    assert "Kommer inte" in desk.get(address).content.decode()
    assert desk.post(address, {"do": "kommer", "coming": cast.elsa.id, "people": 3}).status_code == 302
    answer = EventAnswer.objects.get()
    assert (answer.child, answer.is_coming, answer.how_many) == (cast.elsa, True, 3)
    assert (answer.answered_by, answer.is_by_staff) == (cast.maria, True)
    assert told() == {cast.amina, cast.johan}
    for who in (cast.maria, cast.amina):
        assert "svarade på ”Höstfest”" in log_in(who).get(f"/barn/{cast.elsa.id}/historik/").content.decode()


def test_an_answer_that_makes_no_sense_is_said_on_the_field(cast: Cast, log_in: LogIn, feast: CalendarEvent) -> None:
    desk, address = log_in(cast.maria), at(cast.elsa, f"handelse/{feast.id}/")
    said = desk.post(address, {"do": "kommer", "coming": cast.elsa.id, "people": 21}).content.decode()
    assert "Skriv ett antal, 1 till 20." in said
    assert not EventAnswer.objects.exists()
    CalendarEvent.objects.update(preschool=cast.sjostjarnan)
    assert desk.get(address).status_code == 404
    CalendarEvent.objects.update(preschool=cast.granliden, day=TUESDAY - timedelta(days=1))
    assert desk.post(address, {"do": "kommer", "coming": cast.elsa.id}).status_code == 404


def test_staff_answer_for_one_of_two_homes(
    cast: Cast, log_in: LogIn, two_homes: tuple[Household, Household], feast: CalendarEvent
) -> None:
    desk, address = log_in(cast.maria), at(cast.elsa, f"handelse/{feast.id}/")
    assert "Välj vilket av dem" in desk.get(address).content.decode()
    desk.post(address, {"do": "kommer", "coming": cast.elsa.id, "people": 2})
    assert not EventAnswer.objects.exists()
    desk.post(address, {"do": "kommer", "coming": cast.elsa.id, "people": 2, "hem": two_homes[1].id})
    assert EventAnswer.objects.get().household == two_homes[1]
    assert told() == {cast.johan}
    assert "Höstfest" not in log_in(cast.amina).get(f"/barn/{cast.elsa.id}/historik/").content.decode()


# Doors and cost -------------------------------------------------------------------------------------------------------


def test_another_departments_staff_and_families(cast: Cast, log_in: LogIn) -> None:
    """A guardian is no staff, even to the own child: the family's own pages are there for that."""
    for who, status in ((cast.jonas, 404), (cast.stranger, 404), (cast.amina, 403), (cast.eva, 200)):
        for page in ("", "schema/", "dag/2026-10-14/", "franvaro/"):
            assert log_in(who).get(at(cast.elsa, page)).status_code == status, (who.given_name, page)
    assert log_in(cast.stranger).get(f"/barn/{cast.elsa.id}/historik/").status_code == 404


@pytest.mark.parametrize("number", [2, 30])
def test_what_the_pages_cost(number: int, cast: Cast, log_in: LogIn) -> None:
    """As many queries, however much was said."""
    actor = Actor.of_person(cast.amina)
    for turn in range(number):
        services.change_day(
            child_id=cast.elsa.id, day=MONDAY + timedelta(days=turn), intervals=(), actor=actor, now=local(TUESDAY, 9)
        )
    desk = log_in(cast.maria)
    desk.get(at(cast.elsa))
    counts = []
    for address in (at(cast.elsa), f"/barn/{cast.elsa.id}/historik/"):
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(address).status_code == 200
        counts.append(len([query for query in captured if "SAVEPOINT" not in query["sql"]]))
    assert counts == list(COUNTS["for_a_family"].values())
