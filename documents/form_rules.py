"""Pure decisions about forms: when one is done, what may be changed, and which guardian reads what another has said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

MOST_QUESTIONS = 40
LONGEST_TITLE, LONGEST_TEXT, LONGEST_LABEL, LONGEST_HELP, LONGEST_CHOICE = 120, 5_000, 200, 300, 100
LONGEST_LINE, LONGEST_ANSWER = 200, 3_000

Value = str | list[str]
Answers = Mapping[str, Value]
"""What was answered, by the id of the question; what was left out is not there."""


class QuestionKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    ONE = "one"
    SEVERAL = "several"
    DATE = "date"
    YES_NO = "yes_no"


WITH_CHOICES = frozenset({QuestionKind.ONE, QuestionKind.SEVERAL})


@dataclass(frozen=True)
class Question:
    """One question of a form. `id` is its own for good: it may be moved, and answers still belong to it."""

    id: str
    kind: QuestionKind
    label: str = ""
    help: str = ""
    is_required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """What a form says and asks for: compared to find out what a colleague has changed meanwhile."""

    title: str = ""
    text: str = ""
    questions: tuple[Question, ...] = ()
    needs_both: bool = False
    is_signed: bool = False
    needs_strong: bool = False
    is_same_for_siblings: bool = False


def waits_for(guardians: Collection[UUID], answered: Collection[UUID], *, needs_both: bool) -> frozenset[UUID]:
    """Return which of a child's guardians of today a form still waits for (G06).

    With `needs_both` each of them who has not answered; else all of them, until one has. Somebody who is no guardian
    any more has not answered.
    """
    left = frozenset(guardians) - frozenset(answered)
    return left if needs_both or len(left) == len(frozenset(guardians)) else frozenset()


def is_done(guardians: Collection[UUID], answered: Collection[UUID], *, needs_both: bool) -> bool:
    """Tell whether a form is done for a child: somebody is there to answer, and nobody is waited for."""
    return bool(guardians) and not waits_for(guardians, answered, needs_both=needs_both)


def do_differ(answers: Iterable[Answers]) -> bool:
    """Tell whether a child's guardians have said different things."""
    first, *others = [dict(one) for one in answers] or [{}]
    return any(one != first for one in others)


def may_read(reader: UUID, other: UUID, homes: Collection[Collection[UUID]]) -> bool:
    """Tell whether one guardian of a child reads what another has answered, as in conversations (DOMAIN 4.3).

    `homes` are who lives in each home of a child that has two: the same home reads together, and who belongs to
    neither reads alone. Without two homes the guardians read together.
    """
    return reader == other or not homes or any(reader in home and other in home for home in homes)


def may_answer(*, has_answered: bool, due_on: date | None, today: date) -> bool:
    """Tell whether a guardian may still answer an open form: a first time at any time, anew until its last day."""
    return not has_answered or due_on is None or today <= due_on


def paper_may_replace(*, old_day: date, is_own: bool, given_on: date) -> bool:
    """Tell whether what was said on paper may take the place of the answer that is there, as with consents.

    Never of a later one; and of what a guardian has said by login on the same day neither: which came last?
    """
    return old_day < given_on or (old_day == given_on and not is_own)


def added(questions: tuple[Question, ...], kind: QuestionKind) -> tuple[Question, ...]:
    """Return the questions with an empty one of this kind after them."""
    number = max((int(question.id) for question in questions), default=0) + 1
    return (*questions, Question(str(number), kind))


def without(questions: tuple[Question, ...], question_id: str) -> tuple[Question, ...]:
    return tuple(question for question in questions if question.id != question_id)


def moved(questions: tuple[Question, ...], question_id: str, steps: int) -> tuple[Question, ...]:
    """Return the questions with one of them moved by so many places, as far as there are places."""
    order = list(questions)
    for place, question in enumerate(questions):
        if question.id == question_id and 0 <= place + steps < len(order):
            order.insert(place + steps, order.pop(place))
    return tuple(order)
