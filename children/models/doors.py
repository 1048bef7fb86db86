"""Doors: tablets, grants to single persons, and what lies behind a protected identity."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionBase

from children.models.people import Child
from children.models.places import Department
from portal.lib.crypto import EncryptedTextField
from portal.lib.models import Base, Dated, DatedQuerySet
from portal.lib.outbox import Outgoing, OutgoingQuerySet


class TabletQuerySet(models.QuerySet["Tablet"]):
    def paired(self) -> Self:
        return self.filter(revoked_at=None)


class Tablet(Base):
    """A paired device in a department's hall: an actor of its own, never somebody's login."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="tablets")
    name = models.CharField(max_length=60)
    secret_digest = models.CharField(max_length=64)
    paired_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)
    locks = models.PositiveIntegerField(default=0)
    """How often somebody has locked it: a PIN given before the last time is worth nothing."""
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = TabletQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.id)


class PairingCode(Base):
    """A short code on the principal's screen that turns one device into a tablet, once, within minutes."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="+")
    tablet_name = models.CharField(max_length=60)
    code_digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    tablet = models.OneToOneField(Tablet, models.SET_NULL, null=True, related_name="pairing_code")

    def __str__(self) -> str:
        return str(self.id)

    def is_open(self, now: datetime) -> bool:
        return self.used_at is None and self.expires_at > now


class ChildGrantQuerySet(models.QuerySet["ChildGrant"]):
    def on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class ChildGrant(UserObjectPermissionBase):
    """One permission for one person on one child, from a date to a date: what no relation says.

    For a specialist, an interpreter, a grandparent. Relations are never copied into these rows.
    """

    content_object = models.ForeignKey(Child, models.CASCADE, related_name="grants")
    starts_on = models.DateField()
    ends_on = models.DateField()
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = UserObjectPermissionManager.from_queryset(ChildGrantQuerySet)()  # type: ignore[misc]  # guardian's base

    class Meta(UserObjectPermissionBase.Meta):
        constraints = [
            models.CheckConstraint(name="children_childgrant_dates_in_order", condition=Q(ends_on__gte=F("starts_on")))
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ProtectedIdentity(Base):
    """The real identity behind an alias, sealed. Opened only for named readers, and each look is told."""

    child = models.OneToOneField(Child, models.CASCADE, null=True, related_name="protected_identity")
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="protected_identity"
    )
    given_name = EncryptedTextField()
    family_name = EncryptedTextField(blank=True, default="")
    phone = EncryptedTextField(blank=True, default="")
    address = EncryptedTextField(blank=True, default="")
    # What the register said last; the protection itself stays until a person lifts it.
    is_marked_in_register = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="children_protectedidentity_of_one",
                condition=Q(child__isnull=False, person=None) | Q(child=None, person__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class NamedReader(Dated):
    """A member of staff on the list of those who may open one protected identity."""

    identity = models.ForeignKey(ProtectedIdentity, models.CASCADE, related_name="named_readers")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = DatedQuerySet["NamedReader"].as_manager()

    class Meta(Dated.Meta):
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=["identity", "reader"], name="children_namedreader_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Letter(Outgoing):
    """An invitation that is to go out by e-mail. The code is made when it is sent, and kept nowhere."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="letters")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    is_for_work = models.BooleanField(default=False)  # asked for where the person works, not where its children are

    objects = OutgoingQuerySet["Letter"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(sent_at=None, given_up_at=None), name="children_letter_one_waiting"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
