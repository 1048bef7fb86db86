"""The page on which a family answers a holiday enquiry: week by week, siblings together, and the same in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance import rules
from attendance.models import HolidayEnquiry
from attendance.rules import EnquiryState
from attendance.selectors.enquiries import Asking
from attendance.selectors.words import week_span
from children.models import Child
from portal.lib import days

Choices = Mapping[tuple[UUID, date], bool]
"""By child and day, whether the child comes; a day without an answer is not in it."""

MOST_RUNS = 6  # more changes than that are counted, not told one by one


@dataclass(frozen=True)
class Cell:
    """One child on one day: the name of its field, and whether it comes (None: no answer yet)."""

    name: str
    field: str
    attends: bool | None


@dataclass(frozen=True)
class AnswerDay:
    """A day of the period. Without cells it is closed, and `closed` says why."""

    day: date
    closed: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Line:
    """What is answered for the children named, in words."""

    names: str
    words: str


@dataclass(frozen=True)
class AnswerWeek:
    monday: date
    number: int
    span: str
    days: tuple[AnswerDay, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class FamilyEnquiry:
    """An enquiry as a family meets it. `asked`, `unanswered` and `unsaved` count days, every child's by itself."""

    row: HolidayEnquiry
    state: EnquiryState
    children: tuple[Child, ...]
    weeks: tuple[AnswerWeek, ...]
    lines: tuple[Line, ...]
    asked: int
    unanswered: int
    unsaved: int

    @property
    def is_about_little(self) -> bool:
        """Whether the days are so few that all of them are shown at once."""
        return len(self.weeks) <= 2


def field_of(child_id: UUID, day: date) -> str:
    """Return the name of the field that holds the answer for a child and a day."""
    return f"{child_id}.{day:%Y-%m-%d}"


def days_asked(asking: Asking, children: Iterable[Child], *, since: date = date.min) -> list[tuple[UUID, date]]:
    """Return every child and day that is to be answered, from a day on."""
    return [(child.pk, day) for child in children for day in asking.days_of(child.pk) if day >= since]


def family_enquiry(
    asking: Asking, family: Sequence[Child], choices: Choices | None = None, *, since: date = date.min
) -> FamilyEnquiry | None:
    """Return the page for those of the family's children who are asked, or None where none is.

    With `choices` it shows these answers instead of those that are kept; with `since` the days from then on.
    """
    own = {child.pk: [day for day in asking.days_of(child.pk) if day >= since] for child in family}
    children = tuple(child for child in family if own[child.pk])
    if not children:
        return None
    kept = answers_kept(asking, children)
    if choices is None:
        choices = kept
    pairs = [(child.pk, day) for child in children for day in own[child.pk]]
    return FamilyEnquiry(
        row=asking.row,
        state=rules.enquiry_state(asking.enquiry, asking.facts.today),
        children=children,
        weeks=tuple(_weeks(asking, children, own, choices)),
        lines=_lines(children, {child.pk: _in_words(own[child.pk], child.pk, choices) for child in children}),
        asked=len(pairs),
        unanswered=sum(pair not in choices for pair in pairs),
        unsaved=sum(choices.get(pair) != kept.get(pair) for pair in pairs),
    )


def answers_kept(asking: Asking, children: Iterable[Child]) -> dict[tuple[UUID, date], bool]:
    kept = {pair: asking.answer(*pair) for pair in days_asked(asking, children)}
    return {pair: attends for pair, attends in kept.items() if attends is not None}


def _weeks(
    asking: Asking, children: Sequence[Child], own: Mapping[UUID, Sequence[date]], choices: Choices
) -> Iterable[AnswerWeek]:
    """Yield the weeks in which a day is asked of somebody."""
    monday = days.monday_of(asking.row.starts_on)
    while monday <= asking.row.ends_on:
        week = [day for day in days.week(monday) if asking.enquiry.asks_about(day)]
        rows = tuple(row for day in week if (row := _day(asking, children, own, choices, day)))
        if any(row.cells for row in rows):
            said = {
                child.pk: _weekdays([day for day in own[child.pk] if day in week], child.pk, choices)
                for child in children
            }
            yield AnswerWeek(monday, monday.isocalendar().week, week_span(monday), rows, _lines(children, said))
        monday += timedelta(days=7)


def _day(
    asking: Asking, children: Sequence[Child], own: Mapping[UUID, Sequence[date]], choices: Choices, day: date
) -> AnswerDay | None:
    cells = tuple(
        Cell(child.given_name, field_of(child.pk, day), choices.get((child.pk, day)))
        for child in children
        if day in own[child.pk]
    )
    closed = next((why for child in children if (why := asking.closed(child.pk, day))), "")
    return AnswerDay(day, closed, cells) if cells or closed else None


# In words -------------------------------------------------------------------------------------------------------------


def _lines(children: Iterable[Child], said: Mapping[UUID, str]) -> tuple[Line, ...]:
    """Return what is said of each child, once for all of whom the same is said."""
    by_words: dict[str, list[str]] = {}
    for child in children:
        if said[child.pk]:
            by_words.setdefault(said[child.pk], []).append(child.given_name)
    return tuple(Line(together(names), words) for words, names in by_words.items())


def together(names: Sequence[str]) -> str:
    """Return the names as one says them: "Elsa", "Elsa och Hugo", "Elsa, Hugo och Maja"."""
    if len(names) < 2:
        return "".join(names)
    return _("{names} och {last}").format(names=", ".join(names[:-1]), last=names[-1])


def _in_words(asked: Sequence[date], child_id: UUID, choices: Choices) -> str:
    """Return a child's answers for the whole period: "kommer 21–23 december, ledig 28 december–8 januari"."""
    runs = _runs(asked, child_id, choices)
    if len(runs) == 1:
        (attends, those) = runs[0]
        if attends is None:
            return _("inget svar än")
        every = ngettext("{number} dag", "alla {number} dagar", len(those)).format(number=len(those))
        return f"{_word(attends=attends)} {every}"
    if len(runs) > MOST_RUNS:
        counted = Counter(choices.get((child_id, day)) for day in asked)
        said = [(answer, counted[answer]) for answer in (True, False, None) if counted[answer]]
        return ", ".join(
            f"{_word(attends=answer)} {ngettext('{number} dag', '{number} dagar', number).format(number=number)}"
            for answer, number in said
        )
    return ", ".join(f"{_word(attends=attends)} {days.span_in_words(those[0], those[-1])}" for attends, those in runs)


def _weekdays(asked: Sequence[date], child_id: UUID, choices: Choices) -> str:
    """Return a child's answers for one week: "kommer", or "kommer mån–ons, ledig tors–fre"."""
    runs = _runs(asked, child_id, choices)
    if len(runs) == 1:
        return _word(attends=runs[0][0])
    return ", ".join(
        f"{_word(attends=attends)} {'–'.join(dict.fromkeys(days.in_words(day, 'D') for day in (those[0], those[-1])))}"
        for attends, those in runs
    )


def _runs(asked: Sequence[date], child_id: UUID, choices: Choices) -> list[tuple[bool | None, list[date]]]:
    """Return the asked days in order, those that follow each other with the same answer together."""
    grouped = groupby(asked, key=lambda day: choices.get((child_id, day)))
    return [(attends, list(those)) for attends, those in grouped]


def _word(*, attends: bool | None) -> str:
    return _("inget svar") if attends is None else _("kommer") if attends else _("ledig")
