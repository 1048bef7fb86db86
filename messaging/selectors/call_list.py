"""Who is to be telephoned: the guardians who have not confirmed what they must know (DOMAIN 4.7)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from children.actors import Actor
from children.rules import spoken_phone
from children.selectors.family_rows import Named, named
from children.selectors.placing import places_of
from children.selectors.reach_places import to_families
from messaging.models import Bulletin, BulletinCopy
from messaging.selectors.bulletin_readers import Audience, by_guardian


@dataclass(frozen=True)
class Call:
    """One guardian to ring, as the reader of the list may know them. Without `is_known` the principal is asked.

    `is_due` when no reminder is left to be sent or answered.
    """

    copy_id: UUID
    guardian: Named
    department: str
    phone: str
    dial: str
    is_due: bool
    is_reached: bool
    reached_by: str

    @property
    def is_known(self) -> bool:
        return self.guardian.person is not None


def guardians_seen(actor: Actor, bulletin: Bulletin) -> dict[UUID, frozenset[UUID]]:
    """Return who reads the bulletin as a guardian today, with the children for whose sake."""
    return by_guardian(Audience.of(bulletin).families(actor.today))


def call_list(actor: Actor, bulletin: Bulletin) -> list[Call]:
    """Return those who still read it and have not confirmed, of children whom the actor works with; by department."""
    copies = {
        copy.guardian_id: copy
        for copy in BulletinCopy.objects.filter(bulletin=bulletin, confirmed_at=None).select_related("reached_by")
    }
    reading = {one: children for one, children in guardians_seen(actor, bulletin).items() if one in copies}
    rows = named(actor, reading)
    places = places_of({child.pk for row in rows for child in row.children}, to_families(actor.today))
    calls = []
    for row in rows:
        copy = copies[row.person_id]
        phone = row.person.phone if row.person and not row.person.is_protected else ""
        place = next((one for child in row.children for one in places.get(child.pk, ())), None)
        calls.append(
            Call(
                copy_id=copy.pk,
                guardian=row,
                department=place.department if place else "",
                phone=spoken_phone(phone),
                dial=phone,
                is_due=copy.remind_at is None,
                is_reached=copy.reached_at is not None,
                reached_by=copy.reached_by.full_name if copy.reached_by else "",
            )
        )
    return sorted(calls, key=lambda call: (call.department.casefold(), call.guardian.of.casefold()))


def not_read(actor: Actor, bulletin: Bulletin) -> list[Named]:
    """Return those who have not opened it, or not confirmed what they must, as the actor knows them."""
    copies = BulletinCopy.objects.filter(bulletin=bulletin)
    pending = copies.filter(confirmed_at=None) if bulletin.must_confirm else copies.filter(read_at=None)
    waiting = set(pending.values_list("guardian", flat=True))
    return named(actor, {one: own for one, own in guardians_seen(actor, bulletin).items() if one in waiting})
