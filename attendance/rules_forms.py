"""What principals and administrators fill in about a place's rules. Parses and never saves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from attendance import rules
from attendance.forms import TimeSometimes
from attendance.models import PlanningRule
from attendance.rules import PlaceRules
from children.models import MOST_VISIBLE_BEFORE_DAYS
from portal.lib import days

WEEKDAYS = range(7)
MOST_DAYS = 60
NUMBERS = ("most_weeks", "horizon_weeks", "late_after_minutes", "visible_before_days")
WRITTEN_MOMENT = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)


@dataclass(frozen=True)
class Above:
    """What holds where a place decides nothing itself, and `name`: who has decided it. `cut_off` is in words."""

    name: str
    rules: PlaceRules
    cut_off: str
    visible_before_days: int


def _number(label: Any, least: int, most: int) -> forms.IntegerField:
    said = _("Skriv ett helt tal från {least} till {most}.")
    wrong = format_lazy(said, least=least, most=most)
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=least,
        max_value=most,
        error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong},
    )


class RulesForm(forms.Form):
    """The settings of one place. What is left empty is decided above.

    `stored` gives the columns of `PlanningRule`, and `visible_before_days` of the place itself.
    """

    use_required_attribute = False
    cut_off = forms.ChoiceField(
        label=_("När låses tiderna?"),
        required=False,
        widget=forms.RadioSelect,
    )
    cut_off_days = _number(_("Hur många dagar före"), 1, MOST_DAYS)
    warn_days = _number(_("Hur många vardagar före"), 1, MOST_DAYS)
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
    most_weeks = _number(_("Längsta rullande schema, veckor"), 1, rules.MOST_WEEKS)
    horizon_weeks = _number(_("Hur långt fram ett schema får börja, veckor"), 1, 104)
    late_after_minutes = _number(_("Sen efter så många minuter"), 1, 240)
    visible_before_days = _number(
        _("Så många dagar före sin första dag syns ett barn för familjen"), 1, MOST_VISIBLE_BEFORE_DAYS
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
        widget=forms.RadioSelect,
        coerce=lambda text: text == "True",
        empty_value=None,
        help_text=_("Orden handlar ofta om hälsa. De läses bara av personal, och bara så länge frånvaron varar."),
    )
    warns_over_hours = forms.TypedChoiceField(
        label=_("När en vecka är längre än barnet har rätt till"),
        required=False,
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        empty_value=None,
        help_text=_("Schemat sparas ändå, och avdelningen ser det."),
    )

    opens_on_holidays = forms.TypedChoiceField(
        label=_("Röda dagar och helgaftnar"),
        required=False,
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        empty_value=None,
        help_text=_(
            "Helgaftnar är de som lagen räknar som helg, som julafton. Planerade tider ligger kvar under dagar som är "
            "stängda."
        ),
    )

    def __init__(self, *args: Any, above: Above, **kwargs: Any) -> None:
        """Make the form of a place; whatever is left empty is as it is `above`, and says so."""
        super().__init__(*args, **kwargs)
        self.above = above
        names = [(number, days.weekday_name(number)) for number in WEEKDAYS]
        self._choose("cut_off_weekday", names)
        self._choose_or_above("cut_off", PlanningRule.CutOff.choices, above.cut_off)
        decided = above.rules
        warns = [("yes", _("Familjen får veta det när den planerar")), ("no", _("Familjen får inte veta det"))]
        self._choose_or_above("warns_over_hours", warns, warns[not decided.warns_over_hours][1])
        closed = [("no", _("Stängt")), ("yes", _("Öppet som andra dagar"))]
        self._choose_or_above("opens_on_holidays", closed, closed[decided.opens_on_holidays][1])
        reminds = [*names, (rules.NEVER, _("Aldrig"))]
        said = dict(reminds)[rules.NEVER if decided.reminds_on is None else decided.reminds_on]
        self._choose_or_above("reminds_on", reminds, said)
        words = [("True", _("Ja")), ("False", _("Nej, bara välja varför"))]
        self._choose_or_above("takes_absence_words", words, words[not decided.takes_absence_words][1])
        for name in NUMBERS:
            number = above.visible_before_days if name == "visible_before_days" else getattr(decided, name)
            self.fields[name].help_text = _("Lämnas det tomt gäller {number}.").format(number=number)
        for number, name in names:
            self.fields[f"opens_{number}"] = TimeSometimes(label=_("%(day)s, öppnar") % {"day": name}, required=False)
            self.fields[f"closes_{number}"] = TimeSometimes(label=_("%(day)s, stänger") % {"day": name}, required=False)

    def _choose_or_above(self, name: str, choices: Sequence[tuple[Any, Any]], above: Any) -> None:
        self._choose(name, [("", f"{self.above.name}: {str(above)[:1].lower()}{str(above)[1:]}"), *choices])

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
        number = {"days_before": "cut_off_days", "warn": "warn_days"}.get(str(form))
        if number and not cleaned.get(number) and number not in self.errors:
            self.add_error(number, _("Skriv hur många dagar, 1 till 60."))
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
        """Return the settings as they are kept; figures that do not go with the chosen cut-off are left out."""
        given = dict(self.cleaned_data)
        if given["cut_off"] == "warn":
            given["cut_off_days"] = given["warn_days"]
        names = {"days_before": ("days",), "warn": ("days",), "week_before": ("weekday", "minute", "weeks")}
        chosen = names.get(given["cut_off"], ())
        figures = {
            f"cut_off_{name}": given[f"cut_off_{name}"] if name in chosen else None
            for name in ("days", "weekday", "minute", "weeks")
        }
        plain = (
            "cut_off",
            "most_weeks",
            "horizon_weeks",
            "late_after_minutes",
            "takes_absence_words",
            "opens_on_holidays",
            "warns_over_hours",
            "reminds_on",
            "visible_before_days",
        )
        opening = [self._hours_on(number) for number in WEEKDAYS] if given["has_own_hours"] else None
        return {name: given[name] for name in plain} | figures | {"opening": opening}

    def _hours_on(self, number: int) -> list[str] | None:
        opens, closes = self.cleaned_data[f"opens_{number}"], self.cleaned_data[f"closes_{number}"]
        return None if opens is None else [f"{opens:%H:%M}", f"{closes:%H:%M}"]


def initial_of(stored: Mapping[str, Any], opening: rules.Opening) -> dict[str, Any]:
    """Return what the form shows at first: what is stored; the `opening` hours above where there are no own ones."""
    found = {name: value for name, value in stored.items() if value is not None}
    if found.get("cut_off") == "warn":
        found["warn_days"] = found.pop("cut_off_days", None)
    if "cut_off_minute" in found:
        found["cut_off_minute"] = f"{found['cut_off_minute'] // 60:02}:{found['cut_off_minute'] % 60:02}"
    for name in {"warns_over_hours", "opens_on_holidays"} & found.keys():
        found[name] = "yes" if found[name] else "no"
    own = found.pop("opening", None)
    found["has_own_hours"] = own is not None
    above = [[f"{day.starts:%H:%M}", f"{day.ends:%H:%M}"] if day else None for day in opening]
    for number, pair in enumerate(own or above):
        if pair:
            found[f"opens_{number}"], found[f"closes_{number}"] = map(time.fromisoformat, pair)
    return found
