"""Office files: what kind they are, and that they hold neither programs nor anything that fetches from outside."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from documents.opened import Refused

MOST_PARTS = 2_000
LARGEST_PART = 60 * 1024 * 1024  # bytes, unpacked
LARGEST_IN_ALL = 200 * 1024 * 1024
MOST_PACKED = 200  # times: text packs well, and nothing else does

_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".main+xml",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".main+xml",
}
_TEXT = "application/vnd.oasis.opendocument.text"
_PROGRAMS = re.compile(
    r"vbaproject|vbadata|activex|/macrosheets/|/dialogsheets/|(^|/)basic/|(^|/)scripts/|oleobject"
    r"|\.(bas|bat|bin|cmd|com|dll|exe|hta|htm|html|jar|js|lnk|ps1|scr|sh|svg|vbs|wsf)$",
    re.IGNORECASE,
)
# The settings of a printer are a binary that no program reads as one.
_HARMLESS = re.compile(r"/printersettings\d*\.bin$", re.IGNORECASE)
_PACKED_INSIDE = re.compile(r"\.(docx|xlsx|pptx)$", re.IGNORECASE)
_ANY_ARCHIVE = re.compile(r"\.(zip|7z|rar|gz|tar|docm|xlsm|pptm|xlsb|odt|ods|odp)$", re.IGNORECASE)
_ELSEWHERE = re.compile(r"^\s*([a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)
_DRAWN = ("image", "object", "object-ole", "plugin", "applet", "floating-frame", "section-source", "fill-image")


def look(*, file: str) -> dict[str, str]:
    """Say what kind of Office file it is. Refuse what holds more than words, pictures and figures."""
    with Path(file).open("rb") as opened:
        try:
            return {"media_type": _type(opened)}
        except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, OSError):
            raise Refused("damaged") from None


def _type(opened: IO[bytes], *, is_inside: bool = False) -> str:
    """Return the media type. Raises `Refused`, and what `zipfile` raises for what is damaged."""
    _nothing_around(opened)
    with zipfile.ZipFile(opened) as packed:
        parts = packed.infolist()
        _check_parts(parts)
        names = {part.filename for part in parts}
        if "mimetype" in names and _read(packed, "mimetype").strip() == _TEXT.encode():
            _check_open_document(packed, parts)
            return _TEXT
        if "[Content_Types].xml" not in names:
            raise Refused("kind")
        media_type = _main_type(packed)
        for part in parts:
            if part.filename.endswith(".rels"):
                _check_relations(packed, part.filename)
            elif _PACKED_INSIDE.search(part.filename):  # the numbers behind a chart
                if is_inside:
                    raise Refused("active")
                _type(io.BytesIO(_read(packed, part.filename)), is_inside=True)
        return media_type


def _nothing_around(opened: IO[bytes]) -> None:
    """Refuse a file that is a package and something else as well: what comes before it or after it."""
    opened.seek(0)
    begins = opened.read(4) == b"PK\x03\x04"
    opened.seek(-22, io.SEEK_END)
    end = opened.read(22)
    if not begins or not end.startswith(b"PK\x05\x06") or end[20:] != b"\0\0":
        raise Refused("damaged")
    opened.seek(0)


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or len({part.filename for part in parts}) != len(parts):
        raise Refused("damaged")
    if sum(part.file_size for part in parts) > LARGEST_IN_ALL:
        raise Refused("memory")
    # The first part lies where the file begins, so that nothing lies before it.
    if not parts or min(part.header_offset for part in parts) != 0:
        raise Refused("damaged")
    for part in parts:
        if part.flag_bits & 0x1:
            raise Refused("locked")
        if part.file_size > LARGEST_PART or part.file_size > MOST_PACKED * max(part.compress_size, 1_000):
            raise Refused("memory")
        name = part.filename
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or "\0" in part.orig_filename:
            raise Refused("damaged")
        if (_PROGRAMS.search(name) and not _HARMLESS.search(name)) or _ANY_ARCHIVE.search(name):
            raise Refused("active")


def _read(packed: zipfile.ZipFile, name: str) -> bytes:
    """Return one part, and never more of it than its entry says."""
    with packed.open(name) as part:
        return part.read(LARGEST_PART)


def _parsed(xml: bytes) -> Iterator[ElementTree.Element]:
    """Go through the elements. A document type could define what grows without end: there is none in such files."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\0" in xml:
        raise Refused("damaged")
    try:
        for _event, element in ElementTree.iterparse(io.BytesIO(xml)):  # noqa: S314 (see above)  # nosec B314
            yield element
            element.clear()
    except ElementTree.ParseError:
        raise Refused("damaged") from None


def _main_type(packed: zipfile.ZipFile) -> str:
    types = [
        value.lower()
        for element in _parsed(_read(packed, "[Content_Types].xml"))
        if (value := element.get("ContentType"))
    ]
    if any("macro" in one or "vba" in one or "activex" in one for one in types):
        raise Refused("active")
    for media_type, main in _MAIN.items():
        if media_type + main in types:
            return media_type
    raise Refused("kind")


def _check_relations(packed: zipfile.ZipFile, name: str) -> None:
    """Refuse what is fetched when the file is opened; a link that somebody has to press is one's own choice."""
    for element in _parsed(_read(packed, name)):
        is_outside = element.get("TargetMode", "").lower() == "external" or _ELSEWHERE.match(element.get("Target", ""))
        if is_outside and not element.get("Type", "").lower().endswith("/hyperlink"):
            raise Refused("active")


def _check_open_document(packed: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    for part in parts:
        if not part.filename.endswith(".xml"):
            continue
        for element in _parsed(_read(packed, part.filename)):
            name = element.tag.rpartition("}")[2]
            if name in ("script", "event-listener", "dde-source", "dde-connection-decl"):
                raise Refused("active")
            links = [value for key, value in element.items() if key.endswith("}href")]
            if name in _DRAWN and any(_ELSEWHERE.match(link) for link in links):
                raise Refused("active")
