"""PDFs: those that can do nothing but be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject, NameObject, StreamObject

from documents.opened import Refused

# What a PDF can do besides being read.
ACTIVE = {
    "/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/FileAttachment", "/RichMedia",
    "/RichMediaContent", "/XFA", "/ImportData", "/GoToE", "/GoToR", "/SubmitForm", "/Rendition", "/Movie", "/Sound",
    "/3D", "/OnInstantiate",
}  # fmt: skip # words in lines, not one in each
_ANY = re.compile("|".join(rf"{word}\b" for word in ACTIVE).encode())
# The short words are found by chance among the bytes of a picture.
_LONG = re.compile("|".join(rf"{word}\b" for word in ACTIVE if len(word) > 5).encode())  # the slash is one
_STREAM = "/ObjStm"  # objects, packed
_UNASKED = ("/GoTo", "/Named")  # what may be done without being pressed: to go to a page, to begin to print


def look(*, file: str) -> dict[str, object]:
    """Refuse a PDF that could do anything but be read, or that cannot be looked into."""
    data = Path(file).read_bytes()
    end = data.rfind(b"%%EOF")
    if end < 0 or data[end + 5 :].strip(b"\r\n \t\0"):
        raise Refused("damaged")
    # What no table names, or another reader finds elsewhere, is still there.
    plain = _plain(data)
    if _LONG.search(plain):
        raise Refused("active")
    reader = PdfReader(file, strict=False)
    if reader.is_encrypted:
        raise Refused("locked")
    pages = len(reader.pages)
    if not pages:
        raise Refused("damaged")
    _look_at_objects(reader, plain)
    _refuse_active(reader.trailer)
    return {"media_type": "application/pdf", "pages": pages}


def _plain(data: bytes) -> bytes:
    """Return it with its names in letters: they may be written in figures (/J#61vaScript)."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), data)


def _look_at_objects(reader: Any, plain: bytes) -> None:
    """Refuse what one of them could do. Raises whatever pypdf does for one that it cannot open: others may.

    A free place is an object as well, that says nothing.
    """
    streams = {number for number, _place in reader.xref_objStm.values()}
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in [*reader.xref_objStm, *streams]}
    packed = 0
    for number, generation in sorted(numbers):
        one = reader.get_object(IndirectObject(number, generation, reader))
        _refuse_active(one)
        if isinstance(one, StreamObject) and (one.get("/Type") == _STREAM or number in streams):
            packed += 1
            # As words, too: readers do not agree on which of its objects count.
            if _ANY.search(_plain(one.get_data())):
                raise Refused("active")
    if plain.count(_STREAM.encode()) > packed:  # one that no table names cannot be looked into
        raise Refused("damaged")


def _refuse_active(thing: Any) -> None:
    """Look through one object: what it refers to is looked at by its own number."""
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, StreamObject) and ("/F" in one or "/Ref" in one):  # its contents are another file's
            raise Refused("active")
        if isinstance(one, DictionaryObject):
            _refuse_calling(one)
            waiting += one.keys()
            waiting += [one.raw_get(key) for key in one]
        elif isinstance(one, list):
            waiting += list.__iter__(one)
        elif isinstance(one, NameObject) and one in ACTIVE:
            raise Refused("active")


def _refuse_calling(one: DictionaryObject) -> None:
    """Refuse what it does by itself when it is opened or pointed at, and what lies at an address."""
    if _value(one, "/FS") == "/URL" or (_value(one, "/S") == "/Thread" and "/F" in one):
        raise Refused("active")
    moments = _value(one, "/AA")
    when = moments if isinstance(moments, DictionaryObject) else {}
    for action in [_value(one, "/OpenAction"), *(_value(moments, key) for key in when)]:
        # A mere place to begin at is a list.
        if isinstance(action, DictionaryObject) and (_value(action, "/S") not in _UNASKED or "/Next" in action):
            raise Refused("active")


def _value(one: DictionaryObject, key: str) -> Any:
    """Return what stands there, or in the object that is named there."""
    value = one.raw_get(key) if key in one else None
    while isinstance(value, IndirectObject):
        value = value.get_object()
    return value
