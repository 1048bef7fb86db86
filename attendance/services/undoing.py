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
from attendance.services.plan_rows import Kept, Scope, days_in, kept_rows, plans_in
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
        pressed = PlanSave.objects.filter(made_by=save.made_by_id, made_at=save.made_at)
        is_own = save.made_by_id == actor.person_id and not save.is_by_staff
        ids = {UUID(child_id) for one in pressed for child_id in one.before}
        children = lock_children(actor, Action.PLAN if is_own else Action.PLAN_FOR, ids)
        saves = list(pressed.filter(undone_at=None))  # read again, now that nobody else can take them back
        if save not in saves:
            save.refresh_from_db()
            return save
        _take_back(saves, children, actor, now, is_bound=is_own)
        audit.did("plan.undone", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, children=ids)
        touch_if_today(ids, actor)
        if not is_own:
            tell_families(saves, actor=actor, now=now)
    save.refresh_from_db()
    return save


def _take_back(
    saves: Sequence[PlanSave], children: Sequence[Child], actor: Actor, now: datetime, *, is_bound: bool
) -> None:
    """Put back what lay before one press of "save": the same number of queries for any number of days and children."""
    scope = _scope_of(saves, children)
    before: Kept = {child_id: rows for save in saves for child_id, rows in save.before.items()}
    after: Kept = {child_id: rows for save in saves for child_id, rows in save.after.items()}
    if kept_rows(scope) != after:
        raise ValidationError(
            _("Det går inte att ångra: schemat har ändrats igen efter det. Ändra det här på sidan i stället.")
        )
    _refuse_if_it_has_begun(saves[0], scope, now, is_bound=is_bound)
    WeekPlan.objects.filter(pk__in=[plan.pk for plan in plans_in(scope)]).delete()
    DayPlan.objects.filter(pk__in=[row.pk for row in days_in(scope)]).delete()
    own = [(child, scope.homes[child.id], before[str(child.id)]) for child in children]
    WeekPlan.objects.bulk_create(_plan(child, home, values) for child, home, rows in own for values in rows["plans"])
    rows_back = [_day(child, home, values) for child, home, rows in own for values in rows["days"]]
    _leave_out_who_may_not_collect(rows_back, actor)
    DayPlan.objects.bulk_create(rows_back)
    for save in saves:
        save.undone_at, save.undone_by = now, actor.person
    PlanSave.objects.bulk_update(saves, ["undone_at", "undone_by"])


def _scope_of(saves: Sequence[PlanSave], children: Sequence[Child]) -> Scope:
    """Return what the press had touched, as it is written in its saves."""
    sides = [rows for save in saves for side in (save.before, save.after) for rows in side.values()]
    begins = {text for rows in sides if (text := rows.get("plans_from"))}
    dates = {
        UUID(child_id): {date.fromisoformat(day) for day in rows.get("dates", ())}
        for save in saves
        for child_id, rows in save.after.items()
    }
    homes = {UUID(child_id): save.household_id for save in saves for child_id in save.before}
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


def _leave_out_who_may_not_collect(rows: Sequence[DayPlan], actor: Actor) -> None:
    """Let nobody come back with a day who may no longer collect the child: at most two queries."""
    guarded = {row.child_id for row in rows if row.collecting_guardian_id}
    named = {row.child_id for row in rows if row.collecting_contact_id}
    guards = set(guardians_of(guarded, actor.today).values_list("child_id", "guardian_id"))
    contacts = set(contacts_who_may_collect(*named).values_list("child_id", "pk"))
    for row in rows:
        if (row.child_id, row.collecting_guardian_id) not in guards:
            row.collecting_guardian_id = None
        if (row.child_id, row.collecting_contact_id) not in contacts:
            row.collecting_contact_id = None


def _day(child: Child, home: UUID | None, values: Mapping[str, Any]) -> DayPlan:
    return DayPlan(
        child=child,
        household_id=home,
        day=date.fromisoformat(values["day"]),
        intervals=values["intervals"],
        note=values["note"],
        collecting_guardian_id=_id(values["guardian"]),
        collecting_contact_id=_id(values["contact"]),
        changed_at=datetime.fromisoformat(values["changed_at"]),
        changed_by_id=_id(values["changed_by"]),
    )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
