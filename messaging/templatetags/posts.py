"""Words and lists for the pages of posts. No queries here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from children.words import joined
from documents.rules import WIDTHS
from documents.shown_rules import Box
from messaging.selectors.posts import Picture
from messaging.selectors.tagging_page import NOBODY, Mark
from messaging.words import language_word
from portal.lib.addresses import address_of

register = template.Library()


register.filter("language_name", language_word)


@register.filter
def picture_word(number: int) -> str:
    """Return what stands for a picture of which nobody has said what it shows."""
    return _("Bild {number}").format(number=number)


@register.filter
def earlier_word(number: int) -> str:
    return _("Flytta bild {number} tidigare").format(number=number)


@register.filter
def remove_word(number: int) -> str:
    return _("Ta bort bild {number}").format(number=number)


@register.filter
def numbers(pictures: Iterable[Picture]) -> str:
    return ", ".join(str(picture.number) for picture in pictures)


@register.simple_tag
def picture_sizes(picture_id: UUID) -> str:
    """Print the addresses of a picture's sizes with their widths, for `srcset`."""
    return ", ".join(
        f"{address_of('messaging:post_picture', picture_id, size)} {width}w" for size, width in WIDTHS.items()
    )


@register.simple_tag
def without_tags(marks: Mapping[UUID, Mark], pictures: Iterable[Picture]) -> str:
    """Print the numbers of a draft's pictures of which nothing is said: "2, 3 och 4"."""
    return joined(str(one.number) for one in pictures if one.state == "ready" and marks.get(one.id, NOBODY).is_empty)


@register.simple_tag
def tagged_words(tagged: int, boxes: int) -> str:
    """Print how many children are tagged, and round how many others there is a box: "2 taggade, 1 suddad"."""
    words = []
    if tagged or not boxes:
        words.append(ngettext("{number} taggad", "{number} taggade", tagged).format(number=tagged))
    if boxes:
        words.append(ngettext("{boxes} suddad", "{boxes} suddade", boxes).format(boxes=boxes))
    return ", ".join(words)


@register.simple_tag
def tile_mark(marks: Mapping[UUID, Mark], picture: Picture) -> dict[str, object]:
    """Return what a draft's tile says of who is in its picture, with the places where somebody is blurred."""
    mark = marks.get(picture.id, NOBODY)
    look, name, text = "", "tag", tagged_words(mark.tagged, len(mark.boxes))
    if mark.open:
        look, name, text = "red", "triangle-alert", _("{children} saknar samtycke").format(children=joined(mark.open))
    elif mark.blurred:
        look, name, text = "red", "square-dashed", _("{children} suddas").format(children=joined(mark.blurred))
    elif mark.is_empty:
        text = _("ingen taggad")
    elif not mark.tagged:
        name = "square-dashed"
    return {"look": look, "icon": name, "text": text, "places": [_in_pixels(box, picture) for box in mark.boxes]}


def _in_pixels(box: Box, picture: Picture) -> list[int]:
    sides = (picture.width, picture.height) * 2
    return [side * number // 1000 for side, number in zip(sides, box.as_list, strict=True)]
