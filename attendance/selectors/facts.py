"""What the database knows about some children and some days, in the shape in which the rules want it.

Always the same number of queries, however many children and days there are.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from attendance import rules
from attendance.models import Absence, PlanningRule, Stay
from attendance.public_holidays import holiday_on
from attendance.selectors.readers import readers_of
from attendance.selectors.said import ATTENDS, DECIDED, Around, Kind, Said, said_of
from children.selectors.placing import Place, overlap, places_of
from portal.lib import days
from portal.lib.prepared import Rows, prepared


def stored(intervals: Iterable[rules.Interval]) -> list[list[str]]:
    """Return intervals as the database keeps them."""
    return [[f"{interval.starts:%H:%M}", f"{interval.ends:%H:%M}"] for interval in sorted(intervals)]


# Read once for all who keep the same hours, which is most: the rules' values never change.
@lru_cache(maxsize=4096)
def _weeks(text: str) -> tuple[rules.Week, ...]:
    return tuple(tuple(map(_intervals_in, week)) for week in json.loads(text))


@lru_cache(maxsize=4096)
def read_intervals(text: str) -> rules.Intervals | None:
    """Return intervals that the database keeps, from their text."""
    found = json.loads(text)
    return None if found is None else _intervals_in(found)


def _settings(text: str) -> dict[str, Any]:
    """Return a place's settings; SQLite gives JSON inside JSON as text."""
    found: dict[str, Any] = json.loads(text)
    if isinstance(found.get("opening"), str):
        found["opening"] = json.loads(found["opening"])
    return found


def _intervals_in(pairs: Iterable[Sequence[str]]) -> rules.Intervals:
    return tuple(rules.Interval(time.fromisoformat(starts), time.fromisoformat(ends)) for starts, ends in pairs)


@dataclass(frozen=True)
class ClosedOn:
    """A day on which a department, a preschool or an area is closed, and why."""

    day: date
    reason: str
    department_id: UUID | None
    preschool_id: UUID | None
    area_id: UUID | None


def absence_of(row: Absence) -> rules.DayAbsence:
    part = rules.Interval(row.from_time, row.to_time) if row.from_time and row.to_time else None
    return rules.DayAbsence(
        row.starts_on, row.ends_on, rules.Reason(row.reason), part, row.id, row.reported_by_id, row.is_by_staff
    )


def stay_of(row: Stay) -> rules.Stay:
    return rules.Stay(row.id, row.arrived_at, row.left_at, row.left_event, row.is_forgotten)


@dataclass(frozen=True)
class ChangedDay:
    """What a family has said about one day. Of those who collect only the names: the rest is encrypted."""

    intervals: rules.Intervals | None
    note: str = ""
    collecting_guardian_id: UUID | None = None
    guardian_name: str = ""
    collecting_contact_id: UUID | None = None
    contact_relation: str = ""
    contact_name: str = ""


@dataclass(frozen=True)
class EnquiryAt:
    """A holiday enquiry, and where it is asked."""

    enquiry: rules.Enquiry
    preschool_id: UUID | None
    area_id: UUID | None

    def is_at(self, place: Place) -> bool:
        return self.preschool_id == place.preschool_id or bool(self.area_id and self.area_id == place.area_id)


