"""What the law lets a family know about the data itself: why it is there, from where, for whom, until when, and who has
looked at it. For the extract (article 15 of the data protection regulation)."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts import audit
from children.actors import Actor
from children.models import Child, Municipality
from children.selectors.people import guardians_ever, kinds_ever
from oversight.models import RemovalRule
from portal.lib import days
from portal.lib.extracts import Facts, Part, Value

LOOKS_BACK = timedelta(days=365)


def about_part(actor: Actor, child: Child, now: datetime) -> Part:
    """Return what is to be known of the data about the child, and who has looked at it during a year."""
    return Part("om-uppgifterna", _("Om uppgifterna"), [_law(), _looks(actor, child, now)])


def _law() -> Facts:
    owner = Municipality.objects.values_list("name", flat=True).first() or _("Kommunen")
    rows: list[tuple[Value, ...]] = [
        (
            _("Varför"),
            _(
                "%(owner)s är personuppgiftsansvarig. Uppgifterna behövs för att bedriva förskola enligt skollagen, "
                "som är en uppgift av allmänt intresse. Vi ber inte om samtycke till det som lagen kräver, men alltid "
                "till bilder."
            )
            % {"owner": owner},
        ),
        (
            _("Vilka uppgifter, och varifrån"),
            "\n".join(
                (
                    _("Barnets namn, födelsedatum och placering, från kommunens barnregister."),
                    _("Vårdnadshavares namn och kontaktuppgifter, och vem mer som får hämta."),
                    _("Planerade tider, frånvaro, och när barnet kom och gick."),
                    _("Det som familjen och förskolan har skrivit, svarat, delat och fotograferat."),
                )
            ),
        ),
        (
            _("Vem ser dem?"),
            "\n".join(
                (
                    _(
                        "Barnets vårdnadshavare, personalen på avdelningen där barnet går och förskolans rektor. "
                        "Slutar barnet, eller slutar någon arbeta, stängs dörren samma dag. Andra familjer ser "
                        "ingenting."
                    ),
                    _("På bilder kan andra familjer se barnet, där vårdnadshavarna har sagt ja till det."),
                    _("Inga uppgifter lämnas till annonsörer, och sidorna hämtar ingenting från andra företag."),
                )
            ),
        ),
        (_("Hur länge sparas de?"), _kept()),
        (_("Dina rättigheter"), _rights()),
    ]
    return Facts("law", _("Varför uppgifterna finns"), {"what": _("Uppgift"), "value": _("Värde")}, rows)


def _kept() -> str:
    decided = _("Så länge som kommunens beslut om gallring säger för varje slags uppgift. Därefter tas de bort.")
    months = RemovalRule.current().months
    if months is None:
        return decided
    own = _("Bilder och dokument: {number} månader efter barnets sista dag. Ni får veta det i förväg, tre gånger.")
    return f"{decided}\n{own.format(number=months)}"


def _rights() -> str:
    said = [
        _(
            "Du har rätt att få veta vilka uppgifter som finns om dig och ditt barn, att få fel rättade, att invända "
            "och i vissa fall att få uppgifter borttagna. Vänd dig först till förskolans rektor."
        ),
        _("Är du inte nöjd kan du klaga hos Integritetsskyddsmyndigheten, IMY."),
    ]
    if settings.DATA_PROTECTION_EMAIL:
        said.append(f"{_('Dataskyddsombudet når du på')} {settings.DATA_PROTECTION_EMAIL}.")
    return "\n".join(said)


def _looks(actor: Actor, child: Child, now: datetime) -> Facts:
    """Return by month how often the child's data was looked at, and by what the reader was: no colleague by name.

    What other guardians have looked at is theirs.
    """
    found: Counter[tuple[date, str]] = Counter()
    looks = list(audit.looks_at(child.pk, since=now - LOOKS_BACK).values_list("at", "person_id"))
    people = {person_id for _at, person_id in looks if person_id}
    roles = kinds_ever(people)
    family = guardians_ever(child.pk)
    for at, person_id in looks:
        month = days.day_of(at).replace(day=1)
        if person_id is None:
            found[month, _("Avdelningens surfplatta")] += 1
        elif person_id == actor.person_id:
            found[month, _("Du")] += 1
        elif person_id in roles and person_id not in family:
            found[month, roles[person_id]] += 1
    columns = {"month": _("Månad"), "who": _("Vem"), "looks": _("Gånger")}
    printed = [
        (days.in_words(month, "F Y"), who, number)
        for (month, who), number in sorted(found.items(), key=lambda one: (-one[0][0].toordinal(), one[0][1]))
    ]
    return Facts("looks", _("Vilka som har läst, det senaste året"), columns, printed, _("Ingen har läst än."))
