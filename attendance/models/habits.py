"""What can be learned of a family's days, and the address at which its calendar reads them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from children.models import Child
from portal.lib.crypto import BlindIndexField, EncryptedTextField
from portal.lib.models import Base


class UsualTime(Base):
    """When a child usually comes and goes on a weekday (Monday is 0), by its real times: a proposal, never a plan.

    Minutes of the day on the preschool's clock. The spreads are how far from it half of the days were at most.
    """

    child = models.ForeignKey(Child, models.CASCADE, related_name="usual_times")
    weekday = models.PositiveSmallIntegerField()
    arrives = models.PositiveSmallIntegerField()
    leaves = models.PositiveSmallIntegerField()
    arrives_spread = models.PositiveSmallIntegerField()
    leaves_spread = models.PositiveSmallIntegerField()
    counted = models.PositiveSmallIntegerField()
    computed_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "weekday"], name="attendance_usualtime_one_per_weekday"),
            models.CheckConstraint(name="attendance_usualtime_weekday", condition=Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return str(self.id)


class CalendarFeed(Base):
    """The secret address at which a guardian's own calendar reads the children's days; revoked, it is no address."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feeds")
    secret = EncryptedTextField()
    secret_index = BlindIndexField(source="secret", unique=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(revoked_at=None), name="attendance_calendarfeed_one_each"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
