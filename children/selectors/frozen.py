"""Whose frozen account somebody may open again."""

from django.db.models import Q, QuerySet

from accounts.models import User
from children import access
from children.access import Action
from children.actors import Actor
from children.models import Guardianship, StaffRole
from children.selectors.personnel import WORKING


def may_open(actor: Actor) -> bool:
    """Tell whether opening accounts is the actor's at all."""
    return actor.tablet is None and actor.has_role(StaffRole.Kind.PRINCIPAL, StaffRole.Kind.ADMINISTRATOR)


def frozen_people(actor: Actor) -> QuerySet[User]:
    """Return the people whose frozen account the actor may open.

    A principal: guardians of the children at the own preschools, and whoever works there or for their area. An
    administrator: whoever works anywhere, since a principal cannot be helped by another one.
    """
    roles = StaffRole.objects.on(actor.today)
    preschools = access.preschools_for(actor, Action.OVERSEE)
    children = access.children_for(actor, Action.BLOCK)
    guardians = Guardianship.objects.on(actor.today).confirmed().filter(child__in=children)
    # Who leads the area is nobody's to open but the administrator's.
    for_the_area = Q(area__in=preschools.values("area"), kind__in=WORKING)
    work_here = roles.filter(Q(preschool__in=preschools) | Q(department__preschool__in=preschools) | for_the_area)
    who = Q(pk__in=guardians.values("guardian")) | Q(pk__in=work_here.values("person"))
    if actor.has_role(StaffRole.Kind.ADMINISTRATOR):
        who |= Q(pk__in=roles.values("person"))
    return User.objects.exclude(frozen_at=None).filter(who).order_by("family_name", "given_name")
