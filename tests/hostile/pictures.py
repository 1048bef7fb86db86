"""Pictures that carry something, claim too much, are something else as well, or are damaged."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Iterator

from PIL import Image, ImageCms, PngImagePlugin
from pillow_heif import register_heif_opener

from tests.hostile import PLANTED, Fate, Hostile, broken_off, with_faults

register_heif_opener()

HTML = b"<html><script>alert('" + PLANTED + b"')</script></html>"
PHP = b"<?php __HALT_COMPILER(); /*" + PLANTED + b"*/ ?>"
KINDS = ("JPEG", "PNG", "WEBP", "HEIF")
ZIP = (
    b"PK\x03\x04"
    + bytes(22)
    + struct.pack("<HH", len(PLANTED), 0)
    + PLANTED
    + (b"PK\x05\x06" + bytes(16) + struct.pack("<H", 0))
)


def photo(width: int = 96, height: int = 72) -> Image.Image:
    """Return a picture with something in it everywhere."""
    slope = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (slope, slope.rotate(180), Image.radial_gradient("L").resize((width, height))))


def as_file(drawn: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    drawn.save(out, kind, **how)
    return out.getvalue()


def exif(**more: object) -> bytes:
    """Return what a camera writes: who took it, with what, where, a note in its own form, a small picture."""
    made = Image.Exif()
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298):
        made[tag] = PLANTED.decode()
    made[0x9C9B] = PLANTED.decode().encode("utf-16-le")
    made.get_ifd(0x8769).update({0x9286: b"ASCII\0\0\0" + PLANTED, 0x927C: PLANTED * 20, 0xA431: PLANTED.decode()})
    made.get_ifd(0x8825).update({1: "N", 2: (59.0, 19.0, 45.48), 3: "E", 4: (18.0, 4.0, 7.0), 27: PLANTED})
    return made.tobytes()


def profile(word: bytes = PLANTED) -> bytes:
    """Return a profile of colours whose name and copyright are our word, padded so that its table still holds."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    wide = word.decode().encode("utf-16-be")
    for place in (index for index in range(len(made) - 3) if made[index : index + 4] == b"mluc"):
        length, offset = struct.unpack(">II", made[place + 20 : place + 28])
        room = made[place + offset : place + offset + length]
        made[place + offset : place + offset + len(room)] = (wide * 4)[: len(room)]
    return bytes(made)


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg_with(*segments: bytes, after: bytes = b"") -> bytes:
    """Return a JPEG with these segments at its beginning, and something after its end."""
    whole = as_file(photo(), "JPEG")
    return whole[:2] + b"".join(segments) + whole[2:] + after


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with(*chunks: bytes, late: Iterable[bytes] = (), after: bytes = b"") -> bytes:
    """Return a PNG with these chunks before its pixels, some after them, and something after its end."""
    whole = as_file(photo(), "PNG")
    end = whole.index(b"IEND") - 4
    return whole[:33] + b"".join(chunks) + whole[33:end] + b"".join(late) + whole[end:] + after


def png(width: int, height: int, rows: bytes, *more: bytes, bits: int = 8, colours: int = 2, woven: int = 0) -> bytes:
    """Return a PNG that says it is as large as this, whatever it holds."""
    head = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, woven)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + b"".join(more)
        + chunk(b"IDAT", zlib.compress(rows, 1))
        + chunk(b"IEND", b"")
    )


def riff(*chunks: tuple[bytes, bytes], after: bytes = b"") -> bytes:
    body = b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body + after


def webp_with(*chunks: tuple[bytes, bytes], flags: int = 0x2C, after: bytes = b"") -> bytes:
    """Return a WebP of the extended form with these chunks after its pixels."""
    pixels = as_file(photo(), "WEBP")[20:]
    wide = b"\x5f\0\0" + b"\x47\0\0"  # 96 × 72, less one
    return riff((b"VP8X", bytes([flags, 0, 0, 0]) + wide), (b"VP8 ", pixels), *chunks, after=after)


