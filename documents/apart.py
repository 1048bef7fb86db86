"""Lets another process open what strangers made: with limits on memory and time, and given nothing of ours.

Neither settings nor environment are handed to it. But it is the portal's own user: only where the machine allows
namespaces of users is it kept from the network and from other processes, and nothing but the container it runs in keeps
it from files that the portal may read (`apart_program.limit`).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).with_name("apart_program.py")
SECONDS = 60  # by the clock on the wall, should the program's own limits not hold
# One arena and one thread: what each more would reserve counts against the limit on memory.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LANG": "C.UTF-8"}


class Refused(Exception):
    """The file was not taken, and `why`: a word of `documents.opened.Refused`. `peak_mb` is what it took of memory."""

    def __init__(self, why: str, peak_mb: float = 0.0) -> None:
        super().__init__(why)
        self.why, self.peak_mb = why, peak_mb


def run(work: str, **asked: Any) -> dict[str, Any]:
    """Return the program's answer, with its `peak_mb`. Raises `Refused`, also where it did not live to answer."""
    command = [sys.executable, "-I", str(PROGRAM), json.dumps({"work": work, **asked})]
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
