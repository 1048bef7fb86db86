"""From pieces to clauses: which days belong to which times, where a sentence may be put in several orders.

A clause names its days before what it says of them ("mån 7–16") or after ("ledig varannan fredag"); weeks may follow
both. Where a piece could belong to two clauses nothing is guessed: NotUnderstood says which words they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from attendance.phrases.pieces import OF_WEEKS, SEPARATORS, VALUES, NotUnderstood, Part, Piece, place_of
from attendance.phrases.words import WORKING_DAYS
from attendance.time_rules import faults_in

_COUNTED = frozenset({Part.EVERY, Part.EVERY_WEEK, Part.PARITY})
_OF_CALENDAR = frozenset({Part.DATES, Part.WEEKS, Part.PERIOD})
Group = tuple[Piece, ...]  # days that all their pieces narrow


@dataclass(frozen=True)
class Clause:
    """What is said of some days. Each of its groups names days of its own; without groups it is of all days."""

    value: Piece
    before: tuple[Group, ...] = ()
    after: tuple[Group, ...] = ()
    shared: Group = ()  # weeks that another clause says for this one

    @property
    def groups(self) -> tuple[Group, ...]:
        """The days before the times narrowed by the weeks after them, or whichever of the two there is."""
        own = self.before or self.after
        weeks = (*(self.after[0] if self.before and self.after else ()), *self.shared)
        return tuple((*group, *weeks) for group in own) or ((weeks,) if weeks else ())

    @property
    def is_days_last(self) -> bool:
        return not self.before and bool(self.after)

    @property
    def place(self) -> tuple[int, int]:
        return place_of([self.value, *(piece for group in (*self.before, *self.after) for piece in group)])


@dataclass(frozen=True)
class Chunk:
    """The pieces between two separators, in runs: days, then what is said of them, then days again."""

    runs: tuple[Group, ...]
    separator: Part

    @property
    def begins_with_days(self) -> bool:
        return not _is_value(self.runs[0])

    @property
    def is_days_only(self) -> bool:
        return len(self.runs) == 1 and self.begins_with_days


def clauses_of(pieces: Sequence[Piece]) -> tuple[Clause, ...]:
    """Return the clauses of all sentences. Raises NotUnderstood for pieces that belong to none, or to either of two."""
    clauses: list[Clause] = []
    for chunks in _sentences(pieces):
        sentence = _Sentence(is_first=not clauses)
        for number, chunk in enumerate(chunks):
            sentence.take(chunk, chunks[number + 1] if number + 1 < len(chunks) else None)
        clauses += _with_shared_weeks(sentence.finished())
    return tuple(clauses)


def _sentences(pieces: Sequence[Piece]) -> list[list[Chunk]]:
    sentences: list[list[Chunk]] = [[]]
    gathered: list[Piece] = []
    separator = Part.STOP
    for piece in (*pieces, Piece(Part.STOP, 0, 0)):
        if piece.part not in SEPARATORS:
            gathered.append(piece)
            continue
        if gathered:
            sentences[-1].append(Chunk(_runs(gathered), separator))
            gathered, separator = [], piece.part
        elif separator == Part.AND:  # "mån 7–16, och tis ledig": the comma counts
            separator = piece.part
        if piece.part == Part.STOP and sentences[-1]:
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _runs(pieces: Sequence[Piece]) -> tuple[Group, ...]:
    runs: list[list[Piece]] = []
    for piece in pieces:
        if piece.part in VALUES and runs and _is_value(runs[-1]):
            raise NotUnderstood(place_of([*runs[-1], piece]))  # two values, and nothing says how they belong together
        if piece.part in VALUES or not runs or _is_value(runs[-1]):
            runs.append([])
        runs[-1].append(piece)
    return tuple(tuple(run) for run in runs)


def _is_value(run: Sequence[Piece]) -> bool:
    return run[0].part in VALUES


class _Sentence:
    """The clauses of one sentence while it is read, and the days that still wait for what is said of them."""

    def __init__(self, *, is_first: bool) -> None:
        self.is_first = is_first
        self.clauses: list[Clause] = []
        self.waiting: tuple[Group, ...] = ()

    def take(self, chunk: Chunk, following: Chunk | None) -> None:
        if chunk.is_days_only:
            self._take_days(chunk, following)
            return
        runs = list(chunk.runs)
        if chunk.begins_with_days:
            days = runs.pop(0)
            self._may_wait(days)
            self.waiting = _joined(self.waiting, days, chunk.separator, is_first=not self.clauses)
        elif self._goes_on(runs):
            self._add_interval(runs.pop(0)[0])
            if len(runs) == 1:
                self._put_after(runs.pop(0))
        self._take_clauses(runs)

    def finished(self) -> list[Clause]:
        if self.waiting:
            raise NotUnderstood(place_of([piece for group in self.waiting for piece in group]))
        return self.clauses

    def _take_days(self, chunk: Chunk, following: Chunk | None) -> None:
        days = chunk.runs[0]
        last = self.clauses[-1] if self.clauses and not self.waiting else None
        if last and last.is_days_last:
            if following and following.begins_with_days and not following.is_days_only:
                raise NotUnderstood(place_of(days))  # "7–16 mån, tis, ons 8–15": whose is Tuesday?
            self.clauses[-1] = replace(last, after=_joined(last.after, days, chunk.separator, is_first=False))
        elif last and following is None:
            self._put_after(days)
        elif last and any(piece.part in OF_WEEKS for piece in days):
            raise NotUnderstood(place_of(days))  # "mån 8–15, v. 44, tis 9–12": whose is the week?
        else:
            self.waiting = _joined(self.waiting, days, chunk.separator, is_first=not self.clauses)

    def _may_wait(self, days: Group) -> None:
        last = self.clauses[-1] if self.clauses else None
        if self.waiting and last and last.is_days_last:
            raise NotUnderstood(place_of([*self.waiting[0], *days]))

    def _goes_on(self, runs: Sequence[Group]) -> bool:
        """Tell whether the chunk begins with one more interval of the clause before: "mån 7–11, 13–16"."""
        last = self.clauses[-1] if self.clauses and not self.waiting else None
        if last is None or last.after or last.value.part != Part.TIMES or runs[0][0].part != Part.TIMES:
            return False
        if len(runs) == 2 and not all(piece.part in OF_WEEKS for piece in runs[1]):
            raise NotUnderstood(place_of([last.value, *runs[0], *runs[1]]))  # "mån 7–11, 13–16 tis": both, or each?
        return True

    def _add_interval(self, value: Piece) -> None:
        last = self.clauses[-1]
        intervals = tuple(sorted((*last.value.intervals, *value.intervals)))
        merged = replace(last.value, ends=value.ends, intervals=intervals)
        if faults_in(intervals):
            raise NotUnderstood((merged.starts, merged.ends))
        self.clauses[-1] = replace(last, value=merged)

    def _put_after(self, days: Group) -> None:
        """Give the last clause weeks that are said after its times."""
        last = self.clauses[-1]
        if last.before and not all(piece.part in OF_WEEKS for piece in days):
            raise NotUnderstood(place_of(days))
        after = ((*last.after[0], *days),) if last.after else (days,)
        self.clauses[-1] = replace(last, after=after)

    def _take_clauses(self, runs: list[Group]) -> None:
        """Read what is left of a chunk: values, each with days before it, or after it when none are before."""
        while runs:
            run = runs.pop(0)
            if not _is_value(run):  # days that begin a clause after the one before: "mån 7–16 tis 8–15"
                self._begin_inside(run, is_last=not runs)
                continue
            if not self.waiting and not runs and (self.clauses or not self.is_first):
                raise NotUnderstood(place_of(run))  # a value without days, after others that have theirs
            clause = Clause(run[0], before=self.waiting)
            if not self.waiting and runs:
                if len(runs) > 1:
                    raise NotUnderstood(place_of([*run, *runs[0]]))  # "7–16 fre 7–12": whose is Friday?
                clause = Clause(run[0], after=(runs.pop(0),))
            self.clauses.append(clause)
            self.waiting = ()

    def _begin_inside(self, days: Group, *, is_last: bool) -> None:
        if is_last:
            self._put_after(days)
            return
        parts = {piece.part for piece in days}
        if days[0].part in OF_WEEKS and parts & {Part.WEEKDAYS, Part.DATES}:
            raise NotUnderstood(place_of(days))  # "mån 7–16 v. 44 tis 8–15": whose is the week?
        self.waiting = (days,)


def _joined(groups: tuple[Group, ...], days: Group, separator: Part, *, is_first: bool) -> tuple[Group, ...]:
    """Return the days with more days after a comma or an "and": one list, or days of their own beside them."""
    if not groups:
        return (days,)
    last = groups[-1]
    kinds, more = {piece.part for piece in last}, {piece.part for piece in days}
    if len(more) == 1 and last[-1].part in more and more <= {Part.WEEKDAYS, Part.DATES, Part.WEEKS}:
        return (*groups[:-1], (*last, *days))
    if days[0].part in _COUNTED or (kinds <= _OF_CALENDAR and more <= _OF_CALENDAR):
        return (*groups, days)
    if kinds == {Part.WEEKDAYS} and days[0].part == Part.WEEKDAYS and more <= OF_WEEKS | {Part.WEEKDAYS}:
        return (*groups[:-1], (*last, *days))
    if separator == Part.COMMA and is_first and kinds <= OF_WEEKS and more == {Part.WEEKDAYS}:
        return (*groups[:-1], (*last, *days))
    raise NotUnderstood(place_of([*last, *days]))


def _with_shared_weeks(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses with the weeks that one says for others.

    Weeks at the end hold for all times that have none of their own; weeks before the first days ("v. 44 mån 7–16,
    tis 8–15") hold on for the days that follow. Only where the days differ and nothing else is likely: "mån–fre 7–16,
    fre ledig v. 44" and "mån 7–16, tis 8–15 varannan vecka" may mean either.
    """
    _check_days_left_out(clauses)
    last = clauses[-1]
    bare = [clause for clause in clauses[:-1] if not _has_weeks(clause.groups)]
    if not bare or not last.before or not last.after or _has_weeks(last.before):
        return _carried_on(clauses)
    weeks = last.after[0]
    is_counted = any(piece.part in _COUNTED for piece in weeks)
    if is_counted or not _are_apart([*bare, last]) or len({clause.value.part for clause in [*bare, last]}) > 1:
        raise NotUnderstood(place_of(weeks))
    return [replace(clause, shared=weeks) if clause in bare else clause for clause in clauses]


