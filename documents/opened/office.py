"""Office files: what kind they are, and that they hold neither programs nor anything that fetches from outside."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from documents.opened import Refused
from documents.opened.office_words import refuse_active
from documents.opened.package import demand_whole

MOST_PARTS = 2_000
LARGEST_PART = 60 * 1024 * 1024  # bytes, unpacked
LARGEST_IN_ALL = 200 * 1024 * 1024
MOST_PACKED = 200  # times: text packs well, and nothing else does

_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".main+xml",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".main+xml",
}
_TYPES = "[content_types].xml"
_TEXT = "application/vnd.oasis.opendocument.text"
_PROGRAMS = re.compile(
    r"vbaproject|vbadata|activex|/macrosheets/|/dialogsheets/|(^|/)basic/|(^|/)scripts/|oleobject"
    r"|\.(bas|bat|bin|cmd|com|dll|eml|exe|hta|htm|html|jar|js|lnk|mht|mhtml|msg|ps1|rtf|scr|sh|vbs|wsf|xhtml|xll)$"
)
# The settings of a printer are a binary that no program reads as one.
_HARMLESS = re.compile(r"/printersettings\d*\.bin$")
_PACKED_INSIDE = re.compile(r"\.(docx|xlsx|pptx)$")
_ANY_ARCHIVE = re.compile(r"\.(zip|7z|rar|gz|tar|docm|dotm|dotx|xlsm|xlsb|xlam|pptm|ppam|odt|ods|odp)$")
_ACTIVE_TYPE = re.compile(r"macro|vba|activex|oleobject|rtf|html|rfc822|msword|script")
_XML = re.compile(r"\.(xml|rels|vml)$")
# Programs of Windows, Linux, macOS and Java, what older Office files and everything inside them are, PDF, zip, scripts.
_NEVER = (
    b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xd0\xcf\x11\xe0", b"%PDF", b"PK\3\4", b"#!",
    rb"{\rtf",
)  # fmt: skip # words in lines, not one in each
_LOOKS_LIKE_XML = re.compile(rb"(\xef\xbb\xbf)?\s*<[?!A-Za-z]")
# In two bytes or four for each letter: no Office program writes it so.
_WIDE = re.compile(rb"\xff\xfe|\xfe\xff|\0*<\0|\0\0?\0?<")


def look(*, file: str) -> dict[str, str]:
    """Say what kind of Office file it is. Refuse what holds more than words, pictures and figures."""
    try:
        return {"media_type": _type(Path(file).read_bytes())}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, OSError):
        raise Refused("damaged") from None


def _type(data: bytes, *, is_inside: bool = False) -> str:
    """Return the media type. Raises `Refused`, and what `zipfile` raises for what is damaged."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
        _check_parts(parts)
        demand_whole(data, parts, packed.start_dir)
        names = {_name(part): part.filename for part in parts}
        is_text = "mimetype" in names and _read(packed, "mimetype").strip() == _TEXT.encode()
        if not is_text and _TYPES not in names:
            raise Refused("kind")
        media_type = _TEXT if is_text else _main_type(packed, names[_TYPES])
        for name, real in names.items():
            if _PACKED_INSIDE.search(name):  # the numbers behind a chart
                if is_inside:
                    raise Refused("active")
                _type(_read(packed, real), is_inside=True)
            else:
                _check_words(name, _read(packed, real))
        return media_type


def _name(part: zipfile.ZipInfo) -> str:
    """Return what a part is called for those who open it: neither its case nor how it is spelled counts."""
    return unquote(part.filename).replace("\\", "/").lower()


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or len({_name(part) for part in parts}) != len(parts):
        raise Refused("damaged")
    if sum(part.file_size for part in parts) > LARGEST_IN_ALL:
        raise Refused("memory")
    for part in parts:
        if part.flag_bits & 0x1:
            raise Refused("locked")
        if part.file_size > LARGEST_PART or part.file_size > MOST_PACKED * max(part.compress_size, 1_000):
            raise Refused("memory")
        name = _name(part)
        if name.startswith("/") or ".." in name.split("/") or "\0" in part.orig_filename + name:
            raise Refused("damaged")
        if name.endswith(".svg"):
            raise Refused("drawn")
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


def _main_type(packed: zipfile.ZipFile, name: str) -> str:
    types = [value.lower() for element in _parsed(_read(packed, name)) if (value := element.get("ContentType"))]
    if any(_ACTIVE_TYPE.search(one) for one in types):
        raise Refused("active")
    for media_type, main in _MAIN.items():
        if media_type + main in types:
            return media_type
    raise Refused("kind")


def _check_words(name: str, part: bytes) -> None:
    """Look through a part by what it holds, whatever it is called. One that is empty says nothing."""
    if part.startswith(_NEVER):
        raise Refused("active")
    if _WIDE.match(part):
        raise Refused("damaged")
    if (_XML.search(name) and part.strip()) or _LOOKS_LIKE_XML.match(part):
        refuse_active(_parsed(part))
