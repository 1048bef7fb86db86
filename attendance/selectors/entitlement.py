"""A child's week against the hours that its placement gives a right to: said to families, listed for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from attendance import rules
from attendance.selectors import words
from attendance.selectors.facts import Known, known
from children.access import Action, children_for
from children.actors import Actor
from children.models import Child, Preschool
from children.selectors.placing import overlap, places_in
from portal.lib import days


def week_hours(facts: Known, child_id: UUID, monday: date) -> rules.WeekHours:
    """Return the week from `monday`: for a guardian (`facts.readers`) the own home's days alone. No query."""
    return hours_of(facts, child_id, [facts.planned(child_id, day) for day in days.week(monday)])


def hours_of(facts: Known, child_id: UUID, plans: Sequence[rules.PlannedDay]) -> rules.WeekHours:
    """Return the same of a week whose seven days are at hand.

    A stay belongs to the week in which it began; one without an end counts for nothing.
    """
    reader, zone = facts.readers.get(child_id), get_default_timezone()
    first, last = plans[0].day, plans[-1].day
    own = [plan for plan in plans if reader is None or plan.homes is None or plan.homes.concerns(reader.home)]
    stays = [stay for stay in facts.stays.get(child_id, ()) if first <= days.day_of(stay.arrived_at) <= last]
    return rules.hours_against_entitlement(
        planned=sum(rules.minutes_planned(plan, zone) for plan in own),
        stayed=sum(stay.minutes or 0 for stay in stays),
        entitlements=_entitlements(facts, child_id, first, last),
    )


def _entitlements(facts: Known, child_id: UUID, first: date, last: date) -> list[int | None]:
    """Return the rights of the placements that hold some day of the week; a backup placement gives none."""
    return [
        place.hours_per_week
        for place in facts.places.get(child_id, ())
        if not place.is_backup and place.starts_on <= last and (place.ends_on is None or place.ends_on >= first)
    ]


def hours_warnings(facts: Known, children: Sequence[Child], monday: date) -> tuple[str, ...]:
    """Return a sentence for each child whose week from `monday` is planned longer than it has a right to. No query.

    "Veckan har 42,5 timmar, Elsa har rätt till 15." Nothing where the place does not warn.
    """
    found: list[str] = []
    for child in children:
        rights = _entitlements(facts, child.pk, monday, monday + timedelta(days=6))
        if not rights or None in rights or not _warns(facts, child.pk, monday):
            continue  # most children: their days need not be added up
        week = week_hours(facts, child.pk, monday)
        if week.is_planned_over:
            said = _("Veckan har {hours} timmar, {name} har rätt till {entitled}.")
            found.append(
                said.format(hours=words.hours(week.planned), name=child.given_name, entitled=week.entitled or 0)
            )
    return tuple(found)


def _warns(facts: Known, child_id: UUID, monday: date) -> bool:
    place = next((one for day in days.week(monday) if (one := facts.place(child_id, day))), None)
    return facts.rules_at(place).warns_over_hours


# For those who work with the children ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class HoursRow:
    """One child's week: planned and stayed, against what it has a right to."""

    child_id: UUID
    name: str
    department: str
    week: rules.WeekHours

    @property
    def planned(self) -> str:
        return words.hours(self.week.planned)

    @property
    def stayed(self) -> str:
        return words.hours(self.week.stayed)

    @property
    def over(self) -> str:
        return words.hours(self.week.minutes_over)


@dataclass(frozen=True)
class PreschoolHours:
    """A week of a preschool's children. `over` counts those who are over their hours, `unnamed` those of them whom the
    reader may not see; `limited` counts the children that have a limit.
    """

    monday: date
    rows: tuple[HoursRow, ...]
    over: int
    unnamed: int
    limited: int
    has_stays: bool

    @property
    def rows_over(self) -> tuple[HoursRow, ...]:
        return tuple(row for row in self.rows if row.week.is_over)


def preschool_hours(actor: Actor, preschool: Preschool, monday: date) -> PreschoolHours:
    """Return the week from `monday` of all who are placed at the preschool in it, the longest over first: five queries.

    Children whom the actor does not lead today, or is kept from, are in the figures and nowhere else.
    """
    last = monday + timedelta(days=6)
    departments = list(preschool.departments.open_on(monday).values_list("pk", flat=True))
    places = places_in(departments, overlap(monday, last))
    facts = known(places, monday, last, places=places)
    seen = children_for(actor, Action.OVERSEE).filter(pk__in=list(places))
    names = seen.only("given_name", "family_name").in_bulk()  # the other columns are encrypted, and take time to open
    weeks = {child_id: week_hours(facts, child_id, monday) for child_id in places}
    rows = [
        HoursRow(child_id, child.full_name, places[child_id][0].department, weeks[child_id])
        for child_id, child in names.items()
    ]
    over = [child_id for child_id, week in weeks.items() if week.is_over]
    return PreschoolHours(
        monday=monday,
        rows=tuple(sorted(rows, key=lambda row: (-row.week.minutes_over, row.name, row.child_id))),
        over=len(over),
        unnamed=sum(child_id not in names for child_id in over),
        limited=sum(week.entitled is not None for week in weeks.values()),
        has_stays=any(week.stayed for week in weeks.values()),
    )


@dataclass(frozen=True)
class ChildWeek:
    """A week of one child."""

    monday: date
    week: rules.WeekHours
    is_now: bool

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def planned(self) -> str:
        return words.hours(self.week.planned)

    @property
    def stayed(self) -> str:
        return words.hours(self.week.stayed) if self.week.stayed else ""


WEEKS_BACK, WEEKS_AHEAD = 2, 3


def child_weeks(child_id: UUID, today: date) -> list[ChildWeek]:
    """Return the child's weeks around today, two back and three ahead: three queries."""
    this = days.monday_of(today)
    mondays = [this + timedelta(days=7 * number) for number in range(-WEEKS_BACK, WEEKS_AHEAD + 1)]
    facts = known([child_id], mondays[0], mondays[-1] + timedelta(days=6))
    return [ChildWeek(monday, week_hours(facts, child_id, monday), monday == this) for monday in mondays]
