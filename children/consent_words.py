"""What each purpose means, as a guardian reads it before saying yes or no. What was read is kept with the answer."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from children.models import Purpose
from children.selectors.placing import Place

TITLES: Mapping[Purpose, object] = {
    Purpose.DEPARTMENT: gettext_lazy("Bilder i avdelningens inlägg"),
    Purpose.FAMILIES: gettext_lazy("Bilder som hela förskolan ser"),
    Purpose.PRINT: gettext_lazy("Bilder i tryck"),
    Purpose.PUBLIC: gettext_lazy("Bilder på öppna webben"),
}
TEXTS: Mapping[Purpose, object] = {
    Purpose.DEPARTMENT: gettext_lazy(
        "Det barnen gör om dagarna, för avdelningens familjer när de har loggat in. Säger du nej ser andra familjer "
        "inte bilderna, eller så är ditt barn suddat i dem."
    ),
    Purpose.FAMILIES: gettext_lazy(
        "Till exempel från en fest eller en utflykt, visat för alla familjer på förskolan när de har loggat in."
    ),
    Purpose.PRINT: gettext_lazy(
        "Till exempel på en affisch eller i en broschyr. Säger du nej senare trycks inget nytt, men det som redan är "
        "tryckt finns kvar."
    ),
    Purpose.PUBLIC: gettext_lazy(
        "Till exempel på kommunens webbplats. Vem som helst kan se och spara bilderna. Säger du nej senare tar "
        "förskolan bort dem där, men de finns kvar hos den som redan har sparat dem."
    ),
}


def title_of(purpose: Purpose) -> str:
    return str(TITLES[purpose])


def text_of(purpose: Purpose) -> str:
    return str(TEXTS[purpose])


def seen_by(purpose: Purpose, place: Place | None) -> str:
    """Return who will see this child's pictures, by the name of its department or preschool."""
    if place is None or purpose not in (Purpose.DEPARTMENT, Purpose.FAMILIES):
        return ""
    name = place.department if purpose == Purpose.DEPARTMENT else place.preschool
    return _("Alla familjer på %(place)s ser dem") % {"place": name}


def wording_of(purpose: Purpose, place: Place | None) -> str:
    """Return all that is said of a purpose and one child's place, in the reader's language."""
    return " ".join(filter(None, (f"{title_of(purpose)}.", text_of(purpose), seen_by(purpose, place))))


def print_of(wordings: list[str]) -> str:
    """Return a short sign of these words: whoever answers other words than these is asked again."""
    return sha256("\n".join(wordings).encode()).hexdigest()[:16]
