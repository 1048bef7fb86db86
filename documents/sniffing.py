"""What a file is, by what it holds: neither its name nor the browser's word is asked.

Only what is known to be harmless when it is opened is taken. Everything else raises a `ValidationError` with a
sentence for whoever chose the file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from documents import apart
from documents.models import StoredFile
from documents.rules import MOST_PIXELS

Kind = StoredFile.Kind


class Sniffed(NamedTuple):
    """What a file is; `peak_mb` is the most memory that it took to find out."""

    kind: StoredFile.Kind
    media_type: str
    peak_mb: float


_PICTURES = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF....WEBP|....ftyp(heic|heix|heim|heis|mif1|msf1)", re.DOTALL
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def sniff(file: Path) -> Sniffed:
    """Return what kind of file it is. Raises `ValidationError`."""
    with file.open("rb") as opened:
        head = opened.read(64)
    try:
        kind, work, asked = _by_head(head)
        answer = apart.look(work, file=str(file.resolve()), **asked)
    except apart.Refused as refusal:
        raise ValidationError(sentence(refusal.why), code=refusal.why) from refusal
    return Sniffed(kind, answer["media_type"], answer["peak_mb"])


def _by_head(head: bytes) -> tuple[StoredFile.Kind, str, dict[str, int]]:
    """Return what a file seems to be, and the work that finds out."""
    if _PICTURES.match(head):
        return Kind.PICTURE, "pictures.look", {"most_pixels": MOST_PIXELS}
    if head.startswith(b"%PDF-"):
        return Kind.PDF, "pdf.look", {}
    if head.startswith(b"PK\x03\x04"):
        return Kind.OFFICE, "office.look", {}
    if head.startswith(_OLD_OFFICE):
        raise apart.Refused("old")
    return Kind.TEXT, "text.look", {}


def sentence(why: str) -> str:
    """Return what is said to whoever chose a file that is not taken."""
    said = {
        "damaged": _("Filen är skadad och går inte att öppna."),
        "pixels": _("Bilden är för stor. Den får ha högst 40 megapixlar."),
        "active": _("Filen innehåller program, makron eller bifogade filer. Spara den utan dem och försök igen."),
        "drawn": _(
            "Dokumentet innehåller ikoner eller teckningar av sorten SVG. Ta bort dem, eller infoga dem som PNG, och "
            "försök igen."
        ),
        "locked": _("Filen är låst med ett lösenord. Ta bort lösenordet och försök igen."),
        "old": _("Filen är i ett äldre format eller låst. Spara den som docx, xlsx, pptx eller pdf och försök igen."),
        "memory": _("Filen går inte att kontrollera för att den är för stor när den öppnas."),
        "time": _("Filen går inte att kontrollera för att den är för stor när den öppnas."),
        "busy": _("Det är många som lägger upp just nu. Försök igen om en stund."),
    }
    return said.get(why) or _(
        "Den sortens fil går inte att ladda upp. Bilder (JPEG, PNG, WebP, HEIC), PDF, docx, xlsx, pptx, odt och ren "
        "text går bra."
    )
