"""The set phrases that are offered while writing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import get_language

from messaging import set_phrases
from portal.lib import languages

register = template.Library()


@dataclass(frozen=True)
class Offer:
    """What a picker offers, in the language that the writer reads."""

    language: str
    direction: str
    groups: list[set_phrases.Group]


@register.simple_tag(takes_context=True)
def offered_phrases(context: dict[str, Any], side: str = "house") -> Offer:
    """Return the phrases for whoever writes: those for families with `side` "family", else those for the house."""
    request = context.get("request")
    person = request.actor.person if request else None
    language = languages.known(person.reading_language if person else get_language() or settings.LANGUAGE_CODE)
    return Offer(
        language=language,
        direction=languages.direction(language),
        groups=set_phrases.groups(language, for_families=side == "family"),
    )


@register.filter
def in_language(phrase: set_phrases.SetPhrase, language: str) -> str:
    """Return what a set phrase says in that language."""
    return phrase.text(language)
