"""Absence as it is filled in, by a family or by the staff for one. Parses and never saves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance import rules
from attendance.forms import DateField, DateInput, interval_of, time_field
from attendance.models import Absence
from children.models import Child

LONGEST_WORDS = 200


def _day(label: Any, kind: type[forms.DateField] = forms.DateField) -> forms.DateField:
    wrong = _("Välj en dag.")
    return kind(label=label, widget=DateInput(), error_messages={"invalid": wrong, "required": wrong})


class AbsenceForm(forms.Form):
    """Absence for days, or for one or two parts of one, for one child or several.

    Own words are asked for only where the place takes them (`takes_words`).
    """

    use_required_attribute = False
    children = forms.MultipleChoiceField(label=_("Gäller"), error_messages={"required": _("Välj minst ett barn.")})
    reason = forms.ChoiceField(
        label=_("Varför"),
        choices=Absence.Reason.choices,
        initial=Absence.Reason.SICK,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj varför.")},
    )
    starts_on = _day(_("Från och med"))
    ends_on = _day(_("Till och med"), DateField)
    is_part = forms.BooleanField(label=_("Bara en del av dagen"), required=False)
    from_time = time_field(_("Borta från"))
    to_time = time_field(_("Till"))
    again_from = time_field(_("Borta igen från"))
    again_to = time_field(_("Till"))
    words = forms.CharField(
        label=_("Något mer vi behöver veta"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Läses av personalen så länge frånvaron varar. Skriv inte mer om hälsan än som behövs."),
        error_messages={"max_length": _("Skriv högst 200 tecken.")},
    )

    def __init__(self, *args: Any, family: Sequence[Child], takes_words: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts: rules.Intervals = ()
        field = self.fields["children"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 (for the type checker)
        field.choices = [(str(child.pk), child.given_name) for child in family]
        if not takes_words:
            del self.fields["words"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("starts_on") and not cleaned.get("ends_on") and "ends_on" not in self.errors:
            cleaned["ends_on"] = cleaned["starts_on"]
        if cleaned.get("is_part"):
            part, again = interval_of(self, "from_time", "to_time"), interval_of(self, "again_from", "again_to")
            if part is None and not {"from_time", "to_time"} & set(self.errors):
                self.add_error("from_time", _("Skriv en tid, som 07:30."))
            self.parts = tuple(sorted(one for one in (part, again) if one))
        return cleaned

    @property
    def asked(self) -> dict[str, Any]:
        """Return what `services.report_absence` takes."""
        return {
            "child_ids": [UUID(text) for text in self.cleaned_data["children"]],
            "words": self.cleaned_data.get("words", ""),
            **self.said,
        }

    @property
    def said(self) -> dict[str, Any]:
        """Return why and when, as `selectors.absences.reported_words` says it."""
        return {
            "reason": rules.Reason(self.cleaned_data["reason"]),
            "parts": self.parts,
            **{name: self.cleaned_data[name] for name in ("starts_on", "ends_on")},
        }
