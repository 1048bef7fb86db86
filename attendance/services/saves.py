"""A schedule saved by one press: repeating weeks and single dates, for several children."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import audit
from attendance import rules
from attendance.drafts import Draft, DraftDay, grouped
from attendance.models import DayPlan, PlanSave
from attendance.selectors import words
from attendance.selectors.facts import Known, known, stored
from attendance.selectors.laying import is_relaid
from attendance.services.absence import LONGEST, lock_children
from attendance.services.conflicts import SomebodyElseChanged, own_last_save, refuse_if_changed
from attendance.services.enquiries import refuse_answered
from attendance.services.own_homes import homes_to_plan_for
from attendance.services.plan_rows import Scope, days_in, kept_rows, record
from attendance.services.planning import FAULTS, locked_words, save_week_plan
from attendance.services.telling import Family, tell_family
from children.access import Action
from children.actors import Actor
from children.models import Child
from children.selectors.people import guardians_of
from children.selectors.placing import departments_of, place_on_or_after
from portal.lib import days, live


@dataclass(frozen=True)
class _Dates:
    """The dates of the drafts, what is known of them, whose they are, and whether a cut-off binds who says them."""

    facts: Known
    wanted: Mapping[UUID, Mapping[date, DraftDay]]
    homes: Mapping[UUID, UUID | None]
    is_bound: bool


def save_schedule(
    *,
    drafts: Mapping[UUID, Draft],
    starts_on: date,
    actor: Actor,
    now: datetime,
    seen: Mapping[UUID, str] | None = None,
    for_family: Family | None = None,
) -> list[PlanSave]:
    """Save every child's draft from a Monday, or none: the weeks where they are other ones, and the single dates.

    A date that is to follow the weeks again loses its times and keeps its note and who collects.
    `seen` are the marks of what the form was made from (`selectors.marks`): where one is no longer right, nothing is
    saved and `SomebodyElseChanged` is raised, unless all of it lies there already: a second press on the same form
    answers as the first. With `for_family` staff save it for whoever asked them, as `save_week_plan` says, and the
    family is told. Raises `ValidationError`, by field. Returns what can be taken back; nothing where nothing changed.
    """
    reader = for_family.reader if for_family else actor.person_id
    with transaction.atomic():
        children = lock_children(actor, Action.PLAN_FOR if for_family else Action.PLAN, drafts)
        dated = {child_id: {one.day: one for one in draft.days} for child_id, draft in drafts.items()}
        facts = _facts(drafts, dated, starts_on, reader)
        relaid = {key: draft for key, draft in drafts.items() if _is_relaid(facts, key, draft, starts_on)}
        first = starts_on if relaid else min((day for own in dated.values() for day in own), default=starts_on)
        homes = homes_to_plan_for(children, first, actor, for_family)
        scope = Scope(children, homes, starts_on if relaid else None, {key: set(own) for key, own in dated.items()})
        dates = _Dates(facts, dated, homes, for_family is None)
        try:
            refuse_if_changed(children, seen or {}, actor, reader=reader)
        except SomebodyElseChanged:
            if relaid or any(_to_write(children, dates, actor)):
                raise
            return [save for save in own_last_save(list(drafts), actor, reader=reader) if not save.undone_at]
        before = kept_rows(scope)
        for weeks, child_ids in grouped(relaid).items():
            save_week_plan(
                child_ids=child_ids, starts_on=starts_on, weeks=weeks, actor=actor, now=now, for_family=for_family
            )
        _save_dates(children, dates, actor=actor, now=now)
        saves = record(scope, before, actor=actor, now=now, is_by_staff=for_family is not None)
        if for_family is not None:
            tell_families(saves, actor=actor, now=now)
    return saves


def tell_families(saves: Iterable[PlanSave], *, actor: Actor, now: datetime) -> None:
    """Tell the guardians of what staff have changed for them."""
    for save in saves:
        for child_id in save.after:
            event = uuid5(save.id, f"{child_id} undone" if save.undone_at else child_id)
            tell_family(child_id=UUID(child_id), event=event, actor=actor, now=now, home=save.household_id)


# Single dates ---------------------------------------------------------------------------------------------------------


def _facts(
    drafts: Mapping[UUID, Draft], dated: Mapping[UUID, Iterable[date]], starts_on: date, reader: UUID | None
) -> Known:
    dates = [day for own in dated.values() for day in own]
    first, last = min([starts_on, *dates]), max([starts_on + timedelta(days=6), *dates])
    # Further than the dates, so that the place where a child begins is known before its first day.
    return known(drafts, first, last, places_until=last + LONGEST, with_stays=False, reader=reader)


def _is_relaid(facts: Known, child_id: UUID, draft: Draft, starts_on: date) -> bool:
    """Tell whether the weeks are to be laid anew; where nothing is and never was, `save_week_plan` has the sentence."""
    return is_relaid(facts, child_id, draft, starts_on) or not (draft.days or facts.own_plans(child_id))


def _save_dates(children: Sequence[Child], dates: _Dates, *, actor: Actor, now: datetime) -> None:
    """Write the times of single dates."""
    new: list[DayPlan] = []
    changed: list[DayPlan] = []
    gone: list[DayPlan] = []
    for child, one, row, is_other in _to_write(children, dates, actor):
        if is_other:
            _check_date(child, one, dates, now)
        row.intervals, row.changed_at, row.changed_by = _stored(one), now, actor.person
        says_more = row.note or row.collecting_guardian_id or row.collecting_contact_id
        (new if row._state.adding else changed if one.intervals is not None or says_more else gone).append(row)
    DayPlan.objects.bulk_create(new)
    fields = ["intervals", "note", "collecting_guardian", "collecting_contact", "changed_at", "changed_by"]
    DayPlan.objects.bulk_update(changed, fields)
    if gone:
        DayPlan.objects.filter(pk__in=[row.pk for row in gone]).delete()
    if written := new + changed + gone:
        ids, every = {row.child_id for row in written}, {row.day for row in written}
        audit.did(
            "days.changed",
            person_id=actor.person_id,
            now=now,
            children=ids,
            first=min(every),
            last=max(every),
            days=len(written),
        )
        if actor.today in every:
            touch_if_today(ids, actor)


def _to_write(
    children: Sequence[Child], dates: _Dates, actor: Actor
) -> Iterator[tuple[Child, DraftDay, DayPlan, bool]]:
    """Yield the dates that are not yet as they are to be, each with its row, and whether its times are other ones.

    Who collects and the note stay as they are, unless they come with the copy.
    """
    wanted = {child_id: own for child_id, own in dates.wanted.items() if own}
    if not wanted:
        return
    own = [child for child in children if child.id in wanted]
    homes = {child.id: dates.homes[child.id] for child in own}
    there = {(row.child_id, row.day): row for row in days_in(Scope(own, homes, None, wanted))}
    sources = _sources(wanted)
    guards = _who_guard(wanted, sources.values(), actor)
    for child in own:
        for day, one in wanted[child.id].items():
            row = there.get((child.id, day))
            if row is None and one.intervals is None:
                continue
            is_other = row is None or row.intervals != _stored(one)
            row = row or DayPlan(child=child, day=day, household_id=dates.homes[child.id])
            has_more = one.like is not None and _copy_the_rest(row, sources.get(one.like), guards)
            if is_other or has_more:
                yield child, one, row, is_other


def _stored(one: DraftDay) -> list[list[str]] | None:
    return None if one.intervals is None else stored(one.intervals)


def _check_date(child: Child, one: DraftDay, dates: _Dates, now: datetime) -> None:
    """Refuse a date that has been, is locked, another home's or free for good, and times that make no day there."""
    here, said, facts = days.local(now), date_format(one.day, "l j F"), dates.facts
    decided = facts.rules_at(place_on_or_after(facts.places.get(child.id, ()), one.day))
    if one.day < here.date() or one.day - here.date() > LONGEST:
        raise ValidationError({"days": _("Den dagen kan inte ändras. Välj en dag från idag och ett år framåt.")})
    if fault := rules.faults_in(one.intervals or ()):
        raise ValidationError({"days": FAULTS[fault]})
    if facts.planned(child.id, one.day).is_elsewhere:
        raise ValidationError(
            {"days": _("{day} är {name} hos det andra hemmet.").format(day=said, name=child.given_name)}
        )
    if dates.is_bound and not rules.may_change(one.day, here, decided.cut_off):
        raise ValidationError({"days": locked_words(one.day, decided.cut_off, here)})
    if dates.is_bound and one.intervals != ():
        refuse_answered(facts, child.id, one.day, field="days")
    if rules.outside(one.intervals or (), decided.opens_on(one.day)):
        raise ValidationError({"days": words.opening_words(one.day.weekday(), decided.opens_on(one.day))})


