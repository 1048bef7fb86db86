"""What is filled in about holiday enquiries: the question, and a family's answers. Parses and never saves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from attendance import rules
from attendance.forms import DateInput, parsed_date
from attendance.models import HolidayEnquiry
from attendance.selectors.family_enquiry import field_of
from attendance.services import Question

COMES, FREE = "kommer", "ledig"
EVERY_WEEK = "alla"


def _date(label: Any, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        widget=DateInput(),
        error_messages={"invalid": _("Välj en dag."), "required": _("Välj en dag.")},
    )


class EnquiryForm(forms.Form):
    """A question to families. Only who leads the whole area may choose whom it is for."""

    use_required_attribute = False
    scope = forms.ChoiceField(label=_("Vilka frågas?"), widget=forms.RadioSelect, required=False)
    title = forms.CharField(
        label=_("Rubrik"),
        max_length=100,
        help_text=_("Till exempel Sommarlov 2027."),
        error_messages={"required": _("Skriv vad frågan gäller."), "max_length": _("Skriv högst 100 tecken.")},
    )
    text = forms.CharField(
        label=_("Till familjerna"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("Skriv högst 2000 tecken.")},
    )
    starts_on = _date(_("Från och med"))
    ends_on = _date(_("Till och med"))
    opens_on = _date(_("Frågan öppnar"), _("Familjerna får veta det samma dag."))
    answer_by = _date(_("Svara senast"), _("De som inte har svarat påminns 7 och 2 dagar före."))
    silence = forms.ChoiceField(
        label=_("Den som inte svarar"),
        choices=HolidayEnquiry.Silence.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad som gäller.")},
    )

    def __init__(self, *args: Any, preschool: str = "", area: str = "", **kwargs: Any) -> None:
        """Make the form for a preschool, and for its `area` where that may be chosen."""
        super().__init__(*args, **kwargs)
        field = self.fields["scope"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type checker)
        field.choices = [("preschool", preschool), *([("area", area)] if area else [])]
        if not area:
            del self.fields["scope"]

    @property
    def question(self) -> Question:
        given = self.cleaned_data
        columns = {field.name: given[field.name] for field in fields(Question)}
        return Question(**columns | {"silence": rules.Silence(given["silence"])})

    @property
    def is_for_area(self) -> bool:
        return self.cleaned_data.get("scope") == "area"


def initial_of(row: HolidayEnquiry) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(Question)}


def answers_in(post: QueryDict, asked: Collection[tuple[UUID, date]]) -> dict[tuple[UUID, date], bool]:
    """Return the answers that were sent for these children and days; whatever else was sent is nobody's answer."""
    sent = {pair: post.get(field_of(*pair), "") for pair in asked}
    return {pair: text == COMES for pair, text in sent.items() if text in (COMES, FREE)}


def painted(
    answers: Mapping[tuple[UUID, date], bool], asked: Collection[tuple[UUID, date]], post: QueryDict
) -> dict[tuple[UUID, date], bool]:
    """Return the answers after one gesture (`do`): every week or one of the marked children's, all coming or free."""
    where, _dot, what = post.get("do", "").rpartition(".")
    monday = parsed_date(where)
    if what not in (COMES, FREE) or (monday is None and where != EVERY_WEEK):
        return dict(answers)
    marked = post.getlist("barn")
    filled = {
        (child_id, day): what == COMES
        for child_id, day in asked
        if (not marked or str(child_id) in marked) and (monday is None or 0 <= (day - monday).days < 7)
    }
    return dict(answers) | filled


def packed(answers: Mapping[tuple[UUID, date], bool], first: date, last: date) -> dict[str, str]:
    """Return answers in few characters: by child a "k" (comes), "l" (free) or "-" for each day from first to last."""
    dates = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    letters = {True: "k", False: "l", None: "-"}
    return {
        child_id.hex: "".join(letters[answers.get((child_id, day))] for day in dates)
        for child_id in {child_id for child_id, _day in answers}
    }


def unpacked(
    letters: Mapping[str, str], asked: Collection[tuple[UUID, date]], first: date
) -> dict[tuple[UUID, date], bool]:
    """Return the answers that were `packed`, of the children and days that are asked now."""
    found = {(child_id, day): letters.get(child_id.hex, "")[(day - first).days :][:1] for child_id, day in asked}
    return {pair: letter == "k" for pair, letter in found.items() if letter in ("k", "l")}


def by_child(answers: Mapping[tuple[UUID, date], bool]) -> dict[UUID, dict[date, bool]]:
    """Return answers as `services.answer_enquiry` takes them."""
    found: dict[UUID, dict[date, bool]] = {}
    for (child_id, day), attends in answers.items():
        found.setdefault(child_id, {})[day] = attends
    return found
