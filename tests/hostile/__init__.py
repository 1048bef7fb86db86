"""Hostile and damaged files, made by chance from a seed: the same every time, and none of them in the tree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from random import Random

# In every place of a file that can hold words, and afterwards in nothing of ours.
PLANTED = b"Hemlighetsson-59.3293N"


class Fate(Enum):
    """What has to become of a file: it is refused with a sentence, it is made anew, or either of them."""

    REFUSED = "refused"
    CLEANED = "cleaned"
    EITHER = "either"


@dataclass(frozen=True)
class Hostile:
    """A file, and what has to become of it."""

    what: str
    data: bytes
    fate: Fate = Fate.REFUSED


def broken_off(what: str, whole: bytes, times: int) -> list[Hostile]:
    """Return the file ending too early, at that many places."""
    ends = [1 + (len(whole) - 2) * number // (times - 1) for number in range(times)]
    return [Hostile(f"{what} of {end} bytes", whole[:end], Fate.EITHER) for end in ends]


def with_faults(what: str, whole: bytes, times: int) -> list[Hostile]:
    """Return the file that many times with some bits turned, a few in its head and a few anywhere."""
    made = []
    for number in range(times):
        chance, data = Random(f"{what} {number}"), bytearray(whole)
        for place in [chance.randrange(min(200, len(data))), *(chance.randrange(len(data)) for _turn in range(4))]:
            data[place] ^= 1 << chance.randrange(8)
        made.append(Hostile(f"{what} with faults, {number}", bytes(data), Fate.EITHER))
    return made


def assert_bare(data: bytes) -> None:
    """Fail where a picture of ours carries more than its colours and what is needed to decode them."""
    if data.startswith(b"RIFF"):
        assert data[8:16] == b"WEBPVP8 "  # the form that can hold nothing else
        assert int.from_bytes(data[4:8], "little") + 8 == len(data)
        return
    place, found = 2, []
    while data[place + 1] != 0xDA:  # the pixels, which reach to the end
        found.append(data[place + 1])
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    # JFIF's own fourteen bytes, tables, the frame: no segment of words, and nothing after the end.
    assert set(found) <= {0xE0, 0xDB, 0xC0, 0xC4}
    assert data[4:20] == b"\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    assert data.index(b"\xff\xd9", place) == len(data) - 2
