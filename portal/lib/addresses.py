"""Addresses of pages, for lists that print many: `reverse` looks for its way each time anew."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from uuid import UUID

from django.urls import reverse

NOTHING = UUID(int=0)


def address_of(name: str, identity: UUID, *more: Hashable) -> str:
    """Return the address of a page about one thing, with what `more` it names."""
    return _with_nothing(name, *more).replace(str(NOTHING), str(identity))


@lru_cache(maxsize=256)
def _with_nothing(name: str, *more: Hashable) -> str:
    return reverse(name, args=[NOTHING, *more])
