"""Forms: what is asked of families about their children, and what each guardian has answered."""

from __future__ import annotations

import json
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from children.models import Child, Department, Preschool
from documents.form_rules import Answers, Question, QuestionKind, Wording
from portal.lib.crypto import EncryptedTextField
from portal.lib.models import Base


class PaperFormQuerySet(models.QuerySet["PaperForm"]):
    def opened(self) -> Self:
        """Return what families have been asked."""
        return self.filter(state__in=[PaperForm.State.OPEN, PaperForm.State.CLOSED])


class PaperForm(Base):
    """A form: its questions, and whom it is for. A draft is its place's: whoever may write there may go on with it.

    For a department, or for a whole preschool (without one). Its children (FormChild) are chosen, or are all who are
    there when it opens, and with `asks_new` those who come later. Nobody changes the wording of what has been opened.
    A `template` asks nobody: it is a wording that the preschool has kept.
    """

    class State(models.TextChoices):
        TEMPLATE = "template", _("Mall")
        DRAFT = "draft", _("Utkast")
        OPEN = "open", _("Öppen")
        CLOSED = "closed", _("Stängd")

    preschool = models.ForeignKey(Preschool, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    title = EncryptedTextField(blank=True, default="")
    text = EncryptedTextField(blank=True, default="")
    questions = models.JSONField(default=list)
    needs_both = models.BooleanField(default=False)
    is_signed = models.BooleanField(default=False)
    needs_strong = models.BooleanField(default=False)  # read and answered behind the strong login only
    is_same_for_siblings = models.BooleanField(default=False)  # one answer may be given for several children
    is_for_all = models.BooleanField(default=True)
    asks_new = models.BooleanField(default=False)
    due_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = PaperFormQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="documents_paperform_moments_of_its_state",
                condition=(
                    Q(state__in=["template", "draft"], opened_at=None, closed_at=None)
                    | Q(state="open", opened_at__isnull=False, closed_at=None)
                    | Q(state="closed", opened_at__isnull=False, closed_at__isnull=False)
                ),
            )
        ]
        indexes = [
            models.Index(fields=["preschool", "state"], name="documents_form_by_preschool"),
            models.Index(fields=["opened_at"], name="documents_form_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def place(self) -> Department | Preschool:
        return self.department or self.preschool

    @property
    def wording(self) -> Wording:
        return Wording(
            title=self.title,
            text=self.text,
            questions=questions_in(self.questions),
            needs_both=self.needs_both,
            is_signed=self.is_signed,
            needs_strong=self.needs_strong,
            is_same_for_siblings=self.is_same_for_siblings,
        )

    def say(self, wording: Wording) -> None:
        """Take the wording; not saved."""
        for name in ("title", "text", "needs_both", "is_signed", "needs_strong", "is_same_for_siblings"):
            setattr(self, name, getattr(wording, name))
        self.questions = [
            {
                "id": one.id,
                "kind": one.kind.value,
                "label": one.label,
                "help": one.help,
                "is_required": one.is_required,
                "choices": list(one.choices),
            }
            for one in wording.questions
        ]

    def is_late(self, today: date) -> bool:
        return self.due_on is not None and self.due_on < today


def questions_in(rows: list[dict[str, object]]) -> tuple[Question, ...]:
    """Return questions as they are kept, or as a template's file has them, where numbers follow from their order."""
    return tuple(
        Question(
            id=str(row.get("id", number)),
            kind=QuestionKind(str(row["kind"])),
            label=str(row.get("label", "")),
            help=str(row.get("help", "")),
            is_required=bool(row.get("is_required", True)),
            choices=tuple(map(str, choices)) if isinstance(choices := row.get("choices", ()), list) else (),
        )
        for number, row in enumerate(rows, start=1)
    )


class FormChild(models.Model):
    """A child that a form is about: chosen for it, or at its place when it opened or, where it asks the new, later."""

    form = models.ForeignKey(PaperForm, models.CASCADE, related_name="about")
    child = models.ForeignKey(Child, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["child", "form"], name="documents_formchild_once")]

    def __str__(self) -> str:
        return str(self.id)


class FormAnswerQuerySet(models.QuerySet["FormAnswer"]):
    def in_force(self) -> Self:
        return self.filter(ended_at=None)


class FormAnswer(Base):
    """What one guardian has answered about one child. Answering anew ends it and makes another: all are kept.

    `is_signed` by the guardian's own login; or it was given on paper, and somebody of the staff (`recorded_by`) has
    written it in. `answers` is JSON by question id.
    """

    form = models.ForeignKey(PaperForm, models.PROTECT, related_name="answers")
    child = models.ForeignKey(Child, models.CASCADE, related_name="+")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answers = EncryptedTextField()
    answered_at = models.DateTimeField()
    is_signed = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FormAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "form", "guardian"],
                condition=Q(ended_at=None),
                name="documents_formanswer_one_in_force",
            ),
            models.CheckConstraint(
                name="documents_formanswer_signed_by_login", condition=Q(is_signed=False) | Q(recorded_by=None)
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def said(self) -> Answers:
        found: Answers = json.loads(self.answers)
        return found


def kept_answers(answers: Answers) -> str:
    """Return answers as a row keeps them: the same answers always look the same before they are encrypted."""
    return json.dumps(dict(sorted(answers.items())), ensure_ascii=False)
