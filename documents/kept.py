"""What lies in the store for a file: what it is called there, and the note that says it is not settled yet.

A file and its row cannot be written in one stroke. So before the first of them is touched a note is laid in the store
("unsettled/…"), and it is taken away when both agree: what was interrupted in between is found by its note
(`documents.services.files.tidy`), and never by looking through everything. What is still being made lies in a working
folder of this machine, where the limited process may be, and enters the store whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from uuid import UUID

from django.conf import settings

from documents.rules import FORMS, WIDTHS
from documents.stores import store

_UNSETTLED = "unsettled/"


def name_of(key: UUID, size: str = "", form: str = "webp") -> str:
    """Return what the file is called in the store, or one of a picture's sizes in one of its `rules.FORMS`."""
    return f"{key.hex[:2]}/{key.hex}" + (f".{size}.{form}" if size else "")


def names_of_sizes(key: UUID) -> list[str]:
    """Return what all sizes of a picture are called in the store."""
    return [name_of(key, size, form) for size in WIDTHS for form in FORMS]


def begin(key: UUID) -> None:
    """Lay the note: something becomes of this file. Raises `OSError`, also where there is no room."""
    store().mark(_note(key))


def settle(key: UUID) -> None:
    """Take the note away: the file and its row agree."""
    store().remove([_note(key)])


def is_there(name: str) -> bool:
    """Tell whether the store has what is called that."""
    try:
        store().size(name)
    except FileNotFoundError:
        return False
    return True


def is_unsettled(key: UUID) -> bool:
    """Tell whether the note lies: somebody is at work with this file, or was interrupted."""
    return is_there(_note(key))


def put_sizes(key: UUID, folder: Path) -> int:
    """Put a picture's sizes into the store that were made in that folder, under their own names; return their bytes."""
    begin(key)
    made = {name: folder / PurePosixPath(name).name for name in names_of_sizes(key)}
    stored = sum(place.stat().st_size for place in made.values())
    for name, place in made.items():
        store().put(name, place)
    return stored


def link(old: UUID, new: UUID) -> None:
    """Let the sizes of a picture be there under another key, too. Raises `FileNotFoundError`."""
    begin(new)
    for name, other in zip(names_of_sizes(old), names_of_sizes(new), strict=True):
        store().copy(name, other)


def remove(key: UUID, *, keep_sizes: bool = False) -> None:
    """Remove the file, its sizes unless they are kept, and then its note."""
    store().remove([name_of(key), *([] if keep_sizes else names_of_sizes(key))])
    settle(key)


def unsettled(now: datetime, *, for_longer_than: timedelta) -> Iterator[UUID]:
    """Go through the files whose notes are older than that."""
    for note in store().listed(_UNSETTLED):
        if note.changed_at < now - for_longer_than:
            try:
                yield UUID(hex=note.name.removeprefix(_UNSETTLED))
            except ValueError:
                continue  # none of ours


@contextmanager
def working_folder() -> Iterator[Path]:
    """Lend a folder of this machine, by its whole path, that is gone afterwards."""
    around = _working()
    around.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=around) as folder:
        yield Path(folder)


def sweep_working(now: datetime, *, for_longer_than: timedelta) -> None:
    """Throw away the working folders that were left behind on this machine, by a process that was killed."""
    folder = _working()
    for left in folder.iterdir() if folder.is_dir() else ():
        try:
            is_old = left.stat().st_mtime < (now - for_longer_than).timestamp()
        except FileNotFoundError:
            continue  # gone meanwhile
        if is_old:
            shutil.rmtree(left, ignore_errors=True)


def _working() -> Path:
    return Path(settings.FILES_ROOT).resolve() / "working"


def _note(key: UUID) -> str:
    return f"{_UNSETTLED}{key.hex}"
