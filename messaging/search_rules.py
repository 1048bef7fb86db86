"""Pure decisions about finding words in what was written: what counts as the same word, and what is shown of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
MOST_WORDS = 8
AROUND = 70  # letters shown before and after the first word that was found


@dataclass(frozen=True)
class Piece:
    """A part of a text, and whether it is what was looked for."""

    text: str
    is_found: bool = False


def words_of(query: str) -> list[str]:
    """Return what to look for, each word once, without capitals; at most eight."""
    found = [match.group().casefold() for match in WORD.finditer(unicodedata.normalize("NFC", query))]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def is_hit(word: str, wanted: str) -> bool:
    """Tell whether a word of a text begins with what is looked for, capitals aside.

    Whoever has no å, ä and ö on the keyboard finds them by a and o: "forsk" finds "Förskolan". Who writes the dots
    finds the dots only.
    """
    plain = word.casefold()
    return plain.startswith(wanted) or _without_marks(plain).startswith(wanted)


def _without_marks(word: str) -> str:
    if word.isascii():
        return word
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


def has_all(wanted: Sequence[str], *texts: str) -> bool:
    """Tell whether every word looked for begins some word of these texts together."""
    left = set(wanted)
    whole = unicodedata.normalize("NFC", "\n".join(texts)).casefold()
    if missing := [one for one in left if one not in whole]:  # most messages: said without looking at each word
        plain = _without_marks(whole)
        if any(one not in plain for one in missing):
            return False
    for text in texts:
        for match in WORD.finditer(unicodedata.normalize("NFC", text)):
            left -= {one for one in left if is_hit(match.group(), one)}
            if not left:
                return True
    return False


def marked(wanted: Sequence[str], text: str) -> list[Piece]:
    """Return the text in pieces, those that were looked for marked."""
    text = unicodedata.normalize("NFC", text)
    pieces, end = [], 0
    for match in WORD.finditer(text):
        if any(is_hit(match.group(), one) for one in wanted):
            pieces += [Piece(text[end : match.start()]), Piece(match.group(), is_found=True)]
            end = match.end()
    return [piece for piece in [*pieces, Piece(text[end:])] if piece.text]


def excerpt(wanted: Sequence[str], text: str) -> list[Piece]:
    """Return what stands around the first word that was found, on one line; else how the text begins."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    hits = (match for match in WORD.finditer(line) if any(is_hit(match.group(), one) for one in wanted))
    first = next(hits, None)
    start, end = (max(0, first.start() - AROUND), first.end() + AROUND) if first else (0, 2 * AROUND)
    if start:
        start = line.find(" ", start) + 1 or start
    if end < len(line):
        end = line.rfind(" ", start, end) if line.rfind(" ", start, end) > (first.end() if first else 0) else end
    shown = ("… " if start else "") + line[start:end] + (" …" if end < len(line) else "")
    return marked(wanted, shown)
