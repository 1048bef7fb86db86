"""Swedish personal numbers: read, checked and brought to one form.

The rules are the Tax Agency's (SKV 704, SKV 707): a date of birth, a serial number, and a check digit by the Luhn
algorithm over the ten last digits. A coordination number has 60 added to its day. Schools also hand out temporary
numbers with a letter in the serial number, which have no check digit.
"""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

FORM = re.compile(r"(?P<century>\d\d)?(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)(?P<sign>[-+]?)(?P<serial>[0-9A-Z]{4})")
OLDEST = 125


class NumberFault(ValueError):
    """The text is not a personal number. The message says why, without the number."""


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """A number as it is stored: twelve characters; the date is None where a coordination number leaves it open."""

    value: str
    birth_date: date | None
    is_temporary: bool


def check_digit(nine: str) -> int:
    """Return the Luhn check digit of nine digits."""
    total = 0
    for place, digit in enumerate(nine):
        product = int(digit) * (2 - place % 2)
        total += product // 10 + product % 10
    return -total % 10


def read_number(text: str, today: date) -> PersonalNumber:
    """Return the number in `text`, with ten or twelve digits, with or without sign and spaces.

    Raises `NumberFault` with a sentence that does not hold the number.
    """
    if not text.isascii() or len(text) > 40:
        raise NumberFault(_("Personnumret har fel form."))
    match = FORM.fullmatch(re.sub(r"\s", "", text).upper())
    if match is None:
        raise NumberFault(_("Personnumret har fel form."))
    year = _year(match, today)
    month, day, serial = int(match["month"]), int(match["day"]), match["serial"]
    is_temporary = not serial.isdigit()
    born = _birth_date(year, month, day)
    if born and born > today:
        raise NumberFault(_("Personnumrets datum ligger i framtiden."))
    ten = f"{year % 100:02}{month:02}{day:02}{serial}"
    if not is_temporary and check_digit(ten[:9]) != int(ten[9]):
        raise NumberFault(_("Personnumrets kontrollsiffra stämmer inte."))
    return PersonalNumber(f"{year // 100:02}{ten}", born, is_temporary)


def _year(match: re.Match[str], today: date) -> int:
    """Return the year: as written, or the latest that is not in the future (a plus sign means over a hundred)."""
    if match["century"]:
        year = int(match["century"] + match["year"])
    else:
        year = today.year - (today.year - int(match["year"])) % 100
        is_next_birthday_ahead = year == today.year and int(match["month"]) > today.month
        year -= 100 if match["sign"] == "+" or is_next_birthday_ahead else 0
    if not today.year - OLDEST <= year <= today.year:
        raise NumberFault(_("Personnumrets år är inte rimligt."))
    return year


def _birth_date(year: int, month: int, day: int) -> date | None:
    if day >= 60:
        day -= 60
        if day == 0 or month == 0:  # coordination numbers of persons whose date of birth is not known
            return None
    try:
        return date(year, month, day)
    except ValueError:
        raise NumberFault(_("Personnumrets datum finns inte i kalendern.")) from None
