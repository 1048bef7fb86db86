"""The preschool's own calendar: days on which it is closed, and what happens on the others."""

from collections.abc import Collection
from typing import Self, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from children.models import Area, Child, Department, Household, Preschool
from portal.lib.models import Base

Row = TypeVar("Row", bound=models.Model)
Ids = Collection[UUID]


class AtPlacesQuerySet(models.QuerySet[Row]):
    """Words for rows that concern an area, a preschool or a department, until they are cancelled."""

    def standing(self) -> Self:
        return self.filter(cancelled_at=None)

    def around(self, departments: Ids, preschools: Ids, areas: Ids) -> Self:
        """Return the rows that concern any of these places."""
        return self.filter(Q(department__in=departments) | Q(preschool__in=preschools) | Q(area__in=areas))

    def at(self, departments: models.QuerySet[Department]) -> Self:
        """Return the rows that concern any of these departments: their own, their preschool's or area's."""
        preschools, areas = departments.values("preschool"), departments.values("preschool__area")
        return self.filter(Q(department__in=departments.values("pk")) | Q(preschool__in=preschools) | Q(area__in=areas))


ONE_SCOPE = (
    Q(area__isnull=False, preschool=None, department=None)
    | Q(area=None, preschool__isnull=False, department=None)
    | Q(area=None, preschool=None, department__isnull=False)
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
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = AtPlacesQuerySet["ClosedDay"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="attendance_closedday_one_scope", condition=ONE_SCOPE),
            *(
                models.UniqueConstraint(
                    fields=["day", scope], name=f"attendance_closedday_once_per_{scope}", condition=Q(cancelled_at=None)
                )
                for scope in ("area", "preschool", "department")
            ),
        ]
        indexes = [models.Index(fields=["day"], name="attendance_closedday_by_day")]

    def __str__(self) -> str:
        return str(self.id)


class CalendarEvent(Base):
    """Something that happens: a summer feast, a meeting. The preschool is open as usual (what closes it is ClosedDay).

    Without times it is the whole day. Families are asked who comes where `asks`, until `answer_by` or the day itself.
    """

    title = models.CharField(max_length=120)
    text = models.TextField(max_length=2000, blank=True)
    day = models.DateField()
    from_time = models.TimeField(null=True, blank=True)
    to_time = models.TimeField(null=True, blank=True)
    area = models.ForeignKey(Area, models.CASCADE, null=True, blank=True, related_name="calendar_events")
    preschool = models.ForeignKey(Preschool, models.CASCADE, null=True, blank=True, related_name="calendar_events")
    department = models.ForeignKey(Department, models.CASCADE, null=True, blank=True, related_name="calendar_events")
    asks = models.BooleanField(default=False)
    answer_by = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = AtPlacesQuerySet["CalendarEvent"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="attendance_calendarevent_one_scope", condition=ONE_SCOPE),
            models.CheckConstraint(
                name="attendance_calendarevent_times",
                condition=Q(from_time=None, to_time=None)
                | Q(from_time__isnull=False, to_time=None)
                | Q(from_time__isnull=False, to_time__gt=models.F("from_time")),
            ),
        ]
        indexes = [models.Index(fields=["day"], name="attendance_event_by_day")]

    def __str__(self) -> str:
        return str(self.id)


class EventAnswer(Base):
    """A family's answer for one child, of two homes each home's own: whether it comes, and how many they are in all."""

    event = models.ForeignKey(CalendarEvent, models.CASCADE, related_name="answers")
    child = models.ForeignKey(Child, models.CASCADE, related_name="event_answers")
    household = models.ForeignKey(Household, models.CASCADE, null=True, blank=True, related_name="event_answers")
    is_coming = models.BooleanField()
    how_many = models.PositiveSmallIntegerField(default=1)
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    is_by_staff = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "child"], condition=Q(household=None), name="attendance_eventanswer_one_each"
            ),
            models.UniqueConstraint(
                fields=["event", "child", "household"],
                condition=Q(household__isnull=False),
                name="attendance_eventanswer_one_per_home",
            ),
            models.CheckConstraint(name="attendance_eventanswer_some", condition=Q(how_many__lte=20)),
        ]

    def __str__(self) -> str:
        return str(self.id)
