"""A preschool as somebody who works there meets it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from children.access import Action, can, departments_for
from children.actors import Actor
from children.models import Department, Preschool


@dataclass(frozen=True)
class Desk:
    """A preschool, those of its departments at which the person works, and whether the person leads it."""

    preschool: Preschool
    departments: list[Department]
    leads: bool


def desk_of(actor: Actor, preschool_id: UUID) -> Desk:
    """Return the preschool to who works or leads there. Raises `Http404` for anybody else, and for a tablet."""
    if actor.tablet:
        raise Http404
    own = departments_for(actor, Action.LIST_CHILDREN).filter(preschool=preschool_id).select_related("preschool__area")
    departments = list(own.order_by("name", "pk"))
    if not departments:
        raise Http404
    return Desk(departments[0].preschool, departments, can(actor, Action.OVERSEE, departments[0].preschool))
