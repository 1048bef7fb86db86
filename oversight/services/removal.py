"""Pictures and documents of children that have left: their families are told in time, and then they are removed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import audit
from children.access import Action, demand
from children.actors import Actor
from children.selectors.placed import Left, hold_where_left, left_before
from children.selectors.reach import sees_own
from documents.services.removal import remove_papers
from messaging.services.removal import remove_posts
from notifications.models import Kind
from notifications.services import give_up, notify
from oversight import removal_rules
from oversight.models import Extract, Removal, RemovalRule
from oversight.selectors.removal import going, waits_for_extract, with_anything
from oversight.services import extracts
from portal.lib import days
from portal.lib.alone import each_alone

A_PORTION = 50  # documents or posts in one transaction


def decide(*, months: int | None, actor: Actor, now: datetime) -> None:
    """Decide for how many months pictures and documents are kept after a child has left; None: until it is decided.

    From now on; no countdown becomes shorter by it. The same again changes nothing. Raises `Http404` as the door does,
    and `ValidationError` for a number that cannot be.
    """
    demand(actor, Action.SET_REMOVAL)
    if months is not None and not 1 <= months <= RemovalRule.LONGEST:
        raise ValidationError({"months": _("Välj mellan 1 och 120 månader.")})
    with transaction.atomic():
        if RemovalRule.current().months == months:
            return
        rule = RemovalRule.objects.create(months=months, made_by=actor.person)
        audit.did("removal.decided", person_id=actor.person_id, now=now, rule=rule.pk, months=months)


def count_down(*, now: datetime) -> int:
    """Let countdowns begin, go on and end as things stand today, and tell families; return how many were told of.

    May be run at any time, and any number of times: of each step a family is told once.
    """
    today, rule = days.day_of(now), RemovalRule.current()
    left = left_before(today) if rule.months is not None else {}
    begun = {
        child_id: one
        for child_id, one in left.items()
        if removal_rules.has_begun(removal_rules.due_on(one.on, rule.months or 0), today)
    }
    rows = {row.child: row for row in Removal.objects.ahead()}
    over = [row for child_id, row in rows.items() if child_id not in begun]
    each_alone(over, lambda row: _stop(row, now), fault="A countdown could not be stopped")
    counted = (rows.keys() & begun.keys()) | with_anything(begun.keys() - rows.keys())
    return each_alone(
        sorted(counted),
        lambda child_id: _go_on(child_id, begun[child_id], rule, now),
        fault="A countdown could not go on",
    )


def _stop(row: Removal, now: datetime) -> int:
    """End a countdown: the child is placed again, or it is decided otherwise. What was removed before is certified."""
    with transaction.atomic():
        mine = Removal.objects.ahead().filter(pk=row.pk)
        stopped = mine.exclude(removed={}).update(done_at=now) or mine.delete()[0]
        if stopped:
            give_up(concerned=Q(event__in=[_event(row, step) for step in removal_rules.STEPS]), now=now)
            audit.did("removal.stopped", person_id=None, now=now, children=[row.child], removal=row.pk)
    return stopped


def _event(row: Removal, step: int) -> UUID:
    return uuid5(row.pk, str(step))


def _go_on(child_id: UUID, left: Left, rule: RemovalRule, now: datetime) -> int:
    """Write down what holds of a countdown today, and tell its step where one is due; return 1 then."""
    today, due = days.day_of(now), removal_rules.due_on(left.on, rule.months or 0)
    with transaction.atomic():
        row = Removal.objects.ahead().select_for_update().filter(child=child_id).first()
        if row is None:
            row = Removal(child=child_id, removes_on=removal_rules.first_day(due, today))
        row.left_on, row.preschool_id, row.rule = left.on, left.preschool_id, rule
        row.removes_on = max(row.removes_on, due)
        step = removal_rules.step_to_tell(row.removes_on, today, row.told)
        if step is not None:
            row.told, row.told_on = step, today
            row.removes_on = removal_rules.put_off(row.removes_on, step, today)
        row.save()
        if step is None:
            return 0
        people = sees_own([child_id], today).values_list("guardian", flat=True)
        about = {"removal": row.pk, "day": row.removes_on}
        notify(person_ids=people, kind=Kind.REMOVAL_AHEAD, event=_event(row, step), about=about, now=now)
        audit.did("removal.told", person_id=None, now=now, children=[child_id], removal=row.pk, step=step)
    return 1


def remove_due(*, now: datetime) -> int:
    """Remove what is due, as the report before it says (H08); return of how many children all is gone.

    A portion at a time, each in its own transaction and on the certificate: what is interrupted goes on the next night.
    """
    today = days.day_of(now)
    return each_alone(
        going(now, left_before(today)), lambda row: _remove(row, now), fault="Not everything could be removed"
    )


def _remove(row: Removal, now: datetime) -> int:
    while _remove_portion(row.pk, now):
        pass
    return Removal.objects.filter(pk=row.pk, done_at=now).count()


def _remove_portion(removal_id: UUID, now: datetime) -> bool:
    """Remove one portion; return whether there may be more.

    Nothing once the child is placed again, or while somebody of its family waits for everything: asked with both held.
    """
    today = days.day_of(now)
    with transaction.atomic():
        row = Removal.objects.ahead().select_for_update().filter(pk=removal_id).first()
        if row is None or not hold_where_left(row.child, today):
            return False
        if Removal.objects.filter(waits_for_extract(now), pk=row.pk).exists():
            return False
        gone = (
            remove_papers(child_id=row.child, most=A_PORTION)
            or remove_posts(child_id=row.child, today=today, most=A_PORTION)
            or _remove_extracts(row.child)
        )
        row.removed, row.done_at = Counter(row.removed) + gone, None if gone else now
        row.save(update_fields=["removed", "done_at"])
        action = "removal.removed" if gone else "removal.done"
        number = sum(gone.values())
        audit.did(action, person_id=None, now=now, children=[row.child], removal=row.pk, number=number)
    return bool(gone)


def _remove_extracts(child_id: UUID) -> Counter[str]:
    fetched = Extract.objects.select_related("file").filter(child=child_id)
    return sum((extracts.throw_away(one) for one in fetched), Counter())
