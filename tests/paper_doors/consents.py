"""The rows of the door test for consents."""

from __future__ import annotations

from typing import Any

from tests.doors import Doors, Row

FAMILIES = ("guardian", "blocked", "left", "contact")

ROWS: list[Row] = [
    Row("children:consents", "GET", dict.fromkeys(FAMILIES, "2")),
    Row("children:consents", "POST", dict.fromkeys(FAMILIES, "b")),  # nothing was chosen
    Row("children:consents_history", "GET", dict.fromkeys(FAMILIES, "2")),
]


def things(_doors: Doors, _target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    return {}
