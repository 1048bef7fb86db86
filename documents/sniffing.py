"""What a file is, by what it holds: neither its name nor the browser's word is asked.

Only what is known to be harmless when it is opened is taken. Everything else raises a `ValidationError` with a
sentence for whoever chose the file.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from documents import apart
from documents.models import StoredFile
from documents.office import Unsafe, office_type
from documents.rules import MOST_PIXELS

Kind = StoredFile.Kind
Sniffed = tuple[StoredFile.Kind, str]

_PICTURES = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF....WEBP|....ftyp(heic|heix|heim|heis|mif1|msf1)", re.DOTALL
)
_MARKUP = re.compile(r"<\s*(!doctype|html|svg|script|\?xml|\?php|body|head|iframe|img|a\s)", re.IGNORECASE)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_CONTROL_SIGNS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def sniff(file: Path) -> Sniffed:
    """Return what kind of file it is and its media type. Raises `ValidationError`."""
    with file.open("rb") as opened:
        head = opened.read(64)
        try:
            return _by_head(file, head, opened)
        except apart.Refused as refusal:
            raise ValidationError(sentence(refusal.why)) from None
        except Unsafe as fault:
            raise ValidationError(sentence(str(fault))) from None


def _by_head(file: Path, head: bytes, opened: IO[bytes]) -> Sniffed:
    if _PICTURES.match(head):
        return Kind.PICTURE, apart.run("look", file=str(file), most_pixels=MOST_PIXELS)["media_type"]
    if head.startswith(b"%PDF-"):
        apart.run("pdf", file=str(file))
        return Kind.PDF, "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        try:
            return Kind.OFFICE, office_type(opened)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, OSError):
            raise Unsafe("damaged") from None
    if head.startswith(_OLD_OFFICE):
        raise Unsafe("old")
    _check_text(file)
    return Kind.TEXT, "text/plain"


def _check_text(file: Path) -> None:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unsafe("kind") from None
    if _CONTROL_SIGNS.search(text) or _MARKUP.search(text[:4_096]):
        raise Unsafe("kind")


def sentence(why: str) -> str:
    """Return what is said to whoever chose a file that is not taken."""
    said = {
        "damaged": _("Filen är skadad och går inte att öppna."),
        "pixels": _("Bilden är för stor. Den får ha högst 40 megapixlar."),
        "active": _("Filen innehåller program, makron eller bifogade filer. Spara den utan dem och försök igen."),
        "locked": _("Filen är låst med ett lösenord. Ta bort lösenordet och försök igen."),
        "old": _("Filen är i ett äldre format eller låst. Spara den som docx, xlsx, pptx eller pdf och försök igen."),
        "memory": _("Filen går inte att kontrollera för att den är för stor när den öppnas."),
        "time": _("Filen går inte att kontrollera för att den är för stor när den öppnas."),
    }
    return said.get(why) or _(
        "Den sortens fil går inte att ladda upp. Bilder (JPEG, PNG, WebP, HEIC), PDF, docx, xlsx, pptx, odt och ren "
        "text går bra."
    )
