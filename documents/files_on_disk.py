"""Where files lie: under `FILES_ROOT`, by random names, and readable by the portal alone.

A file and its row cannot be written in one stroke. So before the first of them is touched a note is laid in the
folder `unsettled`, and it is taken away when both agree: what was interrupted in between is found by its note
(`documents.services.files.tidy`), and never by looking through everything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from documents.rules import FORMS, WIDTHS

PRIVATE = 0o600


def path_of(key: UUID, size: str = "", form: str = "webp") -> Path:
    """Return where the file lies, or one of a picture's sizes in one of its `rules.FORMS`."""
    return Path(settings.FILES_ROOT) / key.hex[:2] / (f"{key.hex}.{size}.{form}" if size else key.hex)


def make_room(key: UUID) -> Path:
    """Lay the note and make the folder; return where the file is to be written. Raises `OSError`, disk full too."""
    note, place = _note(key), path_of(key)
    for folder in (note.parent, place.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    note.touch(PRIVATE)
    return place


def settle(key: UUID) -> None:
    """Take the note away: the file and its row agree."""
    _note(key).unlink(missing_ok=True)


def remove(key: UUID, *, keep_sizes: bool = False) -> None:
    """Remove the file, its sizes unless they are kept, and its note."""
    path_of(key).unlink(missing_ok=True)
    if not keep_sizes:
        remove_sizes(key)
    settle(key)


def remove_sizes(key: UUID) -> None:
    """Remove the sizes of a picture."""
    for place in sizes_of(key):
        place.unlink(missing_ok=True)


def sizes_of(key: UUID) -> list[Path]:
    """Return where all sizes of a picture lie."""
    return [path_of(key, size, form) for size in WIDTHS for form in FORMS]


def make_lasting(key: UUID) -> None:
    """Wait until the disk has the sizes of a picture."""
    for place in sizes_of(key):
        with place.open("rb+") as written:
            os.fsync(written.fileno())


def link(old: UUID, new: UUID) -> None:
    """Let the sizes of a picture be under another name, too. Raises `FileNotFoundError`."""
    make_room(new)
    for one, other in zip(sizes_of(old), sizes_of(new), strict=True):
        os.link(one, other)


def unsettled(now: datetime, *, for_longer_than: timedelta) -> Iterator[UUID]:
    """Go through the files whose notes are older than that."""
    folder = Path(settings.FILES_ROOT) / "unsettled"
    for note in folder.iterdir() if folder.is_dir() else ():
        try:
            if note.stat().st_mtime < (now - for_longer_than).timestamp():
                yield UUID(hex=note.name)
        except (FileNotFoundError, ValueError):
            continue  # settled meanwhile, or none of ours


def open_new(place: Path) -> int:
    """Open a file that is not there yet, for writing; nobody but the portal may read it."""
    return os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)


def _note(key: UUID) -> Path:
    return Path(settings.FILES_ROOT) / "unsettled" / key.hex
