"""What is filled in about a bulletin. Never saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from children.models import Child
from messaging import set_phrases
from messaging.bulletin_rules import REMIND_AFTER
from messaging.models import Bulletin
from messaging.selectors.bulletin_readers import Audience
from messaging.selectors.bulletin_writers import TO_ALL, TO_AREA, TO_CHILDREN, TO_DEPARTMENT, TO_PRESCHOOL, Writing
from messaging.services.bulletins import LONGEST_TEXT, LONGEST_TITLE, BulletinWords
from portal.lib import clock, days, languages
from portal.lib.ids import uuid7

NOW, LATER = "nu", "sen"
HOURS = {1: _("1 timme"), 4: _("4 timmar"), 24: _("ett dygn"), 48: _("två dygn")}


class BulletinForm(forms.Form):
    """A bulletin: to whom, what, and when it goes out."""

    use_required_attribute = False
    theirs: Bulletin | None = None
    """What somebody has made of the same bulletin meanwhile."""
    id = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    where = forms.ChoiceField(label=_("Till"), error_messages={"required": _("Välj vilka det går till.")})
    barn = forms.TypedMultipleChoiceField(
        label=_("Barn"),
        coerce=UUID,
        required=False,
        error_messages={"invalid_choice": _("Välj bland barnen i listan.")},
    )
    title = forms.CharField(
        label=_("Rubrik"),
        max_length=LONGEST_TITLE,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": _("Skriv en rubrik."), "max_length": _("Skriv rubriken med högst 120 tecken.")},
    )
    text = forms.CharField(
        label=_("Anslag"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        error_messages={"required": _("Skriv något först."), "max_length": _("Skriv högst 10 000 tecken.")},
    )
    language = forms.ChoiceField(label=_("Skrivet på"), choices=list(languages.NAMES.items()))
    phrase = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    must_confirm = forms.BooleanField(
        label=_("Alla måste bekräfta att de har läst"),
        required=False,
        help_text=_("Den som inte bekräftar påminns på nytt. De som är kvar till sist står på en ringlista."),
        widget=forms.CheckboxInput(attrs={"data-switch": True}),
    )
    remind_after = forms.TypedChoiceField(
        label=_("Påminn efter"), coerce=int, choices=[(hours, HOURS[hours]) for hours in REMIND_AFTER], required=False
    )
    is_urgent = forms.BooleanField(
        label=_("Brådskande"),
        required=False,
        help_text=_(
            "Når telefonen direkt, även hos den som vill vara ostörd. Bara för det som inte kan vänta till kvällen."
        ),
        widget=forms.CheckboxInput(attrs={"data-switch": True}),
    )
    when = forms.ChoiceField(
        label=_("Skickas"), choices=[(NOW, _("Nu")), (LATER, _("En annan tid"))], widget=forms.RadioSelect
    )
    day = forms.DateField(
        label=_("Dag"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Välj en dag.")},
    )
    time = forms.TimeField(
        label=_("Klockslag"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": 300}, format="%H:%M"),
        error_messages={"invalid": _("Skriv en tid, som 07:30.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: QueryDict | None, *, writing: Writing, children: Sequence[Child], initial: Mapping[str, object]
    ) -> None:
        super().__init__(data, initial={"id": uuid7(), "when": NOW, "remind_after": 24, **initial})
        self.writing, self.among = writing, children
        for name, choices in (
            ("where", writing.choices()),
            ("barn", [(str(one.pk), one.full_name) for one in children]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type checker)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if str(cleaned.get("where", "")).startswith(TO_CHILDREN) and not cleaned.get("barn"):
            self.add_error("barn", _("Välj minst ett barn."))
        if cleaned.get("when") == LATER:
            for name, problem in (("day", _("Välj en dag.")), ("time", _("Skriv en tid, som 07:30."))):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, problem)
        return cleaned

    def send_again(self, *, over: Bulletin | None = None) -> None:
        """Let what is in the form be sent all the same: over what there is now, else as a bulletin of its own."""
        self.theirs = over
        data = cast("QueryDict", self.data).copy()
        data["id"], data["version"] = (str(over.pk), str(over.version)) if over else (str(uuid7()), "0")
        self.data = data

    @property
    def audience(self) -> Audience | None:
        """Return to whom, as far as that is chosen already; also of a form that was not sent."""
        if self.is_bound:
            self.is_valid()
            key, chosen = self.cleaned_data.get("where"), self.cleaned_data.get("barn", [])
        else:
            key = self["where"].value() or next(
                (key for _name, group in self.writing.choices() for key, _n in group), ""
            )
            chosen = self.initial.get("barn", [])
        if not key or (key.startswith(TO_CHILDREN) and not chosen):
            return None
        return self.writing.audience(key, frozenset(chosen))

    @property
    def words(self) -> BulletinWords:
        given = self.cleaned_data
        text = str(given.get("text", "")).replace("\r\n", "\n")
        phrase, language = set_phrases.chosen(given.get("phrase", ""), text, given.get("language") or languages.FIRST)
        return BulletinWords(
            title=given.get("title", ""),
            text=text,
            language=language,
            phrase=phrase,
            must_confirm=bool(given.get("must_confirm")),
            is_urgent=bool(given.get("is_urgent")),
            remind_after=given.get("remind_after") or 24,
        )

    @property
    def leaves_at(self) -> datetime | None:
        """Return the moment that was chosen, None for now."""
        given = self.cleaned_data
        return days.at(given["day"], given["time"]) if given["when"] == LATER else None


def filled_in(row: Bulletin, department_id: UUID | None) -> dict[str, object]:
    """Return what the form of a bulletin that is written already holds; of chosen children, from which department."""
    keys = (
        (TO_DEPARTMENT, row.department_id),
        (TO_PRESCHOOL, row.preschool_id),
        (TO_AREA, row.area_id),
        (TO_CHILDREN, department_id),
    )
    where = TO_ALL if row.is_to_all else next((f"{kind}:{place}" for kind, place in keys if place), "")
    planned = row.leaves_at or row.was_to_leave_at
    left = days.local(planned) if planned and planned > clock.now() else None
    plain = ("id", "title", "text", "language", "phrase", "must_confirm", "is_urgent", "remind_after", "version")
    return {name: getattr(row, name) for name in plain} | {
        "where": where,
        "when": LATER if left else NOW,
        "day": left.date() if left else None,
        "time": left.time() if left else None,
    }
