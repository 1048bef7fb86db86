"""What leaves the house is a row first: a worker claims it, sends what it stands for, and marks it. Nothing is lost,
and no two workers send the same one; only where a worker dies or the line breaks between the other side's taking it
and our marking it may it go once more, under the same id.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import ClassVar, Generic, Self, TypeVar

from django.core.cache import caches
from django.db import models, transaction
from django.db.models import F

from portal.lib.models import Base

LONGEST = 12.0
"""Seconds from the first word to another machine to the last. Every claim holds for longer than this."""

# With the sweep's five seconds: what a killed worker held is resumed within half a minute, also where a sweep or two
# are lost or must wait. A claim is renewed right before sending, and sending is ended (`LONGEST`) before it runs out.
CLAIM_HOLDS = timedelta(seconds=16)

OFTEN = 24  # tries, in about an hour
MOST_TRIES = 36

# A way whose server is gone is left alone for a while: its rows keep their tries, and workers have time for others.
MOST_FAULTS = 2
RESTS_FOR = timedelta(seconds=30)

# A run ends after its turn, however much waits: the next sweep goes on, and other work has had a worker meanwhile. No
# longer than a sweep: the ways take turns where there are few workers, and who died in one waits for the others' turns.
TURN = 10.0
LOOKS_FOR_THE_DEAD = 2.0
"""Seconds after which a run looks anew: a claim may end in the middle of its turn, and what is urgent may come."""
FOUND_AT_ONCE = 100

Row = TypeVar("Row", bound="Outgoing")


@dataclass(frozen=True)
class Hold:
    """A worker's claim on the row that it sends. Calling it renews the claim and returns the moment; None when it was
    lost, and then nothing may be sent.

    `since` is when it was made; `afterwards` is done when the row has been marked: goodbyes to a server that has taken
    it already.
    """

    renew: Callable[[], datetime | None]
    since: datetime
    afterwards: ExitStack

    def __call__(self) -> datetime | None:
        return self.renew()


class NotToBeSent(Exception):
    """Raised by whoever makes what must not go any more. Says why, without a name and without an address."""


class NotYet(Exception):
    """Raised by whoever finds that it must go later, and when: no fault, and no try is spent."""

    def __init__(self, until: datetime, why: str) -> None:
        super().__init__(why)
        self.until = until


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failed try means: a code or the name of a fault, never an address, and whether trying again is vain.

    `is_servers` when the other side failed and not this row: enough of them in a row, and the way rests. `after` is for
    how long the other side asks to be left alone.
    """

    problem: str
    is_final: bool
    is_servers: bool = False
    after: timedelta = timedelta(0)


@dataclass(frozen=True)
class Way(Generic[Row]):
    """How rows leave. `send` may be called again for the same row without harm; it calls its `Hold` right before what
    cannot be taken back, returns False when the claim was lost, and raises what `verdict` judges. `gave_up` is done in
    the transaction that gives a row up for a fault.
    """

    name: str
    send: Callable[[Row, Hold], bool]
    verdict: Callable[[Exception], Verdict]
    gave_up: Callable[[Row, datetime], None] = lambda _row, _now: None


class OutgoingQuerySet(models.QuerySet[Row]):
    """Words for what is to go out."""

    def unfinished(self) -> Self:
        return self.filter(sent_at=None, given_up_at=None)

    def waiting(self, now: datetime) -> Self:
        """Return what a worker should try now: not sent, not given up, not claimed by somebody who is still alive."""
        return self.unfinished().filter(try_after__lte=now).exclude(claimed_until__gt=now)

    def claim(self, now: datetime, ahead: list[Row] | None = None) -> Row | None:
        """Take one row for this worker: each is taken by exactly one, by a conditional UPDATE.

        `ahead` keeps what was found for the calls that follow: whoever looks for each row anew steps over all that was
        sent before it.
        """
        ahead = [] if ahead is None else ahead
        while True:
            if not ahead:
                ahead += self._next(self.waiting(now))
            if not ahead:
                return None
            row = ahead.pop()
            seen = self.waiting(now).filter(pk=row.pk, tries=row.tries)
            if seen.update(claimed_until=now + CLAIM_HOLDS, tries=F("tries") + 1) == 1:
                row.tries += 1
                return row

    def left_behind(self, now: datetime) -> list[Row]:
        """Return what workers died of, or died with, to be claimed ahead of all: it has waited for its claim to end."""
        return self._next(self.waiting(now).exclude(claimed_until=None))

    @staticmethod
    def _next(found: OutgoingQuerySet[Row]) -> list[Row]:
        """Return as many as are found at once, the first at the end."""
        return list(found.order_by(*found.model.LEAVES_BY)[:FOUND_AT_ONCE])[::-1]

    def give_up(self, now: datetime, problem: str) -> int:
        """Let nobody try any more, nor again what was given up before; return how many rows still waited."""
        self.filter(sent_at=None).exclude(given_up_at=None).update(problem=problem)
        return self.unfinished().update(given_up_at=now, claimed_until=None, problem=problem)

    def try_again(self, now: datetime, problem: str) -> int:
        """Let workers try anew what was given up for this problem; return how many rows it is."""
        given_up = self.filter(sent_at=None, problem=problem).exclude(given_up_at=None)
        return given_up.update(given_up_at=None, try_after=now, tries=0)


