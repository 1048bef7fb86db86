"""What is written in conversations: forms parse, services decide."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.models import Addressee
from messaging.services.threads import LONGEST_BODY, LONGEST_SUBJECT, Words
from messaging.set_phrases import LONGEST_KEY, chosen
from portal.lib import languages
from portal.lib.ids import uuid7


class WritingForm(forms.Form):
    """What is written, in which language; and what says that it was sent once, by whom the list was seen."""

    body = forms.CharField(
        label=gettext_lazy("Meddelande"),
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Skriv något först.")},
    )
    language = forms.ChoiceField(label=gettext_lazy("Skrivet på"), choices=list(languages.NAMES.items()))
    phrase = forms.CharField(required=False, max_length=LONGEST_KEY, widget=forms.HiddenInput)
    sending = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: QueryDict | None = None, *, language: str, initial: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(
            data, initial={"language": languages.known(language), "sending": uuid7()} | dict(initial or {})
        )

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")

    def send_again(self) -> None:
        """Let what is in the form be sent, where it is something else than what was sent with it before."""
        data = cast("QueryDict", self.data).copy()
        data["sending"] = str(uuid7())
        self.data = data

    @property
    def words(self) -> Words:
        found = self.cleaned_data
        phrase, language = chosen(found["phrase"], found["body"], found["language"])
        return Words(
            found.get("subject", ""),
            found["body"],
            language,
            is_sensitive=bool(found.get("is_sensitive")),
            phrase=phrase,
        )


class ReplyForm(WritingForm):
    """An answer: its readers are those of the conversation, whatever is sent along."""

    body = forms.CharField(
        label=gettext_lazy("Ditt svar"),
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Skriv något först.")},
    )


class BeginForm(WritingForm):
    """The beginning of a conversation: about whom, with whom, what."""

    barn = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Om"),
        coerce=UUID,
        error_messages={
            "required": gettext_lazy("Välj minst ett barn."),
            "invalid_choice": gettext_lazy("Välj bland barnen i listan."),
        },
    )
    till = forms.ChoiceField(label=gettext_lazy("Till"), widget=forms.RadioSelect)
    apart = forms.BooleanField(
        label=gettext_lazy("Ett samtal med varje vårdnadshavare för sig"),
        required=False,
        widget=forms.CheckboxInput(attrs={"data-switch": True}),
    )
    subject = forms.CharField(
        label=gettext_lazy("Ämne"),
        max_length=LONGEST_SUBJECT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={"required": gettext_lazy("Skriv vad det handlar om.")},
    )
    body = forms.CharField(
        label=gettext_lazy("Meddelande"),
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Skriv något först.")},
    )
    is_sensitive = forms.BooleanField(
        label=gettext_lazy("Känsligt"),
        required=False,
        widget=forms.CheckboxInput(attrs={"data-switch": True}),
        help_text=gettext_lazy("Alla som läser det, du också, behöver säker inloggning. Syns inte på plattan."),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        addressees: Mapping[Addressee, str],
        children: Mapping[Addressee, Collection[UUID]],
        is_house: bool,
        may_be_sensitive: bool,
        language: str,
        initial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, language=language, initial=initial)
        self.children = children
        known = {child for ids in children.values() for child in ids}
        barn, till = self.fields["barn"], self.fields["till"]
        if isinstance(barn, forms.TypedMultipleChoiceField):
            barn.choices = [(str(child), "") for child in known]
        if isinstance(till, forms.ChoiceField):
            till.choices = list(addressees.items())
            if is_house:
                till.label = _("Från vem?")
        self.initial.setdefault("till", next(iter(addressees)))
        if not is_house:
            del self.fields["apart"]
        if not may_be_sensitive:
            del self.fields["is_sensitive"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if {"barn", "till"} <= found.keys() and not set(found["barn"]) <= set(self.children[Addressee(found["till"])]):
            self.add_error("barn", _("Till rektor går det inte att skriva om alla de här barnen. Välj några av dem."))
        return found

    @property
    def is_about_somebody(self) -> bool:
        """Tell whether it is said about whom and to whom, whatever is still missing."""
        return self.is_bound and {"barn", "till"} <= self.cleaned_data.keys() and "barn" not in self.errors
