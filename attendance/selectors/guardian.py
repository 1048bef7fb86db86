"""What a guardian sees: the children today, and the times that were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance import rules
from attendance.models import Stay
from attendance.rules import Half, State
from attendance.selectors import words
from attendance.selectors.absences import back_word, takes_back
from attendance.selectors.facts import ChangedDay, Known, known
from children.access import Action
from children.actors import Actor
from children.models import MOST_VISIBLE_BEFORE_DAYS, Child
from children.prepared_access import Asked, child_rows
from children.selectors.people import contacts_who_may_collect, guardians_of
from children.selectors.placing import Place
from portal.lib import days
from portal.lib.models import of_row

OWN = Asked(("id", "given_name", "family_name", "birth_date"), order=("birth_date", "given_name", "pk"))
OWN_EVER = replace(OWN, placed=True)


@dataclass(frozen=True)
class ChildCard:
    """One child on the guardian's home (attendance/guardian/child_card.html): today, and what can be done about it.

    `can_report_sick` asks for the two taps; `change` is the word on the way to the day's page, or nothing;
    `back` the word that ends the absence `absence_id`, and `takes_back` what is said before that where it removes more
    than today; `enquiries` are the holiday enquiries that are open there, and `places` where it is and will be.
    """

    child_id: UUID
    name: str
    full_name: str
    initials: str
    tint: int
    department: str
    state: str
    state_text: str
    today: date
    times: str = ""
    collector: str = ""
    note: str = ""
    can_report_sick: bool = False
    change: str = ""
    needs_plan: bool = False
    absence_id: UUID | None = None
    back: str = ""
    takes_back: str = ""
    enquiries: tuple[UUID, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class HistoryDay:
    """One day that was: planned times, real times, and why the child was away."""

    day: date
    planned: str
    came: str
    away: str
    minutes: int
    is_open: bool

    @property
    def hours(self) -> str:
        return words.hours(self.minutes) if self.minutes else ""


@dataclass(frozen=True)
class History:
    """A month of real times; `earlier` and `later` are the neighbouring months, None where there is nothing to see."""

    first: date
    days: tuple[HistoryDay, ...]
    earlier: date | None
    later: date | None

    @property
    def hours(self) -> str:
        return words.hours(sum(day.minutes for day in self.days))


@dataclass(frozen=True)
class MayCollect:
    """Somebody who may be chosen to collect: `key` is what the form posts."""

    key: str
    name: str


@dataclass(frozen=True)
class DayPage:
    """One day as its page shows it: `initial` is what its form holds at first.

    In words, or nothing: `away`, the absence that lies over it, `closed`, why the place is, `locked`, since when its
    times stand fast, and `handover`, which half of it is the own home's. `asks_to_talk` tells whether whoever changes
    it now should talk to the department, too; `is_elsewhere` that it is another home's day. `times` are those that are
    saved.
    """

    initial: dict[str, Any]
    away: str
    locked: str
    asks_to_talk: bool
    handover: str = ""
    collects: bool = True
    is_elsewhere: bool = False
    times: str = ""
    closed: str = ""


def guardian_home(actor: Actor, now: datetime) -> tuple[list[ChildCard], bool]:
    """Return the cards of the children that are placed now or soon, oldest first: four queries.

    And whether there are others, who have left.
    """
    rows = child_rows(actor, Action.SEE_OWN, OWN_EVER)
    placed = [of_row(Child, OWN.columns, row) for *row, is_placed in rows if is_placed]
    return _cards(actor, placed, now), len(placed) < len(rows)


def child_card(actor: Actor, child: Child, now: datetime, facts: Known | None = None) -> ChildCard:
    """Return one child's card: three queries, or none where today's facts are given. Access is the caller's."""
    return _card(actor, child, facts, now) if facts else _cards(actor, [child], now)[0]


