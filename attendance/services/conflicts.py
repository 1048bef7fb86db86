"""What somebody else has changed since a form was made: told, and never overwritten unseen (C14)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from attendance.models import PlanSave
from attendance.selectors import words
from attendance.selectors.marks import begins_of, last_change, marks_of
from children.access import Action, can
from children.actors import Actor
from children.models import Child
from portal.lib import days


class SomebodyElseChanged(ValidationError):
    """What the form was made from is not what lies there now. Nothing was saved; the sentence says who changed it."""


def refuse_if_changed(
    children: Sequence[Child],
    seen: Mapping[UUID, str],
    actor: Actor,
    *,
    reader: UUID | None,
    last: date | None = None,
) -> None:
    """Raise `SomebodyElseChanged` where a child's plans (to `last`) are not those that were seen (C14)."""
    asked = [child for child in children if child.id in seen]
    others: list[Child] = []
    for first in {begins_of(seen[child.id]) or actor.today for child in asked}:
        marks = marks_of([child.id for child in asked], first, reader=reader, last=last)
        others += [c for c in asked if begins_of(seen[c.id]) in (first, None) and seen[c.id] != marks[c.id]]
    if others:
        raise SomebodyElseChanged(_changed_words(others, actor, reader))


def own_last_save(child_ids: Collection[UUID], actor: Actor, *, reader: UUID | None) -> list[PlanSave]:
    """Return what the actor saved at once for these children, where nobody else has saved since; else nothing."""
    saves = PlanSave.objects.filter(made_by=actor.person_id, made_by__isnull=False)
    own = saves.filter(children__in=child_ids).order_by("-made_at").first()
    other = last_change(child_ids, not_by=actor.person_id, reader=reader)
    if own is None or (other.at and other.at >= own.made_at):
        return []
    return list(saves.filter(made_at=own.made_at).order_by("pk"))


def _changed_words(children: Sequence[Child], actor: Actor, reader: UUID | None) -> str:
    ids = [child.id for child in children]
    last = last_change(ids, not_by=actor.person_id, reader=reader)
    names = ", ".join(sorted(child.given_name for child in children))
    if not last.at or own_last_save(ids, actor, reader=reader):  # what is not theirs is nobody else's doing
        return _("{children}s schema har ändrats medan du höll på. Inget är sparat.").format(children=names)
    is_named = reader == actor.person_id or all(can(actor, Action.SEE_CONTACTS, child) for child in children)
    return _("{who} ändrade schemat för {children} {when}. Inget är sparat.").format(
        who=(last.name if is_named else "") or _("Någon"), children=names, when=words.moment_words(days.local(last.at))
    )
