"""Sending one mail: never longer than its claim holds, and judging what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import datetime
from smtplib import (
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from portal.lib.lines import hanging_up
from portal.lib.outbox import Hold, Row, Verdict, Way

CLOSING = 421  # "closing the channel": the server's, whatever it was the answer to

Write = Callable[[Row, datetime], EmailMessage]
"""Makes a row's mail in the moment before it is sent. Raises `NotToBeSent` when it must not go any more."""


def by_mail(write: Write[Row]) -> Way[Row]:
    """Return the way of rows that leave as the mails that `write` makes of them."""

    def prepared(row: Row, hold: Hold) -> EmailMessage | None:
        moment = hold()
        if moment is None:
            return None
        message = write(row, moment)
        # The same id for each try, so that a mailbox can tell that it has the message already.
        own = {"Message-ID": f"<{row.pk}@kapprummet>", "Auto-Submitted": "auto-generated"}
        message.extra_headers = own | message.extra_headers
        return message

    return Way("email", lambda row, hold: send(lambda: prepared(row, hold), hold.afterwards), verdict)


def verdict(fault: Exception) -> Verdict:
    """Judge a fault. Only the recipient's or the message's own refusal is final; what may be our fault is tried again.

    Wrong credentials, a sender that the server does not take, a server that is gone: the next try may well succeed.
    """
    if isinstance(fault, SMTPRecipientsRefused):
        codes = [code for code, _text in fault.recipients.values()]
        # 55x is about the mailbox. 50x and 53x are about how we talk and who we are, though the answer came here.
        is_final = bool(codes) and all(550 <= code < 560 for code in codes)
        return Verdict(str(max(codes, default="")), is_final, is_servers=CLOSING in codes)
    if isinstance(fault, SMTPResponseException):
        is_final = isinstance(fault, SMTPDataError) and 500 <= fault.smtp_code < 600
        is_servers = fault.smtp_code == CLOSING or not isinstance(fault, SMTPDataError)
        return Verdict(str(fault.smtp_code), is_final, is_servers=is_servers)
    is_servers = isinstance(fault, OSError | SMTPServerDisconnected)
    return Verdict(type(fault).__name__, is_final=False, is_servers=is_servers)


def send(prepare: Callable[[], EmailMessage | None], afterwards: ExitStack) -> bool:
    """Send what `prepare` returns, within `outbox.LONGEST`; return whether it was taken. Raises what `verdict` judges.

    `prepare` is called once the server is there: the place to renew the claim. It returns None when the claim was
    lost, and then nothing is sent. Goodbye is said `afterwards`: a worker that dies at it has marked what was taken.
    """
    connection = get_connection()
    hang_up_in_time = afterwards.enter_context(
        hanging_up(lambda: getattr(getattr(connection, "connection", None), "sock", None))
    )
    afterwards.callback(_say_goodbye, connection)
    connection.open()
    message = prepare()
    if message is None:
        return False
    hang_up_in_time()
    message.connection = connection
    message.send()
    return True


def _say_goodbye(connection: BaseEmailBackend) -> None:
    with suppress(Exception):  # a server that cannot say goodbye has taken the message all the same
        connection.close()
