"""Files in a folder of this machine, or of one that all nodes share, readable by the portal and nobody else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils._os import safe_join

from documents.stores.store import Listed


@dataclass(frozen=True)
class Folder:
    """The folder: `documents.stores.store` says what each does."""

    root: Path

    def put(self, name: str, made: Path) -> None:
        """Move it into its place in one stroke: nobody ever finds half of it there."""
        place = self._place(name)
        _make(place.parent)
        made.chmod(0o640 if settings.FILES_BEHIND_NGINX else 0o600)
        with made.open("rb") as written:
            os.fsync(written.fileno())
        made.replace(place)
        _make_lasting(place.parent)

    def copy(self, name: str, other: str) -> None:
        place = self._place(other)
        _make(place.parent)
        with suppress(FileExistsError):
            place.hardlink_to(self._place(name))
        _make_lasting(place.parent)

    def mark(self, name: str) -> None:
        place = self._place(name)
        _make(place.parent)
        place.touch(0o600)

    def near(self, name: str, folder: Path) -> Path:  # noqa: ARG002 - it lies here already
        place = self._place(name)
        if not place.is_file():
            raise FileNotFoundError(name)
        return place.resolve()

    def open(self, name: str, first: int = 0) -> IO[bytes]:
        opened = self._place(name).open("rb")
        opened.seek(first)
        return opened

    def size(self, name: str) -> int:
        return self._place(name).stat().st_size

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            self._place(name).unlink(missing_ok=True)

    def listed(self, under: str) -> Iterator[Listed]:
        folder = self._place(under)
        for place in sorted(folder.iterdir()) if folder.is_dir() else ():
            try:
                found = place.stat()
            except FileNotFoundError:
                continue  # removed meanwhile
            yield Listed(under + place.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def address(self, name: str) -> str:
        return f"/_files/here/{name}"

    def _place(self, name: str) -> Path:
        return Path(safe_join(self.root, name))


def _make(folder: Path) -> None:
    mode = 0o750 if settings.FILES_BEHIND_NGINX else 0o700
    folder.mkdir(mode=mode, parents=True, exist_ok=True)


def _make_lasting(folder: Path) -> None:
    """Wait until the disk has which files there are in it."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
