"""Pure decisions about files: how large they may be, what they are called, which sizes a picture has."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

LARGEST = 20 * 1024 * 1024  # bytes
MOST_PIXELS = 40_000_000
LONGEST_NAME = 120  # characters

WIDTHS = {"small": 320, "medium": 960, "large": 1920}  # of a picture, in pixels
FORMS = {"webp": "image/webp", "jpg": "image/jpeg"}  # of each size: small, and for whoever cannot show that
WHOLE = "large"  # what is kept in the place of the original
MOST_TRIES = 3
MOST_ROUNDS = 24  # of so many tries, one an hour, until nobody tries any more to make a blurred copy
CLAIM_HOLDS = timedelta(minutes=2)  # longer than the longest that making sizes may take
STUCK_AFTER = timedelta(minutes=10)  # longer than all tries together
UNSETTLED_FOR = timedelta(hours=1)  # no transaction takes as long

ENDINGS: dict[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    "application/pdf": (".pdf",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "text/plain": (".txt", ".csv", ".md"),
}
"""What is taken, and how the names of such files may end. The first is given to one that ends otherwise."""

# What Windows takes for a device, whatever follows the first dot.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)", re.IGNORECASE)
_ALL_ENDINGS = tuple(ending for endings in ENDINGS.values() for ending in endings)


def clean_name(name: str, media_type: str) -> str:
    """Return what a file is called here: no folder, no control signs, not long, and it ends as what it is.

    Signs that steer how text runs go, too: with them "exe.pdf" can be made to look like "fdp.exe".
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    shown = " ".join(shown.split()).strip(". ")
    stem, ending = shown, ENDINGS[media_type][0]
    for known in _ALL_ENDINGS:
        if shown.casefold().endswith(known):
            stem = shown[: -len(known)]
            ending = shown[-len(known) :].lower() if known in ENDINGS[media_type] else ending
            break
    stem = stem.strip(". ")[: LONGEST_NAME - len(ending) - 1] or "fil"
    return ("_" if _RESERVED.match(stem) else "") + stem + ending


def renamed(name: str, media_type: str) -> str:
    """Return the name of the same file in another form: a picture's, once its sizes are made."""
    return name.rpartition(".")[0] + ENDINGS[media_type][0]


def part_asked(asked: str, whole: int) -> range | None:
    """Return which bytes a Range header asks for of so many: None for all of them, an empty range for none that are.

    What asks for several parts, or is written otherwise, is answered with everything (RFC 9110, 14.2).
    """
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", asked.strip())
    if not found or not (found[1] or found[2]) or (found[1] and found[2] and int(found[1]) > int(found[2])):
        return None
    if not found[1]:
        return range(max(whole - int(found[2]), 0), whole)
    return range(int(found[1]), min(int(found[2]) + 1, whole) if found[2] else whole)


def blur_address(placeholder: str) -> str:
    """Return the address by which a page shows a picture's placeholder, or nothing where it has none."""
    return f"data:image/webp;base64,{placeholder}" if placeholder else ""
