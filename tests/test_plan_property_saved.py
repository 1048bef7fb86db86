"""Whatever families and the preschool say through the services, in whatever order: the days follow from it (issue 3).

What is expected is kept beside it by a model that knows nothing of the rules: for each home what it laid, by date.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import time_machine
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from accounts.models import User
from attendance import rules, services
from attendance.drafts import Draft, DraftDay
from attendance.models import ClosedDay, PlanningRule, WeekPlan
from attendance.selectors.facts import Known, known
from attendance.selectors.scopes import Scope
from children.actors import Actor
from children.models import Household, HouseholdWeeks
from portal.lib import days
from tests.cast import Cast
from tests.test_plan_property import CUT_OFFS, day_times, every_row, long_placed, start_over

__all__ = ["long_placed"]  # a fixture

STOCKHOLM, UTC = ZoneInfo("Europe/Stockholm"), ZoneInfo("UTC")
BEGAN = date(2026, 1, 5)
SEEN = 60  # days that are looked at
USUAL: rules.Week = (*((rules.Interval(time(7, 30), time(16)),),) * 5, (), ())
Times = rules.Intervals | None

# Mornings and evenings around both nights in which the clocks change, the turn of a year with 53 weeks, and between.
moments = st.builds(
    lambda day, hour: days.at(day, time(hour, 30)),
    st.sampled_from([date(2026, 10, 12), date(2026, 10, 24), date(2026, 12, 21), date(2027, 3, 15), date(2027, 3, 27)])
    | st.dates(date(2026, 8, 10), date(2027, 4, 30)),
    st.integers(0, 22),
)
some_times = st.just(()) | day_times()
weeks = st.lists(st.tuples(*[some_times] * 7).filter(any), min_size=1, max_size=3).map(tuple)
guardians = st.integers(0, 1)
ahead, coming = st.integers(-1, 40), st.integers(0, 40)
dated = st.dictionaries(coming, st.none() | some_times, max_size=2)
laying = st.tuples(st.just("lay"), guardians, weeks, st.integers(0, 5), st.just({}) | dated)
changing = st.tuples(st.just("change"), guardians, ahead, st.none() | some_times)
steps = st.lists(
    st.one_of(
        laying,
        laying,
        changing,
        changing,
        st.tuples(st.just("absent"), guardians, ahead, st.integers(0, 8)),
        st.tuples(st.just("close"), coming, st.integers(0, 3)),
        st.tuples(st.just("undo"), guardians),
    ),
    min_size=3,
    max_size=6,
)
patterns = (
    st.none()
    | st.none()
    | st.tuples(
        st.lists(st.text("AB", min_size=7, max_size=7), min_size=1, max_size=3).filter(
            lambda p: len(set("".join(p))) == 2
        ),
        st.sampled_from(rules.Handover),
    )
)


@dataclass
class Said:
    """What a home has said: of each date which times the weeks give it, and the dates that it said alone."""

    repeated: dict[date, Times] = field(default_factory=dict)
    alone: dict[date, Times] = field(default_factory=dict)

    def on(self, day: date) -> Times:
        return self.alone[day] if day in self.alone else self.repeated.get(day)

    def lay(self, laid: tuple[rules.Week, ...], monday: date, last: date) -> None:
        """Repeat the weeks from the Monday on, unless they are those that lie there."""
        own = [self.repeated.get(monday + timedelta(days=n)) for n in range(7 * len(laid))]
        if own != [times for week in laid for times in week] or not self.repeats(monday, len(laid), last):
            for number, day in enumerate(days.span(monday, last)):
                self.repeated[day] = laid[number // 7 % len(laid)][number % 7]

    def repeats(self, monday: date, number: int, last: date) -> bool:
        every = [self.repeated.get(day) for day in days.span(monday, last)]
        return all(one == every[n % (7 * number)] for n, one in enumerate(every))


@dataclass
class World:
    cast: Cast
    now: datetime
    homes: dict[UUID, UUID | None]  # by guardian
    living: rules.Living | None
    said: dict[UUID | None, Said]
    absent: dict[UUID, tuple[date, date, User]] = field(default_factory=dict)
    last_save: dict[UUID, tuple[UUID, Said]] = field(default_factory=dict)  # and what lay there before it

    @property
    def today(self) -> date:
        return days.day_of(self.now)

    @property
    def last(self) -> date:
        return self.today + timedelta(days=SEEN)

    def guardian(self, number: int) -> User:
        return (self.cast.amina, self.cast.johan)[number]

    def known(self, reader: User | None = None, first: date | None = None, last: date | None = None) -> Known:
        reader_id = reader.pk if reader else None
        return known([self.cast.elsa.pk], first or self.today, last or self.last, with_stays=False, reader=reader_id)

    def expected(self, day: date, reader: User | None = None) -> tuple[Times, bool]:
        """Return the day's times as they were said, and whether that can be said without the rules for handovers."""
        if self.living is None:
            return self.said[None].on(day), True
        homes = self.living.homes_on(day)
        if reader is not None:
            own = self.homes[reader.pk]
            if not homes.concerns(own):
                return None, True
            return self.said[own].on(day), True
        return self.said[homes.evening].on(day), not homes.is_handover


