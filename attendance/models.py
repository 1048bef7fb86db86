"""The plan and the day: what a family says beforehand, and what then happened."""

from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from children.models import Area, Child, Contact, Department, Preschool, Tablet
from portal.lib.constraints import NoOverlap
from portal.lib.models import Base, Dated, DatedQuerySet


class WeekPlan(Dated):
    """A guardian's repeating plan: so many weeks of times, from a Monday until the next plan begins.

    `weeks` is a list of weeks, each a list of seven days from Monday, each a list of intervals `["07:30", "16:00"]`;
    an empty day is a day off.
    """

    child = models.ForeignKey(Child, models.CASCADE, related_name="week_plans")
    weeks = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = DatedQuerySet["WeekPlan"].as_manager()

    class Meta(Dated.Meta):
        constraints = [
            *Dated.Meta.constraints,
            NoOverlap(name="attendance_weekplan_one_at_a_time", owner="child", starts="starts_on", ends="ends_on"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DayPlan(Base):
    """What applies on one date, over the repeating plan: other times or off, who collects, a note for the staff.

    `intervals` is None where the repeating plan's times hold, and empty for a day off.
    """

    child = models.ForeignKey(Child, models.CASCADE, related_name="day_plans")
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
            models.UniqueConstraint(fields=["child", "day"], name="attendance_dayplan_one_per_day"),
            models.CheckConstraint(
                name="attendance_dayplan_one_collects",
                condition=Q(collecting_guardian=None) | Q(collecting_contact=None),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class AbsenceQuerySet(DatedQuerySet["Absence"]):
    def standing(self) -> Self:
        """Return those that have not been withdrawn."""
        return self.filter(withdrawn_at=None)


class Absence(Dated):
    """A child that does not come: whole days, or between two times on one day. The plan stays beneath it."""

    class Reason(models.TextChoices):
        SICK = "sick", _("Sjuk")
        LEAVE = "leave", _("Ledig")
        OTHER = "other", _("Annat")

    child = models.ForeignKey(Child, models.CASCADE, related_name="absences")
    ends_on = models.DateField()
    from_time = models.TimeField(null=True, blank=True)
    to_time = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=10, choices=Reason)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    is_by_staff = models.BooleanField(default=False)
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


class ClosedDayQuerySet(models.QuerySet["ClosedDay"]):
    def standing(self) -> Self:
        return self.filter(cancelled_at=None)

    def at(self, departments: models.QuerySet[Department]) -> Self:
        """Return the closed days that concern any of these departments: their own, their preschool's or area's."""
        return self.filter(
            Q(department__in=departments.values("pk"))
            | Q(preschool__in=departments.values("preschool"))
            | Q(area__in=departments.values("preschool__area"))
        )


class ClosedDay(Base):
    """A day on which a department, a preschool or an area is closed. Planned times lie beneath and come back."""

    day = models.DateField()
    area = models.ForeignKey(Area, models.CASCADE, null=True, blank=True, related_name="closed_days")
    preschool = models.ForeignKey(Preschool, models.CASCADE, null=True, blank=True, related_name="closed_days")
    department = models.ForeignKey(Department, models.CASCADE, null=True, blank=True, related_name="closed_days")
    reason = models.CharField(max_length=100)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = ClosedDayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attendance_closedday_one_scope",
                condition=Q(area__isnull=False, preschool=None, department=None)
                | Q(area=None, preschool__isnull=False, department=None)
                | Q(area=None, preschool=None, department__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["day"], name="attendance_closedday_by_day")]

    def __str__(self) -> str:
        return str(self.id)


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
