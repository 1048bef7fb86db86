"""The form of two homes: nights painted over weeks that repeat. It parses and never saves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from children.home_rules import FIRST, MOST_WEEKS, SECOND, Handover, Living, are_weeks, every_other_week
from children.models import Child, HouseholdWeeks
from children.services.homes import Pattern, first_monday
from portal.lib import days

MONDAYS = 26
OWN, OTHER, NEITHER = "own", "other", ""


def nights_of(weeks: Iterable[str]) -> list[str]:
    """Return the nights of the first home as the form posts them: "0-4" is the first week's Friday."""
    return [f"{n}-{d}" for n, week in enumerate(weeks) for d, letter in enumerate(week) if letter == FIRST]


class GridNight(NamedTuple):
    """A night to paint: its value, the day that it follows, and whether it is the own home's."""

    value: str
    day: date
    is_own: bool


class GridWeek(NamedTuple):
    monday: date
    nights: list[GridNight]


class HomesForm(forms.Form):
    """In whose days the children are. `people` are those who live in one of the homes, by `person-<id>`."""

    use_required_attribute = False
    children = forms.TypedMultipleChoiceField(
        label=_("Gäller"), coerce=UUID, error_messages={"required": _("Välj minst ett barn.")}
    )
    starts_on = forms.TypedChoiceField(
        label=_("Första veckan börjar"),
        coerce=date.fromisoformat,
        error_messages={"required": _("Välj en måndag."), "invalid_choice": _("Välj en måndag.")},
    )
    number = forms.TypedChoiceField(label=_("Upprepas efter"), coerce=int, choices=())
    nights = forms.MultipleChoiceField(
        required=False, choices=[(f"{n}-{d}", f"{n}-{d}") for n in range(MOST_WEEKS) for d in range(7)]
    )
    handover = forms.ChoiceField(
        label=_("Byte sker"), choices=HouseholdWeeks.Handover.choices, widget=forms.RadioSelect, initial="there"
    )

    def __init__(
        self,
        *args: Any,
        family: Sequence[Child],
        people: Sequence[User],
        today: date,
        is_by_staff: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        first = first_monday(today)
        mondays = [first + timedelta(weeks=number) for number in range(MONDAYS)]
        self._mondays = [f"{day}" for day in mondays]
        self._choose("children", [(str(child.pk), child.given_name) for child in family])
        self._choose("starts_on", [(f"{day}", days.in_words(day, "l j F")) for day in mondays])
        weeks = [(1, _now("1 vecka")), *((n, _now("{n} veckor").format(n=n)) for n in range(2, MOST_WEEKS + 1))]
        self._choose("number", weeks)
        if is_by_staff:
            choices = [(OWN, _now("Första hemmet")), (OTHER, _now("Andra hemmet")), (NEITHER, _now("Inget av dem"))]
        else:
            choices = [(OWN, _now("Hos oss")), (OTHER, _now("Det andra hemmet"))]
        for person in people:
            self.fields[f"person-{person.pk}"] = forms.ChoiceField(
                label=person.full_name, choices=choices, required=False, widget=forms.RadioSelect, initial=OTHER
            )
        self.people = list(people)

    def _choose(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]  # a choice field

    @property
    def people_fields(self) -> list[forms.BoundField]:
        return [self[f"person-{person.pk}"] for person in self.people]

    @property
    def weeks(self) -> tuple[str, ...]:
        """The weeks as they are painted now, in letters; also while something else in the form is wrong."""
        asked = str(self["number"].value() or 2)
        number = int(asked) if asked.isdecimal() and 1 <= int(asked) <= MOST_WEEKS else 2
        nights = set(self["nights"].value() or ())
        return tuple("".join(FIRST if f"{n}-{d}" in nights else SECOND for d in range(7)) for n in range(number))

    @property
    def can_be(self) -> bool:
        """Whether the weeks, as they are painted now, can be lived by."""
        return are_weeks(self.weeks)

    @property
    def living(self) -> Living:
        """The weeks as they would be lived by, with stand-ins for the homes; for a look before anything is sent."""
        chosen, way = str(self["starts_on"].value() or ""), str(self["handover"].value() or "")
        starts_on = date.fromisoformat(chosen) if chosen in self._mondays else date.fromisoformat(self._mondays[0])
        handover = Handover(way) if way in set(Handover) else Handover.THERE
        return Living(starts_on, None, self.weeks, UUID(int=1), UUID(int=2), handover)

    def grid(self) -> list[GridWeek]:
        """Return the weeks to paint, with the dates on which they first hold."""
        first = self.living.starts_on
        return [
            GridWeek(
                first + timedelta(weeks=n),
                [GridNight(f"{n}-{d}", first + timedelta(days=7 * n + d), week[d] == FIRST) for d in range(7)],
            )
            for n, week in enumerate(self.weeks)
        ]

    @property
    def pattern(self) -> Pattern:
        """What a valid form says."""
        return Pattern(self.cleaned_data["starts_on"], self.weeks, Handover(self.cleaned_data["handover"]))

    def people_in(self, home: str) -> set[UUID]:
        return {person.pk for person in self.people if self.cleaned_data[f"person-{person.pk}"] == home}


def as_painted(data: Mapping[str, Any]) -> Any:
    """Return what was posted with every other week filled in, where that was asked for (`do` = fill)."""
    painted = data.copy()  # type: ignore[attr-defined]  # a QueryDict
    weekday = str(painted.get("weekday", ""))
    if painted.get("do") == "fill" and weekday in set("0123456"):
        painted["number"] = "2"
        painted.setlist("nights", nights_of(every_other_week(int(weekday))))
    return painted
