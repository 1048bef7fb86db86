"""The taps of some children, and the stays that are their projection: read, added to, and written back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from attendance import rules
from attendance.models import Stay, TapEvent
from portal.lib import days
from portal.lib.models import of_row
from portal.lib.prepared import Rows, prepared

OLDEST_TAP = timedelta(days=30)
# Two tablets at once: within this the press that was answered first was first.
SAME_MOMENT = timedelta(seconds=2)
STAY = ("id", "child_id", "department_id", "arrived_at", "left_at", "left_event", "is_forgotten")
TAP_EVENT = (
    "id",
    "child_id",
    "department_id",
    "kind",
    "undoes",
    "occurred_at",
    "received_at",
    "tablet_id",
    "person_id",
)


@dataclass(frozen=True)
class MadeTap:
    """A tap as a device sends it. `believed` is the state on the tile that was pressed; None when it was queued.

    `reason` says why somebody corrects what was, or was not, tapped at the time.
    """

    id: UUID
    child_id: UUID
    kind: rules.Tap
    occurred_at: datetime
    believed: rules.State | None = None
    offset: int = 0
    reason: str = ""


class TapLog:
    """The taps and stays of some children, from before the earliest of the taps at hand."""

    def __init__(self, stays: dict[UUID, Stay], events: dict[UUID, TapEvent], child_ids: set[UUID]) -> None:
        self.stays, self.events, self.child_ids = stays, events, child_ids
        self._projections: dict[UUID, rules.Projection] = {}

    @classmethod
    def read(cls, taps: Sequence[MadeTap]) -> TapLog:
        """Read, for each child, from a moment that no earlier stay reaches over: two queries, three where one does.

        A stay that was forgotten before the last one is what it is: the arrival after it made it so.
        """
        child_ids = {tap.child_id for tap in taps}
        begins = days.day_bounds(days.day_of(min(tap.occurred_at for tap in taps)))[0]
        stays = [of_row(Stay, STAY, row) for row in _stays_of_a_day(child_ids, begins, begins)]
        earliest = min([begins, *(stay.arrived_at for stay in stays)])
        if earliest < begins:  # only with those that have ended since is it known which stay is the last
            stays = [of_row(Stay, STAY, row) for row in _stays_reaching(child_ids, begins, earliest)]
        last = {stay.child_id: stay for stay in stays if stay.arrived_at < begins}
        starts = dict.fromkeys(child_ids, begins) | {
            child_id: stay.arrived_at
            for child_id, stay in last.items()
            if stay.left_at is None or stay.left_at >= begins
        }
        tap_ids = {tap.id for tap in taps}
        since = min(starts.values())
        rows = _taps_of_a_day(tap_ids, child_ids, since) if since == begins else _taps_since(tap_ids, child_ids, since)
        found = [of_row(TapEvent, TAP_EVENT, row) for row in rows]
        return cls(
            {stay.id: stay for stay in stays if stay.arrived_at >= starts[stay.child_id]},
            {event.id: event for event in found if event.id in tap_ids or _is_within(event, starts)},
            child_ids,
        )

    def is_acceptable(self, tap: MadeTap, now: datetime) -> bool:
        """Tell whether the tap may be written down, or is written down already as what it says it is."""
        event = self.events.get(tap.id)
        if event is not None:
            return event.child_id == tap.child_id and event.kind == tap.kind
        if now - tap.occurred_at > OLDEST_TAP:
            return False
        if tap.believed is None:
            return True
        state, _since = self.where(tap.child_id, days.day_of(now))
        if tap.kind == rules.Tap.ARRIVED:
            return state != rules.State.LEFT or tap.believed == rules.State.LEFT
        return state is not None

    def in_turn(self, tap: MadeTap) -> MadeTap:
        """Return a press as made after the same press of another tablet that was answered while it waited (E02).

        Its own moment may be a hair earlier. It must not push away what somebody else has been told is done.
        """
        if tap.believed is None or tap.id in self.events:
            return tap
        answered = [
            event.occurred_at
            for event in self.events.values()
            if (event.child_id, event.kind) == (tap.child_id, tap.kind)
            and timedelta() <= event.occurred_at - tap.occurred_at <= SAME_MOMENT
        ]
        return replace(tap, occurred_at=max(answered) + timedelta(microseconds=1)) if answered else tap

    def projection(self, child_id: UUID) -> rules.Projection:
        if child_id not in self._projections:
            facts = [
                rules.TapFact(event.id, rules.Tap(event.kind), event.occurred_at, event.undoes)
                for event in self.events.values()
                if event.child_id == child_id
            ]
            self._projections[child_id] = rules.project_stays(facts, timezone.get_default_timezone())
        return self._projections[child_id]

    def where(self, child_id: UUID, day: date) -> tuple[rules.State | None, datetime | None]:
        """Return whether the child is here or has left on `day`, and since when."""
        stays = self.projection(child_id).stays
        if stays and stays[-1].is_open:
            return rules.State.PRESENT, stays[-1].arrived_at
        left = [stay.left_at for stay in stays if stay.left_at and days.day_of(stay.left_at) == day]
        return (rules.State.LEFT, left[-1]) if left else (None, None)

    def add(self, events: Iterable[TapEvent]) -> None:
        made = TapEvent.objects.bulk_create(list(events))
        self.events |= {event.id: event for event in made}
        self._projections.clear()

    def save_stays(self) -> None:
        """Make the rows agree with what the taps say. What goes, goes first: the database refuses overlaps."""
        wanted = {stay.id: stay for child_id in self.child_ids for stay in self.projection(child_id).stays}
        gone = [stay_id for stay_id in self.stays if stay_id not in wanted]
        if gone:
            Stay.objects.filter(pk__in=gone).delete()
        fresh = []
        # Ended and forgotten stays before open ones: at no moment has a child two open stays.
        for stay in sorted(wanted.values(), key=lambda stay: stay.is_open):
            row = self.stays.get(stay.id)
            values = {
                "arrived_at": stay.arrived_at,
                "left_at": stay.left_at,
                "left_event": stay.left_event,
                "is_forgotten": stay.is_forgotten,
            }
            if row is None:
                event = self.events[stay.id]
                fresh.append(Stay(id=stay.id, child_id=event.child_id, department_id=event.department_id, **values))
            elif any(getattr(row, name) != value for name, value in values.items()):
                Stay.objects.filter(pk=stay.id).update(**values)
        if fresh:
            Stay.objects.bulk_create(fresh)


def _stays_reaching(child_ids: Collection[UUID], begins: datetime, earliest: datetime) -> Rows:
    """Ask for what has not ended before `begins`, or began after `earliest`."""
    reaching = Q(left_at=None) | Q(left_at__gte=begins) | Q(arrived_at__gte=earliest)
    return Stay.objects.filter(reaching, child__in=child_ids).order_by("arrived_at").values_list(*STAY)


def _taps_since(tap_ids: Collection[UUID], child_ids: Collection[UUID], since: datetime) -> Rows:
    chosen = Q(pk__in=tap_ids) | Q(child__in=child_ids, occurred_at__gte=since)
    return TapEvent.objects.filter(chosen).values_list(*TAP_EVENT)


# Kept are those that begin with a day. A night's stay has a moment of its own, for which nothing need be kept.
_stays_of_a_day, _taps_of_a_day = prepared(_stays_reaching), prepared(_taps_since)


def _is_within(event: TapEvent, starts: Mapping[UUID, datetime]) -> bool:
    """Tell whether an event belongs to its child's window. An id that another child's tap has used already does not."""
    return event.child_id in starts and event.occurred_at >= starts[event.child_id]