def begin(cast: Cast, now: datetime, pattern: Any, cut_off: dict[str, Any]) -> World:
    """Lay usual weeks in each home, at a preschool that is open day and night."""
    start_over(cast, cut_off)
    PlanningRule.objects.update(opening=[["00:00", "00:00"]] * 7, opens_on_holidays=True)
    HouseholdWeeks.objects.all().delete()
    Household.objects.all().delete()
    WeekPlan.objects.all().delete()
    living, homes = None, dict.fromkeys((cast.amina.pk, cast.johan.pk))
    if pattern:
        ours, theirs = (Household.objects.create(child=cast.elsa) for _number in range(2))
        ours.guardians.set([cast.amina])
        theirs.guardians.set([cast.johan])
        living = rules.Living(BEGAN, None, tuple(pattern[0]), ours.pk, theirs.pk, pattern[1])
        HouseholdWeeks.objects.create(
            child=cast.elsa,
            first=ours,
            second=theirs,
            starts_on=BEGAN,
            weeks=list(pattern[0]),
            handover=pattern[1],
            is_proposed=False,
        )
        homes = {cast.amina.pk: ours.pk, cast.johan.pk: theirs.pk}
    world = World(cast, now, homes, living, {})
    for home in set(homes.values()):
        stored = [[["07:30", "16:00"]]] * 5 + [[], []]
        WeekPlan.objects.create(child=cast.elsa, household_id=home, starts_on=BEGAN, weeks=[stored])
        world.said[home] = Said()
        world.said[home].lay((USUAL,), days.monday_of(world.today), world.last)
    return world


def take(world: World, step: tuple[Any, ...]) -> None:
    """Do what is said, through the services. Raises `ValidationError`; what it does is then kept in the model."""
    kind, *rest = step
    elsa, now, today = world.cast.elsa, world.now, world.today
    if kind == "close":
        first = today + timedelta(days=rest[0])
        actor, scope = Actor.of_person(world.cast.eva, today), Scope(preschool=world.cast.granliden)
        last = first + timedelta(days=rest[1])
        services.close_days(scope=scope, first=first, last=last, reason="Planering", actor=actor, now=now)
        return
    guardian = world.guardian(rest[0])
    actor, said = Actor.of_person(guardian, today), world.said[world.homes[guardian.pk]]
    if kind == "lay":
        monday = days.monday_of(today) + timedelta(weeks=rest[2])
        dates = tuple(DraftDay(today + timedelta(days=n), times) for n, times in sorted(rest[3].items()))
        saves = services.save_schedule(drafts={elsa.pk: Draft(rest[1], dates)}, starts_on=monday, actor=actor, now=now)
        before = Said(dict(said.repeated), {one.day: said.alone.get(one.day) for one in dates})
        said.lay(rest[1], monday, world.last)
        for one in dates:
            say(said, one.day, one.intervals)
        if saves:
            world.last_save[guardian.pk] = (saves[0].pk, before)
    elif kind == "change":
        day = today + timedelta(days=rest[1])
        services.change_day(child_id=elsa.pk, day=day, intervals=rest[2], actor=actor, now=now)
        say(said, day, rest[2])
    elif kind == "absent":
        first = today + timedelta(days=rest[1])
        last = first + timedelta(days=rest[2])
        report = services.report_absence(
            child_ids=[elsa.pk], starts_on=first, ends_on=last, reason=rules.Reason.LEAVE, actor=actor, now=now
        )
        for absence in report.absences:
            world.absent[absence.pk] = (first, last, guardian)
    elif guardian.pk in world.last_save:
        save_id, before = world.last_save[guardian.pk]
        services.undo_save(save_id=save_id, actor=actor, now=now)
        del world.last_save[guardian.pk]
        said.repeated = before.repeated
        for day, times in before.alone.items():
            say(said, day, times)