@dataclass
class Known:
    """Everything said and done about some children between two dates, as it stands on `today`.

    Read for a guardian (`readers`, by child with two homes) it holds nothing that another home has said and does not
    share.
    """

    first: date
    last: date
    today: date = field(default_factory=days.today)
    plans: dict[UUID, list[rules.RepeatingPlan]] = field(default_factory=lambda: defaultdict(list))
    day_plans: dict[tuple[UUID, date], dict[UUID | None, ChangedDay]] = field(default_factory=lambda: defaultdict(dict))
    absences: dict[UUID, list[rules.DayAbsence]] = field(default_factory=lambda: defaultdict(list))
    closed: list[ClosedOn] = field(default_factory=list)
    stays: dict[UUID, list[rules.Stay]] = field(default_factory=lambda: defaultdict(list))
    places: dict[UUID, list[Place]] = field(default_factory=dict)
    livings: dict[UUID, list[rules.Living]] = field(default_factory=lambda: defaultdict(list))
    readers: dict[UUID, rules.Reader] = field(default_factory=dict)
    enquiries: list[EnquiryAt] = field(default_factory=list)
    answers: dict[tuple[UUID, date], rules.Answers] = field(default_factory=lambda: defaultdict(dict))
    asked: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))  # where silence counts: by child
    decided: dict[UUID | None, dict[str, Any]] = field(default_factory=dict)  # by preschool or area; None: for all
    merged: dict[tuple[UUID | None, ...], rules.PlaceRules] = field(default_factory=dict)
    judged: dict[tuple[UUID, date], rules.PlannedDay] | None = None  # the days that were asked for, once `settled`

    def add(self, row: Said) -> None:
        """Put one row in its place."""
        if row.child_id is None:
            self._add_of_place(row)
        elif row.kind == Kind.PLAN:
            weeks = _weeks(row.times or "[]")
            self.plans[row.child_id].append(rules.RepeatingPlan(row.starts_on, row.ends_on, weeks, row.household_id))
        elif row.kind == Kind.ABSENCE:
            part = rules.Interval(row.from_time, row.to_time) if row.from_time and row.to_time else None
            ends_on = row.ends_on or row.starts_on
            reason, by_staff = rules.Reason(row.words or ""), bool(row.is_by_staff)
            absence = rules.DayAbsence(row.starts_on, ends_on, reason, part, row.id, row.guardian_id, by_staff)
            self.absences[row.child_id].append(absence)
        elif row.kind == Kind.LIVING:
            self.livings[row.child_id].append(_living(row))
        elif row.kind == Kind.ANSWER and row.id:
            self.answers[row.child_id, row.starts_on].setdefault(row.household_id, {})[row.id] = row.words == ATTENDS
        else:
            self.day_plans[row.child_id, row.starts_on][row.household_id] = ChangedDay(
                read_intervals(row.times) if row.times else None,
                row.words or "",
                row.guardian_id,
                row.guardian_name or "",
                row.contact_id,
                row.contact_relation or "",
                row.contact_name or "",
            )

    def _add_of_place(self, row: Said) -> None:
        if row.kind == Kind.CLOSED_DAY:
            self.closed.append(
                ClosedOn(row.starts_on, row.words or "", row.department_id, row.preschool_id, row.area_id)
            )
        elif row.kind == Kind.RULE:
            self.decided[row.preschool_id or row.area_id] = rules.from_stored(_settings(row.times or "{}"))
        elif row.kind == Kind.ENQUIRY and row.id and row.ends_on and row.opens_on and row.answer_by:
            silence = rules.Silence(row.words or "")
            enquiry = rules.Enquiry(row.id, row.starts_on, row.ends_on, row.opens_on, row.answer_by, silence)
            self.enquiries.append(EnquiryAt(enquiry, row.preschool_id, row.area_id))
        else:
            raise ValueError(f"a row of kind {row.kind} concerns no child")

    def with_homes(self) -> set[UUID]:
        """Return the children that have two homes in these days, or of whom one of two homes has said something."""
        said = {child_id for child_id, plans in self.plans.items() if any(plan.home for plan in plans)}
        said |= {child_id for (child_id, _day), changed in self.day_plans.items() if any(changed)}
        return said | {child_id for child_id, livings in self.livings.items() if livings}

    def leave_out_unseen(self) -> None:
        """Forget what the homes have said that the readers may not see: plans, days, and the hours of an absence."""
        for child_id, reader in self.readers.items():
            self.plans[child_id] = [plan for plan in self.plans[child_id] if reader.may_see(plan.home)]
            self.absences[child_id] = [
                absence for absence in self.absences[child_id] if self.may_see_hours(child_id, absence, reader)
            ]
        for (child_id, day), said in self.day_plans.items():
            if reader_of := self.readers.get(child_id):
                self.day_plans[child_id, day] = {home: one for home, one in said.items() if reader_of.may_see(home)}

    def may_see_hours(self, child_id: UUID, absence: rules.DayAbsence, reader: rules.Reader) -> bool:
        """Tell whether the reader may know of the absence: of whole days everybody may, of its hours not everybody."""
        homes = rules.homes_on(self.livings.get(child_id, ()), absence.starts_on)
        is_told = reader.may_see_hours(absence.reported_by, homes, by_staff=absence.is_by_staff)
        return absence.part is None or is_told

    def own_home(self, child_id: UUID) -> UUID | None:
        """Return the reader's home of a child with two; None of a child with one, or for whoever lives in neither."""
        reader = self.readers.get(child_id)
        return reader.home if reader and self.livings.get(child_id) else None

    def own_plans(self, child_id: UUID) -> list[rules.RepeatingPlan]:
        """Return the plans that the reader may change: the own home's, before those that are the child's."""
        own = self.own_home(child_id)
        plans = [plan for plan in self.plans.get(child_id, ()) if plan.home in (own, None)]
        return sorted(plans, key=lambda plan: plan.home is None)

    def settled(self) -> Known:
        """Return these facts as they stay from here on: each day is then judged once, however often a page asks."""
        return replace(self, judged={})

    def try_on(self, child_id: UUID, monday: date, last: date | None, weeks: tuple[rules.Week, ...]) -> None:
        """Show the days from `monday` to `last` as they would be if the reader's home laid these weeks."""
        own, plans = self.own_home(child_id), self.plans.get(child_id, ())
        kept = [p for p in plans if p.home not in (own, None) or (last and last < p.starts_on)]
        eve = monday - timedelta(days=1)
        earlier = [p for p in plans if p.home in (own, None) and p.starts_on < monday]
        kept += [replace(p, ends_on=min(p.ends_on or eve, eve)) for p in earlier]
        self.plans[child_id] = kept + [rules.RepeatingPlan(monday, last, weeks, home) for home in {own, None}]

    def place(self, child_id: UUID, day: date) -> Place | None:
        """Return where the child is placed on `day`; a backup placement wins."""
        return next((place for place in self.places.get(child_id, ()) if place.holds_on(day)), None)

    def rules_at(self, place: Place | None) -> rules.PlaceRules:
        """Return what is decided there: by the municipality, over that by the area, over that by the preschool."""
        above = (None, place.area_id, place.preschool_id) if place else (None,)
        if above not in self.merged:
            self.merged[above] = rules.merged_rules(self.decided.get(key, {}) for key in above)
        return self.merged[above]

    def planned(self, child_id: UUID, day: date) -> rules.PlannedDay:
        """Return what is planned for the child on that day, of all that is known."""
        if self.judged is None:
            return self._planned(child_id, day)
        if (child_id, day) not in self.judged:
            self.judged[child_id, day] = self._planned(child_id, day)
        return self.judged[child_id, day]

    def _planned(self, child_id: UUID, day: date) -> rules.PlannedDay:
        changed = self.day_plans.get((child_id, day), {})
        place = self.place(child_id, day)
        return rules.merged_plan(
            rules.DayFacts(
                day=day,
                plans=tuple(self.plans.get(child_id, ())),
                changed={home: one.intervals for home, one in changed.items() if one.intervals is not None},
                absences=tuple(self.absences.get(child_id, ())),
                closed=self.closed_reason(place, day),
                opens=self.rules_at(place).opens_on(day) is not None,
                livings=tuple(self.livings.get(child_id, ())),
                free=self._free(child_id, place, day) if self.enquiries or self.answers else frozenset(),
                reader=self.readers.get(child_id),
            )
        )

    def changed_day(self, child_id: UUID, day: date) -> ChangedDay | None:
        """Return what is said of the one day: of two homes' the evening's, who collects, with the notes of both."""
        said = self.day_plans.get((child_id, day))
        if not said:
            return None
        homes = rules.homes_on(self.livings.get(child_id, ()), day)
        if homes is None:
            return said.get(None)
        reader = self.readers.get(child_id)
        if reader and not homes.concerns(reader.home) and not {homes.morning, homes.evening} & reader.sees:
            return None
        found = [said[home] for home in dict.fromkeys((homes.evening, homes.morning, None)) if home in said]
        if not found:
            return None
        collects = said.get(homes.evening) or said.get(None) or ChangedDay(None)
        notes = dict.fromkeys(one.note for one in found if one.note)
        return replace(collects, intervals=found[0].intervals, note=" · ".join(notes))

    def enquiries_at(self, place: Place | None) -> list[rules.Enquiry]:
        """Return the holiday enquiries that are asked there."""
        return [one.enquiry for one in self.enquiries if one.is_at(place)] if place else []

    def open_enquiries(self, child_id: UUID) -> tuple[UUID, ...]:
        """Return the enquiries that can be answered today, where the child is or is to be."""
        return tuple(
            one.enquiry.id
            for one in self.enquiries
            if rules.enquiry_state(one.enquiry, self.today) == rules.EnquiryState.OPEN
            and any(one.is_at(place) for place in self.places.get(child_id, ()))
        )

    def _free(self, child_id: UUID, place: Place | None, day: date) -> frozenset[UUID | None]:
        """Return the homes whose day is free by what they answered, or by silence; None for a child with one home."""
        homes, asked = rules.homes_on(self.livings.get(child_id, ()), day), self.asked.get(child_id, ())
        enquiries = self.enquiries_at(place)
        return frozenset(
            home
            for home in ({homes.morning, homes.evening} if homes else {None})
            if rules.is_free(enquiries, self.answers_of(child_id, day, home), day, today=self.today, asked=asked)
        )

    def answers_of(self, child_id: UUID, day: date, home: UUID | None) -> dict[UUID, bool]:
        """Return what a home has answered of the day, by enquiry; else what was answered for the child."""
        said = self.answers.get((child_id, day), {})
        return said.get(None, {}) | said.get(home, {})

    def note_who_was_asked(self) -> None:
        """Find out of whom silence says something: one query, and none where no silence counts."""
        counting = [one for one in self.enquiries if rules.silence_counts(one.enquiry, self.today)]
        if not counting:
            return
        first = min(one.enquiry.opens_on for one in counting)
        last = max(one.enquiry.answer_by for one in counting)
        for child_id, places in places_of(list(self.places), overlap(first, last)).items():
            for one in counting:
                placed = [(p.starts_on, p.ends_on) for p in places if one.is_at(p) and not p.is_backup]
                if rules.was_asked(one.enquiry, placed):
                    self.asked[child_id].add(one.enquiry.id)

    def closed_reason(self, place: Place | None, day: date) -> str | None:
        """Return why the child's department is closed on `day`, or None when it is open.

        A public holiday closes it, where it is not decided that it opens on them.
        """
        if place is None:
            return None
        for closed in self.closed:
            if closed.day == day and (
                closed.department_id == place.department_id
                or closed.preschool_id == place.preschool_id
                or (closed.area_id and closed.area_id == place.area_id)
            ):
                return closed.reason
        holiday = holiday_on(day)
        return None if holiday is None or self.rules_at(place).opens_on_holidays else holiday

    def state(self, child_id: UUID, now: datetime) -> rules.DayState:
        return self.day(child_id, now)[1]

    def day(self, child_id: UUID, now: datetime) -> tuple[rules.PlannedDay, rules.DayState]:
        """Return what is planned for the day that `now` is on, and where the child is."""
        here = days.local(now)
        plan = self.planned(child_id, here.date())
        late_after = self.rules_at(self.place(child_id, here.date())).late_after_minutes
        return plan, rules.day_state(here, plan, self.stays.get(child_id, ()), late_after)


