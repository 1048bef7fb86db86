"""Consents: guardians answer, change their minds, or have it written down for them; the municipality decides the rules.

Whatever may change to whom a child is shown notes it (`ShownChange`) in the same transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from children.access import Action, children_for, demand, get_child
from children.actors import Actor
from children.consent_rules import last_day, may_write_over
from children.models import Child, Consent, ConsentRule, Purpose, ShownChange
from children.selectors.consents import rules_today
from children.selectors.people import guardians_of
from portal.lib import days

LONGEST_MONTHS = 60
Key = tuple[UUID, Purpose]


@dataclass(frozen=True)
class Reply:
    """A guardian's yes or no for one child and purpose, and the words to which it was said."""

    child_id: UUID
    purpose: Purpose
    says_yes: bool
    wording: str


def answer(*, replies: Collection[Reply], actor: Actor, now: datetime) -> None:
    """Keep what a guardian says of the own children, from now on: a no closes at once.

    All or none. The same answer again on the same day changes nothing, and neither does a no to a no; a yes to a yes
    renews it. Raises what the door raises.
    """
    if actor.person_id is None:
        raise Http404
    with transaction.atomic():
        children = _held(actor, Action.ANSWER_CONSENTS, {reply.child_id for reply in replies})
        _keep(replies, actor.person_id, given_on=actor.today, actor=actor, now=now)
        audit.did(
            "consent.answered",
            person_id=actor.person_id,
            now=now,
            children=[child.pk for child in children],
            yes=_said(replies, says_yes=True),
            no=_said(replies, says_yes=False),
        )


def record_on_paper(
    *,
    child_id: UUID,
    guardian_id: UUID,
    says: Mapping[Purpose, bool],
    given_on: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Write down what a guardian of today has signed on paper, on its own day. It says who wrote it down.

    Raises what the door raises, and `ValidationError`: for somebody who is kept away or no guardian today, for a day
    that cannot be, and where the guardian has answered later than that.
    """
    with transaction.atomic():
        child = get_child(actor, Action.RECORD_CONSENTS, child_id, lock=True)
        if not guardians_of([child.pk], actor.today).filter(guardian=guardian_id).exists():
            raise ValidationError({"guardian": _("Välj en av barnets vårdnadshavare.")})
        rules = rules_today()
        if given_on > actor.today or any(last_day(given_on, rules[purpose].months) < actor.today for purpose in says):
            raise ValidationError({"given_on": _("Dagen ska vara idag eller tidigare, och medgivandet gälla än.")})
        replies = [Reply(child.pk, purpose, says_yes, "") for purpose, says_yes in says.items()]
        for old in _open([child.pk], guardian_id):
            if (is_yes := says.get(Purpose(old.purpose))) is not None and not may_write_over(
                old_day=old.given_on,
                was_yes=old.says_yes,
                is_own=old.recorded_by_id is None,
                new_day=given_on,
                is_yes=is_yes,
            ):
                raise ValidationError({"given_on": _later(old)})
        _keep(replies, guardian_id, given_on=given_on, actor=actor, now=now, is_on_paper=True)
        audit.did(
            "consent.recorded",
            person_id=actor.person_id,
            now=now,
            children=[child.pk],
            guardian=guardian_id,
            yes=_said(replies, says_yes=True),
            no=_said(replies, says_yes=False),
        )


def _later(old: Consent) -> str:
    said = _("Det finns ett senare svar, från {day}: {purpose}. Det gäller. Be vårdnadshavaren ändra det själv.")
    return said.format(day=days.in_words(old.given_on, "j F Y"), purpose=old.get_purpose_display())


def _said(replies: Iterable[Reply], *, says_yes: bool) -> str:
    """Return what was said so, for the log: words of ours, sorted."""
    return " ".join(sorted({reply.purpose for reply in replies if reply.says_yes == says_yes}))


def _held(actor: Actor, action: Action, wanted: Collection[UUID]) -> list[Child]:
    """Hold the children's rows, in the order of their ids; raises as the door does when one may not be reached."""
    rows = children_for(actor, action).filter(pk__in=wanted).select_for_update(of=("self",)).order_by("pk")
    found = list(rows)
    for child_id in set(wanted) - {child.pk for child in found}:
        get_child(actor, action, child_id)
    return found


def _open(child_ids: Collection[UUID], guardian_id: UUID) -> list[Consent]:
    """Return what the guardian last said, expired or not."""
    return list(Consent.objects.filter(child__in=child_ids, given_by=guardian_id, ended_at=None))


def _keep(
    replies: Collection[Reply],
    guardian_id: UUID,
    *,
    given_on: date,
    actor: Actor,
    now: datetime,
    is_on_paper: bool = False,
) -> None:
    """Let these answers take the place of those that are there, and note the children who may be shown otherwise."""
    rules = rules_today()
    there = {(row.child_id, row.purpose): row for row in _open({reply.child_id for reply in replies}, guardian_id)}
    ended: dict[str, list[UUID]] = defaultdict(list)
    new, changed = [], set()
    for reply in replies:
        old = there.get((reply.child_id, reply.purpose))
        is_same = old is not None and old.says_yes == reply.says_yes
        if old is not None:
            if is_same and (not reply.says_yes or old.given_on == given_on):
                continue
            ended[_why(old, is_same=is_same)].append(old.pk)
        until = last_day(given_on, rules[reply.purpose].months) if reply.says_yes else None
        new.append(
            Consent(
                child_id=reply.child_id,
                purpose=reply.purpose,
                given_by_id=guardian_id,
                says_yes=reply.says_yes,
                given_on=given_on,
                expires_on=until,
                wording=reply.wording,
                recorded_by=actor.person if is_on_paper else None,
            )
        )
        if not is_same or (old and old.expires_on and old.expires_on < actor.today):
            changed.add(reply.child_id)
    for why, ids in ended.items():
        Consent.objects.filter(pk__in=ids).update(ended_at=now, ended_why=why)
    Consent.objects.bulk_create(new)
    ShownChange.objects.note(changed)


def _why(old: Consent, *, is_same: bool) -> Consent.Ended:
    if is_same:
        return Consent.Ended.RENEWED
    return Consent.Ended.WITHDRAWN if old.says_yes else Consent.Ended.CHANGED


def decide(*, purpose: Purpose, needs: str, months: int, is_asked: bool, actor: Actor, now: datetime) -> None:
    """Decide who must say yes for a purpose, how long it holds, and whether it is asked for: from now on.

    What was answered before keeps its last day. The same again changes nothing. Raises `Http404` as the door does, and
    `ValidationError` for a number of months that cannot be.
    """
    demand(actor, Action.SET_CONSENT_RULES)
    if not 1 <= months <= LONGEST_MONTHS:
        raise ValidationError({"months": _("Välj mellan 1 och 60 månader.")})
    with transaction.atomic():
        rule = rules_today()[purpose]
        if (rule.needs, rule.months, rule.is_asked) == (needs, months, is_asked):
            return
        ConsentRule.objects.create(purpose=purpose, needs=needs, months=months, is_asked=is_asked, made_by=actor.person)
        if rule.needs != needs:
            answered = Consent.objects.filter(purpose=purpose, ended_at=None)
            ShownChange.objects.note(set(answered.values_list("child", flat=True)))
        audit.did(
            "consent.decided",
            person_id=actor.person_id,
            now=now,
            purpose=purpose,
            needs=needs,
            months=months,
            is_asked=is_asked,
        )
