"""Closed days: the preschool or one of its departments is shut, and planned times lie beneath until it is cancelled."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from attendance.models import ClosedDay
from children.access import Action, get_department, get_preschool
from children.actors import Actor
from children.models import Department
from portal.lib import days, live


def close_day(
    *,
    day: date,
    reason: str,
    actor: Actor,
    now: datetime,
    preschool_id: UUID | None = None,
    department_id: UUID | None = None,
) -> ClosedDay:
    """Close a preschool, or one department, on a day. Closing what is closed changes nothing.

    Raises `Http404` or `PermissionDenied` as the door does, and `ValidationError` for a day that has been.
    """
    if day < days.day_of(now):
        raise ValidationError({"day": _("Dagen har varit. Välj idag eller en dag framåt.")})
    with transaction.atomic():
        closed = ClosedDay(day=day, reason=reason, made_by=actor.person)
        if department_id:
            closed.department = get_department(actor, Action.OVERSEE, department_id)
        elif preschool_id:
            closed.preschool = get_preschool(actor, Action.OVERSEE, preschool_id)
        else:
            raise Http404
        same = ClosedDay.objects.standing().filter(day=day, preschool=closed.preschool, department=closed.department)
        if standing := same.first():
            return standing
        closed.save()
        audit.did("day.closed", person_id=actor.person_id, now=now, closed_day=closed.id, day=day)
        _touch(closed)
    return closed


def _touch(closed: ClosedDay) -> None:
    if closed.department_id:
        live.touch({closed.department_id})
    else:
        live.touch(set(Department.objects.filter(preschool=closed.preschool_id).values_list("pk", flat=True)))
