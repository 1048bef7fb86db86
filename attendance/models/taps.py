"""What happened: taps, and the stays that follow from them."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from children.models import Child, Department, Tablet
from portal.lib.constraints import NoOverlap


class TapEvent(models.Model):
    """One tap, as it was made. Never changed, never removed: an undo and a correction are events of their own.

    The id comes from the device that made it, so that the same tap sent twice is one tap. `offset` is how many seconds
    the device's clock was ahead of ours.
    """

    class Kind(models.TextChoices):
        ARRIVED = "arrived", _("Lämnad")
        LEFT = "left", _("Hämtad")
        UNDONE = "undone", _("Ångrad")

    id = models.UUIDField(primary_key=True)
    child = models.ForeignKey(Child, models.CASCADE, related_name="tap_events")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    undoes = models.UUIDField(null=True, blank=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    tablet = models.ForeignKey(Tablet, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    offset = models.IntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attendance_tapevent_undo_names_event",
                condition=Q(kind="undone", undoes__isnull=False) | (~Q(kind="undone") & Q(undoes=None)),
            )
        ]
        indexes = [models.Index(fields=["child", "occurred_at"], name="attendance_tapevent_by_child")]

    def __str__(self) -> str:
        return str(self.id)


class StayQuerySet(models.QuerySet["Stay"]):
    def open(self) -> Self:
        return self.filter(left_at=None, is_forgotten=False)

    def touching(self, begins: datetime, ends: datetime) -> Self:
        """Return the stays that have some part in the time from `begins` to `ends`, open ones included."""
        return self.filter(arrived_at__lt=ends).filter(Q(left_at=None) | Q(left_at__gt=begins))


class Stay(models.Model):
    """An arrival and a departure that happened: a projection of the taps, with the arrival's event as its id.

    `is_forgotten` is a stay that nobody ended before the child came again: its end is not known. It is never guessed.
    """

    id = models.UUIDField(primary_key=True)
    child = models.ForeignKey(Child, models.CASCADE, related_name="stays")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    left_event = models.UUIDField(null=True, blank=True)
    is_forgotten = models.BooleanField(default=False)
    flagged_on = models.DateField(null=True, blank=True)

    objects = StayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attendance_stay_ends_after_it_begins",
                condition=Q(left_at__isnull=True) | Q(left_at__gte=models.F("arrived_at")),
            ),
            models.UniqueConstraint(
                fields=["child"], condition=Q(left_at=None, is_forgotten=False), name="attendance_stay_one_open"
            ),
            NoOverlap(
                name="attendance_stay_no_overlap",
                owner="child",
                starts="arrived_at",
                ends="left_at",
                unless="is_forgotten",
                moments=True,
            ),
        ]
        indexes = [
            models.Index(fields=["child", "arrived_at"], name="attendance_stay_by_child"),
            models.Index(fields=["department", "arrived_at"], name="attendance_stay_by_department"),
        ]

    def __str__(self) -> str:
        return str(self.id)
