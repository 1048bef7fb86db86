"""What was answered, as it is read: each question with its answer in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from documents.form_rules import Answers, Question, QuestionKind, Value
from portal.lib import days

YES, NO = "yes", "no"


@dataclass(frozen=True)
class Line:
    """A question and what was answered; nothing where it was left out."""

    label: str
    text: str


def answer_lines(questions: Sequence[Question], answers: Answers) -> list[Line]:
    return [Line(question.label, spoken(question, answers.get(question.id, ""))) for question in questions]


def spoken(question: Question, value: Value) -> str:
    """Return an answer in words: "Ja", "Buss, Tåg", "3 december 2026"."""
    if isinstance(value, list):
        return ", ".join(value)
    if question.kind == QuestionKind.YES_NO:
        return {YES: _("Ja"), NO: _("Nej")}.get(value, "")
    if question.kind == QuestionKind.DATE and value:
        return days.in_words(date.fromisoformat(value), "j F Y")
    return value


def in_file(question: Question, value: Value) -> str:
    """Return the same for a spreadsheet, which sorts dates that are written as 2026-12-03."""
    return str(value) if question.kind == QuestionKind.DATE else spoken(question, value)
