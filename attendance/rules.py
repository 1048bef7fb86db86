"""What holds for a child on a day, and what follows from the taps. Plain values in, plain values out.

Nothing here knows the database or the clock. Moments are aware; those called `now` stand on the preschool's clock on
the wall (`portal.lib.days.local`), because their time zone decides where a day begins. Lengths are true lengths: a
night in which the clocks change has 23 or 25 hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from attendance.enquiry_rules import (
    Answers,
    Enquiry,
    EnquiryState,
    Silence,
    enquiry_state,
    is_free,
    reminder_due,
    silence_counts,
    was_asked,
)
from attendance.home_rules import Seam, is_ever_at, joined
from attendance.hour_rules import WeekHours, hours_against_entitlement, in_hours
from attendance.place_rules import (
    ALWAYS,
    HOUSE_HOURS,
    LATE_AFTER_MINUTES,
    MINUTES_OF_A_DAY,
    NEVER,
    CutOff,
    CutOffForm,
    Opening,
    PlaceRules,
    asks_to_talk,
    from_stored,
    locks_at,
    may_change,
    merged_rules,
    opens_again,
    outside,
)
from attendance.plan_rules import (
    MOST_WEEKS,
    DayAbsence,
    DayFacts,
    Half,
    PlannedDay,
    Reader,
    Reason,
    RepeatingPlan,
    Week,
    merged_plan,
    minutes_planned,
)
from attendance.time_rules import MOST_INTERVALS, Interval, Intervals, faults_in, minutes_between, without
from children.home_rules import FIRST, SECOND, Handover, HomesOfDay, Living, homes_on

__all__ = [
    "ALWAYS",
    "CLOSES",
    "FIRST",
    "HOUSE_HOURS",
    "LATE_AFTER_MINUTES",
    "MINUTES_OF_A_DAY",
    "MOST_INTERVALS",
    "MOST_WEEKS",
    "NEVER",
    "SECOND",
    "UNDO_LASTS",
    "Answers",
    "CutOff",
    "CutOffForm",
    "DayAbsence",
    "DayFacts",
    "DayState",
    "Enquiry",
    "EnquiryState",
    "Half",
    "Handover",
    "HomesOfDay",
    "Interval",
    "Intervals",
    "Living",
    "Opening",
    "PlaceRules",
    "PlannedDay",
    "Projection",
    "Reader",
    "Reason",
    "RepeatingPlan",
    "Seam",
    "Silence",
    "State",
    "Stay",
    "Tap",
    "TapFact",
    "Week",
    "WeekHours",
    "allowed_taps",
    "asks_to_talk",
    "day_state",
    "enquiry_state",
    "faults_in",
    "from_stored",
    "homes_on",
    "hours_against_entitlement",
    "in_hours",
    "is_ever_at",
    "is_forgotten",
    "is_free",
    "joined",
    "locks_at",
    "may_change",
    "merged_plan",
    "merged_rules",
    "minutes_between",
    "minutes_planned",
    "opens_again",
    "outside",
    "project_stays",
    "reminder_due",
    "silence_counts",
    "was_asked",
    "without",
]

CLOSES = time(18, 30)  # when a stay that nobody ended begins to look forgotten
UNDO_LASTS = timedelta(seconds=10)


class State(StrEnum):
    """Where a child is on a day, as the board says it."""

    CLOSED = "closed"
    ABSENT = "absent"
    EXPECTED = "expected"
    LATE = "late"
    PRESENT = "present"
    LEFT = "left"


class Tap(StrEnum):
    ARRIVED = "arrived"
    LEFT = "left"
    UNDONE = "undone"


# What happened --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TapFact:
    """One tap as it was made. `undoes` names the event that an undo takes back."""

    id: UUID
    kind: Tap
    occurred_at: datetime
    undoes: UUID | None = None


@dataclass(frozen=True)
class Stay:
    """From an arrival to a departure. Its id is the arrival's. A forgotten one has no known end."""

    id: UUID
    arrived_at: datetime
    left_at: datetime | None = None
    left_event: UUID | None = None
    is_forgotten: bool = False

    @property
    def is_open(self) -> bool:
        return self.left_at is None and not self.is_forgotten

    @property
    def minutes(self) -> int | None:
        """Its true length, or None while the end is not known."""
        return None if self.left_at is None else minutes_between(self.arrived_at, self.left_at)


