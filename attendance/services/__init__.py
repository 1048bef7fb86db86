"""What people do with plans and days: one transaction each, effects only as rows or on commit."""

from attendance.services.absence import end_absence, report_absence
from attendance.services.closing import close_day
from attendance.services.deciding import decide
from attendance.services.planning import Collector, change_day, save_week_plan
from attendance.services.reminding import remind_of_missing_plans
from attendance.services.tap_log import MadeTap
from attendance.services.taps import Outcome, TapResult, flag_forgotten_stays, record_taps, undo_tap

__all__ = [
    "Collector",
    "MadeTap",
    "Outcome",
    "TapResult",
    "change_day",
    "close_day",
    "decide",
    "end_absence",
    "flag_forgotten_stays",
    "record_taps",
    "remind_of_missing_plans",
    "report_absence",
    "save_week_plan",
    "undo_tap",
]
