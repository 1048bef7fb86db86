"""The days of a department's week, printed quickly: a hundred and more of them on one page."""

from django import template
from django.utils.safestring import SafeString

from attendance.selectors.department_week import Cell
from portal.lib.moulds import Mould

register = template.Library()

CELL = Mould("attendance/week/cell.html", "cell", Cell, holes=("label", "text", "gaps", "who", "seam"))


@register.simple_tag
def week_cell(cell: Cell) -> SafeString:
    """Print attendance/week/cell.html."""
    return CELL.printed(cell)
