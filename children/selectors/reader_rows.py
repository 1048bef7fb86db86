"""A line of a list of readers, the same for conversations, bulletins and posts (children/reader_rows.html)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Row:
    """Somebody who reads: a name, and what the person is here and for whose sake.

    Not `is_named`: a guardian whose name is not the sender's to know, or several of them (DOMAIN 6.1).
    """

    name: str
    what: str
    person_id: UUID
    is_named: bool = True
    is_you: bool = False
    is_new: bool = False
