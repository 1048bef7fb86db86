"""The rows of the door test for everything about a child in one file."""

from __future__ import annotations

from typing import Any

from documents import kept
from documents.models import StoredFile
from documents.stores import store
from oversight.models import Extract
from portal.lib import clock
from tests.doors import Doors, Row

# Whoever sees the child, and is not its guardian, may not; nobody else knows that it is there.
SEES = {
    "substitute": "xx4xx",
    "staff": "xx4xx",
    "elsewhere": "44x44",
    "specialist": "x4444",
    "principal": "xx4xx",
    "principal_elsewhere": "44x44",
    "tablet": "xx4xx",
    "tablet_pin": "xx4xx",
}

ROWS: list[Row] = [
    Row("oversight:extract", "GET", SEES | {"guardian": "24442"}, about="child"),
    Row("oversight:extract", "POST", SEES | {"guardian": "34443"}, about="child"),
    Row("oversight:extract_file", "GET", SEES | {"guardian": "24442"}, about="extract"),
]


def things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    child, now = doors.target(target), clock.now()
    if not Extract.objects.filter(child=child, file__isnull=False).exists():
        Extract.objects.filter(child=child).delete()
        file = StoredFile.objects.create(
            name="allt.zip",
            kind=StoredFile.Kind.ARCHIVE,
            media_type="application/zip",
            size=3,
            digest="0" * 64,
            state=StoredFile.State.READY,
        )
        with kept.working_folder() as folder:
            (folder / "made").write_bytes(b"zip")
            store().put(kept.name_of(file.key), folder / "made")
        Extract.objects.create(
            child=child,
            person=doors.cast.amina,
            state="ready",
            begun_at=now,
            ready_at=now,
            held=[],
            file=file,
            language="sv",
        )
    return {"extract": {"child_id": child.pk}}
