"""Processes that live and die together; some are brought back a few times first."""

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
RETURNS = 3  # times within `WITHIN` that a process is brought back
WITHIN = 60.0  # seconds


class Process:
    """A program in a session of its own, with more environment than ours, writing to a log that starts empty.

    One that `returns` can do its work later as well: it is brought back when it has ended by itself.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        log: Path,
        folder: Path,
        environment: dict[str, str],
        returns: bool = False,
    ) -> None:
        self.name, self.command, self.log, self.folder = name, command, log, folder
        self.environment, self.returns = environment, returns
        self._running: subprocess.Popen[bytes] | None = None
        self._returned_at: list[float] = []

    def start(self) -> None:
        """Start it, with an empty log."""
        self.log.write_bytes(b"")
        self._start()

    def bring_back(self) -> bool:
        """Start what has ended once more, unless it does not return or has too often of late; tell whether it did."""
        now = time.monotonic()
        self._returned_at = [moment for moment in self._returned_at if moment > now - WITHIN]
        if not self.returns or len(self._returned_at) >= RETURNS:
            return False
        self._returned_at.append(now)
        self.make_stop(now)  # what it had started may still run
        self._start()
        return True

    def _start(self) -> None:
        with self.log.open("ab") as output:
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
    """Starts processes, and stops all of them when one ends for good or when we are asked to stop.

    A context manager: inside it SIGINT, SIGTERM and SIGHUP mean "stop"; after it no process is left. Of each process
    that was brought back `tell` is told.
    """

    def __init__(self, *processes: Process, tell: Callable[[Process], None]) -> None:
        self.processes, self.tell = processes, tell
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
        """Return whether `condition` came true while no process was lost and nobody asked us to stop."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.is_asked_to_stop and self._first_lost() is None:
            if condition():
                return True
        return False

    def wait(self) -> Process | None:
        """Wait until we are asked to stop (None) or a process has ended by itself for good (that one)."""
        while not self.is_asked_to_stop:
            if lost := self._first_lost():
                return lost
            time.sleep(PAUSE)
        return None

    def _first_lost(self) -> Process | None:
        """Bring back what has ended and returns; return the first that stays away."""
        for process in self.processes:
            if process.has_ended():
                if not process.bring_back():
                    return process
                self.tell(process)
        return None

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_asked_to_stop = True

    def _stop_all(self) -> None:
        for process in self.processes:
            process.ask_to_stop()
        deadline = time.monotonic() + GRACE
        for process in self.processes:
            process.make_stop(deadline)
