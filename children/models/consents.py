"""What guardians have said about showing their children, and what the municipality asks (DOMAIN 5.2, 5.3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from children.models.people import Child
from portal.lib.models import Base


class Purpose(models.TextChoices):
    """Where a picture of a child may be shown."""

    DEPARTMENT = "department", _("Dokumentation på avdelningen")
    FAMILIES = "families", _("Förskolans familjer")
    PRINT = "print", _("Tryck")
    PUBLIC = "public", _("Öppen webb")


class ConsentQuerySet(models.QuerySet["Consent"]):
    def in_force(self, day: date) -> Self:
        return self.filter(ended_at=None, given_on__lte=day).filter(Q(expires_on__isnull=True) | Q(expires_on__gte=day))


class Consent(Base):
    """A guardian's answer for one child and one purpose. Never changed: a later answer ends it and is its own row.

    A yes holds to the end of its last day; a no holds until the same guardian says otherwise. `wording` is what the
    guardian read, word for word. `recorded_by` is who wrote down what was said on paper; None for the own login.
    """

    class Ended(models.TextChoices):
        WITHDRAWN = "withdrawn", _("Återkallat")
        CHANGED = "changed", _("Ändrat till ja")
        RENEWED = "renewed", _("Nytt svar")

    child = models.ForeignKey(Child, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="consents")
    says_yes = models.BooleanField()
    given_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    wording = models.TextField(blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=10, choices=Ended, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="children_consent_dates_in_order",
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("given_on")),
            ),
            models.CheckConstraint(
                name="children_consent_no_has_no_end", condition=Q(says_yes=True) | Q(expires_on__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["child", "purpose", "given_by"],
                condition=Q(ended_at=None),
                name="children_consent_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ConsentRule(Base):
    """What the municipality decided about a purpose, from then until its next decision: the latest row counts."""

    class Needs(models.TextChoices):
        ONE = "one", _("En vårdnadshavare")
        BOTH = "both", _("Alla vårdnadshavare")

    purpose = models.CharField(max_length=20, choices=Purpose)
    needs = models.CharField(max_length=10, choices=Needs, default=Needs.BOTH)
    months = models.PositiveSmallIntegerField(default=12)
    is_asked = models.BooleanField(default=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="children_consentrule_holds", condition=Q(months__gte=1, months__lte=60))
        ]
        indexes = [models.Index(fields=["purpose", "-created_at"], name="children_consentrule_latest")]

    def __str__(self) -> str:
        return str(self.id)


class ShownChangeQuerySet(models.QuerySet["ShownChange"]):
    def note(self, child_ids: Collection[UUID]) -> None:
        """Write that to whom these children are shown may have changed, in the transaction that changes it."""
        self.bulk_create([ShownChange(child_id=child_id) for child_id in sorted(set(child_ids))], batch_size=1000)


class ShownChange(Base):
    """Written in the transaction that may change to whom a child is shown; taken away by whoever has seen to it."""

    child = models.ForeignKey(Child, models.CASCADE, related_name="+")

    objects = ShownChangeQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.id)
