"""Plans: the repeating week, and the one day that is different."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from attendance import rules
from attendance.models import DayPlan, WeekPlan
from attendance.selectors.facts import known, rules_for, stored
from attendance.selectors.laying import place_that_ends
from attendance.selectors.words import moment_words, most_weeks, opening_words
from attendance.services.absence import LONGEST, lock_children
from attendance.services.conflicts import SomebodyElseChanged, refuse_if_changed
from attendance.services.enquiries import refuse_answered
from attendance.services.own_homes import home_of_day, homes_to_plan_for, of_homes
from attendance.services.plan_rows import Scope, kept_rows, record
from attendance.services.telling import Family, tell_family
from children.access import Action
from children.actors import Actor
from children.models import Child
from children.selectors.people import contacts_who_may_collect, guardians_of
from children.selectors.placing import Place, departments_of, overlap, place_on_or_after, places_of
from portal.lib import days, live

FAULTS = {
    "order": gettext_lazy("Hämtningen måste vara senare än lämningen."),
    "overlap": gettext_lazy("Tiderna går över varandra."),
    "many": gettext_lazy("En dag kan ha högst tre tider."),
}


@dataclass(frozen=True)
class Collector:
    """Who collects the child: a guardian, or a contact. Neither means that nothing is said."""

    guardian_id: UUID | None = None
    contact_id: UUID | None = None


NOBODY_NAMED = Collector()


def save_week_plan(
    *,
    child_ids: Iterable[UUID],
    starts_on: date,
    weeks: Sequence[rules.Week],
    actor: Actor,
    now: datetime,
    for_family: Family | None = None,
) -> list[WeekPlan]:
    """Lay a plan that repeats its weeks from a Monday until the next plan; for all the children or for none.

    The plan that held until then ends the day before, and plans that were to begin later give way. It ends where the
    child moves to a place that does not allow it (`laying.place_that_ends`); what is laid from then on stays. Changed
    days stay as they are. The same plan again changes nothing. With `for_family` staff lay it for whoever asked them:
    no cut-off binds them, it is to them that families are sent. Of a child with two homes the plan is the own home's,
    or that of the family's home. Raises `ValidationError`, by field.
    """
    kept = [[stored(day) for day in week] for week in weeks]
    _check_weeks(starts_on, weeks)
    with transaction.atomic():
        children = lock_children(actor, Action.PLAN_FOR if for_family else Action.PLAN, child_ids)
        homes = homes_to_plan_for(children, starts_on, actor, for_family)
        later = WeekPlan.objects.on_or_after(starts_on)
        plans = list(later.filter(of_homes(homes) | Q(child__in=children, household=None)))
        first = max(starts_on, actor.today)
        places = places_of([child.id for child in children], overlap(first, first + LONGEST))
        begins = _places_met(places, first)
        _check_start(starts_on, weeks, begins, plans, actor=actor, now=now, is_bound=for_family is None)
        ends = _last_days(children, weeks, places, first)
        own = [plan for plan in plans if plan.household_id == homes[plan.child_id]]
        same = {p.child_id for p in own if (p.starts_on, p.ends_on, p.weeks) == (starts_on, ends[p.child_id], kept)}
        changed = [child for child in children if child.id not in same]
        ids = [child.id for child in changed]
        ending = [plan for plan in own if plan.child_id in ids]
        gone = [p.pk for p in ending if starts_on <= p.starts_on <= (ends[p.child_id] or p.starts_on)]
        WeekPlan.objects.filter(pk__in=gone).delete()
        until_then = [plan.pk for plan in ending if plan.starts_on < starts_on]
        WeekPlan.objects.filter(pk__in=until_then).update(ends_on=starts_on - timedelta(days=1))
        made = WeekPlan.objects.bulk_create(
            WeekPlan(
                child=child,
                household_id=homes[child.id],
                starts_on=starts_on,
                ends_on=ends[child.id],
                weeks=kept,
                made_by=actor.person,
            )
            for child in changed
        )
        if made:
            audit.did(
                "plan.saved",
                person_id=actor.person_id,
                tablet_id=actor.tablet_id,
                now=now,
                children=ids,
                starts_on=starts_on,
            )
            if starts_on <= actor.today:
                _touch(ids, actor.today)
    return made


def change_day(
    *,
    child_id: UUID,
    day: date,
    intervals: Sequence[rules.Interval] | None,
    actor: Actor,
    now: datetime,
    collector: Collector = NOBODY_NAMED,
    note: str = "",
    for_family: Family | None = None,
    seen: str = "",
) -> DayPlan | None:
    """Say what holds on one day: its own times, () for a day off, None for the usual times; who collects; a note.

    Returns None when nothing is left that differs from the usual. Times stand fast after the cut-off; who collects
    and the note do not. With `for_family` staff say it for whoever asked them, and no cut-off binds them. With two
    homes the day is said for the own one, and who collects only by the home that has the evening. Raises
    `ValidationError`, by field; `SomebodyElseChanged` where `seen`, the mark of the day as the form showed it, is not
    that of the day now, which does not say all this already.
    """
    _check_day(day, intervals or (), days.day_of(now))
    times = None if intervals is None else stored(intervals)
    with transaction.atomic():
        (child,) = lock_children(actor, Action.PLAN_FOR if for_family else Action.PLAN, [child_id])
        place = place_on_or_after(places_of([child.id], overlap(day, day + LONGEST)).get(child.id, ()), day)
        home, collects = home_of_day(child, day, actor, for_family)
        row = DayPlan.objects.filter(child=child, day=day, household=home).first()
        try:
            reader = for_family.reader if for_family else actor.person_id
            refuse_if_changed([child], {child.id: seen} if seen else {}, actor, reader=reader, last=day)
        except SomebodyElseChanged:
            if not _says(row, times, collector, note):
                raise
            return row
        if times != (row.intervals if row else None):
            if for_family is None and times != []:
                facts = known([child.id], day, day, with_stays=False, reader=actor.person_id)
                refuse_answered(facts, child.id, day, field="intervals")
            _check_times(day, intervals or (), rules_for(place), days.local(now), is_bound=for_family is None)
        _check_collector(child, collector, actor.today, may_say=collects)
        scope = Scope([child], {child.id: home}, dates={child.id: {day}})
        before = kept_rows(scope)
        audit.did(
            "day.changed",
            person_id=actor.person_id,
            tablet_id=actor.tablet_id,
            now=now,
            children=[child.id],
            day=day,
        )
        if day == actor.today and place and place.holds_on(day):
            live.touch({place.department_id})
        saved = None
        if times is not None or note or collector != NOBODY_NAMED:
            saved = row or DayPlan(child=child, day=day, household_id=home)
            saved.intervals, saved.note = times, note
            saved.collecting_guardian_id, saved.collecting_contact_id = collector.guardian_id, collector.contact_id
            saved.changed_at, saved.changed_by = now, actor.person
            saved.save()
        elif row is not None:
            row.delete()
        for kept in record(scope, before, actor=actor, now=now, is_by_staff=for_family is not None):
            if for_family is not None:
                tell_family(child_id=child.id, event=kept.id, actor=actor, now=now, home=home, day=day)
    return saved


def _says(row: DayPlan | None, times: list[list[str]] | None, collector: Collector, note: str) -> bool:
    """Tell whether this is what is said of the day."""
    if row is None:
        return times is None and not note and collector == NOBODY_NAMED
    named = Collector(row.collecting_guardian_id, row.collecting_contact_id)
    return (row.intervals, named, row.note) == (times, collector, note)


def locked_words(day: date, cut_off: rules.CutOff, here: datetime) -> str:
    """Return the sentence that says since when a day's times stand fast, from when they do not, and what helps."""
    locked = rules.locks_at(day, cut_off, here.tzinfo)
    return _(
        "Tiderna låstes {when}. Från {day} kan de ändras. "
        "Du kan fortfarande anmäla frånvaro eller skriva till avdelningen."
    ).format(when=moment_words(locked), day=date_format(rules.opens_again(here, cut_off), "l j F"))


