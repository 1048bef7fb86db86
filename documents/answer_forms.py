"""A form as a family fills it in: fields of its questions. Parses and never saves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from children.models import Child
from documents.form_rules import LONGEST_ANSWER, LONGEST_LINE, Answers, Question, QuestionKind
from documents.selectors.form_words import NO, YES

ALSO = "also"


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AnswerForm(forms.Form):
    """The questions of a form; `siblings` for whom the same answer may be given."""

    use_required_attribute = False

    def __init__(
        self, *given: Any, questions: Sequence[Question], siblings: Iterable[Child] = (), **named: Any
    ) -> None:
        super().__init__(*given, **named)
        self.questions = questions
        for question in questions:
            self.fields[name_of(question)] = _field(question)
        if others := [(str(child.pk), child.given_name) for child in siblings]:
            self.fields[ALSO] = forms.MultipleChoiceField(
                label=_("Samma svar för"), required=False, choices=others, widget=forms.CheckboxSelectMultiple
            )

    def answers(self) -> Answers:
        """Return what was answered, as it is kept; what was left out is not there."""
        sent = {question.id: self.cleaned_data.get(name_of(question)) for question in self.questions}
        return {
            question_id: list(value) if isinstance(value, list) else str(value)
            for question_id, value in sent.items()
            if value
        }

    def also(self) -> list[UUID]:
        return [UUID(child_id) for child_id in self.cleaned_data.get(ALSO, [])]


class PaperAnswerForm(AnswerForm):
    """The same with the day on the paper."""

    given_on = forms.DateField(label=_("Dagen på pappret"), widget=DateInput)


def name_of(question: Question) -> str:
    return f"q-{question.id}"


def initial_of(answers: Answers) -> Mapping[str, Any]:
    """Return what the form shows of answers that were given before."""
    return {f"q-{question_id}": value for question_id, value in answers.items()}


def _field(question: Question) -> forms.Field:
    given: dict[str, Any] = {
        "label": question.label,
        "help_text": question.help,
        "required": question.is_required,
        "error_messages": {
            "required": _("Svara på den här frågan."),
            "invalid_choice": _("Välj ett av svaren."),
            "invalid": _("Välj en dag."),
        },
    }
    choices = [(choice, choice) for choice in question.choices]
    match question.kind:
        case QuestionKind.LONG_TEXT:
            return forms.CharField(**given, max_length=LONGEST_ANSWER, widget=forms.Textarea({"rows": 3}))
        case QuestionKind.ONE:
            return forms.ChoiceField(**given, choices=choices, widget=forms.RadioSelect)
        case QuestionKind.SEVERAL:
            return forms.MultipleChoiceField(**given, choices=choices, widget=forms.CheckboxSelectMultiple)
        case QuestionKind.DATE:
            return forms.DateField(**given, widget=DateInput())
        case QuestionKind.YES_NO:
            return forms.ChoiceField(**given, choices=[(YES, _("Ja")), (NO, _("Nej"))], widget=forms.RadioSelect)
        case _other:
            return forms.CharField(**given, max_length=LONGEST_LINE)
