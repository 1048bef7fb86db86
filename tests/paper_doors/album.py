"""The rows of the door test for a family's album."""

from __future__ import annotations

from typing import Any

from tests.doors import Doors, Row
from tests.paper_doors.consents import FAMILIES
from tests.said_doors import posts

ROWS: list[Row] = [
    Row("messaging:album", "GET", dict.fromkeys(FAMILIES, "2")),
    Row("messaging:album_picture", "GET", {"guardian": "24442"}, about="album picture"),
]


def things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    return {"album picture": {"picture_id": posts.things(doors, target)["post picture"]["picture_id"]}}
