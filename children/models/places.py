"""Areas, preschools and departments, and the municipality's own settings."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.lib.models import Base, of_row
from portal.lib.prepared import Rows, prepared

_SETTINGS = ("id", "name", "visible_before_days")
MOST_VISIBLE_BEFORE_DAYS = 120


class Municipality(models.Model):
    """The settings of the municipality that this portal serves: exactly one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=200, default=_("Kommunen"))
    visible_before_days = models.PositiveSmallIntegerField(default=30)

    class Meta:
        constraints = [models.CheckConstraint(name="children_municipality_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Municipality":
        """Return the one row, or the house's defaults while there is none."""
        return next((of_row(cls, _SETTINGS, row) for row in _the_row()), None) or cls()


@prepared
def _the_row() -> Rows:
    return Municipality.objects.filter(pk=1).values_list(*_SETTINGS)


class PlaceQuerySet(models.QuerySet):  # type: ignore[type-arg]  # shared by three models
    def open_on(self, day: object) -> Self:
        """Return the places that have not closed for good before `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class Place(Base):
    """Something with a name in the register, which may begin and end."""

    name = models.CharField(max_length=200)
    register_id = models.UUIDField(null=True, blank=True, unique=True)
    register_print = models.CharField(max_length=64, blank=True, editable=False)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_dates_in_order",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Area(Place):
    """Rektorsområde: the preschools that one principal leads."""

    # Instead of what the municipality says; so too at a preschool, instead of its area.
    visible_before_days = models.PositiveSmallIntegerField(null=True, blank=True)


class Preschool(Place):
    """Förskola: a unit with an address and departments."""

    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="preschools")
    visible_before_days = models.PositiveSmallIntegerField(null=True, blank=True)
    school_unit_code = models.CharField(max_length=20, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    locality = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)


class Department(Place):
    """Avdelning: the group in which a child spends the day."""

    preschool = models.ForeignKey(Preschool, models.PROTECT, related_name="departments")
