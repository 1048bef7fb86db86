"""One import at a time: the turn ends with the import, and with the process that has it, however that dies."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.utils.translation import gettext as _

LOCK = 7_311_200
# A machine that vanishes closes nothing. PostgreSQL takes the turn back from whoever is silent for this long.
SILENCE = "10min"


class AnotherRunGoesOn(Exception):
    """Two imports at once would fight over the same rows."""

    def __init__(self) -> None:
        super().__init__(_("En annan inläsning pågår. Försök igen när den är klar."))


@contextmanager
def alone() -> Iterator[Callable[[], None]]:
    """Take the one turn that there is. Give a function that says "still here", to be called every minute or so.

    It raises `OperationalError` when the turn was lost: whoever goes on then may not be alone.
    Raises `AnotherRunGoesOn` when somebody else has the turn.
    """
    on_postgresql = connections[DEFAULT_DB_ALIAS].vendor == "postgresql"
    with _alone_in_database() if on_postgresql else _alone_in_folder() as still_here:
        yield still_here


@contextmanager
def _alone_in_database() -> Iterator[Callable[[], None]]:
    """Hold a lock in a transaction that stays open, on a connection that does nothing else.

    A lock of the session would be lost on a pooler, which lends each transaction another session. An open transaction
    that reads nothing and writes nothing is in nobody's way, vacuum's neither.
    """
    with closing(connections[DEFAULT_DB_ALIAS].copy()) as aside:
        aside.set_autocommit(False)
        with aside.cursor() as cursor:
            cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [SILENCE])
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                raise AnotherRunGoesOn

            try:
                yield lambda: cursor.execute("SELECT 1")
            finally:
                # The server hears of a closed connection a little later, and would turn away whoever comes at once.
                with suppress(Error):
                    aside.rollback()


@contextmanager
def _alone_in_folder() -> Iterator[Callable[[], None]]:
    """Hold a lock on a file: SQLite's database lies on one machine, and so do all who write to it."""
    folder = Path(settings.VAR)
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "register.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AnotherRunGoesOn from None
        yield lambda: None
    finally:
        os.close(handle)
