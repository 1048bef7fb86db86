"""Is there a file for every row, and a row for every file? Looked at as a whole, a little at a time (PROMISES 2).

What is interrupted is found by its note within the hour (`documents.services.files.tidy`). This finds what no note
tells of: a disk that lost something, a backup of another moment, a node that never came back; and files with a row
that nothing uses any more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from children.models import Department
from documents import apart, kept, pictures, rules
from documents.models import BlurredCopy, DocumentVersion, FileCheck, PdfPage, StoredFile, Upload
from documents.selectors.references import unused
from documents.services.sharing import discard_unused
from documents.stores import Listed, store
from portal.lib import clock

log = logging.getLogger(__name__)
STRANGE_AFTER = timedelta(days=1)  # what is younger may be on its way
# What is written and not sent has a row that uses its file, for as long as it lives, and an upload under way is no file
# yet: what nothing uses was left by a fault. A week is seven times as long as an upload may be under way.
UNUSED_FOR = timedelta(weeks=1)
KEPT_FOR = timedelta(weeks=8)  # what a check found
FEW, MOST = 20, 100  # files that are mended unasked: one of a hundred, never fewer or more than these
SHELVES = [f"{number:02x}" for number in range(256)]
State = StoredFile.State


@dataclass
class Found:
    """What was found: how many rows and files there are, and the names of what does not agree."""

    rows: int = 0
    files: int = 0
    stray: list[str] = field(default_factory=list)  # files without a row
    missing: list[str] = field(default_factory=list)  # rows' files that are not there
    lost: list[str] = field(default_factory=list)  # of those the ones that nothing can be mended from
    unused: list[str] = field(default_factory=list)  # names of ready files that nothing uses
    suspects: list[tuple[type[StoredFile | BlurredCopy], UUID]] = field(default_factory=list)  # that miss something
    is_mended: bool = False
    is_held_back: bool = False  # too much is wrong: another store, another database; nothing was mended

    @property
    def is_clean(self) -> bool:
        return not self.stray and not self.missing

    @property
    def is_too_much(self) -> bool:
        """Tell whether this is rather a disk that is not there, or the database of another moment, than what broke."""
        if self.missing and not self.files:
            return True
        few = max(FEW, min(MOST, self.files // 100))
        return len(self.stray) + len(self.missing) > few or len(self.unused) > few


def check(*, now: datetime, mend: bool, however_much: bool = False) -> Found:
    """Compare the store with the rows, one shelf (1/256 of all) after the other, and leave a report (`FileCheck`).

    With `mend` strays older than a day are removed, lost sizes and blurred copies are made anew, files that are gone
    are marked as damaged, and those that have come back, out of a backup, as there again; what nothing has used for a
    week is thrown away. Where too much is wrong nothing is taken away or marked, and that is reported, unless
    `however_much` says that it is to be.
    """
    FileCheck.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    report, found = FileCheck.objects.create(mends=mend), Found(is_mended=mend)
    for shelf in SHELVES:
        _check_shelf(shelf, found, now)
    uploads = {upload_id.hex for upload_id in Upload.objects.values_list("pk", flat=True)}
    parts = store().listed("parts/")
    _note_strays([one for one in parts if one.name[len("parts/") :].partition(".")[0] not in uploads], found, now)
    useless = unused().filter(state=State.READY)
    reported = useless.filter(created_at__lt=now - STRANGE_AFTER)
    found.unused = [kept.name_of(key) for key in reported.values_list("key", flat=True)]
    if mend:
        _follow_departments()
    if found.is_too_much and not however_much:
        found.is_held_back, found.is_mended = True, False
    else:
        _look_again(found)
        if found.is_mended:
            _throw_away(useless.filter(created_at__lt=now - UNUSED_FOR))
    report.rows, report.files, report.ended_at = found.rows, found.files, clock.now()
    report.strays, report.missing, report.lost = len(found.stray), len(found.missing), len(found.lost)
    report.unused = len(found.unused)
    report.mends, report.is_held_back = found.is_mended, found.is_held_back
    report.save()
    return found


def _follow_departments() -> None:
    """Let files take the room of the preschool to which their department belongs by now, with their drawn pages."""
    posts = Department.objects.filter(pk=OuterRef("department")).values("preschool")
    papers = DocumentVersion.objects.filter(file=OuterRef("pk")).values("document__folder__department__preschool")
    pages = PdfPage.objects.filter(picture=OuterRef("pk")).values("preview__file__preschool")
    for home in (posts, papers, pages):
        moved = StoredFile.objects.annotate(home=Subquery(home[:1])).filter(home__isnull=False)
        moved.exclude(preschool=F("home")).update(preschool=F("home"))


def _throw_away(useless: QuerySet[StoredFile]) -> None:
    """Throw these files away, each by itself, unless somebody has begun to use it."""
    for file_id in list(useless.values_list("pk", flat=True)):
        with transaction.atomic():
            discard_unused(StoredFile.objects.filter(pk=file_id))


def _check_shelf(shelf: str, found: Found, now: datetime) -> None:
    lying = {one.name: one for one in store().listed(f"{shelf}/")}
    strays = dict(lying)
    found.files += len(lying)
    for row in _rows(shelf):
        found.rows += 1
        names = _names(row)
        for name in names:
            strays.pop(name, None)
        gone = [name for name in names if name not in lying]
        if _was_missed(row):
            if found.is_mended and not gone:
                _bring_back(row)
        elif gone:
            if row.created_at < now - STRANGE_AFTER:
                found.missing += gone
                found.suspects.append((type(row), row.pk))
        elif found.is_mended and names and row.stored != (stored := sum(lying[name].size for name in names)):
            type(row)._base_manager.filter(pk=row.pk, key=row.key, state=row.state).update(stored=stored)
    _note_strays(strays.values(), found, now)


def _note_strays(strays: Iterable[Listed], found: Found, now: datetime) -> None:
    found.stray += [one.name for one in strays if one.changed_at < now - STRANGE_AFTER]


def _look_again(found: Found) -> None:
    """Ask the store and the database about each that did not agree: one may have got a new name between the two."""
    found.missing = []
    for model, row_id in found.suspects:
        _mend(model, row_id, found)
    found.stray = [name for name in found.stray if _is_stray(name)]
    if found.is_mended and found.stray:
        store().remove(found.stray)


def _rows(shelf: str) -> Iterator[StoredFile | BlurredCopy]:
    shelf_has = {"key__gte": UUID(hex=shelf + "0" * 30), "key__lte": UUID(hex=shelf + "f" * 30)}
    yield from StoredFile.objects.filter(**shelf_has).iterator()
    yield from BlurredCopy.objects.filter(**shelf_has).iterator()


def _was_missed(row: StoredFile | BlurredCopy) -> bool:
    """Tell whether an earlier check has missed its file. It may come back, out of a backup."""
    return isinstance(row, StoredFile) and row.problem == StoredFile.Problem.GONE


def _names(row: StoredFile | BlurredCopy) -> list[str]:
    """Return what lies in the store for a row; of one that is still being made, nothing but what it is made from."""
    if isinstance(row, BlurredCopy):
        return kept.names_of_sizes(row.key) if row.is_ready else []
    if row.state == State.DAMAGED and not _was_missed(row):
        return []
    return kept.names_of_sizes(row.key) if row.is_picture and row.width else [kept.name_of(row.key)]


def _mend(model: type[StoredFile | BlurredCopy], row_id: UUID, found: Found) -> None:
    """Note what a row misses now, and with `found.is_mended` let it be made anew where that can be done.

    Nothing of a row that somebody is at work with, as its note says, or that has another key when this is over.
    """
    row = model._base_manager.filter(pk=row_id).first()
    if row is None or _was_missed(row) or kept.is_unsettled(row.key):
        return
    gone = [name for name in _names(row) if not kept.is_there(name)]
    same = model._base_manager.filter(pk=row_id, key=row.key)
    if not gone or not same.exists():
        return
    found.missing += gone
    if isinstance(row, BlurredCopy):
        if found.is_mended:
            same.update(state=State.WAITING, tries=0, claimed_until=None)
        return
    if row.width and kept.name_of(row.key, rules.WHOLE) not in gone and _is_made_again(row, found):
        return
    found.lost += gone
    if found.is_mended:
        StoredFile.objects.filter(pk=row.pk, key=row.key).update(
            state=State.DAMAGED, problem=StoredFile.Problem.GONE, claimed_until=None
        )


def _is_made_again(file: StoredFile, found: Found) -> bool:
    """Make a picture's sizes anew from its whole; tell whether that was done, or can be another night."""
    if found.is_mended:
        try:
            pictures.make_again(file)
        except (apart.Refused, OSError) as fault:
            log.exception("The sizes of a picture could not be made anew: %s", file.pk)
            return isinstance(fault, OSError) and not isinstance(fault, FileNotFoundError)
    return True


def _bring_back(file: StoredFile | BlurredCopy) -> None:
    """Mark as there what was missed; where the same has been uploaded again meanwhile, that one stays alone."""
    is_made = not file.is_picture or (isinstance(file, StoredFile) and file.width)
    try:
        with transaction.atomic():
            StoredFile.objects.filter(pk=file.pk, key=file.key).update(
                state=State.READY if is_made else State.WAITING, problem="", tries=0
            )
    except IntegrityError:
        log.warning("A file has come back of which there is another now: %s", file.pk)


def _is_stray(name: str) -> bool:
    """Tell whether really nothing is known of it. Its note is asked for first: it goes when the row is there."""
    folder, _slash, rest = name.partition("/")
    try:
        key = UUID(hex=rest.partition(".")[0])
    except ValueError:
        return True  # none of ours
    if folder == "parts":
        return not Upload.objects.filter(pk=key).exists()
    if kept.is_unsettled(key):
        return False
    row = StoredFile.objects.filter(key=key).first() or BlurredCopy.objects.filter(key=key).first()
    return row is None or name not in _names(row)
