"""What an invitation on paper says, and where it is sent. How it is drawn: `children.letter_paper`.

The letter names no child and no preschool (DOMAIN 6.4): whoever opens somebody else's envelope learns nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class LetterPage:
    """What one letter says. `lines` are those of the address; without any the letter is handed over.

    A letter that is `is_for_work` tells somebody whose number nobody has (`has_number`) what to answer instead.
    """

    name: str
    lines: tuple[str, ...]
    code: str
    last_day: date
    sender: str
    is_for_work: bool = False
    has_number: bool = True


def address_lines(stored: str) -> tuple[str, ...]:
    """Return the lines of a stored address (JSON of the register's parts) as they stand on an envelope."""
    if not stored:
        return ()
    try:
        parts = json.loads(stored)
    except ValueError:
        return tuple(line.strip() for line in stored.splitlines() if line.strip())
    town = f"{parts.get('postal_code', '')}  {parts.get('locality', '')}".strip()
    country = parts.get("country", "")
    lines = [parts.get("street", ""), town, "" if country in ("", "Sverige", "SE") else country]
    return tuple(line for line in lines if line)


def link(base_url: str, code: str) -> str:
    """Return the address that the code opens."""
    return f"{base_url}/inbjudan/{code}/"


def what_to_answer(*, is_for_work: bool, has_number: bool) -> str:
    """Say which four figures the page will ask for. The administrator adds colleagues by name and address alone."""
    if is_for_work and not has_number:
        return _("När sidan frågar efter fyra siffror i ditt personnummer skriver du 0000.")
    return _("Du behöver också de fyra sista siffrorna i ditt personnummer.")
