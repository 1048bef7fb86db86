"""The few texts that leave the house, in the reader's language: words.toml, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from portal.lib import languages

SOURCE = Path(__file__).with_name("words.toml")


@cache
def all_words() -> Mapping[str, Mapping[str, str]]:
    """Return every text by its name ("new.subject", "digest.push", …) and language."""
    found = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    return {f"{about}.{part}": texts for about, parts in found.items() for part, texts in parts.items()}


def text(name: str, language: str, *, address: str = "") -> str:
    """Return a text that may leave the house, with the address to log in at where it says one.

    `name` is what it is about ("new", "digest", "important") and its part ("subject", "body", "push", "sms").
    In Swedish where we have no words in the language. Raises `KeyError` for a name that there is not.
    """
    return all_words()[name][languages.known(language)].format(address=address)
