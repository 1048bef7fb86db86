"""A month at a preschool: children and hours day by day, and its days of absence by reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from attendance import rules
from attendance.rules import Reason
from attendance.selectors import words
from attendance.selectors.facts import Known, known
from attendance.selectors.preschool import stays_on
from children.models import Preschool
from children.selectors.placing import places_in
from portal.lib import days

FEWEST_CHILDREN = 5  # fewer are not told apart in statistics (DOMAIN 7.3)


@dataclass(frozen=True)
class MonthDay:
    """One day of a month: how many children were planned, came, were absent; minutes planned and real."""

    day: date
    is_closed: bool
    planned: int
    came: int
    absent: int
    minutes_planned: int
    minutes_stayed: int

    @property
    def hours_planned(self) -> str:
        return words.hours(self.minutes_planned)

    @property
    def hours_stayed(self) -> str:
        return words.hours(self.minutes_stayed)


@dataclass(frozen=True)
class AbsentDays:
    """Days of absence with a reason in words. `is_merged` are several reasons, of few children each."""

    word: str
    days: int
    is_merged: bool = False


@dataclass(frozen=True)
class PreschoolMonth:
    first: date
    days: tuple[MonthDay, ...]
    absences: tuple[AbsentDays, ...] = ()

    @property
    def minutes_planned(self) -> int:
        return sum(day.minutes_planned for day in self.days)

    @property
    def minutes_stayed(self) -> int:
        return sum(day.minutes_stayed for day in self.days)

    @property
    def hours_planned(self) -> str:
        return words.hours(self.minutes_planned)

    @property
    def hours_stayed(self) -> str:
        return words.hours(self.minutes_stayed)

    @property
    def has_merged_reasons(self) -> bool:
        return any(absence.is_merged for absence in self.absences)


def preschool_month(preschool: Preschool, month: date) -> PreschoolMonth:
    """Return a month at the preschool, day by day: four queries. `month` is any day in it."""
    first = month.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    departments = list(preschool.departments.open_on(first).values_list("pk", flat=True))
    during = Q(starts_on__lte=last) & (Q(ends_on=None) | Q(ends_on__gte=first))
    places = places_in(departments, during)
    facts = known(places, first, last, places=places)
    here = set(departments)
    absent: dict[Reason, list[UUID]] = defaultdict(list)
    shown = tuple(_month_day(day, facts, here, absent) for day in days.span(first, last))
    return PreschoolMonth(first, shown, _by_reason(absent))


def _month_day(day: date, facts: Known, department_ids: set[UUID], absent: dict[Reason, list[UUID]]) -> MonthDay:
    """Return the day's figures, and add those who were absent to `absent`."""
    planned = came = away = minutes_planned = minutes_stayed = 0
    closed = True
    for child_id in facts.places:
        place = facts.place(child_id, day)
        if place is None or place.department_id not in department_ids:
            continue
        plan = facts.planned(child_id, day)
        stays = stays_on(facts, child_id, day)
        closed = closed and plan.is_closed
        planned += bool(plan.intervals) and not plan.is_closed
        came += bool(stays)
        if plan.absence and not stays and not plan.is_closed:
            away += 1
            absent[plan.absence.reason].append(child_id)
        minutes_planned += rules.minutes_planned(plan, get_default_timezone())
        minutes_stayed += sum(stay.minutes or 0 for stay in stays)
    return MonthDay(day, closed, planned, came, away, minutes_planned, minutes_stayed)


def _by_reason(absent: Mapping[Reason, Sequence[UUID]]) -> tuple[AbsentDays, ...]:
    """Return the days of absence by reason. `absent` holds one id per child and day.

    Reasons of fewer than five children are counted together, and where these are few still together with the next,
    so that no reason can be worked out from the others and the sum.
    """
    told = sorted(absent, key=lambda reason: len(set(absent[reason])))
    merged: list[UUID] = []
    while told and (len(set(absent[told[0]])) < FEWEST_CHILDREN or 0 < len(set(merged)) < FEWEST_CHILDREN):
        merged += absent[told.pop(0)]
    named = {Reason.SICK: _("sjuk"), Reason.LEAVE: _("ledig"), Reason.OTHER: _("annat")}
    rows = [AbsentDays(word, len(absent[reason])) for reason, word in named.items() if reason in told]
    if merged:
        rows.append(AbsentDays(_("andra orsaker") if rows else _("frånvarande"), len(merged), is_merged=True))
    return tuple(rows)
