"""A plan while it is being laid: painted day by day, carried by the form, saved only at the end. Plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from attendance import rules
from attendance.rules import Interval, Intervals, Week

EMPTY_WEEK: Week = ((),) * 7


@dataclass(frozen=True)
class Draft:
    """The weeks that a child's plan is to repeat."""

    weeks: tuple[Week, ...] = (EMPTY_WEEK,)

    def painted(self, week: int, weekdays: Iterable[int], intervals: Intervals) -> Draft:
        """Return the draft with these days of one of its weeks given new times; () is a day off."""
        chosen = set(weekdays)
        painted = tuple(intervals if number in chosen else day for number, day in enumerate(self.weeks[week]))
        return replace(self, weeks=(*self.weeks[:week], painted, *self.weeks[week + 1 :]))

    def of_length(self, weeks: int) -> Draft:
        """Return the draft with so many weeks: shortened, or its own weeks over again."""
        return replace(self, weeks=tuple(self.weeks[number % len(self.weeks)] for number in range(weeks)))

    def packed(self) -> str:
        """Return the draft as one line of text, for the form to carry: "0730-1600;…" a week, "|" between weeks."""
        return "|".join(
            ";".join(",".join(f"{i.starts:%H%M}-{i.ends:%H%M}" for i in day) for day in week) for week in self.weeks
        )

    @classmethod
    def unpacked(cls, text: str) -> Draft | None:
        """Return the draft that `packed` made, or None for anything else."""
        try:
            weeks = tuple(
                tuple(tuple(_interval(part) for part in day.split(",") if part) for day in week.split(";"))
                for week in text.split("|")
            )
        except ValueError:
            return None
        fits = 1 <= len(weeks) <= rules.MOST_WEEKS and all(len(week) == 7 for week in weeks)
        return cls(weeks) if fits else None


def draft_from(plans: Iterable[rules.RepeatingPlan], monday: date) -> Draft:
    """Return the plan that holds in the week of `monday`, that week first; an empty week when there is none."""
    plan = next((p for p in plans if p.holds_on(monday) or p.holds_on(monday + timedelta(days=6))), None)
    if plan is None:
        return Draft()
    passed = (monday - plan.starts_on).days // 7 % len(plan.weeks)
    return Draft((*plan.weeks[passed:], *plan.weeks[:passed]))


def grouped(drafts: Mapping[UUID, Draft]) -> dict[Draft, list[UUID]]:
    """Return the children by draft: siblings with the same weeks are saved as one."""
    groups: dict[Draft, list[UUID]] = {}
    for child_id, draft in drafts.items():
        groups.setdefault(draft, []).append(child_id)
    return groups


def _interval(text: str) -> Interval:
    starts, ends = text.split("-")
    return Interval(_time(starts), _time(ends))


def _time(text: str) -> time:
    return datetime.strptime(text, "%H%M").time()  # noqa: DTZ007 (a time on the wall)
