"""What a family said in its own words, or a rota says, put into the plan that is being laid. Plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import lcm

from attendance.drafts import Draft, DraftDay
from attendance.phrases import SaidDay
from attendance.rules import Intervals, Week

Slots = tuple[Intervals | None, ...]  # the seven days of a week; None is a day of which nothing is said
NOTHING_SAID: Slots = (None,) * 7


@dataclass(frozen=True)
class Rotation:
    """Weeks that what was said comes back to, from its Monday on; the dates beside it do not fit into them."""

    starts_on: date
    weeks: tuple[Slots, ...]
    dates: tuple[SaidDay, ...]


def rotation_of(said: Sequence[SaidDay], monday: date, weeks: int, most_weeks: int) -> Rotation:
    """Return what repeats among the days said of so many weeks from `monday`, and the dates that do not.

    The weeks that repeat are those in which it ends, since it goes on so after the last of them: the shortest that
    leave the fewest dates. A rotation of no weeks, where nothing repeats. It begins where it is said to begin.
    """
    by_day = {one.date: one.intervals for one in said}
    rows = [_slots(by_day, monday + timedelta(days=7 * number)) for number in range(weeks)]
    lengths = [number for number in range(1, most_weeks + 1) if 2 * number <= weeks]
    found = [rotation for number in lengths if (rotation := _repeating(rows, number, monday, said))]
    none = Rotation(monday, (), tuple(said))
    return min(found, key=lambda rotation: (len(rotation.dates), len(rotation.weeks)), default=none)


def filled(draft: Draft, rotation: Rotation, *, weeks_on: int, most_weeks: int) -> Draft | None:
    """Return the draft with what was said in it, from the rotation's Monday: so many weeks after the draft's own.

    Of days about which nothing was said the draft's own weeks hold; None where the two together would take more than
    `most_weeks` to begin anew.
    """
    own = tuple(draft.weeks[(number + weeks_on) % len(draft.weeks)] for number in range(len(draft.weeks)))
    said = rotation.weeks or (NOTHING_SAID,)
    is_mixed = any(times is None and week[day] for slots in said for day, times in enumerate(slots) for week in own)
    length = lcm(len(own), len(said)) if is_mixed else len(said)
    if length > most_weeks:
        return None
    weeks = tuple(_over(said[number % len(said)], own[number % len(own)]) for number in range(length))
    days = (DraftDay(one.date, one.intervals) for one in rotation.dates)
    return replace(draft, weeks=weeks if rotation.weeks else own).with_days(days)


def _slots(by_day: dict[date, Intervals], monday: date) -> Slots:
    return tuple(by_day.get(monday + timedelta(days=number)) for number in range(7))


def _repeating(rows: Sequence[Slots], length: int, monday: date, said: Sequence[SaidDay]) -> Rotation | None:
    """Return the rotation of this length that the last weeks say, or None where they say nothing."""
    last = len(rows) - length
    base = {(number % length, day): rows[number][day] for number in range(last, len(rows)) for day in range(7)}
    if all(times is None for times in base.values()):
        return None
    begins = len(rows)
    while begins and all(
        rows[begins - 1][day] is not None or base[(begins - 1) % length, day] is None for day in range(7)
    ):
        begins -= 1
    if len(rows) - begins < 2 * length:
        return None
    weeks = tuple(tuple(base[number % length, day] for day in range(7)) for number in range(begins, begins + length))
    starts_on = monday + timedelta(days=7 * begins)

    def repeats(one: SaidDay) -> bool:
        return base[(one.date - monday).days // 7 % length, one.date.weekday()] == one.intervals

    return Rotation(starts_on, weeks, tuple(one for one in said if one.date < starts_on or not repeats(one)))


def _over(slots: Slots, own: Week) -> Week:
    return tuple(day if said is None else said for said, day in zip(slots, own, strict=True))