def _check_day(day: date, intervals: Sequence[rules.Interval], today: date) -> None:
    if day < today or day - today > LONGEST:
        raise ValidationError({"day": _("Den dagen kan inte ändras. Välj en dag från idag och ett år framåt.")})
    if fault := rules.faults_in(intervals):
        raise ValidationError({"intervals": FAULTS[fault]})


def _check_times(
    day: date, intervals: Sequence[rules.Interval], decided: rules.PlaceRules, here: datetime, *, is_bound: bool
) -> None:
    """Refuse times that stand fast, for those who are bound by it, and times at which the preschool is closed."""
    if is_bound and not rules.may_change(day, here, decided.cut_off):
        raise ValidationError({"intervals": locked_words(day, decided.cut_off, here)})
    if rules.outside(intervals, decided.opens_on(day)):
        raise ValidationError({"intervals": opening_words(day.weekday(), decided.opens_on(day))})


def _check_weeks(starts_on: date, weeks: Sequence[rules.Week]) -> None:
    if starts_on.weekday() != 0:
        raise ValidationError({"starts_on": _("Schemat börjar på en måndag.")})
    if not 1 <= len(weeks) <= rules.MOST_WEEKS or any(len(week) != 7 for week in weeks):
        raise ValidationError({"weeks": _("Ett schema har 1 till 20 veckor.")})
    for fault in (rules.faults_in(day) for week in weeks for day in week):
        if fault:
            raise ValidationError({"weeks": FAULTS[fault]})
    if not any(day for week in weeks for day in week):
        raise ValidationError({"weeks": _("Välj minst en dag.")})


