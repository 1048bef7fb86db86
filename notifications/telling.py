"""How something is told: the rows that it becomes, for everybody concerned, from a few queries however many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from notifications import rules
from notifications.models import Delivery, Kind, Preference, Way
from notifications.rules import Side, Telling, Urgency
from notifications.selectors import at_work, quiet_ends, reached_by_push
from portal.lib import days
from portal.lib.prepared import Rows, prepared

GATHERED = UUID("5f0c3a53-6f3c-4d0e-9f43-3f0c0f6d7d11")  # of which the ids of notices for several things are made
QUIET = "quiet"
"""The problem of what is held until quiet hours end."""


@dataclass(frozen=True)
class Told:
    """Something that happened, by its id `event`; whom it is told; and in `about` ids and dates, never names."""

    event: UUID
    person_ids: Collection[UUID]
    about: Mapping[str, object]


@dataclass(frozen=True)
class _One:
    """One thing and one person, and how the person is told of it."""

    told: Told
    person_id: UUID
    urgency: Urgency
    how: Telling

    @property
    def may_wait(self) -> bool:
        return self.urgency == Urgency.MAY_WAIT


def rows_for(told: Sequence[Told], kind: Kind, now: datetime, *, urgent: bool) -> list[Delivery]:
    """Return the deliveries that these things make, not saved. What somebody was told already makes none outside."""
    people = sorted({person_id for one in told for person_id in one.person_ids})
    if not people:
        return []
    sides = sides_of(people, kind, days.day_of(now))
    ones = _ones(told, kind, people, sides, now, urgent=urgent)
    loud = [one for one in ones if one.how.outside]
    known = set(_known({one.told.event for one in loud}, kind)) if loud else set()
    held = {one.person_id: sides[one.person_id] for one in loud if one.may_wait}
    ends = quiet_ends(held, now) if held else {}
    return [
        row
        for one in ones
        if (one.told.event, one.person_id) not in known
        for row in _rows(one, kind, now, ends.get(one.person_id) if one.may_wait else None)
    ]


def rows_by(way: Way, told: Sequence[Told], kind: Kind, now: datetime, *, urgent: bool) -> list[Delivery]:
    """Return a delivery in exactly this way of each thing to each person, not saved; held in quiet hours."""
    people = sorted({person_id for one in told for person_id in one.person_ids})
    ends = (
        {} if urgent or way == Way.IN_APP or not people else quiet_ends(sides_of(people, kind, days.day_of(now)), now)
    )
    return [
        _row(one, person_id, kind, way, now, until=ends.get(person_id), is_urgent=urgent)
        for one in told
        for person_id in sorted(one.person_ids)
    ]


def as_of_now(row: Delivery, now: datetime, *, without: str) -> Telling:
    """Return how this thing would be told its person if it were told now, and that one way were refused."""
    people, kind = [row.person_id], Kind(row.kind)
    sides = sides_of(people, kind, days.day_of(now))
    told = [Told(row.event, people, row.about)]
    (one,) = _ones(told, kind, people, sides, now, urgent=row.is_urgent, without=without)
    return one.how


def sides_of(people: Sequence[UUID], kind: Kind, today: date) -> dict[UUID, Side]:
    """Return as whom each is told; a query only for what may be told to families and to staff."""
    is_for_both = rules.side_of(kind, works_here=True) != rules.side_of(kind, works_here=False)
    working = at_work(people, today) if is_for_both else set()
    return {person_id: rules.side_of(kind, works_here=person_id in working) for person_id in people}


def _ones(
    told: Sequence[Told],
    kind: Kind,
    people: Sequence[UUID],
    sides: Mapping[UUID, Side],
    now: datetime,
    *,
    urgent: bool,
    without: str = "",
) -> list[_One]:
    chosen: dict[UUID, dict[str, bool]] = defaultdict(dict)
    for person_id, way, is_wanted in [*_chosen(people, kind), *((one, without, False) for one in people if without)]:
        chosen[person_id][way] = is_wanted

    def how(person_id: UUID, urgency: Urgency, *, has_device: bool) -> Telling:
        return rules.telling(
            kind, side=sides[person_id], chosen=chosen.get(person_id, {}), has_device=has_device, urgency=urgency
        )

    asked = [
        (one, person_id, rules.urgency_of(kind, is_called_urgent=urgent, days_until=_days_until(one, now)))
        for one in told
        for person_id in sorted(one.person_ids)
    ]
    pushed = {person_id for _one, person_id, urgency in asked if how(person_id, urgency, has_device=True).outside}
    devices = reached_by_push(pushed) if pushed else set()
    return [
        _One(one, person_id, urgency, how(person_id, urgency, has_device=person_id in devices))
        for one, person_id, urgency in asked
    ]


@prepared
def _chosen(person_ids: Collection[UUID], kind: Kind) -> Rows:
    return Preference.objects.filter(person__in=person_ids, kind=kind).values_list("person_id", "way", "is_wanted")


@prepared
def _known(events: Collection[UUID], kind: Kind) -> Rows:
    return Delivery.objects.in_app().filter(event__in=events, kind=kind).values_list("event", "person_id")


def _days_until(told: Told, now: datetime) -> int | None:
    """Return in how many days it begins; None for what has no first day."""
    with suppress(ValueError):
        return (date.fromisoformat(str(told.about.get("first", ""))) - days.day_of(now)).days
    return None


def _rows(one: _One, kind: Kind, now: datetime, until: datetime | None) -> Iterator[Delivery]:
    """Give the rows of one thing for one person. What quiet hours hold becomes one notice with all that they hold."""
    gathered = uuid5(GATHERED, f"held until {until.isoformat()}") if until and one.how.in_app else None
    if one.how.in_app:
        row = _row(one.told, one.person_id, kind, Way.IN_APP, now, is_urgent=not one.may_wait)
        row.for_digest, row.digest = one.how.in_digest, gathered if one.how.outside else None
        yield row
    for way in map(Way, one.how.outside):
        if gathered and until:
            together = Told(gathered, (), {"held": until.isoformat()})
            yield _row(together, one.person_id, Kind.DIGEST, way, now, until=until)
        else:
            yield _row(one.told, one.person_id, kind, way, now, until=until, is_urgent=not one.may_wait)


def _row(
    told: Told,
    person_id: UUID,
    kind: Kind,
    way: Way,
    now: datetime,
    *,
    until: datetime | None = None,
    is_urgent: bool = False,
) -> Delivery:
    return Delivery(
        person_id=person_id,
        kind=kind,
        way=way,
        event=told.event,
        about={name: str(value) for name, value in told.about.items()},
        try_after=until or now,
        sent_at=now if way == Way.IN_APP else None,  # being a row is being delivered
        is_urgent=is_urgent,
        problem=QUIET if until else "",
    )
