"""The rows of the door test for what the files take and how they are."""

from __future__ import annotations

from typing import Any

from tests.doors import Doors, Row

ROWS: list[Row] = [
    Row("files_state", "GET", {"administrator": "2"}),
    Row("room", "GET", dict.fromkeys(("principal", "principal_elsewhere", "administrator"), "2")),
    Row("room", "POST", {"administrator": "b"}),  # no number
]


def things(_doors: Doors, _target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    return {}