def own_children(actor: Actor) -> list[Child]:
    """Return the children that the guardian plans for, oldest first: one query."""
    return [of_row(Child, OWN.columns, row) for row in child_rows(actor, Action.PLAN, OWN)]


def who_may_collect(actor: Actor, child: Child) -> list[MayCollect]:
    """Return the guardians and the contacts who may collect the child, the asking guardian first: two queries."""
    guardians = guardians_of([child.pk], actor.today).select_related("guardian")
    people = sorted((row.guardian for row in guardians), key=lambda person: (person.pk != actor.person_id, person.pk))
    named = [
        MayCollect(f"g:{person.pk}", _("Du") if person.pk == actor.person_id else person.full_name) for person in people
    ]
    return named + [
        MayCollect(f"c:{contact.pk}", f"{contact.name} ({contact.relation})" if contact.relation else contact.name)
        for contact in contacts_who_may_collect(child.pk)
    ]


def child_history(child: Child, month: date, *, today: date, reader: UUID | None) -> History:
    """Return the month's days until today on which something was planned or happened: four queries."""
    first = month.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    last = min(after - timedelta(days=1), today)
    facts = known([child.pk], first, last, reader=reader)
    rows = [row for day in days.span(first, last) if (row := _history_day(child.pk, facts, day))]
    has_more = Stay.objects.filter(child=child, arrived_at__lt=days.day_bounds(first)[0]).exists()
    return History(
        first=first,
        days=tuple(reversed(rows)),
        earlier=(first - timedelta(days=1)).replace(day=1) if has_more else None,
        later=after if after <= today else None,
    )


def day_page(child: Child, day: date, now: datetime, *, reader: UUID | None) -> DayPage:
    """Return what holds on the day, and what the place's rules say of changing it now: two queries."""
    facts = known([child.pk], day, day, with_stays=False, reader=reader)
    plan, here = facts.planned(child.pk, day), days.local(now)
    cut_off = facts.rules_at(facts.place(child.pk, day)).cut_off
    is_locked = cut_off.locks and not rules.may_change(day, here, cut_off)
    return DayPage(
        initial=_before_changes(plan, facts.changed_day(child.pk, day) or ChangedDay(None)),
        away=_away_words(plan, facts, child.pk),
        closed=plan.closed,
        locked=words.moment_words(rules.locks_at(day, cut_off, here.tzinfo)) if is_locked else "",
        asks_to_talk=rules.asks_to_talk(day, here, cut_off),
        handover=words.half_words(plan.half),
        collects=plan.half != Half.MORNING,
        is_elsewhere=plan.is_elsewhere,
        times=words.times(plan.intervals) or (_("Inga tider") if plan.is_unplanned else _("Ledig")),
    )


def _away_words(plan: rules.PlannedDay, facts: Known, child_id: UUID) -> str:
    """Return what is reported over the day's times: "Sjuk till och med ons", "Ledig enligt lovsvar"; or nothing."""
    if plan.absence is None and plan.is_free:
        return _("Ledig enligt lovsvar")
    if plan.absence is None:
        return ", ".join(_("Borta {times}").format(times=gap.part) for gap in plan.gaps)
    state = rules.DayState(State.ABSENT, reason=plan.absence.reason, until=plan.absence.ends_on)
    until = words.until_words(state, plan.day, facts, child_id) if plan.absence.ends_on > plan.day else ""
    return f"{words.reason_word(plan.absence.reason)} {until}".strip()


def _before_changes(plan: rules.PlannedDay, changed: ChangedDay) -> dict[str, Any]:
    """Return the day as the form shows it before anything is typed."""
    times: list[rules.Interval | None] = [*(plan.intervals or ()), None, None, None]
    first, second, third = times[:3]
    what = "usual"
    if changed.intervals is not None:
        what = "times" if changed.intervals else "off"
    collector = f"c:{changed.collecting_contact_id}" if changed.collecting_contact_id else ""
    if changed.collecting_guardian_id:
        collector = f"g:{changed.collecting_guardian_id}"
    return {
        "what": what,
        "starts": first.starts if first else None,
        "ends": first.ends if first else None,
        "again_starts": second.starts if second else None,
        "again_ends": second.ends if second else None,
        "third_starts": third.starts if third else None,
        "third_ends": third.ends if third else None,
        "collector": collector,
        "note": changed.note,
    }


