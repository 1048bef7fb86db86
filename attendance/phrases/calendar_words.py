"""Weeks and dates of the year as people say them: v. 44–46, jämna veckor, 24/12, 20–24 dec, från 1 nov t.o.m. v. 50."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from attendance.phrases.pieces import NotUnderstood, Part, Piece
from attendance.phrases.tokens import Token
from attendance.phrases.window import Window
from attendance.phrases.words import Kind

Read = tuple[Piece, int]  # what was read, and the token after it
_LAST_HOUR = 24
WEEKS_OF_A_YEAR = 52  # each date and each week once


# Weeks ----------------------------------------------------------------------------------------------------------------


def weeks_at(tokens: Sequence[Token], at: int, window: Window) -> Read | None:
    """Read "v. 44", "v44-46", "vecka 44 och 46", "jämna veckor", "udda".

    Raises NotUnderstood for a week that the window does not hold, or holds twice.
    """
    token = tokens[at]
    if token.means(Kind.PARITY):
        after = at + 2 if _means(tokens, at + 1, Kind.WEEK) else at + 1
        return Piece(Part.PARITY, token.starts, tokens[after - 1].ends, _only(token.number_as(Kind.PARITY))), after
    if not token.means(Kind.WEEK) or not _means(tokens, at + 1, Kind.NUMBER):
        return None
    mondays: list[date] = []
    after = at
    while True:
        read, after = _week_or_weeks(tokens, after, window)
        mondays += read
        following = _next_week(tokens, after)
        if following is None:
            break
        after = following
    place = (token.starts, tokens[after - 1].ends)
    return Piece(Part.WEEKS, *place, frozenset(monday.toordinal() for monday in mondays)), after


def _week_or_weeks(tokens: Sequence[Token], at: int, window: Window) -> tuple[list[date], int]:
    """Read one week, or a range of them, with or without the word for week before each."""
    place_starts = tokens[at].starts
    first, after = _monday_at(tokens, at, window)
    if not _means(tokens, after, Kind.DASH, Kind.TO):
        return [first], after
    last_at = after + 1
    if not _means(tokens, last_at, Kind.NUMBER) and not _is_week(tokens, last_at):
        return [first], after
    last, after = _monday_at(tokens, last_at, window)
    if last <= first:
        raise NotUnderstood((place_starts, tokens[after - 1].ends))
    return [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)], after


def _monday_at(tokens: Sequence[Token], at: int, window: Window) -> tuple[date, int]:
    number_at = at + 1 if tokens[at].means(Kind.WEEK) else at
    mondays = window.mondays_of_week(tokens[number_at].numbers[0])
    if len(mondays) != 1:
        raise NotUnderstood((tokens[at].starts, tokens[number_at].ends))
    return mondays[0], number_at + 1


def _next_week(tokens: Sequence[Token], at: int) -> int | None:
    """Return where one more week of the list stands: after a comma or an "and", and not a time or a date."""
    if not _means(tokens, at, Kind.COMMA, Kind.AND):
        return None
    if _is_week(tokens, at + 1):
        return at + 1
    if not _means(tokens, at + 1, Kind.NUMBER):
        return None
    if _means(tokens, at + 2, Kind.MONTH, Kind.MORNING, Kind.AFTERNOON) or _days_at(tokens, at + 1):
        return None
    is_range = _means(tokens, at + 2, Kind.DASH, Kind.TO)
    if is_range and (tokens[at + 1].numbers[0] <= _LAST_HOUR or not _means(tokens, at + 3, Kind.NUMBER)):
        return None
    return at + 1


def _is_week(tokens: Sequence[Token], at: int) -> bool:
    return _means(tokens, at, Kind.WEEK) and _means(tokens, at + 1, Kind.NUMBER)


# Dates ----------------------------------------------------------------------------------------------------------------

_Day = tuple[int, ...]  # day, month, and year if said


def dates_at(tokens: Sequence[Token], at: int, window: Window) -> Read | None:
    """Read "24/12", "24 december", "Dec 24th", "24 och 31 dec" as dates, and "20–24 dec", "24/12-3/1" as a period.

    Raises NotUnderstood for a date that no calendar has, or that the window does not hold.
    """
    found = _days_at(tokens, at)
    if found is None:
        return None
    days, is_period, after = found
    place = (tokens[at].starts, tokens[after - 1].ends)
    dates = [_date(window, day, place) for day in days]
    if not is_period:
        return Piece(Part.DATES, *place, dates=frozenset(dates)), after
    starts_on, ends_on = dates
    if ends_on <= starts_on:
        raise NotUnderstood(place)
    return Piece(Part.PERIOD, *place, starts_on=starts_on, ends_on=ends_on), after


def period_at(tokens: Sequence[Token], at: int, window: Window) -> Read | None:
    """Read "från 1 nov", "t.o.m. 20 dec", "från v. 44", "until week 50", "from 20 Dec to 3 Jan"."""
    token = tokens[at]
    if not token.means(Kind.FROM, Kind.UNTIL, Kind.TO):
        return None
    if not token.means(Kind.FROM):  # what ends after the days that are asked about holds for all of them
        window = Window(window.first, max(window.weeks, WEEKS_OF_A_YEAR))
    after = at + 1
    while _means(tokens, after, Kind.FILLER):
        after += 1
    if _is_week(tokens, after):
        monday, after = _monday_at(tokens, after, window)
        starts_on, ends_on = monday, monday + timedelta(days=6)
    elif read := dates_at(tokens, after, window):
        said, after = read
        if said.part == Part.PERIOD and token.means(Kind.FROM):
            return replace(said, starts=token.starts), after
        if len(said.dates) != 1:
            raise NotUnderstood((token.starts, said.ends))
        starts_on = ends_on = next(iter(said.dates))
    else:
        return None
    piece = Piece(Part.PERIOD, token.starts, tokens[after - 1].ends)
    if token.means(Kind.FROM):
        return replace(piece, starts_on=starts_on), after
    return replace(piece, ends_on=ends_on), after


def _date(window: Window, day: _Day, place: tuple[int, int]) -> date:
    found = list(window.dates_named(day))
    if len(found) != 1:
        raise NotUnderstood(place)
    return found[0]


def _days_at(tokens: Sequence[Token], at: int) -> tuple[list[_Day], bool, int] | None:
    """Return the days here, whether they are the first and last of a period, and the token after them."""
    found = _days_of_one_month(tokens, at)
    if found is None:
        return None
    days, is_period, after = found
    if not is_period and len(days) == 1 and _means(tokens, after, Kind.DASH, Kind.TO):
        ending = _days_of_one_month(tokens, after + 1)
        if ending and not ending[1] and len(ending[0]) == 1:
            return days + ending[0], True, ending[2]
    return found


def _days_of_one_month(tokens: Sequence[Token], at: int) -> tuple[list[_Day], bool, int] | None:
    if _means(tokens, at, Kind.DATE):
        return [tokens[at].numbers], False, at + 1
    if _means(tokens, at, Kind.MONTH):
        numbers, is_period, after = _numbers_at(tokens, at + 1, (Kind.AND,))
        if not numbers:
            return None
        month = tokens[at].number_as(Kind.MONTH)
    else:
        numbers, is_period, after = _numbers_at(tokens, at, (Kind.AND, Kind.COMMA))
        if is_period and len(numbers) == 1 and _means(tokens, after, Kind.DATE):  # 20–24/12
            ending = tokens[after].numbers
            return [(numbers[0], *ending[1:]), ending], True, after + 1
        if _means(tokens, after, Kind.FILLER) and _means(tokens, after + 1, Kind.MONTH):  # the 24th of December
            after += 1
        if not numbers or not _means(tokens, after, Kind.MONTH):
            return None
        month = tokens[after].number_as(Kind.MONTH)
        after += 1
    year = _year_at(tokens, after)
    return [(number, month, *year) for number in numbers], is_period, after + len(year)


def _numbers_at(tokens: Sequence[Token], at: int, between: tuple[Kind, ...]) -> tuple[list[int], bool, int]:
    """Return "20–24" or "24, 25 och 31" as numbers, whether they are a period, and the token after them."""
    if not _is_day_number(tokens, at):
        return [], False, at
    numbers, after = [tokens[at].numbers[0]], at + 1
    if _means(tokens, after, Kind.DASH, Kind.TO):
        if _is_day_number(tokens, after + 1):
            return [*numbers, tokens[after + 1].numbers[0]], True, after + 2
        if _means(tokens, after + 1, Kind.DATE):
            return numbers, True, after + 1
        return numbers, False, after
    while _means(tokens, after, *between) and _is_day_number(tokens, after + 1):
        if _means(tokens, after + 2, Kind.DASH, Kind.TO, Kind.MORNING, Kind.AFTERNOON):
            break
        numbers.append(tokens[after + 1].numbers[0])
        after += 2
    return numbers, False, after


def _is_day_number(tokens: Sequence[Token], at: int) -> bool:
    return _means(tokens, at, Kind.NUMBER, Kind.ORDINAL) and len(tokens[at].numbers) == 1


def _year_at(tokens: Sequence[Token], at: int) -> tuple[int, ...]:
    """Return the year of a date where one is said: four digits that begin no times."""
    if (
        _means(tokens, at, Kind.TIME)
        and len(tokens[at].numbers) == 3
        and not _means(tokens, at + 1, Kind.DASH, Kind.TO)
    ):
        return (tokens[at].numbers[2],)
    return ()


def _means(tokens: Sequence[Token], at: int, *kinds: Kind) -> bool:
    return at < len(tokens) and tokens[at].means(*kinds)


def _only(number: int) -> frozenset[int]:
    return frozenset({number})
