"""What the database knows about some children and some days, in the shape in which the rules want it.

Always the same number of queries, however many children and days there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from attendance import rules
from attendance.models import Absence, ClosedDay, DayPlan, PlanningRule, Stay, WeekPlan
from children.models import BackupPlacement, Department, Placement
from portal.lib import days


def interval_of(pair: Sequence[str]) -> rules.Interval:
    return rules.Interval(time.fromisoformat(pair[0]), time.fromisoformat(pair[1]))


def stored(intervals: Iterable[rules.Interval]) -> list[list[str]]:
    """Return intervals as the database keeps them."""
    return [[f"{interval.starts:%H:%M}", f"{interval.ends:%H:%M}"] for interval in sorted(intervals)]


def plan_of(row: WeekPlan) -> rules.RepeatingPlan:
    weeks = tuple(tuple(tuple(map(interval_of, day)) for day in week) for week in row.weeks)
    return rules.RepeatingPlan(row.starts_on, row.ends_on, weeks)


def absence_of(row: Absence) -> rules.DayAbsence:
    part = rules.Interval(row.from_time, row.to_time) if row.from_time and row.to_time else None
    return rules.DayAbsence(row.starts_on, row.ends_on, rules.Reason(row.reason), part, row.id)


def stay_of(row: Stay) -> rules.Stay:
    return rules.Stay(row.id, row.arrived_at, row.left_at, row.left_event, row.is_forgotten)


@dataclass
class Known:
    """Everything said and done about some children between two dates."""

    first: date
    last: date
    plans: dict[UUID, list[rules.RepeatingPlan]] = field(default_factory=lambda: defaultdict(list))
    day_plans: dict[tuple[UUID, date], DayPlan] = field(default_factory=dict)
    absences: dict[UUID, list[rules.DayAbsence]] = field(default_factory=lambda: defaultdict(list))
    closed: list[ClosedDay] = field(default_factory=list)
    stays: dict[UUID, list[rules.Stay]] = field(default_factory=lambda: defaultdict(list))
    placements: dict[UUID, list[Placement | BackupPlacement]] = field(default_factory=lambda: defaultdict(list))

    def department(self, child_id: UUID, day: date) -> Department | None:
        """Return where the child is placed on `day`; a backup placement wins."""
        for placement in self.placements.get(child_id, ()):
            if placement.starts_on <= day and (placement.ends_on is None or day <= placement.ends_on):
                return placement.department
        return None

    def is_placed_from(self, child_id: UUID, day: date) -> bool:
        """Tell whether the child has a placement on `day` or later."""
        return any(p.ends_on is None or p.ends_on >= day for p in self.placements.get(child_id, ()))

    def planned(self, child_id: UUID, day: date, department: Department | None = None) -> rules.PlannedDay:
        changed = self.day_plans.get((child_id, day))
        times = changed.intervals if changed else None
        return rules.merged_plan(
            rules.DayFacts(
                day=day,
                plans=tuple(self.plans.get(child_id, ())),
                changed=None if times is None else tuple(map(interval_of, times)),
                absences=tuple(self.absences.get(child_id, ())),
                closed=self.closed_reason(department or self.department(child_id, day), day),
            )
        )

    def closed_reason(self, department: Department | None, day: date) -> str | None:
        """Return why the department is closed on `day`, or None when it is open."""
        for closed in self.closed if department else ():
            if closed.day == day and (
                closed.department_id == department.id
                or closed.preschool_id == department.preschool_id
                or (closed.area_id and closed.area_id == department.preschool.area_id)
            ):
                return closed.reason
        return None

    def state(
        self,
        child_id: UUID,
        now: datetime,
        late_after_minutes: int = rules.LATE_AFTER_MINUTES,
        department: Department | None = None,
    ) -> rules.DayState:
        here = days.local(now)
        plan = self.planned(child_id, here.date(), department)
        return rules.day_state(here, plan, self.stays.get(child_id, ()), late_after_minutes)


def known(
    child_ids: Iterable[UUID], first: date, last: date, *, with_stays: bool = True, with_places: bool = True
) -> Known:
    """Read what is known of these children from `first` to `last`: seven queries, five without the places."""
    ids = list(child_ids)
    found = Known(first, last)
    if not ids:
        return found
    if with_places:
        for model in (BackupPlacement, Placement):
            for placement in (
                model.objects.on_or_after(first).filter(child__in=ids).select_related("department__preschool")
            ):
                found.placements[placement.child_id].append(placement)
    for plan in WeekPlan.objects.on_or_after(first).filter(child__in=ids, starts_on__lte=last):
        found.plans[plan.child_id].append(plan_of(plan))
    for day_plan in DayPlan.objects.filter(child__in=ids, day__gte=first, day__lte=last):
        found.day_plans[day_plan.child_id, day_plan.day] = day_plan
    for absence in Absence.objects.standing().filter(child__in=ids, starts_on__lte=last, ends_on__gte=first):
        found.absences[absence.child_id].append(absence_of(absence))
    found.closed = list(ClosedDay.objects.standing().filter(day__gte=first, day__lte=last))
    if with_stays:
        begins, ends = days.day_bounds(first)[0], days.day_bounds(last)[1]
        for stay in Stay.objects.filter(child__in=ids).touching(begins, ends):
            found.stays[stay.child_id].append(stay_of(stay))
    return found


def departments_of(child_ids: Iterable[UUID], day: date) -> dict[UUID, Department]:
    """Return where each of these children is on `day`: two queries."""
    ids = list(child_ids)
    rows: list[Placement | BackupPlacement] = [
        *Placement.objects.on(day).filter(child__in=ids).select_related("department__preschool"),
        *BackupPlacement.objects.on(day).filter(child__in=ids).select_related("department__preschool"),
    ]
    return {row.child_id: row.department for row in rows}


def cut_off_for(department: Department | None) -> rules.CutOff:
    """Return the cut-off that holds there: the preschool's own, else its area's, else the municipality's, else none."""
    chosen = PlanningRule.objects.for_department(department)
    return rules.CutOff(rules.CutOffForm(chosen.cut_off), chosen.cut_off_days) if chosen else rules.CutOff()
