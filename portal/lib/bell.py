"""The bell that wakes a worker. What it tells of is a row already, and a sweep finds the rows: losing a ring is cheap.

So nobody waits for a broker: the ring is sent by a thread of its own, and who rings listens for a moment only.
"""

import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor

from celery import current_app

log = logging.getLogger(__name__)

LISTENS_FOR = 0.3
"""Seconds that a request gives the broker at most."""
RESTS_FOR = 5.0
"""Seconds after a failure in which nobody rings: the sweeps come all the same."""


class _Bell:
    def __init__(self) -> None:
        self.hand = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bell")
        self.rests_until = 0.0


_bell = _Bell()


def _hang_anew() -> None:
    global _bell  # noqa: PLW0603 - a forked worker has no thread of its parent's
    _bell = _Bell()


os.register_at_fork(after_in_child=_hang_anew)


def ring(task: str, *args: str) -> bool:
    """Ask for the task to be run; tell whether the broker is known to have heard it. Never raises."""
    if time.monotonic() < _bell.rests_until:
        return False
    try:
        _bell.hand.submit(current_app.send_task, task, list(args), retry=False).result(LISTENS_FOR)
    except Exception as fault:  # noqa: BLE001 - whatever a broker can fail with
        _bell.rests_until = time.monotonic() + RESTS_FOR
        log.warning("the bell could not be rung (%s): %s waits for its sweep", type(fault).__name__, task)
        return False
    return True
