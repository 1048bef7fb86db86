"""What the families of the demo do: plans, who collects, notes, absence."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from accounts.models import User
from attendance.rules import Interval, Intervals, Reason, Week
from attendance.selectors.facts import known
from attendance.services import Collector, change_day, report_absence, save_week_plan
from children.access import Action, children_for
from children.actors import Actor
from children.models import Child, Contact
from children.selectors.placing import departments_of
from children.services.contacts import add_contact
from children.services.relations import confirm_guardianships
from portal.demo.cast import Cast, dice
from portal.demo.people import AMINA
from portal.demo.register import TWO_HOMES
from portal.lib import days

STILL_PENDING = 3
SETTLING_IN = "Hugo Lind"
WITH_GRANDMOTHER = "Elsa Lind"
OVER_ITS_HOURS = "Noor Ek"
LAY_A_PLAN = (WITH_GRANDMOTHER, OVER_ITS_HOURS)  # the others as chance has it
RELATIVES = (
    ("Mormor Karin", "Mormor"),
    ("Farfar Nils", "Farfar"),
    ("Moster Leyla", "Moster"),
    ("Grannen Bo", "Granne"),
)
NOTES = (
    "Har sovit dåligt i natt.",
    "Extra kläder i väskan.",
    "Tandläkare på torsdag, då hämtar vi tidigare.",
    "Ny gosekanin!",
)
# Between these the board is alive by itself; at other hours most of the demo's children keep other hours today.
DAY_BEGINS, DAY_ENDS, LIVELY = time(7, 15), time(15, 45), time(8, 35)


def is_usual_hour(now: datetime) -> bool:
    """Tell whether the demo's children can keep usual hours today."""
    here = days.local(now)
    return here.weekday() < 5 and DAY_BEGINS <= here.time() <= DAY_ENDS


def confirm_guardians(cast: Cast, now: datetime) -> None:
    """Confirm all guardianships but a few, which wait for the visitor to do it."""
    actor = cast.leads()
    pending = [row for child in cast.children.values() for row in child.guardianships.all()]
    known_to_visitors = (AMINA.family_name, TWO_HOMES)
    waiting = [row for row in pending if row.child.family_name not in known_to_visitors][:STILL_PENDING]
    ready = [row.id for row in pending if row not in waiting]
    confirm_guardianships(actor=actor, guardianship_ids=ready, now=now)


def lay_plans(cast: Cast, now: datetime) -> None:
    """Let each family lay one plan for its children; a few have not done so yet."""
    seen: set[UUID] = set()
    for child in cast.children.values():
        guardian = guardian_of(cast, child)
        if guardian is None or child.id in seen or child.family_name == TWO_HOMES:
            continue
        actor = Actor.of_person(guardian, cast.today)
        own = [one for one in children_for(actor, Action.PLAN) if one.full_name != SETTLING_IN]
        seen |= {one.id for one in own}
        if own and (dice("plan", child.register_id).random() > 0.06 or child.full_name in LAY_A_PLAN):
            save_week_plan(
                child_ids=[one.id for one in own],
                starts_on=cast.today,
                weeks=_weeks(own[0], days.today()),
                actor=actor,
                now=now,
            )


def tell_more(cast: Cast, now: datetime) -> None:
    """Name those who may collect, and say what holds today: other times, who collects, a note."""
    today = days.day_of(now)
    for child in children_today(cast, today):
        chance = dice("today", child.register_id)
        guardian = guardian_of(cast, child)
        if guardian is None or child.family_name == TWO_HOMES:
            continue
        actor = Actor.of_person(guardian, today)
        contact = None
        if child.full_name == WITH_GRANDMOTHER or chance.random() < 0.2:
            contact = _name_relative(actor, child, now)
        intervals = _today(child, now)
        collector = _collector(cast, child, contact)
        note = chance.choice(NOTES) if chance.random() < 0.12 else ""
        if intervals is not None or collector != Collector() or note:
            change_day(
                child_id=child.id, day=today, intervals=intervals, actor=actor, now=now, collector=collector, note=note
            )
    _settle_in(cast, now)


def report_absences(cast: Cast, day: date, now: datetime) -> None:
    """Report some children sick or on leave in the morning of `day`."""
    often = 0.09 if day == days.day_of(now) else 0.035
    for child in children_today(cast, day):
        chance, guardian = dice("absence", child.register_id, day), guardian_of(cast, child)
        if guardian is None or child.full_name in (SETTLING_IN, WITH_GRANDMOTHER) or chance.random() > often:
            continue
        length = chance.choice((0, 0, 1, 2)) if day.weekday() < 3 else 0
        known_days = known([child.id], day, day + timedelta(days=length))
        if known_days.absences.get(child.id):
            continue
        report_absence(
            child_ids=[child.id],
            starts_on=day,
            ends_on=day + timedelta(days=length),
            reason=Reason.SICK if chance.random() < 0.7 else Reason.LEAVE,
            actor=Actor.of_person(guardian, day),
            now=min(now, days.at(day, time(6, chance.randint(2, 50)))),
        )


def change_days_ahead(cast: Cast, now: datetime) -> None:
    """Plan some leave in the weeks to come."""
    today = days.day_of(now)
    begins = days.monday_of(today) + timedelta(days=14)
    for child in children_today(cast, today):
        guardian = guardian_of(cast, child)
        if guardian and dice("ahead", child.register_id).random() < 0.05:
            report_absence(
                child_ids=[child.id],
                starts_on=begins,
                ends_on=begins + timedelta(days=4),
                reason=Reason.LEAVE,
                actor=Actor.of_person(guardian, today),
                now=now,
            )


