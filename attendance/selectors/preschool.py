"""What the principal sees: departments now, a preschool's day, stays that nobody ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import get_default_timezone

from attendance import rules
from attendance.models import Stay
from attendance.rules import State
from attendance.selectors import words
from attendance.selectors.board import Counts
from attendance.selectors.facts import Known, known
from children.access import Action, children_for
from children.actors import Actor
from children.models import Child, Department, Preschool
from children.selectors.placing import Place, places_in
from portal.lib import days
from portal.lib.models import holds_on


@dataclass(frozen=True)
class DepartmentTotal:
    """One department now. `expected` counts the late too; `forgotten` are flagged stays that are still open."""

    department_id: UUID
    name: str
    preschool_id: UUID
    expected: int = 0
    present: int = 0
    left: int = 0
    absent: int = 0
    late: int = 0
    forgotten: int = 0

    @property
    def placed(self) -> int:
        return self.expected + self.present + self.left + self.absent


@dataclass(frozen=True)
class DayRow:
    """One child on one day: planned times, real times, and the state in words.

    `seam` says what does not fit between two homes' times, and never whose they are.
    """

    child_id: UUID
    name: str
    state: str
    text: str
    planned: str
    came: str
    minutes_planned: int
    minutes_stayed: int
    seam: str = ""


@dataclass(frozen=True)
class DayDepartment:
    """A department's day. `counts` is of all its children, `unnamed` how many of them the reader may not see."""

    department_id: UUID
    name: str
    counts: Counts
    rows: tuple[DayRow, ...]
    unnamed: int = 0


@dataclass(frozen=True)
class PreschoolDay:
    day: date
    closed: str | None
    departments: tuple[DayDepartment, ...]

    @property
    def counts(self) -> Counts:
        return Counts(
            *(
                sum(getattr(department.counts, name) for department in self.departments)
                for name in ("expected", "present", "left", "absent", "late")
            )
        )


@dataclass(frozen=True)
class ForgottenStay:
    """A stay that nobody ended: where, whose, since when."""

    stay_id: UUID
    child_id: UUID
    department_id: UUID
    department: str
    preschool_id: UUID
    arrived_at: datetime
    name: str


def department_totals(departments: Iterable[Department], now: datetime) -> list[DepartmentTotal]:
    """Return each department's children by state, in the given order: four queries for two departments or twenty."""
    chosen = list(departments)
    today = days.day_of(now)
    places = places_in([department.pk for department in chosen], holds_on(today))
    facts = known(places, today, today, places=places)
    states: dict[UUID, list[State]] = defaultdict(list)
    for child_id, (place, *_later) in places.items():
        states[place.department_id].append(facts.state(child_id, now).state)
    forgotten: dict[UUID, int] = defaultdict(int)
    for department_id in _forgotten().filter(department__in=chosen).values_list("department_id", flat=True):
        forgotten[department_id] += 1
    return [
        DepartmentTotal(
            department.pk,
            department.name,
            department.preschool_id,
            forgotten=forgotten[department.pk],
            **vars(Counts.of(states[department.pk])),
        )
        for department in chosen
    ]


def preschool_day(actor: Actor, preschool: Preschool, day: date, now: datetime) -> PreschoolDay:
    """Return a day at the preschool, child by child: five queries. A day that has been is seen from its end.

    Children whom the actor does not lead today, or is kept from, are in the figures and nowhere else.
    """
    departments = list(preschool.departments.open_on(day))
    places = places_in([department.pk for department in departments], holds_on(day))
    facts = known(places, day, day, places=places)
    _begins, ends = days.day_bounds(day)
    seen_at = min(now, ends - timedelta(seconds=1)) if day <= days.day_of(now) else days.day_bounds(day)[0]
    seen = children_for(actor, Action.OVERSEE).filter(pk__in=list(places))
    names = seen.only("given_name", "family_name").in_bulk()  # the other columns are encrypted, and take time to open
    states: dict[UUID, list[State]] = defaultdict(list)
    rows: dict[UUID, list[DayRow]] = defaultdict(list)
    for child_id, (place, *_later) in places.items():
        state = facts.state(child_id, seen_at)
        states[place.department_id].append(state.state)
        if child_id in names:
            rows[place.department_id].append(_day_row(names[child_id], facts, day, state, today=days.day_of(now)))
    here = Place(preschool.pk, date.min, None, preschool.pk, "", preschool.pk, "", preschool.area_id, False)
    return PreschoolDay(
        day=day,
        closed=facts.closed_reason(here, day),
        departments=tuple(
            DayDepartment(
                department.pk,
                department.name,
                Counts.of(states[department.pk]),
                tuple(sorted(rows[department.pk], key=lambda row: (row.name, row.child_id))),
                unnamed=len(states[department.pk]) - len(rows[department.pk]),
            )
            for department in departments
        ),
    )


def forgotten_stays(actor: Actor, preschools: Iterable[Preschool], now: datetime) -> list[ForgottenStay]:
    """Return the stays at these preschools that the actor must correct, oldest first: one query.

    None of a child whom the actor does not lead, or is kept from: somebody else must.
    Those that were flagged in the evening and are still open, and those that a later arrival left without an end in
    the last thirty days.
    """
    recent = Q(is_forgotten=True, arrived_at__gte=now - timedelta(days=30))
    stays = (
        Stay.objects.filter(Q(is_forgotten=False) & ~Q(flagged_on=None) | recent, left_at=None)
        .filter(department__preschool__in=list(preschools), child__in=children_for(actor, Action.OVERSEE).values("pk"))
        .order_by("arrived_at")
    )
    columns = ("id", "child_id", "department_id", "department__name", "department__preschool_id", "arrived_at")
    named = stays.values_list(*columns, "child__given_name", "child__family_name")
    return [
        ForgottenStay(
            stay_id, child_id, department_id, department, preschool_id, arrived_at, f"{given} {family}".strip()
        )
        for stay_id, child_id, department_id, department, preschool_id, arrived_at, given, family in named
    ]


def _forgotten() -> QuerySet[Stay]:
    return Stay.objects.open().exclude(flagged_on=None)


def _day_row(child: Child, facts: Known, day: date, state: rules.DayState, *, today: date) -> DayRow:
    plan = facts.planned(child.pk, day)
    stays = stays_on(facts, child.pk, day)
    ended = [f"{words.clock(stay.arrived_at)}–{words.clock(stay.left_at)}" for stay in stays]
    return DayRow(
        child_id=child.pk,
        name=child.full_name,
        state=words.badge(state, plan, with_reason=words.tells_reason(state, today)),
        text=words.badge_text(state, plan, with_reason=words.tells_reason(state, today)),
        planned=words.times(plan.intervals),
        came=", ".join(ended),
        minutes_planned=rules.minutes_planned(plan, get_default_timezone()),
        minutes_stayed=sum(stay.minutes or 0 for stay in stays),
        seam=words.seam_words(plan.seam),
    )


def stays_on(facts: Known, child_id: UUID, day: date) -> list[rules.Stay]:
    """Return the child's stays that began on `day`, in order."""
    stays = facts.stays.get(child_id, ())
    return sorted((s for s in stays if days.day_of(s.arrived_at) == day), key=lambda stay: stay.arrived_at)
