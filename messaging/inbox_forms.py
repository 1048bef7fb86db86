"""What is filled in about an inbox, parsed to what services take. Forms parse and never save."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from children.models import Department
from messaging.selectors.labels import Inbox
from messaging.services.away import Absent
from messaging.services.inbox import LONGEST_LABEL

MYSELF = "jag"


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def ids_in(texts: Iterable[str]) -> list[UUID]:
    """Return the ids among what was sent, without what is none: nothing of ours is called that."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


class LabelForm(forms.Form):
    """A new label, and the inbox for which it is."""

    inbox = forms.TypedChoiceField(label=_("Inkorg"), coerce=UUID)
    words = forms.CharField(label=_("Ny etikett"), max_length=LONGEST_LABEL, help_text=_("Till exempel Inskolning."))

    def __init__(self, *args: Any, inboxes: Sequence[Inbox], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inbox"].choices = [(str(one.id), one.name) for one in inboxes]  # type: ignore[attr-defined]  # a ChoiceField
        if len(inboxes) == 1:
            self.fields["inbox"].widget = forms.HiddenInput()
            self.fields["inbox"].initial = str(inboxes[0].id)


class AwayForm(forms.Form):
    """From when until when nobody answers, and what families read before they write."""

    whose = forms.ChoiceField(label=_("Vem är borta?"))
    starts_on = forms.DateField(label=_("Från och med"), widget=DateInput)
    ends_on = forms.DateField(label=_("Till och med"), widget=DateInput)
    words = forms.CharField(
        label=_("Vad ska familjerna läsa?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Visas innan de skriver. Till exempel: Vi svarar igen efter planeringsdagen."),
    )
    instead = forms.CharField(
        label=_("Vem kan de vända sig till?"),
        required=False,
        max_length=200,
        help_text=_("Till exempel: Ring Ekorren på 040-12 34 56."),
    )

    def __init__(self, *args: Any, departments: Sequence[Department], myself: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = [(str(one.pk), one.name) for one in departments]
        if myself:
            choices.insert(0, (MYSELF, _("Jag")))
        self.fields["whose"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        if len(choices) == 1:
            self.fields["whose"].widget = forms.HiddenInput()
            self.fields["whose"].initial = choices[0][0]

    @property
    def department_id(self) -> UUID | None:
        whose = self.cleaned_data["whose"]
        return None if whose == MYSELF else UUID(whose)

    @property
    def absent(self) -> Absent:
        given = self.cleaned_data
        return Absent(given["starts_on"], given["ends_on"], given["words"], given["instead"])
