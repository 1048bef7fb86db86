"""Who is told of what happens in a child's day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from attendance.selectors.facts import Place, guardians_of
from children.models import Block, StaffRole
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
    guardians = guardians_of({child_id for _event, child_id, _kind in taps}, today)
    if not any(notice_rules.is_wanted(kind, way, chosen=None) for _e, _c, kind in taps for way in Way):
        wishes = Preference.objects.filter(kind__in={kind for _e, _c, kind in taps}, is_wanted=True)
        guardians = guardians.filter(Exists(wishes.filter(person=OuterRef("guardian"))))
    wanting: dict[UUID, list[UUID]] = {}
    for child_id, person_id in guardians.values_list("child_id", "guardian_id"):
        wanting.setdefault(child_id, []).append(person_id)
    for event, child_id, kind in taps:
        if child_id in wanting:
            notify(person_ids=wanting[child_id], kind=kind, event=event, about={"child": child_id}, now=now)


def staff_of(place: Place, child_ids: Collection[UUID], day: date) -> list[UUID]:
    """Return who works with the department on `day`: there, or for its preschool; nobody who is kept from the child."""
    roles = StaffRole.objects.on(day).filter(
        Q(department=place.department_id) | Q(preschool=place.preschool_id),
        kind__in=[StaffRole.Kind.STAFF, StaffRole.Kind.SUBSTITUTE],
    )
    kept_out = Block.objects.in_force().filter(child__in=child_ids).values("person")
    return list(roles.exclude(person__in=kept_out).values_list("person", flat=True).distinct())
