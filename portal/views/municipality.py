"""The municipality's day in figures: how many children each preschool expects, hour by hour. No names of children."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from attendance.selectors.expected import MunicipalityDay
from attendance.selectors.expected import municipality_day as day_of
from attendance.selectors.month import FEWEST_CHILDREN
from children.access import Action, demand
from children.http import ActorRequest
from portal.lib.downloads import csv_answer
from portal.views.principal import chosen_day

FEW = f"1–{FEWEST_CHILDREN - 1}"


@require_safe
def municipality_day(request: ActorRequest) -> HttpResponse:
    """Show a day (`dag`, today without) of all preschools, on the screen or as a file."""
    demand(request.actor, Action.SEE_FIGURES)
    chosen = chosen_day(request.GET.get("dag", ""), request.actor.today)
    shown = day_of(chosen)
    if request.GET.get("format") == "csv":
        return _file(shown)
    context = {
        "day": shown,
        "bars": [
            {"label": f"{hour:02}", "value": None, "planned": total}
            for hour, total in zip(shown.hours, shown.totals, strict=False)
        ],
        "rows": [(one.name, _said(one.coming), [_said(count) for count in one.hours]) for one in shown.preschools],
        "few": FEW,
        "is_today": chosen == request.actor.today,
        "before": chosen - timedelta(days=1),
        "after": chosen + timedelta(days=1),
    }
    return render(request, "home/municipality.html", context)


def _said(count: int) -> str:
    """Return a number of children; of fewer than five only that there are some (DOMAIN 7.3)."""
    return FEW if 0 < count < FEWEST_CHILDREN else str(count)


def _file(day: MunicipalityDay) -> HttpResponse:
    head = [_("Förskola"), _("Dag"), _("Planerade"), *(f"{hour:02}–{hour + 1:02}" for hour in day.hours)]
    rows = [
        [one.name, day.day.isoformat(), _said(one.coming), *(_said(count) for count in one.hours)]
        for one in day.preschools
    ]
    return csv_answer(f"kommunen-{day.day:%Y-%m-%d}.csv", head, rows)
