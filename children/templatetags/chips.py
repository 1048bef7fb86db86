"""Children to choose among. No queries here."""

from collections.abc import Iterable

from django import template

from children.models import Child

register = template.Library()


@register.simple_tag
def child_chips(children: Iterable[Child], chosen: Iterable[object] | None) -> list[dict[str, object]]:
    """Return children to choose among, as components/chips.html prints them; `chosen` are ids, as a form holds them."""
    marked = {str(value) for value in chosen or ()}
    return [
        {
            "value": child.pk,
            "label": child.tile_name,
            "initials": child.initials,
            "tint": child.tint,
            "chosen": str(child.pk) in marked,
        }
        for child in children
    ]