def _sources(wanted: Mapping[UUID, Mapping[date, DraftDay]]) -> dict[tuple[UUID, date], DayPlan]:
    """Return the days whose note and collector are to be copied, among the children that are being planned for."""
    asked = {one.like for own in wanted.values() for one in own.values() if one.like and one.like[0] in wanted}
    if not asked:
        return {}
    rows = DayPlan.objects.filter(child__in={key[0] for key in asked}, day__in={key[1] for key in asked})
    return {(row.child_id, row.day): row for row in rows if (row.child_id, row.day) in asked}


def _who_guard(
    child_ids: Collection[UUID], sources: Collection[DayPlan], actor: Actor
) -> Container[tuple[UUID, UUID | None]]:
    """Return each child with each of its guardians, where a collector is to be copied: one query."""
    if not any(source.collecting_guardian_id for source in sources):
        return ()
    return set(guardians_of(list(child_ids), actor.today).values_list("child_id", "guardian_id"))


def _copy_the_rest(row: DayPlan, source: DayPlan | None, guards: Container[tuple[UUID, UUID | None]]) -> bool:
    """Let the day have the other one's note and collector; a contact may collect the own child alone."""
    if source is None or (source.household_id or row.household_id) != row.household_id:
        return False
    note, guardian, contact = source.note, source.collecting_guardian_id, source.collecting_contact_id
    if source.child_id != row.child_id:
        contact = None
        guardian = guardian if (row.child_id, guardian) in guards else None
    was = (row.note, row.collecting_guardian_id, row.collecting_contact_id)
    row.note, row.collecting_guardian_id, row.collecting_contact_id = note, guardian, contact
    return was != (note, guardian, contact)


def touch_if_today(child_ids: Iterable[UUID], actor: Actor) -> None:
    """Renew the boards on which these children stand today."""
    live.touch({place.department_id for place in departments_of(child_ids, actor.today).values()})
