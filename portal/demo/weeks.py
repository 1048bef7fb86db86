"""Days that pass at the preschools of the demo: who came when, and who was collected when."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from attendance.rules import PlannedDay, Tap
from attendance.selectors.facts import Known, known
from attendance.services import MadeTap, flag_forgotten_stays, record_taps
from children.actors import Actor
from children.models import Child, Department
from portal.demo import families
from portal.demo.cast import Cast, dice
from portal.lib import days
from portal.lib.ids import uuid7

FORGOTTEN_AT = "Ekorren"
STAYS_AWAY = 0.05  # of those who should be here by now: the board calls them late


def live_from(cast: Cast, first: date, now: datetime) -> None:
    """Let every day from `first` pass, today up to `now`."""
    today = days.day_of(now)
    for day in days.span(first, today):
        placed = cast.at(day)
        families.report_absences(cast, day, now)
        facts = known(cast.children, day, day)
        for department in cast.departments:
            taps = list(_taps(placed[department.id], department, facts, day, now))
            if taps:
                moment = now if day == today else days.day_bounds(day)[1] - timedelta(minutes=1)
                record_taps(taps=taps, actor=_who_taps(cast, department, day), now=moment)
    flag_forgotten_stays(now=now)


def last_day_at_work(cast: Cast) -> date:
    """Return the last day on which a child came, or the day three weeks ago."""
    first = cast.today - timedelta(days=21)
    stays = known(cast.children, first, cast.today).stays
    return max((days.day_of(stay.arrived_at) for own in stays.values() for stay in own), default=first)


def collect_those_who_stayed(cast: Cast, day: date, now: datetime) -> None:
    """End the stays that were open when the demo was shut, as the families' plans said."""
    facts = known(cast.children, day, day)
    taps = []
    for child_id, stays in facts.stays.items():
        for stay in stays:
            if stay.is_open and days.day_of(stay.arrived_at) == day:
                ends = max((p.ends for p in facts.planned(child_id, day).attending), default=time(16))
                moment = max(days.at(day, ends), stay.arrived_at + timedelta(minutes=5))
                taps.append(MadeTap(uuid7(), child_id, Tap.LEFT, moment))
    if taps:
        record_taps(taps=taps, actor=cast.leads(), now=now)


def _who_taps(cast: Cast, department: Department, day: date) -> Actor:
    """Return the department's tablet with the PIN of somebody who works there, or that person alone."""
    tablet = department.tablets.paired().select_related("department__preschool").first()
    staff = cast.staff[department.id]
    return Actor.of_tablet(tablet, staff, day) if tablet else Actor.of_person(staff, day)


def _taps(
    children: Iterable[Child], department: Department, facts: Known, day: date, now: datetime
) -> Iterable[MadeTap]:
    """Yield the taps of one department's day, up to `now`."""
    is_today = day == days.day_of(now)
    forgotten = _forgotten(children, department, facts, day, now)
    for child in children:
        plan, chance = facts.planned(child.id, day), dice("stay", child.register_id, day)
        if not plan.attending or (is_today and (child.full_name == families.WITH_GRANDMOTHER or _is_late(chance))):
            continue  # Elsa is still to come, so that the visitor can say that she does not
        came, went = _times(plan, day, chance.gauss(2, 6), chance.gauss(-6, 8))
        if not is_today:  # today's board is alive by its own rules
            came, went = _as_usual(child, day, came, went)
        if came <= now:
            yield MadeTap(uuid7(), child.id, Tap.ARRIVED, came)
        if went <= now and child.id != forgotten:
            yield MadeTap(uuid7(), child.id, Tap.LEFT, went)


def _is_late(chance: random.Random) -> bool:
    return chance.random() < STAYS_AWAY


def _times(plan: PlannedDay, day: date, early: float, late: float) -> tuple[datetime, datetime]:
    first, last = plan.attending[0], plan.attending[-1]
    begins, ends = days.at(day, first.starts), days.at(day, last.ends)
    came = begins + timedelta(minutes=round(min(max(early, -14), 14)))
    came = max(came, days.day_bounds(day)[0] + timedelta(minutes=1))
    went = min(ends + timedelta(minutes=round(min(max(late, -25), 8))), days.day_bounds(day)[1] - timedelta(minutes=2))
    return came, max(went, came + timedelta(minutes=20))


def _as_usual(child: Child, day: date, came: datetime, went: datetime) -> tuple[datetime, datetime]:
    """Return the times as this family keeps them on this weekday: some plan more than they use, and never say so."""
    chance = dice("habit", child.register_id, day.weekday())
    later = chance.choice((20, 25, 30)) if chance.random() < 0.08 else 0
    earlier = chance.choice((25, 35, 40, 50)) if chance.random() < 0.25 else 0
    if child.full_name == families.WITH_GRANDMOTHER:
        later, earlier = 0, 50 if day.weekday() in (1, 3) else 0
    came += timedelta(minutes=later)
    return came, max(went - timedelta(minutes=earlier), came + timedelta(minutes=20))


def _forgotten(
    children: Iterable[Child], department: Department, facts: Known, day: date, now: datetime
) -> UUID | None:
    """Return the child whose departure nobody tapped: one, on the last day before today when it was open."""
    yesterday = days.day_of(now) - timedelta(days=1)
    last_open = yesterday - timedelta(days=max(0, yesterday.weekday() - 4))
    if department.name != FORGOTTEN_AT or day != last_open:
        return None
    return next((child.id for child in children if facts.planned(child.id, day).attending), None)
