"""The rows of a department's week, printed quickly: a hundred days and more on one page."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from attendance.selectors.department_week import Cell, RowHours, WeekRow
from portal.lib.moulds import Mould

register = template.Library()

CELL = Mould("attendance/week/cell.html", "cell", Cell, holes=("label", "text", "gaps", "who", "seam"))
HOURS = Mould("attendance/week/hours.html", "hours", RowHours, holes=("planned", "stayed", "entitled"))
NO_HOURS = mark_safe('<td class="number week-hours"></td>')


@register.simple_tag
def week_days(row: WeekRow, shows_hours: object) -> SafeString:
    """Print a child's days (attendance/week/cell.html) and its hours (hours.html), where these are shown."""
    parts = list(map(CELL.printed, row.cells))
    if shows_hours:
        parts.append(HOURS.printed(row.hours) if row.hours else NO_HOURS)
    return mark_safe("".join(parts))  # noqa: S308 (each part is escaped)
