"""Pure decisions about lists of readers: when two of them are the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import sha256
from uuid import UUID


def print_of(readers: Iterable[tuple[UUID, str, Collection[UUID]]]) -> str:
    """Return a short mark of exactly these readers: person, relation, children. Another list has another mark."""
    lines = sorted(f"{person} {relation} {sorted(map(str, children))}" for person, relation, children in readers)
    return sha256("\n".join(lines).encode()).hexdigest()[:32]
