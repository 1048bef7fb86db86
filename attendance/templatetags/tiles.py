"""The board's tiles, printed quickly: twenty of them, every minute, on every tablet."""

from collections.abc import Collection
from uuid import UUID

from django import template
from django.utils.safestring import SafeString

from attendance.selectors.board import Tile
from portal.lib.moulds import Mould

register = template.Library()

TILE = Mould(
    "components/tile.html",
    "tile",
    Tile,
    holes=("child_id", "name", "initials", "tint", "text", "detail", "order", "more_url", "note", "allergy"),
)


@register.simple_tag
def tile(tile: Tile, choosing: object = None, chosen: Collection[UUID] = ()) -> SafeString:
    """Print components/tile.html; with `choosing` a press marks it, and `chosen` are those that are marked."""
    return TILE.printed(tile, choosing=bool(choosing), chosen=bool(chosen) and tile.child_id in chosen)
