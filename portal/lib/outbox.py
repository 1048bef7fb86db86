"""Mails that are rows first: a worker claims a row, sends what it stands for, and marks it. Nothing is lost, and no two
workers send the same one; only where the line breaks after the message's last word may it go once more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Self, TypeVar

from django.core.mail import EmailMessage
from django.db import models
from django.db.models import F

from portal.lib import mailing
from portal.lib.models import Base

OFTEN = 24  # tries, in about an hour
MOST_TRIES = 36

Row = TypeVar("Row", bound="Outgoing")
Write = Callable[[Row, datetime], EmailMessage]
"""Makes a row's mail in the moment before it is sent. Raises `mailing.NotToBeSent` when it must not go any more."""


class OutgoingQuerySet(models.QuerySet[Row]):
    """Words for what is to go out."""

    def unfinished(self) -> Self:
        return self.filter(sent_at=None, given_up_at=None)

    def waiting(self, now: datetime) -> Self:
        """Return what a worker should try now: not sent, not given up, not claimed by somebody who is still alive."""
        return self.unfinished().filter(try_after__lte=now).exclude(claimed_until__gt=now)

    def claim(self, now: datetime) -> Row | None:
        """Take one row for this worker: each is taken by exactly one, by a conditional UPDATE."""
        for row in self.waiting(now).order_by("try_after")[:10]:
            seen = self.waiting(now).filter(pk=row.pk, tries=row.tries)
            if seen.update(claimed_until=now + mailing.CLAIM_HOLDS, tries=F("tries") + 1) == 1:
                row.tries += 1
                return row
        return None  # nothing waits, or others were faster and go on

    def give_up(self, now: datetime, problem: str) -> int:
        """Let nobody try any more; return how many rows still waited."""
        return self.unfinished().update(given_up_at=now, claimed_until=None, problem=problem)


class Outgoing(Base):
    """A mail that is to go out. Whoever inherits says to whom and about what; its words are made when it is sent."""

    try_after = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True


def send_waiting(rows: OutgoingQuerySet[Row], write: Write[Row], *, now: datetime) -> int:
    """Send everything that waits; return how much was tried. Any number of workers may do this at once.

    One at a time, and each claim begins at its own moment: what a slow server keeps waiting is not held.
    """
    tried, started = 0, monotonic()
    while row := rows.claim(moment := now + timedelta(seconds=monotonic() - started)):
        carry_out(row, write, now=moment)
        tried += 1
    return tried


def carry_out(row: Row, write: Write[Row], *, now: datetime) -> None:
    """Send one claimed row, and mark it as sent, to be tried again, or given up. A lost claim is left alone."""
    rows: OutgoingQuerySet[Row] = OutgoingQuerySet(type(row))
    ours = rows.unfinished().filter(pk=row.pk, tries=row.tries)

    def prepare(waited: timedelta) -> EmailMessage | None:
        if not ours.update(claimed_until=now + waited + mailing.CLAIM_HOLDS):
            return None  # another worker's by now, or withdrawn
        message = write(row, now + waited)
        # The same id for each try, so that a mailbox can tell that it has the message already.
        own = {"Message-ID": f"<{row.pk}@kapprummet>", "Auto-Submitted": "auto-generated"}
        message.extra_headers = own | message.extra_headers
        return message

    if row.tries > MOST_TRIES:  # workers died of it
        ours.give_up(now, "tries")
        return
    try:
        if mailing.send(prepare):
            ours.update(sent_at=now, claimed_until=None, problem="")
    except Exception as fault:  # noqa: BLE001 (whatever it is, what waits behind must go on; never with an address)
        verdict = mailing.verdict(fault)
        if verdict.is_final or row.tries >= MOST_TRIES:
            ours.give_up(now, verdict.problem[:200])
        else:
            later = now + timedelta(seconds=wait_before_try(row.tries))
            ours.update(try_after=later, claimed_until=None, problem=verdict.problem[:200])


def wait_before_try(tries: int) -> int:
    """Return how many seconds to wait before the next try: half a minute, doubling, at most three minutes for an hour.

    A mail server that was gone for half an hour has everything within five minutes after it is back, and two of them
    are for the sending itself. One that is gone for longer is asked once an hour, for half a day.
    """
    return min(30 << max(tries - 1, 0), 180) if tries < OFTEN else 3_600
