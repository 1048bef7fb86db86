"""What is meant for a child on a day: repeating plans, changed days, absence and closed days, merged.

Plain values in, plain values out: no database, no clock. `attendance.rules` gives these names on, and is where the
rest of the house takes them from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from attendance.home_rules import Seam, joined
from attendance.time_rules import Interval, Intervals, minutes_between, without
from children.home_rules import HomesOfDay, Living, homes_on

MOST_WEEKS = 20

Week = tuple[Intervals, ...]
"""Seven days from Monday."""


class Reason(StrEnum):
    SICK = "sick"
    LEAVE = "leave"
    OTHER = "other"


# The plan -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RepeatingPlan:
    """Weeks of seven days that follow each other and begin again, from a Monday until its last day.

    `home` is whose it is, of a child with two homes.
    """

    starts_on: date
    ends_on: date | None
    weeks: tuple[Week, ...]
    home: UUID | None = None

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def on(self, day: date) -> Intervals:
        """Return the times of `day`; nothing is a day off."""
        passed = (day - timedelta(days=day.weekday()) - self.starts_on).days // 7
        return self.weeks[passed % len(self.weeks)][day.weekday()]


@dataclass(frozen=True)
class DayAbsence:
    """A reported absence: whole days, or from a time to a time on one day.

    `reported_by` is who said so. What the staff said is theirs to take back.
    """

    starts_on: date
    ends_on: date
    reason: Reason
    part: Interval | None = None
    id: UUID | None = None
    reported_by: UUID | None = None
    is_by_staff: bool = False

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


class Half(StrEnum):
    """What a guardian knows of a day of handover: all of it, or no more than the own home's arrival or collection."""

    BOTH = ""
    MORNING = "morning"
    EVENING = "evening"


@dataclass(frozen=True)
class Reader:
    """A guardian who reads of a child with two homes: the own home (None: in neither), and whose times it may see.

    `seen` are this guardian, and those in the own home and in homes whose times it may see; `unseen` those in others.
    """

    home: UUID | None
    sees: frozenset[UUID] = frozenset()
    unseen: frozenset[UUID] = frozenset()
    seen: frozenset[UUID] = frozenset()

    def may_see(self, home: UUID | None) -> bool:
        """Tell whether what this home says (None: what is said for the child, wherever it is) may be read."""
        return home is None or home == self.home or home in self.sees

    def may_see_hours(self, reported_by: UUID | None, homes: HomesOfDay | None, *, by_staff: bool) -> bool:
        """Tell whether it may be read in which hours of a day, of these homes, the child is away.

        Always where a home that may be seen has said it, never where another has; and what the staff or whoever lives
        in neither has said, of a day no half of which is a home's that may not be seen.
        """
        if not by_staff and reported_by in self.seen | self.unseen:
            return reported_by in self.seen
        return homes is None or (self.may_see(homes.morning) and self.may_see(homes.evening))


@dataclass(frozen=True)
class DayFacts:
    """All that families and the preschool have said about one child and one day.

    `changed` holds the day's own times, over the repeating plan, by home (None: said for the child, whichever home it
    is in); () is a day off. `livings` tell in which home the child is. `free` are the homes that answered a holiday
    enquiry so, or were silent where that counts as such an answer; None for a child with one home. Without a `reader`
    all of it is merged, as the staff see it.
    """

    day: date
    plans: tuple[RepeatingPlan, ...] = ()
    changed: Mapping[UUID | None, Intervals] = field(default_factory=dict)
    absences: tuple[DayAbsence, ...] = ()
    closed: str | None = None  # why the preschool is closed
    opens: bool = True  # on that weekday, as any week
    livings: tuple[Living, ...] = ()
    free: frozenset[UUID | None] = frozenset()
    reader: Reader | None = None


@dataclass(frozen=True)
class PlannedDay:
    """What follows from the facts: the times as they are meant, and what takes from them.

    `intervals` is None where nobody has planned, and empty for a day off. Absence, closed days and a holiday answer
    hide times and never remove them. With two homes `homes` says whose the day is, `seam` what does not fit between
    them, `half` what a guardian who reads learns of a day of handover, and `is_elsewhere` that the day is another
    home's, of which it learns no times.
    """

    day: date
    intervals: Intervals | None = None
    absence: DayAbsence | None = None
    gaps: tuple[DayAbsence, ...] = ()
    is_closed: bool = False
    closed: str = ""
    is_changed: bool = False
    is_free: bool = False
    homes: HomesOfDay | None = None
    seam: Seam = Seam.NONE
    half: Half = Half.BOTH
    is_elsewhere: bool = False

    @property
    def attending(self) -> Intervals:
        """The times in which the child is meant to be there: nothing when absent, closed or free; without the gaps."""
        if self.is_closed or self.absence or self.is_free:
            return ()
        left = self.intervals or ()
        for gap in self.gaps:
            if gap.part:
                left = without(left, gap.part)
        return left

    @property
    def is_unplanned(self) -> bool:
        return self.intervals is None


