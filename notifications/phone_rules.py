"""Telephone numbers as machines dial them. Pure decisions."""

from __future__ import annotations

import re
from collections.abc import Mapping

# By country: its code, and what stands before a number at home and falls away abroad.
COUNTRIES: Mapping[str, tuple[str, str]] = {
    "SE": ("46", "0"),
    "FI": ("358", "0"),
    "NO": ("47", ""),
    "DK": ("45", ""),
    "IS": ("354", ""),
}
_SIGNS = re.compile(r"[\s()./\u2010-\u2015-]+")
_WORLDWIDE = re.compile(r"^\+[1-9][0-9]{6,14}$")


def international(text: str, country: str) -> str | None:
    """Return a number as E.164 has it ("+46701740699"); None for what is not one.

    One without a country is the country's own; in a country that we do not know, there is none without.
    """
    number = _SIGNS.sub("", text.replace("(0)", ""))
    if number.startswith("00"):
        number = "+" + number[2:]
    if not number.startswith("+"):
        code, first = COUNTRIES.get(country, ("", ""))
        if not code or not number.startswith(first):
            return None
        number = f"+{code}{number.removeprefix(first)}"
    return number if _WORLDWIDE.match(number) else None
