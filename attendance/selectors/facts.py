"""What the database knows about some children and some days, in the shape in which the rules want it.

Always the same number of queries, however many children and days there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Q

from attendance import rules
from attendance.models import Absence, ClosedDay, DayPlan, PlanningRule, Stay, WeekPlan
from children.selectors.placing import Place, places_of
from portal.lib import days

# Of those who collect only the names: the other columns are encrypted, and take time to open.
DAY_PLAN_COLUMNS = (
    "child_id",
    "day",
    "intervals",
    "note",
    "changed_at",
    "collecting_guardian__given_name",
    "collecting_contact__relation",
    "collecting_contact__name",
)


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
    places: dict[UUID, list[Place]] = field(default_factory=dict)

    def place(self, child_id: UUID, day: date) -> Place | None:
        """Return where the child is placed on `day`; a backup placement wins."""
        return next((place for place in self.places.get(child_id, ()) if place.holds_on(day)), None)

    def planned(self, child_id: UUID, day: date) -> rules.PlannedDay:
        changed = self.day_plans.get((child_id, day))
        times = changed.intervals if changed else None
        return rules.merged_plan(
            rules.DayFacts(
                day=day,
                plans=tuple(self.plans.get(child_id, ())),
                changed=None if times is None else tuple(map(interval_of, times)),
                absences=tuple(self.absences.get(child_id, ())),
                closed=self.closed_reason(self.place(child_id, day), day),
            )
        )

    def closed_reason(self, place: Place | None, day: date) -> str | None:
        """Return why the child's department is closed on `day`, or None when it is open."""
        if place is None:
            return None
        for closed in self.closed:
            if closed.day == day and (
                closed.department_id == place.department_id
                or closed.preschool_id == place.preschool_id
                or (closed.area_id and closed.area_id == place.area_id)
            ):
                return closed.reason
        return None

    def state(
        self, child_id: UUID, now: datetime, late_after_minutes: int = rules.LATE_AFTER_MINUTES
    ) -> rules.DayState:
        here = days.local(now)
        return rules.day_state(
            here, self.planned(child_id, here.date()), self.stays.get(child_id, ()), late_after_minutes
        )


def known(
    child_ids: Iterable[UUID],
    first: date,
    last: date,
    *,
    with_stays: bool = True,
    places: dict[UUID, list[Place]] | None = None,
    places_until: date | None = None,
) -> Known:
    """Read what is known of these children from `first` to `last`: six queries, one less with places already read."""
    ids = list(child_ids)
    found = Known(first, last)
    if not ids:
        return found
    holding = Q(starts_on__lte=places_until or last) & (Q(ends_on=None) | Q(ends_on__gte=first))
    found.places = places_of(ids, holding) if places is None else places
    for plan in WeekPlan.objects.on_or_after(first).filter(child__in=ids, starts_on__lte=last):
        found.plans[plan.child_id].append(plan_of(plan))
    changed = DayPlan.objects.filter(child__in=ids, day__gte=first, day__lte=last)
    for day_plan in changed.select_related("collecting_guardian", "collecting_contact").only(*DAY_PLAN_COLUMNS):
        found.day_plans[day_plan.child_id, day_plan.day] = day_plan
    for absence in Absence.objects.standing().filter(child__in=ids, starts_on__lte=last, ends_on__gte=first):
        found.absences[absence.child_id].append(absence_of(absence))
    found.closed = list(ClosedDay.objects.standing().filter(day__gte=first, day__lte=last))
    if with_stays:
        begins, ends = days.day_bounds(first)[0], days.day_bounds(last)[1]
        for stay in (
            Stay.objects.filter(child__in=ids).touching(begins, ends).exclude(is_forgotten=True, arrived_at__lt=begins)
        ):
            found.stays[stay.child_id].append(stay_of(stay))
    return found


def cut_off_for(place: Place | None) -> rules.CutOff:
    """Return the cut-off that holds there: the preschool's own, else its area's, else the municipality's, else none."""
    chosen = (
        PlanningRule.objects.for_place(place.preschool_id, place.area_id) if place else PlanningRule.objects.for_place()
    )
    return rules.CutOff(rules.CutOffForm(chosen.cut_off), chosen.cut_off_days) if chosen else rules.CutOff()
