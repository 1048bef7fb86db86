"""What a clause is made of: the days it is about, piece by piece, and what it says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from attendance.time_rules import Intervals


class Part(Enum):
    """Which part of a clause a piece is."""

    WEEKDAYS = auto()
    EVERY = auto()  # every other of the days that follow
    EVERY_WEEK = auto()  # every other week
    ALL_WEEKS = auto()
    PARITY = auto()
    WEEKS = auto()
    DATES = auto()
    PERIOD = auto()  # from a date, until a date, or both
    REST = auto()
    EXCEPT = auto()  # the days that follow are left out
    TIMES = auto()
    OFF = auto()
    COMMA = auto()
    AND = auto()
    STOP = auto()


VALUES = frozenset({Part.TIMES, Part.OFF})
SEPARATORS = frozenset({Part.COMMA, Part.AND, Part.STOP})
# Which weeks, when the days are said beside: these may follow the times, and hold for several clauses.
OF_WEEKS = frozenset({Part.EVERY_WEEK, Part.ALL_WEEKS, Part.PARITY, Part.WEEKS, Part.PERIOD})


@dataclass(frozen=True)
class Piece:
    """One part of a clause, and where it stands in the text.

    `numbers` are weekdays, the Mondays' ordinals of weeks, how often, or the parity. `dates` are single dates.
    """

    part: Part
    starts: int
    ends: int
    numbers: frozenset[int] = frozenset()
    dates: frozenset[date] = frozenset()
    starts_on: date | None = None
    ends_on: date | None = None
    intervals: Intervals = ()

    @property
    def number(self) -> int:
        return next(iter(self.numbers))


class NotUnderstood(Exception):
    """These places of the text have no meaning, or several."""

    def __init__(self, *places: tuple[int, int]) -> None:
        super().__init__(*places)
        self.places = places


def place_of(pieces: Sequence[Piece]) -> tuple[int, int]:
    """Return where the pieces stand in the text, from the first to the last."""
    return min(piece.starts for piece in pieces), max(piece.ends for piece in pieces)
