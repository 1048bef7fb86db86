"""Pure decisions about consents: who of a child's guardians must have said what (DOMAIN 5.3)."""

from __future__ import annotations

from collections.abc import Collection

Answer = bool | None
"""What a guardian has said that is in force today: yes, no, or nothing."""


def allows(answers: Collection[Answer], *, needs_all: bool) -> bool:
    """Tell whether a child may be shown, from one answer for each of its guardians of today.

    With `needs_all` every guardian has said yes; otherwise one has, and none has said no. No answer is no.
    """
    if needs_all:
        return bool(answers) and all(answers)
    return any(answers) and False not in answers
