"""What can be learned of a family's days, and the address at which its calendar reads them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from children.models import Child, Household
from portal.lib.crypto import BlindIndexField, EncryptedTextField
from portal.lib.models import Base


class UsualTime(Base):
    """When a child usually comes and goes on a weekday (Monday is 0), by its real times: a proposal, never a plan.

    Minutes of the day on the preschool's clock. The spreads are how far from it half of the days were at most. Of a
    child with two homes each has its own, by the days that are wholly its own; without a `household` it is of all days.
    """

    child = models.ForeignKey(Child, models.CASCADE, related_name="usual_times")
    household = models.ForeignKey(Household, models.CASCADE, null=True, blank=True, related_name="+")
    weekday = models.PositiveSmallIntegerField()
    arrives = models.PositiveSmallIntegerField()
    leaves = models.PositiveSmallIntegerField()
    arrives_spread = models.PositiveSmallIntegerField()
    leaves_spread = models.PositiveSmallIntegerField()
    counted = models.PositiveSmallIntegerField()
    computed_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "weekday"],
                condition=Q(household=None),
                name="attendance_usualtime_one_per_weekday",
            ),
            models.UniqueConstraint(
                fields=["child", "weekday", "household"],
                condition=Q(household__isnull=False),
                name="attendance_usualtime_one_per_home",
            ),
            models.CheckConstraint(name="attendance_usualtime_weekday", condition=Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DeclinedProposal(Base):
    """A guardian's answer that a child's times are right as they are: what is usual is not proposed before a day."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    child = models.ForeignKey(Child, models.CASCADE, related_name="+")
    until = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "child"], name="attendance_declinedproposal_one_each")]

    def __str__(self) -> str:
        return str(self.id)


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def standing(self) -> Self:
        """Return the addresses that are some. One is none for good once the account was frozen, or taken over anew."""
        ended = Q(person__sessions_ended_at__gte=F("created_at"))
        return self.filter(revoked_at=None).exclude(ended)


class CalendarFeed(Base):
    """The secret address at which a guardian's own calendar reads the children's days; revoked, it is no address.

    `digest` is of what was last read there, and `changed_at` when that became so: what a calendar asks for.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feeds")
    secret = EncryptedTextField()
    secret_index = BlindIndexField(source="secret", unique=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(revoked_at=None), name="attendance_calendarfeed_one_each"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
