"""Stamps: how a board learns that something changed, without asking for the rows.

A department's stamp is a few random characters in the cache (a database row in the embedded default, Redis in
production) and the present minute, so that what follows from the time alone, such as LATE, appears by itself.
Stamps carry no content. A page reads its stamp before its rows: then it can be too old, never too new.
"""

import hashlib
import logging
import secrets
from collections.abc import Iterable
from uuid import UUID

from django.core.cache import caches
from django.db import transaction

from portal.lib import clock

log = logging.getLogger(__name__)

KEPT_FOR = 36 * 3600

# Departments whose change this process could not make known. While it leaves a cache alone that failed (see
# portal.lib.caches), others may read the old stamp there, and their boards stand still.
_owed: set[UUID] = set()


def _key(department_id: UUID) -> str:
    return f"live:{department_id}"


def touch(department_ids: Iterable[UUID]) -> None:
    """Give the departments new stamps once the present transaction is committed; at once when there is none."""
    chosen = set(department_ids)
    if chosen:
        transaction.on_commit(lambda: _renew(chosen), robust=True)


def _renew(department_ids: Iterable[UUID] = ()) -> None:
    """Give new stamps, also to those that are owed one since the cache failed.

    What fails is tried again whenever this process is asked for a stamp: a few seconds after the cache is back. Where
    nobody asks (the worker, or a process that ended), other boards see the change when the minute turns.
    """
    due = _owed | set(department_ids)
    _owed.update(due)
    stamps = {_key(department_id): secrets.token_urlsafe(8) for department_id in due}
    try:
        caches["stamps"].set_many(stamps, KEPT_FOR)
    except Exception as fault:  # noqa: BLE001 (whatever a cache can fail with: the rows are written, boards ask again)
        log.warning("stamps could not be renewed: %s", type(fault).__name__)
    else:
        _owed.difference_update(due)


def stamp(department_id: UUID) -> str:
    """Return the department's present stamp. Without a working cache each call gives a new one."""
    if _owed:
        _renew()
    minute = int(clock.now().timestamp() // 60)
    cache = caches["stamps"]
    try:
        change = cache.get(_key(department_id))
        if change is None:
            change = secrets.token_urlsafe(8)
            if not cache.add(_key(department_id), change, KEPT_FOR):
                change = cache.get(_key(department_id), change)
    except Exception as fault:  # noqa: BLE001 (a board that refreshes once too often beats one that stands still)
        log.warning("the stamp could not be read: %s", type(fault).__name__)
        change = secrets.token_urlsafe(8)
    return f"{change}.{minute}"


def joint_stamp(department_ids: Iterable[UUID]) -> str:
    """Return one stamp for several departments, in one look at the cache. None is given to one that has none yet."""
    if _owed:
        _renew()
    keys = sorted(_key(department_id) for department_id in department_ids)
    minute = int(clock.now().timestamp() // 60)
    try:
        changes = caches["stamps"].get_many(keys)
    except Exception as fault:  # noqa: BLE001 (as above)
        log.warning("the stamps could not be read: %s", type(fault).__name__)
        return f"{secrets.token_urlsafe(8)}.{minute}"
    joined = "".join(changes.get(key, "-") for key in keys)
    return f"{hashlib.sha256(joined.encode()).hexdigest()[:12]}.{minute}"
