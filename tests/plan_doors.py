"""What the plan answers: the rows of the door test for what families and staff say beforehand."""

from __future__ import annotations

from typing import Any

from tests.doors import Doors, Row

PLAN_ROWS: list[Row] = [
    # Hours against what the children have a right to
    Row(
        "attendance:child_hours",
        "GET",
        {
            "guardian": "x444x",
            "substitute": "22422",
            "staff": "22422",
            "elsewhere": "44244",
            "specialist": "24444",
            "principal": "22422",
            "principal_elsewhere": "44244",
            "tablet": "P",
            "tablet_pin": "22422",
        },
        about="child",
    ),
    # The department's week
    Row(
        "attendance:department_week",
        "GET",
        {
            "substitute": "22422",
            "staff": "22422",
            "elsewhere": "44244",
            "principal": "22422",
            "principal_elsewhere": "44244",
            "tablet": "22422",
            "tablet_pin": "22422",
        },
        about="department",
    ),
    Row("preschool_hours", "GET", {"principal": "22422", "principal_elsewhere": "44244"}, about="preschool"),
]


def plan_things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    return {}