def known(
    child_ids: Iterable[UUID],
    first: date,
    last: date,
    *,
    with_stays: bool = True,
    places: dict[UUID, list[Place]] | None = None,
    places_until: date | None = None,
    reader: UUID | None = None,
) -> Known:
    """Read what is known of these children from `first` to `last`: three queries, one less with places already read.

    For a guardian, `reader`, without what another home has said and does not share: one query more where a child has
    two homes. One more, too, where a holiday enquiry's silence counts: it does not for a child that came later.
    """
    ids = list(child_ids)
    found = Known(first, last)
    if not ids:
        return found
    if places is None:
        found.places = places_of(ids, overlap(first, places_until or last))
    else:
        found.places = places
    around = Around.of(place for places in found.places.values() for place in places)
    for row in said_of(ids, around, first, last):
        found.add(row)
    if reader is not None and (with_homes := found.with_homes()):
        found.readers = readers_of(with_homes, reader)
        found.leave_out_unseen()
    found.note_who_was_asked()
    if with_stays:
        for child_id, *stay in _stays(ids, first, last):
            found.stays[child_id].append(rules.Stay(*stay))
    return found


def _living(row: Said) -> rules.Living:
    if row.household_id is None or row.other_household_id is None:
        raise ValueError("two homes are two")
    weeks = tuple(json.loads(row.times or "[]"))
    handover = rules.Handover(row.words or "")
    return rules.Living(row.starts_on, row.ends_on, weeks, row.household_id, row.other_household_id, handover)


@prepared
def _stays(child_ids: Sequence[UUID], first: date, last: date) -> Rows:
    begins, ends = days.day_bounds(first)[0], days.day_bounds(last)[1]
    stays = Stay.objects.filter(child__in=child_ids).touching(begins, ends)
    stays = stays.exclude(is_forgotten=True, arrived_at__lt=begins)
    return stays.values_list("child_id", "id", "arrived_at", "left_at", "left_event", "is_forgotten")


def rules_for(place: Place | None) -> rules.PlaceRules:
    """Return what is decided there, as `Known.rules_at`, for whoever needs no more than that: one query."""
    found = Known(date.min, date.min)
    rows = PlanningRule.objects.above(place.preschool_id, place.area_id) if place else PlanningRule.objects.above()
    for row in rows.values("preschool_id", "area_id", *DECIDED):
        found.decided[row["preschool_id"] or row["area_id"]] = rules.from_stored(row)
    return found.rules_at(place)
