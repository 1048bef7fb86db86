"""What is said beforehand: the repeating plan, the day that is different, and absence."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from children.models import Child, Contact, Household, Tablet
from portal.lib.constraints import NoOverlap
from portal.lib.crypto import EncryptedTextField
from portal.lib.models import Base, Dated, DatedQuerySet


class WeekPlan(Dated):
    """A guardian's repeating plan: so many weeks of times, from a Monday until the next plan begins.

    A child with two homes has one from each; without a household it is the child's, whichever home it is in.

    `weeks` is a list of weeks, each a list of seven days from Monday, each a list of intervals `["07:30", "16:00"]`;
    an empty day is a day off.
    """

    child = models.ForeignKey(Child, models.CASCADE, related_name="week_plans")
    household = models.ForeignKey(Household, models.CASCADE, null=True, blank=True, related_name="week_plans")
    weeks = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = DatedQuerySet["WeekPlan"].as_manager()

    class Meta(Dated.Meta):
        constraints = [
            *Dated.Meta.constraints,
            NoOverlap(
                name="attendance_weekplan_one_at_a_time",
                owner=("household", "child"),
                starts="starts_on",
                ends="ends_on",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DayPlan(Base):
    """What applies on one date, over the repeating plan: other times or off, who collects, a note for the staff.

    `intervals` is None where the repeating plan's times hold, and empty for a day off.
    """

    child = models.ForeignKey(Child, models.CASCADE, related_name="day_plans")
    household = models.ForeignKey(Household, models.CASCADE, null=True, blank=True, related_name="day_plans")
    day = models.DateField()
    intervals = models.JSONField(null=True, blank=True)
    collecting_guardian = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    collecting_contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "day"], condition=Q(household=None), name="attendance_dayplan_one_per_day"
            ),
            models.UniqueConstraint(
                fields=["child", "day", "household"],
                condition=Q(household__isnull=False),
                name="attendance_dayplan_one_per_home",
            ),
            models.CheckConstraint(
                name="attendance_dayplan_one_collects",
                condition=Q(collecting_guardian=None) | Q(collecting_contact=None),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class PlanSave(Base):
    """One press of "save" by which plans changed: who did it, and what lay there before and after.

    It is what can be taken back, and what the history tells. `before` and `after` hold, by child, the repeating plans
    from the day on which the change begins, as `attendance.services.saves` writes them. `tablet` is where a PIN was
    used.
    """

    children = models.ManyToManyField(Child, related_name="plan_saves")
    household = models.ForeignKey(Household, models.CASCADE, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    tablet = models.ForeignKey(Tablet, models.PROTECT, null=True, related_name="+")
    is_by_staff = models.BooleanField(default=False)
    before = models.JSONField()
    after = models.JSONField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["made_by", "-made_at"], name="attendance_plansave_by_person")]

    def __str__(self) -> str:
        return str(self.id)


class AbsenceQuerySet(DatedQuerySet["Absence"]):
    def standing(self) -> Self:
        """Return those that have not been withdrawn."""
        return self.filter(withdrawn_at=None)


class Absence(Dated):
    """A child that does not come: whole days, or between two times on one day. The plan stays beneath it.

    `words` are the family's own, where the place takes any (PlanningRule.takes_absence_words): often about health, so
    they are sealed, and shown to staff only while the absence lasts. One that was ended early has `ended_at`, keeps
    the days that were, and in `reported_until` until when it was reported.
    """

    class Reason(models.TextChoices):
        SICK = "sick", _("Sjuk")
        LEAVE = "leave", _("Ledig")
        OTHER = "other", _("Annat")

    child = models.ForeignKey(Child, models.CASCADE, related_name="absences")
    ends_on = models.DateField()
    from_time = models.TimeField(null=True, blank=True)
    to_time = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=10, choices=Reason)
    words = EncryptedTextField(blank=True, default="")
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    is_by_staff = models.BooleanField(default=False)
    reported_until = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta(Dated.Meta):
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                name="attendance_absence_part_of_one_day",
                condition=Q(from_time=None, to_time=None)
                | Q(
                    from_time__isnull=False,
                    to_time__isnull=False,
                    to_time__gt=models.F("from_time"),
                    ends_on=models.F("starts_on"),
                ),
            ),
        ]
        indexes = [models.Index(fields=["child", "ends_on"], name="attendance_absence_by_child")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_part_of_day(self) -> bool:
        return self.from_time is not None