def merged_plan(facts: DayFacts) -> PlannedDay:
    """Return what holds on the day: the day's own times over the repeating plan, absence and closed days over both.

    A weekday on which the place does not open, and on which nobody has planned times, is closed (DOMAIN 2.4).
    """
    homes = homes_on(facts.livings, facts.day)
    half = _half(facts.reader, homes)
    if half is None:
        return _elsewhere(facts, homes)
    intervals, seam = _said_of(facts, homes, half)
    absences = [absence for absence in facts.absences if absence.holds_on(facts.day)]
    whole = [absence for absence in absences if absence.part is None]
    parts = sorted((a for a in absences if a.part), key=lambda a: a.part or Interval(time.min, time.min))
    return PlannedDay(
        day=facts.day,
        intervals=intervals,
        absence=max(whole, key=_weight, default=None),
        gaps=tuple(parts),
        is_closed=facts.closed is not None or not (facts.opens or intervals),
        closed=facts.closed or "",
        is_changed=any(home is None or (homes is not None and homes.concerns(home)) for home in facts.changed),
        is_free=_is_free(facts, homes, half),
        homes=homes,
        seam=seam if facts.reader is None else Seam.NONE,
        half=half,
    )


def _half(reader: Reader | None, homes: HomesOfDay | None) -> Half | None:
    """Return what the reader may know of the day; None for nothing of it."""
    if reader is None or homes is None:
        return Half.BOTH
    sees_morning, sees_evening = reader.may_see(homes.morning), reader.may_see(homes.evening)
    if sees_morning and sees_evening:
        return Half.BOTH
    if sees_morning:
        return Half.MORNING
    return Half.EVENING if sees_evening else None


def _said_of(facts: DayFacts, homes: HomesOfDay | None, half: Half) -> tuple[Intervals | None, Seam]:
    """Return the day's times: one home's, both homes' joined, or those of the home that the reader may see."""
    if homes is None:
        return _said_by(facts, None), Seam.NONE
    if half == Half.EVENING or not homes.is_handover:
        return _said_by(facts, homes.evening), Seam.NONE
    if half == Half.MORNING:
        return _said_by(facts, homes.morning), Seam.NONE
    halves = (homes.morning, homes.evening)
    if _is_free(facts, homes, half):
        return joined(*(_said_by(facts, home) for home in halves))
    # Free for one home's half, the child comes for the other's.
    return joined(*(() if home in facts.free else _said_by(facts, home) for home in halves))


def _is_free(facts: DayFacts, homes: HomesOfDay | None, half: Half) -> bool:
    """Tell whether all of the day that the reader knows of is free. Of two homes each answers for its own half."""
    if homes is None:
        return None in facts.free
    asked = {
        Half.BOTH: {homes.morning, homes.evening},
        Half.MORNING: {homes.morning},
        Half.EVENING: {homes.evening},
    }
    return asked[half] <= facts.free


def _said_by(facts: DayFacts, home: UUID | None) -> Intervals | None:
    """Return what a home has said: its own changed day, a day changed for all, its own plan, a plan for all."""
    for whose in dict.fromkeys((home, None)):
        if whose in facts.changed:
            return facts.changed[whose]
    for whose in dict.fromkeys((home, None)):
        holding = [plan for plan in facts.plans if plan.home == whose and plan.holds_on(facts.day)]
        if holding:
            return max(holding, key=lambda plan: plan.starts_on).on(facts.day)
    return None


def _elsewhere(facts: DayFacts, homes: HomesOfDay | None) -> PlannedDay:
    """Return the day as the home that does not have it knows it: closed or absent, and nothing of times."""
    whole = [absence for absence in facts.absences if absence.holds_on(facts.day) and absence.part is None]
    return PlannedDay(
        day=facts.day,
        absence=max(whole, key=_weight, default=None),
        is_closed=facts.closed is not None or not facts.opens,
        closed=facts.closed or "",
        homes=homes,
        is_elsewhere=True,
    )


def _weight(absence: DayAbsence) -> tuple[date, bool]:
    """Return what decides between two absences of one day: the longer holds, then what the staff said."""
    return absence.ends_on, absence.is_by_staff


def minutes_planned(plan: PlannedDay, zone: tzinfo | None) -> int:
    """Return how many minutes the child is meant to be there, in true length.

    A guardian who knows one end of a day of handover knows no length: the day counts for nothing in that home's week.
    """
    if plan.half != Half.BOTH:
        return 0
    return sum(minutes_between(part.begins_at(plan.day, zone), part.ends_at(plan.day, zone)) for part in plan.attending)
