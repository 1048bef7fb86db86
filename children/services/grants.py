"""What no relation says: one person, one child, some actions, until a date."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from children.access import GRANTABLE, Action, get_child
from children.actors import Actor
from children.models import Block, Child, ChildGrant
from children.services.silence import withdraw_what_is_unseen

LONGEST_DAYS = 366


def grant(
    *,
    actor: Actor,
    child: Child,
    person: User,
    actions: Collection[Action],
    starts_on: date,
    ends_on: date,
    now: datetime,
) -> None:
    """Let somebody do these things with the child from a date to a date, both included (B09).

    Seeing the child is always among them. What the person was granted before for the child is replaced. Raises what
    the door raises, and `ValidationError` for dates out of order, too long a time, or a blocked person.
    """
    with transaction.atomic():
        child = get_child(actor, Action.GRANT, child.pk, lock=True)
        _check(actor, child, person, starts_on, ends_on)
        chosen = {Action.SEE_CHILD, *actions}
        if chosen - set(GRANTABLE):
            raise ValidationError({"actions": _("Det går inte att ge den behörigheten till en enskild person.")})
        ChildGrant.objects.filter(user=person, content_object=child).delete()
        permissions = Permission.objects.filter(
            content_type__app_label="children", content_type__model="child", codename__in=chosen
        )
        ChildGrant.objects.bulk_create(
            ChildGrant(
                user=person,
                content_object=child,
                permission=permission,
                starts_on=starts_on,
                ends_on=ends_on,
                granted_by=actor.person,
            )
            for permission in permissions
        )
        audit.did(
            "child.granted",
            person_id=actor.person_id,
            now=now,
            children=[child.id],
            granted_to=person.id,
            actions=",".join(sorted(chosen)),
            starts_on=starts_on,
            ends_on=ends_on,
        )
        withdraw_what_is_unseen(person_ids=[person.id], now=now)  # it may begin later than what it replaces


def _check(actor: Actor, child: Child, person: User, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise ValidationError({"ends_on": _("Sista dagen kan inte vara före den första.")})
    if ends_on < actor.today:
        raise ValidationError({"ends_on": _("Sista dagen har redan varit.")})
    if (ends_on - starts_on).days > LONGEST_DAYS:
        raise ValidationError({"ends_on": _("Ge behörighet för högst ett år i taget.")})
    if Block.objects.in_force().filter(child=child, person=person).exists():
        raise ValidationError({"email": _("Personen är spärrad för barnet.")})


def withdraw_grant(*, actor: Actor, child: Child, person: User, now: datetime) -> None:
    """Shut the door again before its day, and withdraw what waits to be told. Raises what the door raises."""
    with transaction.atomic():
        child = get_child(actor, Action.GRANT, child.pk)
        if ChildGrant.objects.filter(user=person, content_object=child).delete()[0]:
            withdraw_what_is_unseen(person_ids=[person.id], now=now)
            audit.did(
                "child.grant_withdrawn",
                person_id=actor.person_id,
                now=now,
                children=[child.id],
                granted_to=person.id,
            )