@dataclass(frozen=True)
class Projection:
    """The stays that follow from one child's taps.

    `repeats` maps a tap that changed nothing to the one that had said the same before it. `contradictions` are the
    departures that no arrival explains: shown to people, never swallowed.
    """

    stays: tuple[Stay, ...] = ()
    repeats: Mapping[UUID, UUID] = field(default_factory=dict)
    contradictions: tuple[TapFact, ...] = ()

    @property
    def open_stay(self) -> Stay | None:
        return next((stay for stay in self.stays if stay.is_open), None)


def project_stays(taps: Iterable[TapFact], zone: tzinfo) -> Projection:
    """Return the stays that one child's taps make, in whatever order and however often they are given.

    A second arrival while the child is there is the same arrival, and a second departure the same day the same
    departure. An undone tap never was, nor the repeats of it that were made before the undo. An arrival on a later
    day leaves the earlier stay without an end: forgotten, never guessed.
    """
    by_id = {tap.id: tap for tap in taps}
    made = sorted((tap for tap in by_id.values() if tap.kind != Tap.UNDONE), key=lambda tap: (tap.occurred_at, tap.id))
    undone: dict[UUID, datetime] = {}
    for tap in by_id.values():
        if tap.kind == Tap.UNDONE and tap.undoes:
            undone[tap.undoes] = max(tap.occurred_at, undone.get(tap.undoes, tap.occurred_at))
    if undone:
        repeats = _walk(made, zone).repeats
        made = [tap for tap in made if tap.id not in undone and not _is_undone_with(tap, repeats, undone)]
    return _walk(made, zone)


def _is_undone_with(tap: TapFact, repeats: Mapping[UUID, UUID], undone: Mapping[UUID, datetime]) -> bool:
    """Tell whether the tap only repeated one that was undone after it."""
    undone_at = undone.get(repeats.get(tap.id, tap.id))
    return undone_at is not None and tap.occurred_at <= undone_at


def _walk(made: Iterable[TapFact], zone: tzinfo) -> Projection:
    """Go through the taps in order."""
    stays: list[Stay] = []
    repeats: dict[UUID, UUID] = {}
    contradictions: list[TapFact] = []
    open_tap: TapFact | None = None
    for tap in made:
        if tap.kind == Tap.ARRIVED:
            if open_tap and _day(tap.occurred_at, zone) == _day(open_tap.occurred_at, zone):
                repeats[tap.id] = open_tap.id
                continue
            if open_tap:
                stays.append(Stay(open_tap.id, open_tap.occurred_at, is_forgotten=True))
            open_tap = tap
        elif open_tap:
            stays.append(Stay(open_tap.id, open_tap.occurred_at, tap.occurred_at, tap.id))
            open_tap = None
        elif (
            (ended := stays[-1] if stays else None)
            and ended.left_at
            and ended.left_event
            and (_day(tap.occurred_at, zone) == _day(ended.left_at, zone))
        ):
            repeats[tap.id] = ended.left_event
        else:
            contradictions.append(tap)
    if open_tap:
        stays.append(Stay(open_tap.id, open_tap.occurred_at))
    return Projection(tuple(stays), repeats, tuple(contradictions))


def is_forgotten(stay: Stay, now: datetime, *, closes: time = CLOSES, planned_until: datetime | None = None) -> bool:
    """Tell whether a stay ought to have been ended: the preschool has closed, and what was planned is over too."""
    if not stay.is_open:
        return stay.is_forgotten
    closed_at = datetime.combine(_day(stay.arrived_at, now.tzinfo), closes, tzinfo=now.tzinfo)
    due = max(moment for moment in (closed_at, stay.arrived_at, planned_until) if moment is not None)
    return now > due


def _day(moment: datetime, zone: tzinfo | None) -> date:
    return moment.astimezone(zone).date()