def _cards(actor: Actor, children: Sequence[Child], now: datetime) -> list[ChildCard]:
    today = days.day_of(now)
    # As far ahead as a place may let a child be seen, so that its first department is known before its first day.
    horizon = today + timedelta(days=MOST_VISIBLE_BEFORE_DAYS)
    facts = known([child.pk for child in children], today, today, places_until=horizon, reader=actor.person_id)
    return [_card(actor, child, facts, now) for child in children]


def _card(actor: Actor, child: Child, facts: Known, now: datetime) -> ChildCard:
    today = days.day_of(now)
    place = facts.place(child.pk, today)
    plan, state = _as_told(*facts.day(child.pk, now))
    day_plan = facts.changed_day(child.pk, today)
    who = words.collector(day_plan, actor.person_id)
    shown: dict[str, Any] = {
        "child_id": child.pk,
        "name": child.given_name,
        "full_name": child.full_name,
        "initials": child.initials,
        "tint": child.tint,
        "today": today,
        "enquiries": facts.open_enquiries(child.pk),
        "places": tuple(facts.places.get(child.pk, ())),
    }
    if place is None:
        return _coming(shown, child, facts)
    shown |= {
        "department": place.department,
        "state": words.badge(state, plan, with_reason=True),
        "state_text": _badge_text(state, plan),
        "collector": _("{who} hämtar").format(who=who) if who else "",
    }
    if apart := _card_of_two_homes(shown, plan, state):
        return apart
    if state.state == State.PRESENT:
        return ChildCard(**shown, times=_until(state), note=words.gaps(state), change=_("Ändra hämtning"))
    if state.state in (State.EXPECTED, State.LATE):
        if plan.is_unplanned:
            note = _("Avdelningen vet inte när {name} kommer.").format(name=child.given_name)
            return ChildCard(**shown, note=note, can_report_sick=True, change=_("Lägg tider"), needs_plan=True)
        return ChildCard(
            **shown,
            times=words.times_of(plan),
            note=" ".join(filter(None, [words.half_words(plan.half), words.gaps(state)])),
            can_report_sick=True,
            change=_("Ändra dagen"),
        )
    shown["collector"] = ""
    if state.state == State.LEFT:
        again = _("Åter {time}.").format(time=words.clock(state.returns_at)) if state.returns_at else ""
        return ChildCard(**shown, note=" ".join(filter(None, [_was_here(facts.stays.get(child.pk, ()), today), again])))
    if state.state == State.CLOSED:
        return ChildCard(**shown, note=plan.closed)
    absence = plan.absence or next(iter(plan.gaps), None)
    if absence is None or absence.id is None:
        note = _("Enligt lovsvar") if plan.is_free else _("Enligt schemat")
        return ChildCard(**shown, note=note, change="" if plan.is_free else _("Ändra dagen"))
    until = words.until_words(state, today, facts, child.pk)
    if absence.is_by_staff:
        return ChildCard(**shown, note=_("{until}, anmält av avdelningen").format(until=until[:1].upper() + until[1:]))
    return ChildCard(
        **shown,
        note=until[:1].upper() + until[1:],
        absence_id=absence.id,
        back=back_word(absence, today),
        takes_back=takes_back(absence, child.given_name, today),
    )


def _as_told(plan: rules.PlannedDay, state: rules.DayState) -> tuple[rules.PlannedDay, rules.DayState]:
    """Return the day as its reader may know it: how late a child is that another home brings is not told."""
    is_told = plan.half != Half.EVENING or state.state != State.LATE
    return plan, state if is_told else replace(state, state=State.EXPECTED)


