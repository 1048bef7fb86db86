"""How much room in the store the preschools have."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from children.models import Preschool
from portal.lib.models import Base


class RoomLimit(Base):
    """What the municipality has decided: for one preschool, or for all that have no row of their own."""

    preschool = models.OneToOneField(Preschool, models.CASCADE, null=True, related_name="+")
    gigabytes = models.PositiveSmallIntegerField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), name="documents_roomlimit_one_for_all", condition=Q(preschool=None)
            ),
            models.CheckConstraint(name="documents_roomlimit_some", condition=Q(gigabytes__gte=1)),
        ]

    def __str__(self) -> str:
        return str(self.id)
