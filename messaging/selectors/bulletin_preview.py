"""Who will read a bulletin, and what to think of, before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from children import access
from children.access import Action
from children.actors import Actor
from children.models import Child, Department
from messaging.bulletin_rules import LARGE
from messaging.selectors.attention import attention
from messaging.selectors.bulletin_names import Counted, Named, counted, named, together
from messaging.selectors.bulletin_readers import Audience, Readers, readers_of
from messaging.words import relation_word
from notifications.selectors import quiet_now

EXACT = 60
"""So many guardians are listed by name on the page itself; of more, by place, each with its own list."""


@dataclass(frozen=True)
class HouseReader:
    """Somebody of the house who reads it, as what and where."""

    name: str
    what: str


@dataclass(frozen=True)
class Preview:
    """Who will read: all by name, or how many where; and what the sender is told before sending."""

    sign: str
    count: int
    guardians: int
    house_count: int
    rows: list[Named]
    unnamed: int
    house: list[HouseReader]
    places: list[Counted]
    own_department_ids: frozenset[UUID]
    warnings: list[str]

    @property
    def is_exact(self) -> bool:
        return not self.places


def preview(actor: Actor, audience: Audience, now: datetime, *, is_urgent: bool) -> Preview:
    """Return who reads what is said to this audience, and what to think of before it is sent."""
    readers = readers_of(audience, actor.today)
    is_exact = len(readers.guardians) <= EXACT
    rows = named(actor, readers.guardians) if is_exact else []
    own = access.departments_for(actor, Action.ANNOUNCE).values_list("pk", flat=True)
    return Preview(
        sign=readers.sign,
        count=readers.count,
        guardians=len(readers.guardians),
        house_count=len(readers.house),
        rows=together(rows),
        unnamed=len(readers.guardians) - len(rows) if is_exact else 0,
        house=_house(readers) if is_exact else [],
        places=[] if is_exact else counted(readers.guardians, actor.today, by_preschool=audience.is_to_all),
        own_department_ids=frozenset() if is_exact or audience.is_to_all else frozenset(own),
        warnings=_warnings(actor, audience, readers, now, is_urgent=is_urgent),
    )


def department_readers(actor: Actor, audience: Audience, department: Department) -> list[Named]:
    """Return by name those who read it as guardians of children in one department: a part of the list that is shown."""
    there = frozenset(Audience(department=department).families(actor.today).values_list("child_id", flat=True))
    readers = readers_of(audience, actor.today).guardians
    return together(named(actor, {one: children & there for one, children in readers.items() if children & there}))


def _house(readers: Readers) -> list[HouseReader]:
    people = User.objects.sealed().in_bulk(readers.house.keys())
    rows = [
        HouseReader(
            people[person_id].full_name,
            ", ".join(filter(None, [relation_word(relation) if relation else _("Kommunikatör"), place])),
        )
        for person_id, (relation, place) in readers.house.items()
    ]
    return sorted(rows, key=lambda row: (row.what.casefold(), row.name.casefold()))


def _warnings(actor: Actor, audience: Audience, readers: Readers, now: datetime, *, is_urgent: bool) -> list[str]:
    number = len(readers.guardians)
    said = []
    if number >= LARGE:
        said.append(_("Det går till {number} vårdnadshavare. Läs en gång till.").format(number=number))
    if _knows_of_protection(actor, readers):
        said.append(_("Bland dem finns en familj med skyddade uppgifter. Skriv inget om var barnet är."))
    if is_urgent and (quiet := len(quiet_now(readers.guardians.keys(), now))):
        said.append(
            ngettext(
                "{number} vårdnadshavare har tyst tid nu och störs ändå.",
                "{number} vårdnadshavare har tyst tid nu och störs ändå.",
                quiet,
            ).format(number=quiet)
        )
    if audience.department and (told := attention([audience.department.pk], now).total):
        said.append(
            ngettext(
                "Familjerna på {department} har fått {number} avisering den senaste veckan.",
                "Familjerna på {department} har fått {number} aviseringar den senaste veckan.",
                told,
            ).format(department=audience.department.name, number=told)
        )
    return said


def _knows_of_protection(actor: Actor, readers: Readers) -> bool:
    """Tell whether a protected child is among them whose family this actor may know: nobody else is told of it."""
    if len(readers.guardians) > EXACT:
        return False
    known = access.children_for(actor, Action.SEE_CONTACTS).filter(pk__in=readers.child_ids)
    return any(child.is_protected for child in known)


def children_to_choose(actor: Actor, department: Department) -> list[Child]:
    """Return the children of a department whose families may be written to by themselves, by name."""
    there = Audience(department=department).families(actor.today).values("child")
    theirs = access.children_for(actor, Action.ANNOUNCE).filter(pk__in=there)
    return sorted(theirs, key=lambda child: (child.given_name.casefold(), child.family_name.casefold()))
