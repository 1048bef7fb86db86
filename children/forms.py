"""Forms of the children's room: they parse and never save."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Protection, User
from children.access import Action
from children.models import Department, StaffRole
from children.register.numbers import NumberFault, read_number
from children.rules import read_phone

Choices = Iterable[tuple[Any, Any]]


class SearchForm(forms.Form):
    """A search by name."""

    namn = forms.CharField(required=False, max_length=80, label=_("Sök på namn"))

    def words(self) -> str:
        return self.cleaned_data["namn"].strip() if self.is_valid() else ""


# Signs that turn the direction of what stands after them: a telephone number would be read backwards.
DIRECTION = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])


def without_direction(text: str) -> str:
    return text.translate(DIRECTION).strip()


class ContactForm(forms.Form):
    """Somebody who may be called, and perhaps collect."""

    name = forms.CharField(
        label=_("Namn"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Skriv namnet, så att personalen vet vem de ska fråga efter.")},
    )
    relation = forms.CharField(
        label=_("Vem är det för barnet?"),
        max_length=40,
        help_text=_("Till exempel mormor, granne eller pappas sambo."),
        error_messages={"required": _("Skriv vem det är för barnet, till exempel mormor.")},
    )
    phone = forms.CharField(
        label=_("Telefon"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
        error_messages={"required": _("Skriv ett telefonnummer, så att personalen kan ringa.")},
    )
    may_collect = forms.BooleanField(label=_("Får hämta barnet"), required=False, initial=True)

    def clean_name(self) -> str:
        return without_direction(self.cleaned_data["name"])

    def clean_relation(self) -> str:
        return without_direction(self.cleaned_data["relation"])

    def clean_phone(self) -> str:
        phone = read_phone(self.cleaned_data["phone"])
        if phone is None:
            raise ValidationError(
                _("Numret ser inte rätt ut. Skriv det som 070-123 45 67, eller med landsnummer: +47 …")
            )
        return phone


class AllergyForm(forms.Form):
    """What a child does not tolerate; empty when there is nothing."""

    allergy = forms.CharField(
        label=_("Allergi och särskild kost"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Syns på plattan först när någon har låst upp med sin PIN-kod."),
    )

    def clean_allergy(self) -> str:
        return str(self.cleaned_data["allergy"]).strip()


class BlockForm(forms.Form):
    """Whom to keep away, and why."""

    person = forms.TypedChoiceField(
        label=_("Vem ska spärras?"),
        coerce=UUID,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vem som ska spärras.")},
    )
    reason = forms.CharField(
        label=_("Skäl"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Till exempel vilket beslut det bygger på. Bara rektor ser skälet."),
        error_messages={"required": _("Skriv skälet, så att den som tar över efter dig förstår.")},
    )

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = list(people)  # type: ignore[attr-defined]  # a choice field


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    wrong = _("Skriv dagen som 2026-10-13.")
    return forms.DateField(label=label, widget=widget, error_messages={"invalid": wrong, "required": wrong}, **more)


GRANT_CHOICES = (
    (Action.SEE_FILE, _("Se barnets sida: placering, allergi och tider")),
    (Action.SEE_NOTES, _("Läsa lappar till personalen")),
    (Action.REPORT_ABSENCE, _("Anmäla frånvaro")),
)


class GrantForm(forms.Form):
    """A known person, what the person may do, and until when."""

    email = forms.EmailField(
        label=_("Personens e-postadress"),
        help_text=_("Personen behöver redan ha en inloggning i Kapprummet."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Skriv adressen som personen loggar in med."),
            "invalid": _("Adressen ser inte ut som en e-postadress. Skriv den som namn@exempel.se."),
        },
    )
    actions = forms.TypedMultipleChoiceField(
        label=_("Personen får"),
        choices=GRANT_CHOICES,
        coerce=Action,
        initial=[Action.SEE_FILE],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Välj minst en sak som personen får göra."),
            "invalid_choice": _("Välj bland det som står här."),
        },
    )
    starts_on = _day(_("Från och med"))
    ends_on = _day(_("Till och med"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"starts_on": today, "ends_on": today + timedelta(days=13)})
        super().__init__(*args, **kwargs)
        self.person: User | None = None

    def clean_email(self) -> str:
        """Find the person. The answer is the same for an unknown address and for somebody who cannot log in."""
        email = str(self.cleaned_data["email"])
        self.person = User.objects.with_email(email).filter(frozen_at=None).first()
        if self.person is None or self.person.is_protected:
            raise ValidationError(
                _("Ingen med den adressen kan få behörighet. Kontrollera den, eller be personen skapa en inloggning.")
            )
        return email


class ReaderForm(forms.Form):
    """Whom to put on the list of a sealed identity."""

    reader = forms.TypedChoiceField(
        label=_("Vem får öppna?"),
        coerce=UUID,
        error_messages={
            "required": _("Välj en person."),
            "invalid_choice": _("Välj någon som arbetar där personen är."),
        },
    )

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Välj namn")), *((person.pk, person.full_name) for person in people)]
        self.fields["reader"].choices = choices  # type: ignore[attr-defined]  # a choice field


class ProtectForm(forms.Form):
    """How somebody is protected, who may open what is sealed, and the name once more."""

    level = forms.TypedChoiceField(
        label=_("Vad gäller?"),
        choices=[(level, level.label) for level in Protection if level is not Protection.NONE],
        coerce=Protection,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad som gäller."), "invalid_choice": _("Välj bland det som står här.")},
    )
    readers = forms.TypedMultipleChoiceField(
        label=_("Vilka får öppna de riktiga uppgifterna?"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Så få som möjligt. Varje gång någon öppnar dem loggas det, och rektor får veta det."),
        error_messages={"invalid_choice": _("Välj någon som arbetar där personen är.")},
    )
    name = forms.CharField(
        label=_("Skriv hela namnet för att bekräfta"),
        max_length=310,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Skriv hela namnet, så att det inte blir fel person.")},
    )

    def __init__(self, *args: Any, full_name: str, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.full_name = full_name
        choices = [(person.pk, person.full_name) for person in people]
        self.fields["readers"].choices = choices  # type: ignore[attr-defined]  # a choice field
        if not choices:
            del self.fields["readers"]

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if name.casefold() != self.full_name.casefold():
            raise ValidationError(_("Det är inte namnet som står överst på sidan. Skriv det som det står där."))
        return name


class MunicipalRoleForm(forms.Form):
    """Which role for the whole municipality, and for whom."""

    kind = forms.TypedChoiceField(
        label=_("Roll"),
        choices=[(kind, kind.label) for kind in StaffRole.MUNICIPAL],
        coerce=StaffRole.Kind,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj en roll."), "invalid_choice": _("Välj en av rollerna.")},
    )
    name = forms.CharField(
        label=_("För- och efternamn"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Skriv personens namn.")},
    )
    personal_number = forms.CharField(
        label=_("Personnummer"),
        max_length=40,
        help_text=_("Så att inbjudan och kommunens inloggning når rätt person. Det visas aldrig mer."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Skriv personnumret, till exempel ÅÅÅÅMMDD-NNNN.")},
    )
    email = forms.EmailField(
        label=_("E-postadress i arbetet"),
        help_text=_("Har någon redan adressen får den personen rollen, under sitt eget namn."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Skriv adressen som personen ska logga in med."),
            "invalid": _("Adressen ser inte ut som en e-postadress. Skriv den som namn@exempel.se."),
        },
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_personal_number(self) -> str:
        try:
            number = read_number(str(self.cleaned_data["personal_number"]), self.today)
        except NumberFault as fault:
            raise ValidationError(str(fault), code="personal_number") from None
        if number.is_temporary:  # nobody can say its last four figures, and no sign-on knows it
            raise ValidationError(_("Skriv ett personnummer eller samordningsnummer, inte ett tillfälligt nummer."))
        return number.value


class PairingForm(forms.Form):
    """For which department a device is to be paired, and what it is called."""

    department = forms.ModelChoiceField(
        label=_("Avdelning"),
        queryset=Department.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("Välj en avdelning."),
            "invalid_choice": _("Välj en av förskolans avdelningar."),
        },
    )
    name = forms.CharField(
        label=_("Vad ska plattan heta?"),
        max_length=60,
        initial=_("Hallen"),
        help_text=_("Så att du känner igen den i listan, till exempel Hallen eller Gården."),
        error_messages={"required": _("Skriv ett namn, till exempel Hallen.")},
    )

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]  # a model choice field


class CodeForm(forms.Form):
    """The code on the principal's screen."""

    code = forms.CharField(
        label=_("Kod"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "code-input",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "placeholder": "XXXX XXXX",
            }
        ),
        error_messages={"required": _("Skriv koden som står på rektors skärm.")},
    )


class PinForm(forms.Form):
    """Who stands at the tablet, and the PIN."""

    person = forms.TypedChoiceField(
        label=_("Vem är du?"), coerce=UUID, error_messages={"required": _("Välj ditt namn.")}
    )
    pin = forms.RegexField(
        r"^\d{4,8}$",
        error_messages={"required": _("Skriv din PIN-kod."), "invalid": _("PIN-koden är fyra till åtta siffror.")},
    )

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = list(people)  # type: ignore[attr-defined]  # a choice field