def children_today(cast: Cast, day: date) -> list[Child]:
    placed = departments_of(cast.children, day)
    return [child for child in cast.children.values() if child.id in placed]


def guardian_of(cast: Cast, child: Child) -> User | None:
    """Return the guardian who does things in this family, once somebody has confirmed one."""
    if child.id not in cast.confirmed:
        cast.confirmed[child.id] = [
            row.guardian
            for row in child.guardianships.select_related("guardian").order_by("guardian__register_id")
            if row.confirmed_at
        ]
        cast.confirmed[child.id].sort(key=lambda guardian: guardian.given_name != "Amina")
    return next(iter(cast.confirmed[child.id]), None)


# Times ----------------------------------------------------------------------------------------------------------------


def _weeks(child: Child, today: date) -> list[Week]:
    """Return a plan within the child's hours. Some families work at weekends; on a weekend, most of the demo's do."""
    chance = dice("week", child.register_id)
    placement = child.placements.order_by("starts_on").last()
    hours = (placement.hours_per_week if placement else None) or 40
    begins = {15: 540, 20: 540, 30: 510, 40: 450, 50: 405}.get(hours, 480) + chance.choice((-15, 0, 0, 15, 30))
    if child.full_name == OVER_ITS_HOURS:
        hours = 20
    length = {15: 300, 20: 240, 30: 360, 40: 480, 50: 600}.get(hours, 420)
    weekday = (_interval(begins, begins + length),)
    off: Intervals = ()
    works_at_weekends = chance.random() < (0.7 if today.weekday() > 4 else 0.1)
    weekend = (_interval(480 + chance.choice((-30, 0, 30)), 930),) if works_at_weekends else off
    if hours == 15:
        here = chance.sample(range(5), 3)
        return [(*(weekday if day in here else off for day in range(5)), weekend, weekend)]
    if hours == 30 and chance.random() < 0.2:
        return [(weekday, weekday, weekday, weekday, off, weekend, weekend)]
    return [(weekday,) * 5 + (weekend, weekend)]


def _interval(begins: int, ends: int) -> Interval:
    """Return an interval from minutes after midnight, kept inside the day."""
    begins, ends = max(begins, 5), min(ends, 24 * 60 - 5)
    return Interval(time(begins // 60, begins % 60), time(ends // 60, ends % 60))


def _today(child: Child, now: datetime) -> Intervals | None:
    """Return other times for today where the clock says that hardly anybody would be there, for most children.

    A board that is looked at in the evening or at night is as alive as one at twenty past nine.
    """
    here = days.local(now)
    if child.full_name == WITH_GRANDMOTHER:  # still to come, so that the visitor can say that she does not
        begins = (_minutes(here.time()) + 50) // 15 * 15
        begins = min(begins, 23 * 60)
        return (_interval(begins, min(begins + 480, max(begins + 45, 18 * 60))),)
    if DAY_BEGINS <= here.time() <= DAY_ENDS or dice("odd hours", child.register_id).random() > 0.65:
        return None
    plan = known([child.id], here.date(), here.date(), with_stays=False).planned(child.id, here.date())
    moved = (here.hour * 60 + here.minute - LIVELY.hour * 60 - LIVELY.minute) // 15 * 15
    shifted = []
    for part in plan.attending:
        begins, ends = (_minutes(part.starts) + moved, _minutes(part.ends) + moved)
        if ends > 30 and begins < 23 * 60:
            shifted.append(_interval(begins, ends))
    return tuple(shifted) or None


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _settle_in(cast: Cast, now: datetime) -> None:
    """Hugo is new: his days are agreed one by one, and next week is still to be said."""
    today = days.day_of(now)
    child = cast.child(SETTLING_IN)
    guardian = guardian_of(cast, child)
    if guardian is None:
        return
    until = max(days.monday_of(today) + timedelta(days=4), today)
    for day in days.span(cast.today, until):
        if (day.weekday() < 5 or day == today) and child.id in departments_of([child.id], day):
            moment = min(now, days.at(day, time(5)))
            begins = 480
            if day == today and not DAY_BEGINS <= days.local(now).time() <= DAY_ENDS:
                begins = max(5, _minutes(days.local(now).time()) // 15 * 15 - 60)
            change_day(
                child_id=child.id,
                day=day,
                intervals=(_interval(begins, begins + 450),),
                actor=Actor.of_person(guardian, day if day <= today else today),
                now=moment,
                collector=Collector(guardian_id=guardian.id),
            )


# People ---------------------------------------------------------------------------------------------------------------


def _name_relative(actor: Actor, child: Child, now: datetime) -> Contact:
    name, relation = RELATIVES[0] if child.full_name == WITH_GRANDMOTHER else dice(child.register_id).choice(RELATIVES)
    phone = f"+46701740{dice('phone', child.register_id).randint(605, 699)}"
    return add_contact(actor=actor, child=child, name=name, relation=relation, phone=phone, may_collect=True, now=now)


def _collector(cast: Cast, child: Child, contact: Contact | None) -> Collector:
    if contact is not None:
        return Collector(contact_id=contact.id)
    guardians = cast.confirmed.get(child.id, [])
    if guardians and dice("collects", child.register_id).random() < 0.5:
        return Collector(guardian_id=dice("who", child.register_id).choice(guardians).id)
    return Collector()
