"""Forms to begin from, as the house has them (`form_templates.toml`). What is sent the preschool decides."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from documents.form_rules import Wording
from documents.models.forms import questions_in

SOURCE = Path(__file__).with_name("form_templates.toml")


@dataclass(frozen=True)
class Template:
    key: str
    icon: str
    wording: Wording


@cache
def templates() -> Mapping[str, Template]:
    """Return the house's templates by their keys, in the file's order."""
    rows = tomllib.loads(SOURCE.read_text())["template"]
    names = {field.name for field in fields(Wording)} - {"questions"}
    return {
        row["key"]: Template(
            row["key"],
            row["icon"],
            Wording(
                **{name: row[name] for name in names & row.keys()},
                questions=questions_in(row["questions"]),
            ),
        )
        for row in rows
    }
