"""Files that go along with an extract: as somebody may see them, and opened only when they are packed."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import IO
from uuid import UUID

from documents import rules
from documents.models import BlurredCopy, StoredFile
from documents.serving import open_file
from documents.shown_rules import CLEAR, Shown, mark_of
from portal.lib.extracts import Enclosed


def enclosed(
    file: StoredFile, day: date, shown: Shown = CLEAR, *, folder: str = "filer", shows: str = "", name: str = ""
) -> Enclosed:
    """Return a file to enclose; a picture as it is `shown`, and as JPEG, which every programme for pictures opens.

    It has its own name or, a picture, the given one, which has no ending.
    """
    if not file.is_picture:
        return Enclosed(file.name, day, partial(_open, file.pk, shown), folder)
    name = rules.renamed(f"{name}." if name else file.name, rules.FORMS["jpg"])
    size = (file.width or 4, file.height or 3)
    return Enclosed(name, day, partial(_open, file.pk, shown), folder, shows, *size)


def _open(file_id: UUID, shown: Shown) -> IO[bytes]:
    """Open what is kept of it now: its name in the store may be another than when the extract was begun."""
    file = StoredFile.objects.filter(pk=file_id).first()
    if file is None or not file.is_ready or shown.is_hidden:
        raise FileNotFoundError(file_id)
    copy = None
    if shown.boxes:
        ready = BlurredCopy.objects.filter(file=file, digest=mark_of(shown.boxes), state=BlurredCopy.State.READY)
        copy = ready.first()
        if copy is None:
            raise FileNotFoundError(file_id)
    try:
        return open_file(file, form="jpg", copy=copy)
    except FileNotFoundError:
        return open_file(file, copy=copy)  # made before there were two forms
