"""What people do with plans and days: one transaction each, effects only as rows or on commit."""

from attendance.services.absence import end_absence, report_absence
from attendance.services.closing import close_days, open_again
from attendance.services.conflicts import SomebodyElseChanged
from attendance.services.deciding import decide
from attendance.services.enquiries import (
    Question,
    answer_enquiry,
    change_enquiry,
    make_enquiry,
    withdraw_enquiry,
)
from attendance.services.enquiry_notices import tell_of_enquiries
from attendance.services.feeds import make_feed, note_content, renew_feed, revoke_feed
from attendance.services.habits import decline_proposals, learn_usual_times
from attendance.services.planning import Collector, change_day, save_week_plan
from attendance.services.reminding import remind_of_missing_plans
from attendance.services.saves import save_schedule
from attendance.services.tap_log import MadeTap
from attendance.services.taps import Outcome, TapResult, flag_forgotten_stays, record_taps, undo_tap
from attendance.services.undoing import undo_save

__all__ = [
    "Collector",
    "MadeTap",
    "Outcome",
    "Question",
    "SomebodyElseChanged",
    "TapResult",
    "answer_enquiry",
    "change_day",
    "change_enquiry",
    "close_days",
    "decide",
    "decline_proposals",
    "end_absence",
    "flag_forgotten_stays",
    "learn_usual_times",
    "make_enquiry",
    "make_feed",
    "note_content",
    "open_again",
    "record_taps",
    "remind_of_missing_plans",
    "renew_feed",
    "report_absence",
    "revoke_feed",
    "save_schedule",
    "save_week_plan",
    "tell_of_enquiries",
    "undo_save",
    "undo_tap",
    "withdraw_enquiry",
]
