"""PDFs: those that can do nothing but be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, IndirectObject, NameObject

from documents.opened import Refused

# What a PDF can do besides being read.
ACTIVE = {
    "/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/FileAttachment", "/RichMedia",
    "/RichMediaContent", "/XFA", "/ImportData", "/GoToE", "/SubmitForm", "/Rendition", "/Movie", "/Sound", "/3D",
    "/OnInstantiate",
}  # fmt: skip # words in lines, not one in each


def look(*, file: str) -> dict[str, object]:
    """Refuse a PDF that could do anything but be read, or that cannot be looked into."""
    data = Path(file).read_bytes()
    end = data.rfind(b"%%EOF")
    if end < 0 or data[end + 5 :].strip(b"\r\n \t\0"):
        raise Refused("damaged")
    # Names may be written in figures (/J#61vaScript); what no table names is still there for a reader that repairs.
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), data)
    if re.search(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|ImportData|SubmitForm)\b", plain):
        raise Refused("active")
    reader = PdfReader(file, strict=False)
    if reader.is_encrypted:
        raise Refused("locked")
    pages = len(reader.pages)
    if not pages:
        raise Refused("damaged")
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    for number, generation in sorted(numbers):
        _refuse_active(_object(reader, number, generation))
    _refuse_active(reader.trailer)
    return {"media_type": "application/pdf", "pages": pages}


def _object(reader: Any, number: int, generation: int) -> Any:
    try:
        return reader.get_object(IndirectObject(number, generation, reader))
    except (PyPdfError, ValueError, KeyError):
        return None  # a free or broken place; what matters could not be opened by others either


def _refuse_active(thing: Any) -> None:
    """Look through one object: what it refers to is looked at by its own number."""
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject):
            waiting += one.keys()
            waiting += [one.raw_get(key) for key in one]
        elif isinstance(one, list):
            waiting += list.__iter__(one)
        elif isinstance(one, NameObject) and one in ACTIVE:
            raise Refused("active")
