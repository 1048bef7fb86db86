"""Which children a post can be about."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q

from accounts.models import Protection
from children.access import Action, children_for
from children.actors import Actor
from children.models import Child
from children.selectors.unknown_families import protected_of
from children.whereabouts import children_in
from messaging.selectors.post_readers import children_at


def still_to_tag(department_id: UUID, child_ids: Collection[UUID], today: date) -> set[UUID]:
    """Return which of these children a post of the department may be about today, whoever wrote it."""
    return children_at(department_id, today).intersection(child_ids) - protected_of(child_ids)


def children_to_tag(actor: Actor, department_id: UUID) -> list[Child]:
    """Return the children who are at the department today and whom the actor may tag: nobody who is protected."""
    here = children_for(actor, Action.LIST_CHILDREN).filter(children_in(Q(pk=department_id), actor))
    return list(here.filter(protection=Protection.NONE).order_by("given_name", "family_name", "pk"))