def carrying() -> Iterator[Hostile]:
    """Pictures with our word in every place that can hold words: made anew, without any of them."""
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + PLANTED + b"</x:xmpmeta>"
    for number in range(16):
        yield Hostile(f"JPEG, APP{number}", jpeg_with(segment(0xE0 + number, PLANTED * 3)), Fate.CLEANED)
    long = b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + struct.pack(">II", 90_000, 0) + PLANTED * 100
    for what, data in {
        "EXIF": jpeg_with(segment(0xE1, b"Exif\0\0" + exif()[6:])),
        "EXIF with a small picture": jpeg_with(segment(0xE1, exif() + as_file(photo(16, 12), "JPEG", comment=PLANTED))),
        "XMP": jpeg_with(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp)),
        "XMP in parts": jpeg_with(segment(0xE1, long), segment(0xE1, long), segment(0xE1, long)),
        "a profile": as_file(photo(), "JPEG", icc_profile=profile()),
        "a profile in three parts": jpeg_with(
            *(segment(0xE2, b"ICC_PROFILE\0" + bytes([part, 3]) + PLANTED * 100) for part in (1, 2, 3))
        ),
        "more pictures behind it": as_file(photo(), "MPO", save_all=True, append_images=[photo(40, 30)], exif=exif()),
        "IPTC": jpeg_with(segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x20\x1c\x02\x78\0\x16" + PLANTED)),
        "a comment": as_file(photo(), "JPEG", comment=PLANTED),
        "a hundred comments": jpeg_with(*[segment(0xFE, PLANTED)] * 100),
        "something after its end": jpeg_with(after=PLANTED * 10),
        "another picture after its end": jpeg_with(after=as_file(photo(), "JPEG", comment=PLANTED)),
        "a film after its end": jpeg_with(after=b"\0\0\0\x18ftypmp42" + PLANTED * 100),
        "fill before a segment": jpeg_with(b"\xff" * 40, segment(0xFE, PLANTED)),
        "everything at once": as_file(photo(), "JPEG", exif=exif(), icc_profile=profile(), comment=PLANTED, xmp=xmp),
        "progressive, everything": as_file(photo(), "JPEG", progressive=True, exif=exif(), comment=PLANTED),
        "in grey": as_file(photo().convert("L"), "JPEG", exif=exif(), comment=PLANTED),
        "for print": as_file(photo().convert("CMYK"), "JPEG", exif=exif(), comment=PLANTED),
        "for print, with a profile of screens": as_file(photo().convert("CMYK"), "JPEG", icc_profile=profile()),
    }.items():
        yield Hostile(f"JPEG, {what}", data, Fate.CLEANED)
    yield from _pngs_carrying(xmp)
    for what, data in {
        "EXIF": webp_with((b"EXIF", exif())),
        "XMP": webp_with((b"XMP ", xmp)),
        "a profile": as_file(photo(), "WEBP", icc_profile=profile(), exif=exif(), xmp=xmp),
        "a chunk of nobody's": webp_with((b"mArk", PLANTED), flags=0),
        "something after its end": webp_with(flags=0, after=PLANTED),
        "without loss": as_file(photo(), "WEBP", lossless=True, exif=exif(), xmp=xmp),
        "a film": as_file(photo(), "WEBP", save_all=True, append_images=[photo().rotate(90)] * 5, exif=exif(), xmp=xmp),
    }.items():
        yield Hostile(f"WebP, {what}", data, Fate.CLEANED)
    heic = as_file(photo(), "HEIF", exif=exif(), xmp=xmp)
    for what, data in {
        "EXIF and XMP": heic,
        "a profile": as_file(photo(), "HEIF", icc_profile=profile()),
        "several pictures": as_file(photo(), "HEIF", save_all=True, append_images=[photo(64, 64)], exif=exif()),
        "a small picture": as_file(photo(400, 300), "HEIF", thumbnails=[64], exif=exif()),
        "a box of nobody's": heic + struct.pack(">I", 8 + len(PLANTED)) + b"free" + PLANTED,
        "something after its end": heic + PLANTED,
    }.items():
        yield Hostile(f"HEIC, {what}", data, Fate.CLEANED)


