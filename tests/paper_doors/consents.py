"""The rows of the door test for consents."""

from __future__ import annotations

from typing import Any

from tests.doors import Doors, Row

FAMILIES = ("guardian", "blocked", "left", "contact")

LISTS = {
    "substitute": "22422",
    "staff": "22422",
    "elsewhere": "44244",
    "principal": "22422",
    "principal_elsewhere": "44244",
    "tablet": "P",
    "tablet_pin": "22422",
}
REMINDS = {
    "substitute": "xx4xx",
    "staff": "33433",
    "elsewhere": "44344",
    "principal": "33433",
    "principal_elsewhere": "44344",
    "tablet": "xx4xx",
    "tablet_pin": "xx4xx",
}
# Who the guardians of a child with protected identity are is for its named readers alone.
RECORDS = {
    "guardian": "x444x",
    "substitute": "xx4xx",
    "staff": "224x2",
    "elsewhere": "44244",
    "specialist": "x4444",
    "principal": "224x2",
    "principal_elsewhere": "44244",
    "tablet": "xx4xx",
    "tablet_pin": "xx4xx",
}
RECORDS_NOTHING = {actor: signs.replace("2", "b") for actor, signs in RECORDS.items()}

ROWS: list[Row] = [
    Row("children:consents", "GET", dict.fromkeys(FAMILIES, "2")),
    Row("children:consents", "POST", dict.fromkeys(FAMILIES, "b")),  # nothing was chosen
    Row("children:consents_history", "GET", dict.fromkeys(FAMILIES, "2")),
    Row("children:department_consents", "GET", LISTS, about="department"),
    Row("children:consents_remind", "POST", REMINDS, about="department"),
    Row("children:child_consents", "GET", RECORDS, about="child"),
    Row("children:child_consents", "POST", RECORDS_NOTHING, about="child"),
    Row("children:consent_rules", "GET", {"administrator": "2"}),
    Row("children:consent_rules", "POST", {"administrator": "b"}),  # no months
    Row(
        "children:preschool_consents", "GET", {"principal": "22422", "principal_elsewhere": "44244"}, about="preschool"
    ),
]


def things(_doors: Doors, _target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    return {}
