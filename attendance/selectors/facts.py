"""What the database knows about some children and some days, in the shape in which the rules want it.

Always the same number of queries, however many children and days there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from uuid import UUID

from django.db.models import Q

from attendance import rules
from attendance.models import Absence, ClosedDay, DayPlan, PlanningRule, Stay, WeekPlan
from children.selectors.placing import Place, places_of
from portal.lib import days
from portal.lib.prepared import Rows, prepared


def interval_of(pair: Sequence[str]) -> rules.Interval:
    return _interval(*pair)


@lru_cache(maxsize=1024)
def _interval(starts: str, ends: str) -> rules.Interval:
    return rules.Interval(time.fromisoformat(starts), time.fromisoformat(ends))


def stored(intervals: Iterable[rules.Interval]) -> list[list[str]]:
    """Return intervals as the database keeps them."""
    return [[f"{interval.starts:%H:%M}", f"{interval.ends:%H:%M}"] for interval in sorted(intervals)]


def weeks_of(weeks: Iterable[Iterable[Iterable[Sequence[str]]]]) -> tuple[rules.Week, ...]:
    return tuple(tuple(tuple(map(interval_of, day)) for day in week) for week in weeks)


@dataclass(frozen=True)
class ClosedOn:
    """A day on which a department, a preschool or an area is closed, and why."""

    day: date
    reason: str
    department_id: UUID | None
    preschool_id: UUID | None
    area_id: UUID | None


def absence_of(row: Absence) -> rules.DayAbsence:
    part = rules.Interval(row.from_time, row.to_time) if row.from_time and row.to_time else None
    return rules.DayAbsence(row.starts_on, row.ends_on, rules.Reason(row.reason), part, row.id)


def stay_of(row: Stay) -> rules.Stay:
    return rules.Stay(row.id, row.arrived_at, row.left_at, row.left_event, row.is_forgotten)


@dataclass(frozen=True)
class ChangedDay:
    """What a family has said about one day. Of those who collect only the names: the rest is encrypted."""

    intervals: rules.Intervals | None
    note: str = ""
    collecting_guardian_id: UUID | None = None
    guardian_name: str = ""
    contact_relation: str = ""
    contact_name: str = ""


@dataclass
class Known:
    """Everything said and done about some children between two dates."""

    first: date
    last: date
    plans: dict[UUID, list[rules.RepeatingPlan]] = field(default_factory=lambda: defaultdict(list))
    day_plans: dict[tuple[UUID, date], ChangedDay] = field(default_factory=dict)
    absences: dict[UUID, list[rules.DayAbsence]] = field(default_factory=lambda: defaultdict(list))
    closed: list[ClosedOn] = field(default_factory=list)
    stays: dict[UUID, list[rules.Stay]] = field(default_factory=lambda: defaultdict(list))
    places: dict[UUID, list[Place]] = field(default_factory=dict)

    def place(self, child_id: UUID, day: date) -> Place | None:
        """Return where the child is placed on `day`; a backup placement wins."""
        return next((place for place in self.places.get(child_id, ()) if place.holds_on(day)), None)

    def planned(self, child_id: UUID, day: date) -> rules.PlannedDay:
        changed = self.day_plans.get((child_id, day))
        return rules.merged_plan(
            rules.DayFacts(
                day=day,
                plans=tuple(self.plans.get(child_id, ())),
                changed=changed.intervals if changed else None,
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
        return self.day(child_id, now, late_after_minutes)[1]

    def day(
        self, child_id: UUID, now: datetime, late_after_minutes: int = rules.LATE_AFTER_MINUTES
    ) -> tuple[rules.PlannedDay, rules.DayState]:
        """Return what is planned for the day that `now` is on, and where the child is."""
        here = days.local(now)
        plan = self.planned(child_id, here.date())
        return plan, rules.day_state(here, plan, self.stays.get(child_id, ()), late_after_minutes)


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
    if places is None:
        until = places_until or last
        found.places = places_of(ids, Q(starts_on__lte=until) & (Q(ends_on=None) | Q(ends_on__gte=first)))
    else:
        found.places = places
    for child_id, starts_on, ends_on, weeks in _plans(ids, first, last):
        found.plans[child_id].append(rules.RepeatingPlan(starts_on, ends_on, weeks_of(weeks)))
    for child_id, day, times, *said in _changed_days(ids, first, last):
        intervals = None if times is None else tuple(map(interval_of, times))
        found.day_plans[child_id, day] = ChangedDay(intervals, *said)
    for child_id, absence_id, starts_on, ends_on, reason, from_time, to_time in _absences(ids, first, last):
        part = rules.Interval(from_time, to_time) if from_time and to_time else None
        absence = rules.DayAbsence(starts_on, ends_on, rules.Reason(reason), part, absence_id)
        found.absences[child_id].append(absence)
    found.closed = [ClosedOn(*row) for row in _closed_days(first, last)]
    if with_stays:
        for child_id, *stay in _stays(ids, first, last):
            found.stays[child_id].append(rules.Stay(*stay))
    return found


@prepared
def _plans(child_ids: Sequence[UUID], first: date, last: date) -> Rows:
    plans = WeekPlan.objects.on_or_after(first).filter(child__in=child_ids, starts_on__lte=last)
    return plans.values_list("child_id", "starts_on", "ends_on", "weeks")


@prepared
def _changed_days(child_ids: Sequence[UUID], first: date, last: date) -> Rows:
    return DayPlan.objects.filter(child__in=child_ids, day__gte=first, day__lte=last).values_list(
        "child_id", "day", "intervals", "note", "collecting_guardian_id", "collecting_guardian__given_name",
        "collecting_contact__relation", "collecting_contact__name",
    )  # fmt: skip


@prepared
def _absences(child_ids: Sequence[UUID], first: date, last: date) -> Rows:
    standing = Absence.objects.standing().filter(child__in=child_ids, starts_on__lte=last, ends_on__gte=first)
    return standing.values_list("child_id", "id", "starts_on", "ends_on", "reason", "from_time", "to_time")


@prepared
def _closed_days(first: date, last: date) -> Rows:
    closed = ClosedDay.objects.standing().filter(day__gte=first, day__lte=last)
    return closed.values_list("day", "reason", "department_id", "preschool_id", "area_id")


@prepared
def _stays(child_ids: Sequence[UUID], first: date, last: date) -> Rows:
    begins, ends = days.day_bounds(first)[0], days.day_bounds(last)[1]
    stays = Stay.objects.filter(child__in=child_ids).touching(begins, ends)
    stays = stays.exclude(is_forgotten=True, arrived_at__lt=begins)
    return stays.values_list("child_id", "id", "arrived_at", "left_at", "left_event", "is_forgotten")


def cut_off_for(place: Place | None) -> rules.CutOff:
    """Return the cut-off that holds there: the preschool's own, else its area's, else the municipality's, else none."""
    chosen = (
        PlanningRule.objects.for_place(place.preschool_id, place.area_id) if place else PlanningRule.objects.for_place()
    )
    return rules.CutOff(rules.CutOffForm(chosen.cut_off), chosen.cut_off_days) if chosen else rules.CutOff()
