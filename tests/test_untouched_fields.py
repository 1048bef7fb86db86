"""What nobody has filled in is printed from what was kept: exactly as it would be, and never with words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

from attendance.forms import WeekForm
from attendance.planner_forms import CopyForm, RotaForm, SayForm
from portal.templatetags import look

MONDAY = date(2026, 10, 19)


def printed(field: Any) -> str:
    return render_to_string("components/form_field.html", {"field": field})


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("most_weeks", [2, 4])
def test_each_field_is_printed_as_it_would_be(language: str, most_weeks: int) -> None:
    """The first time and from what is kept, in each language, with what can be chosen there."""
    with translation.override(language):
        for _again in range(2):
            for form in (
                WeekForm(initial={"starts": "07:30", "ends": "16:00", "repeats": 1}, most_weeks=most_weeks),
                WeekForm(initial={"starts": "08:00", "repeats": 2, "is_off": "on"}, most_weeks=most_weeks),
                SayForm(monday=MONDAY),
                RotaForm(first=MONDAY),
                CopyForm(mondays=[(MONDAY, f"v. {most_weeks}")]),
            ):
                for field in form:
                    if most_weeks == 2 or field.name != "to_weeks":  # its words follow from its dates
                        assert look.untouched(field) == printed(field)


def test_words_and_what_was_sent_are_not_kept() -> None:
    look._fields.clear()
    said = SayForm(initial={"text": "Elsa 8–15"}, monday=MONDAY)
    assert "Elsa 8–15" in look.untouched(said["text"])
    mistaken = WeekForm(initial={"starts": "blahonga"})
    assert "blahonga" in look.untouched(mistaken["starts"])
    sent = WeekForm({"weekdays": ["0"], "starts": "", "ends": "", "repeats": "1"})
    assert "field-error" in look.untouched(sent["starts"])
    assert not look._fields
    assert "field-error" not in look.untouched(WeekForm()["starts"])


PART = Template("{% load look %}{% kept form day %}{{ form.starts.value }} {{ day }} {{ made }}{% endkept %}")


def part(form: WeekForm, day: int, made: str) -> str:
    return PART.render(Context({"form": form, "day": day, "made": made}))


def test_a_part_is_made_once_for_what_it_follows_from() -> None:
    """Another value, another thing to choose, another language: another part. What was sent is printed anew."""
    early, late = {"starts": "07:30"}, {"starts": "08:00"}
    assert part(WeekForm(initial=early), 1, "first") == part(WeekForm(initial=early), 1, "then") == "07:30 1 first"
    assert part(WeekForm(initial=late), 1, "second") == "08:00 1 second"
    assert part(WeekForm(initial=early), 2, "third") == "07:30 2 third"
    assert part(WeekForm(initial=early, most_weeks=2), 1, "fourth") == "07:30 1 fourth"
    with translation.override("en"):
        assert part(WeekForm(initial=early), 1, "fifth") == "07:30 1 fifth"
    for made in ("sixth", "seventh"):
        assert part(WeekForm(early), 1, made).endswith(made)
        assert part(WeekForm(initial={"starts": "blahonga"}), 1, made) == f"blahonga 1 {made}"
