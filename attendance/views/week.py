"""A department's week, for those who work there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import audit
from attendance.forms import parsed_date
from attendance.selectors.department_week import department_week as week_of
from attendance.views.pin import pin_of
from children.access import Action
from children.http import ActorRequest, renews_pin
from children.prepared_access import get_department
from children.tablets import PIN_RESTS
from portal.lib import days

FURTHEST = timedelta(days=366)


@require_safe
@renews_pin
def department_week(request: ActorRequest, department_id: UUID) -> HttpResponse:
    """Show a week of the department (`vecka` is a day of it; this week without)."""
    actor = request.actor
    department = get_department(actor, Action.SEE_BOARD, department_id)
    monday, this = _monday(request.GET.get("vecka", ""), actor.today), days.monday_of(actor.today)
    week = week_of(actor, department, monday, child_url=_child_url(), day_url=_day_url())
    audit.looked(
        "department_week",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        children=[row.child_id for row in week.rows],
        back_to=monday,
        once_an_hour=True,
    )
    context = {
        "department": department,
        "week": week,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "is_this": monday == this,
        "pin": pin_of(actor, request.get_full_path()),
        "rests": int(PIN_RESTS.total_seconds()) + 1 if actor.tablet and actor.person else 0,
    }
    return render(request, "attendance/week/page.html", context)


def _monday(text: str, today: date) -> date:
    """Return the Monday of the week in the address. Raises `Http404` for what is no day within a year."""
    if not text:
        return days.monday_of(today)
    chosen = parsed_date(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) else None
    if chosen is None or abs(chosen - today) > FURTHEST:
        raise Http404
    return days.monday_of(chosen)


def _child_url() -> Callable[[UUID], str]:
    """Return what gives the address of a child's page; the pattern is looked up once for all rows."""
    before, after = reverse("children:child", args=[UUID(int=0)]).split(str(UUID(int=0)))
    return lambda child_id: f"{before}{child_id}{after}"


def _day_url() -> Callable[[UUID, date], str]:
    """Return what gives the address of a child's day, for whoever speaks for its family."""
    some = UUID(int=0), date.max
    before, between, after = re.split(f"{some[0]}|{some[1]}", reverse("attendance:family_day", args=some))
    return lambda child_id, day: f"{before}{child_id}{between}{day}{after}"
