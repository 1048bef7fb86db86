"""Reminding departments that have not published for their days, and deciding how many these are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from children.access import Action, get_preschool
from children.actors import Actor
from children.models import Department
from children.selectors.peopled import departments_with_children
from children.selectors.reach import Relation
from children.selectors.reach_places import who_may_at
from messaging import post_rules
from messaging.models import PostRhythm
from messaging.selectors.freshness import Rhythm, rhythms_of
from notifications.models import Kind
from notifications.selectors import told_since
from notifications.services import Told, notify_of_all
from portal.lib import days

BEGINS, ENDS = time(8), time(16)
LOOKS_BACK = timedelta(days=400)

DaysOff = Callable[[Collection[Department], date, date], Mapping[UUID, Collection[date]]]
"""Gives the days between two dates on which departments are closed. Known to rooms that this one does not know."""


def remind_quiet(*, days_off: DaysOff, now: datetime) -> int:
    """Remind the staff of each department that has been quiet for its days, once in each silence.

    On weekdays in the daytime; closed days do not count. Run every hour; returns how many departments were told.
    """
    here = days.local(now)
    if not BEGINS <= here.time() < ENDS:
        return 0
    today = here.date()
    rhythms = rhythms_of(list(departments_with_children(today)))
    told = told_since(Kind.DEPARTMENT_QUIET, now - LOOKS_BACK)
    due = [one for one in rhythms if event_of(one) not in told and (today - one.silent_since).days >= one.days > 0]
    if not due:
        return 0
    off = days_off([one.department for one in due], min(one.silent_since for one in due), today)
    quiet = [
        one
        for one in due
        if post_rules.is_quiet(one.silent_since, today, one.days, frozenset(off.get(one.department.pk, ())))
    ]
    with transaction.atomic():
        about = [Told(event_of(one), _staff(one, today), {"department": one.department.pk}) for one in quiet]
        notify_of_all(told=about, kind=Kind.DEPARTMENT_QUIET, now=now)
    return len(quiet)


def event_of(rhythm: Rhythm) -> UUID:
    """Return the id by which a silence is told of once."""
    return uuid5(rhythm.department.pk, f"quiet since {rhythm.silent_since}")


def _staff(rhythm: Rhythm, today: date) -> list[UUID]:
    people = who_may_at(Action.WRITE_POSTS, rhythm.department, today)
    return [person for person, relation in people.items() if relation != Relation.PRINCIPAL]


def set_rhythm(*, preschool_id: UUID, chosen: Mapping[UUID, int], actor: Actor, now: datetime) -> None:
    """Decide after how many days without a post departments of the preschool are reminded; 0 is never.

    Raises `Http404` for whoever does not lead it, and `ValidationError` for a number that is too large.
    """
    if any(not 0 <= number <= post_rules.MOST_QUIET_DAYS for number in chosen.values()):
        raise ValidationError(_("Välj högst {number} dagar.").format(number=post_rules.MOST_QUIET_DAYS))
    with transaction.atomic():
        preschool = get_preschool(actor, Action.OVERSEE, preschool_id)
        for department in preschool.departments.filter(pk__in=chosen.keys()):
            PostRhythm.objects.update_or_create(department=department, defaults={"days": chosen[department.pk]})
        audit.did("post.rhythm", person_id=actor.person_id, now=now, preschool=preschool.pk)
