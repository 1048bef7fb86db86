"""Lines to other machines: none is open for longer than a claim holds."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer

from portal.lib import outbox


@contextmanager
def hanging_up(line: Callable[[], socket.socket | None]) -> Iterator[Callable[[], None]]:
    """Give a function to call before the first word: `outbox.LONGEST` after it the line is cut, unless we are done.

    Time limits of single answers do not end a conversation in which every answer comes in time and the last never does.
    """

    def cut() -> None:
        if (open_line := line()) is not None:
            with suppress(OSError):
                socket.socket.shutdown(open_line, socket.SHUT_RDWR)

    timer = Timer(outbox.LONGEST, cut)
    timer.daemon = True
    try:
        yield timer.start
    finally:
        timer.cancel()