class Outgoing(Base):
    """Something that is to go out. Whoever inherits says to whom and about what; its words are made when it is sent."""

    LEAVES_BY: ClassVar[tuple[str, ...]] = ("try_after",)
    """In which order those leave that may leave now."""

    try_after = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True


def send_waiting(rows: OutgoingQuerySet[Row], way: Way[Row], *, now: datetime) -> int:
    """Send what waits, for one turn; return how much was tried. Any number of workers may do this at once.

    One at a time, and each claim begins at its own moment: what a slow server keeps waiting is not held.
    """
    tried, faults, started = 0, 0, monotonic()
    if rests(way.name, now):
        return 0
    looks_at, ahead = 0.0, list[Row]()
    while (passed := monotonic() - started) < TURN:
        moment = now + timedelta(seconds=passed)
        if passed >= looks_at:
            ahead = rows.left_behind(moment)
            looks_at = passed + LOOKS_FOR_THE_DEAD
        row = rows.claim(moment, ahead)
        if row is None:
            break
        fault = carry_out(row, way, now=moment)
        tried += 1
        faults = faults + 1 if fault and fault.is_servers else 0
        if faults == MOST_FAULTS:
            caches["database"].set(_rest(way.name), moment + RESTS_FOR)
            break
    return tried


def rests(name: str, now: datetime) -> bool:
    """Tell whether a way is left alone at `now`, because its server was just found to be gone."""
    until = caches["database"].get(_rest(name))
    return until is not None and until > now


def _rest(name: str) -> str:
    return f"outbox-rests-{name}"


def carry_out(row: Row, way: Way[Row], *, now: datetime) -> Verdict | None:
    """Send one claimed row, and mark it as sent, to be tried again, or given up; return what failed, if anything did.

    A lost claim is left alone.
    """
    rows: OutgoingQuerySet[Row] = OutgoingQuerySet(type(row))
    ours = rows.unfinished().filter(pk=row.pk, tries=row.tries)
    started = monotonic()

    def renew() -> datetime | None:
        moment = now + timedelta(seconds=monotonic() - started)
        return moment if ours.update(claimed_until=moment + CLAIM_HOLDS) else None  # another worker's, or withdrawn

    if row.tries > MOST_TRIES:  # workers died of it
        _give_up(ours, row, way, "tries", now)
        return None
    try:
        with ExitStack() as afterwards:
            if way.send(row, Hold(renew, now, afterwards)):
                ours.update(sent_at=now, claimed_until=None, problem="")
    except NotYet as later:
        ours.update(try_after=later.until, claimed_until=None, tries=row.tries - 1, problem=str(later))
    except NotToBeSent as decided:
        ours.give_up(now, str(decided)[:200])
    except Exception as fault:  # noqa: BLE001 (whatever it is, what waits behind must go on; never with an address)
        verdict = way.verdict(fault)
        if verdict.is_final or row.tries >= MOST_TRIES:
            _give_up(ours, row, way, verdict.problem[:200], now)
        else:
            wait = max(timedelta(seconds=wait_before_try(row.tries)), verdict.after)
            ours.update(try_after=now + wait, claimed_until=None, problem=verdict.problem[:200])
        return verdict
    return None


def _give_up(ours: OutgoingQuerySet[Row], row: Row, way: Way[Row], problem: str, now: datetime) -> None:
    with transaction.atomic():
        if ours.give_up(now, problem):
            way.gave_up(row, now)


def wait_before_try(tries: int) -> int:
    """Return how many seconds to wait before the next try: half a minute, doubling, at most three minutes for an hour.

    A server that was gone for half an hour has everything within five minutes after it is back, and two of them
    are for the sending itself. One that is gone for longer is asked once an hour, for half a day.
    """
    return min(30 << max(tries - 1, 0), 180) if tries < OFTEN else 3_600
