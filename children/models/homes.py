"""Where a child lives that has two homes, and in whose days (DOMAIN 2.8)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from children.models.people import Child
from portal.lib.constraints import NoOverlap
from portal.lib.models import Base, Dated, DatedQuerySet


class Household(Base):
    """One of a child's two homes. A child with one home needs none.

    Its times are its own: the other home sees them only where it `shares` them.
    """

    child = models.ForeignKey(Child, models.CASCADE, related_name="households")
    guardians = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="households")
    shares = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.id)


class HouseholdWeeksQuerySet(DatedQuerySet["HouseholdWeeks"]):
    def agreed(self) -> Self:
        return self.filter(is_proposed=False)


class HouseholdWeeks(Dated):
    """In which home a child is, over weeks that repeat from a Monday.

    `weeks` is a list of weeks, each seven letters from Monday: A where the evening is the first home's, B where it is
    the second's. A day on which the letter differs from the day before is one of handover. A proposal by one home
    decides nothing until the other agrees.
    """

    class Handover(models.TextChoices):
        BEFORE = "before", _("På morgonen, före förskolan")
        THERE = "there", _("På förskolan: den ena lämnar, den andra hämtar")
        AFTER = "after", _("På kvällen, efter förskolan")

    child = models.ForeignKey(Child, models.CASCADE, related_name="household_weeks")
    first = models.ForeignKey(Household, models.CASCADE, related_name="+")
    second = models.ForeignKey(Household, models.CASCADE, related_name="+")
    weeks = models.JSONField()
    handover = models.CharField(max_length=10, choices=Handover, default=Handover.THERE)
    is_proposed = models.BooleanField(default=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = HouseholdWeeksQuerySet.as_manager()

    class Meta(Dated.Meta):
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(name="children_householdweeks_two", condition=~Q(first=F("second"))),
            NoOverlap(
                name="children_householdweeks_one_at_a_time",
                owner="child",
                starts="starts_on",
                ends="ends_on",
                unless="is_proposed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
