"""Who is told of what happens in a child's day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from children.actors import Actor
from children.selectors.homes import told_of_halves
from children.selectors.people import guardians_of
from notifications import rules as notice_rules
from notifications.models import Kind, Preference, Way
from notifications.services import notify
from portal.lib import days
from portal.lib.prepared import Rows, prepared


def tell_of_taps(taps: Iterable[tuple[UUID, UUID, Kind]], *, today: date, now: datetime) -> None:
    """Tell the guardians who want it of arrivals and departures, given as (event, child, kind).

    One query finds whether anybody wants it; mostly nobody does. Of a child with two homes the home that brings it is
    told of the arrival and the one that collects it of the departure: the hour would be the other's.
    """
    taps = list(taps)
    if not taps:
        return
    kinds = tuple(sorted({kind for _event, _child, kind in taps}))
    wanting: dict[UUID, list[UUID]] = {}
    for child_id, person_id in _guardians_who_want({child_id for _event, child_id, _kind in taps}, kinds, today):
        wanting.setdefault(child_id, []).append(person_id)
    homes = told_of_halves(wanting, today) if wanting else {}
    for event, child_id, kind in taps:
        if child_id in wanting:
            people = set(wanting[child_id])
            if child_id in homes:
                people &= homes[child_id].morning if kind == Kind.ARRIVED else homes[child_id].evening
            notify(person_ids=people, kind=kind, event=event, about={"child": child_id}, now=now)


@prepared
def _guardians_who_want(child_ids: Collection[UUID], kinds: tuple[Kind, ...], today: date) -> Rows:
    """Ask for each child's guardians; where the house's default is silence, for those who have asked to be told."""
    guardians = guardians_of(child_ids, today).filter(guardian__frozen_at=None)
    if not any(notice_rules.is_wanted(kind, way, chosen=None) for kind in kinds for way in Way):
        wishes = Preference.objects.filter(kind__in=kinds, is_wanted=True)
        guardians = guardians.filter(Exists(wishes.filter(person=OuterRef("guardian"))))
    return guardians.values_list("child_id", "guardian_id")


@dataclass(frozen=True)
class Family:
    """For whom staff say something: the family, or one of its homes where the child has two.

    `reader` is a guardian of that home, as whom its plans are read.
    """

    home: UUID | None = None
    reader: UUID | None = None


def tell_family(
    *, child_id: UUID, event: UUID, actor: Actor, now: datetime, home: UUID | None = None, day: date | None = None
) -> None:
    """Tell the child's guardians that the staff have said something of its times; those of `home` where it has two.

    Nobody who is kept from the child, has frozen the account, or did it. Told once for an `event`; `day` is the first
    that is concerned. Must be called in the transaction that makes what is told of.
    """
    guardians = guardians_of([child_id], days.day_of(now)).filter(guardian__frozen_at=None)
    if home is not None:
        guardians = guardians.filter(guardian__households=home)
    people = [person for person in guardians.values_list("guardian", flat=True) if person != actor.person_id]
    about = {"child": child_id} | ({"day": day} if day else {})
    notify(person_ids=people, kind=Kind.PLANNED_BY_STAFF, event=event, about=about, now=now)
