"""Devices that notices are pushed to, and what each of them has been given."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.lib.crypto import BlindIndexField, EncryptedTextField
from portal.lib.models import Base


class DeviceQuerySet(models.QuerySet["Device"]):
    def in_use(self) -> Self:
        """Return those that still are their owners': not from before all sessions were ended or the account frozen."""
        began_later = Q(person__sessions_ended_at=None) | Q(given_at__gt=F("person__sessions_ended_at"))
        return self.filter(began_later, person__frozen_at=None)


class Device(Base):
    """A browser in which somebody has turned notices on (a Web Push subscription).

    It belongs to one person: whoever turns notices on in the same browser later takes it over. Logging out leaves it,
    since most sessions end by themselves and what is pushed says nothing; freezing the account, and whatever else ends
    every session, puts it out of use.
    """

    MOST = 10  # for each person; the one that was given longest ago makes room

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="devices")
    agent = EncryptedTextField()  # what the browser says about itself
    endpoint = EncryptedTextField()
    endpoint_index = BlindIndexField(source="endpoint", unique=True)
    public_key = EncryptedTextField()
    secret = EncryptedTextField()
    given_at = models.DateTimeField()
    last_success_at = models.DateTimeField(null=True, blank=True)

    objects = DeviceQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.id)


class Pushed(models.Model):
    """That a device has been given a notice: when the person's others must be tried again, this one is not."""

    delivery = models.ForeignKey("notifications.Delivery", models.CASCADE, related_name="pushed")
    device = models.ForeignKey(Device, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "device"], name="notifications_pushed_once")]

    def __str__(self) -> str:
        return str(self.pk)
