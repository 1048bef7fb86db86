"""Who will read a bulletin, and what to think of, before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from children import access
from children.access import Action
from children.actors import Actor
from children.models import Child, Department, Preschool
from children.selectors.family_rows import Families, families, house_rows
from children.selectors.placing import departments_of
from children.selectors.reach import Relation
from children.selectors.reader_rows import Row
from children.selectors.unknown_families import Protected, protected_among
from children.words import relation_word
from messaging.bulletin_rules import LARGE
from messaging.models import Bulletin, BulletinCopy
from messaging.selectors.bulletin_readers import Audience, Readers, Size, guardians_at, readers_of, size_of
from messaging.selectors.cautions import Caution, of_attention, of_homes, of_many, of_new, of_protected
from notifications.selectors import number_quiet
from portal.lib import days

EXACT = 60
"""So many guardians of several departments are listed by name on the page itself; of more, by place, each with its own
list."""


@dataclass(frozen=True)
class Counted:
    """How many guardians read at a place. `department_id` where the one who asks may unfold their names."""

    name: str
    preschool: str
    number: int
    department_id: UUID | None


@dataclass(frozen=True)
class Preview:
    """Who will read: all by name, or how many where; and what the sender is told before sending."""

    sign: str
    count: int
    guardians: int
    house_count: int
    families: Families | None
    house: list[Row]
    places: list[Counted]
    cautions: list[Caution]

    @property
    def both(self) -> int:
        """How many read it as a guardian and as one of the house, and are counted once."""
        return self.guardians + self.house_count - self.count

    @property
    def child_ids(self) -> set[UUID]:
        rows = self.families.rows if self.families else []
        return {child.pk for row in rows for child in row.children}


def preview(actor: Actor, audience: Audience, now: datetime, *, is_urgent: bool) -> Preview:
    """Return who reads what is said to this audience, and what to think of before it is sent."""
    readers = None if audience.is_wide else readers_of(audience, actor.today)
    size = readers.size if readers else size_of(audience, actor.today)
    new = _new_since_last(audience, actor.today)
    if readers is None and len(size.guardians) <= EXACT:
        readers = readers_of(audience, actor.today)
    named = readers if readers and (audience.is_near or len(size.guardians) <= EXACT) else None
    protected = protected_among(actor, audience.children(actor.today))
    cautions = [*of_many(size.count, many=LARGE), *of_protected(actor, protected)]
    if is_urgent:
        cautions += _of_quiet(audience, len(size.guardians), now)
    if readers:
        cautions += _of_few(actor, audience, readers, protected, len(new), now)
    return Preview(
        sign=size.sign,
        count=size.count,
        guardians=len(size.guardians),
        house_count=len(size.house),
        families=families(actor, named.guardians, new) if named else None,
        house=house_readers(named.house) if named else [],
        places=[] if named else _places(actor, audience, size),
        cautions=cautions,
    )


def _places(actor: Actor, audience: Audience, size: Size) -> list[Counted]:
    if audience.is_to_all:
        at = guardians_at(audience, size, actor.today, "department__preschool")
        rows = Preschool.objects.in_bulk(at.keys())
        return sorted((Counted(rows[pk].name, "", number, None) for pk, number in at.items()), key=_by_name)
    own = set(access.departments_for(actor, Action.ANNOUNCE).values_list("pk", flat=True))
    at = guardians_at(audience, size, actor.today, "department")
    departments = Department.objects.select_related("preschool").in_bulk(at.keys())
    found = [(departments[pk], number) for pk, number in at.items()]
    counted = (
        Counted(one.name, one.preschool.name, number, one.pk if one.pk in own else None) for one, number in found
    )
    return sorted(counted, key=_by_name)


def _by_name(place: Counted) -> tuple[str, str]:
    return place.preschool.casefold(), place.name.casefold()


def department_readers(actor: Actor, audience: Audience, department: Department) -> Families:
    """Return those who read it for the sake of children in one department: all that are counted there, by name.

    Raises `Http404` for a department that is not written to.
    """
    if not audience.departments().filter(pk=department.pk).exists():
        raise Http404
    return families(actor, readers_of(Audience(department=department), actor.today).guardians)


def house_readers(house: Mapping[UUID, tuple[Relation | None, str]]) -> list[Row]:
    """Return those of the house by name, as what and where they read it."""
    said = {
        person_id: ", ".join(filter(None, [relation_word(relation) if relation else _("Kommunikatör"), place]))
        for person_id, (relation, place) in house.items()
    }
    return house_rows(said)


def _of_quiet(audience: Audience, guardians: int, now: datetime) -> Iterator[Caution]:
    if quiet := number_quiet(audience.families(days.day_of(now)).values("guardian"), guardians, now):
        words = ngettext(
            "{number} vårdnadshavare vill vara ostörd nu och störs ändå.",
            "{number} vårdnadshavare vill vara ostörda nu och störs ändå.",
            quiet,
        )
        yield Caution("bell", words.format(number=quiet))


def _of_few(
    actor: Actor, audience: Audience, readers: Readers, protected: Protected, new: int, now: datetime
) -> Iterator[Caution]:
    """Give what depends on single families.

    Not said of thousands: some of them always have two homes, and how much one department was sent says nothing of
    the others.
    """
    yield from of_homes(readers.child_ids, readers.guardians.keys(), protected)
    yield from of_new(new)
    if audience.is_to_chosen:
        places = departments_of(audience.child_ids, actor.today).values()
        yield from of_attention({place.department_id for place in places}, now)
    else:
        yield from of_attention(audience.departments().values("pk"), now)


def _new_since_last(audience: Audience, today: date) -> set[UUID]:
    """Return who reads it as a guardian and got no copy of the last bulletin to the same place.

    Children are chosen anew each time: of them there is no last time. In an area or everywhere somebody always is new.
    """
    if audience.is_to_chosen or audience.is_wide:
        return set()
    place = {"department": audience.department, "preschool": audience.preschool}
    last = Bulletin.objects.exclude(released_at=None).filter(**place, is_to_chosen=False)
    before = last.order_by("-released_at").values_list("pk", flat=True).first()
    if before is None:
        return set()
    known = BulletinCopy.objects.filter(bulletin=before).values("guardian")
    return set(audience.families(today).exclude(guardian__in=known).values_list("guardian_id", flat=True))


def children_to_choose(actor: Actor, department: Department) -> list[Child]:
    """Return the children of a department whose families may be written to by themselves, by name."""
    there = Audience(department=department).families(actor.today).values("child")
    theirs = access.children_for(actor, Action.ANNOUNCE).filter(pk__in=there)
    return sorted(theirs, key=lambda child: (child.given_name.casefold(), child.family_name.casefold()))
