"""Is there a file for every row, and a row for every file? Looked at as a whole, a little at a time (PROMISES 2).

What is interrupted is found by its note within the hour (`documents.services.files.tidy`). This finds what no note
tells of: a disk that lost something, a backup of another moment, a node that never came back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from documents import kept, rules
from documents.models import BlurredCopy, StoredFile, Upload
from documents.stores import Listed, store

STRANGE_AFTER = timedelta(days=1)  # what is younger may be on its way
SHELVES = [f"{number:02x}" for number in range(256)]
State = StoredFile.State


@dataclass
class Found:
    """What was found: how many rows and files there are, and the names of what does not agree."""

    rows: int = 0
    files: int = 0
    stray: list[str] = field(default_factory=list)  # files without a row
    missing: list[str] = field(default_factory=list)  # rows' files that are not there
    is_mended: bool = False

    @property
    def is_clean(self) -> bool:
        return not self.stray and not self.missing


def check(*, now: datetime, mend: bool) -> Found:
    """Compare the store with the rows, one shelf (1/256 of all) after the other.

    With `mend` strays older than a day are removed, files that are gone are marked as damaged, and blurred copies that
    are gone are asked for anew.
    """
    found = Found(is_mended=mend)
    for shelf in SHELVES:
        _check_shelf(shelf, found, now, mend=mend)
    uploads = {upload_id.hex for upload_id in Upload.objects.values_list("pk", flat=True)}
    parts = store().listed("parts/")
    _clear([one for one in parts if one.name[len("parts/") :].partition(".")[0] not in uploads], found, now, mend=mend)
    return found


def _check_shelf(shelf: str, found: Found, now: datetime, *, mend: bool) -> None:
    lying = {one.name: one for one in store().listed(f"{shelf}/")}  # before the rows: what is new has both
    strays = dict(lying)
    found.files += len(lying)
    for row in _rows(shelf):
        found.rows += 1
        names = _names(row)
        for name in names:
            strays.pop(name, None)
        gone = [name for name in names if name not in lying]
        if gone and row.created_at < now - STRANGE_AFTER:
            found.missing += gone
            if mend:
                _mark(row, gone)
        stored = sum(lying[name].size for name in names if name in lying)
        if mend and names and not gone and row.stored != stored:
            type(row)._base_manager.filter(pk=row.pk, key=row.key, state=row.state).update(stored=stored)
    _clear(list(strays.values()), found, now, mend=mend)


def _rows(shelf: str) -> Iterator[StoredFile | BlurredCopy]:
    shelf_has = {"key__gte": UUID(hex=shelf + "0" * 30), "key__lte": UUID(hex=shelf + "f" * 30)}
    yield from StoredFile.objects.filter(**shelf_has).iterator()
    yield from BlurredCopy.objects.filter(**shelf_has).iterator()


def _names(row: StoredFile | BlurredCopy) -> list[str]:
    """Return what lies in the store for a row; of one that is still being made, nothing but what it is made from."""
    if row.state == State.DAMAGED or (isinstance(row, BlurredCopy) and not row.is_ready):
        return []
    if isinstance(row, BlurredCopy) or (row.is_picture and row.is_ready):
        return kept.names_of_sizes(row.key)
    return [kept.name_of(row.key)]


def _mark(row: StoredFile | BlurredCopy, gone: list[str]) -> None:
    if isinstance(row, BlurredCopy):
        BlurredCopy.objects.filter(pk=row.pk, key=row.key).update(state=State.WAITING, tries=0, claimed_until=None)
    elif not row.is_picture or not row.is_ready or kept.name_of(row.key, rules.WHOLE) in gone:
        StoredFile.objects.filter(pk=row.pk, key=row.key).update(
            state=State.DAMAGED, problem=StoredFile.Problem.GONE, claimed_until=None
        )


def _clear(strays: list[Listed], found: Found, now: datetime, *, mend: bool) -> None:
    """Note what has no row, and remove it: never what may be on its way, or has got another name meanwhile."""
    old = [one.name for one in strays if one.changed_at < now - STRANGE_AFTER]
    found.stray += old
    if mend and old:
        store().remove(old)
