"""Times as people say them: 7, 07:30, 7.30, 0730, 7:30am, half past seven, kvart i åtta; and from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from attendance.phrases.pieces import NotUnderstood, Part, Piece
from attendance.phrases.tokens import Token
from attendance.phrases.words import Kind
from attendance.time_rules import Interval

_NOON = 12 * 60
_DAY = 24 * 60
_FIRST_HOUR_OF_A_DIAL = 5 * 60  # "från ett till fyra" may be in the night or in the afternoon


@dataclass(frozen=True)
class SaidTime:
    """A time in minutes since midnight. Where `is_dial`, it is one of a twelve-hour dial, as words for hours are."""

    minutes: int
    ends: int  # the token after it
    is_dial: bool = False
    is_marked: bool = False  # am or pm was said
    is_afternoon: bool = False


def interval_at(tokens: Sequence[Token], at: int) -> tuple[Piece, int] | None:
    """Read "from 7 to 16", "7-16", "kl 7 – kl 16" or "mellan 7 och 16", and return it with the token after it.

    None when there is no time here at all. Raises NotUnderstood for a time that no clock shows, that lacks its end,
    or that ends before it starts.
    """
    if tokens[at].means(Kind.WEEKDAY) and _minutes_beside(tokens, at)[1] == at:
        return None  # Norwegian for Tuesday and ten, Thursday and two
    opened = at
    between = tokens[at].means(Kind.BETWEEN)
    if tokens[at].means(Kind.FROM, Kind.BETWEEN):
        opened += 1
    starts = _time_at(tokens, opened)
    if starts is None:
        return None
    ends = None
    if starts.ends < len(tokens) and tokens[starts.ends].means(Kind.AND if between else Kind.TO, Kind.DASH):
        ends = _time_at(tokens, starts.ends + 1)
    if ends is None:
        raise NotUnderstood((tokens[at].starts, tokens[starts.ends - 1].ends))
    place = (tokens[at].starts, tokens[ends.ends - 1].ends)
    interval = _interval(starts, ends)
    if interval is None:
        raise NotUnderstood(place)
    return Piece(Part.TIMES, *place, intervals=(interval,)), ends.ends


def _interval(starts: SaidTime, ends: SaidTime) -> Interval | None:
    """Return the interval, or None where it could be two, or none.

    Words for hours are of a dial: "halv fem" is in the afternoon when it ends what began at seven in the morning.
    Digits stand for what they are, but "1-4pm" may begin in the night or in the afternoon, and is neither.
    """
    first, last = starts.minutes, ends.minutes
    if ends.is_afternoon and not starts.is_marked and first < _NOON and first + _NOON < last:
        return None
    if starts.is_dial and first < _FIRST_HOUR_OF_A_DIAL:
        return None
    if ends.is_dial and last <= first and last < _NOON:
        last += _NOON
    if last == 0:
        last = _DAY
    if not first < last <= _DAY:
        return None
    return Interval(time(*divmod(first, 60)), time(*divmod(last % _DAY, 60)))


def _time_at(tokens: Sequence[Token], at: int) -> SaidTime | None:
    if at < len(tokens) and tokens[at].means(Kind.CLOCK):
        at += 1
    if at >= len(tokens):
        return None
    return _digits_at(tokens, at) or _words_at(tokens, at)


def _digits_at(tokens: Sequence[Token], at: int) -> SaidTime | None:
    token = tokens[at]
    if not token.means(Kind.NUMBER, Kind.TIME):
        return None
    hour, minute = (*token.numbers, 0)[:2]
    after = at + 1
    marked = after < len(tokens) and tokens[after].means(Kind.MORNING, Kind.AFTERNOON)
    if marked:
        is_afternoon = tokens[after].means(Kind.AFTERNOON)
        after += 1
        if not 1 <= hour <= 12:
            raise NotUnderstood((token.starts, tokens[at + 1].ends))
        minutes = hour % 12 * 60 + minute + _NOON * is_afternoon
        return _checked(token, minute, SaidTime(minutes, after, is_marked=True, is_afternoon=is_afternoon))
    return _checked(token, minute, SaidTime(hour * 60 + minute, after))


def _checked(token: Token, minute: int, said: SaidTime) -> SaidTime:
    if minute > 59 or said.minutes > _DAY:
        raise NotUnderstood((token.starts, token.ends))
    return said


def _words_at(tokens: Sequence[Token], at: int) -> SaidTime | None:
    """Read "sju", "halv åtta", "half past seven", "kvart över sju", "tio i åtta", "fem i halv åtta"."""
    minutes, after = _minutes_beside(tokens, at)
    is_beside = after > at
    if not is_beside and tokens[at].means(Kind.HALF) and _means(tokens, at + 1, Kind.PAST):
        minutes, after, is_beside = 30, at + 2, True  # English: half past
    elif _means(tokens, after, Kind.HALF):
        if "en" in tokens[after].meanings[0].languages:
            return None  # "half seven" is 7:30 to one and 6:30 to another
        minutes, after, is_beside = minutes - 30, after + 1, True
    hour = _hour_at(tokens, after, digits=is_beside)
    if hour is None:
        return None
    said = hour * 60 + minutes
    return SaidTime(said + _NOON if said < 60 else said, after + 1, is_dial=True)  # "halv ett" is past noon


def _minutes_beside(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """Return the minutes past the hour (or before it: fewer than none) that are said first, and the token after."""
    token = tokens[at]
    said = 0
    if token.means(Kind.QUARTER):
        said = 15
    elif token.means(Kind.TWENTY):
        said = 20
    elif token.means(Kind.HOUR) and token.number_as(Kind.HOUR) in {5, 10}:
        said = token.number_as(Kind.HOUR)
    if said and _means(tokens, at + 1, Kind.PAST):
        return said, at + 2
    if said and _means(tokens, at + 1, Kind.BEFORE) and _means(tokens, at + 2, Kind.HOUR, Kind.HALF, Kind.NUMBER):
        return -said, at + 2
    return 0, at


def _hour_at(tokens: Sequence[Token], at: int, *, digits: bool) -> int | None:
    if _means(tokens, at, Kind.HOUR):
        return tokens[at].number_as(Kind.HOUR)
    if digits and _means(tokens, at, Kind.NUMBER) and 1 <= tokens[at].numbers[0] <= 12:
        return tokens[at].numbers[0]
    return None


def _means(tokens: Sequence[Token], at: int, *kinds: Kind) -> bool:
    return at < len(tokens) and tokens[at].means(*kinds)
