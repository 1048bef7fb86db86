"""From when a coming child is seen by its family, and by those who prepare for it (DOMAIN 2.11)."""

from __future__ import annotations

from django.db import transaction

from children.access import Action, demand, get_preschool
from children.actors import Actor
from children.models import Area, Municipality, Preschool


def decide_visibility(
    *, number: int | None, actor: Actor, area: Area | None = None, preschool: Preschool | None = None
) -> None:
    """Say how many days before for a preschool, an area, or (neither) the municipality; None: as it is said above.

    Above the municipality is the house. Raises `Http404` as the door does.
    """
    with transaction.atomic():
        if preschool is not None:
            get_preschool(actor, Action.SET_RULES, preschool.pk)
            Preschool.objects.filter(pk=preschool.pk).update(visible_before_days=number)
            return
        demand(actor, Action.SET_RULES)
        if area is not None:
            Area.objects.filter(pk=area.pk).update(visible_before_days=number)
        else:
            said = Municipality().visible_before_days if number is None else number
            Municipality.objects.update_or_create(pk=1, defaults={"visible_before_days": said})
