"""Rules of a place: decided by its principal, or for the municipality and its areas by an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import audit
from attendance.models import PlanningRule
from children.actors import Actor
from children.models import Area, Department, Preschool
from children.services.visibility import decide_visibility
from portal.lib import live


def decide(
    *,
    columns: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    area: Area | None = None,
    preschool: Preschool | None = None,
) -> None:
    """Decide for a preschool, an area, or (neither) the municipality; what is empty is as it is decided above.

    `columns` are those of `PlanningRule`, and `visible_before_days`, which is kept with the place itself. Days that
    are planned already stay as they are. Raises `Http404` as the door does.
    """
    with transaction.atomic():
        own = dict(columns)
        number = own.pop("visible_before_days", None)
        decide_visibility(number=number, actor=actor, area=area, preschool=preschool)
        if all(value in (None, "") for value in own.values()):
            PlanningRule.objects.filter(area=area, preschool=preschool).delete()
        else:
            PlanningRule.objects.update_or_create(area=area, preschool=preschool, defaults=own)
        audit.did(
            "rules.decided",
            person_id=actor.person_id,
            now=now,
            area=area.pk if area else "",
            preschool=preschool.pk if preschool else "",
            **{name: value for name, value in columns.items() if value not in (None, "")},
        )
        concerned = Department.objects.filter(preschool=preschool) if preschool else Department.objects.all()
        if area:
            concerned = concerned.filter(preschool__area=area)
        live.touch(concerned.values_list("pk", flat=True))