def _card_of_two_homes(shown: dict[str, Any], plan: rules.PlannedDay, state: rules.DayState) -> ChildCard | None:
    """Return the card of a day that is another home's, or half of which is and has come; None where all is told."""
    if plan.is_elsewhere and state.state not in (State.ABSENT, State.CLOSED):
        told = {"state": "elsewhere", "state_text": _("Hos det andra hemmet"), "collector": ""}
        return ChildCard(**shown | told, can_report_sick=True)
    is_over = state.state == State.LEFT or (state.state == State.PRESENT and plan.half == Half.MORNING)
    if plan.half == Half.BOTH or not is_over:
        return None
    return ChildCard(**shown | {"collector": ""}, note=words.half_words(plan.half))


def _coming(shown: dict[str, Any], child: Child, facts: Known) -> ChildCard:
    """Return the card of a child whose first day is still to come."""
    first: Place | None = next(iter(sorted(facts.places.get(child.pk, ()), key=lambda place: place.starts_on)), None)
    starts = date_format(first.starts_on, "l j F") if first else ""
    return ChildCard(
        **shown,
        department=first.department if first else "",
        state="coming",
        state_text=_("Börjar snart"),
        note=_("Första dagen är {day}.").format(day=starts) if starts else "",
        change="" if any(facts.plans.get(child.pk, ())) else _("Lägg tider"),
        needs_plan=True,
    )


def _badge_text(state: rules.DayState, plan: rules.PlannedDay) -> str:
    """Return the badge: at home "Väntas" needs no time, it stands below."""
    if state.state == State.EXPECTED and not plan.is_unplanned:
        return _("Väntas")
    return words.badge_text(state, plan, with_reason=True)


def _until(state: rules.DayState) -> str:
    return _("Hämtas {time}").format(time=words.clock(state.collected_at)) if state.collected_at else ""


def _was_here(stays: Sequence[rules.Stay], today: date) -> str:
    ended = [stay for stay in stays if stay.left_at and days.day_of(stay.left_at) == today]
    spans = ", ".join(f"{words.clock(stay.arrived_at)}–{words.clock(stay.left_at)}" for stay in ended)
    return _("Var här {times}.").format(times=spans)


def _history_day(child_id: UUID, facts: Known, day: date) -> HistoryDay | None:
    plan = facts.planned(child_id, day)
    if plan.is_elsewhere and not plan.is_closed:
        away = words.reason_word(plan.absence.reason) if plan.absence else _("Hos det andra hemmet")
        return HistoryDay(day, planned="", came="", away=away, minutes=0, is_open=False)
    stays = sorted(
        (stay for stay in facts.stays.get(child_id, ()) if days.day_of(stay.arrived_at) == day),
        key=lambda stay: stay.arrived_at,
    )
    away = words.reason_word(plan.absence.reason) if plan.absence else ""
    if plan.is_closed:
        away = plan.closed or _("Stängt")
    if plan.is_elsewhere or (not stays and not plan.intervals and not plan.absence):
        return None
    return HistoryDay(
        day=day,
        planned=words.times_of(plan),
        came=_came(stays, plan.half),
        away=away,
        # Its length would tell the half that is another home's.
        minutes=0 if plan.half != Half.BOTH else sum(stay.minutes or 0 for stay in stays),
        is_open=any(stay.left_at is None for stay in stays),
    )


def _came(stays: Sequence[rules.Stay], half: Half) -> str:
    """Return the real times; of a day of handover the arrival or the collection that was the own home's."""
    if half == Half.BOTH or not stays:
        return ", ".join(f"{words.clock(stay.arrived_at)}–{words.clock(stay.left_at)}" for stay in stays)
    return f"{words.clock(stays[0].arrived_at)}–" if half == Half.MORNING else f"–{words.clock(stays[-1].left_at)}"
