"""Taps: added to the log once, projected to stays in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from accounts import audit
from accounts.models import User
from attendance import rules
from attendance.models import Absence, Stay, TapEvent
from attendance.selectors.facts import Known, known, stay_of
from attendance.services.tap_log import MadeTap, TapLog
from attendance.services.telling import tell_of_taps
from children.access import Action, children_for
from children.actors import Actor
from children.models import Tablet
from children.prepared_access import Asked, child_rows
from children.selectors.people import guardians_of
from children.selectors.placing import departments_of
from notifications.models import Kind
from notifications.services import notify
from portal.lib import days, live
from portal.lib.ids import uuid7
from portal.lib.prepared import Rows, prepared

HELD = Asked(("id",), order=("pk",), hold=True)


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
    Eight queries for one arrival, six for one departure; two more for twenty.
    """
    if not taps:
        return []
    leaving = {tap.child_id for tap in taps if tap.kind == rules.Tap.LEFT}
    with transaction.atomic():
        _lock(actor, Action.TAP_MANY_OUT if len(leaving) > 1 else Action.TAP, {tap.child_id for tap in taps})
        taken = [replace(tap, occurred_at=min(tap.occurred_at, now)) for tap in taps]
        log = TapLog.read(taken)
        taken = [log.in_turn(tap) for tap in taken]
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
        log = TapLog.read([tap])
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
    found = {child_id for (child_id,) in child_rows(actor, action, HELD, among=child_ids)}
    missing = set(child_ids) - found
    if missing:
        if children_for(actor, Action.SEE_CHILD).filter(pk__in=missing).count() == len(missing):
            raise PermissionDenied
        raise Http404


def _write(new: Sequence[MadeTap], log: TapLog, *, actor: Actor, now: datetime) -> None:
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
    for child_id, absence_id, reporter_id in _reported_by_family(list(event_of), today):
        if guardians_of([child_id], today).filter(guardian=reporter_id, guardian__frozen_at=None).exists():
            notify(
                person_ids=[reporter_id],
                kind=Kind.CAME_THOUGH_ABSENT,
                event=event_of[child_id],
                about={"child": child_id, "absence": absence_id},
                now=now,
            )


@prepared
def _reported_by_family(child_ids: Collection[UUID], today: date) -> Rows:
    """Ask for the absences of the whole day that guardians reported: the child, the absence, who reported it."""
    whole_days = Absence.objects.standing().on(today).filter(child__in=child_ids, from_time=None, is_by_staff=False)
    return whole_days.values_list("child", "id", "reported_by")


def _is_applied(tap: MadeTap, log: TapLog) -> bool:
    return any(tap.id in (stay.id, stay.left_event) for stay in log.projection(tap.child_id).stays)


def _result(tap: MadeTap, log: TapLog) -> TapResult:
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
