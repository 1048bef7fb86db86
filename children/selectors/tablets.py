"""The tablets of a preschool, and the code that waits for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from children.models import PairingCode, Preschool, Tablet
from portal.lib import clock

# A tablet in use asks at least every few seconds; `seen_at` is right to five minutes.
IN_USE_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class TabletRow:
    """A paired tablet, and whether it is in use now."""

    tablet: Tablet
    is_in_use: bool


def paired_tablets(preschool: Preschool) -> list[TabletRow]:
    """Return the tablets that are paired with the preschool's departments."""
    now = clock.now()
    rows = Tablet.objects.paired().filter(department__preschool=preschool).select_related("department")
    return [
        TabletRow(tablet=row, is_in_use=row.seen_at is not None and now - row.seen_at < IN_USE_FOR)
        for row in rows.order_by("department__name", "name", "created_at")
    ]


def find_tablet(preschool: Preschool, tablet_id: UUID) -> Tablet | None:
    """Return a paired tablet of the preschool."""
    return Tablet.objects.paired().filter(department__preschool=preschool, pk=tablet_id).first()


def find_code(preschool: Preschool, code_id: UUID) -> PairingCode | None:
    """Return a pairing code of the preschool, with the tablet that it made."""
    codes = PairingCode.objects.select_related("department", "tablet")
    return codes.filter(department__preschool=preschool, pk=code_id).first()
