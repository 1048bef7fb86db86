"""What comes with a draft's form, parsed. Whether it may be is for the services to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from children.models import Child
from messaging import curriculum, post_rules
from messaging.post_rules import Written
from portal.lib import languages

FOR_ALL, FOR_SOME = "all", "some"


class PostForm(forms.Form):
    """A draft. Nothing is required: it can be saved at any time, and what it lacks is said when it is published."""

    title = forms.CharField(
        label=_("Rubrik"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "maxlength": post_rules.LONGEST_TITLE}),
    )
    text = forms.CharField(label=_("Berättelse"), required=False, widget=forms.Textarea({"rows": 6}))
    readers = forms.ChoiceField(
        label=_("Vilka läser?"),
        required=False,
        choices=[(FOR_ALL, _("Hela avdelningen")), (FOR_SOME, _("Bara barnen som inlägget handlar om"))],
        widget=forms.RadioSelect,
    )
    children = forms.MultipleChoiceField(required=False)
    goals = forms.MultipleChoiceField(label=_("Mål i läroplanen"), required=False, widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(label=_("Skrivet på"), required=False, choices=list(languages.NAMES.items()))
    all_tagged = forms.CharField(required=False, max_length=32)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *given: Any, children: Iterable[Child], **named: Any) -> None:
        super().__init__(*given, **named)
        self.taggable = list(children)
        self._field("children").choices = [(str(child.pk), child.tile_name) for child in self.taggable]
        self._field("goals").choices = [(goal.key, goal.heading) for goal in curriculum.goals()]

    def _field(self, name: str) -> forms.MultipleChoiceField:
        found = self.fields[name]
        assert isinstance(found, forms.MultipleChoiceField)  # noqa: S101 (for the type checker)
        return found

    def written(self) -> Written:
        """Return what was written; a choice that is none of ours is left out, and lengths are the service's matter."""
        sent = self.cleaned_data
        return Written(
            title=" ".join(sent.get("title", "").split()),
            text=sent.get("text", "").replace("\r\n", "\n"),
            language=sent.get("language") or languages.FIRST,
            is_for_all=sent.get("readers") != FOR_SOME,
            child_ids=frozenset(UUID(child) for child in sent.get("children", [])),
            goals=frozenset(sent.get("goals", [])),
        )

    def say(self, refused: ValidationError) -> None:
        """Put each sentence at its field, and what concerns no field at the top."""
        by_field = refused.message_dict if hasattr(refused, "error_dict") else {"": refused.messages}
        for name, sentences in by_field.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


def initial_of(written: Written, version: int) -> dict[str, Any]:
    """Return what the form shows of a draft."""
    return {
        "title": written.title,
        "text": written.text,
        "readers": FOR_ALL if written.is_for_all else FOR_SOME,
        "children": [str(child) for child in written.child_ids],
        "goals": list(written.goals),
        "language": written.language,
        "version": version,
    }


def alts_in(sent: Mapping[str, Any]) -> dict[UUID, str]:
    """Return what the pictures show, by the picture's id: fields named alt-<id>."""
    found = {}
    for name, value in sent.items():
        if name.startswith("alt-") and (picture_id := id_in(name.removeprefix("alt-"))):
            found[picture_id] = str(value).strip()
    return found


def id_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
