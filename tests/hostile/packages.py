"""Office files that are packed as no Office program packs them, with something in between; and as such programs do."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

from tests.hostile import PLANTED, Fate, Hostile
from tests.hostile.office import document, types

PART = b"<w/>"
Change = Callable[[zipfile.ZipFile], object]


class Pipe(io.BytesIO):
    """Takes bytes one after the other, as a browser does: lengths are said behind each part."""

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise io.UnsupportedOperation


def package(
    before: Change = lambda _made: None, after: Change = lambda _made: None, out: io.BytesIO | None = None
) -> bytes:
    """Return a document to which something is done before and after its second part is written."""
    out = out or io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", types())
        before(made)
        made.writestr("word/document.xml", PART)
        after(made)
    return out.getvalue()


def _lying(data: bytes) -> Change:
    """Return what writes bytes into the file that are no part of it."""

    def write(made: zipfile.ZipFile) -> None:
        assert made.fp
        made.fp.seek(made.start_dir)
        made.fp.write(data)
        made.start_dir = made.fp.tell()

    return write


def _part(data: bytes = PART, *, method: int | None = None, extra: bytes = b"", comment: bytes = b"") -> Change:
    """Return what writes a part; with a method what is listed is that it holds no more than `PART`."""

    def write(made: zipfile.ZipFile) -> None:
        one = zipfile.ZipInfo("word/styles.xml")
        one.extra, one.comment = extra, comment
        made.writestr(one, data)
        if method is not None:
            one.compress_type, one.file_size, one.CRC = method, len(PART), zlib.crc32(PART)

    return write


def _said(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _deflated() -> bytes:
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(PART) + packing.flush()


def _large(made: zipfile.ZipFile) -> None:
    with made.open("word/styles.xml", "w", force_zip64=True) as part:
        part.write(PART)


def packages() -> Iterator[Hostile]:
    """Packages with what no part is, programs called harmlessly, and packages as others make them."""
    room = b"\x28\xa0\0\0"
    for what, whole in {
        "whose lengths come behind": package(out=Pipe()),
        "with long lengths": package(_large),
        "with long lengths behind": package(_large, out=Pipe()),
        "with room to grow": package(_part(extra=_said(0xA220, room + bytes(500)))),
        "that says when it was changed and whose it is": package(
            _part(extra=_said(0x5455, b"\3" + bytes(8)) + _said(0x7875, bytes(11)))
        ),
        "packed": package(_part(_deflated(), method=zipfile.ZIP_DEFLATED)),
    }.items():
        yield Hostile(f"package {what}", whole, Fate.CLEANED)
    hidden = document({"word/vbaProject.bin": b"MZ" + PLANTED})
    hidden = hidden[hidden.rindex(b"PK\3\4") : hidden.index(b"PK\1\2")]
    whole = package()
    long_end = struct.pack("<4sQ", b"PK\6\6", 44) + PLANTED.ljust(44) + struct.pack("<4sIQI", b"PK\6\7", 0, 0, 1)
    for what, data in {
        "with a program between its parts": package(_lying(b"MZ" + PLANTED)),
        "with a program before its list": package(after=_lying(b"MZ" + PLANTED)),
        "with a page before its list": package(after=_lying(b"<html>" + PLANTED)),
        "with a part that is not listed": package(after=_lying(hidden)),
        "with something said of a part": package(_part(comment=PLANTED)),
        "with a field of its own": package(_part(extra=_said(0x4B4B, PLANTED))),
        "with no empty room": package(_part(extra=_said(0xA220, room + PLANTED))),
        "with a very long time": package(_part(extra=_said(0x5455, PLANTED * 3))),
        "with a field that breaks off": package(_part(extra=PLANTED)),
        "with more in a part than is said": package(_part(PART + PLANTED, method=zipfile.ZIP_STORED)),
        "with more in a part than is unpacked": package(_part(_deflated() + PLANTED, method=zipfile.ZIP_DEFLATED)),
        "with a part that breaks off": package(_part(_deflated()[:3], method=zipfile.ZIP_DEFLATED)),
        "with two ends": whole[:-22] + long_end + whole[-22:],
        "with fewer parts than are listed": whole[:-14] + b"\1\0\1\0" + whole[-10:],
    }.items():
        yield Hostile(f"package {what}", data)
    for what, head in {
        "a program of Windows": b"MZ\x90\0", "a program of Linux": b"\x7fELF", "an older document": b"\xd0\xcf\x11\xe0",
        "a PDF": b"%PDF-1.7", "a script": b"#!/bin/sh", "RTF": rb"{\rtf1",
    }.items():  # fmt: skip # two in a line
        yield Hostile(f"Office with {what} as a picture", document({"word/media/image1.png": head + PLANTED}))
        yield Hostile(f"Office with {what} as an object", document({"Object 1": head + PLANTED}))
    yield Hostile("Office with a package without an ending", document({"customXml/item1": document()}))
