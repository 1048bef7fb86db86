"""Who is told of what happens in a child's day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from children.selectors.people import guardians_of
from notifications import rules as notice_rules
from notifications.models import Kind, Preference, Way
from notifications.services import notify
from portal.lib.prepared import Rows, prepared


def tell_of_taps(taps: Iterable[tuple[UUID, UUID, Kind]], *, today: date, now: datetime) -> None:
    """Tell the guardians who want it of arrivals and departures, given as (event, child, kind).

    One query finds whether anybody wants it; mostly nobody does.
    """
    taps = list(taps)
    if not taps:
        return
    kinds = tuple(sorted({kind for _event, _child, kind in taps}))
    wanting: dict[UUID, list[UUID]] = {}
    for child_id, person_id in _guardians_who_want({child_id for _event, child_id, _kind in taps}, kinds, today):
        wanting.setdefault(child_id, []).append(person_id)
    for event, child_id, kind in taps:
        if child_id in wanting:
            notify(person_ids=wanting[child_id], kind=kind, event=event, about={"child": child_id}, now=now)


@prepared
def _guardians_who_want(child_ids: Collection[UUID], kinds: tuple[Kind, ...], today: date) -> Rows:
    """Ask for each child's guardians; where the house's default is silence, for those who have asked to be told."""
    guardians = guardians_of(child_ids, today).filter(guardian__frozen_at=None)
    if not any(notice_rules.is_wanted(kind, way, chosen=None) for kind in kinds for way in Way):
        wishes = Preference.objects.filter(kind__in=kinds, is_wanted=True)
        guardians = guardians.filter(Exists(wishes.filter(person=OuterRef("guardian"))))
    return guardians.values_list("child_id", "guardian_id")
