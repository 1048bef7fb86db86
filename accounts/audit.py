"""The log of what was done and what was looked at: rows with ids only, sealed afterwards in a chain.

A row is written in the transaction of what it tells of. Sealing is the worker's: it never stands in a request's way.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from accounts.models import AuditEntry, AuditSeal
from portal.lib import clock

log = logging.getLogger(__name__)

# Before this has passed, a row with a lower number may still be on its way into the log.
SETTLED_AFTER = timedelta(minutes=5)
SEALED_AT_ONCE = 1_000
# Looks of this hour that this process itself has written down: a board that refreshes itself asks the cache once.
MOST_NOTED = 5_000
NOTED: set[str] = set()


def did(
    action: str,
    *,
    person_id: UUID | None,
    now: datetime,
    tablet_id: UUID | None = None,
    children: Iterable[UUID] = (),
    **about: object,
) -> AuditEntry:
    """Write down that something was done. `about` takes ids, dates and plain words, never names."""
    return AuditEntry.objects.create(
        at=now,
        person_id=person_id,
        tablet_id=tablet_id,
        action=action,
        is_look=False,
        children=[str(child_id) for child_id in children],
        about={name: str(value) for name, value in about.items()},
    )


def looked(
    page: str,
    *,
    person_id: UUID | None,
    children: Iterable[UUID],
    grown_ups: Iterable[UUID] = (),
    tablet_id: UUID | None = None,
    back_to: date | None = None,
    once_an_hour: bool = False,
) -> None:
    """Write down that a page with these children's data was shown; `back_to` is how far back it went.

    `grown_ups` are those whom the page was about themselves, not as the family or the staff of a child.

    A board that refreshes itself counts as one look an hour (`once_an_hour`).
    """
    seen = sorted(str(child_id) for child_id in children)
    people = sorted(str(person_id) for person_id in grown_ups)
    if not seen and not people:
        return
    now = clock.now()
    key = ""
    if once_an_hour:
        those = hashlib.sha256("".join(seen + people).encode()).hexdigest()[:16]
        key = f"looked:{page}:{person_id}:{tablet_id}:{back_to}:{now:%Y%m%d%H}:{those}"
        if key in NOTED or _is_noted(key):
            return
    AuditEntry.objects.create(
        at=now,
        person_id=person_id,
        tablet_id=tablet_id,
        action=page,
        is_look=True,
        children=seen,
        about={"people": people} if people else {},
        back_to=back_to,
    )
    if key:  # only now: what could not be written down must be tried again
        _note(key)


def _is_noted(key: str) -> bool:
    """Tell whether another process has written this look down this hour."""
    try:
        return bool(cache.get(key))
    except Exception:  # noqa: BLE001 (whatever a cache can fail with)
        log.warning("without a cache the look is written down once more than needed")
        return False


def _note(key: str) -> None:
    if len(NOTED) >= MOST_NOTED:
        NOTED.clear()
    NOTED.add(key)
    try:
        cache.set(key, 1, 3_700)
    except Exception:  # noqa: BLE001 (whatever a cache can fail with)
        log.warning("without a cache each process writes the look down for itself")


def looks_at(child_id: UUID, *, since: datetime) -> QuerySet[AuditEntry]:
    """Return the looks at a child's data since then: on PostgreSQL by the log's index of children, which has all of
    it; SQLite has none of that kind, and reads the log through.
    """
    looks = AuditEntry.objects.filter(is_look=True, at__gte=since)
    if connection.vendor == "postgresql":
        return looks.filter(children__contains=[str(child_id)])
    return looks.annotate(those=Cast("children", TextField())).filter(those__contains=str(child_id))


def _keyed(text: str) -> str:
    return hmac.new(settings.INDEX_KEY.encode(), f"audit:{text}".encode(), hashlib.sha256).hexdigest()


def _row_digest(entry: AuditEntry) -> str:
    row = [
        entry.id,
        entry.at.isoformat(),
        str(entry.person_id),
        str(entry.tablet_id),
        entry.action,
        entry.is_look,
        entry.children,
        entry.about,
        entry.back_to.isoformat() if entry.back_to else None,
    ]
    return _keyed(json.dumps(row, sort_keys=True))[:24]


def _seal_digest(before: str, row_digests: list[list[object]]) -> str:
    return _keyed(json.dumps([before, row_digests]))


def _settled_until(now: datetime) -> datetime:
    """Return the moment before which all rows that were written, with whatever number, are in the log or never will be.

    SQLite has one writer: rows come in the order of their numbers. PostgreSQL gives the number when the row is written
    and shows the row when its transaction ends: none that writes may be older, however long it takes.
    """
    began = None
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Of other roles' sessions this tells nothing; the web and the worker have the same.
            cursor.execute(
                "SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
            )
            began = cursor.fetchone()[0]
    return min(now, began or now) - SETTLED_AFTER


def seal(now: datetime) -> int:
    """Seal the next batch of settled rows; return how many. Two workers at once make one chain, not two."""
    last = AuditSeal.objects.order_by("-last_id").first()
    unsealed = AuditEntry.objects.filter(id__gt=last.last_id if last else 0)
    settled_until = _settled_until(now)
    # A batch ends before the first row that has not settled: one left out between two sealed ones could never be
    # sealed, and would look as if it had been put in afterwards.
    found = unsealed.order_by("id")[:SEALED_AT_ONCE]
    entries = list(takewhile(lambda entry: entry.written_at <= settled_until, found))
    if not entries:
        return 0
    before = last.digest if last else ""
    row_digests: list[list[object]] = [[entry.id, _row_digest(entry)] for entry in entries]
    try:
        with transaction.atomic():
            AuditSeal.objects.create(
                sealed_at=now,
                first_id=entries[0].id,
                last_id=entries[-1].id,
                row_digests=row_digests,
                before=before,
                digest=_seal_digest(before, row_digests),
            )
    except IntegrityError:  # another worker was first
        return 0
    return len(entries)


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found. `broken` names the first row or seal that does not hold."""

    rows: int
    seals: int
    last_digest: str
    broken: str | None = None


def verify() -> Verdict:
    """Walk the chain from its beginning to its end, or to the first row or seal that does not hold.

    Somebody with the database could still cut off the end, seals and all: whoever keeps the last digest elsewhere
    (on paper, in a mailbox) sees that too.
    """
    rows = seals = 0
    before, last_id = "", 0
    for link in AuditSeal.objects.order_by("last_id").iterator(chunk_size=10):
        if broken := _fault_in(link, before, last_id):
            return Verdict(rows, seals, before, broken)
        rows, seals = rows + len(link.row_digests), seals + 1
        before, last_id = link.digest, link.last_id
    return Verdict(rows, seals, before)


def _fault_in(link: AuditSeal, before: str, last_id: int) -> str | None:
    if link.before != before:
        return f"seal {link.id}: a seal before it is missing"
    if link.digest != _seal_digest(before, link.row_digests):
        return f"seal {link.id}: the seal itself was changed"
    sealed = {int(row_id): digest for row_id, digest in link.row_digests}
    found = {entry.id: entry for entry in AuditEntry.objects.filter(id__gt=last_id, id__lte=link.last_id)}
    for row_id in sorted(sealed.keys() | found.keys()):
        if row_id not in found:
            return f"row {row_id}: removed"
        if row_id not in sealed:
            return f"row {row_id}: added after the sealing"
        if _row_digest(found[row_id]) != sealed[row_id]:
            return f"row {row_id}: changed"
    return None
