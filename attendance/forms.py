"""What guardians fill in, parsed to the rules' own types. Forms parse and never save."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from attendance import rules
from attendance.selectors.guardian import MayCollect
from attendance.selectors.opening import ALL_ALIKE, Hours, first_closed
from attendance.selectors.words import most_weeks as most_weeks_words
from attendance.services import Collector
from portal.lib import days

WRITTEN_TIME = re.compile(r"(\d{1,2})(?:[:.,\s]?(\d{2}))?", re.ASCII)
REPEATS = [
    ("0", _("Bara den här veckan")),
    ("1", _("Varje vecka")),
    ("2", _("Varannan vecka")),
    ("3", _("Var tredje vecka")),
    ("4", _("Var fjärde vecka")),
    *(
        (str(number), format_lazy(_("Var {number}:e vecka"), number=number))
        for number in range(5, rules.MOST_WEEKS + 1)
    ),
]
LAST_WEEK = 104  # so many weeks after the first that the brush can be at


class TimeInput(forms.TimeInput):
    """A time field that the stepper understands.

    Such a field cannot hold what is no time: that comes back as it was written, in a field for text.
    """

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(attrs={"step": 300}, format="%H:%M")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        refused = isinstance(value, str) and value and parsed_time(value) is None
        context = super().get_context(name, _read(value), attrs)
        if refused:
            context["widget"]["type"] = "text"
            context["widget"]["attrs"] |= {"inputmode": "numeric", "autocomplete": "off", "step": False}
        return context


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class SometimesAsked:
    """A field that may be empty where another answer makes it needless: the form judges that, not the field."""

    def validate(self, value: object) -> None:
        if value not in (None, "", []):
            super().validate(value)  # type: ignore[misc]  # the field's own


class TimeField(forms.TimeField):
    """A time as people write it."""

    widget = TimeInput

    def to_python(self, value: Any) -> time | None:
        return super().to_python(_read(value))


class TimeSometimes(SometimesAsked, TimeField):
    pass


class DateField(SometimesAsked, forms.DateField):
    pass


class ChoiceField(SometimesAsked, forms.TypedChoiceField):
    pass


def time_field(label: Any) -> TimeField:
    return TimeSometimes(
        label=label,
        error_messages={"invalid": _("Skriv en tid, som 07:30."), "required": _("Skriv en tid, som 07:30.")},
    )


def interval_of(
    form: forms.Form, starts: str, ends: str, backwards: Any = _("Tiden måste sluta efter att den börjar.")
) -> rules.Interval | None:
    """Return the interval of two fields, with an error on the field when they make none."""
    begins, finishes = form.cleaned_data.get(starts), form.cleaned_data.get(ends)
    if begins is None and finishes is None:
        return None
    if begins is None or finishes is None:
        missing = starts if begins is None else ends
        if missing not in form.errors:
            form.add_error(missing, _("Skriv en tid, som 07:30."))
        return None
    part = rules.Interval(begins, finishes)
    if not part.is_in_order:
        form.add_error(ends, backwards)
        return None
    return part


class SeveralTimes(forms.Form):
    """When a child comes and goes on a day: once, twice or three times."""

    starts = time_field(_("Lämna in"))
    ends = time_field(_("Hämta"))
    again_starts = time_field(_("Kommer åter"))
    again_ends = time_field(_("Hämtas igen"))
    third_starts = time_field(_("Kommer en tredje gång"))
    third_ends = time_field(_("Hämtas sist"))

    @property
    def comes_again(self) -> bool:
        """Whether more than one time is filled in, or was and is refused."""
        more = ("again_starts", "again_ends", "third_starts", "third_ends")
        return any(self[name].value() or (self.is_bound and name in self.errors) for name in more)

    def times_given(self) -> rules.Intervals:
        """Return the times in order, with an error on the field where they make none."""
        pairs = (("starts", "ends"), ("again_starts", "again_ends"), ("third_starts", "third_ends"))
        backwards = _("Hämtningen måste vara senare än lämningen.")
        first, *more = (interval_of(self, *names, backwards) for names in pairs)
        if first is None and not {"starts", "ends"} & set(self.errors):
            self.add_error("starts", _("Skriv en tid, som 07:30."))
        given = tuple(sorted(part for part in (first, *more) if part))
        if rules.faults_in(given) == "overlap":
            self.add_error("again_starts" if more[0] else "third_starts", _("Tiderna går över varandra."))
        return given


class DayForm(SeveralTimes):
    """One day: the usual times, other times, or off; who collects; a note.

    Times that are typed while the day is to follow the schedule are asked about once, and `asks_which` until then:
    with static/js/plan/day.js they choose "other times" by themselves.
    """

    use_required_attribute = False
    what = forms.ChoiceField(
        label=_("Den här dagen"),
        choices=[("times", _("Andra tider")), ("usual", _("Som schemat")), ("off", _("Ledig"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad som gäller.")},
    )
    as_schedule = forms.BooleanField(required=False)
    collector = forms.ChoiceField(
        label=_("Vem hämtar"), required=False, error_messages={"invalid_choice": _("Välj någon av dem som får hämta.")}
    )
    note = forms.CharField(
        label=_("Till personalen"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Läses av avdelningen den här dagen."),
        error_messages={"max_length": _("Skriv högst 300 tecken.")},
    )

    def __init__(self, *args: Any, collectors: Sequence[MayCollect] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.intervals: rules.Intervals | None = None
        self.asks_which = False
        field = self.fields["collector"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type checker)
        field.choices = [("", _("Som vanligt")), *((one.key, one.name) for one in collectors)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("what") == "off":
            self.intervals = ()
        elif cleaned.get("what") == "times":
            self.intervals = self.times_given()
        elif cleaned.get("what") == "usual" and self._types_times() and not cleaned["as_schedule"]:
            self.asks_which = True
            self.add_error(
                "what", _("Du har ändrat tiderna. Välj Andra tider om de ska gälla. Annars kan du spara igen.")
            )
        return cleaned

    def _types_times(self) -> bool:
        return any(name in self.changed_data and self[name].value() for name in SeveralTimes.base_fields)

    def collecting(self) -> Collector:
        kind, _colon, person = str(self.cleaned_data.get("collector") or "").partition(":")
        if kind == "g":
            return Collector(guardian_id=UUID(person))
        return Collector(contact_id=UUID(person)) if kind == "c" else Collector()


class WeekForm(SeveralTimes):
    """One stroke of the brush: these days get these times, or are off.

    `repeats` is after how many weeks they come again, 0 for this week alone; `week` where the brush is: so many weeks
    after the first.
    """

    use_required_attribute = False
    weekdays = forms.TypedMultipleChoiceField(
        label=_("1. Välj dagar"),
        coerce=int,
        required=False,
        choices=[(number, str(number)) for number in range(7)],
        error_messages={"invalid_choice": _("Välj dagar i veckan.")},
    )
    is_off = forms.BooleanField(label=_("Ledig de här dagarna"), required=False)
    repeats = ChoiceField(label=_("Upprepas"), coerce=int, empty_value="")
    week = forms.IntegerField(required=False, min_value=0, max_value=LAST_WEEK)

    def __init__(
        self,
        *args: Any,
        must_paint: bool = False,
        open_for: Hours = ALL_ALIKE,
        most_weeks: int = rules.MOST_WEEKS,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.must_paint, self.open_for = must_paint, open_for
        self.intervals: rules.Intervals = ()
        field = self.fields["repeats"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type checker)
        field.choices = REPEATS[: most_weeks + 1]
        field.error_messages["invalid_choice"] = most_weeks_words(most_weeks)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("weekdays"):
            if self.must_paint and "weekdays" not in self.errors:
                self.add_error("weekdays", _("Välj minst en dag."))
        elif not cleaned.get("is_off"):
            self.intervals = self.times_given()
            self._check_opening(cleaned["weekdays"])
        return cleaned

    @property
    def carried(self) -> list[forms.BoundField]:
        """The fields that the form keeps while it is not shown."""
        return [self[name] for name in self.fields if name not in ("weekdays", "is_off", "week")]

    def _check_opening(self, weekdays: Iterable[int]) -> None:
        """Refuse times at which it is closed for one of the children on one of the days, on the field to change."""
        if found := first_closed(self.open_for, weekdays, self.intervals):
            one, number = found
            opens = one.opening[number]
            self.add_error(self._field_of(rules.outside(self.intervals, opens)[0], opens), one.refusal(number))

    def _field_of(self, part: rules.Interval, opens: rules.Interval | None) -> str:
        """Return the field by which these times are outside the hours."""
        if opens is None:
            return "weekdays"
        pairs = (("starts", "ends"), ("again_starts", "again_ends"), ("third_starts", "third_ends"))
        names = next(pair for pair in pairs if self.cleaned_data.get(pair[0]) == part.starts)
        return names[0] if part.starts < opens.starts else names[1]


def take_errors(form: forms.Form, refused: ValidationError, at: Mapping[str, str] | None = None) -> None:
    """Put a service's refusal on the fields that it names, or that `at` names for them; the rest on the whole form."""
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused)
        return
    for name, errors in refused.error_dict.items():
        field = (at or {}).get(name, name)
        form.add_error(field if field in form.fields else None, errors)


def parsed_time(text: str) -> time | None:
    """Return the time in the text, read as static/js/stepper.js reads it: 7, 730, 7.30 and 07:30 are all understood."""
    found = WRITTEN_TIME.fullmatch(text.strip())
    try:
        return time(int(found[1]), int(found[2] or 0)) if found else None
    except ValueError:
        return None


def _read(value: Any) -> Any:
    return (parsed_time(value) if isinstance(value, str) else None) or value


def parsed_date(text: str) -> date | None:
    try:
        return days.read(text)
    except ValueError:
        return None
