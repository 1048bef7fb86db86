"""What usual times would have been worth: compared, like the plan, with what then happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from attendance import rules
from attendance.selectors.facts import known
from attendance.selectors.lived import lived_days
from attendance.usual_rules import WEEKS_BACK, LivedDay, mean_error, usual_of
from children.selectors.placed import placed_since

AT_ONCE = 500


@dataclass
class Compared:
    """What was said and what was, in minutes of the day: by the plan and by what was usual, of the same days."""

    planned_arrivals: list[tuple[int, int]] = field(default_factory=list)
    planned_departures: list[tuple[int, int]] = field(default_factory=list)
    usual_arrivals: list[tuple[int, int]] = field(default_factory=list)
    usual_departures: list[tuple[int, int]] = field(default_factory=list)

    @property
    def days(self) -> int:
        return len(self.usual_arrivals)

    @property
    def plan_error(self) -> tuple[float | None, float | None]:
        """The plan's mean error in minutes: of arrivals, of departures."""
        return mean_error(self.planned_arrivals), mean_error(self.planned_departures)

    @property
    def usual_error(self) -> tuple[float | None, float | None]:
        return mean_error(self.usual_arrivals), mean_error(self.usual_departures)


def compare(weeks: int, today: date) -> Compared:
    """Compare on all days of the weeks before `today` that had a plan, a usual time and a stay.

    The usual time of a day is what it would have been that morning: from the eight weeks before the day itself.
    """
    first, last = today - timedelta(weeks=weeks), today - timedelta(days=1)
    ids = list(placed_since(today).order_by("pk").values_list("pk", flat=True))
    found = Compared()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        lived = lived_days(some, first - timedelta(weeks=WEEKS_BACK), last)
        facts = known(some, first, last, with_stays=False)
        for child_id, own in lived.items():
            for one, before in _with_what_was_before(own, first):
                attending, usual = facts.planned(child_id, one.day).attending, usual_of(before)
                if usual is None or not attending:
                    continue
                ends = _minute(attending[-1].ends) or rules.MINUTES_OF_A_DAY
                found.planned_arrivals.append((_minute(attending[0].starts), one.arrived))
                found.planned_departures.append((ends, one.left))
                found.usual_arrivals.append((usual.arrives, one.arrived))
                found.usual_departures.append((usual.leaves, one.left))
    return found


def _with_what_was_before(own: list[LivedDay], first: date) -> Iterator[tuple[LivedDay, list[LivedDay]]]:
    """Yield each day from `first` on, with the same weekday's days of the eight weeks before it."""
    by_day = {one.day: one for one in own}
    for one in own:
        if one.day >= first:
            earlier = (one.day - timedelta(weeks=number) for number in range(1, WEEKS_BACK + 1))
            yield one, [by_day[day] for day in earlier if day in by_day]


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute
