"""What comes with a draft of a form, parsed. Whether it may be is for the services to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from children.models import Child
from documents import form_rules as rules
from documents.answer_forms import DateInput
from documents.form_rules import WITH_CHOICES, Question, QuestionKind, Wording
from documents.services.forms import Draft

FOR_ALL, FOR_SOME = "all", "some"
ONE, BOTH = "one", "both"
KINDS = [
    (QuestionKind.YES_NO, _("Ja eller nej")),
    (QuestionKind.TEXT, _("Kort text")),
    (QuestionKind.LONG_TEXT, _("Lång text")),
    (QuestionKind.ONE, _("Ett av flera svar")),
    (QuestionKind.SEVERAL, _("Flera svar")),
    (QuestionKind.DATE, _("Ett datum")),
]


@dataclass(frozen=True)
class Block:
    """One question as it is written: what kind it is, its number, and its fields."""

    id: str
    number: int
    kind: QuestionKind
    kind_word: str
    label: BoundField
    help: BoundField
    is_required: BoundField
    choices: BoundField | None
    is_last: bool


class BuilderForm(forms.Form):
    """A draft. Nothing is required: it can be saved at any time, and what it lacks is said when it is sent."""

    title = forms.CharField(label=_("Rubrik"), required=False, max_length=rules.LONGEST_TITLE)
    text = forms.CharField(
        label=_("Till familjerna"),
        required=False,
        max_length=rules.LONGEST_TEXT,
        widget=forms.Textarea({"rows": 4}),
    )
    who = forms.ChoiceField(
        label=_("Vem svarar?"),
        required=False,
        choices=[(ONE, _("Det räcker att en vårdnadshavare svarar")), (BOTH, _("Alla vårdnadshavare ska svara"))],
        widget=forms.RadioSelect,
    )
    is_signed = forms.BooleanField(label=_("Undertecknas med inloggningen"), required=False)
    needs_strong = forms.BooleanField(
        label=_("Känsliga svar"),
        required=False,
        help_text=_("Familjen läser och svarar med stark inloggning, till exempel vid medicin och allergi."),
    )
    is_same_for_siblings = forms.BooleanField(label=_("Samma svar får gälla för syskon"), required=False)
    readers = forms.ChoiceField(label=_("Vilka barn gäller det?"), required=False, widget=forms.RadioSelect)
    children = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    asks_new = forms.BooleanField(label=_("Fråga också om barn som börjar senare"), required=False)
    due_on = forms.DateField(
        label=_("Svara senast"),
        required=False,
        help_text=_("De som inte har svarat påminns 7 och 2 dagar före."),
        widget=DateInput(),
        error_messages={"invalid": _("Välj en dag.")},
    )
    new_kind = forms.ChoiceField(label=_("Ny fråga"), required=False, choices=KINDS)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(
        self, *given: Any, questions: Sequence[Question], taggable: Iterable[Child], everybody: str, **named: Any
    ) -> None:
        super().__init__(*given, **named)
        self.questions, self.taggable = questions, list(taggable)
        self._choice("readers").choices = [(FOR_ALL, everybody), (FOR_SOME, _("Bara barnen som jag väljer"))]
        self._choice("children").choices = [(str(child.pk), child.full_name) for child in self.taggable]
        for question in questions:
            self.fields |= _fields_of(question)

    def _choice(self, name: str) -> forms.ChoiceField:
        found = self.fields[name]
        assert isinstance(found, forms.ChoiceField)  # noqa: S101 (for the type checker)
        return found

    def blocks(self) -> list[Block]:
        """Return the questions as they are printed, in order."""
        words = dict(KINDS)
        return [
            Block(
                id=question.id,
                number=number,
                kind=question.kind,
                kind_word=str(words[question.kind]),
                label=self[f"label-{question.id}"],
                help=self[f"help-{question.id}"],
                is_required=self[f"required-{question.id}"],
                choices=self[f"choices-{question.id}"] if question.kind in WITH_CHOICES else None,
                is_last=number == len(self.questions),
            )
            for number, question in enumerate(self.questions, start=1)
        ]

    def clean(self) -> dict[str, Any]:
        for question in self.questions:
            name = f"choices-{question.id}"
            lines = _lines(self.cleaned_data.get(name, ""))
            for line in dict.fromkeys(lines):
                if len(line) > rules.LONGEST_CHOICE:
                    words = _("Skriv högst {number} tecken på varje rad. Den här är längre: {line}")
                    self.add_error(name, words.format(number=rules.LONGEST_CHOICE, line=line))
                elif lines.count(line) > 1:
                    self.add_error(name, _("{line} står flera gånger. Låt det stå en gång.").format(line=line))
        return self.cleaned_data

    def draft(self) -> Draft:
        """Return what was written. Choices are lines; empty ones are left out."""
        sent = self.cleaned_data
        return Draft(
            wording=Wording(
                title=" ".join(sent["title"].split()),
                text=sent["text"].replace("\r\n", "\n").strip(),
                questions=tuple(self._question(question) for question in self.questions),
                needs_both=sent["who"] == BOTH,
                is_signed=sent["is_signed"],
                needs_strong=sent["needs_strong"],
                is_same_for_siblings=sent["is_same_for_siblings"],
            ),
            is_for_all=sent["readers"] != FOR_SOME,
            child_ids=frozenset(UUID(child) for child in sent["children"] if sent["readers"] == FOR_SOME),
            asks_new=sent["asks_new"],
            due_on=sent["due_on"],
        )

    def _question(self, question: Question) -> Question:
        sent = self.cleaned_data
        return Question(
            id=question.id,
            kind=question.kind,
            label=" ".join(sent[f"label-{question.id}"].split()),
            help=" ".join(sent[f"help-{question.id}"].split()),
            is_required=sent[f"required-{question.id}"],
            choices=tuple(_lines(sent.get(f"choices-{question.id}", ""))),
        )

    def say(self, refused: ValidationError) -> None:
        """Put each sentence at its field, and what concerns no field at the top."""
        by_field = refused.message_dict if hasattr(refused, "error_dict") else {"": refused.messages}
        for name, sentences in by_field.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _fields_of(question: Question) -> dict[str, forms.Field]:
    own: dict[str, forms.Field] = {
        f"label-{question.id}": forms.CharField(label=_("Fråga"), required=False, max_length=rules.LONGEST_LABEL),
        f"help-{question.id}": forms.CharField(label=_("Förklaring"), required=False, max_length=rules.LONGEST_HELP),
        f"required-{question.id}": forms.BooleanField(label=_("Måste besvaras"), required=False),
    }
    if question.kind in WITH_CHOICES:
        own[f"choices-{question.id}"] = forms.CharField(
            label=_("Svar att välja mellan, ett på varje rad"), required=False, widget=forms.Textarea({"rows": 4})
        )
    return own


def initial_of(draft: Draft, version: int) -> dict[str, Any]:
    """Return what the form shows of a draft."""
    wording = draft.wording
    found: dict[str, Any] = {
        "title": wording.title,
        "text": wording.text,
        "who": BOTH if wording.needs_both else ONE,
        "is_signed": wording.is_signed,
        "needs_strong": wording.needs_strong,
        "is_same_for_siblings": wording.is_same_for_siblings,
        "readers": FOR_ALL if draft.is_for_all else FOR_SOME,
        "children": [str(child) for child in draft.child_ids],
        "asks_new": draft.asks_new,
        "due_on": draft.due_on,
        "version": version,
    }
    for question in wording.questions:
        found |= {
            f"label-{question.id}": question.label,
            f"help-{question.id}": question.help,
            f"required-{question.id}": question.is_required,
            f"choices-{question.id}": "\n".join(question.choices),
        }
    return found


def questions_sent(sent: QueryDict) -> tuple[Question, ...]:
    """Return which questions the page had, in its order: fields named `question` with an id and a kind."""
    found: dict[str, Question] = {}
    for text in sent.getlist("question")[: rules.MOST_QUESTIONS]:
        question_id, _colon, kind = text.partition(":")
        if question_id.isdecimal() and kind in set(QuestionKind):
            found.setdefault(question_id, Question(question_id, QuestionKind(kind)))
    return tuple(found.values())


def pressed(questions: tuple[Question, ...], do: str, kind: str) -> tuple[Question, ...]:
    """Return the questions after the button: another `kind` added, or one removed or moved."""
    verb, _point, question_id = do.partition(".")
    match verb:
        case "add" if kind in set(QuestionKind) and len(questions) < rules.MOST_QUESTIONS:
            return rules.added(questions, QuestionKind(kind))
        case "remove":
            return rules.without(questions, question_id)
        case "earlier":
            return rules.moved(questions, question_id, -1)
        case "later":
            return rules.moved(questions, question_id, 1)
    return questions
