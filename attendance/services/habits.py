"""Learning, each night, when children usually come and go. Nothing follows from it but what may be proposed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts import audit
from attendance.models import DeclinedProposal, UsualTime
from attendance.selectors.lived import lived_by_home, lived_days, livings_of
from attendance.usual_rules import WEEKS_BACK, Usual, usual_by_weekday
from children.access import Action, get_child
from children.actors import Actor
from children.selectors.placed import placed_since
from portal.lib import days

AT_ONCE = 500
LEFT_ALONE = timedelta(weeks=4)

Whose = tuple[UUID, UUID | None, int]
"""A child, the home whose days they are (None: all days), a weekday."""


def learn_usual_times(*, now: datetime) -> int:
    """Compute the usual times of every child that is placed, from the eight weeks before today; return how many.

    Some hundred children at a time, each in a transaction of its own: a municipality takes no more memory than a large
    preschool. What came out as it was is left alone, so that most nights write little.
    """
    today = days.day_of(now)
    ids = list(placed_since(today).order_by("pk").values_list("pk", flat=True))
    UsualTime.objects.exclude(child__in=placed_since(today)).delete()
    return sum(_learn(ids[first : first + AT_ONCE], today) for first in range(0, len(ids), AT_ONCE))


def _learn(child_ids: Sequence[UUID], today: date) -> int:
    first, last = today - timedelta(weeks=WEEKS_BACK), today - timedelta(days=1)
    with transaction.atomic():
        lived = lived_by_home(lived_days(child_ids, first, last), livings_of(child_ids, first, last))
        learnt: dict[Whose, Usual] = {
            (child_id, home, weekday): usual
            for (child_id, home), own in lived.items()
            for weekday, usual in usual_by_weekday(own).items()
        }
        there = {
            (row.child_id, row.household_id, row.weekday): row for row in UsualTime.objects.filter(child__in=child_ids)
        }
        changed = {whose for whose in there.keys() | learnt.keys() if usual_in(there.get(whose)) != learnt.get(whose)}
        UsualTime.objects.filter(pk__in=[there[whose].pk for whose in changed if whose in there]).delete()
        UsualTime.objects.bulk_create(
            (
                UsualTime(child_id=child_id, household_id=home, weekday=weekday, computed_on=today, **vars(usual))
                for (child_id, home, weekday), usual in learnt.items()
                if (child_id, home, weekday) in changed
            ),
            batch_size=2_000,
        )
    return len(learnt)


def decline_proposals(*, child_id: UUID, actor: Actor, now: datetime) -> date:
    """Ask this guardian no more about what is usual for the child, until the day that is returned.

    Raises as the door does for somebody who does not plan for the child.
    """
    child, until = get_child(actor, Action.PLAN, child_id), days.day_of(now) + LEFT_ALONE
    with transaction.atomic():
        DeclinedProposal.objects.update_or_create(person=actor.person, child=child, defaults={"until": until})
        audit.did("usual.declined", person_id=actor.person_id, now=now, children=[child.pk])
    return until


def usual_in(row: UsualTime | None) -> Usual | None:
    """Return what a row says, or None without one."""
    if row is None:
        return None
    return Usual(row.arrives, row.leaves, row.arrives_spread, row.leaves_spread, row.counted)
