"""Who is who in the invented municipality: the people that the table names, and what each can try."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

PASSWORD = "lämna in en blöt vante"  # noqa: S105 (of invented people, printed for everybody)
PIN = "2468"
MUNICIPALITY = "Lövköpings kommun"
DEPARTMENT = "Blåsippan"


@dataclass(frozen=True)
class Figure:
    """Somebody whom a visitor can be. Found again by the address, which nobody else has."""

    key: str
    given_name: str
    family_name: str
    part: object
    tries: object
    icon: str

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        return f"{self.key}@lovkoping.example"


AMINA = Figure(
    "amina",
    "Amina",
    "Lind",
    _("Vårdnadshavare till Elsa och Hugo"),
    _("Anmäl Elsa sjuk med två tryck, eller ändra vem som hämtar Hugo."),
    "house",
)
JOHAN = Figure(
    "johan",
    "Johan",
    "Lind",
    _("Den andra vårdnadshavaren"),
    _("Ser samma barn. Ändra samma dag som Amina, och se vem som vinner."),
    "house",
)
SARA = Figure(
    "sara",
    "Sara",
    "Nyberg",
    _("Vårdnadshavare till Alma och Nils, som bor varannan vecka hos henne"),
    _("Se vilka dagar som är hennes, ändra en av dem, och svara för lovet."),
    "house",
)
MIKAEL = Figure(
    "mikael",
    "Mikael",
    "Holm",
    _("Alma och Nils andra hem"),
    _("Lägger tider för sina egna veckor, och ser inte Saras."),
    "house",
)
MARIA = Figure(
    "maria",
    "Maria",
    "Berg",
    _("Pedagog på Blåsippan"),
    _("Öppna tavlan och veckan, lägg en dag åt en familj, skriv ut ett brev med inbjudan."),
    "users",
)
JONAS = Figure(
    "jonas",
    "Jonas",
    "Ek",
    _("Pedagog på Musslan, och vårdnadshavare till Noor"),
    _("Har två roller: arbetet, och Noor på en annan förskola, som kommer mer än sina 15 timmar."),
    "users",
)
EVA = Figure(
    "eva",
    "Eva",
    "Sandström",
    _("Rektor för Granliden och Sjöstjärnan"),
    _("Se hela dagen, rätta en vistelse som glömdes, se vilka som har svarat om lovet."),
    "chart-no-axes-gantt",
)
ADAM = Figure(
    "adam",
    "Adam",
    "Alm",
    _("Systemförvaltare i kommunen"),
    _("Läs in ett barnregister, läs rapporten om det som inte gick in."),
    "upload",
)
KLARA = Figure(
    "klara",
    "Klara",
    "Nord",
    _("Kommunikatör i kommunen"),
    _("Skriv ett anslag till alla familjer i kommunen. Hon ser inga barn."),
    "mail",
)

ULLA = Figure(
    "ulla",
    "Ulla",
    "Ask",
    _("Arkivarie i kommunen"),
    _("Öppna diariet och hämta ett samtal som rektor har diariefört."),
    "archive",
)

FIGURES = (AMINA, JOHAN, SARA, MIKAEL, MARIA, JONAS, EVA, ADAM, KLARA, ULLA)
BY_KEY = {figure.key: figure for figure in FIGURES}
WITH_PIN = (MARIA, JONAS, EVA)
