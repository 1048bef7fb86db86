"""Lets another process open what strangers made: with limits on memory and time, and given nothing of ours.

Neither settings nor environment are handed to it. But it is the portal's own user: only where the machine allows
namespaces of users is it kept from the network and from other processes, and nothing but the container it runs in keeps
it from files that the portal may read (`apart_program.limit`).
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Any

from django.conf import settings

PROGRAM = Path(__file__).with_name("apart_program.py")
SECONDS = 60  # by the clock on the wall, should the program's own limits not hold
WORKS_FOR, LOOKS_FOR = 20, 5  # seconds of processor time
LOOKS_AT_ONCE = 2  # on this machine: each may take half a gigabyte
WAITS_FOR = 10.0  # seconds, with a thread of the web server: eight that send whole albums come in by turns
# One arena and one thread: what each more would reserve counts against the limit on memory.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LANG": "C.UTF-8"}


class Refused(Exception):
    """The file was not taken, and `why`: a word of `documents.opened.Refused`. `peak_mb` is what it took of memory."""

    def __init__(self, why: str, peak_mb: float = 0.0) -> None:
        super().__init__(why)
        self.why, self.peak_mb = why, peak_mb


class Busy(Refused):
    """The file was not looked at: too many others are."""


def look(work: str, **asked: Any) -> dict[str, Any]:
    """Do what `run` does where somebody waits for it: in less time, and so few at once as this machine bears.

    Raises `Busy` where it cannot begin within some seconds.
    """
    with _turn():
        return run(work, seconds=LOOKS_FOR, **asked)


@contextmanager
def _turn() -> Iterator[None]:
    """Hold one of few files, in a folder of this machine. The system lets go of it when we die."""
    folder, until = settings.VAR / "run", monotonic() + WAITS_FOR
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        files = [opened.enter_context((folder / f"look-{number}").open("w")) for number in range(LOOKS_AT_ONCE)]
        while not any(_is_ours(file) for file in files):
            if monotonic() > until:
                raise Busy("busy")
            sleep(0.01)
        yield


def _is_ours(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def run(work: str, *, seconds: int = WORKS_FOR, **asked: Any) -> dict[str, Any]:
    """Return the program's answer, with its `peak_mb`. Raises `Refused`, also where it did not live to answer."""
    command = [sys.executable, "-I", str(PROGRAM), json.dumps({"work": work, **asked}), str(seconds)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        env=ENVIRONMENT,
        cwd=os.sep,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as program:
        try:
            said, _errors = program.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)  # whatever it has begun: nothing is written behind our back
            raise Refused("time") from None
    try:
        answer: dict[str, Any] = json.loads(said)
    except ValueError:
        raise Refused("memory") from None
    if "refused" in answer:
        raise Refused(answer["refused"], answer["peak_mb"])
    return answer
