"""The rows of the door test for pictures, documents, forms and consents."""

from __future__ import annotations

from typing import Any

from tests.doors import Doors, Row
from tests.paper_doors import album, consents, documents, extracts, forms, removal, room, uploads

PARTS = (album, consents, documents, extracts, forms, removal, room, uploads)
PAPER_ROWS: list[Row] = [row for part in PARTS for row in part.ROWS]


def paper_things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    return {about: filled for part in PARTS for about, filled in part.things(doors, target).items()}