def say(said: Said, day: date, times: Times) -> None:
    said.alone.pop(day, None)
    if times is not None:
        said.alone[day] = times


def check(world: World, closed: set[date]) -> None:
    """Every day has one answer: what was said, for the staff and for each guardian, however it is asked for."""
    everything = world.known()
    away = {day for first, last, _who in world.absent.values() for day in days.span(first, last)}
    for day in days.span(world.today, world.last):
        found = everything.planned(world.cast.elsa.pk, day)
        times, is_simple = world.expected(day)
        if is_simple:
            assert found.intervals == times, day
        assert found.is_closed == (day in closed), day
        assert (found.absence is not None) == (day in away), day
        assert found.attending == (() if day in closed | away else found.intervals or ()), day
        assert rules.minutes_planned(found, STOCKHOLM) == sum(length(day, part) for part in found.attending)
    for reader in (world.cast.amina, world.cast.johan):
        read = world.known(reader)
        for day in days.span(world.today, world.last):
            assert read.planned(world.cast.elsa.pk, day).intervals == world.expected(day, reader)[0], day
    for day in {world.today, world.last, *sorted(closed | away)[:2]} & set(days.span(world.today, world.last)):
        alone = world.known(first=day, last=day).planned(world.cast.elsa.pk, day)
        assert alone == everything.planned(world.cast.elsa.pk, day), "however much is read with it"


def length(day: date, part: rules.Interval) -> int:
    """Return how many minutes pass, by the clocks of the world, while those on the wall show these times."""
    ends = datetime.combine(day, part.ends, STOCKHOLM)
    ends = ends if part.ends != time.min else ends + timedelta(days=1)
    begins = datetime.combine(day, part.starts, STOCKHOLM)
    return int((ends.astimezone(UTC) - begins.astimezone(UTC)).total_seconds() // 60)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(CUT_OFFS), moments, patterns, steps)
def test_the_days_follow_from_what_was_said(
    long_placed: Cast,
    cut_off: dict[str, Any],
    now: datetime,
    pattern: Any,
    said: list[tuple[Any, ...]],
) -> None:
    """C06, C09, D01, D02: refused is refused whole; what stands fast stays; hidden times come back as they were."""
    world = begin(long_placed, now, pattern, cut_off)
    fast = rules.merged_rules([rules.from_stored(cut_off)]).cut_off
    closed: set[date] = set()
    check(world, closed)
    for step in said:
        world.now += timedelta(seconds=1)
        with time_machine.travel(world.now, tick=False):
            rows, before = every_row(), {day: world.expected(day) for day in days.span(world.today, world.last)}
            try:
                take(world, step)
            except ValidationError:
                event(f"refused: {step[0]}")
                assert every_row() == rows, "refused is refused whole"
            else:
                event(f"done: {step[0]}")
            for day, was in before.items():
                may = rules.may_change(day, days.local(world.now), fast)
                assert may or world.expected(day) == was, "what stands fast is not changed"
            standing = ClosedDay.objects.filter(cancelled_at=None)
            closed = set(standing.values_list("day", flat=True))
            check(world, closed)
    world.now += timedelta(seconds=1)
    with time_machine.travel(world.now, tick=False):
        give_back(world)
        check(world, set())


def give_back(world: World) -> None:
    """End every absence and open every closed day again."""
    for absence_id, (_first, _last, guardian) in world.absent.items():
        services.end_absence(absence_id=absence_id, actor=Actor.of_person(guardian, world.today), now=world.now)
    closed = list(ClosedDay.objects.filter(cancelled_at=None).values_list("pk", flat=True))
    if closed:
        eva = Actor.of_person(world.cast.eva, world.today)
        services.open_again(closed_ids=closed, actor=eva, now=world.now)
    world.absent.clear()
