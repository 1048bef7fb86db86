"""What makes a PIN too easy to guess. Pure decisions."""

from enum import StrEnum

SHORTEST, LONGEST = 4, 8
STRAIGHT = "01234567890", "09876543210"


class Weakness(StrEnum):
    """Why a PIN is refused."""

    SHAPE = "shape"
    PATTERN = "pattern"
    PERSONAL = "personal"


def weakness_of_pin(pin: str, personal_number: str) -> Weakness | None:
    """Return why the PIN cannot be used, or None. `personal_number` is twelve digits, or empty.

    Refused: anything but four to eight digits; one digit or a short group repeated; a row up or down; years from
    1930 to 2029; digits that stand in the person's own number.
    """
    if not (pin.isascii() and pin.isdecimal() and SHORTEST <= len(pin) <= LONGEST):
        return Weakness.SHAPE
    repeats = any(len(pin) % size == 0 and pin == pin[:size] * (len(pin) // size) for size in range(1, len(pin)))
    is_year = len(pin) == 4 and 1930 <= int(pin) <= 2029
    if repeats or is_year or any(pin in row for row in STRAIGHT):
        return Weakness.PATTERN
    return Weakness.PERSONAL if pin in personal_number else None
