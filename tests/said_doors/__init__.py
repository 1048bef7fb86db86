"""The rows of the door test for what is said, and for how people are told."""

from __future__ import annotations

from typing import Any

from tests.doors import Doors, Row
from tests.said_doors import bulletins, inbox, journal, notices, posts, threads

PARTS = (threads, inbox, bulletins, posts, journal, notices)
SAID_ROWS: list[Row] = [row for part in PARTS for row in part.ROWS]


def said_things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    return {about: filled for part in PARTS for about, filled in part.things(doors, target).items()}
