"""What the plan answers: the rows of the door test for what families and staff say beforehand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from attendance.models import Absence, CalendarEvent, ClosedDay, HolidayEnquiry, PlanSave
from children.models import Child, Preschool
from portal.lib import clock, days
from tests.doors import ACTORS, Doors, Row, person_only

LEADS = {"principal": "22422", "principal_elsewhere": "44244"}
LEADS_AND_GOES_ON = {"principal": "33433", "principal_elsewhere": "44344"}
LEADS_IN_VAIN = {"principal": "bb4bb", "principal_elsewhere": "44b44"}  # nothing was chosen
ANNOUNCES = LEADS | {"staff": "22422", "elsewhere": "44244"}
WORKS = LEADS | {"substitute": "22422", "staff": "22422", "elsewhere": "44244"}

SETS_HOMES = {
    "guardian": "x444x",
    "substitute": "xx4xx",
    "staff": "224x2",
    "elsewhere": "44244",
    "specialist": "x4444",
    "principal": "224x2",
    "principal_elsewhere": "44244",
    "tablet": "xx4xx",
    "tablet_pin": "xx4xx",
}

PLANS_FOR = {
    "guardian": "x444x",
    "substitute": "22422",
    "staff": "22422",
    "elsewhere": "44244",
    "specialist": "x4444",
    "principal": "22422",
    "principal_elsewhere": "44244",
    "tablet": "P",
    "tablet_pin": "22422",
}
PLANS_FOR_AND_GOES_ON = {actor: signs.replace("2", "3") for actor, signs in PLANS_FOR.items()}

PLAN_ROWS: list[Row] = [
    # Staff do it for a family, and both read who did what
    Row("attendance:family", "GET", PLANS_FOR, about="child"),
    Row("attendance:family_plan", "GET", PLANS_FOR, about="child"),
    Row("attendance:family_plan", "POST", PLANS_FOR, about="child"),
    Row("attendance:family_plan_of_home", "GET", PLANS_FOR, about="child home"),
    Row("attendance:family_plan_of_home", "POST", PLANS_FOR, about="child home"),
    Row("attendance:family_day", "GET", PLANS_FOR, about="day"),
    Row("attendance:family_day", "POST", PLANS_FOR, about="day"),
    Row("attendance:family_absence", "GET", PLANS_FOR, about="child"),
    Row("attendance:family_absence", "POST", PLANS_FOR, about="child"),
    Row("attendance:family_event", "GET", PLANS_FOR, about="child's event"),
    Row(
        "attendance:family_event",
        "POST",
        PLANS_FOR_AND_GOES_ON,
        about="child's event",
        sent=lambda _doors, _target: {"do": "kommer-inte"},
    ),
    Row("attendance:family_absence_end", "POST", PLANS_FOR_AND_GOES_ON, about="child absence"),
    Row("attendance:family_history", "GET", PLANS_FOR | {"guardian": "24442"}, about="child"),
    # Two homes
    Row("children:homes", "GET", person_only("2", "4")),
    Row("children:homes", "POST", person_only("2", "4")),
    Row("children:homes_answer", "POST", {}),  # nothing was proposed
    Row("children:homes_share", "POST", {}),  # lives in no home
    Row("children:homes_end", "POST", {}),
    Row("children:child_homes", "GET", SETS_HOMES, about="child"),
    Row("children:child_homes", "POST", SETS_HOMES, about="child"),
    # What a guardian saved, taken back: by the guardian, or by staff whom the family has asked
    Row(
        "attendance:plan_undo",
        "POST",
        {
            "guardian": "34443",
            "substitute": "33433",
            "staff": "33433",
            "elsewhere": "44344",
            "specialist": "x4444",
            "principal": "33433",
            "principal_elsewhere": "44344",
            "tablet": "xx4xx",
            "tablet_pin": "33433",
        },
        about="plan save",
    ),
    # Hours against what the children have a right to
    Row(
        "attendance:child_hours",
        "GET",
        {
            "guardian": "x444x",
            "substitute": "22422",
            "staff": "22422",
            "elsewhere": "44244",
            "specialist": "24444",
            "principal": "22422",
            "principal_elsewhere": "44244",
            "tablet": "P",
            "tablet_pin": "22422",
        },
        about="child",
    ),
    # The department's week
    Row(
        "attendance:department_week",
        "GET",
        {
            "substitute": "22422",
            "staff": "22422",
            "elsewhere": "44244",
            "principal": "22422",
            "principal_elsewhere": "44244",
            "tablet": "22422",
            "tablet_pin": "22422",
        },
        about="department",
    ),
    Row("municipality_day", "GET", {"administrator": "2"}),
    Row("preschool_hours", "GET", {"principal": "22422", "principal_elsewhere": "44244"}, about="preschool"),
    # The calendar that a guardian's own calendar reads: an address that stands for nobody is nobody's
    Row("attendance:calendar_feed", "GET", person_only("2", "4")),
    Row("attendance:calendar_feed", "POST", {"guardian": "3"}, sent=lambda _doors, _target: {"do": "make"}),
    Row("attendance:feed", "GET", dict.fromkeys(ACTORS, "4"), about="feed"),
    # Holiday enquiries: the family's answers, and the preschool's pages
    Row("attendance:answer_enquiry", "GET", {"guardian": "22422"}, about="enquiry"),
    Row("attendance:answer_enquiry", "POST", {"guardian": "22422"}, about="enquiry"),
    Row("attendance:enquiries", "GET", WORKS, about="preschool"),
    Row("attendance:enquiries", "POST", LEADS, about="preschool"),
    Row("attendance:enquiry", "GET", WORKS, about="preschool enquiry"),
    Row("attendance:enquiry_change", "GET", LEADS, about="coming enquiry"),
    Row("attendance:enquiry_change", "POST", LEADS, about="coming enquiry"),
    Row("attendance:enquiry_withdraw", "POST", LEADS_AND_GOES_ON, about="coming enquiry"),
    Row("attendance:enquiry_for_family", "GET", WORKS, about="child's enquiry"),
    Row("attendance:enquiry_for_family", "POST", WORKS, about="child's enquiry"),
    # The family's calendar, and the preschool's
    Row("attendance:calendar", "GET", person_only("2", "4")),
    Row(
        "attendance:event_answer",
        "POST",
        {"guardian": "33433"},
        about="event",
        sent=lambda _doors, _target: {"do": "kommer-inte"},
    ),
    Row("attendance:preschool_calendar", "GET", WORKS, about="preschool"),
    Row("attendance:closing", "GET", LEADS, about="preschool"),
    Row("attendance:closing", "POST", LEADS, about="preschool"),
    Row("attendance:opening", "GET", LEADS, about="closed day"),
    Row("attendance:opening", "POST", LEADS_IN_VAIN, about="closed day"),
    Row("attendance:announcing", "GET", ANNOUNCES, about="preschool"),
    Row("attendance:announcing", "POST", ANNOUNCES, about="preschool"),
    Row("attendance:event", "GET", WORKS, about="preschool event"),
    Row("attendance:event_change", "GET", LEADS, about="preschool event"),
    Row("attendance:event_change", "POST", LEADS, about="preschool event"),
    Row("attendance:calling_off", "GET", LEADS, about="preschool event"),
    Row("attendance:calling_off", "POST", LEADS_AND_GOES_ON, about="preschool event"),
]


def plan_things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    child = doors.target(target)
    preschool = doors.cast.sjostjarnan if target == "other" else doors.cast.granliden
    open_one, coming = _enquiry(preschool, opens_in=-1), _enquiry(preschool, opens_in=60)
    there = {"preschool_id": preschool.pk, "enquiry_id": open_one.pk}
    absence = Absence.objects.filter(child=child).order_by("pk").first()
    return {
        "child home": {"child_id": child.pk, "home_id": uuid4()},  # with one home it matters not which
        "child absence": {"child_id": child.pk, "absence_id": absence.pk if absence else uuid4()},
        "feed": {"secret": "0" * 48},
        "plan save": {"save_id": _save(doors, child).pk},
        "enquiry": {"enquiry_id": open_one.pk},
        "preschool enquiry": there,
        "coming enquiry": there | {"enquiry_id": coming.pk},
        "child's enquiry": there | {"child_id": child.pk},
        "event": {"event_id": _event(preschool).pk},
        "child's event": {"child_id": child.pk, "event_id": _event(preschool).pk},
        "preschool event": {"preschool_id": preschool.pk, "event_id": _event(preschool).pk},
        "closed day": {"preschool_id": preschool.pk, "closed_id": _closed_day(preschool).pk},
    }


def _save(doors: Doors, child: Child) -> PlanSave:
    """Return a save for the child by which nothing changed, made once by the guardian of the door test."""
    nothing: dict[str, Any] = {str(child.pk): {"plans_from": None, "dates": [], "plans": [], "days": []}}
    made, _is_new = PlanSave.objects.get_or_create(
        before=nothing, after=nothing, made_by=doors.cast.amina, defaults={"made_at": clock.now()}
    )
    made.children.set(Child.objects.filter(pk=child.pk))
    return made


def _enquiry(preschool: Preschool, *, opens_in: int) -> HolidayEnquiry:
    """Return the preschool's enquiry that opens so many days from now, made once."""
    opens_on = days.today() + timedelta(days=opens_in)
    dates = {"answer_by": 20, "starts_on": 30, "ends_on": 37}
    columns: dict[str, Any] = {name: opens_on + timedelta(days=number) for name, number in dates.items()}
    made, _is_new = HolidayEnquiry.objects.get_or_create(
        preschool=preschool, opens_on=opens_on, defaults={"title": "Lovet", **columns}
    )
    return made


def _event(preschool: Preschool) -> CalendarEvent:
    """Return something that happens at the preschool in a month and asks who comes, made once."""
    made, _is_new = CalendarEvent.objects.get_or_create(
        preschool=preschool, day=days.today() + timedelta(days=30), title="Lucia", asks=True
    )
    return made


def _closed_day(preschool: Preschool) -> ClosedDay:
    """Return a day in a month on which the preschool is closed, made once."""
    made, _is_new = ClosedDay.objects.get_or_create(
        preschool=preschool, day=days.today() + timedelta(days=31), reason="Utbildning"
    )
    return made