def _pngs_carrying(xmp: bytes) -> Iterator[Hostile]:
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", PLANTED.decode())
    words.add_text("Packed", PLANTED.decode(), zip=True)
    words.add_itxt("XML:com.adobe.xmp", xmp.decode())
    hidden = chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(
        b"fcTL", struct.pack(">IIIIIHHBB", *[0, 96, 72], *[0] * 6)
    )
    for what, data in {
        "words in every form": as_file(photo(), "PNG", pnginfo=words),
        "words after its pixels": png_with(late=[chunk(b"tEXt", b"Comment\0" + PLANTED)]),
        "EXIF": as_file(photo(), "PNG", exif=exif()),
        "EXIF after its pixels": png_with(late=[chunk(b"eXIf", exif()[6:])]),
        "the name of a profile": png_with(chunk(b"iCCP", PLANTED + b"\0\0" + zlib.compress(profile()))),
        "a palette nobody asked for": png_with(chunk(b"sPLT", PLANTED + b"\0\x08" + bytes(60))),
        "chunks of nobody's": png_with(
            chunk(b"maRk", PLANTED), chunk(b"caBX", PLANTED * 9), late=[chunk(b"zzZz", PLANTED)]
        ),
        "a page in a chunk": png_with(chunk(b"tEXt", b"Comment\0" + HTML)),
        "a page after its end": png_with(after=HTML),
        "a program in a chunk": png_with(chunk(b"tEXt", b"Comment\0" + PHP)),
        "a film": as_file(photo(), "PNG", save_all=True, append_images=[photo().rotate(90)] * 3, pnginfo=words),
        "a picture nobody sees": png_with(hidden),
        "pixels for nobody": png(4, 4, bytes(4 * 13) + PLANTED * 1_000),
        "in sixteen bits": png(8, 8, bytes(8 * (1 + 8 * 6)), chunk(b"tEXt", b"a\0" + PLANTED), bits=16),
        "in sixteen bits of grey": png(8, 8, bytes(8 * 17), chunk(b"tEXt", b"a\0" + PLANTED), bits=16, colours=0),
        "by palette": as_file(photo().convert("P"), "PNG", pnginfo=words),
        "by palette, seen through": as_file(photo().convert("P"), "PNG", transparency=3, pnginfo=words),
        "in black and white": as_file(photo().convert("1"), "PNG", pnginfo=words),
        "woven": png(8, 8, bytes(15 + 8 * 8 * 3), woven=1),
        "seen through": as_file(photo().convert("RGBA"), "PNG", pnginfo=words),
    }.items():
        yield Hostile(f"PNG, {what}", data, Fate.CLEANED)


def two_things_at_once() -> Iterator[Hostile]:
    """Pictures that another program takes for something else: what of them is kept is the picture alone."""
    for kind in KINDS:
        whole = as_file(photo(), kind)
        for what, more in {"a zip": ZIP, "a page": HTML, "a program": b"MZ" + PLANTED * 9, "PHP": PHP}.items():
            yield Hostile(f"{kind} and {what}", whole + more, Fate.CLEANED)
    pdf = b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(" + PLANTED + b")>>>>endobj\n%%EOF"
    yield Hostile("JPEG that is a PDF by its comment", jpeg_with(segment(0xFE, pdf)), Fate.CLEANED)
    yield Hostile(
        "JPEG that is a script by its length", jpeg_with(segment(0xE0, b"/*" + PLANTED + b"*/=1;")), Fate.CLEANED
    )
    yield Hostile("GIF that is a script", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)")
    yield Hostile("bitmap that is a script", b"BM/*" + bytes(50) + b"*/=1;")
    yield Hostile("a page that is a JPEG", HTML + as_file(photo(), "JPEG"))
    yield Hostile("a zip that is a JPEG", ZIP + as_file(photo(), "JPEG"))
    yield Hostile("a PDF that is a JPEG", b"%PDF-1.7\n" + as_file(photo(), "JPEG"))
    yield Hostile("a program that is a PNG", b"MZ" + as_file(photo(), "PNG"))
    for what, head in {
        "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        "SVG with a declaration": b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg onload='1'/>",
        "TIFF": b"II*\0" + bytes(200),
        "PSD": b"8BPS\0\1" + bytes(200),
        "ICO": b"\0\0\1\0\1\0" + bytes(200),
        "AVIF": b"\0\0\0\x1cftypavif" + bytes(200),
        "JPEG XL": b"\xff\x0a" + bytes(200),
        "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(200),
        "film": b"\0\0\0\x18ftypmp42" + bytes(200),
        "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n/a{a}def a",
        "WMF": b"\xd7\xcd\xc6\x9a" + bytes(200),
    }.items():
        yield Hostile(f"{what} in the name of a picture", head)