def _check_days_left_out(clauses: Sequence[Clause]) -> None:
    """Raise NotUnderstood for "fre 7–13 jämna veckor, 7–16 udda veckor": of Fridays, or of all days?"""
    named: set[int] = set()
    for clause in clauses:
        of_weeks_only = all(piece.part in OF_WEEKS for group in clause.groups for piece in group)
        is_elliptic = clause.value.part == Part.TIMES or clause.is_days_last
        if named and not named >= WORKING_DAYS and of_weeks_only and is_elliptic:
            raise NotUnderstood(clause.place)
        named |= _weekdays_of(clause)


def _carried_on(clauses: list[Clause]) -> list[Clause]:
    carried: Group = ()
    under: list[Clause] = []
    result: list[Clause] = []
    for clause in clauses:
        if clause.before and _begins_with_weeks(clause):
            carried = tuple(piece for piece in clause.before[0] if piece.part in OF_WEEKS)
            under = [clause]
        elif _has_weeks(clause.groups) or not clause.before or not _are_apart([*under, clause]):
            carried, under = (), []
        elif carried:
            under.append(clause)
            result.append(replace(clause, shared=carried))
            continue
        result.append(clause)
    return result


def _begins_with_weeks(clause: Clause) -> bool:
    """Tell whether the clause is "v. 44 mån 7–16": weeks first, then days in them."""
    group = clause.before[0]
    return len(clause.before) == 1 and group[0].part in OF_WEEKS and any(p.part == Part.WEEKDAYS for p in group)


def _has_weeks(groups: Iterable[Group]) -> bool:
    own = OF_WEEKS | {Part.DATES, Part.EVERY, Part.REST}
    return any(piece.part in own for group in groups for piece in group)


def _are_apart(clauses: Sequence[Clause]) -> bool:
    """Tell whether the clauses name weekdays, and none twice."""
    seen: set[int] = set()
    for clause in clauses:
        named = _weekdays_of(clause)
        if not named or named & seen:
            return False
        seen |= named
    return True


def _weekdays_of(clause: Clause) -> set[int]:
    return {n for group in clause.groups for piece in group if piece.part == Part.WEEKDAYS for n in piece.numbers}
