"""What principals and administrators fill in about a place's rules. Parses and never saves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance import rules
from attendance.forms import TimeSometimes
from attendance.models import PlanningRule
from portal.lib import days

WEEKDAYS = range(7)
WRITTEN_MOMENT = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)


class RulesForm(forms.Form):
    """The settings of one place. What is left empty is decided above; `stored` gives the columns of `PlanningRule`."""

    use_required_attribute = False
    cut_off = forms.ChoiceField(
        label=_("När låses tiderna?"),
        required=False,
        widget=forms.RadioSelect,
    )
    cut_off_days = forms.IntegerField(label=_("Antal dagar"), required=False, min_value=1, max_value=60)
    cut_off_weekday = forms.TypedChoiceField(label=_("Veckodag"), required=False, coerce=int, empty_value=None)
    cut_off_minute = forms.CharField(
        label=_("Klockan"), required=False, max_length=5, help_text=_("24:00 är dagens slut.")
    )
    cut_off_weeks = forms.TypedChoiceField(
        label=_("Vilken vecka"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(1, _("veckan före")), (2, _("två veckor före"))],
    )
    has_own_hours = forms.BooleanField(label=_("Egna öppettider"), required=False)
    most_weeks = forms.IntegerField(
        label=_("Längsta rullande schema, veckor"), required=False, min_value=1, max_value=rules.MOST_WEEKS
    )
    horizon_weeks = forms.IntegerField(
        label=_("Hur långt fram ett schema får börja, veckor"), required=False, min_value=1, max_value=104
    )
    late_after_minutes = forms.IntegerField(
        label=_("Sen efter så många minuter"), required=False, min_value=1, max_value=240
    )
    reminds_on = forms.TypedChoiceField(
        label=_("När påminns familjer som saknar tider för nästa vecka?"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("En gång per barn och vecka, mellan 8 och 20."),
    )
    takes_absence_words = forms.TypedChoiceField(
        label=_("Får familjen skriva egna ord om frånvaro?"),
        required=False,
        coerce=lambda text: text == "True",
        empty_value=None,
        help_text=_("Orden handlar ofta om hälsa. De läses bara av personal, och bara så länge frånvaron varar."),
    )
    warns_over_hours = forms.TypedChoiceField(
        label=_("När en vecka är längre än barnet har rätt till"),
        required=False,
        coerce=lambda value: value == "yes",
        empty_value=None,
        help_text=_("Schemat sparas ändå, och avdelningen ser det."),
    )

    opens_on_holidays = forms.TypedChoiceField(
        label=_("Röda dagar"),
        required=False,
        coerce=lambda value: value == "yes",
        empty_value=None,
        help_text=_("Landets helgdagar, och de aftnar som lagen räknar dit. Planerade tider ligger kvar under dem."),
    )

    def __init__(self, *args: Any, is_top: bool = False, **kwargs: Any) -> None:
        """Make the form of a place; nothing is above the municipality (`is_top`) but the house's own."""
        super().__init__(*args, **kwargs)
        above = _("Som Kapprummet har det från början") if is_top else _("Som det är bestämt ovanför")
        self._choose("cut_off", [("", above), *PlanningRule.CutOff.choices])
        warns = [("yes", _("Familjen får veta det när den planerar")), ("no", _("Familjen får inte veta det"))]
        self._choose("warns_over_hours", [("", above), *warns])
        self._choose("opens_on_holidays", [("", above), ("no", _("Stängt")), ("yes", _("Öppet som andra dagar"))])
        names = [(number, days.weekday_name(number)) for number in WEEKDAYS]
        self._choose("cut_off_weekday", names)
        self._choose("reminds_on", [("", above), *names, (rules.NEVER, _("Aldrig"))])
        self._choose("takes_absence_words", [("", above), ("True", _("Ja")), ("False", _("Nej, bara välja varför"))])
        for number, name in names:
            self.fields[f"opens_{number}"] = TimeSometimes(label=_("%(day)s, öppnar") % {"day": name}, required=False)
            self.fields[f"closes_{number}"] = TimeSometimes(label=_("%(day)s, stänger") % {"day": name}, required=False)

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type checker)
        field.choices = choices

    @property
    def hours(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Return the rows of the opening hours: the weekday, when it opens, when it closes."""
        return [(days.weekday_name(number), self[f"opens_{number}"], self[f"closes_{number}"]) for number in WEEKDAYS]

    def clean_cut_off_minute(self) -> int | None:
        text = self.cleaned_data["cut_off_minute"].strip()
        if not text:
            return None
        found = WRITTEN_MOMENT.fullmatch(text)
        minute = int(found[1]) * 60 + int(found[2] or 0) if found and int(found[2] or 0) < 60 else -1
        if not 0 <= minute <= rules.MINUTES_OF_A_DAY:
            raise forms.ValidationError(_("Skriv en tid, som 18:00. 24:00 är dagens slut."))
        return minute

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        form = cleaned.get("cut_off")
        if form in ("days_before", "warn") and not cleaned.get("cut_off_days") and "cut_off_days" not in self.errors:
            self.add_error("cut_off_days", _("Skriv hur många dagar, 1 till 60."))
        if form == "week_before" and cleaned.get("cut_off_minute") is None and "cut_off_minute" not in self.errors:
            self.add_error("cut_off_minute", _("Skriv en tid, som 18:00. 24:00 är dagens slut."))
        if cleaned.get("has_own_hours"):
            self._clean_hours(cleaned)
        return cleaned

    def _clean_hours(self, cleaned: dict[str, Any]) -> None:
        for number in WEEKDAYS:
            opens, closes = cleaned.get(f"opens_{number}"), cleaned.get(f"closes_{number}")
            if (opens is None) != (closes is None):
                missing = f"opens_{number}" if opens is None else f"closes_{number}"
                if missing not in self.errors:
                    self.add_error(missing, _("Skriv både när det öppnar och när det stänger, eller ingetdera."))
            elif opens is not None and closes is not None and not rules.Interval(opens, closes).is_in_order:
                self.add_error(f"closes_{number}", _("Tiden måste sluta efter att den börjar."))

    @property
    def stored(self) -> dict[str, Any]:
        """Return the columns of `PlanningRule`; figures that do not go with the chosen cut-off are left out."""
        given = self.cleaned_data
        names = {"days_before": ("days",), "warn": ("days",), "week_before": ("weekday", "minute", "weeks")}
        chosen = names.get(given["cut_off"], ())
        figures = {
            f"cut_off_{name}": given[f"cut_off_{name}"] if name in chosen else None
            for name in ("days", "weekday", "minute", "weeks")
        }
        plain = (
            "cut_off", "most_weeks", "horizon_weeks", "late_after_minutes", "takes_absence_words", "opens_on_holidays",
            "warns_over_hours", "reminds_on",
        )  # fmt: skip
        opening = [self._hours_on(number) for number in WEEKDAYS] if given["has_own_hours"] else None
        return {name: given[name] for name in plain} | figures | {"opening": opening}

    def _hours_on(self, number: int) -> list[str] | None:
        opens, closes = self.cleaned_data[f"opens_{number}"], self.cleaned_data[f"closes_{number}"]
        return None if opens is None else [f"{opens:%H:%M}", f"{closes:%H:%M}"]


def initial_of(stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what the form shows at first: a row's columns; the house's hours where it has none of its own."""
    found = {name: value for name, value in (stored or {}).items() if value is not None}
    if "cut_off_minute" in found:
        found["cut_off_minute"] = f"{found['cut_off_minute'] // 60:02}:{found['cut_off_minute'] % 60:02}"
    for name in {"warns_over_hours", "opens_on_holidays"} & found.keys():
        found[name] = "yes" if found[name] else "no"
    opening = found.pop("opening", None)
    found["has_own_hours"] = opening is not None
    house = [[f"{day.starts:%H:%M}", f"{day.ends:%H:%M}"] if day else None for day in rules.PlaceRules().opening]
    for number, pair in enumerate(opening or house):
        if pair:
            found[f"opens_{number}"], found[f"closes_{number}"] = map(time.fromisoformat, pair)
    return found
