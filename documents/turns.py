"""Turns of workers: rows are claimed and seen to one after the other, until what else waits has its own turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar

from documents.models.claims import Claimed, ClaimedQuerySet
from portal.lib import bell

Row = TypeVar("Row", bound=Claimed)


def take_turn(
    rows: ClaimedQuerySet[Row], make: Callable[[Row, datetime], object], *, now: datetime, seconds: float, task: str
) -> int:
    """Claim these rows and let `make` see to each, with the moment it is; return how many it were.

    After so many seconds it stops and rings for another turn of `task`. Any number of workers may do this at once.
    """
    tried, started = 0, monotonic()
    while row := rows.claim(at := now + timedelta(seconds=monotonic() - started)):
        make(row, at)
        tried += 1
        if monotonic() - started > seconds:
            bell.ring(task)
            break
    return tried
