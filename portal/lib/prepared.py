"""Reads whose SQL is made once.

Django makes the SQL of a queryset anew each time that it is read, from Python objects, and that takes three times
longer than PostgreSQL takes to answer. On a board that is asked all day the same few statements are worth keeping:
the queryset is written as always, in a function, and what changes from call to call are the ids that it is given.

    @prepared
    def plans_of(child_ids: Sequence[UUID], day: date) -> Rows:
        return WeekPlan.objects.on(day).filter(child__in=child_ids).values_list("child_id", "weeks")

PostgreSQL is given each statement once for each connection, too (PREPARE), and from then on only its ids: reading and
planning a statement takes it longer than looking the rows up. Not where a pooler stands between that lends the same
connection to somebody else after every transaction (`settings.DATABASE_POOLED`). A connection on which a statement is
of no use any more (it is gone, or a column has changed its type) forgets them all, and outside a transaction the same
call is answered without. A statement's name is its own: it can be missing, and never mean another.

Ids (UUIDs and collections of them) are the statement's parameters. All other arguments are part of what it is kept
under, so that whatever a queryset makes of a date (a horizon, a Monday) is made anew for another date. An id can only
be compared: nothing can be made of it, and a function that branches on one gets an id that no row has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, wraps
from hashlib import blake2b
from typing import Any, ParamSpec
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.db.models.query import ValuesListIterable
from django.db.transaction import TransactionManagementError
from psycopg2.extensions import AsIs

Given = ParamSpec("Given")
Row = tuple[Any, ...]
Rows = QuerySet[Any, Row]

KEPT = 128  # statements for each function: some dates, some lengths
LONGEST = 128  # a longer list of ids takes its time anyway
MOST_GIVEN = 256  # statements that a connection is given before it begins anew: other dates, other lengths

# Which statements each of the driver's connections has been given, by their names.
_given: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
# What PostgreSQL says of a statement that it does not know, and of one whose columns have changed.
UNKNOWN, CHANGED = "26000", "0A000"


@dataclass(frozen=True)
class _Ids:
    """Stands in a key for so many ids; None for one that is not in a list."""

    number: int | None


@dataclass(frozen=True)
class _Statement:
    """SQL, its parameters (`slots` names those that are ids), and how each column becomes Python's.

    `used` are the ids that the statement asks for, by their numbers among those that are given. One that `holds` rows
    must be in a transaction.
    """

    sql: str
    constants: tuple[Any, ...]
    slots: tuple[tuple[int, int], ...]
    used: tuple[int, ...]
    converters: tuple[tuple[int, list[Callable[..., Any]], Any], ...]
    holds: bool

    @cached_property
    def name(self) -> str:
        text = repr((self.sql, self.constants, self.slots))
        return f"kept_{blake2b(text.encode(), digest_size=16).hexdigest()}"

    def rows(self, given: Sequence[UUID]) -> list[Row]:
        if self.holds and not connection.in_atomic_block:
            raise TransactionManagementError("rows can be held in a transaction only")
        ids = [given[number] for number in self.used]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql" and not settings.DATABASE_POOLED:
                try:
                    self._call(cursor, ids)
                except DatabaseError as fault:
                    if not _is_forgotten(fault) or connection.in_atomic_block:
                        raise
                    cursor.execute(self.sql, self._values(ids))
            else:
                cursor.execute(self.sql, self._values([_stored(one) for one in ids]))
            found: list[Row] = cursor.fetchall()
        return [self._converted(row) for row in found] if self.converters else found

    def _values(self, ids: Sequence[Any]) -> list[Any]:
        values = list(self.constants)
        for place, number in self.slots:
            values[place] = ids[number]
        return values

    def _call(self, cursor: CursorWrapper, ids: Sequence[UUID]) -> None:
        if self.name not in _given.get(connection.connection, ()):
            self._give(connection.connection, len(ids))
        places = f" ({', '.join(['%s'] * len(ids))})" if ids else ""
        cursor.execute(f"EXECUTE {self.name}{places}", [str(one) for one in ids])

    def _give(self, raw: Any, ids: int) -> None:
        """Give the connection the statement. Past Django's own cursor: it is no query of a page."""
        with connection.wrap_database_errors, raw.cursor() as cursor:
            if raw not in _given or len(_given[raw]) >= MOST_GIVEN:
                # A plan of its own for each call (the first five, and where PostgreSQL then thinks so) is made from
                # the same few ids, and takes longer to make than the rows to find.
                cursor.execute("DEALLOCATE ALL; SET plan_cache_mode = force_generic_plan")
                _given[raw] = set()
            places = [AsIs(f"${number + 1}") for number in range(ids)]
            cursor.execute(f"PREPARE {self.name} AS {self.sql}", self._values(places))
        _given[raw].add(self.name)

    def _converted(self, row: Row) -> Row:
        values = list(row)
        for column, functions, expression in self.converters:
            for function in functions:
                values[column] = function(values[column], expression, connection)
        return tuple(values)


