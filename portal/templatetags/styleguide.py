"""Invented people and days for the style guide. Nothing here reads the database."""

import re
from typing import Any

from django import forms, template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.views.assets import SOURCES

register = template.Library()


class ExampleForm(forms.Form):
    """Every kind of field, in good order and in bad."""

    given_name = forms.CharField(label="Förnamn", initial="Amina", help_text="Så som det ska stå på tavlan.")
    email = forms.EmailField(label="E-post", required=False)
    arrival = forms.TimeField(label="Lämna in", initial="07:30", widget=forms.TimeInput(attrs={"type": "time"}))
    departure = forms.TimeField(label="Hämta", widget=forms.TimeInput(attrs={"type": "time"}))
    day = forms.DateField(label="Dag", widget=forms.DateInput(attrs={"type": "date"}), initial="2026-10-13")
    collector = forms.ChoiceField(label="Vem hämtar?", choices=[("1", "Du"), ("2", "Mormor Karin")])
    locked = forms.CharField(
        label="Vecka 42", initial="07:30–16:00", disabled=True, help_text="Låst. Kan ändras från vecka 43."
    )
    note = forms.CharField(label="Till avdelningen", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    reason = forms.ChoiceField(
        label="Varför är barnet borta?", choices=[("sick", "Sjuk"), ("leave", "Ledig")], widget=forms.RadioSelect
    )
    days = forms.MultipleChoiceField(
        label="Dagar",
        choices=[("0", "mån"), ("1", "tis"), ("2", "ons"), ("3", "tor"), ("4", "fre")],
        widget=forms.CheckboxSelectMultiple(attrs={"data-days": True}),
    )
    both = forms.BooleanField(label="Gäller båda barnen", initial=True, required=False)
    quiet = forms.BooleanField(
        label="Tyst på kvällen",
        initial=True,
        required=False,
        widget=forms.CheckboxInput(attrs={"data-switch": True, "role": "switch"}),
    )
    picture = forms.FileField(label="Bild på lappen", required=False)

    def clean_departure(self) -> object:
        """Refuse as the real form does."""
        raise forms.ValidationError("Öppet 06:00–18:00. Välj en tid före 18.")


def _tile(
    name: str, state: str, text: str, detail: str, tint: int, *marks: tuple[str, str], **more: Any
) -> dict[str, Any]:
    first, letter = name.split()
    return {
        "child_id": f"{first}-{more.get('theme', '')}".lower(),
        "name": name,
        "initials": first[0] + letter,
        "tint": tint,
        "state": state,
        "text": text,
        "detail": detail,
        "tap": "left" if state == "present" else "arrived",
        "tap_words": "Hämta" if state == "present" else "Lämna in",
        "more_url": "#",
        "marks": [{"kind": kind, "label": label} for kind, label in marks],
        **more,
    }


def _tiles(theme: str) -> list[dict[str, Any]]:
    return [
        _tile("Alvin K", "late", "Sen 27 min", "08:15–15:30", 3, ("note", "Lapp"), theme=theme),
        _tile("Leo H", "expected", "Väntas 08:45", "15:00 · mamma", 2, ("barred", "Hämtspärr"), theme=theme),
        _tile("Tuva S", "expected", "Väntas 09:00", "14:00 · pappa", 4, ("read", "Läs"), theme=theme),
        _tile("Noor A", "present", "Här 08:42", "14:30 · mamma", 1, theme=theme, last=True),
        _tile("Ebba J", "present", "Här 07:05", "15:00 · pappa", 2, ("allergy", "Allergi"), ("note", ""), theme=theme),
        _tile("Ines R", "present", "Här 08:33", "15:30 · mamma", 4, ("birthday", "5 år!"), theme=theme, waiting=True),
        _tile("Ronja E", "left", "Gick 08:20", "åter 10:30", 4, ("note", "Tandläkare"), theme=theme),
        _tile("Otto P", "sick", "Sjuk", "till och med ons", 1, theme=theme),
        _tile("Yusuf H", "leave", "Ledig", "åter måndag", 0, theme=theme),
        _tile("Maja T", "absent", "Frånvarande", "utan PIN", 5, theme=theme),
        _tile("Elis B", "closed", "Stängt", "planeringsdag", 3, theme=theme),
        _tile("Maximilian Å", "unplanned", "Inga tider", "fråga familjen", 0, theme=theme),
    ]


def _cards(theme: str) -> list[dict[str, Any]]:
    def card(
        name: str, tint: int, state: str, text: str, *actions: tuple[str, str, str], **more: str
    ) -> dict[str, Any]:
        return {
            "child_id": f"{name}-{state}-{theme}".lower(),
            "name": name,
            "initials": name[0] + "L",
            "tint": tint,
            "department": "Blåsippan",
            "state": state,
            "state_text": text,
            "actions": [{"label": label, "icon": icon, "kind": kind, "url": "#"} for label, icon, kind in actions],
            **more,
        }

    sick, change = ("Sjuk idag", "thermometer", "outlined"), ("Ändra dagen", "pencil", "tinted")
    return [
        card("Elsa", 1, "expected", "Väntas", sick, change, times="07:30–16:00", collector="Mormor hämtar"),
        card(
            "Elsa",
            1,
            "present",
            "Här 07:34",
            ("Ändra hämtning", "", "outlined"),
            times="16:00",
            collector="Mormor hämtar",
        ),
        card("Hugo", 3, "sick", "Sjuk", ("Frisk igen", "", "tinted"), note="Till och med onsdag"),
        card("Hugo", 3, "left", "Gick 15:31", note="Var här 08:02–15:31"),
        card("Hugo", 3, "leave", "Ledig", ("Ändra dagen", "", "outlined"), note="Åter måndag 19 oktober"),
        card(
            "Elsa",
            1,
            "unplanned",
            "Inga tider",
            ("Lägg tider", "calendar", "tinted"),
            note="Avdelningen vet inte när Elsa kommer.",
        ),
    ]


@register.simple_tag
def examples(theme: str) -> dict[str, Any]:
    """Return everything that one half of the style guide shows; ids differ by theme."""
    values: dict[str, object] = {
        "given_name": "Amina",
        "arrival": "07:30",
        "departure": "18:45",
        "day": "2026-10-13",
        "collector": "2",
        "reason": "sick",
        "days": ["0", "1", "2"],
        "both": "on",
        "quiet": "on",
    }
    return {
        "form": ExampleForm({f"{theme}-{name}": value for name, value in values.items()}, prefix=theme),
        "tiles": _tiles(theme),
        "cards": _cards(theme),
        "week": [
            {"value": number, "word": word, "number": number, "chosen": number < 22, "locked": number == 23}
            for word, number in zip(("mån", "tis", "ons", "tor", "fre"), range(19, 24), strict=True)
        ],
        "chips": [
            {"value": "1", "label": "Elsa", "initials": "EL", "tint": 1, "chosen": True},
            {"value": "2", "label": "Hugo", "initials": "HL", "tint": 3, "chosen": False},
        ],
        "tabs": [
            {"url": "#", "label": "Diagram", "icon": "chart-line", "active": True},
            {"url": "#", "label": "Tabell", "icon": "table", "active": False},
        ],
        "crumbs": [
            {"url": "#", "label": "Mina förskolor"},
            {"url": "#", "label": "Granliden"},
            {"label": "Oktober 2026"},
        ],
        "hours": [
            {"label": f"{hour:02}", "value": value, "planned": planned}
            for hour, value, planned in [
                (6, 3.0, 3.2),
                (7, 4.1, 4.1),
                (8, 4.6, 4.8),
                (9, 5.2, 5.0),
                (10, 4.8, 4.8),
                (11, 4.9, 4.9),
                (12, None, 5.0),
                (13, None, 5.3),
                (14, None, 5.6),
                (15, None, 6.2),
                (16, None, 4.4),
                (17, None, 3.0),
            ]
        ],
    }


COLOURS = [
    ("Botten", "ground"),
    ("Yta", "surface"),
    ("Sänkt", "sunken"),
    ("Linje", "line"),
    ("Kant", "edge"),
    ("Text 3", "ink-3"),
    ("Text 2", "ink-2"),
    ("Text", "ink"),
    ("Grön ton", "green-tint"),
    ("Grön linje", "green-line"),
    ("Grön", "green"),
    ("Grön stark", "green-strong"),
    ("Bärnsten ton", "amber-tint"),
    ("B. linje", "amber-line"),
    ("Bärnsten", "amber"),
    ("B. text", "amber-ink"),
    ("Röd ton", "red-tint"),
    ("Röd linje", "red-line"),
    ("Röd", "red"),
    ("Röd text", "red-ink"),
    ("Skymning ton", "dusk-tint"),
    ("S. linje", "dusk-line"),
    ("Skymning", "dusk"),
    ("S. text", "dusk-ink"),
]


@register.simple_tag
def colours() -> list[tuple[str, str]]:
    """Return the tokens' own names beside what they are called."""
    return COLOURS


@register.simple_tag
def sprite() -> list[str]:
    """Return the names of all icons."""
    return re.findall(r'symbol id="([^"]+)"', (SOURCES / "icons.svg").read_text(encoding="utf-8"))


SQUARE = "M0 0h3v3H0zM6 0h3v3H6zM0 6h3v3H0zM4 1h1v2H4zM4 4h2v1H4zM7 4h2v2H7zM4 6h1v3H4zM6 7h3v2H6z"


@register.simple_tag
def fake_square() -> SafeString:
    """Return a square that stands where a QR code stands."""
    return format_html('<svg viewBox="0 0 9 9"><path d="{}"/></svg>', SQUARE)
