"""Saying that nobody answers for some days, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from children.access import Action, get_department
from children.actors import Actor
from messaging.models import Away
from messaging.selectors.away import may_speak_for_self, own_aways


@dataclass(frozen=True)
class Absent:
    """From when until when nobody answers, what families read before they write, and to whom they turn instead."""

    starts_on: date
    ends_on: date
    words: str
    instead: str


def set_away(*, department_id: UUID | None, absent: Absent, actor: Actor, now: datetime) -> Away:
    """Say that nobody answers for a department, or (None) that the actor, who leads a preschool, does not.

    Raises `Http404` for another's department and for whoever leads none, and `ValidationError` for days that are over.
    """
    if absent.ends_on < max(absent.starts_on, actor.today):
        raise ValidationError({"ends_on": _("Välj en dag som inte är före den första, eller redan har varit.")})
    if department_id:
        get_department(actor, Action.ANNOUNCE, department_id)
    elif actor.tablet or not may_speak_for_self(actor):
        raise Http404
    with transaction.atomic():
        made = Away.objects.create(
            department_id=department_id,
            person_id=None if department_id else actor.person_id,
            starts_on=absent.starts_on,
            ends_on=absent.ends_on,
            words=absent.words.strip(),
            instead=absent.instead.strip(),
        )
        audit.did("away.set", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, away=made.pk)
    return made


def take_back_away(*, away_id: UUID, actor: Actor, now: datetime) -> None:
    """Say that somebody answers after all. Raises `Http404` for another's, and for what is over."""
    with transaction.atomic():
        away = own_aways(actor).select_for_update(of=("self",)).filter(pk=away_id).first()
        if away is None:
            raise Http404
        away.delete()
        audit.did("away.taken_back", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, away=away_id)
