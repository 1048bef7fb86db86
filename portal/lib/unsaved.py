"""What somebody has filled in and not saved: kept in the own session, by the address of its page, until it is.

It ends with the session: nothing of it stays on a computer that others use.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def kept(request: HttpRequest, kind: str, address: str) -> Any:
    """Return what is kept of this kind for the page, or None: no query."""
    return request.session.get(kind, {}).get(address)


def keep(request: HttpRequest, kind: str, address: str, value: object, *, most: int) -> None:
    """Keep what JSON can hold for the page, and forget it where it is empty; of each kind so many pages, the last ones.

    The session is written only where something is another than before.
    """
    before = request.session.get(kind, {})
    others = [(other, own) for other, own in before.items() if other != address]
    after = dict([*others, *([(address, value)] if value else [])][-most:])
    if after != before:
        request.session[kind] = after
