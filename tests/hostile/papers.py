"""PDFs and texts that would do something when they are opened, unpack without end, or are damaged."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from tests.hostile import PLANTED, Fate, Hostile, broken_off, with_faults


def pdf(change: Callable[[PdfWriter], object] | None = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if change:
        change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def words(**values: PdfObject | str) -> DictionaryObject:
    """Return a dictionary of a PDF; a text that begins with a slash is a name."""
    return DictionaryObject(
        {
            NameObject(f"/{key}"): value
            if isinstance(value, PdfObject)
            else NameObject(value)
            if value.startswith("/")
            else TextStringObject(value)
            for key, value in values.items()
        }
    )


ADDRESS = words(S="/URI", URI="https://example.org/?child=1")
AT_AN_ADDRESS = words(FS="/URL", F="https://example.org/a.pdf")
SCRIPT = words(S="/JavaScript", JS="app.alert(1)")


def _in(place: str, thing: PdfObject) -> Callable[[PdfWriter], object]:
    """Return what puts something into a PDF: in its catalog, on its page, on a note of the page, in a field."""

    def put(writer: PdfWriter) -> None:
        if place.startswith("catalog"):
            writer.root_object[NameObject("/" + place.partition(" ")[2])] = thing
        elif place.startswith("page"):
            writer.pages[0][NameObject("/" + place.partition(" ")[2])] = thing
        elif place == "nobody's object":
            writer._add_object(thing)
        else:
            note = words(Type="/Annot", Subtype="/" + place)
            note[NameObject("/Rect")] = ArrayObject(
                [NumberObject(0), NumberObject(0), NumberObject(9), NumberObject(9)]
            )
            note.update(thing if isinstance(thing, DictionaryObject) else {})
            writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])

    return put


def _in_an_object(place: str, thing: PdfObject) -> Callable[[PdfWriter], object]:
    """Return what puts a reference to something into a PDF."""
    return lambda writer: _in(place, writer._add_object(thing))(writer)


def _referring(writer: PdfWriter) -> None:
    """Let what is drawn be a page of another file."""
    drawn = DecodedStreamObject()
    drawn.update(words(Type="/XObject", Subtype="/Form", Ref=words(F="a.pdf", Page=NumberObject(0))))
    writer.pages[0][NameObject("/Resources")] = words(XObject=words(a=writer._add_object(drawn)))


def _hidden() -> dict[str, bytes]:
    """PDFs with what runs in all the places where it can stand."""
    tree = words(Names=ArrayObject([TextStringObject("a"), SCRIPT]))
    file = words(Type="/Filespec", F="a.exe", EF=words(F="x"))
    hidden = {
        "when it is opened": _in("catalog OpenAction", SCRIPT),
        "when it is closed": _in("catalog AA", words(WC=SCRIPT)),
        "when it is printed": _in("catalog AA", words(WP=SCRIPT)),
        "when a page is seen": _in("page AA", words(O=SCRIPT)),
        "behind a link": _in("Link", words(A=SCRIPT)),
        "when the pointer is over it": _in("Widget", words(AA=words(E=SCRIPT))),
        "when a field is filled": _in("Widget", words(FT="/Tx", AA=words(K=SCRIPT))),
        "in what a field computes": _in(
            "catalog AcroForm", words(Fields=ArrayObject([words(FT="/Tx", AA=words(C=SCRIPT))]))
        ),
        "by its name": _in("catalog Names", words(JavaScript=tree)),
        "in the second action": _in("catalog OpenAction", words(S="/URI", URI="https://example.org", Next=SCRIPT)),
        "in a list of actions": _in("catalog OpenAction", words(S="/GoTo", Next=ArrayObject([ArrayObject([SCRIPT])]))),
        "in the table of contents": _in("catalog Outlines", words(First=words(Title="a", A=SCRIPT))),
        "in an object that nothing names": _in("nobody's object", SCRIPT),
        "in a form of XML": _in("catalog AcroForm", words(XFA="<xdp/>")),
        "in a moving picture of space": _in("3D", words(OnInstantiate="x")),
        "in a screen": _in("Screen", words(A=words(S="/Rendition", JS="x"))),
        "in rich media": _in("RichMedia", words(RichMediaContent=words(a="b"))),
        "that starts a program": _in("catalog OpenAction", words(S="/Launch", F="calc.exe")),
        "that sends what is filled in": _in("Widget", words(A=words(S="/SubmitForm", F="https://example.org"))),
        "that fetches what is filled in": _in("Widget", words(A=words(S="/ImportData", F="a.fdf"))),
        "that goes into a file inside": _in("Link", words(A=words(S="/GoToE"))),
        "that plays a sound": _in("Link", words(A=words(S="/Sound"))),
        "that plays a film": _in("Link", words(A=words(S="/Movie"))),
        "that asks an address when it is opened": _in("catalog OpenAction", ADDRESS),
        "that asks an address when it is opened, elsewhere": _in_an_object("catalog OpenAction", ADDRESS),
        "that asks an address when a page is seen": _in("page AA", words(O=ADDRESS)),
        "that asks an address when a page is seen, elsewhere": _in_an_object("page AA", words(O=ADDRESS)),
        "that asks an address when pointed at": _in("Widget", words(AA=words(E=ADDRESS))),
        "that asks an address after a jump": _in("catalog OpenAction", words(S="/GoTo", D="a", Next=ADDRESS)),
        "that begins in another file": _in("catalog OpenAction", words(S="/Thread", F="//example.org/a", D="a")),
        "that goes on in another file": _in("Link", words(A=words(S="/Thread", F="//example.org/a", D="a"))),
        "that does what nobody knows": _in("page AA", words(C=words(S="/Later"))),
        "a file by its address": _in("catalog AF", ArrayObject([AT_AN_ADDRESS])),
        "a drawing of another file": _referring,
        "a file inside": lambda writer: writer.add_attachment("a.exe", b"MZ"),
        "a file pinned to the page": _in("FileAttachment", words(FS=file)),
        "a file beside the page": _in("catalog AF", ArrayObject([words(Type="/EmbeddedFile")])),
    }
    return {what: pdf(change) for what, change in hidden.items()}


def _in_a_stream(hidden: bytes) -> bytes:
    """Return a PDF whose catalog lies packed in a stream of objects."""
    packed = zlib.compress(
        b"1 0 2 " + str(len(hidden) + 1).encode() + b" " + hidden + b" <</Type/Pages/Kids[3 0 R]/Count 1>>"
    )
    first = len(b"1 0 2 " + str(len(hidden) + 1).encode() + b" ")
    objects = [
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n",
        b"4 0 obj<</Type/ObjStm/N 2/First %d/Filter/FlateDecode/Length %d>>stream\n" % (first, len(packed))
        + packed
        + b"\nendstream endobj\n",
    ]
    data, places = b"%PDF-1.7\n", []
    for one in objects:
        places.append(len(data))
        data += one
    rows = [(0, 0, 255), (2, 4, 0), (2, 4, 1), (1, places[0], 0), (1, places[1], 0), (1, len(data), 0)]
    table = b"".join(bytes([kind]) + place.to_bytes(4, "big") + bytes([last]) for kind, place, last in rows)
    return (
        data
        + b"5 0 obj<</Type/XRef/Size 6/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(table)
        + table
        + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % len(data)
    )


def _beside_the_pages(hidden: bytes, *, spaces: int = 0, said: str = "/N 1", kind: str = "/ObjStm") -> bytes:
    """Return a PDF whose catalog opens an object that lies packed in a stream; much of nothing may lie behind it."""
    packed = zlib.compress(b"5 0 " + hidden + b" " * spaces, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        f"<</Type{kind}{said}/First 4/Filter/FlateDecode/Length {len(packed)}>>stream\n".encode()
        + packed
        + b"\nendstream",
    ]
    data, rows = b"%PDF-1.5\n", [(0, 0)]
    for number, one in enumerate(objects, 1):
        rows.append((1, len(data)))
        data += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    rows += [(2, 4), (1, len(data))]
    table = b"".join(bytes([how]) + place.to_bytes(4, "big") + b"\0" for how, place in rows)
    return data + (
        b"6 0 obj\n<</Type/XRef/Size 7/Root 1 0 R/W[1 4 1]/Length %d>>stream\n" % len(table)
        + table
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(data)
    )


def _outside(writer: PdfWriter) -> None:
    """Let what is on the page be fetched."""
    stream = DecodedStreamObject()
    stream.update(words(F=words(FS="/URL", F="https://example.org/a")))
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)


def _packed_actions() -> Iterator[Hostile]:
    """Actions packed in streams that pypdf opens otherwise than others do, or not at all."""
    script, jump = b"<</S/JavaScript/JS(app.alert(1))>>", rb"<</S/GoToR/F(\\example.org\a)/D[0/Fit]>>"
    yield Hostile("PDF, a jump in a stream", _beside_the_pages(b"<</S/GoTo/D[3 0 R/Fit]>>"), Fate.CLEANED)
    whole = _beside_the_pages(script)
    unnamed = whole.replace(b"\2\0\0\0\4\0", b"\0\0\0\0\0\0").replace(b"4 0 obj", b"8 0 obj")
    for what, data in {
        "a script in a stream by itself": whole,
        "a script in a stream too long to unpack": _beside_the_pages(script, spaces=76_000_000),
        "a script in a stream of fewer than none": _beside_the_pages(script, said="/N -1"),
        "a script in a stream of very many": _beside_the_pages(script, said="/N 99999999"),
        "a script in a stream without a number": _beside_the_pages(script, said=""),
        "a script in a stream of no kind": _beside_the_pages(script, kind="/None"),
        "a script in a stream of a kind in figures": _beside_the_pages(script, kind="/Obj#53tm", said="/N 0"),
        "a script in a stream that no table names": unnamed,
        "a jump into another file": _beside_the_pages(jump),
        "a jump into another file, plain": pdf(_in("catalog OpenAction", words(S="/GoToR", F="//example.org/a"))),
        "a page from another file": pdf(_outside),
    }.items():
        yield Hostile(f"PDF, {what}", data)


def pdfs() -> Iterator[Hostile]:
    """PDFs that can do something, that lead astray, that are locked, and those that are mere paper."""
    yield Hostile("PDF, mere paper", pdf(), Fate.CLEANED)
    yield Hostile(
        "PDF with a link", pdf(_in("Link", words(A=words(S="/URI", URI="https://example.org")))), Fate.CLEANED
    )
    for what, ordinary in {
        "begins at a place": _in("catalog OpenAction", ArrayObject([NumberObject(0), NameObject("/Fit")])),
        "begins by a jump": _in_an_object("catalog OpenAction", words(S="/GoTo", D="a")),
        "begins to print": _in("catalog OpenAction", words(S="/Named", N="/Print")),
        "has an article": _in("Link", words(A=words(S="/Thread", D=NumberObject(0)))),
        "has an address to begin from": _in("catalog URI", words(Base="https://example.org")),
    }.items():
        yield Hostile(f"PDF that {what}", pdf(ordinary), Fate.CLEANED)
    plain = b"<</Type/Catalog/Pages 2 0 R>>"
    yield Hostile("PDF in a stream", _in_a_stream(plain), Fate.CLEANED)
    for what, data in _hidden().items():
        yield Hostile(f"PDF, {what}", data)
    yield from _packed_actions()
    script = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(1)>>>>"
    opening = pdf(_in("catalog OpenAction", SCRIPT))
    later = b"\n9 0 obj<</S/JavaScript/JS(1)>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    more = {
        "a script in a stream": _in_a_stream(script),
        "a film in a stream": _in_a_stream(plain[:-2] + b"/A<</Subtype/RichMedia>>>>"),
        "a script in a stream, in figures": _in_a_stream(
            script.replace(b"JavaScript", b"#4aava#53cript").replace(b"/JS", b"/#4aS")
        ),
        "a script in figures": opening.replace(b"/JavaScript", b"/#4a#61vaScript"),
        "a script written over several lines": opening.replace(b"/S /JavaScript", b"/S\r\n%\r\n/JavaScript"),
        "a script added afterwards": pdf() + later,
        "two ends": pdf() + b"\n%%EOF<html>",
        "a zip behind it": pdf() + packed({"a": "b"}),
        "a page behind it": pdf() + b"<html>" + PLANTED,
        "a program before it": b"MZ" + bytes(100) + pdf(),
        "locked": pdf(lambda writer: writer.encrypt("secret")),
        "locked by its owner alone": pdf(lambda writer: writer.encrypt("", "owner")),
        "no pages": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
        "pages of themselves": b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]"
        b"/Count 1>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
    }
    for what, data in more.items():
        yield Hostile(f"PDF, {what}", data)
    bomb = DecodedStreamObject()
    bomb.set_data(bytes(100_000_000))
    deep = b"%PDF-1.7\n1 0 obj" + b"[" * 100_000 + b"]" * 100_000 + b"endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    either = {
        "a hundred megabytes of nothing": pdf(lambda writer: writer._add_object(bomb.flate_encode())),
        "a hundred thousand brackets": deep,
        "a page of a million": pdf().replace(b"/Count 1", b"/Count 1000000"),
        "a table that leads to itself": pdf().replace(b"trailer\n<<", b"trailer\n<</Prev 9"),
        "a flag": pdf(_in("catalog NeedsRendering", BooleanObject(True))),
    }
    for what, data in either.items():
        yield Hostile(f"PDF, {what}", data, Fate.EITHER)
    yield from broken_off("PDF", pdf(), 8)
    yield from with_faults("PDF", opening, 8)


def packed(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return out.getvalue()


def other() -> Iterator[Hostile]:
    """What is neither picture nor paper, and texts."""
    yield Hostile("text", "Hej på dig!\r\n\tsmultron, 1 < 2".encode(), Fate.CLEANED)
    for what, data in {
        "nothing": b"",
        "a program of Windows": b"MZ\x90\0" + bytes(200) + PLANTED,
        "a program of Linux": b"\x7fELF\2\1\1" + bytes(200),
        "a program of macOS": b"\xcf\xfa\xed\xfe" + bytes(200),
        "a shell script with a NUL": b"#!/bin/sh\n\0",
        "gzip": b"\x1f\x8b\x08\0" + bytes(100),
        "7z": b"7z\xbc\xaf\x27\x1c" + bytes(100),
        "rar": b"Rar!\x1a\x07\0" + bytes(100),
        "RTF in bytes": rb"{\rtf1\ansi " + bytes(range(128, 200)) + b"}",
        "a page": b"<!DOCTYPE html><script>1</script>",
        "a page after spaces": b" \n" * 900 + b"<HTML>",
        "a page in UTF-16": "<html>".encode("utf-16"),
        "a page in UTF-7": b"+ADw-script+AD4-\0",
        "a drawing": b"<svg/onload=1>",
        "XML": b"<?xml version='1.0'?><a/>",
        "PHP": b"<?php system('a');",
        "a frame": b"hej <iframe src='https://example.org'>",
        "nonsense": bytes(range(256)),
        "a database": b"SQLite format 3\0" + bytes(100),
        "a shortcut": b"L\0\0\0\x01\x14\x02\0" + bytes(100),
        "too much": b"a" * (20 * 1024 * 1024 + 1),
    }.items():
        yield Hostile(what, data)
