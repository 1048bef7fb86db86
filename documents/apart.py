"""Lets another process open what strangers made: with limits on memory and time, and without anything of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).with_name("apart_program.py")
SECONDS = 60  # by the clock on the wall; the program counts its own processor time
# One arena and one thread: what each more would reserve counts against the limit on memory.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8"}


class Refused(Exception):
    """The file was not taken, and `why`: kind, damaged, pixels, active, locked, memory, time, disk."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def run(work: str, **asked: Any) -> dict[str, Any]:
    """Return the program's answer. Raises `Refused`, also where the program did not live to answer."""
    command = [sys.executable, "-I", str(PROGRAM), json.dumps({"work": work, **asked})]
    try:
        ended = subprocess.run(  # noqa: S603 - our own program
            command,
            env=ENVIRONMENT,
            cwd=os.sep,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused("time") from None
    try:
        answer: dict[str, Any] = json.loads(ended.stdout)
    except ValueError:  # ended by a limit, or by a fault in a library
        raise Refused("time" if ended.returncode in (-9, -24) else "memory") from None
    if "refused" in answer:
        raise Refused(answer["refused"])
    return answer
