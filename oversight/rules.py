"""Pure decisions about extracts: how long one is kept, and what its files are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from datetime import date, timedelta

KEPT_FOR = timedelta(days=7)
ANEW_AFTER = timedelta(hours=1)  # then the same guardian may have the same child's made once more
MOST_TRIES = 3
LONGEST = 60  # characters of a file's name


def safe_name(name: str) -> str:
    """Return a name that every system takes: letters without marks, figures, dots and hyphens.

    "Årets sommarfest (2).jpg" is "Arets-sommarfest-2.jpg".
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    found = re.fullmatch(r"(.*)(\.[A-Za-z0-9]{1,5})", plain, re.DOTALL)
    stem, ending = (found[1], found[2]) if found else (plain, "")
    return (re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-")[:LONGEST] or "fil") + ending


def place_of(folder: str, day: date, name: str, taken: Container[str]) -> str:
    """Return where a file lies: "bilder/2026-10/2026-10-13-svamp.jpg", with a number where that is taken."""
    first = f"{folder}/{day:%Y-%m}/{day.isoformat()}-{safe_name(name)}"
    if first not in taken:
        return first
    stem, dot, ending = first.rpartition(".")
    number = 2
    while (place := f"{stem}-{number}{dot}{ending}") in taken:
        number += 1
    return place
