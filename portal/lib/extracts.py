"""What a room gives to an extract about one child: pages with facts, words and files, as plain values.

The same values are printed on the pages and written into `data.json`: nothing is said in one and not in the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO
from uuid import UUID

Value = str | int | bool | date | datetime | None


@dataclass(frozen=True)
class Enclosed:
    """A file that goes along. Nothing of it is read before `opened` is called; a picture says how large it is.

    Opening raises `FileNotFoundError` where it is gone.
    """

    name: str
    day: date
    opened: Callable[[], IO[bytes]]
    folder: str = "filer"
    shows: str = ""
    width: int = 0
    height: int = 0

    @property
    def is_picture(self) -> bool:
        return bool(self.width)


@dataclass(frozen=True)
class Facts:
    """A table. `columns` maps each key of `data.json` to the heading that people read."""

    key: str
    heading: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[Value]]
    empty: str = ""  # what is said where there is nothing


@dataclass(frozen=True)
class Entry:
    """Something that somebody wrote, at a moment: with its files, and facts about it by their headings."""

    heading: str
    at: datetime | None
    by: str = ""
    text: str = ""
    language: str = "sv"
    files: Sequence[Enclosed] = ()
    of: UUID | None = None  # what may be withdrawn later: the collection is not handed out then


@dataclass(frozen=True)
class Told:
    """Entries under a heading, in the order in which they are read."""

    key: str
    heading: str
    entries: Sequence[Entry]
    empty: str = ""


@dataclass(frozen=True)
class Part:
    """A page of the extract: `key` is its file's name. `is_sensitive` where it is read behind the strong login only."""

    key: str
    title: str
    sections: Sequence[Facts | Told] = field(default_factory=list)
    is_sensitive: bool = False

    @property
    def entries(self) -> list[Entry]:
        return [entry for section in self.sections if isinstance(section, Told) for entry in section.entries]

    @property
    def files(self) -> list[Enclosed]:
        return [file for entry in self.entries for file in entry.files]
