"""What every model of the house has in common. No tables of its own."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Self, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.sql.compiler import SQLCompiler

from portal.lib.ids import uuid7


class Base(models.Model):
    """A row with a UUIDv7 as its id and the moment at which it was made (UTC)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


def holds_on(day: date, prefix: str = "") -> Q:
    """Return the condition that a dated row holds on `day`; both its dates are included."""
    return Q(**{f"{prefix}starts_on__lte": day}) & (
        Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": day})
    )


class DaysAfter(models.Func):
    """The date so many days after another, where the database knows how many."""

    output_field = models.DateField()

    def __init__(self, day: date | models.Expression, number: models.Expression) -> None:
        super().__init__(models.Value(day, models.DateField()) if isinstance(day, date) else day, number)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Sequence[Any]]:
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner="::date + ")

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **given: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        return self.as_sql(compiler, connection, template="date(%(expressions)s || ' days')", **given)


Row = TypeVar("Row", bound=models.Model)


def columns_of(model: type[models.Model]) -> tuple[str, ...]:
    """Return the names of all that a row of the model holds, for `of_row`."""
    return tuple(field.attname for field in model._meta.concrete_fields)


def of_row(model: type[Row], names: Sequence[str], row: Sequence[Any]) -> Row:
    """Return an instance with these columns, as `only()` would; the others are read when they are asked for."""
    given = dict(zip(names, row, strict=True))
    columns = [field.attname for field in model._meta.concrete_fields if field.attname in given]
    return model.from_db(None, columns, [given[name] for name in columns])


class DatedQuerySet(models.QuerySet[Row]):
    """Words for rows that hold from a date to a date."""

    def on(self, day: date) -> Self:
        """Return the rows that hold on `day`."""
        return self.filter(holds_on(day))

    def on_or_after(self, day: date) -> Self:
        """Return the rows that hold on `day` or later: those that have not ended before it."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class Dated(Base):
    """A row that holds from a date to a date, both included; without an end it holds until further notice."""

    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
            )
        ]