def claiming() -> Iterator[Hostile]:
    """Pictures that say that they are large, or are, or unpack without end."""
    for wide, high in [(10_000, 4_001), (65_535, 65_535), (2**31 - 1, 2**31 - 1), (1, 40_000_001), (2**32 - 1, 1)]:
        yield Hostile(f"PNG of {wide} × {high}, it says", png(wide, high, b"\0" * 100))
    jpeg = as_file(photo(), "JPEG")
    place = jpeg.index(b"\xff\xc0") + 5
    for wide, high in [(65_500, 65_500), (65_500, 700), (20_000, 2_001)]:
        yield Hostile(
            f"JPEG of {wide} × {high}, it says", jpeg[:place] + struct.pack(">HH", high, wide) + jpeg[place + 4 :]
        )
    almost = jpeg[:place] + struct.pack(">HH", 6_300, 6_300) + jpeg[place + 4 :]
    yield Hostile("JPEG of 6300 × 6300, it says, and has a hundred bytes of it", almost[:700], Fate.EITHER)
    yield Hostile("WebP of 16383 × 16383, it says", riff((b"VP8L", b"\x2f\xff\xff\xff\x0f" + bytes(30))))
    canvas = b"\0\0\0\0" + b"\xff\xff\xff" * 2
    yield Hostile("WebP with an endless canvas", riff((b"VP8X", canvas), (b"VP8 ", as_file(photo(), "WEBP")[20:])))
    heic = as_file(photo(), "HEIF")
    sized = heic.index(b"ispe") + 8
    for wide, high in [(2**31 - 1, 2**31 - 1), (40_000, 40_000), (7_000, 5_800)]:
        data = heic[:sized] + struct.pack(">II", wide, high) + heic[sized + 8 :]
        yield Hostile(f"HEIC of {wide} × {high}, it says", data)
    zeros = zlib.compress(bytes(300_000_000), 1)
    yield Hostile("PNG, 300 MB in one pixel", _with_pixels(1, 1, zeros), Fate.EITHER)
    yield Hostile("PNG, 300 MB in a word", png_with(chunk(b"zTXt", b"a\0\0" + zeros)), Fate.EITHER)
    yield Hostile(
        "PNG, 300 MB in a word of any language", png_with(chunk(b"iTXt", b"a\0\1\0\0\0" + zeros)), Fate.EITHER
    )
    yield Hostile("PNG, 300 MB in a profile", png_with(chunk(b"iCCP", b"a\0\0" + zeros)), Fate.EITHER)
    yield Hostile(
        "PNG, forty megapixels of nothing", png(8_000, 5_000, bytes(1_001 * 5_000), bits=1, colours=0), Fate.CLEANED
    )
    deep = bytes(5_000 * (1 + 8_000 * 8))
    yield Hostile("PNG, forty megapixels of 64 bits", png(8_000, 5_000, deep, bits=16, colours=6), Fate.EITHER)
    del deep
    flat = Image.new("RGB", (8_000, 5_000), "red")
    yield Hostile("JPEG, forty megapixels in steps", as_file(flat, "JPEG", progressive=True), Fate.EITHER)
    yield Hostile("JPEG, forty megapixels for print", as_file(Image.new("CMYK", (8_000, 5_000)), "JPEG"), Fate.EITHER)
    yield Hostile("WebP, forty megapixels", as_file(flat, "WEBP", lossless=True, quality=0, method=0), Fate.EITHER)
    tall = Image.new("RGB", (1, 16_000), "red")
    yield Hostile("JPEG, one pixel wide", as_file(tall, "JPEG"), Fate.CLEANED)
    yield Hostile("PNG, one pixel high", as_file(tall.rotate(90, expand=True), "PNG"), Fate.CLEANED)
    film = [Image.new("RGB", (64, 64), (number % 256, 0, 0)) for number in range(400)]
    yield Hostile(
        "WebP, four hundred frames", as_file(film[0], "WEBP", save_all=True, append_images=film), Fate.CLEANED
    )
    yield Hostile("PNG, four hundred frames", as_file(film[0], "PNG", save_all=True, append_images=film), Fate.CLEANED)
    steps = as_file(photo(2_000, 2_000), "JPEG", progressive=True)
    begin, end = steps.index(b"\xff\xda"), steps.rindex(b"\xff\xd9")
    yield Hostile("JPEG, steps again and again", steps[:end] + steps[begin:end] * 30 + b"\xff\xd9", Fate.EITHER)


