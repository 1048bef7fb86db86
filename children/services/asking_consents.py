"""Asking families for their consents: when a yes is about to end, and when the staff remind them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q

from accounts import audit
from children.access import Action, get_department
from children.actors import Actor
from children.consent_rules import LATE, SOON
from children.models import Consent, Department, Guardianship, ShownChange
from children.selectors.consents import rules_today
from children.selectors.consents_of import department_consents, who_has_not_answered
from children.selectors.reach import sees_own
from notifications.models import Kind
from notifications.services import Told, notify_of_all
from portal.lib import days

AT_ONCE = 1_000
SEEN_UNTIL = "shown:seen-until"  # the day until which what a date alone changes is noted


def remind_department(*, actor: Actor, department: Department, now: datetime) -> int:
    """Ask the guardians who have not answered about a child of the department, once a day however often it is done.

    Returns how many are asked. Raises what the door raises.
    """
    get_department(actor, Action.RECORD_CONSENTS, department.pk)
    with transaction.atomic():
        children = [row.child for row in department_consents(actor, department)]
        waiting = who_has_not_answered(children, actor.today)
        asked = _ask(waiting, f"reminded {actor.today}", actor.today, now)
        audit.did("consent.reminded", person_id=actor.person_id, now=now, department=department.pk, guardians=asked)
    return asked


def ask_again(*, now: datetime) -> int:
    """Ask each guardian whose yes ends within 30 days, and remind within 7, of all the children at once.

    Each once, however often this runs, as long as nothing is answered. Returns how many are asked.
    """
    today = days.day_of(now)
    asked_for = [purpose for purpose, rule in rules_today().items() if rule.is_asked]
    ending = Consent.objects.filter(
        ended_at=None, says_yes=True, purpose__in=asked_for, expires_on__range=(today, today + SOON)
    )
    waiting: dict[UUID, set[UUID]] = {}
    first: dict[UUID, date] = {}
    for guardian_id, child_id, until in ending.order_by("expires_on").values_list("given_by", "child", "expires_on"):
        waiting.setdefault(guardian_id, set()).add(child_id)
        first.setdefault(guardian_id, until or today)
    asked = 0
    for why, late in (("ends", False), ("ends at once", True)):
        people = [person_id for person_id, until in first.items() if (until - today <= LATE) == late]
        for day in sorted({first[person_id] for person_id in people}):
            those = {person_id: waiting[person_id] for person_id in people if first[person_id] == day}
            with transaction.atomic():
                asked += _ask(those, f"{why} {day}", today, now)
    return asked


def _ask(waiting: Mapping[UUID, set[UUID]], why: str, today: date, now: datetime) -> int:
    """Tell each guardian who sees the children today, once for this reason; return how many."""
    child_ids = set().union(*waiting.values()) if waiting else set()
    seeing = set(sees_own(child_ids, today).values_list("guardian", "child")) if child_ids else set()
    told = []
    for person_id, about in sorted(waiting.items()):
        own = sorted(child_id for child_id in about if (person_id, child_id) in seeing)
        if own:
            siblings = {"siblings": " ".join(map(str, own[1:]))} if own[1:] else {}
            told.append(Told(uuid5(person_id, f"consent {why}"), [person_id], {"child": own[0], **siblings}))
    for place in range(0, len(told), AT_ONCE):
        notify_of_all(told=told[place : place + AT_ONCE], kind=Kind.CONSENT_ASKED, now=now)
    return len(told)


def note_what_the_day_changes(*, now: datetime) -> int:
    """Note the children of whom a consent or a guardianship has ended or begun by its date alone, since the last run.

    What is asked at each request closes by itself; this is for what was made and stored before. Where the cache has
    forgotten the last run a week is looked at: noted twice does no harm. Returns how many.
    """
    today = days.day_of(now)
    seen = cache.get(SEEN_UNTIL) or today - timedelta(days=7)  # all that began by then
    over = Consent.objects.filter(ended_at=None, expires_on__gte=seen, expires_on__lt=today)
    turned = Q(ends_on__gte=seen, ends_on__lt=today) | Q(starts_on__gt=seen, starts_on__lte=today)
    guarded = Guardianship.objects.confirmed().filter(turned)
    child_ids = {one for rows in (over, guarded) for one in rows.values_list("child", flat=True)}
    ShownChange.objects.note(child_ids)
    cache.set(SEEN_UNTIL, today, timeout=None)
    return len(child_ids)
