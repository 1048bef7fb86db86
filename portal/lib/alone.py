"""Work of which no piece holds up another."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

log = logging.getLogger(__name__)

Thing = TypeVar("Thing")


def each_alone(things: Iterable[Thing], do: Callable[[Thing], int], *, fault: str) -> int:
    """Do it with each of these; return the sum of what it returns.

    What it fails with is logged as the `fault` of that one, and the next is done: it is tried again in the next run.
    """
    total = 0
    for thing in things:
        try:
            total += do(thing)
        except Exception:  # whatever it is, what comes after it must go on
            log.exception("%s: %s", fault, thing)
    return total
