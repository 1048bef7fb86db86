"""The principal's pages: my preschools now, one preschool's day, its month, its weeks against the children's rights."""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import audit
from attendance.selectors.entitlement import HoursRow, PreschoolHours
from attendance.selectors.entitlement import preschool_hours as hours_of
from attendance.selectors.month import PreschoolMonth
from attendance.selectors.month import preschool_month as month_of
from attendance.selectors.preschool import preschool_day as day_of
from attendance.selectors.words import week_span
from children.access import Action, children_for, get_preschool
from children.http import ActorRequest
from children.models import Preschool
from portal.lib import clock, days, live
from portal.lib.downloads import csv_answer
from portal.lib.http import is_fragment_wanted, nothing_new
from portal.today import led_departments, short_name, today_for

FURTHEST = timedelta(days=366)


def today(request: ActorRequest) -> HttpResponseBase:
    """My preschools now. The page asks for itself again; equal stamps are answered with nothing."""
    departments = led_departments(request.actor)
    stamp = live.joint_stamp(department.id for department in departments)
    if is_fragment_wanted(request) and request.GET.get("sedan") == stamp:
        return nothing_new()
    context = {"today": today_for(request.actor, departments, clock.now()), "stamp": stamp}
    part = "principal/today_live.html" if is_fragment_wanted(request) else "principal/today.html"
    return render(request, part, context)


@require_safe
def preschool_day(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """One day at a preschool, child by child: who was to come, who came, and when."""
    preschool = get_preschool(request.actor, Action.OVERSEE, preschool_id)
    chosen = chosen_day(request.GET.get("dag", ""), request.actor.today)
    shown = day_of(request.actor, preschool, chosen, clock.now())
    ids = [row.child_id for department in shown.departments for row in department.rows]
    audit.looked("preschool_day", person_id=request.actor.person_id, children=ids, back_to=chosen)
    openable = children_for(request.actor, Action.SEE_FILE).filter(pk__in=ids).values_list("pk", flat=True)
    context = {
        "preschool": preschool,
        "name": short_name(preschool),
        "day": shown,
        "openable": set(openable),
        "is_today": chosen == request.actor.today,
        "before": chosen - timedelta(days=1),
        "after": chosen + timedelta(days=1),
    }
    return render(request, "principal/day.html", context)


@require_safe
def preschool_month(request: ActorRequest, preschool_id: UUID, month: str) -> HttpResponse:
    """One month at a preschool, day by day, on the screen or as a file."""
    preschool = get_preschool(request.actor, Action.OVERSEE, preschool_id)
    first = _month(month, request.actor.today)
    shown = month_of(preschool, first)
    if request.GET.get("format") == "csv":
        audit.did(
            "preschool_month.downloaded",
            person_id=request.actor.person_id,
            now=clock.now(),
            preschool=preschool.id,
            month=month,
        )
        return _month_file(preschool, shown)
    context = {
        "preschool": preschool,
        "name": short_name(preschool),
        "month": shown,
        "today": request.actor.today,
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": (first + timedelta(days=31)).replace(day=1),
    }
    return render(request, "principal/month.html", context)


def _month_file(preschool: Preschool, month: PreschoolMonth) -> HttpResponse:
    head = [_("Förskola"), _("Dag"), _("Planerade"), _("Kom"), _("Frånvarande"), _("Planerade timmar"), _("Timmar")]
    rows = [
        [
            preschool.name,
            day.day.isoformat(),
            day.planned,
            day.came,
            day.absent,
            day.minutes_planned / 60,
            day.minutes_stayed / 60,
        ]
        for day in month.days
    ]
    return csv_answer(f"manad-{month.first:%Y-%m}.csv", head, rows)


@require_safe
def preschool_hours(request: ActorRequest, preschool_id: UUID) -> HttpResponse:
    """One week of a preschool against the hours that its children have a right to, on the screen or as a file."""
    preschool = get_preschool(request.actor, Action.OVERSEE, preschool_id)
    this = days.monday_of(request.actor.today)
    monday = days.monday_of(chosen_day(request.GET.get("vecka", ""), request.actor.today))
    shown = hours_of(request.actor, preschool, monday)
    is_everybody = "alla" in request.GET
    rows = shown.rows if is_everybody else shown.rows_over
    seen = [row.child_id for row in rows]
    audit.looked("preschool_hours", person_id=request.actor.person_id, children=seen, back_to=monday)
    if request.GET.get("format") == "csv":
        return _hours_file(shown, rows)
    context = {
        "preschool": preschool,
        "name": short_name(preschool),
        "hours": shown,
        "rows": rows,
        "is_everybody": is_everybody,
        "span": week_span(monday),
        "this": this,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
    }
    return render(request, "principal/hours.html", context)


def _hours_file(hours: PreschoolHours, rows: tuple[HoursRow, ...]) -> HttpResponse:
    head = [_("Barn"), _("Avdelning"), _("Vecka från"), _("Rätt till"), _("Planerade timmar"), _("Timmar"), _("Över")]
    cells = [
        [
            row.name,
            row.department,
            hours.monday.isoformat(),
            row.week.entitled,
            row.week.planned / 60,
            row.week.stayed / 60,
            row.week.minutes_over / 60,
        ]
        for row in rows
    ]
    return csv_answer(f"timmar-{hours.monday:%Y-%m-%d}.csv", head, cells)


def chosen_day(text: str, today: date) -> date:
    """Return the day in the address, today without one. Raises `Http404` for what is no day within a year."""
    if not text:
        return today
    try:
        chosen = days.read(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        chosen = None
    if chosen is None or abs(chosen - today) > FURTHEST:
        raise Http404
    return chosen


def _month(text: str, today: date) -> date:
    """Return the first day of the month in the address. Raises `Http404` for what is no month within a year."""
    if not re.fullmatch(r"\d{4}-\d{2}", text):
        raise Http404
    return chosen_day(f"{text}-01", today).replace(day=1)
