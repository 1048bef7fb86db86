"""The other ways to lay a plan: said in one's own words, read from a work rota, copied from a week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from attendance.phrases import SaidDay, Understood, parse
from attendance.phrases.rota import Fault, days_of_rota
from attendance.phrases.rota_file import MOST_BYTES
from attendance.phrases.tokens import LONGEST_TEXT
from attendance.selectors.opening import ALL_ALIKE, Hours, first_closed
from children.models import Child

SAID_WEEKS = 52  # so long do we look for what repeats
ROTA_WEEKS = 26
WORKDAYS = 5

FAULTS = {
    Fault.NOT_A_CALENDAR: _("Filen är ingen kalender. Välj en fil som slutar på .ics."),
    Fault.TOO_LARGE: _("Filen är för stor. Den får vara högst 1 MB."),
    Fault.TOO_MANY_EVENTS: _("Filen har fler händelser än vi kan läsa. Välj en kortare tid när du hämtar den."),
}


class SayForm(forms.Form):
    """Times in the family's own words, and what was understood of them."""

    use_required_attribute = False
    text = forms.CharField(
        label=_("Skriv som du säger det"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Till exempel: mån–fre 7–16, varannan fredag ledig"),
        error_messages={
            "required": _("Skriv dagar och tider, som mån–fre 7–16."),
            "max_length": _("Skriv kortare: högst %(limit_value)d tecken."),
        },
    )

    def __init__(self, *args: Any, monday: date, open_for: Hours = ALL_ALIKE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.monday, self.open_for = monday, open_for
        self.understood = Understood()

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        self.understood = parse(text, first=self.monday, weeks=SAID_WEEKS)
        if self.understood.not_understood:
            unknown = ", ".join(f"”{words}”" for words in self.understood.not_understood)
            raise forms.ValidationError(
                gettext("Det här förstod vi inte: {words}. Skriv det på ett annat sätt.").format(words=unknown)
            )
        if not self.understood.days:
            raise forms.ValidationError(gettext("Skriv dagar och tider, som mån–fre 7–16."))
        for day in self.understood.days:
            if found := first_closed(self.open_for, [day.date.weekday()], day.intervals):
                one, number = found
                raise forms.ValidationError(one.refusal(number))
        return text


class RotaForm(forms.Form):
    """A work rota, and how long the way to work is."""

    use_required_attribute = False
    rota = forms.FileField(
        label=_("Fil med ditt arbetsschema (.ics)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        error_messages={"empty": _("Filen är tom. Välj en annan fil.")},
    )
    pasted = forms.CharField(
        label=_("Eller klistra in den här"),
        required=False,
        strip=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": FAULTS[Fault.TOO_LARGE]},
    )
    margin = forms.TypedChoiceField(
        label=_("Restid åt varje håll"),
        coerce=int,
        required=False,
        empty_value=None,
        choices=[(0, _("Ingen")), *((minutes, f"{minutes} min") for minutes in (10, 15, 20, 30, 45, 60, 90))],
        initial=30,
    )
    is_off_between = forms.BooleanField(label=_("Ledig de vardagar då jag inte arbetar"), required=False)

    def __init__(self, *args: Any, first: date, open_for: Hours = ALL_ALIKE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first, self.open_for = first, open_for
        self.days: tuple[SaidDay, ...] = ()
        self.outside: tuple[SaidDay, ...] = ()
        self.left_out: tuple[str, ...] = ()

    def clean_rota(self) -> UploadedFile[bytes] | None:
        file: UploadedFile[bytes] | None = self.cleaned_data["rota"]
        if file and (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(FAULTS[Fault.TOO_LARGE])
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        field = "rota" if cleaned.get("rota") or not cleaned.get("pasted") else "pasted"
        data = cleaned["rota"].read() if cleaned.get("rota") else cleaned["pasted"].encode()
        if not data.strip():
            self.add_error(field, gettext("Välj en fil, eller klistra in den."))
            return cleaned
        found = days_of_rota(
            data,
            first=self.first,
            weeks=ROTA_WEEKS,
            margin_minutes=cleaned["margin"] or 0,
            zone=get_default_timezone(),
        )
        self.left_out = found.left_out
        self.outside = tuple(
            day for day in found.days if first_closed(self.open_for, [day.date.weekday()], day.intervals)
        )
        inside = tuple(day for day in found.days if day not in self.outside)
        if found.not_understood:
            self.add_error(field, _fault_words(found.not_understood))
        elif not inside:
            self.add_error(field, gettext("Vi hittar inga arbetspass under öppettiderna det närmaste halvåret."))
        else:
            self.days = _with_days_off(inside, self.outside) if cleaned["is_off_between"] else inside
        return cleaned


class CopyForm(forms.Form):
    """The week that is shown, to other weeks and to siblings."""

    use_required_attribute = False
    to_weeks = forms.TypedMultipleChoiceField(
        label=_("Till veckorna"),
        coerce=date.fromisoformat,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Välj bland veckorna.")},
    )
    to_children = forms.TypedMultipleChoiceField(
        label=_("Till syskon"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Välj bland barnen.")},
    )
    with_rest = forms.BooleanField(label=_("Ta med anteckningar och vem som hämtar"), required=False)

    def __init__(
        self, *args: Any, mondays: Sequence[tuple[date, str]] = (), siblings: Iterable[Child] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer("to_weeks", [(monday.isoformat(), label) for monday, label in mondays])
        self._offer("to_children", [(str(child.pk), child.given_name) for child in siblings])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 (for the type checker)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned["to_weeks"] and not cleaned["to_children"]:
            self.add_error("to_weeks", gettext("Välj minst en vecka eller ett syskon."))
        return cleaned


def _with_days_off(days: Sequence[SaidDay], outside: Sequence[SaidDay]) -> tuple[SaidDay, ...]:
    """Return the days of the rota and, between the first and the last, each other workday as a day off."""
    said = {day.date: day for day in days}
    busy = {day.date for day in outside}
    span = (max(said) - min(said)).days
    every = (min(said) + timedelta(days=number) for number in range(span + 1))
    return tuple(
        said.get(day) or SaidDay(day, (), is_off=True)
        for day in every
        if day in said or (day.weekday() < WORKDAYS and day not in busy)
    )


def _fault_words(named: Sequence[str]) -> str:
    if len(named) == 1 and named[0] in FAULTS:
        return str(FAULTS[Fault(named[0])])
    events = ", ".join(f"”{name}”" for name in named)
    return gettext("De här händelserna i filen går inte att läsa: {events}. Inget är ifyllt.").format(events=events)
