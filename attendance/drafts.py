"""A plan while it is being laid: painted day by day, carried by the form, saved only at the end. Plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from attendance import rules
from attendance.rules import Interval, Intervals, Week
from portal.lib import days

EMPTY_WEEK: Week = ((),) * 7
MOST_DAYS = 400
LONGEST = 60_000  # packed: more than twenty weeks and so many days of three times each ever take
AS_REPEATED = "~"


@dataclass(frozen=True)
class DraftDay:
    """The times of one date, over the weeks that repeat; () is a day off, None that it is to follow them again.

    With `like` the note and who collects are to be those of that child's day: what was copied, and ticked.
    `copied_from` is the day that had times of its own, where these are its.
    """

    day: date
    intervals: Intervals | None
    like: tuple[UUID, date] | None = None
    copied_from: date | None = None


@dataclass(frozen=True)
class Draft:
    """The weeks that a child's plan is to repeat, and the dates on which something else holds."""

    weeks: tuple[Week, ...] = (EMPTY_WEEK,)
    days: tuple[DraftDay, ...] = ()

    def painted(self, week: int, weekdays: Iterable[int], intervals: Intervals) -> Draft:
        """Return the draft with these days of one of its weeks given new times; () is a day off."""
        chosen = set(weekdays)
        painted = tuple(intervals if number in chosen else day for number, day in enumerate(self.weeks[week]))
        return replace(self, weeks=(*self.weeks[:week], painted, *self.weeks[week + 1 :]))

    def of_length(self, weeks: int) -> Draft:
        """Return the draft with so many weeks: shortened, or its own weeks over again."""
        return replace(self, weeks=tuple(self.weeks[number % len(self.weeks)] for number in range(weeks)))

    def with_days(self, given: Iterable[DraftDay]) -> Draft:
        """Return the draft with these dates as well; what was drafted for them before gives way."""
        days = {one.day: one for one in (*self.days, *given)}
        return replace(self, days=tuple(days[day] for day in sorted(days)))

    def without_days(self, dates: Iterable[date]) -> Draft:
        """Return the draft without what was drafted for these dates alone."""
        left_out = set(dates)
        return replace(self, days=tuple(one for one in self.days if one.day not in left_out))

    def packed(self) -> str:
        """Return the draft as one line of text, for the form to carry.

        "0730-1600;…" a week, "|" between weeks; after "#" the dates, "20261019=0730-1600", "/" between them.
        """
        weeks = "|".join(";".join(map(_packed_day, week)) for week in self.weeks)
        return f"{weeks}#{packed_days(self.days)}" if self.days else weeks

    @classmethod
    def unpacked(cls, text: str) -> Draft | None:
        """Return the draft that `packed` made, or None for anything else."""
        if len(text) > LONGEST:
            return None
        repeated, _sign, dated = text.partition("#")
        try:
            weeks = tuple(tuple(_unpacked_day(day) for day in week.split(";")) for week in repeated.split("|"))
        except ValueError:
            return None
        days = unpacked_days(dated)
        fits = 1 <= len(weeks) <= rules.MOST_WEEKS and all(len(week) == 7 for week in weeks)
        return cls(weeks).with_days(days) if fits and days is not None else None


def packed_days(days: Iterable[DraftDay]) -> str:
    """Return dates as one line of text: "20261019=0730-1600/20261020=/20261021=~", "~" for what repeats.

    After "<" whose day each is like, after "*" of which changed day it is a copy.
    """
    return "/".join(f"{one.day:%Y%m%d}={_packed_times(one)}{_packed_source(one)}" for one in days)


def unpacked_days(text: str) -> tuple[DraftDay, ...] | None:
    """Return the dates that `packed_days` made, or None for anything else."""
    parts = [part for part in text.split("/") if part]
    try:
        return tuple(map(_unpacked_date, parts)) if len(parts) <= MOST_DAYS else None
    except ValueError:
        return None


def draft_from(plans: Iterable[rules.RepeatingPlan], monday: date) -> Draft:
    """Return the plan that holds in the week of `monday`, that week first; an empty week when there is none."""
    plan = next((p for p in plans if p.holds_on(monday) or p.holds_on(monday + timedelta(days=6))), None)
    if plan is None:
        return Draft()
    passed = (monday - plan.starts_on).days // 7 % len(plan.weeks)
    return Draft((*plan.weeks[passed:], *plan.weeks[:passed]))


def grouped(drafts: Mapping[UUID, Draft]) -> dict[tuple[Week, ...], list[UUID]]:
    """Return the children by the weeks that repeat: siblings with the same ones are saved together."""
    groups: dict[tuple[Week, ...], list[UUID]] = {}
    for child_id, draft in drafts.items():
        groups.setdefault(draft.weeks, []).append(child_id)
    return groups


def _packed_day(intervals: Intervals) -> str:
    return ",".join(f"{part.starts:%H%M}-{part.ends:%H%M}" for part in intervals)


def _packed_times(one: DraftDay) -> str:
    return AS_REPEATED if one.intervals is None else _packed_day(one.intervals)


def _packed_source(one: DraftDay) -> str:
    like = f"<{one.like[0].hex}{one.like[1]:%Y%m%d}" if one.like else ""
    return f"{like}*{one.copied_from:%Y%m%d}" if one.copied_from else like


def _unpacked_day(text: str) -> Intervals:
    parts = [part for part in text.split(",") if part]
    if len(parts) > rules.MOST_INTERVALS:
        raise ValueError(text[:20])
    return tuple(map(_interval, parts))


def _unpacked_date(text: str) -> DraftDay:
    said, _sign, source = text.partition("*")
    said, _sign, whose = said.partition("<")
    day, sign, times = said.partition("=")
    if not sign:
        raise ValueError(text)
    like = (UUID(hex=whose[:32]), _date(whose[32:])) if whose else None
    intervals = None if times == AS_REPEATED else _unpacked_day(times)
    return DraftDay(_date(day), intervals, like, _date(source) if source else None)


def _interval(text: str) -> Interval:
    starts, ends = text.split("-")
    return Interval(_time(starts), _time(ends))


def _time(text: str) -> time:
    return datetime.strptime(text, "%H%M").time()  # noqa: DTZ007 (a time on the wall)


def _date(text: str) -> date:
    return days.read(f"{text[:4]}-{text[4:6]}-{text[6:]}")
