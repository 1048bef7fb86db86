"""Opening a register: a folder or a zip of JSON files, read row by row so that size does not become memory.

A file holds a page `{"data": [...], "pageToken": null}`, a list of pages, or a bare list of rows; a list may be split
over `persons.1.json`, `persons.2.json` and so on.
"""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TextIO

from django.utils.translation import gettext as _

from children.register.rows import Entity

CHUNK = 1 << 20
LARGEST_ROW = 16 << 20
LARGEST_FOLDER = 2 << 30
LARGEST_ZIP = 512 << 20
MOST_FILES = 500
LARGEST_RATIO = 200

FILE_NAME = re.compile(rf"({'|'.join(Entity)})(?:[.-](\d{{1,6}}))?\.json")
SPACE = re.compile(r"[ \t\r\n]*")


class UnreadableRegister(Exception):
    """Nothing can be read; the message is for the person who sent the register."""


class UnreadableFile(Exception):
    """One file cannot be read; the message says where it breaks."""


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """One JSON file of a register, opened when its rows are asked for."""

    entity: Entity
    name: str
    size: int
    _open: Callable[[], AbstractContextManager[IO[bytes]]]

    def rows(self) -> Iterator[Any]:
        """Yield each row as it stands in the file. Raises `UnreadableFile` where the file breaks."""
        try:
            with self._open() as stream, io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
                yield from _rows(text)
        except UnicodeDecodeError:
            raise UnreadableFile(_("Filen är inte text i UTF-8.")) from None
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            raise UnreadableFile(_("Filen är skadad och går inte att läsa.")) from None


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a register, sorted so that parts come in order."""

    files: tuple[RegisterFile, ...]

    def of(self, entity: Entity) -> tuple[RegisterFile, ...]:
        """Return the files of one list."""
        return tuple(file for file in self.files if file.entity is entity)


def open_register(path: Path) -> Source:
    """Return the files of the register in a folder or a zip. Raises `UnreadableRegister` when there is none."""
    if path.is_dir():
        return _of_folder(path)
    if path.is_file():
        return _of_zip(path)
    raise UnreadableRegister(_("Det finns ingen mapp eller fil med det namnet."))


def _of_folder(path: Path) -> Source:
    found = []
    try:
        for file in path.iterdir():
            match = FILE_NAME.fullmatch(file.name)
            if match and file.is_file():
                size = file.stat().st_size
                found.append((match, RegisterFile(Entity(match[1]), file.name, size, _opener(file))))
    except OSError:
        raise UnreadableRegister(_("Mappen går inte att läsa.")) from None
    return _sorted(found, LARGEST_FOLDER)


def _opener(file: Path) -> Callable[[], AbstractContextManager[IO[bytes]]]:
    return lambda: file.open("rb")


def _of_zip(path: Path) -> Source:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        raise UnreadableRegister(_("Filen är inte en zip-fil. Packa registrets json-filer i en zip-fil.")) from None
    if len(entries) > MOST_FILES:
        raise UnreadableRegister(_("Zip-filen har för många filer."))
    found = []
    for entry in entries:
        _refuse_hostile(entry)
        match = FILE_NAME.fullmatch(entry.filename.rpartition("/")[2])
        if match and not entry.filename.startswith("__MACOSX/"):
            file = RegisterFile(Entity(match[1]), entry.filename, entry.file_size, _unpacker(path, entry))
            found.append((match, file))
    return _sorted(found, LARGEST_ZIP)


def _refuse_hostile(entry: zipfile.ZipInfo) -> None:
    """Raise `UnreadableRegister` for an entry that no honest packing program makes."""
    parts = entry.filename.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or ":" in parts[0] or "\x00" in entry.orig_filename:
        raise UnreadableRegister(_("Zip-filen innehåller en otillåten sökväg."))
    if entry.flag_bits & 1:
        raise UnreadableRegister(_("Zip-filen är låst med lösenord. Packa den utan lösenord."))
    if entry.file_size > LARGEST_RATIO * max(entry.compress_size, 1) and entry.file_size > CHUNK:
        raise UnreadableRegister(_("Zip-filen är för stor när den packas upp."))


def _unpacker(path: Path, entry: zipfile.ZipInfo) -> Callable[[], AbstractContextManager[IO[bytes]]]:
    @contextmanager
    def unpack() -> Iterator[IO[bytes]]:
        # zipfile itself stops at the size that the entry promises, so that a lying entry cannot grow.
        with zipfile.ZipFile(path) as archive, archive.open(entry) as stream:
            yield stream

    return unpack


def _sorted(found: list[tuple[re.Match[str], RegisterFile]], largest: int) -> Source:
    if not found:
        raise UnreadableRegister(
            _("Här finns inga registerfiler. Det ska finnas organisations.json, groups.json och persons.json.")
        )
    if len(found) > MOST_FILES:
        raise UnreadableRegister(_("Registret har för många filer."))
    if sum(file.size for _match, file in found) > largest:
        raise UnreadableRegister(_("Registret är för stort."))
    found.sort(key=lambda pair: (pair[0][1], int(pair[0][2] or 0), pair[1].name))
    return Source(tuple(file for _match, file in found))


# A pull parser that is no more than it must be: the file's shape is known, rows are decoded one by one. ------------


class _Text:
    """A text file with a window that slides over it."""

    def __init__(self, file: TextIO):
        self.file, self.window, self.at, self.is_ended = file, "", 0, False
        self.decoder = json.JSONDecoder()

    def fill(self, size: int = CHUNK) -> bool:
        """Read on, and drop what has been used; False at the end of the file."""
        more = self.file.read(size)
        self.is_ended = not more
        self.window, self.at = self.window[self.at :] + more, 0
        return bool(more)

    def peek(self) -> str:
        """Return the next character that is not space, without using it; empty at the end."""
        while True:
            match = SPACE.match(self.window, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.window):
                return self.window[self.at]
            if not self.fill():
                return ""

    def take(self, expected: str) -> None:
        if self.peek() != expected:
            raise UnreadableFile(_("Filen är inte giltig JSON."))
        self.at += 1

    def value(self) -> Any:
        """Decode the next value, reading on as far as it reaches."""
        self.peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.window, self.at)
            except RecursionError:
                raise UnreadableFile(_("Filen är inte giltig JSON.")) from None
            except ValueError:
                end = len(self.window)
            # A number that reaches the window's end may go on behind it.
            if end < len(self.window) or (self.is_ended and end == len(self.window) and self._is_whole()):
                self.at = end
                return value
            if len(self.window) - self.at > LARGEST_ROW:
                raise UnreadableFile(_("Filen har en rad som är orimligt stor."))
            if not self.fill(max(CHUNK, len(self.window) - self.at)) and not self._is_whole():
                raise UnreadableFile(_("Filen är inte giltig JSON, eller har avbrutits i förtid."))

    def _is_whole(self) -> bool:
        try:
            self.decoder.raw_decode(self.window, self.at)
        except (ValueError, RecursionError):
            return False
        return True


def _rows(file: TextIO) -> Iterator[Any]:
    text = _Text(file)
    match text.peek():
        case "{":
            yield from _page(text)
        case "[":
            for item in _items(text):
                if isinstance(item, dict) and "id" not in item and isinstance(item.get("data"), list):
                    yield from item["data"]
                else:
                    yield item
        case "":
            raise UnreadableFile(_("Filen är tom."))
        case _other:
            raise UnreadableFile(_("Filen är inte en sida ur registret."))
    if text.peek():
        raise UnreadableFile(_("Filen är inte giltig JSON."))


def _page(text: _Text) -> Iterator[Any]:
    text.take("{")
    has_data = False
    while text.peek() != "}":
        key = text.value()
        text.take(":")
        if key == "data" and text.peek() == "[":
            has_data = True
            yield from _items(text)
        else:
            text.value()
        if text.peek() != "}":
            text.take(",")
    text.take("}")
    if not has_data:
        raise UnreadableFile(_("Filen saknar listan ”data”."))


def _items(text: _Text) -> Iterator[Any]:
    text.take("[")
    while text.peek() != "]":
        yield text.value()
        if text.peek() != "]":
            text.take(",")
    text.take("]")
