"""Holiday enquiries: will your child come between these days?"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from children.models import Area, Child, Household, Preschool
from portal.lib.models import Base


class HolidayEnquiryQuerySet(models.QuerySet["HolidayEnquiry"]):
    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)


class HolidayEnquiry(Base):
    """A question to the families of an area or a preschool: does the child come, day by day, between two dates?

    Open from `opens_on` until the end of `answer_by`; after that the answers stand fast, and staff change them.
    `silence` is what no answer means then.
    """

    class Silence(models.TextChoices):
        ATTENDS = "attends", _("Barnet kommer")
        FREE = "free", _("Barnet är ledigt")

    title = models.CharField(max_length=100)
    text = models.TextField(max_length=2000, blank=True)
    area = models.ForeignKey(Area, models.CASCADE, null=True, blank=True, related_name="holiday_enquiries")
    preschool = models.ForeignKey(Preschool, models.CASCADE, null=True, blank=True, related_name="holiday_enquiries")
    starts_on = models.DateField()
    ends_on = models.DateField()
    opens_on = models.DateField()
    answer_by = models.DateField()
    silence = models.CharField(max_length=10, choices=Silence, default=Silence.ATTENDS)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = HolidayEnquiryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attendance_holidayenquiry_one_scope",
                condition=Q(area__isnull=False, preschool=None) | Q(area=None, preschool__isnull=False),
            ),
            models.CheckConstraint(
                name="attendance_holidayenquiry_dates_in_order",
                condition=Q(ends_on__gte=F("starts_on"))
                & Q(answer_by__gte=F("opens_on"))
                & Q(answer_by__lt=F("starts_on")),
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], name="attendance_enquiry_by_end")]

    def __str__(self) -> str:
        return str(self.id)


class EnquiryAnswer(Base):
    """What was answered for one child and one day: of a child with two homes by each of those whose day it is."""

    enquiry = models.ForeignKey(HolidayEnquiry, models.CASCADE, related_name="answers")
    child = models.ForeignKey(Child, models.CASCADE, related_name="enquiry_answers")
    household = models.ForeignKey(Household, models.CASCADE, null=True, blank=True, related_name="enquiry_answers")
    day = models.DateField()
    attends = models.BooleanField()
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    is_by_staff = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry", "child", "day"],
                condition=Q(household=None),
                name="attendance_enquiryanswer_one_per_day",
            ),
            models.UniqueConstraint(
                fields=["enquiry", "child", "day", "household"],
                condition=Q(household__isnull=False),
                name="attendance_enquiryanswer_one_per_home",
            ),
        ]
        indexes = [models.Index(fields=["child", "day"], name="attendance_answer_by_child")]

    def __str__(self) -> str:
        return str(self.id)
