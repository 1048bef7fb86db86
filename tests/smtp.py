"""A real mail server for the tests: it answers as told, and keeps what it was given."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

DROP = "drop"
"""The message is taken, and the line breaks before anybody says so."""
HANG = "hang"
"""The message is not taken, and no answer comes."""


@dataclass
class MailServer:
    """`answers` are given to the coming messages one after the other; then every message is taken. `dropped` counts the
    lines that broke after a message's last word.

    `recipients` and `senders` answer in the same way before that, and `pause` holds back the answer to a message.
    Whoever logs in is refused.
    """

    answers: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    pause: float = 0
    taken: list[Message] = field(default_factory=list)
    dropped: int = 0
    port: int = 0

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.senders.pop(0) if self.senders else "250 OK"
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.recipients.pop(0) if self.recipients else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        await asyncio.sleep(3 if answer == HANG else self.pause)
        if answer.startswith("250") or answer == DROP:
            assert isinstance(envelope.content, bytes)
            self.taken.append(message_from_bytes(envelope.content))
        if answer == DROP:
            self.dropped += 1
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "451 too late" if answer in (DROP, HANG) else answer


@contextmanager
def mail_server(use: Callable[[str, object], None]) -> Iterator[MailServer]:
    """Start a server on a free port; `use(name, value)` points Django's settings at it."""
    server = MailServer()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        server.port = probe.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=server.port, auth_require_tls=False)
    controller.start()
    try:
        use("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
        use("EMAIL_HOST", "127.0.0.1")
        use("EMAIL_PORT", server.port)
        yield server
    finally:
        controller.stop()
