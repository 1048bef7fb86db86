"""Processes that live and die together."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

GRACE = 15.0  # seconds from asking a process to stop until it is made to
PAUSE = 0.1


class Process:
    """A program in a session of its own, with more environment than ours, writing to a log that starts empty."""

    def __init__(self, name: str, command: list[str], *, log: Path, folder: Path, environment: dict[str, str]) -> None:
        self.name, self.command, self.log, self.folder = name, command, log, folder
        self.environment = environment
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("wb") as output:
            self._running = subprocess.Popen(  # noqa: S603 - our own programs
                self.command,
                cwd=self.folder,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the terminal's Ctrl-C reaches the supervisor alone
            )

    def has_ended(self) -> bool:
        return self._running is not None and self._running.poll() is not None

    def ask_to_stop(self) -> None:
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()

    def make_stop(self, deadline: float) -> None:
        """Wait until the monotonic time `deadline`, then end it and everything it started."""
        if self._running is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._running.wait(max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait()

    def last_lines(self, count: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


class Supervisor:
    """Starts processes, and stops all of them when one ends or when we are asked to stop.

    A context manager: inside it SIGINT, SIGTERM and SIGHUP mean "stop"; after it no process is left.
    """

    def __init__(self, *processes: Process) -> None:
        self.processes = processes
        self.is_asked_to_stop = False

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            for process in self.processes:
                process.start()
        except BaseException:
            self._stop_all()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_all()

    def wait_until(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        """Return whether `condition` came true while all processes lived and nobody asked us to stop."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.is_asked_to_stop and self._first_ended() is None:
            if condition():
                return True
        return False

    def wait(self) -> Process | None:
        """Wait until we are asked to stop (None) or a process has ended by itself (that one)."""
        while not self.is_asked_to_stop:
            if ended := self._first_ended():
                return ended
            time.sleep(PAUSE)
        return None

    def _first_ended(self) -> Process | None:
        return next((process for process in self.processes if process.has_ended()), None)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_asked_to_stop = True

    def _stop_all(self) -> None:
        for process in self.processes:
            process.ask_to_stop()
        deadline = time.monotonic() + GRACE
        for process in self.processes:
            process.make_stop(deadline)
