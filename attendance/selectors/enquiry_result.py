"""What a holiday enquiry has come to, for those who plan the staff: who has not answered, how many come each day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance import rules
from attendance.models import HolidayEnquiry
from attendance.rules import EnquiryState, Silence
from attendance.selectors.enquiries import Asking, asking_departments, rule_of
from children.access import Action, children_for
from children.actors import Actor
from children.models import Department
from portal.lib import days


@dataclass(frozen=True)
class ResultDay:
    """How many children of a department, or of several, come on a day. Who was placed too late plans as usual.

    `expected` is how many to count on: those who come, and the unanswered where no answer means that they do.
    """

    day: date
    coming: int = 0
    free: int = 0
    unanswered: int = 0
    expected: int = 0

    @property
    def concerned(self) -> int:
        return self.coming + self.free + self.unanswered


@dataclass(frozen=True)
class AskedChild:
    """A child whose family is asked; `words` says how far it has come."""

    child_id: UUID
    name: str
    words: str
    has_answered: bool


@dataclass(frozen=True)
class DepartmentResult:
    """One department. `unnamed` children are in the figures, and not for the reader to name."""

    department_id: UUID
    name: str
    days: tuple[ResultDay, ...]
    children: tuple[AskedChild, ...]
    unnamed: int

    @property
    def waiting(self) -> list[AskedChild]:
        return [child for child in self.children if not child.has_answered]

    @property
    def answered(self) -> list[AskedChild]:
        return [child for child in self.children if child.has_answered]


@dataclass(frozen=True)
class EnquiryResult:
    row: HolidayEnquiry
    state: EnquiryState
    departments: tuple[DepartmentResult, ...]
    days: tuple[ResultDay, ...]
    families: int
    answered: int

    @property
    def scale(self) -> int:
        """Return how many children fill a bar."""
        return max((day.concerned for day in self.days), default=1)

    @property
    def child_ids(self) -> list[UUID]:
        return [child.child_id for department in self.departments for child in department.children]


def state_of(row: HolidayEnquiry, today: date) -> EnquiryState:
    return rules.enquiry_state(rule_of(row), today)


def enquiry_result(row: HolidayEnquiry, departments: Sequence[Department], actor: Actor) -> EnquiryResult:
    """Return what has been answered at these departments: four queries, five once silence counts.

    A child is counted on each day where it is then, and listed where it is asked first.
    """
    asking = asking_departments(row, {department.pk for department in departments})
    asked = {child_id: own for child_id in asking.facts.places if (own := asking.days_of(child_id))}
    seen = children_for(actor, Action.LIST_CHILDREN).filter(pk__in=list(asked))
    names = {child.pk: child.full_name for child in seen.only("given_name", "family_name")}
    counted = _counted(asking, asked)
    those = sorted({day for _department, day in counted})
    found = tuple(_department(asking, one, asked, names, counted, those) for one in departments)
    waiting = {child_id for child_id, own in asked.items() if any(asking.answer(child_id, day) is None for day in own)}
    return EnquiryResult(
        row=row,
        state=state_of(row, actor.today),
        departments=found,
        days=tuple(_sum(day, [one.days[number] for one in found]) for number, day in enumerate(those)),
        families=len(asked),
        answered=len(asked) - len(waiting),
    )


def _counted(asking: Asking, asked: dict[UUID, list[date]]) -> dict[tuple[UUID, date], ResultDay]:
    """Return the figures of each department and day on which somebody could come."""
    counts: dict[tuple[UUID, date], ResultDay] = {}
    for child_id in asking.facts.places:
        own = set(asked.get(child_id, ()))
        for day in days.span(asking.row.starts_on, asking.row.ends_on):
            place = asking.facts.place(child_id, day)
            if place is None or not (one := _one(asking, child_id, day, is_asked=day in own)):
                continue
            key = place.department_id, day
            counts[key] = _sum(day, [one, counts.get(key, ResultDay(day))])
    return counts


def _one(asking: Asking, child_id: UUID, day: date, *, is_asked: bool) -> ResultDay | None:
    """Return a child's own part of the figures, or None where the day does not concern it."""
    plan = asking.facts.planned(child_id, day)
    if is_asked and plan.absence is None:
        attends = asking.answer(child_id, day)
        if attends is None:
            return ResultDay(day, unanswered=1, expected=int(asking.enquiry.silence == Silence.ATTENDS))
        return ResultDay(day, coming=int(attends), free=int(not attends), expected=int(attends))
    if is_asked:
        return ResultDay(day, free=1)
    return ResultDay(day, coming=1, expected=1) if plan.attending else None


def _sum(day: date, parts: Iterable[ResultDay]) -> ResultDay:
    every = list(parts)
    return ResultDay(
        day,
        *(sum(getattr(part, name) for part in every) for name in ("coming", "free", "unanswered", "expected")),
    )


def _department(
    asking: Asking,
    department: Department,
    asked: dict[UUID, list[date]],
    names: dict[UUID, str],
    counted: dict[tuple[UUID, date], ResultDay],
    those: Sequence[date],
) -> DepartmentResult:
    listed = [
        child_id
        for child_id, own in asked.items()
        if (place := asking.place(child_id, own[0])) and place.department_id == department.pk
    ]
    named = [_child(asking, child_id, names[child_id], asked[child_id]) for child_id in listed if child_id in names]
    return DepartmentResult(
        department.pk,
        department.name,
        tuple(counted.get((department.pk, day), ResultDay(day)) for day in those),
        tuple(sorted(named, key=lambda child: (child.name, child.child_id))),
        unnamed=len(listed) - len(named),
    )


def _child(asking: Asking, child_id: UUID, name: str, own: Sequence[date]) -> AskedChild:
    answers = [asking.answer(child_id, day) for day in own]
    missing = answers.count(None)
    if missing == len(own):
        return AskedChild(child_id, name, _("Inget svar"), has_answered=False)
    if missing:
        words = ngettext("{missing} av {days} dag saknas", "{missing} av {days} dagar saknas", len(own))
        return AskedChild(child_id, name, words.format(missing=missing, days=len(own)), has_answered=False)
    coming = answers.count(True)
    if coming == 0:
        return AskedChild(child_id, name, _("Ledig"), has_answered=True)
    words = ngettext("Kommer {coming} av {days} dag", "Kommer {coming} av {days} dagar", len(own))
    return AskedChild(child_id, name, words.format(coming=coming, days=len(own)), has_answered=True)
