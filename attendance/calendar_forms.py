"""What is filled in about the calendar: days to close, something that happens, and a family's answer. Never saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.forms import DateField, DateInput, time_field
from attendance.models import CalendarEvent
from attendance.selectors.scopes import Scope
from attendance.services.events import MOST_PEOPLE, Happening

COME, NOT = "kommer", "kommer-inte"
EVENT = [field.name for field in fields(Happening)]


def _date(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=DateInput(),
        error_messages={"invalid": _("Välj en dag."), "required": _("Välj en dag.")},
        **more,
    )


class _ForScope(forms.Form):
    """A form that says for whom: one of the `scopes` that the person may decide for."""

    use_required_attribute = False
    where = forms.ChoiceField(
        label=_("Gäller"), widget=forms.RadioSelect, error_messages={"required": _("Välj för vilka det gäller.")}
    )

    def __init__(self, *args: Any, scopes: Sequence[Scope], **kwargs: Any) -> None:
        self.scopes = {str(scope.place.pk): scope for scope in scopes}
        kwargs["initial"] = {"where": next(iter(self.scopes), "")} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        field = self.fields["where"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type checker)
        field.choices = [(key, scope.name) for key, scope in self.scopes.items()]

    @property
    def scope(self) -> Scope:
        return self.scopes[self.cleaned_data["where"]]


class CloseForm(_ForScope):
    """Days on which it is closed."""

    first = _date(_("Första dagen"))
    last = _date(_("Sista dagen"))
    reason = forms.CharField(
        label=_("Varför är det stängt?"),
        max_length=100,
        help_text=_("Familjerna läser det. Till exempel Planeringsdag."),
        error_messages={"required": _("Skriv varför det är stängt."), "max_length": _("Skriv högst 100 tecken.")},
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        """Make the form; one day alone needs no last."""
        if data is not None and not data.get("last"):
            data = data.copy()
            data["last"] = data.get("first", "")
        super().__init__(data, **kwargs)


class EventForm(_ForScope):
    """Something that happens on a day, and whether families are to say who comes."""

    title = forms.CharField(
        label=_("Vad händer?"),
        max_length=120,
        help_text=_("Till exempel Sommarfest."),
        error_messages={"required": _("Skriv vad som händer."), "max_length": _("Skriv högst 120 tecken.")},
    )
    day = _date(_("Dag"))
    from_time = time_field(_("Börjar"))
    to_time = time_field(_("Slutar"))
    text = forms.CharField(
        label=_("Mer att veta"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("Skriv högst 2000 tecken.")},
    )
    asks = forms.BooleanField(label=_("Familjerna svarar på om de kommer"), required=False)
    answer_by = DateField(
        label=_("Sista dagen att svara"),
        required=False,
        widget=DateInput(),
        help_text=_("Tomt är samma dag som det händer."),
        error_messages={"invalid": _("Välj en dag.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("from_time", "to_time"):
            self.fields[name].required = False

    @classmethod
    def of(cls, event: CalendarEvent, data: Any) -> EventForm:
        """Make the form of an event that stands; for whom it is stays as it is."""
        initial = {name: getattr(event, name) for name in EVENT}
        return cls(data, scopes=[Scope.of(event)], initial=initial)

    @property
    def happening(self) -> Happening:
        given = self.cleaned_data
        return Happening(
            title=given["title"],
            day=given["day"],
            text=given["text"],
            from_time=given["from_time"],
            to_time=given["to_time"],
            asks=given["asks"],
            answer_by=given["answer_by"] if given["asks"] else None,
        )


class AnswerForm(forms.Form):
    """Whether a family's children come: those that are ticked where it comes, none of them where it does not."""

    use_required_attribute = False
    do = forms.ChoiceField(choices=[(COME, COME), (NOT, NOT)], error_messages={"required": _("Välj vad som gäller.")})
    coming = forms.MultipleChoiceField(label=_("Vilka kommer?"), required=False)
    people = forms.IntegerField(
        label=_("Hur många kommer, barnen medräknade?"),
        required=False,
        min_value=1,
        max_value=MOST_PEOPLE,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Skriv ett antal, 1 till 20.")),
    )

    def __init__(self, *args: Any, child_ids: Sequence[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.child_ids = child_ids
        field = self.fields["coming"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type checker)
        field.choices = [(str(child_id), str(child_id)) for child_id in child_ids]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("do") == COME and not cleaned.get("coming") and "coming" not in self.errors:
            self.add_error("coming", _("Välj minst ett barn, eller svara att ni inte kommer."))
        return cleaned

    @property
    def answer(self) -> dict[UUID, bool]:
        """Return, for each of the children, whether it comes."""
        come = set(self.cleaned_data["coming"]) if self.cleaned_data["do"] == COME else set()
        return {child_id: str(child_id) in come for child_id in self.child_ids}

    @property
    def number(self) -> int:
        """Return how many come; the children alone where nothing was written."""
        return self.cleaned_data["people"] or sum(self.answer.values())
