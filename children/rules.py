"""Pure decisions about names, telephone numbers, birthdays and codes: how they are read and shown."""

from __future__ import annotations

import re
from datetime import date
from typing import Protocol

_SIGNS = re.compile(r"[\s()./–—-]+")
_NUMBER = re.compile(r"^(\+[1-9]\d{6,14}|0\d{6,12})$")
# Area codes of two and four figures; all others, mobile numbers among them, have three.
_TWO_FIGURES = ("08",)


def read_phone(text: str) -> str | None:
    """Return a telephone number as it is stored ("+46701234567"), or None for what is not one.

    A number without a country is Swedish.
    """
    number = _SIGNS.sub("", text)
    if number.startswith("00"):
        number = "+" + number[2:]
    if not _NUMBER.match(number):
        return None
    return "+46" + number[1:] if number.startswith("0") else number


def spoken_phone(number: str) -> str:
    """Return a number in the groups in which it is read aloud: "070-123 45 67"; foreign ones as they are."""
    stored = read_phone(number) or ""
    if not stored.startswith("+46"):
        return stored or number
    domestic = "0" + stored[3:]
    cut = 2 if domestic.startswith(_TWO_FIGURES) else 3
    return f"{domestic[:cut]}-{_in_groups(domestic[cut:])}"


def _in_groups(figures: str) -> str:
    """Split into twos from the end; what is left over stands first, as two or three figures."""
    first = 3 if len(figures) % 2 else 2
    rest = [figures[place : place + 2] for place in range(first, len(figures), 2)]
    return " ".join([figures[:first], *rest])


def in_fours(code: str) -> str:
    """Return a code in groups of four, as it is read and typed: "K7M4 2QXT 9HBC"."""
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))


def is_birthday(born: date, day: date) -> bool:
    """Tell whether `day` is the birthday; who was born on 29 February has it on 1 March in other years."""
    if (born.month, born.day) == (2, 29) and not _is_leap(day.year):
        return (day.month, day.day) == (3, 1)
    return (born.month, born.day) == (day.month, day.day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def age_on(born: date, day: date) -> int:
    """Return the age in whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class Named(Protocol):
    """Somebody with a name, and perhaps with protected identity."""

    @property
    def full_name(self) -> str: ...

    @property
    def is_protected(self) -> bool: ...


def is_found(person: Named, search: str) -> bool:
    """Tell whether a search finds the person. Who has protected identity is found by none (DOMAIN 6.1)."""
    return not search.strip() or (not person.is_protected and is_named(person.full_name, search))


def is_named(name: str, search: str) -> bool:
    """Tell whether the name holds every word that was searched for; upper and lower case make no difference."""
    return all(word.casefold() in name.casefold() for word in search.split())
