"""What becomes of whatever is uploaded before it is kept: is it too large, what is it, what is it called.

There is one way in. An upload takes it, and so does `manage.py check_upload`, which keeps nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

from documents import apart, rules, scanning
from documents.models import StoredFile
from documents.sniffing import sniff


@dataclass(frozen=True)
class Taken:
    """A file that may come in; `peak_mb` is the most memory that it took to find that out."""

    kind: StoredFile.Kind
    media_type: str
    name: str
    size: int  # bytes
    digest: str  # SHA-256
    peak_mb: float


def take(upload: File[bytes], place: Path) -> Taken:
    """Write an upload to `place`, where nothing is yet, and find out what it is.

    Raises `ValidationError` with a sentence for whoever chose the file, and `OSError`, also where the disk is full.
    What lies at `place` then is the caller's to remove.
    """
    if upload.size == 0:
        raise ValidationError(_("Filen är tom."))
    _demand_size(upload.size or 0)
    digest = _write(upload, place)
    scanning.demand_clean(place)
    sniffed = sniff(place)
    name = rules.clean_name(upload.name or "", sniffed.media_type)
    return Taken(sniffed.kind, sniffed.media_type, name, upload.size, digest, sniffed.peak_mb)


def make_sizes(place: Path, folder: Path, stem: str) -> dict[str, Any]:
    """Write the sizes of the picture at `place` into a folder, as `stem.SIZE.FORM`; return what is known of them then.

    Both by their whole paths. Raises `apart.Refused`.
    """
    return apart.run(
        "pictures.sizes",
        file=str(place),
        most_pixels=rules.MOST_PIXELS,
        folder=str(folder),
        stem=stem,
        widths=rules.WIDTHS,
    )


def _demand_size(size: int) -> None:
    if size > rules.LARGEST:
        raise ValidationError(_("Filen är för stor. Den får vara högst 20 MB."))


def _write(upload: File[bytes], place: Path) -> str:
    """Write what was uploaded, never more than is allowed; return its digest."""
    digest, written = hashlib.sha256(), 0
    with place.open("xb") as out:
        for chunk in upload.chunks():
            written += len(chunk)
            _demand_size(written)
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()
