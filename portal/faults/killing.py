"""Real workers, ended without a word in the middle of their work, and begun again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from celery import current_app

WORKER = ["-m", "celery", "--app", "portal", "worker", "--loglevel", "ERROR", "--concurrency", "2"]
WORKER += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
BEAT = ["-m", "celery", "--app", "portal", "beat", "--loglevel", "ERROR", "--pidfile", ""]


class Group:
    """A process and whatever it started, which die together as when a machine is switched off."""

    def __init__(self, arguments: list[str], *, environment: dict[str, str], log: IO[bytes]) -> None:
        self.arguments, self.environment, self.log = arguments, environment, log
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 (our own)
            [sys.executable, *self.arguments],
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Workers:
    """Two workers with two processes each, and the clock that sweeps. One worker is killed every few seconds."""

    def __init__(self, folder: Path, environment: dict[str, str], *, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 (no secret)
        self.log = (folder / "workers.log").open("wb")
        names = [["--hostname", f"faults{number}@here"] for number in (1, 2)]
        self.workers = [Group(WORKER + name, environment=environment, log=self.log) for name in names]
        schedule = ["--schedule", str(folder / "beat")]
        self.beat = Group(BEAT + schedule, environment=environment, log=self.log)
        self.kills = 0
        self._put_off(10.0)  # they need some seconds to begin

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_fault: object) -> None:
        for group in (*self.workers, self.beat):
            group.kill()
        self.log.close()

    def is_due(self) -> bool:
        """Tell whether the next one is to die: some seconds after the last one's successor has begun to work."""
        if time.monotonic() < self._next:
            return False
        return len(current_app.control.ping(timeout=1.0)) == len(self.workers)

    def kill_one(self) -> None:
        """End one of them with SIGKILL, and begin it anew at once."""
        victim = self.chance.choice(self.workers)
        victim.kill()
        victim.start()
        self.kills += 1
        self._put_off(self.chance.uniform(2.0, 6.0))

    def _put_off(self, seconds: float) -> None:
        self._next = time.monotonic() + seconds
