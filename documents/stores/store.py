"""What every store can do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple, Protocol


class Listed(NamedTuple):
    """A file that lies in a store."""

    name: str
    size: int  # bytes
    changed_at: datetime


class Store(Protocol):
    """Files by their names: letters, figures, dots and one slash. Whatever it cannot do raises `OSError`."""

    def put(self, name: str, made: Path) -> None:
        """Take over what lies at `made`, in a working folder, in the place of what had that name. It lasts then."""

    def mark(self, name: str) -> None:
        """Lay an empty file; one that is there already counts as laid now."""

    def copy(self, name: str, other: str) -> None:
        """Let the same file be there under another name, too. Raises `FileNotFoundError`."""

    def near(self, name: str, folder: Path) -> Path:
        """Return where a process on this machine can read it: in that folder where the store is far away.

        Raises `FileNotFoundError`.
        """

    def open(self, name: str, first: int = 0) -> IO[bytes]:
        """Open it for reading from that byte on. It may not be seekable. Raises `FileNotFoundError`."""

    def size(self, name: str) -> int:
        """Return how many bytes it has. Raises `FileNotFoundError`."""

    def remove(self, names: Iterable[str]) -> None:
        """Remove these; those that are not there count as removed."""

    def listed(self, under: str) -> Iterator[Listed]:
        """Go through what lies under a folder ("ab/") in the order of the names, without holding all of it."""

    def address(self, name: str) -> str:
        """Return nginx's internal address of it (deploy/nginx.conf), to be used within a minute."""
