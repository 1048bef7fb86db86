"""What a person is told in the portal. Rows of ids: the words are made where they are read."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from notifications import rules
from notifications.device_models import Device
from notifications.models import IN_DIGEST, Delivery, Kind, Preference, QuietHours, Way
from notifications.rules import Hours, Side
from portal.lib import days
from portal.lib.models import columns_of, of_row
from portal.lib.prepared import Rows, prepared

HOURS = columns_of(QuietHours)


class InApp(NamedTuple):
    """A notice in the portal: of a `Delivery` what its page needs."""

    id: UUID
    created_at: datetime
    person_id: UUID
    kind: str
    event: UUID
    about: Mapping[str, object]
    read_at: datetime | None


def unread_count(person_id: UUID) -> int:
    """Return how many notices the person has not read: one small query."""
    return next((number for (number,) in _unread(person_id)), 0)


@prepared
def _unread(person_id: UUID) -> Rows:
    unread = Delivery.objects.filter(person=person_id).unread()
    return unread.order_by().values("person").annotate(number=Count("pk")).values_list("number")


def latest(person_id: UUID, *, most: int) -> Sequence[InApp]:
    """Return the person's newest notices in the portal, newest first."""
    return [InApp._make(row) for row in _newest(person_id, most)]


@prepared
def _newest(person_id: UUID, most: int) -> Rows:
    newest = Delivery.objects.filter(person=person_id).in_app().order_by("-created_at", "-id")
    return newest.values_list(*InApp._fields)[:most]


def told_since(kind: Kind, moment: datetime) -> set[UUID]:
    """Return the events of this kind of which somebody has been told since then: one query."""
    told = Delivery.objects.filter(kind=kind, created_at__gte=moment)
    return set(told.order_by().values_list("event", flat=True).distinct())


def told_of(kind: Kind, event: UUID) -> set[UUID]:
    """Return the people who have been told of this event in any way: one query."""
    told = Delivery.objects.filter(kind=kind, event=event)
    return set(told.order_by().values_list("person", flat=True).distinct())


def at_work(person_ids: Collection[UUID] | QuerySet[Any, Any], day: date) -> set[UUID]:
    """Return those of them who work here that day: asked of a room above (`settings.WHO_WORKS_HERE`)."""
    found: set[UUID] = import_string(settings.WHO_WORKS_HERE)(person_ids, day)
    return found


def reached_by_push(person_ids: Collection[UUID]) -> set[UUID]:
    """Return those of them who have a device that takes notices, where this portal pushes any."""
    return set() if not settings.VAPID_PRIVATE_KEY else {person_id for (person_id,) in _with_devices(person_ids)}


@prepared
def _with_devices(person_ids: Collection[UUID]) -> Rows:
    return Device.objects.in_use().filter(person__in=person_ids).order_by().values_list("person_id").distinct()


def hours_of(sides: Mapping[UUID, Side]) -> dict[UUID, Hours]:
    """Return everybody's quiet hours and digest's hour: the own ones, else those of the side on which they are told."""
    rows = [of_row(QuietHours, HOURS, row) for row in _own_hours(sides)]
    own = {row.person_id: row.hours for row in rows}
    return {person_id: own.get(person_id, rules.USUAL[side]) for person_id, side in sides.items()}


@prepared
def _own_hours(person_ids: Collection[UUID]) -> Rows:
    return QuietHours.objects.filter(person__in=person_ids).values_list(*HOURS)


def quiet_ends(sides: Mapping[UUID, Side], now: datetime) -> dict[UUID, datetime]:
    """Return, for those who are in quiet hours at `now`, when these end."""
    zone = timezone.get_default_timezone()
    ends = {person_id: rules.quiet_until(now, hours, zone) for person_id, hours in hours_of(sides).items()}
    return {person_id: end for person_id, end in ends.items() if end}


def number_quiet(people: QuerySet[Any, Any], number: int, now: datetime) -> int:
    """Return how many of these `number` people, a query for their ids, are in quiet hours: two queries.

    What is not urgent reaches them outside the portal later.
    """
    here = timezone.localtime(now, timezone.get_default_timezone())
    own = {row.person_id: row.hours for row in QuietHours.objects.filter(person__in=people)}
    staff = at_work(people, days.day_of(now)) - own.keys()
    quiet = sum(rules.is_quiet(here, hours) for hours in own.values())
    quiet += len(staff) * rules.is_quiet(here, rules.USUAL[Side.STAFF])
    return quiet + (number - len(own) - len(staff)) * rules.is_quiet(here, rules.USUAL[Side.FAMILY])


def waiting_counts() -> dict[str, int]:
    """Return how many deliveries wait, wait after a fault, and were given up: for whoever runs the system."""
    unsent = Delivery.objects.filter(sent_at=None)
    return {
        "waiting": unsent.filter(given_up_at=None, tries=0).count(),
        "faulty": unsent.filter(given_up_at=None, tries__gt=0).count(),
        "given_up": unsent.exclude(given_up_at=None).count(),
    }


def wanted_ways(person_id: UUID, side: Side) -> dict[tuple[Kind, str], bool]:
    """Return what the person wants to be told at once in each way, and in the digest: chosen, else the default.

    `side` is as whom the person is told what goes to families and to staff.
    """
    chosen = {(row.kind, row.way): row.is_wanted for row in Preference.objects.filter(person=person_id)}
    works_here = side == Side.STAFF
    return {
        (kind, way): rules.is_wanted(
            kind, way, chosen=chosen.get((kind.value, way)), side=rules.side_of(kind, works_here=works_here)
        )
        for kind in Kind
        for way in (*Way.values, IN_DIGEST)
    }
