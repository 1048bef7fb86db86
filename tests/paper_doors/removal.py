"""The rows of the door test for what is decided about removal."""

from __future__ import annotations

from typing import Any

from tests.doors import Doors, Row

ROWS: list[Row] = [
    Row("oversight:removal_rule", "GET", {"administrator": "2"}),
    Row("oversight:removal_rule", "POST", {"administrator": "b"}),  # nothing was chosen
]


def things(_doors: Doors, _target: str) -> dict[str, dict[str, Any]]:
    """Return nothing: the page is about nobody."""
    return {}
