"""Which children a post can be about."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from accounts.models import Protection
from children.access import Action, children_for
from children.actors import Actor
from children.models import Child
from children.whereabouts import children_in


def children_to_tag(actor: Actor, department_id: UUID) -> list[Child]:
    """Return the children who are at the department today and whom the actor may tag: nobody who is protected."""
    here = children_for(actor, Action.LIST_CHILDREN).filter(children_in(Q(pk=department_id), actor))
    return list(here.filter(protection=Protection.NONE).order_by("given_name", "family_name", "pk"))
