"""From tokens to pieces: which days, which weeks, which dates, what times. One reader for each, tried in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attendance.phrases.calendar_words import dates_at, period_at, weeks_at
from attendance.phrases.clock_times import interval_at
from attendance.phrases.pieces import NotUnderstood, Part, Piece
from attendance.phrases.tokens import Token
from attendance.phrases.window import Window
from attendance.phrases.words import WEEKEND, WORKING_DAYS, Kind
from attendance.plan_rules import MOST_WEEKS

Read = tuple[Piece, int]  # what was read, and the token after it
_SEPARATORS = {Kind.COMMA: Part.COMMA, Kind.AND: Part.AND, Kind.STOP: Part.STOP}


def pieces_of(tokens: Sequence[Token], window: Window) -> tuple[Piece, ...]:
    """Return all that the tokens say, in their order. Raises NotUnderstood with every place that says nothing."""
    readers: tuple[Callable[[Sequence[Token], int, Window], Read | None], ...] = (
        period_at,
        dates_at,
        weeks_at,
        _every_at,
        _interval_at,
        _weekdays_at,
        _sign_at,
    )
    pieces: list[Piece] = []
    places: list[tuple[int, int]] = []
    at = 0
    while at < len(tokens):
        try:
            read = next((read for reader in readers if (read := reader(tokens, at, window))), None)
        except NotUnderstood as reason:
            places += reason.places
            at = next(number for number in range(at, len(tokens) + 1) if _is_past(tokens, number, reason.places))
            continue
        if read:
            pieces.append(read[0])
            at = read[1]
            continue
        if not tokens[at].means(Kind.FILLER):
            places.append((tokens[at].starts, tokens[at].ends))
        at += 1
    if places:
        raise NotUnderstood(*_beside_each_other(places))
    return tuple(pieces)


def _beside_each_other(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the places with those that touch as one: "25:00-26:00"."""
    merged: list[tuple[int, int]] = []
    for starts, ends in sorted(places):
        if merged and merged[-1][1] >= starts:
            merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
        else:
            merged.append((starts, ends))
    return merged


def _is_past(tokens: Sequence[Token], number: int, places: Sequence[tuple[int, int]]) -> bool:
    return number == len(tokens) or tokens[number].starts >= max(ends for _starts, ends in places)


def _interval_at(tokens: Sequence[Token], at: int, _window: Window) -> Read | None:
    return interval_at(tokens, at)


def _every_at(tokens: Sequence[Token], at: int, window: Window) -> Read | None:
    """Read "varannan", "every other", "var tredje", "every 2 weeks", "varje dag", "hver uke".

    "Varje måndag" is "måndag". Raises NotUnderstood for every so manieth of nothing that can be counted.
    """
    found = _how_often(tokens, at)
    if found is None:
        return None
    often, after = found
    starts = tokens[at].starts
    following = tokens[after] if after < len(tokens) else None
    if following and following.means(Kind.WEEK) and not _is_numbered(tokens, after):
        part = Part.EVERY_WEEK if often > 1 else Part.ALL_WEEKS
        return Piece(part, starts, following.ends, frozenset({often})), after + 1
    if following and following.means(Kind.WEEKDAY, Kind.WEEKDAYS):
        if often == 1:
            return _weekdays_at(tokens, after, window)
        return Piece(Part.EVERY, starts, tokens[after - 1].ends, frozenset({often})), after
    if following and following.means(Kind.DAY) and often == 1:
        return Piece(Part.WEEKDAYS, starts, following.ends, WORKING_DAYS), after + 1
    raise NotUnderstood((starts, tokens[after - 1].ends))


def _how_often(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Return 2 for every other, 3 for every third, 1 for each, and the token after; None for no such words."""
    if tokens[at].means(Kind.EVERY_OTHER):
        return 2, at + 1
    if not tokens[at].means(Kind.EVERY):
        return None
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following and following.means(Kind.OTHER):
        return 2, at + 2
    if following and following.means(Kind.ORDINAL, Kind.NUMBER):
        often = following.numbers[0] if following.numbers else following.number_as(Kind.ORDINAL)
        if not 1 <= often <= MOST_WEEKS:
            raise NotUnderstood((tokens[at].starts, following.ends))
        return often, at + 2
    return 1, at + 1


def _is_numbered(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether the word for week has a number of its own, which no other word may count."""
    return at + 1 < len(tokens) and tokens[at + 1].means(Kind.NUMBER) and not _is_range(tokens, at + 2)


def _is_range(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].means(Kind.DASH, Kind.TO, Kind.UNTIL)


def _weekdays_at(tokens: Sequence[Token], at: int, window: Window) -> Read | None:
    """Read a weekday, "mån–fre", "Mon to Fri", "vardagar" or "helg"."""
    token = tokens[at]
    if token.means(Kind.FROM) and at + 3 < len(tokens) and _is_range(tokens, at + 2):
        return _weekdays_at(tokens, at + 1, window)
    if token.means(Kind.WEEKDAYS):
        days = WEEKEND if token.number_as(Kind.WEEKDAYS) else WORKING_DAYS
        return Piece(Part.WEEKDAYS, token.starts, token.ends, days), at + 1
    if not token.means(Kind.WEEKDAY):
        return None
    first = token.number_as(Kind.WEEKDAY)
    is_range = _is_range(tokens, at + 1) and not tokens[at + 1].means(Kind.WEEKDAY)
    if not is_range or at + 2 >= len(tokens) or not tokens[at + 2].means(Kind.WEEKDAY):
        return Piece(Part.WEEKDAYS, token.starts, token.ends, frozenset({first})), at + 1
    last = tokens[at + 2].number_as(Kind.WEEKDAY)
    if last <= first:
        raise NotUnderstood((token.starts, tokens[at + 2].ends))
    return Piece(Part.WEEKDAYS, token.starts, tokens[at + 2].ends, frozenset(range(first, last + 1))), at + 3


def _sign_at(tokens: Sequence[Token], at: int, _window: Window) -> Read | None:
    """Read off, otherwise, except, and what stands between clauses."""
    token = tokens[at]
    if token.means(Kind.OFF):
        return Piece(Part.OFF, token.starts, token.ends), at + 1
    if token.means(Kind.REST):
        return Piece(Part.REST, token.starts, token.ends), at + 1
    if token.means(Kind.EXCEPT):
        return Piece(Part.EXCEPT, token.starts, token.ends), at + 1
    part = next((part for kind, part in _SEPARATORS.items() if token.means(kind)), None)
    return (Piece(part, token.starts, token.ends), at + 1) if part else None
