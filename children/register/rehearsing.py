"""Where a dry run writes: never in the way of those who work meanwhile, as far as the database lets us."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar, cast

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

Answer = TypeVar("Answer")
Outside = Callable[[Callable[[], None]], None]


@contextmanager
def nothing_kept() -> Iterator[Outside]:
    """Let this thread write as it likes and keep nothing of it. Give a function that does something outside, for good.

    SQLite has one writer, so there a private copy of the file is written to, and taken away afterwards: taps do not
    wait. PostgreSQL takes a transaction back, on a connection of its own: rows that the register would change are
    locked until then, and whoever changes the same row (a person on the list who logs in) waits for it; reading and
    taps do not. What is done outside must not change such a row.
    """
    real = connections[DEFAULT_DB_ALIAS]
    # Within a transaction no other connection sees what was written before, and on SQLite its lock is taken already.
    if real.in_atomic_block:
        with _taken_back():
            yield lambda act: act()
        return
    with _copy_of_file(real) if real.vendor == "sqlite" else closing(real.copy()) as other:
        connections[DEFAULT_DB_ALIAS] = other
        try:
            with _taken_back():
                yield lambda act: _with(real, other, act)
        finally:
            connections[DEFAULT_DB_ALIAS] = real


def _with(real: BaseDatabaseWrapper, other: BaseDatabaseWrapper, act: Callable[[], None]) -> None:
    connections[DEFAULT_DB_ALIAS] = real
    try:
        act()
    finally:
        connections[DEFAULT_DB_ALIAS] = other


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def _copy_of_file(real: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    """Give a connection to a copy. Copying reads only: nobody waits for it.

    The folder has one name, and one import runs at a time: what a killed run left is taken away by the next.
    """
    folder = Path(settings.VAR) / "rehearsal"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    file = folder / "copy.sqlite3"
    try:
        real.ensure_connection()
        with closing(sqlite3.connect(file)) as target:
            cast("sqlite3.Connection", real.connection).backup(target)
        copy = real.copy()
        copy.settings_dict["NAME"] = str(file)
        try:
            yield copy
        finally:
            copy.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
