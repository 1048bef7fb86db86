"""Sending one mail: never longer than its claim holds, and judging what went wrong."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from threading import Timer
from time import monotonic

from django.core.mail import EmailMessage, get_connection

LONGEST = 15.0
"""Seconds from the first word about a message to the last. Every claim holds for longer than this."""

# With the sweep's ten seconds: what a killed worker held is resumed within half a minute. A claim is renewed right
# before sending, and sending is ended (`LONGEST`) before the claim runs out.
CLAIM_HOLDS = timedelta(seconds=20)


class NotToBeSent(Exception):
    """Raised by whoever makes a message that must not go any more. Says why, without a name and without an address."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failed try means: a code or the name of a fault, never an address, and whether trying again is vain."""

    problem: str
    is_final: bool


def verdict(fault: Exception) -> Verdict:
    """Judge a fault. Only the recipient's or the message's own refusal is final; what may be our fault is tried again.

    Wrong credentials, a sender that the server does not take, a server that is gone: the next try may well succeed.
    """
    if isinstance(fault, NotToBeSent):
        return Verdict(str(fault), is_final=True)
    if isinstance(fault, SMTPRecipientsRefused):
        codes = [code for code, _text in fault.recipients.values()]
        # 55x is about the mailbox. 50x and 53x are about how we talk and who we are, though the answer came here.
        return Verdict(str(max(codes, default="")), bool(codes) and all(550 <= code < 560 for code in codes))
    if isinstance(fault, SMTPResponseException):
        return Verdict(str(fault.smtp_code), isinstance(fault, SMTPDataError) and 500 <= fault.smtp_code < 600)
    return Verdict(type(fault).__name__, is_final=False)


def send(prepare: Callable[[timedelta], EmailMessage | None]) -> bool:
    """Send what `prepare` returns, within `LONGEST`; return whether it was taken. Raises what `verdict` judges.

    `prepare` is called once the server is there, with the time that this took: the place to renew the claim. It
    returns None when the claim was lost, and then nothing is sent.
    """
    started = monotonic()
    connection = get_connection()
    hanging_up = Timer(LONGEST, _hang_up, [connection])
    hanging_up.daemon = True
    try:
        connection.open()
        message = prepare(timedelta(seconds=monotonic() - started))
        if message is None:
            return False
        hanging_up.start()
        message.connection = connection
        message.send()
        return True
    finally:
        with suppress(Exception):  # a server that cannot say goodbye has taken the message all the same
            connection.close()
        hanging_up.cancel()


def _hang_up(connection: object) -> None:
    """End a conversation in which every answer comes in time and the last one never does."""
    line = getattr(getattr(connection, "connection", None), "sock", None)
    if line is not None:
        with suppress(OSError):
            socket.socket.shutdown(line, socket.SHUT_RDWR)
