"""Words and lists for the pages of posts. No queries here."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from documents.rules import WIDTHS
from messaging.selectors.posts import Picture
from messaging.words import language_word

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
        f"{reverse('messaging:post_picture', args=[picture_id, size])} {width}w" for size, width in WIDTHS.items()
    )
