"""The days of a week, printed quickly: of a department a hundred and more on one page, of a family half a year."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from attendance.selectors.department_week import Cell, RowHours, WeekRow
from attendance.selectors.schedule import Line, ScheduleDay, WeekCard
from portal.lib import days
from portal.lib.moulds import Mould

register = template.Library()


@dataclass(frozen=True)
class RowHead:
    """Whose row it is."""

    url: str
    name: str
    initials: str
    tint: int


CELL = Mould("attendance/week/cell.html", "cell", Cell, holes=("text", "gaps", "who", "seam", "url"))
CHILD = Mould("attendance/week/child.html", "child", RowHead, holes=("url", "name", "initials"))
HOURS = Mould("attendance/week/hours.html", "hours", RowHours, holes=("planned", "stayed", "entitled"))
CARD = Mould("attendance/guardian/week_card.html", "week", WeekCard, holes=("number", "span", "caption", "monday"))
NO_HOURS = mark_safe('<td class="number week-hours"></td>')


@register.simple_tag
def week_row(row: WeekRow, shows_hours: object) -> SafeString:
    """Print a child's row: who it is (attendance/week/child.html), its days (cell.html), its hours (hours.html)."""
    parts = [CHILD.printed(RowHead(row.url, row.name, row.initials, row.tint)), *map(CELL.printed, row.cells)]
    if shows_hours:
        parts.append(HOURS.printed(row.hours) if row.hours else NO_HOURS)
    return mark_safe(f"<tr>{''.join(parts)}</tr>")  # noqa: S308 (each part is escaped)


@dataclass(frozen=True)
class PrintedLine:
    """A line of a family's week as it is printed: the first bar, `more` of them (x and width), and the day's words."""

    names: str
    times: str
    note: str
    x: str
    width: str
    day: str
    url: str
    more: tuple[tuple[str, str], ...]
    is_off: bool
    is_alone: bool
    fits_bar: bool


LINE = Mould(
    "attendance/guardian/week_line.html",
    "line",
    PrintedLine,
    holes=("names", "times", "note", "x", "width", "day", "url"),
)


@register.simple_tag
def week_lines(row: ScheduleDay, back: str) -> SafeString:
    """Print the lines of a family's day (attendance/guardian/week_line.html).

    With `back` each leads to the day's page, which comes back there; days that have been do not.
    """
    leads = "" if row.is_past else back
    said = days.in_words(row.day, "l j F")
    return mark_safe("".join(LINE.printed(_line(line, row, said, leads)) for line in row.lines))  # noqa: S308 (escaped)


@cache
def _address_of_day() -> str:
    """Return where a day's page lies, with holes: asking for each line of a week is dear."""
    child, day = UUID(int=0), date(2000, 1, 3)
    return reverse("attendance:day", args=[child, day]).replace(str(child), "{child}").replace(str(day), "{day}")


def _line(line: Line, row: ScheduleDay, said: str, back: str) -> PrintedLine:
    bars = [(str(bar.x), str(bar.width)) for bar in line.bars]
    x, width = bars[0] if bars else ("", "")
    return PrintedLine(
        names=line.names,
        times=line.times,
        note=line.note,
        x=x,
        width=width,
        day=said,
        url=f"{_address_of_day().format(child=line.url_child, day=row.day)}?next={back}" if back else "",
        more=tuple(bars[1:]),
        is_off=line.is_off,
        is_alone=len(row.lines) == 1,
        fits_bar=line.fits_bar,
    )


@register.simple_tag
def week_card(week: WeekCard) -> SafeString:
    """Print attendance/guardian/week_card.html."""
    return CARD.printed(week)