# The state ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DayState:
    """Where the child is at a moment, and what a person needs to be told with it.

    `since` is the arrival (PRESENT) or the departure (LEFT) · `came_at` the day's first arrival · `expected_at` the
    planned arrival (EXPECTED, LATE) · `returns_at` when the next planned time begins (LEFT) · `collected_at` the
    planned departure · `until` and `reason` of an absence · `forgotten_since` an arrival on an earlier day that
    nobody has ended.
    """

    state: State
    since: datetime | None = None
    came_at: datetime | None = None
    expected_at: datetime | None = None
    returns_at: datetime | None = None
    collected_at: datetime | None = None
    minutes_late: int = 0
    reason: Reason | None = None
    until: date | None = None
    gaps: Intervals = field(default=())
    forgotten_since: datetime | None = None


def day_state(
    now: datetime, plan: PlannedDay, stays: Iterable[Stay] = (), late_after_minutes: int = LATE_AFTER_MINUTES
) -> DayState:
    """Return where the child is at `now`, on the plan's day. Total: there is an answer to every combination.

    Presence beats absence and closed days. A stay left open on an earlier day is not presence today unless today's
    plan begins at midnight: its end is unknown, and the child is expected as usual.
    """
    stays = sorted(stays, key=lambda stay: stay.arrived_at)
    zone = now.tzinfo
    spans_night = any(part.starts == time.min for part in plan.attending)
    present, forgotten, gone = None, None, []
    for stay in stays:
        if stay.is_open and (_day(stay.arrived_at, zone) >= plan.day or spans_night):
            present = stay
        elif stay.left_at is None:
            forgotten = stay.arrived_at if stay.is_open else forgotten
        elif _day(stay.left_at, zone) == plan.day:
            gone.append(stay)
    today = [stay.arrived_at for stay in (*gone, *([present] if present else []))]
    gaps = tuple(gap.part for gap in plan.gaps if gap.part)
    came_at = min(today, default=None)
    if present:
        return DayState(
            State.PRESENT,
            since=present.arrived_at,
            came_at=came_at,
            collected_at=_collected_at(now, plan, zone),
            gaps=gaps,
        )
    gone_at = gone[-1].left_at if gone else None
    found = _away(now, plan, gone_at, late_after_minutes)
    return DayState(**{**vars(found), "came_at": came_at, "gaps": gaps, "forgotten_since": forgotten})


def _away(now: datetime, plan: PlannedDay, gone_at: datetime | None, late_after_minutes: int) -> DayState:
    """Return the state of a child that is not there now."""
    zone = now.tzinfo
    if gone_at is None:
        if plan.is_closed:
            return DayState(State.CLOSED)
        if plan.absence:
            return DayState(State.ABSENT, reason=plan.absence.reason, until=plan.absence.ends_on)
        if plan.is_free:
            return DayState(State.ABSENT, reason=Reason.LEAVE, until=plan.day)
        if plan.intervals is None:
            return DayState(State.EXPECTED)
        if not plan.attending:
            reason = plan.gaps[0].reason if plan.intervals else Reason.LEAVE
            return DayState(State.ABSENT, reason=reason, until=plan.day)
    coming = [p for p in plan.attending if gone_at is None or p.begins_at(plan.day, zone) >= gone_at]
    if not coming or (gone_at and now >= coming[-1].ends_at(plan.day, zone)):
        return DayState(State.LEFT, since=gone_at)
    part = next((p for p in coming if now < p.ends_at(plan.day, zone)), coming[-1])
    begins, ends = part.begins_at(plan.day, zone), part.ends_at(plan.day, zone)
    if gone_at and now < begins:
        return DayState(State.LEFT, since=gone_at, returns_at=begins, collected_at=ends)
    late = minutes_between(begins, now)
    if late >= max(late_after_minutes, 1):
        return DayState(State.LATE, expected_at=begins, collected_at=ends, minutes_late=late)
    return DayState(State.EXPECTED, expected_at=begins, collected_at=ends)


def _collected_at(now: datetime, plan: PlannedDay, zone: tzinfo | None) -> datetime | None:
    """Return when a child that is there is meant to be collected: the end of the time that is running, or the last."""
    ends = [part.ends_at(plan.day, zone) for part in plan.attending]
    return next((moment for moment in ends if moment > now), ends[-1] if ends else None)


def allowed_taps(state: State) -> frozenset[Tap]:
    """Return the taps that make sense in a state: one that is there can leave, any other can arrive."""
    return frozenset({Tap.LEFT if state == State.PRESENT else Tap.ARRIVED})
