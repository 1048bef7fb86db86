"""Notices by the thousand while workers die: what was made, what came, and how long anything lay still."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import transaction

from accounts.models import User
from notifications.device_models import Device
from notifications.models import Delivery, Kind, Way
from notifications.services import Told, tell_by
from portal.faults.killing import Workers
from portal.faults.sinks import HttpSink, MailSink
from portal.lib import clock
from portal.lib.web_push import to_text

SHARES = {Way.EMAIL: 0.6, Way.PUSH: 0.2, Way.SMS: 0.2}
EACH = 50  # things that one person is told
LOOKS_EVERY = 0.25


@dataclass
class Found:
    """What a run came to, by way. `again` counts what came once more than it should: for mail a second letter, for a
    device or a gateway the same id, which it shows or sends once.
    """

    made: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    dropped: int = 0
    kills: int = 0
    held: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    seconds: float = 0.0

    @property
    def is_kept(self) -> bool:
        """Tell whether the promise held: nothing lost; mail once more at most for each line that broke; and a service
        asked again, under the id that it knows, only for what was held when a worker died.
        """
        return (
            not self.lost.total()
            and self.again[Way.EMAIL] <= self.dropped
            and all(self.again[way] <= self.held[way] for way in (Way.PUSH, Way.SMS))
            and self.slowest <= 30.0
        )


def make(number: int, push_service: str) -> Counter[str]:
    """Tell people things, `number` in all, in the shares of the three ways. Returns how many of each."""
    people = [
        User(
            given_name=f"Person {one}",
            email=f"person{one}@example.org",
            phone=f"+46701740{600 + one % 100:03}",
        )
        for one in range(max(number // EACH, 1))
    ]
    User.objects.bulk_create(people)
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    key = to_text(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    now, secret = clock.now(), to_text(uuid4().bytes)
    Device.objects.bulk_create(
        Device(
            person=person,
            agent="Firefox (Linux)",
            endpoint=f"{push_service}/{person.pk.hex}",
            public_key=key,
            secret=secret,
            given_at=now,
        )
        for person in people
    )
    ids = [person.pk for person in people]
    made: Counter[str] = Counter()
    for way, share in SHARES.items():
        while made[way] < round(number * share):
            told = [Told(uuid4(), ids[: round(number * share) - made[way]], {})]
            with transaction.atomic():
                rows = tell_by(way=way, told=told, kind=Kind.MESSAGE_RECEIVED, now=now, urgent=True)
            made[way] += len(rows)
    return made


def watch(workers: Workers, *, patience: float, say: Callable[[str], None]) -> Found:
    """Kill workers until everything has left or patience ends; measure how long what they held lay still."""
    found, started = Found(), time.monotonic()
    held: dict[UUID, tuple[float, int]] = {}
    said = started
    while (left := Delivery.objects.outside().unfinished().count()) and time.monotonic() < started + patience:
        if workers.is_due():
            now = clock.now()
            holding = _held(now)
            workers.kill_one()
            for delivery_id, (way, tries) in (holding | _held(now)).items():
                held.setdefault(delivery_id, (time.monotonic(), tries))
                found.held[way] += 1
        for delivery_id in _resumed(held):
            killed_at, _tries = held.pop(delivery_id)
            found.slowest = max(found.slowest, time.monotonic() - killed_at)
        if time.monotonic() - said > 10:
            said = time.monotonic()
            say(f"{left} left, {workers.kills} workers killed")
        time.sleep(LOOKS_EVERY)
    for delivery_id in _resumed(held):
        found.slowest = max(found.slowest, time.monotonic() - held.pop(delivery_id)[0])
    if held:
        found.slowest = patience
    found.kills, found.seconds = workers.kills, time.monotonic() - started
    return found


def _held(now: datetime) -> dict[UUID, tuple[str, int]]:
    """Return what workers hold at this moment: its way and its try."""
    claimed = Delivery.objects.outside().unfinished().filter(claimed_until__gt=now)
    return {delivery_id: (way, tries) for delivery_id, way, tries in claimed.values_list("pk", "way", "tries")}


def _resumed(held: dict[UUID, tuple[float, int]]) -> list[UUID]:
    """Return what has been sent since, or was taken up by another worker, or put off by one that lived on."""
    if not held:
        return []
    rows = Delivery.objects.filter(pk__in=held).values_list("pk", "tries", "sent_at", "given_up_at", "claimed_until")
    return [
        delivery_id
        for delivery_id, tries, sent_at, given_up_at, claimed_until in rows
        if sent_at or given_up_at or claimed_until is None or tries > held[delivery_id][1]
    ]


def count(found: Found, mail: MailSink, push: HttpSink, sms: HttpSink) -> None:
    """Compare what was made with what came. An effect is what a person gets: a device and a gateway tell by the id."""
    ids = {way: set(Delivery.objects.filter(way=way).values_list("pk", flat=True)) for way in SHARES}
    came = {
        Way.EMAIL: Counter(UUID(name.strip("<>").partition("@")[0]) for name in mail.taken.elements()),
        Way.PUSH: Counter(UUID(taken.headers["Topic"]) for taken in push.taken),
        Way.SMS: Counter(UUID(taken.headers["Idempotency-Key"]) for taken in sms.taken),
    }
    for way, expected in ids.items():
        found.made[way] = len(expected)
        found.lost[way] = len(expected - came[way].keys())
        found.again[way] = sum(number - 1 for number in came[way].values())
        if unknown := came[way].keys() - expected:
            raise RuntimeError(f"{len(unknown)} effects that nobody asked for")
    unsent = Delivery.objects.outside().filter(sent_at=None)
    found.lost["unsent rows"] = unsent.count()
    found.dropped = mail.dropped
