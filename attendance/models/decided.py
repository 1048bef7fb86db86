"""What is decided for places: attendance.place_rules reads it."""

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from children.models import Area, Preschool
from portal.lib.models import Base


class PlanningRuleQuerySet(models.QuerySet["PlanningRule"]):
    def above(self, preschool_id: UUID | None = None, area_id: UUID | None = None) -> Self:
        """Return the rows that decide there: the municipality's, the area's, the preschool's own."""
        scope = Q(preschool=None, area=None)
        if preschool_id:
            scope |= Q(preschool=preschool_id)
        if area_id:
            scope |= Q(area=area_id)
        return self.filter(scope)


class PlanningRule(Base):
    """What is decided for the municipality, or instead of that for an area or a preschool (attendance.place_rules).

    What is empty is decided above, and in the end by the house.
    """

    class CutOff(models.TextChoices):
        NONE = "none", _("Så länge dagen varar")
        DAYS_BEFORE = "days_before", _("Ett antal dagar före")
        WEEK_BEFORE = "week_before", _("En veckodag och tid veckan före")
        WARN = "warn", _("Låses inte, men familjen ombeds också prata med avdelningen")

    area = models.OneToOneField(Area, models.CASCADE, null=True, blank=True, related_name="planning_rule")
    preschool = models.OneToOneField(Preschool, models.CASCADE, null=True, blank=True, related_name="planning_rule")
    cut_off = models.CharField(max_length=20, choices=CutOff, blank=True)
    cut_off_days = models.PositiveSmallIntegerField(null=True, blank=True)
    cut_off_weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    cut_off_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    cut_off_weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    opening = models.JSONField(null=True, blank=True)
    most_weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    horizon_weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    late_after_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    reminds_on = models.SmallIntegerField(null=True, blank=True)
    warns_over_hours = models.BooleanField(null=True, blank=True)
    takes_absence_words = models.BooleanField(null=True, blank=True)
    opens_on_holidays = models.BooleanField(null=True, blank=True)

    objects = PlanningRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attendance_planningrule_one_scope", condition=Q(area=None) | Q(preschool=None)
            ),
            # An area and a preschool have one row each as it is; the municipality is neither.
            models.UniqueConstraint(
                models.Value(1),
                name="attendance_planningrule_one_municipality",
                condition=Q(area=None, preschool=None),
            ),
            models.CheckConstraint(name="attendance_planningrule_days", condition=Q(cut_off_days__lte=60)),
            models.CheckConstraint(
                name="attendance_planningrule_cut_off_moment",
                condition=Q(cut_off_weekday__lte=6) & Q(cut_off_minute__lte=1440) & Q(cut_off_weeks__range=(1, 2)),
            ),
            models.CheckConstraint(name="attendance_planningrule_reminds_on", condition=Q(reminds_on__range=(-1, 6))),
            models.CheckConstraint(name="attendance_planningrule_weeks", condition=Q(most_weeks__range=(1, 20))),
        ]

    def __str__(self) -> str:
        return str(self.id)
