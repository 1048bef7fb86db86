"""The plan and the day: what a family says beforehand, and what then happened."""

from attendance.models.closing import CalendarEvent, ClosedDay, EventAnswer
from attendance.models.decided import PlanningRule
from attendance.models.enquiries import EnquiryAnswer, HolidayEnquiry
from attendance.models.habits import CalendarFeed, DeclinedProposal, UsualTime
from attendance.models.plan import Absence, DayPlan, PlanSave, WeekPlan
from attendance.models.taps import Stay, TapEvent

__all__ = [
    "Absence",
    "CalendarEvent",
    "CalendarFeed",
    "ClosedDay",
    "DayPlan",
    "DeclinedProposal",
    "EnquiryAnswer",
    "EventAnswer",
    "HolidayEnquiry",
    "PlanSave",
    "PlanningRule",
    "Stay",
    "TapEvent",
    "UsualTime",
    "WeekPlan",
]
