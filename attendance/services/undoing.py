"""A save taken back: the plans lie again as they lay before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from attendance import rules
from attendance.models import DayPlan, PlanSave, WeekPlan
from attendance.selectors.facts import known
from attendance.services.absence import lock_children
from attendance.services.plan_rows import Scope, days_in, kept_rows, plans_in
from attendance.services.planning import locked_words
from attendance.services.saves import tell_families, touch_if_today
from children.access import Action
from children.actors import Actor
from children.models import Child
from children.selectors.people import contacts_who_may_collect, guardians_of
from portal.lib import days


def undo_save(*, save_id: UUID, actor: Actor, now: datetime) -> PlanSave:
    """Take back a save, and what was saved by the same press: the plans are as they were before it.

    For the one who saved, or staff, while nothing has changed since and none of its days has been; and for families
    while none of those that would get other times is locked. Taken back already: does nothing. Raises `ValidationError`
    that says why not.
    """
    save = PlanSave.objects.filter(pk=save_id).first()
    if save is None:
        raise Http404
    with transaction.atomic():
        saves = list(PlanSave.objects.filter(made_by=save.made_by_id, made_at=save.made_at))
        is_own = save.made_by_id == actor.person_id and not save.is_by_staff
        ids = {UUID(child_id) for one in saves for child_id in one.before}
        children = lock_children(actor, Action.PLAN if is_own else Action.PLAN_FOR, ids)
        save.refresh_from_db()
        if save.undone_at:
            return save
        for one in saves:
            own = [child for child in children if str(child.id) in one.before]
            _take_back(one, own, actor, now, is_bound=is_own)
        audit.did("plan.undone", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, children=ids)
        touch_if_today(ids, actor)
        if not is_own:
            tell_families(saves, actor=actor, now=now)
    save.refresh_from_db()
    return save


def _take_back(save: PlanSave, children: Sequence[Child], actor: Actor, now: datetime, *, is_bound: bool) -> None:
    scope = _scope_of(save, children)
    if kept_rows(scope) != save.after:
        raise ValidationError(
            _("Det går inte att ångra: schemat har ändrats igen efter det. Ändra det här på sidan i stället.")
        )
    _refuse_if_it_has_begun(save, scope, now, is_bound=is_bound)
    for plan in plans_in(scope):
        plan.delete()
    for row in days_in(scope):
        row.delete()
    for child in children:
        before, home = save.before[str(child.id)], scope.homes[child.id]
        WeekPlan.objects.bulk_create(_plan(child, home, values) for values in before["plans"])
        DayPlan.objects.bulk_create(_day(child, home, values, actor) for values in before["days"])
    save.undone_at, save.undone_by = now, actor.person
    save.save(update_fields=["undone_at", "undone_by"])


def _scope_of(save: PlanSave, children: Sequence[Child]) -> Scope:
    """Return what the save had touched, as it is written in it."""
    both = [save.before[str(child.id)] for child in children] + [save.after[str(child.id)] for child in children]
    begins = {text for side in both if (text := side.get("plans_from"))}
    dates = {
        child.id: {date.fromisoformat(day) for day in save.after[str(child.id)].get("dates", ())} for child in children
    }
    homes = {child.id: save.household_id for child in children}
    return Scope(children, homes, date.fromisoformat(min(begins)) if begins else None, dates)


def _refuse_if_it_has_begun(save: PlanSave, scope: Scope, now: datetime, *, is_bound: bool) -> None:
    """Raise `ValidationError` where taking back would change days that have been; or, for families, locked ones.

    What was saved today is taken back with the days of its week that have been (DOMAIN 2.1).
    """
    here = days.local(now)
    affected = sorted({day for dates in scope.dates.values() for day in dates})
    if scope.plans_from is not None:
        affected = [scope.plans_from, *affected]
    if any(day < here.date() for day in affected) and days.day_of(save.made_at) < here.date():
        raise ValidationError(_("Det går inte att ångra: schemat har börjat gälla. Ändra det här på sidan i stället."))
    if not is_bound:
        return
    facts = known(scope.child_ids, here.date(), max([here.date(), *affected]), with_stays=False)
    for child in scope.children:
        for day in affected:
            decided = facts.rules_at(facts.place(child.id, max(day, here.date())))
            if not rules.may_change(max(day, here.date()), here, decided.cut_off):
                raise ValidationError(locked_words(max(day, here.date()), decided.cut_off, here))


def _plan(child: Child, home: UUID | None, values: Mapping[str, Any]) -> WeekPlan:
    return WeekPlan(
        child=child,
        household_id=home,
        starts_on=date.fromisoformat(values["starts_on"]),
        ends_on=date.fromisoformat(values["ends_on"]) if values["ends_on"] else None,
        weeks=values["weeks"],
        made_by_id=_id(values["made_by"]),
    )


def _day(child: Child, home: UUID | None, values: Mapping[str, Any], actor: Actor) -> DayPlan:
    """Return the day as it was; somebody who may no longer collect the child does not come back with it."""
    guardian, contact = _id(values["guardian"]), _id(values["contact"])
    if guardian and not guardians_of([child.id], actor.today).filter(guardian=guardian).exists():
        guardian = None
    if contact and not contacts_who_may_collect(child.id).filter(pk=contact).exists():
        contact = None
    return DayPlan(
        child=child,
        household_id=home,
        day=date.fromisoformat(values["day"]),
        intervals=values["intervals"],
        note=values["note"],
        collecting_guardian_id=guardian,
        collecting_contact_id=contact,
        changed_at=datetime.fromisoformat(values["changed_at"]),
        changed_by_id=_id(values["changed_by"]),
    )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
