"""Where notices end in a test: a mail server and a push service or gateway on this machine, which keep what they took.

They answer as told, and drop lines where a network would. No notice has ever left for anywhere else in a test.
"""

from __future__ import annotations

import random
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HERE = "127.0.0.1"


@dataclass(frozen=True)
class Taken:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class HttpSink:
    """A push service or an SMS gateway. `answers` are given to the coming requests one after the other, then 201.

    An answer may be a function of the request. `pause` holds back each answer, so many seconds.
    """

    answers: list[int | Callable[[Taken], int]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0
    taken: list[Taken] = field(default_factory=list)
    asked: list[Taken] = field(default_factory=list)

    def __enter__(self) -> HttpSink:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sink.answer(self)

            do_PUT = do_GET = do_POST  # noqa: N815 (names of http.server)

            def log_message(self, *_args: Any) -> None:
                """Say nothing: the addresses are secrets."""

        self._server = _Threads((HERE, 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://{HERE}:{self._server.server_address[1]}"

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers.get("Content-Length", 0)))
        taken = Taken(asked.command, asked.path, dict(asked.headers), body)
        self.asked.append(taken)
        time.sleep(self.pause)
        answer = self.answers.pop(0) if self.answers else 201
        status = answer if isinstance(answer, int) else answer(taken)
        if status < 300:
            self.taken.append(taken)
        asked.send_response(status)
        for name, value in self.headers.items():
            asked.send_header(name, value)
        asked.end_headers()


class _Threads(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_args: Any) -> None:
        """A worker was killed in the middle: that is what we are here for."""


@dataclass
class MailSink:
    """A mail server that drops one line in `one_in` right after it has taken the message, without saying so.

    `taken` counts messages by their id, and `dropped` the lines that ended after a message's last word and before a
    goodbye: ours, and those of workers that were killed.
    """

    one_in: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(4))  # noqa: S311 (no secret)
    taken: Counter[str] = field(default_factory=Counter)
    dropped: int = 0

    def __enter__(self) -> MailSink:
        sink, self._lock = self, threading.Lock()

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                sink.converse(self)

        self._server = _Lines((HERE, 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def converse(self, line: socketserver.StreamRequestHandler) -> None:
        """Speak as much SMTP as a client needs to leave its messages."""
        has_taken = has_said_goodbye = False
        try:
            line.wfile.write(b"220 sink\r\n")
            while word := line.rfile.readline().strip().upper():
                if word == b"DATA":
                    line.wfile.write(b"354 go on\r\n")
                    self._take(line)
                    has_taken = True
                    if self.one_in and self.chance.randrange(self.one_in) == 0:
                        return
                has_said_goodbye = word == b"QUIT"
                line.wfile.write(b"221 goodbye\r\n" if has_said_goodbye else b"250 sink\r\n")
        except OSError:
            pass  # the other side was killed
        finally:
            with self._lock:
                self.dropped += has_taken and not has_said_goodbye

    def _take(self, line: socketserver.StreamRequestHandler) -> None:
        lines = []
        while (text := line.rfile.readline()) not in (b".\r\n", b""):
            lines.append(text)
        if text:
            name = str(message_from_bytes(b"".join(lines))["Message-ID"])
            with self._lock:
                self.taken[name] += 1
        else:
            raise ConnectionResetError


class _Lines(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_args: Any) -> None:
        """A worker was killed in the middle: that is what we are here for."""
