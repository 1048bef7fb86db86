"""The rows of the door test for files on their way: everybody's own, and nobody else's."""

from __future__ import annotations

from typing import Any

from documents.models import Upload
from tests.doors import Doors, Row, person_only

ROWS: list[Row] = [
    Row("documents:uploads", "POST", person_only("b", "P") | {"tablet_pin": "b"}),  # it says neither name nor length
    Row("documents:upload_part", "PATCH", {"tablet": "P"}, about="upload"),
    Row("documents:upload_part", "DELETE", {"tablet": "P"}, about="upload"),
]


def things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return the address of a file that somebody at another preschool is sending."""
    made = Upload.objects.create(person=doors.cast.stranger, name="a.jpg", size=3)
    return {"upload": {"upload_id": made.pk}}
