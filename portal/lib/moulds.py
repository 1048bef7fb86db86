"""Templates that a page prints many times: once rendered with holes, then filled.

A template takes a hundred times longer to walk through than its text takes to copy, and the twenty tiles of a board
are alike but for a name and a few words. A mould renders the component once for each of its shapes (each combination
of everything that is not a hole) and keeps that; a print fills in the words, escaped where they are not markup that is
safe already. What is kept holds no word of anybody's: those are in the holes.

A template may print a hole and ask whether it is empty; it may not look into it, filter it or compare it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Hashable
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

Row = tuple[Any, ...]
Context = tuple[tuple[str, Hashable], ...]
# Private characters, which no word from a keyboard holds.
SIGN = "\ue000{}\ue001"
KEPT = 512
SIGNS = re.compile("\ue000([0-9]+)\ue001")


@dataclass(frozen=True)
class _Cast:
    """Text with %s where the words go, and which word goes where."""

    text: str
    order: tuple[int, ...]


class Mould:
    """Prints a dataclass, called `name` in the template; `holes` are those of its fields that are only printed."""

    def __init__(self, template: str, name: str, kind: type[Any], holes: tuple[str, str, *tuple[str, ...]]) -> None:
        self.template, self.name, self.kind, self.holes = template, name, kind, holes
        self._rest = tuple(field.name for field in fields(kind) if field.name not in holes)
        self._words = attrgetter(*holes)
        self._kept = lru_cache(maxsize=KEPT)(self._made)

    def printed(self, value: object, **context: Hashable) -> SafeString:
        """Return what the template would print with this value and context."""
        words = tuple(map(str, self._words(value)))
        cast = (self._made if settings.DEBUG else self._kept)(
            tuple([getattr(value, name) for name in self._rest]),
            tuple(map(bool, words)),
            tuple(context.items()),
            get_language(),
        )
        escaped = [word if isinstance(word, SafeString) else html.escape(word) for word in words]
        return mark_safe(cast.text % tuple([escaped[number] for number in cast.order]))  # noqa: S308 (each is escaped or safe)

    def _made(self, shape: Row, filled: tuple[bool, ...], context: Context, _language: str) -> _Cast:
        signs = {
            hole: mark_safe(SIGN.format(number)) if is_filled else ""  # noqa: S308 (a figure)
            for number, (hole, is_filled) in enumerate(zip(self.holes, filled, strict=True))
        }
        value = self.kind(**dict(zip(self._rest, shape, strict=True)), **signs)
        text = render_to_string(self.template, {self.name: value, **dict(context)})
        return _Cast(SIGNS.sub("%s", text.replace("%", "%%")), tuple(map(int, SIGNS.findall(text))))
