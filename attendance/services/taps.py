"""Taps: added to the log once, projected to stays in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from accounts import audit
from accounts.models import User
from attendance import rules
from attendance.models import Absence, Stay, TapEvent
from attendance.selectors.facts import Known, known, stay_of
from attendance.services.telling import tell_of_taps
from children.access import Action, children_for
from children.actors import Actor
from children.models import Tablet
from children.selectors.people import guardians_of
from children.selectors.placing import departments_of
from notifications.models import Kind
from notifications.services import notify
from portal.lib import days, live
from portal.lib.ids import uuid7

OLDEST_TAP = timedelta(days=30)


class Outcome(StrEnum):
    """What became of a tap.

    APPLIED: it made or ended a stay · ALREADY: another tap had said the same · CONFLICT: written down, but no arrival
    explains it · REFUSED: nothing was written, because the tile was older than what had happened, or the id was used.
    """

    APPLIED = "applied"
    ALREADY = "already"
    CONFLICT = "conflict"
    REFUSED = "refused"


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


@dataclass(frozen=True)
class TapResult:
    """What became of one tap, and where the child is now: `state` PRESENT, LEFT, or None when it has not been here.

    `since` goes with `state`. `by` and `at` say who made the tap that said the same before (ALREADY): a person's
    given name, or the tablet's own name.
    """

    tap: MadeTap
    outcome: Outcome
    state: rules.State | None
    since: datetime | None
    by: str = ""
    at: datetime | None = None


def record_taps(*, taps: Sequence[MadeTap], actor: Actor, now: datetime) -> list[TapResult]:
    """Write down taps and make the stays that follow from them; return one result per tap, in the same order.

    The same tap any number of times is one tap. Several departures at once need a PIN or a person (DOMAIN 3.10).
    Raises `Http404` or `PermissionDenied`, before anything is written, when one child is not for this actor.
    Nine queries for one arrival, seven for one departure; two more for twenty.
    """
    if not taps:
        return []
    leaving = {tap.child_id for tap in taps if tap.kind == rules.Tap.LEFT}
    with transaction.atomic():
        _lock(actor, Action.TAP_MANY_OUT if len(leaving) > 1 else Action.TAP, {tap.child_id for tap in taps})
        taken = [replace(tap, occurred_at=min(tap.occurred_at, now)) for tap in taps]
        log = _Log.read(taken)
        chosen = [tap for tap in {tap.id: tap for tap in taken}.values() if log.is_acceptable(tap, now)]
        new = [tap for tap in chosen if tap.id not in log.events]
        if new:
            _write(new, log, actor=actor, now=now)
        return [_result(tap, log) for tap in taken]


def undo_tap(*, event_id: UUID, actor: Actor, now: datetime) -> TapResult:
    """Take back one tap: within ten seconds of its receipt on any tablet of the department, the same day with a PIN.

    Undoing twice is undoing once. Raises `Http404` for a tap that the actor may not see and `PermissionDenied` when
    it is too late.
    """
    with transaction.atomic():
        event = TapEvent.objects.exclude(kind=rules.Tap.UNDONE).filter(pk=event_id).first()
        if event is None:
            raise Http404
        is_fresh = now - event.received_at <= rules.UNDO_LASTS
        _lock(actor, Action.TAP if is_fresh else Action.CORRECT, {event.child_id})
        if not is_fresh and days.day_of(event.occurred_at) != days.day_of(now):
            raise PermissionDenied
        tap = MadeTap(event.id, event.child_id, rules.Tap(event.kind), event.occurred_at)
        log = _Log.read([tap])
        if not any(other.undoes == event.id for other in log.events.values()):
            undo = TapEvent(
                id=uuid7(),
                child_id=event.child_id,
                department_id=event.department_id,
                kind=rules.Tap.UNDONE,
                undoes=event.id,
                occurred_at=max(now, event.occurred_at),
                received_at=now,
                tablet_id=actor.tablet_id,
                person_id=actor.person_id,
            )
            log.add([undo])
            log.save_stays()
            audit.did(
                "tap.undone",
                person_id=actor.person_id,
                tablet_id=actor.tablet_id,
                now=now,
                children=[event.child_id],
                event=event.id,
            )
            live.touch({event.department_id})
        return replace(_result(tap, log), outcome=Outcome.APPLIED)


def flag_forgotten_stays(*, now: datetime) -> int:
    """Flag the stays that nobody ended though the day is over; return how many were new. Ends none of them."""
    here = days.local(now)
    due = [stay for stay in Stay.objects.open().filter(flagged_on=None) if rules.is_forgotten(stay_of(stay), here)]
    if not due:
        return 0
    first = min(days.day_of(stay.arrived_at) for stay in due)
    facts = known({stay.child_id for stay in due}, first, here.date(), with_stays=False)
    late = [
        stay
        for stay in due
        if rules.is_forgotten(stay_of(stay), here, planned_until=_planned_until(stay, facts, here.tzinfo))
    ]
    flagged = Stay.objects.open().filter(pk__in=[stay.pk for stay in late], flagged_on=None)
    count = flagged.update(flagged_on=here.date())
    live.touch({stay.department_id for stay in late})
    return count


def _planned_until(stay: Stay, facts: Known, zone: tzinfo | None) -> datetime | None:
    """Return when the child is meant to be collected, on the next morning where its time runs over midnight."""
    evening = days.day_of(stay.arrived_at)
    until = max((p.ends_at(evening, zone) for p in facts.planned(stay.child_id, evening).attending), default=None)
    morning = evening + timedelta(days=1)
    if until is None or until.date() != morning:
        return until
    first = next((p for p in facts.planned(stay.child_id, morning).attending if p.starts == time.min), None)
    return first.ends_at(morning, zone) if first else until


# Inside the transaction ----------------------------------------------------------------------------------------------


def _lock(actor: Actor, action: Action, child_ids: Collection[UUID]) -> None:
    """Hold the children's rows, always in the order of their ids, so that two tablets never wait for each other.

    SQLite has no row locks; there the transaction began as the only writer.
    """
    wanted = children_for(actor, action).filter(pk__in=child_ids).order_by("pk").values_list("pk", flat=True)
    found = set(wanted.select_for_update(of=("self",), no_key=True))
    missing = set(child_ids) - found
    if missing:
        if children_for(actor, Action.SEE_CHILD).filter(pk__in=missing).count() == len(missing):
            raise PermissionDenied
        raise Http404


class _Log:
    """The taps and stays of some children, from before the earliest of the taps at hand."""

    def __init__(self, stays: dict[UUID, Stay], events: dict[UUID, TapEvent], child_ids: set[UUID]) -> None:
        self.stays, self.events, self.child_ids = stays, events, child_ids
        self._projections: dict[UUID, rules.Projection] = {}

    @classmethod
    def read(cls, taps: Sequence[MadeTap]) -> _Log:
        """Read, for each child, from a moment that no earlier stay reaches over: two queries, three where one does.

        A stay that was forgotten before the last one is what it is: the arrival after it made it so.
        """
        child_ids = {tap.child_id for tap in taps}
        begins = days.day_bounds(days.day_of(min(tap.occurred_at for tap in taps)))[0]
        reaching = Q(left_at=None) | Q(left_at__gte=begins)
        own = Stay.objects.filter(child__in=child_ids).order_by("arrived_at")
        stays = list(own.filter(reaching | Q(arrived_at__gte=begins)))
        earliest = min([begins, *(stay.arrived_at for stay in stays)])
        if earliest < begins:  # only with those that have ended since is it known which stay is the last
            stays = list(own.filter(reaching | Q(arrived_at__gte=earliest)))
        last = {stay.child_id: stay for stay in stays if stay.arrived_at < begins}
        starts = dict.fromkeys(child_ids, begins) | {
            child_id: stay.arrived_at
            for child_id, stay in last.items()
            if stay.left_at is None or stay.left_at >= begins
        }
        tap_ids = {tap.id for tap in taps}
        found = TapEvent.objects.filter(
            Q(pk__in=tap_ids) | Q(child__in=child_ids, occurred_at__gte=min(starts.values()))
        )
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


def _is_within(event: TapEvent, starts: Mapping[UUID, datetime]) -> bool:
    """Tell whether an event belongs to its child's window. An id that another child's tap has used already does not."""
    return event.child_id in starts and event.occurred_at >= starts[event.child_id]


def _write(new: Sequence[MadeTap], log: _Log, *, actor: Actor, now: datetime) -> None:
    """Add the taps, their stays, the audit row and the notices."""
    if actor.tablet:
        place_of = {tap.child_id: actor.tablet.department_id for tap in new}
    else:
        place_of = {
            child_id: place.department_id for child_id, place in departments_of(log.child_ids, actor.today).items()
        }
    log.add(
        TapEvent(
            id=tap.id,
            child_id=tap.child_id,
            department_id=place_of[tap.child_id],
            kind=tap.kind,
            occurred_at=tap.occurred_at,
            received_at=now,
            tablet_id=actor.tablet_id,
            person_id=actor.person_id,
            offset=tap.offset,
            reason=tap.reason,
        )
        for tap in new
    )
    log.save_stays()
    audit.did(
        "taps.made",
        person_id=actor.person_id,
        tablet_id=actor.tablet_id,
        now=now,
        children=[tap.child_id for tap in new],
        events=" ".join(str(tap.id) for tap in new),
    )
    applied = [tap for tap in new if _is_applied(tap, log)]
    tell_of_taps(
        ((tap.id, tap.child_id, Kind.ARRIVED if tap.kind == rules.Tap.ARRIVED else Kind.LEFT) for tap in applied),
        today=actor.today,
        now=now,
    )
    _tell_reporters([tap for tap in applied if tap.kind == rules.Tap.ARRIVED], today=actor.today, now=now)
    live.touch(set(place_of.values()) | {stay.department_id for stay in log.stays.values()})


def _tell_reporters(arrivals: Sequence[MadeTap], *, today: date, now: datetime) -> None:
    """Tell the guardians who reported a child absent that it came; the absence stays in the record (DOMAIN 3.5)."""
    event_of = {tap.child_id: tap.id for tap in arrivals}
    if not event_of:
        return
    whole_days = Absence.objects.standing().on(today).filter(child__in=event_of, from_time=None, is_by_staff=False)
    for child_id, absence_id, reporter_id in whole_days.values_list("child", "id", "reported_by"):
        if guardians_of([child_id], today).filter(guardian=reporter_id, guardian__frozen_at=None).exists():
            notify(
                person_ids=[reporter_id],
                kind=Kind.CAME_THOUGH_ABSENT,
                event=event_of[child_id],
                about={"child": child_id, "absence": absence_id},
                now=now,
            )


def _is_applied(tap: MadeTap, log: _Log) -> bool:
    return any(tap.id in (stay.id, stay.left_event) for stay in log.projection(tap.child_id).stays)


def _result(tap: MadeTap, log: _Log) -> TapResult:
    projection = log.projection(tap.child_id)
    state, since = log.where(tap.child_id, days.day_of(tap.occurred_at))
    event = log.events.get(tap.id)
    if event is None or event.child_id != tap.child_id or event.kind != tap.kind:
        return TapResult(tap, Outcome.REFUSED, state, since)
    if _is_applied(tap, log):
        return TapResult(tap, Outcome.APPLIED, state, since)
    if (earlier := log.events.get(projection.repeats.get(tap.id, tap.id))) and earlier.id != tap.id:
        return TapResult(tap, Outcome.ALREADY, state, since, by=_who(earlier), at=earlier.occurred_at)
    if any(contradiction.id == tap.id for contradiction in projection.contradictions):
        return TapResult(tap, Outcome.CONFLICT, state, since)
    return TapResult(tap, Outcome.APPLIED, state, since)  # applied, and undone since then


def _who(event: TapEvent) -> str:
    """Return what may stand on a screen in the hall: a given name, or the tablet's own name."""
    if event.person_id is not None:
        return User.objects.values_list("given_name", flat=True).get(pk=event.person_id)
    tablets = Tablet.objects.filter(pk__in=[event.tablet_id] if event.tablet_id is not None else [])
    return tablets.values_list("name", flat=True).first() or ""
