"""A constraint that both databases keep: rows of one owner never overlap in time.

PostgreSQL has exclusion constraints for it (they need its own extension btree_gist). SQLite has none, so there the
same rule is kept by two triggers, which come and go with the table like any other constraint.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models import F, Func, Q, UUIDField
from django.utils.translation import gettext_lazy as _


class NoOverlap(models.BaseConstraint):
    """No two rows with the same `owner` overlap between `starts` and `ends`; an empty end has no end.

    Dates include their last day, moments do not include their last instant. Rows for which `unless` (the name of a
    boolean field) is true are left out. Several owners are asked in turn: the first that is there is the row's.
    """

    violation_error_message = _("Perioden krockar med en annan.")

    def __init__(
        self, *, name: str, owner: str | Sequence[str], starts: str, ends: str, unless: str = "", moments: bool = False
    ):
        super().__init__(name=name)
        self.owners = (owner,) if isinstance(owner, str) else tuple(owner)
        self.starts, self.ends, self.unless, self.moments = starts, ends, unless, moments

    # PostgreSQL -------------------------------------------------------------------------------------------------

    def _exclusion(self) -> ExclusionConstraint:
        span = Func(
            F(self.starts),
            F(self.ends),
            RangeBoundary(inclusive_upper=not self.moments),
            function="TSTZRANGE" if self.moments else "DATERANGE",
            output_field=DateTimeRangeField() if self.moments else DateRangeField(),
        )
        owner: Any = self.owners[0]
        if len(self.owners) > 1:
            owner = Func(*map(F, self.owners), function="COALESCE", output_field=UUIDField())
        return ExclusionConstraint(
            name=self.name,
            expressions=[(span, RangeOperators.OVERLAPS), (owner, RangeOperators.EQUAL)],
            condition=Q(**{self.unless: False}) if self.unless else None,
        )

    # SQLite -----------------------------------------------------------------------------------------------------

    def _triggers(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        def column(field: str) -> str:
            found = model._meta.get_field(field)
            assert isinstance(found, models.Field) and found.column  # noqa: PT018, S101 (a column, for the type checker)
            return schema_editor.quote_name(found.column)

        def owner(row: str = "") -> str:
            columns = [f"{row}{column(field)}" for field in self.owners]
            return columns[0] if len(columns) == 1 else f"COALESCE({', '.join(columns)})"

        starts, ends = column(self.starts), column(self.ends)
        key = column(model._meta.pk.name)
        before = "<" if self.moments else "<="
        last = "9999-12-31"
        skip_new = f"NOT NEW.{column(self.unless)} AND " if self.unless else ""
        skip_old = f"NOT {column(self.unless)} AND " if self.unless else ""
        overlap = (  # built from the names that the model declares, and from nothing else
            f"{owner()} = {owner('NEW.')} AND {key} <> NEW.{key} "
            f"AND {starts} {before} COALESCE(NEW.{ends}, '{last}') AND NEW.{starts} {before} COALESCE({ends}, '{last}')"
        )
        return [
            Statement(
                f"CREATE TRIGGER {schema_editor.quote_name(f'{self.name}_{moment.lower()}')} "  # noqa: S608 (as said)
                f"BEFORE {moment} ON %(table)s WHEN {skip_new}"
                f"EXISTS (SELECT 1 FROM %(table)s WHERE {skip_old}{overlap}) "
                f"BEGIN SELECT RAISE(ABORT, 'constraint failed: {self.name}'); END",
                table=Table(model._meta.db_table, schema_editor.quote_name),
            )
            for moment in ("INSERT", "UPDATE")
        ]

    # What Django asks of a constraint ---------------------------------------------------------------------------

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().constraint_sql(model, schema_editor)
        # A trigger cannot stand inside CREATE TABLE: it follows once the table has its final name.
        schema_editor.deferred_sql.extend(self._triggers(model, schema_editor))
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().create_sql(model, schema_editor)
        first, second = self._triggers(model, schema_editor)
        schema_editor.execute(first, params=None)
        return second

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().remove_sql(model, schema_editor)
        for moment in ("insert", "update"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {schema_editor.quote_name(f'{self.name}_{moment}')}")
        return None

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Sequence[str] | set[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Raise `ValidationError` when a form's instance would break the constraint."""
        if exclude and {*self.owners, self.starts, self.ends} & set(exclude):
            return
        if self.unless and getattr(instance, self.unless):
            return
        strictly = "" if self.moments else "e"
        starts, ends = getattr(instance, self.starts), getattr(instance, self.ends)
        others = model._default_manager.using(using).exclude(pk=instance.pk)
        for owner in self.owners:
            found = getattr(instance, owner)
            others = others.filter(**{owner: found})
            if found is not None:
                break
        others = others.filter(Q(**{f"{self.ends}__isnull": True}) | Q(**{f"{self.ends}__gt{strictly}": starts}))
        if self.unless:
            others = others.filter(**{self.unless: False})
        if ends is not None:
            others = others.filter(**{f"{self.starts}__lt{strictly}": ends})
        if others.exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        owner = self.owners[0] if len(self.owners) == 1 else self.owners
        kwargs |= {"owner": owner, "starts": self.starts, "ends": self.ends}
        if self.unless:
            kwargs["unless"] = self.unless
        if self.moments:
            kwargs["moments"] = True
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoOverlap) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)
