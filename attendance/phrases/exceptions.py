"""Days that are left out: "mån–fre 7–16 utom ons" is read as "mån–fre 7–16. ons ledig"."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.phrases.pieces import SEPARATORS, VALUES, NotUnderstood, Part, Piece
from attendance.phrases.words import WORKING_DAYS

# What may be left out, and from what. "Jämna veckor 7–16 utom fredagar": what are the other Fridays?
_LEFT_OUT = frozenset({Part.WEEKDAYS, Part.DATES, Part.AND})
_LEFT_OUT_OF = frozenset({Part.WEEKDAYS, Part.TIMES, Part.COMMA, Part.AND})


def with_exceptions_said(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return the pieces with each day that is left out said to be a day off, in a sentence of its own.

    Before the times or after them: "alla dagar utom ons 7–16". Raises NotUnderstood where it is not plain which days
    are left out of which.
    """
    at = next((number for number, piece in enumerate(pieces) if piece.part == Part.EXCEPT), None)
    if at is None:
        return tuple(pieces)
    begins = max((number + 1 for number in range(at) if pieces[number].part == Part.STOP), default=0)
    ends = next((n for n in range(at + 1, len(pieces)) if pieces[n].part not in _LEFT_OUT), len(pieces))
    sentence, left_out, following = pieces[begins:at], pieces[at + 1 : ends], pieces[ends:]
    is_before_times = not any(piece.part in VALUES for piece in sentence)
    times = following[:1] if is_before_times else ()
    following = following[len(times) :]
    if (
        not (sentence and left_out)
        or left_out[-1].part == Part.AND
        or any(piece.part not in _LEFT_OUT_OF for piece in (*sentence, *times))
        or (is_before_times and not times)
        or (following and following[0].part not in SEPARATORS)
        or not _weekdays(left_out) <= (_weekdays(sentence) or WORKING_DAYS)
    ):
        raise NotUnderstood((pieces[at].starts, pieces[at].ends))
    end = left_out[-1].ends
    stop, off = Piece(Part.STOP, pieces[at].starts, pieces[at].ends), Piece(Part.OFF, end, end)
    return (*pieces[:at], *times, stop, *left_out, off, *with_exceptions_said(following))


def _weekdays(pieces: Sequence[Piece]) -> frozenset[int]:
    return frozenset(number for piece in pieces if piece.part == Part.WEEKDAYS for number in piece.numbers)
