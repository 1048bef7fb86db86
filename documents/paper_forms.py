"""What comes with the forms of documents, parsed. Whether it may be is for the services to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from children.models import Child
from documents import paper_rules
from documents.models import Document
from documents.services.sharing import Sharing

FOR_ALL, FOR_SOME = "all", "some"
ONE, EACH = "one", "each"


class ShareForm(forms.Form):
    """To whom what lies in a folder is shared, and what it asks for."""

    readers = forms.ChoiceField(
        label=_("Vilka gäller det?"),
        choices=[(FOR_ALL, _("Hela avdelningen")), (FOR_SOME, _("Enstaka barn, var och en för sig"))],
        widget=forms.RadioSelect,
        initial=FOR_ALL,
    )
    children = forms.MultipleChoiceField(required=False)
    only_to = forms.ChoiceField(label=_("Vem av vårdnadshavarna?"), required=False)
    asks = forms.ChoiceField(
        label=_("Vad vill ni ha svar på?"), choices=Document.Asks.choices, widget=forms.RadioSelect, required=False
    )
    answers = forms.ChoiceField(
        label=_("Vem svarar?"),
        choices=[(ONE, _("En vårdnadshavare för varje barn")), (EACH, _("Alla vårdnadshavare"))],
        widget=forms.RadioSelect,
        required=False,
        initial=ONE,
    )
    due_on = forms.DateField(
        label=_("Svara senast"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *given: Any, children: Iterable[Child], guardians: Mapping[UUID, str], **named: Any) -> None:
        super().__init__(*given, **named)
        self.choosable = list(children)
        self._choices("children", [(str(child.pk), child.tile_name) for child in self.choosable])
        self._choices("only_to", [("", _("Alla")), *((str(person), name) for person, name in guardians.items())])
        if not self.choosable:
            del self.fields["readers"]

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        found = self.fields[name]
        assert isinstance(found, forms.ChoiceField)  # noqa: S101 (for the type checker)
        found.choices = choices

    def sharing(self) -> Sharing:
        """Return what was chosen, as far as it could be read."""
        sent = self.cleaned_data if self.is_bound else {}
        some = sent.get("readers") == FOR_SOME
        return Sharing(
            child_ids=frozenset(UUID(child) for child in sent.get("children", []) if some),
            only_to=UUID(sent["only_to"]) if some and sent.get("only_to") else None,
            asks=sent.get("asks", ""),
            asks_each=sent.get("answers") == EACH,
            due_on=sent.get("due_on") if sent.get("asks") else None,
        )

    def say(self, refused: ValidationError) -> None:
        """Put each sentence at its field, and what concerns no field at the top."""
        by_field = refused.message_dict if hasattr(refused, "error_dict") else {"": refused.messages}
        for name, sentences in by_field.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


class EndForm(forms.Form):
    """Why a document is withdrawn or removed."""

    reason = forms.CharField(
        label=_("Varför?"), widget=forms.TextInput({"autocomplete": "off", "maxlength": paper_rules.LONGEST_NOTE})
    )


class RenewForm(forms.Form):
    """What is new in a new version."""

    note = forms.CharField(
        label=_("Vad är nytt?"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "maxlength": paper_rules.LONGEST_NOTE}),
    )