def _check_start(
    starts_on: date,
    weeks: Sequence[rules.Week],
    begins: Sequence[Place],
    plans: Sequence[WeekPlan],
    *,
    actor: Actor,
    now: datetime,
    is_bound: bool,
) -> None:
    """Refuse a start that would rewrite days that have been, or that are locked, and what the place does not allow.

    A first plan rewrites nothing: the cut-off does not concern it. One that is to begin inside the lock is a plan, too.
    """
    if starts_on - actor.today > LONGEST:
        raise ValidationError({"starts_on": _("Schemat kan börja högst ett år framåt.")})
    has_plan_now = any(plan.starts_on <= actor.today for plan in plans)
    earliest = days.monday_of(actor.today)
    if has_plan_now and earliest < actor.today:
        earliest += timedelta(days=7)
    if starts_on < earliest:
        raise ValidationError(
            {"starts_on": _("Schemat kan börja tidigast {day}.").format(day=date_format(earliest, "l j F"))}
        )
    here = days.local(now)
    for place in begins:
        decided, counts_from = rules_for(place), max(starts_on, place.starts_on)
        _check_decided(starts_on, weeks, decided, actor.today)
        if not is_bound or rules.may_change(counts_from, here, decided.cut_off):
            continue
        begun = (max(plan.starts_on, place.starts_on, actor.today) for plan in plans)
        if not all(rules.may_change(day, here, decided.cut_off) for day in begun):
            raise ValidationError({"starts_on": locked_words(counts_from, decided.cut_off, here)})


def _places_met(places: Mapping[UUID, Sequence[Place]], first: date) -> list[Place]:
    """Return a place of each preschool where the children are, or begin, when the plan does."""
    begin = [place for own in places.values() if (place := place_on_or_after(own, first))]
    begin.sort(key=lambda place: place.starts_on, reverse=True)  # of a preschool the first to begin stays
    return list({place.preschool_id: place for place in begin}.values())


def _last_days(
    children: Sequence[Child], weeks: Sequence[rules.Week], places: Mapping[UUID, Sequence[Place]], first: date
) -> dict[UUID, date | None]:
    """Return, by child, until when the weeks can hold; None for until further notice. A query a preschool moved to."""
    decided: dict[UUID, rules.PlaceRules] = {}

    def rules_at(place: Place) -> rules.PlaceRules:
        if place.preschool_id not in decided:
            decided[place.preschool_id] = rules_for(place)
        return decided[place.preschool_id]

    ends = {child.id: place_that_ends(weeks, places.get(child.id, ()), first, rules_at) for child in children}
    return {child_id: place.starts_on - timedelta(days=1) if place else None for child_id, place in ends.items()}


def _check_decided(starts_on: date, weeks: Sequence[rules.Week], decided: rules.PlaceRules, today: date) -> None:
    """Refuse more weeks, a later start and other hours than the place allows."""
    last = today + timedelta(weeks=decided.horizon_weeks)
    if starts_on > last:
        raise ValidationError(
            {"starts_on": _("Schemat kan börja senast {day}.").format(day=date_format(last, "j F Y"))}
        )
    if len(weeks) > decided.most_weeks:
        raise ValidationError({"weeks": most_weeks(decided.most_weeks)})
    for number in range(7):
        day = starts_on + timedelta(days=number)
        if any(rules.outside(week[number], decided.opens_on(day)) for week in weeks):
            raise ValidationError({"weeks": opening_words(day.weekday(), decided.opens_on(day))})


def _check_collector(child: Child, collector: Collector, today: date, *, may_say: bool) -> None:
    if not may_say and collector != NOBODY_NAMED:
        raise ValidationError({"collector": _("Den dagen hämtar det andra hemmet, som säger vem det blir.")})
    wrong = ValidationError({"collector": _("Välj någon av dem som får hämta.")})
    if collector.guardian_id and collector.contact_id:
        raise wrong
    if collector.guardian_id:
        if not guardians_of([child.id], today).filter(guardian=collector.guardian_id).exists():
            raise wrong
    elif collector.contact_id and not contacts_who_may_collect(child.id).filter(pk=collector.contact_id).exists():
        raise wrong


def _touch(child_ids: Iterable[UUID], day: date) -> None:
    live.touch({place.department_id for place in departments_of(child_ids, day).values()})
