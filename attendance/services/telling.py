"""Who is told of what happens in a child's day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from children.selectors.people import guardians_of
from notifications import rules as notice_rules
from notifications.models import Kind, Preference, Way
from notifications.services import notify


def tell_of_taps(taps: Iterable[tuple[UUID, UUID, Kind]], *, today: date, now: datetime) -> None:
    """Tell the guardians who want it of arrivals and departures, given as (event, child, kind).

    One query finds whether anybody wants it; mostly nobody does.
    """
    taps = list(taps)
    if not taps:
        return
    guardians = guardians_of({child_id for _event, child_id, _kind in taps}, today).filter(guardian__frozen_at=None)
    if not any(notice_rules.is_wanted(kind, way, chosen=None) for _e, _c, kind in taps for way in Way):
        wishes = Preference.objects.filter(kind__in={kind for _e, _c, kind in taps}, is_wanted=True)
        guardians = guardians.filter(Exists(wishes.filter(person=OuterRef("guardian"))))
    wanting: dict[UUID, list[UUID]] = {}
    for child_id, person_id in guardians.values_list("child_id", "guardian_id"):
        wanting.setdefault(child_id, []).append(person_id)
    for event, child_id, kind in taps:
        if child_id in wanting:
            notify(person_ids=wanting[child_id], kind=kind, event=event, about={"child": child_id}, now=now)
