"""From clauses to dates: what each clause is about, which prevails where two meet, and what is said of each day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from attendance.phrases.clauses import Clause, Group
from attendance.phrases.pieces import NotUnderstood, Part, Piece, place_of
from attendance.phrases.understood import Said, SaidDay
from attendance.phrases.window import Window, monday_of
from attendance.phrases.words import WORKING_DAYS
from attendance.time_rules import faults_in

# Which clause is the more precise, by the most precise of its pieces. What is not here is as precise as a weekday.
_PRECISION = {Part.EVERY: 2, Part.EVERY_WEEK: 2, Part.PARITY: 2, Part.WEEKS: 3, Part.DATES: 4}
_LEAST, _COMMON, _OF_A_PERIOD = 0, 1, 3
# Clauses are compared over more than a year, so that a short window does not make two kinds of days look the same.
_WEEKS_COMPARED = 104
MOST_STATEMENTS = 60


@dataclass(frozen=True, eq=False)
class Statement:
    """One group of days of a clause: its dates in the window, and as it would go on after it."""

    number: int  # in which order they were said
    clause: Clause
    group: Group
    dates: frozenset[date]
    reach: frozenset[date]

    @cached_property
    def precision(self) -> int:
        return max((_precision_of(piece) for piece in self.group), default=_COMMON)

    @property
    def is_rest(self) -> bool:
        return any(piece.part == Part.REST for piece in self.group)

    @property
    def is_every_other(self) -> bool:
        return any(piece.part in {Part.EVERY, Part.EVERY_WEEK} for piece in self.group)

    def agrees_with(self, other: Statement) -> bool:
        mine, theirs = self.clause.value, other.clause.value
        return (mine.part, mine.intervals) == (theirs.part, theirs.intervals)


def plan_of(text: str, clauses: Sequence[Clause], window: Window) -> tuple[tuple[SaidDay, ...], tuple[Said, ...]]:
    """Return what is said of each date, and each thing said. Raises NotUnderstood for what has no day, or two times."""
    said = [(clause, group) for clause in clauses for group in clause.groups or ((),)]
    if len(said) > MOST_STATEMENTS:
        raise NotUnderstood(*(clause.place for clause, _group in said[MOST_STATEMENTS:]))
    statements = [_statement(number, clause, group, window) for number, (clause, group) in enumerate(said)]
    _check_every_other_week(statements)
    said_of = frozenset().union(*(statement.dates for statement in statements if not statement.is_rest))
    statements = [_without(statement, said_of) if statement.is_rest else statement for statement in statements]
    deciding: dict[date, Statement] = {}
    for day in sorted(said_of.union(*(statement.dates for statement in statements))):
        deciding[day] = _deciding([statement for statement in statements if day in statement.dates])
    days = tuple(
        SaidDay(day, statement.clause.value.intervals, statement.clause.value.part == Part.OFF)
        for day, statement in deciding.items()
    )
    return days, tuple(_said(text, statement, deciding) for statement in statements)


def _statement(number: int, clause: Clause, group: Group, window: Window) -> Statement:
    if clause.value.part == Part.TIMES and faults_in(clause.value.intervals):
        raise NotUnderstood((clause.value.starts, clause.value.ends))
    _check_together(group)
    wide = Window(window.first, max(window.weeks, _WEEKS_COMPARED))
    reach = _dates(group, wide)
    dates = reach & frozenset(window.dates)
    named = frozenset().union(*(piece.dates for piece in group))
    if not dates or not named <= dates:  # "fre 24 dec", when Christmas Eve is a Thursday
        raise NotUnderstood(clause.place)
    return Statement(number, clause, group, dates, reach)


def _check_every_other_week(statements: Sequence[Statement]) -> None:
    """Raise NotUnderstood for "varannan vecka 7–16, varannan vecka 8–15": the same weeks, or by turns?"""
    counted = {
        piece: statement.clause.place
        for statement in statements
        for piece in statement.group
        if piece.part == Part.EVERY_WEEK
    }
    if len(counted) > 1:
        raise NotUnderstood(*counted.values())


def _without(rest: Statement, said_of: frozenset[date]) -> Statement:
    left = rest.dates - said_of
    if not left:
        raise NotUnderstood(rest.clause.place)
    return replace(rest, dates=left, reach=rest.reach - said_of)


def _check_together(group: Group) -> None:
    """Raise NotUnderstood where pieces say the same thing twice, or count in two ways."""
    parts = [piece.part for piece in group]
    weekdays = [number for piece in group if piece.part == Part.WEEKDAYS for number in piece.numbers]
    starts = [piece for piece in group if piece.starts_on]
    ends = [piece for piece in group if piece.ends_on]
    counted = sum(parts.count(part) for part in (Part.EVERY, Part.EVERY_WEEK, Part.PARITY, Part.ALL_WEEKS))
    calendars = sum(part in parts for part in (Part.DATES, Part.WEEKS, Part.PERIOD))
    is_every_of_nothing = Part.EVERY in parts and not weekdays
    if (
        len(weekdays) != len(set(weekdays))
        or max(len(starts), len(ends), counted, parts.count(Part.REST)) > 1
        or calendars > 1
        or is_every_of_nothing
        or (counted and Part.DATES in parts)
    ):
        raise NotUnderstood(place_of(group))


def _dates(group: Group, window: Window) -> frozenset[date]:
    """Return the dates of the group: of what it counts every other of, from the first such day."""
    weekdays = frozenset(_numbers(group, Part.WEEKDAYS))
    named = frozenset().union(*(piece.dates for piece in group))
    mondays = frozenset(_numbers(group, Part.WEEKS))
    kept = [day for day in window.dates if all(_holds(piece, day) for piece in group)]
    if mondays:
        kept = [day for day in kept if monday_of(day).toordinal() in mondays]
    if named and not weekdays:
        return named & frozenset(kept)
    if named:
        kept = [day for day in kept if day in named]
    every = next((piece for piece in group if piece.part in {Part.EVERY, Part.EVERY_WEEK}), None)
    if every:
        counted = WORKING_DAYS if every.part == Part.EVERY_WEEK else weekdays
        kept = _every(every.number, kept, counted)
    return frozenset(day for day in kept if day.weekday() in (weekdays or WORKING_DAYS))


def _holds(piece: Piece, day: date) -> bool:
    match piece.part:
        case Part.PARITY:
            return day.isocalendar().week % 2 == piece.number
        case Part.PERIOD:
            return (piece.starts_on or day) <= day <= (piece.ends_on or day)
        case _:
            return True


def _every(often: int, dates: Sequence[date], weekdays: frozenset[int]) -> list[date]:
    """Return the dates in every so manieth week, from the week of the first of these weekdays."""
    first = next((monday_of(day) for day in dates if day.weekday() in weekdays), None)
    return [day for day in dates if first is not None and (monday_of(day) - first).days // 7 % often == 0]


def _precision_of(piece: Piece) -> int:
    if piece.part == Part.REST:
        return _LEAST
    if piece.part == Part.PERIOD:
        return _OF_A_PERIOD if piece.starts_on and piece.ends_on else _COMMON
    return _PRECISION.get(piece.part, _COMMON)


def _deciding(statements: Sequence[Statement]) -> Statement:
    """Return the statement that prevails on a day. Raises NotUnderstood where two are as precise and differ."""
    left = [
        statement
        for statement in statements
        if not any(other is not statement and _prevails(other, statement) for other in statements)
    ]
    for other in left[1:]:
        if not other.agrees_with(left[0]):
            raise NotUnderstood(left[0].clause.place, other.clause.place)
    return left[0]


def _prevails(one: Statement, other: Statement) -> bool:
    """Tell whether `one` is the more precise: said later and of a more precise kind, or of some of the other's days."""
    if one.is_every_other and other.is_every_other:
        return False  # the same weeks, or by turns?
    is_later = one.number > other.number
    if one.precision != other.precision and is_later == (one.precision > other.precision):
        return is_later
    if one.reach == other.reach:
        return one.precision > other.precision
    return one.reach < other.reach


def _said(text: str, statement: Statement, deciding: dict[date, Statement]) -> Said:
    group, value = statement.group, statement.clause.value
    starts, ends = statement.clause.place
    return Said(
        text=text[starts:ends],
        weekdays=_numbers(group, Part.WEEKDAYS)
        or (() if any(piece.dates for piece in group) else tuple(sorted(WORKING_DAYS))),
        intervals=value.intervals,
        is_off=value.part == Part.OFF,
        every=next(iter(_numbers(group, Part.EVERY) or _numbers(group, Part.EVERY_WEEK)), 1),
        parity=next(iter(_numbers(group, Part.PARITY)), None),
        weeks=tuple(date.fromordinal(monday).isocalendar().week for monday in _numbers(group, Part.WEEKS)),
        starts_on=next((piece.starts_on for piece in group if piece.starts_on), None),
        ends_on=next((piece.ends_on for piece in group if piece.ends_on), None),
        is_rest=statement.is_rest,
        dates=tuple(day for day, decides in deciding.items() if decides is statement),
    )


def _numbers(group: Iterable[Piece], part: Part) -> tuple[int, ...]:
    return tuple(sorted({number for piece in group if piece.part == part for number in piece.numbers}))
