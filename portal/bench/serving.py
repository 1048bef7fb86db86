"""The server under measurement, and a load generator that knows how to be a browser and nothing more."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

CSRF = "b" * 32


@dataclass(frozen=True)
class Asked:
    """One request, ready to send."""

    method: str
    path: str
    body: str | bytes = ""
    expects: int = 200
    is_fragment: bool = True
    kind: str = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Browser:
    """Somebody with cookies: a guardian, a member of staff, or a tablet."""

    cookies: dict[str, str]

    def headers(self, asked: Asked) -> dict[str, str]:
        """Return the headers that this browser sends; htmx's where it asks for a part of a page."""
        cookies = self.cookies | {"csrf": CSRF}
        return {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "Host": "localhost",
            "X-CSRFToken": CSRF,
            **({"HX-Request": "true"} if asked.is_fragment else {}),
            "Content-Type": asked.kind,
            "Accept-Encoding": "gzip",
        }


class Connection:
    """A connection that is kept open, as browsers and nginx do."""

    def __init__(self, port: int) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, browser: Browser, asked: Asked) -> tuple[float, int]:
        """Send one request; return seconds and the bytes of the body. Raises when the answer is not as expected."""
        before = time.perf_counter()
        self.http.request(asked.method, asked.path, asked.body or None, browser.headers(asked))
        answer = self.http.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - before
        if answer.status != asked.expects:
            raise RuntimeError(f"{asked.method} {asked.path} answered {answer.status}: {body[:300]!r}")
        return seconds, len(body)


@contextlib.contextmanager
def served(log: Path) -> Iterator[tuple[int, int]]:
    """Start gunicorn as in production (2 workers × 4 threads) on a free port; give the port and the process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log.parent.mkdir(parents=True, exist_ok=True)
    # As behind nginx, which compresses and decides about https.
    environment = os.environ | {"WEB_BIND": f"127.0.0.1:{port}", "BENCH": "1", "BEHIND_PROXY": "1"}
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"], stdout=out, stderr=out, env=environment
        )
        try:
            for _attempt in range(300):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                    break
                time.sleep(0.1)
            else:
                raise RuntimeError(f"gunicorn did not start: see {log}")
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(20)


Ask = Callable[[int], tuple[Browser, Asked]]


def latencies(port: int, ask: Ask, times: int, *, first: int = 0) -> tuple[list[float], int]:
    """Send `times` requests one after the other; return their seconds and the median size in bytes."""
    connection = Connection(port)
    taken = [connection.send(*ask(first + number)) for number in range(times)]
    return [seconds for seconds, _size in taken], int(statistics.median(size for _seconds, size in taken))


def per_second(port: int, ask: Ask, *, clients: int, times: int, first: int = 0) -> float:
    """Let `clients` send `times` requests between them, each as fast as it is answered; return requests a second."""
    faults: list[Exception] = []

    def work(mine: range) -> None:
        connection = Connection(port)
        try:
            for number in mine:
                connection.send(*ask(number))
        except (RuntimeError, OSError) as fault:
            faults.append(fault)

    threads = [
        threading.Thread(target=work, args=(range(first + client, first + times, clients),))
        for client in range(clients)
    ]
    before = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return times / (time.perf_counter() - before)


def proportional_mb(process_id: int) -> float:
    """Return the proportional memory of a process and its children in MB (Linux)."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            if process_id in (parent, int(status.parent.name)):
                rollup = (status.parent / "smaps_rollup").read_text()
                total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024
