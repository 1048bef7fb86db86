"""The principal's morning: my preschools as they are now, hour by hour, and what needs me.

Composed here because it joins what children, attendance and notifications know; a fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.selectors.hours import Hour, children_by_hour, next_monday, without_plan
from attendance.selectors.preschool import DepartmentTotal, ForgottenStay, department_totals, forgotten_stays
from children.access import Action, departments_for
from children.actors import Actor
from children.models import Department, Preschool
from children.selectors.overview import departments_without_tablet, pending_by_department, quiet_tablets
from messaging.selectors.inbox import WAITING, chosen
from portal.lib import days

LONG_ENOUGH = timedelta(days=1)  # for a family to wait for an answer


@dataclass(frozen=True)
class Need:
    """Something that waits for the reader, and where it is mended (components/todo.html)."""

    title: str
    text: str
    icon: str
    url: str
    look: str = "amber"


@dataclass(frozen=True)
class Figures:
    """Children by state; `expected` counts the late too."""

    here: int = 0
    expected: int = 0
    absent: int = 0
    late: int = 0
    left: int = 0

    @property
    def placed(self) -> int:
        return self.here + self.expected + self.absent + self.left

    @classmethod
    def of(cls, totals: Iterable[DepartmentTotal]) -> Figures:
        rows = list(totals)
        return cls(
            here=sum(row.present for row in rows),
            expected=sum(row.expected for row in rows),
            absent=sum(row.absent for row in rows),
            late=sum(row.late for row in rows),
            left=sum(row.left for row in rows),
        )


@dataclass(frozen=True)
class Row:
    """A preschool or one of its departments, with its figures and the page they are made of."""

    name: str
    url: str
    figures: Figures
    is_total: bool = False


@dataclass(frozen=True)
class Today:
    now: datetime
    figures: Figures
    rows: list[Row]
    scale: int
    hours: list[dict[str, object]]
    now_at: float | None
    needs: list[Need]
    preschools: int
    departments: int


def today_for(actor: Actor, departments: list[Department], now: datetime) -> Today:
    """Return the page's content for somebody who leads these departments (each with its preschool)."""
    totals = department_totals(departments, now)
    preschools = {department.preschool_id: department.preschool for department in departments}
    rows = [row for preschool in preschools.values() for row in _rows(preschool, totals)]
    hours = children_by_hour(departments, now)
    return Today(
        now=days.local(now),
        figures=Figures.of(totals),
        rows=rows,
        scale=max((row.figures.placed for row in rows), default=1),
        hours=[_bar(hour) for hour in hours],
        now_at=_place_of_now(hours, now),
        needs=needs_of(actor, departments, preschools, now),
        preschools=len(preschools),
        departments=len(departments),
    )


def led_departments(actor: Actor) -> list[Department]:
    """Return the departments that the person leads, in the order in which they are listed."""
    led = departments_for(actor, Action.OVERSEE).select_related("preschool")
    return list(led.order_by("preschool__name", "preschool", "name", "id"))


def _rows(preschool: Preschool, totals: Iterable[DepartmentTotal]) -> list[Row]:
    own = [total for total in totals if total.preschool_id == preschool.id]
    day = reverse("preschool_day", args=[preschool.id])
    head = Row(short_name(preschool), day, Figures.of(own), is_total=True)
    return [head, *(Row(total.name, f"{day}#avdelning-{total.department_id}", Figures.of([total])) for total in own)]


def short_name(preschool: Preschool) -> str:
    """Return the name as people say it: without the word that all of them begin with."""
    return preschool.name.removeprefix("Förskolan ")


def _bar(hour: Hour) -> dict[str, object]:
    return {
        "label": f"{hour.hour:02}",
        "value": hour.here,
        "planned": hour.planned,
        "low": hour.low,
        "high": hour.high,
    }


def _place_of_now(hours: list[Hour], now: datetime) -> float | None:
    here = days.local(now)
    place = here.hour + here.minute / 60 - hours[0].hour
    return place if 0 <= place <= len(hours) else None


# What needs me --------------------------------------------------------------------------------------------------------


