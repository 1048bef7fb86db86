"""Children of whom their placement says where they are on a day, and their one home whose day it is."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from children.models import BackupPlacement, HouseholdWeeks, Placement


def settled_on(day: date) -> QuerySet[Placement]:
    """Return the placements that hold on `day`, but for children with a backup placement or two homes that day."""
    backups, homes = _backups(day), _homes(day)
    return Placement.objects.on(day).filter(
        ~Exists(backups.filter(child=OuterRef("child"))), ~Exists(homes.filter(child=OuterRef("child")))
    )


def unsettled_on(day: date) -> QuerySet[Any, Any]:
    """Return the ids of those children, as a query of one column. Some of them may be placed nowhere."""
    return _backups(day).order_by().values("child").union(_homes(day).order_by().values("child"))


def _backups(day: date) -> QuerySet[BackupPlacement]:
    return BackupPlacement.objects.on(day)


def _homes(day: date) -> QuerySet[HouseholdWeeks]:
    return HouseholdWeeks.objects.agreed().on(day)