def _is_forgotten(fault: DatabaseError) -> bool:
    """Tell whether the connection's statements are of no use any more, and if so let it be given them anew."""
    is_forgotten = getattr(fault.__cause__, "pgcode", None) in (UNKNOWN, CHANGED)
    if is_forgotten:
        _given.pop(connection.connection, None)
    return is_forgotten


def prepared(build: Callable[Given, Rows]) -> Callable[Given, list[Row]]:
    """Return a function that reads what `build` asks for, a `values_list()`, with SQL that is made once."""
    return _prepared(build, all_used=True)


def prepared_for_some(build: Callable[Given, Rows]) -> Callable[Given, list[Row]]:
    """Return the same where not every id that is given need be in the statement: it follows from the rest which are."""
    return _prepared(build, all_used=False)


def _prepared(build: Callable[Given, Rows], *, all_used: bool) -> Callable[Given, list[Row]]:
    @lru_cache(maxsize=KEPT)
    def statement(key: tuple[Any, ...], names: tuple[str, ...]) -> _Statement | None:
        return _compiled(build, key, names, all_used=all_used)

    @wraps(build)
    def read(*args: Given.args, **named: Given.kwargs) -> list[Row]:
        key, ids = _shape((*args, *named.values()))
        if len(ids) > LONGEST:
            return list(build(*args, **named))
        kept = statement(key, tuple(named))
        return kept.rows(ids) if kept else []

    return read


def _shape(arguments: Sequence[Any]) -> tuple[tuple[Any, ...], list[UUID]]:
    """Return the arguments without their ids, and the ids. Lists are filled up, so that there are few lengths."""
    key: list[Any] = []
    ids: list[UUID] = []
    for argument in arguments:
        if isinstance(argument, UUID):
            key.append(_Ids(None))
            ids.append(argument)
        elif not isinstance(argument, str) and isinstance(argument, Collection) and _are_ids(argument):
            own = list(argument)
            own += own[-1:] * ((1 << max(len(own) - 1, 0).bit_length()) - len(own))
            key.append(_Ids(len(own)))
            ids += own
        else:
            key.append(argument)
    return tuple(key), ids


def _are_ids(arguments: Collection[Any]) -> bool:
    return all(isinstance(one, UUID) for one in arguments)


def _compiled(
    build: Callable[..., Rows], key: tuple[Any, ...], names: tuple[str, ...], *, all_used: bool
) -> _Statement | None:
    """Make the SQL with ids that stand nowhere else, and see where they come out; None where nothing can be found."""
    signs: list[UUID] = []

    def sign() -> UUID:
        signs.append(uuid4())
        return signs[-1]

    arguments = [
        part if not isinstance(part, _Ids) else sign() if part.number is None else [sign() for _n in range(part.number)]
        for part in key
    ]
    plain = len(arguments) - len(names)
    queryset = build(*arguments[:plain], **dict(zip(names, arguments[plain:], strict=True)))
    if not issubclass(queryset._iterable_class, ValuesListIterable):
        raise TypeError("only a values_list() can be prepared")
    compiler = queryset.query.get_compiler(connection=connection)
    try:
        sql, constants = compiler.as_sql()
    except EmptyResultSet:
        return None
    stored = {_stored(one): number for number, one in enumerate(signs)}
    found = {place: stored[value] for place, value in enumerate(constants) if _is_sign(value, stored)}
    used = tuple(sorted(set(found.values())))
    if all_used and len(used) < len(signs):
        raise TypeError("an id is not in the statement: it was changed, or left out")
    slots = tuple((place, used.index(number)) for place, number in found.items())
    converters = compiler.get_converters([selected[0] for selected in compiler.select])
    return _Statement(
        sql,
        tuple(constants),
        slots,
        used,
        tuple((column, *converter) for column, converter in converters.items()),
        holds=queryset.query.select_for_update,
    )


def _is_sign(value: Any, stored: dict[Any, int]) -> bool:
    return isinstance(value, UUID | str) and value in stored


def _stored(one: UUID) -> UUID | str:
    """Return the id as the database takes it as a parameter."""
    return one if connection.features.has_native_uuid_field else one.hex