def needs_of(
    actor: Actor, departments: list[Department], preschools: dict[UUID, Preschool], now: datetime
) -> list[Need]:
    """Return what waits at these preschools, most urgent first."""
    forgotten = forgotten_stays(actor, preschools.values(), now)
    return [
        *(_forgotten(stay) for stay in forgotten[:3]),
        *_more_forgotten(forgotten[3:]),
        *unanswered(actor, now),
        *pending_needs(actor),
        *_without_plan(actor, departments, preschools),
        *_tablets(actor, now),
    ]


def _forgotten(stay: ForgottenStay) -> Need:
    since = days.local(stay.arrived_at)
    return Need(
        title=_("Vistelse utan hämtning"),
        text=_("%(department)s, %(day)s · rätta med orsak")
        % {"department": stay.department, "day": days.in_words(since, "l j F")},
        icon="clock",
        url=reverse("stay_correction", args=[stay.stay_id]),
        look="red",
    )


def _more_forgotten(rest: list[ForgottenStay]) -> list[Need]:
    if not rest:
        return []
    title = ngettext("%(count)d vistelse till utan hämtning", "%(count)d vistelser till utan hämtning", len(rest))
    first = rest[0]
    return [
        Need(
            title=title % {"count": len(rest)},
            text=_("Äldst: %(department)s") % {"department": first.department},
            icon="clock",
            url=reverse("stay_correction", args=[first.stay_id]),
            look="red",
        )
    ]


def unanswered(actor: Actor, now: datetime) -> list[Need]:
    """Return one row for the conversations in which families have waited for more than a day, if any."""
    waiting = chosen(actor, WAITING).filter(waits_since__lte=now - LONG_ENOUGH)
    found = waiting.aggregate(count=Count("pk"), since=Min("waits_since"))
    if not found["count"]:
        return []
    title = ngettext("%(count)d samtal väntar på svar", "%(count)d samtal väntar på svar", found["count"])
    return [
        Need(
            title % {"count": found["count"]},
            _("Det äldsta sedan %(day)s") % {"day": days.in_words(days.local(found["since"]), "l j F H:i")},
            "message-circle",
            f"{reverse('messaging:threads')}?visa={WAITING}",
        )
    ]


def pending_needs(actor: Actor) -> list[Need]:
    """Return one row for the guardianships that wait for the reader, if any."""
    pending = pending_by_department(actor)
    if not pending:
        return []
    count = sum(row.count for row in pending)
    title = ngettext("%(count)d vårdnadshavare att bekräfta", "%(count)d vårdnadshavare att bekräfta", count)
    places = ", ".join(row.department.name for row in pending[:3])
    return [Need(title % {"count": count}, places, "users", reverse("children:pending"))]


def _without_plan(actor: Actor, departments: list[Department], preschools: dict[UUID, Preschool]) -> list[Need]:
    monday = next_monday(actor.today)
    lacking = without_plan(departments, monday)
    by_preschool: dict[UUID, int] = {}
    for department in departments:
        count = lacking.get(department.id, 0)
        by_preschool[department.preschool_id] = by_preschool.get(department.preschool_id, 0) + count
    week = monday.isocalendar().week
    return [
        Need(
            ngettext("%(count)d barn utan tider vecka %(week)d", "%(count)d barn utan tider vecka %(week)d", count)
            % {"count": count, "week": week},
            short_name(preschools[preschool_id]),
            "calendar",
            reverse("preschool_day", args=[preschool_id]) + f"?dag={monday:%Y-%m-%d}",
        )
        for preschool_id, count in by_preschool.items()
        if count
    ]


def _tablets(actor: Actor, now: datetime) -> list[Need]:
    rows = [
        Need(
            _("%(department)s har ingen platta") % {"department": department.name},
            _("Para en, så kan avdelningen ta emot barn"),
            "tablet",
            reverse("children:tablets", args=[department.preschool_id]),
        )
        for department in departments_without_tablet(actor)
    ]
    for tablet in quiet_tablets(actor, now):
        seen = days.local(tablet.seen_at) if tablet.seen_at else None
        rows.append(
            Need(
                _("Plattan på %(department)s är tyst") % {"department": tablet.department.name},
                _("Sågs senast %(day)s") % {"day": days.in_words(seen, "l j F H:i") if seen else "–"},
                "tablet",
                reverse("children:tablets", args=[tablet.department.preschool_id]),
            )
        )
    return rows
