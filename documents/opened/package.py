"""Packages of Office files: that they hold their parts, one after the other, and nothing that no part is."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence

from documents.opened import Refused

_END, _LARGE_END = b"PK\5\6", b"PK\6\7"
_PADDING = 0xA220  # Word leaves room in the first parts, to grow in: zeros after four bytes
# What else programs say of a part: its length, when it was changed, whose it is; and that it is Java's.
_SAID = {0x0001, 0x000A, 0x000D, 0x5455, 0x5855, 0x7855, 0x7875, 0xCAFE}
_MOST_SAID = 40  # bytes
_PORTION = 1024 * 1024


def demand_whole(data: bytes, parts: Sequence[zipfile.ZipInfo], directory: int) -> None:
    """Refuse a package with anything before, between, within, behind or about its parts that belongs to none of them.

    The directory of its parts begins at that place, and has been read to its end.
    """
    end = data[-22:]
    if not end.startswith(_END) or data[-42:].startswith(_LARGE_END):
        raise Refused("damaged")
    if struct.unpack("<HHHHxxxxIH", end[4:]) != (0, 0, len(parts), len(parts), directory, 0):
        raise Refused("damaged")
    place = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset != place or part.comment:
            raise Refused("damaged")
        named, said = struct.unpack_from("<HH", data, place + 26)
        begins = place + 30 + named + said
        place = begins + part.compress_size
        _demand_known(data[begins - said : begins])
        _demand_known(part.extra)
        _demand_filled(data[begins:place], part)
        place += _length_of_descriptor(data, place, part)
    if place != directory:
        raise Refused("damaged")


def _demand_known(extra: bytes) -> None:
    """Refuse what is said of a part beside what programs say."""
    while extra.strip(b"\0"):
        kind, length = struct.unpack_from("<HH", extra)
        said, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _PADDING:
            said = said[4:].strip(b"\0")
        elif kind in _SAID:
            said = said[_MOST_SAID:]
        if said:
            raise Refused("damaged")


def _demand_filled(packed: bytes, part: zipfile.ZipInfo) -> None:
    """Refuse a part that is longer than what is unpacked of it, or shorter. What is unpacked is not kept."""
    if part.compress_type == zipfile.ZIP_STORED:
        length, rest = len(packed), b""
    elif part.compress_type == zipfile.ZIP_DEFLATED:
        length, rest = _length_unpacked(packed, part.file_size)
    else:
        raise Refused("damaged")  # no Office program packs otherwise
    if length != part.file_size or rest:
        raise Refused("damaged")


def _length_unpacked(packed: bytes, most: int) -> tuple[int, bytes]:
    """Return how long it is, counted until it is too long, and what lies behind it."""
    unpacking, length = zlib.decompressobj(-zlib.MAX_WBITS), 0
    try:
        while not unpacking.eof and length <= most:
            portion = unpacking.decompress(packed, _PORTION)
            length, packed = length + len(portion), unpacking.unconsumed_tail
            if not portion and not packed and not unpacking.eof:
                raise Refused("damaged")
    except zlib.error:
        raise Refused("damaged") from None
    return length, unpacking.unused_data


def _length_of_descriptor(data: bytes, place: int, part: zipfile.ZipInfo) -> int:
    """Return how long it is: what is said once more behind a part by whoever did not know it before. Or there is none.

    With a signature or without, in eight bytes or in four.
    """
    for form in ("<IQQ", "<III"):
        words = struct.pack(form, part.CRC, part.compress_size, part.file_size)
        for descriptor in (b"PK\7\x08" + words, words):
            if data.startswith(descriptor, place):
                return len(descriptor)
    return 0
