"""The sheet before somebody who lays a plan: what the schedule page's form carries from step to step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from attendance.drafts import Draft
from attendance.forms import LAST_WEEK, WeekForm, parsed_date
from attendance.planner_forms import CopyForm, RotaForm, SayForm
from attendance.selectors.schedule import Schedule
from attendance.selectors.schedule import schedule as schedule_of
from attendance.selectors.spoken import SaidLine
from attendance.selectors.words import week_span
from attendance.services.telling import Family
from children.http import ActorRequest
from children.models import Child
from portal.lib import clock, days

COPY_WEEKS = 12


@dataclass(frozen=True)
class Planner:
    """Who lays the plan: as whom what is saved is read, at which address, and for whom where staff do it."""

    reader: UUID | None
    address: str
    for_family: Family | None = None


@dataclass
class Sheet:
    """What lies before somebody who lays a plan: for whom, from which Monday, what is painted, where the brush is.

    `found` is what is saved, from that Monday; `seen` the marks of what the page was made from.
    `sent` are the fields of the form.
    """

    request: ActorRequest
    by: Planner
    family: list[Child]
    children: list[Child]
    monday: date
    found: Schedule
    drafts: dict[UUID, Draft]
    seen: dict[UUID, str]
    sent: QueryDict
    week: int
    marked: str  # the weekdays that were painted last, as figures: they are marked again in the week after
    brush: WeekForm
    say: SayForm
    rota: RotaForm
    copy: CopyForm = field(init=False)
    offered: str = ""  # what the brush holds because it was carried on: nobody has asked for it in this week
    understood: list[SaidLine] = field(default_factory=list)
    understood_more: int = 0
    understood_by: str = ""  # which step fills it in
    rota_days: str = ""
    outside: list[SaidLine] = field(default_factory=list)
    opened: str = ""  # which of the ways to lay a plan is open
    has_moved: bool = False  # the brush stands in another week than before
    painting: str = ""  # said then: which week is painted, and what is kept from the one before
    copied_to: str = ""
    is_preview: bool = False
    conflict: str = ""

    @property
    def brush_monday(self) -> date:
        return self.monday + timedelta(days=7 * self.week)

    @property
    def cycle(self) -> int:
        """After how many weeks the longest of the plans begins anew."""
        return max((len(draft.weeks) for draft in self.drafts.values()), default=1)


def schedule_by(
    by: Planner,
    children: list[Child],
    monday: date | None,
    drafts: Mapping[UUID, Draft] | None = None,
    laid_from: date | None = None,
) -> Schedule:
    """Return the schedule as whoever lays the plan may read it, and may lay it."""
    return schedule_of(
        children,
        monday,
        clock.now(),
        reader=by.reader,
        drafts=drafts,
        laid_from=laid_from,
        is_bound=by.for_family is None,
    )


def sheet_of(
    request: ActorRequest, by: Planner, family: list[Child], chosen: list[Child], monday: date, sent: QueryDict
) -> Sheet:
    """Return the sheet that the form's fields make."""
    found = schedule_by(by, chosen, monday)
    given = {child.pk: Draft.unpacked(sent.get(f"draft-{child.pk}", "")) for child in chosen}
    marks = {child.pk: mark for child in chosen if (mark := sent.get(f"seen-{child.pk}"))}
    sheet = Sheet(
        request=request,
        by=by,
        family=family,
        children=chosen,
        monday=monday,
        found=found,
        drafts={child_id: draft or found.drafts[child_id] for child_id, draft in given.items()},
        seen=marks,
        sent=sent,
        week=week_in(sent.get("week", "")) or 0,
        marked=weekdays_in(sent.get("marked", "")),
        brush=WeekForm(most_weeks=found.most_weeks),
        say=SayForm(initial={"text": sent.get("text", "")}, monday=monday),
        rota=RotaForm(initial=as_sent(sent, RotaForm.base_fields), first=monday),
    )
    sheet.brush = brush_with(sheet, {})
    sheet.copy = copy_form(sheet)
    return sheet


def brush_with(sheet: Sheet, more: dict[str, Any]) -> WeekForm:
    """Return the brush as it was sent, unjudged, with some of it changed."""
    raw = as_sent(sheet.sent, WeekForm.base_fields) | {"week": sheet.week}
    raw["weekdays"] = sheet.sent.getlist("weekdays")
    return WeekForm(initial=raw | more, most_weeks=sheet.found.most_weeks)


def copy_form(sheet: Sheet, data: Any = None) -> CopyForm:
    """Return the form that copies the shown week: to the weeks after it, and to the children that are not chosen."""
    first = max(sheet.found.first_to_lay, sheet.brush_monday + timedelta(days=7), days.today())
    offered = _weeks_from(days.monday_of(first + timedelta(days=6)), get_language())
    siblings = [child for child in sheet.family if child not in sheet.children] if len(sheet.children) == 1 else []
    if data is None and not siblings:
        return _unsent_copy(offered)
    return CopyForm(data, mondays=offered, siblings=siblings)


# A form that nobody has sent is the same for all: made once, it costs a page nothing.


@lru_cache(maxsize=256)
def _unsent_copy(offered: tuple[tuple[date, str], ...]) -> CopyForm:
    return CopyForm(mondays=offered)


@cache
def unsent_ways() -> tuple[SayForm, RotaForm]:
    """Return the forms for own words and for a rota as they are before anybody has written in them."""
    return SayForm(monday=date.min), RotaForm(first=date.min)


@lru_cache(maxsize=256)
def _weeks_from(monday: date, _language: str | None) -> tuple[tuple[date, str], ...]:
    mondays = [monday + timedelta(days=7 * number) for number in range(COPY_WEEKS)]
    said = _("v. {number}, {span}")
    return tuple((one, said.format(number=one.isocalendar().week, span=week_span(one))) for one in mondays)


def weekdays_in(sent: Iterable[str]) -> str:
    """Return the weekdays among what was sent, as figures in order: "024"."""
    return "".join(sorted(set(sent) & set("0123456")))


def week_in(text: str) -> int | None:
    """Return which week after the first was sent, or None for what is no week."""
    return min(int(text), LAST_WEEK) if re.fullmatch(r"[0-9]{1,4}", text) else None


def as_sent(sent: QueryDict, names: Iterable[str]) -> dict[str, Any]:
    return {name: sent[name] for name in names if name in sent}


def asked_monday(text: str) -> date | None:
    """Return the Monday of the week that an address or a form names, or None for what is no week of ours."""
    day = parsed_date(text)
    return days.monday_of(day) if day and abs((day - days.today()).days) < 800 else None