def _with_pixels(width: int, height: int, packed: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def _tiff(*entries: tuple[int, int, int, int], follows: int = 0) -> bytes:
    """Return EXIF of these entries: tag, type, count, value or where it lies."""
    table = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + table + struct.pack("<I", follows)


def lying() -> Iterator[Hostile]:
    """Pictures whose tables lead astray: to themselves, beyond the end, or nowhere."""
    entry = (0x010F, 2, 0xFFFFFFFF, 8)
    tables = {
        "a table that leads to itself": _tiff(entry, follows=8),
        "a table within itself": _tiff((0x8769, 4, 1, 8), (0x8825, 4, 1, 8)),
        "five thousand entries": _tiff(*[entry] * 5_000),
        "an entry of four gigabytes": _tiff(entry),
        "a way up of sixty-five thousand": _tiff((0x0112, 3, 1, 65_535)),
        "a way up of nothing": _tiff((0x0112, 3, 0, 0)),
        "a way up in words": _tiff((0x0112, 2, 4, 0x41414141)),
        "half a table": _tiff(entry)[:15],
        "no table": b"Exif\0\0",
    }
    for what, table in tables.items():
        yield Hostile(f"JPEG, EXIF with {what}", jpeg_with(segment(0xE1, table)), Fate.EITHER)
        yield Hostile(f"PNG, EXIF with {what}", png_with(chunk(b"eXIf", table[6:])), Fate.EITHER)
    entity = b"<!DOCTYPE a [<!ENTITY b '" + b"c" * 1_000 + b"'>]><x:xmpmeta>" + b"&b;" * 5_000 + b"</x:xmpmeta>"
    xmp = b"http://ns.adobe.com/xap/1.0/\0" + entity
    yield Hostile("JPEG, XMP that grows", jpeg_with(segment(0xE1, xmp)), Fate.CLEANED)
    whole = profile()
    profiles = {
        "cut off": whole[:200],
        "of four gigabytes": struct.pack(">I", 2**32 - 1) + whole[4:],
        "with a thousand tags": whole[:128] + struct.pack(">I", 1_000) + whole[132:],
        "that is none": PLANTED * 50,
        "of another space": whole[:16] + b"CMYK" + whole[20:],
    }
    for what, data in profiles.items():
        yield Hostile(f"JPEG, a profile {what}", as_file(photo(), "JPEG", icc_profile=data), Fate.EITHER)
        yield Hostile(
            f"for print, a profile {what}", as_file(photo().convert("CMYK"), "JPEG", icc_profile=data), Fate.EITHER
        )


def damaged() -> Iterator[Hostile]:
    """Each kind of picture, ending too early and with bits turned."""
    grain = Image.effect_noise((200, 150), 60).convert("RGB")
    for kind in KINDS:
        whole = as_file(grain, kind)
        yield from broken_off(kind, whole, 10)
        yield from with_faults(kind, whole, 10)
    for what, head in {
        "JPEG": b"\xff\xd8\xff",
        "PNG": b"\x89PNG\r\n\x1a\n",
        "WebP": b"RIFF\x10\0\0\0WEBPVP8 ",
        "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    }.items():
        yield Hostile(f"nothing but the head of a {what}", head)
        yield Hostile(f"the head of a {what} and nothing of it", head + PLANTED * 100)
