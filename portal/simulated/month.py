"""Some weeks of invented families and their preschools, hour by hour, through the real services."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

from django.db import connection

from accounts.models import User
from attendance.models import HolidayEnquiry
from attendance.rules import Interval, Reason, Tap
from attendance.selectors.enquiries import asking_family
from attendance.services import (
    MadeTap,
    answer_enquiry,
    record_taps,
    remind_of_missing_plans,
    report_absence,
    save_week_plan,
    tell_of_enquiries,
)
from children.actors import Actor
from children.models import Child
from messaging.models import Addressee, Message
from messaging.selectors.bulletin_readers import Audience
from messaging.services import bulletin_release, bulletins, posts, threads
from messaging.services.escalation import escalate_due
from messaging.services.freshness import remind_quiet
from messaging.services.threads import Words
from notifications.digests import send_digests
from notifications.models import Kind
from notifications.services import mark_read, send_waiting
from portal.freshness import days_off
from portal.lib import days
from portal.lib.ids import uuid7
from portal.simulated import house
from portal.simulated.clock import Turn
from portal.simulated.families import Family, Place, Town
from portal.simulated.to_do import ToDo

Thing = TypeVar("Thing")

A_WEEK = (((Interval(time(8), time(16)),),) * 5) + ((), ())
# What workers do by themselves, minutes after whatever happened in the hour; again while anything is left to do.
WORK: tuple[tuple[int, Callable[[datetime], object]], ...] = (
    (1, lambda now: threads.release_due(now=now)),
    (1, lambda now: bulletin_release.release_due(now=now)),
    (1, lambda now: posts.release_due(now=now)),
    (1, lambda now: send_waiting(now=now)),
    (2, lambda now: send_digests(now=now)),
    (3, lambda now: send_waiting(now=now)),
)
# What workers do every hour, or every minute: at these hours it shows that it is done, and done once.
LOOK_AFTER_AT = (8, 14, 19)
LOOK_AFTER: tuple[Callable[[datetime], object], ...] = (
    lambda now: tell_of_enquiries(now=now),
    lambda now: remind_of_missing_plans(now=now),
    lambda now: remind_quiet(days_off=days_off, now=now),
    lambda now: escalate_due(now=now),
)


@dataclass
class Month:
    """Some weeks in this town, from a Monday on. `turn` sets the clock; what is due in an hour happens in it."""

    town: Town
    monday: date
    weeks: int
    random: Random
    turn: Turn
    to_do: ToDo = field(default_factory=ToDo)
    happened: Counter[str] = field(default_factory=Counter)
    enquiries: list[HolidayEnquiry] = field(default_factory=list)
    unconfirmed: defaultdict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    unanswered: set[tuple[UUID, UUID]] = field(default_factory=set)  # by enquiry and guardian
    to_reply_to: list[tuple[Message, User]] = field(default_factory=list)
    came: list[tuple[Child, Place]] = field(default_factory=list)  # though they had been reported sick

    def play(self) -> None:
        """Let the weeks pass."""
        for day in (self.monday + timedelta(days=number) for number in range(7 * self.weeks)):
            for hour in range(24):
                now = self.turn(days.at(day, time(hour)))
                self._look(hour, now)
                if day.weekday() < 5:
                    self._happen(day, hour, now)
                for work in LOOK_AFTER if hour in LOOK_AFTER_AT else ():
                    work(now)
                for minutes, work in WORK:
                    moment = self.turn(now + timedelta(minutes=minutes))
                    while work(moment):
                        pass
            _count_rows()

    # The preschools --------------------------------------------------------------------------------------------------

    def _happen(self, day: date, hour: int, now: datetime) -> None:
        week = (day - self.monday).days // 7
        if hour == 7 and day == self.monday:
            self._ask(now)
        if hour == 8:
            self._expect_reminders(day, week)
        while hour == 16 and self.came:
            self._tap(*self.came.pop(), Tap.LEFT, now)
        if hour == 20 and day.weekday() == 3:
            self._lay_times(week, now)
        for number, preschool in enumerate(self.town.preschools):
            if hour == 21 and day.weekday() == 3 and week == number % self.weeks:  # a pipe has burst
                house.close(preschool, self.town.principal, day + timedelta(days=1), now)
                self.happened["days closed in the evening before"] += 1
        for number, place in enumerate(self.town.places):
            self._say(place, (number + day.toordinal()) % 5, week, hour, now)
            self._live(place, week, hour, now)

    def _say(self, place: Place, nth: int, week: int, hour: int, now: datetime) -> None:
        """Publish posts three times a week, a bulletin once, one to confirm every other week, an urgent one a month."""
        by, audience = self.random.choice(place.staff), Audience(department=place.department)
        if hour == 15 and nth in (0, 2, 4):
            here = [child.pk for child, _family in self.town.children_at(place)]
            house.tell_a_story(place, by, self.random.sample(here, min(2, len(here))) if nth == 4 else (), now)
            self.happened["posts"] += 1
        if hour == 11 and nth == 1:
            house.announce(house.ORDINARY, audience, by, now)
            self.happened["bulletins"] += 1
        if hour == 13 and nth == 3 and week % 2 == 0:
            bulletin = house.announce(house.TO_CONFIRM, audience, by, now)
            self.to_do.ask(Kind.BULLETIN_TO_CONFIRM, bulletin.pk, self.town.guardians_at(place))
            for guardian in self.town.guardians_at(place):
                self.unconfirmed[guardian.pk].add(bulletin.pk)
            self.happened["bulletins to confirm"] += 1
        if hour == 21 and nth == 0 and week == 0:
            house.announce(house.URGENT, audience, by, now)
            self.happened["urgent bulletins in the evening"] += 1
        if hour == 9 and nth == 2:
            house.invite(place, by, days.day_of(now) + timedelta(days=12), now)
            self.happened["events"] += 1

    def _ask(self, now: datetime) -> None:
        for preschool in self.town.preschools:
            row = house.ask_about_a_holiday(preschool, self.town.principal, now)
            asked = [one for family in self.town.families if family.are_at(preschool) for one in family.guardians]
            self.to_do.ask(Kind.ENQUIRY_OPENED, row.pk, asked)
            self.unanswered |= {(row.pk, one.pk) for one in asked}
            self.enquiries.append(row)
            self.happened["holiday enquiries"] += 1

    def _expect_reminders(self, day: date, week: int) -> None:
        """Note who is to be reminded today: of an enquiry a week and two days before its end, of plans on Thursdays."""
        for row in self.enquiries:
            if (row.answer_by - day).days in (7, 2):
                late = [one for one in self.town.guardians if (row.pk, one.pk) in self.unanswered]
                self.to_do.ask(Kind.ENQUIRY_UNANSWERED, f"{row.pk} {day}", late)
        if day.weekday() == 3:
            monday = days.monday_of(day) + timedelta(days=7)
            lacking = [family for family in self.town.families if not family.has_times]
            self.to_do.ask(Kind.PLAN_MISSING, monday, [one for family in lacking for one in family.at_home(week + 1)])

    # The families ----------------------------------------------------------------------------------------------------

    def _live(self, place: Place, week: int, hour: int, now: datetime) -> None:
        """Let staff write in working hours, families when somebody is up, and some children be ill."""
        for child, family in self.town.children_at(place):
            if 8 <= hour < 17 and self.random.random() < 0.01:
                self._write(child, self.random.choice(place.staff), now)
            if 6 <= hour < 24 and self.random.random() < 0.003:
                writer = self.random.choice(family.guardians)
                self.to_reply_to += [(one, self.random.choice(place.staff)) for one in self._write(child, writer, now)]
            if hour == 7 and self.random.random() < 0.05:
                self._fall_ill(child, self.random.choice(family.at_home(week)), place, now)
        if hour == 9:
            for message, writer in self._some(self.to_reply_to, 0.2):
                self.to_reply_to.remove((message, writer))
                actor = Actor.of_person(writer, days.day_of(now))
                threads.reply(thread_id=message.thread_id, words=Words("", "Tack!", "sv"), actor=actor, now=now)
                self.happened["messages"] += 1

    def _write(self, child: Child, writer: User, now: datetime) -> list[Message]:
        self.happened["messages"] += 1
        return threads.start_threads(
            child_ids=[child.pk],
            addressee=Addressee.DEPARTMENT,
            words=Words("Hej", "Hej!", "sv"),
            actor=Actor.of_person(writer, days.day_of(now)),
            now=now,
        )

    def _fall_ill(self, child: Child, reporter: User, place: Place, now: datetime) -> None:
        """Report a child sick; one in twenty comes all the same, and its family is told at once."""
        today = days.day_of(now)
        actor = Actor.of_person(reporter, today)
        report_absence(child_ids=[child.pk], starts_on=today, ends_on=today, reason=Reason.SICK, actor=actor, now=now)
        self.happened["absences"] += 1
        if self.random.random() < 0.05:
            self._tap(child, place, Tap.ARRIVED, now)
            self.came.append((child, place))
            self.happened["children who came though absent"] += 1

    def _tap(self, child: Child, place: Place, kind: Tap, now: datetime) -> None:
        actor = Actor.of_person(place.staff[0], days.day_of(now))
        record_taps(taps=[MadeTap(uuid7(), child.pk, kind, now)], actor=actor, now=now)

    def _lay_times(self, week: int, now: datetime) -> None:
        """Let every tenth family without times lay them, each home its own, from the week after next on."""
        monday = self.monday + timedelta(weeks=week + 2)
        for family in self._some([one for one in self.town.families if not one.has_times], 0.1):
            for home in family.homes:
                save_week_plan(
                    child_ids=[child.pk for child in family.children],
                    starts_on=monday,
                    weeks=[A_WEEK],
                    actor=Actor.of_person(home[0], days.day_of(now)),
                    now=now,
                )
            family.has_times = True

    def _look(self, hour: int, now: datetime) -> None:
        """Let some look into the portal, most of them at noon and after work; and do what they are asked there."""
        share = {12: 0.15, 17: 0.25, 21: 0.2}.get(hour, 0.02 if 6 <= hour < 23 else 0)
        for family in self.town.families:
            for person in self._some(family.guardians, share):
                mark_read(person=person, now=now)
                actor = Actor.of_person(person, days.day_of(now))
                for bulletin_id in sorted(self._some(self.unconfirmed[person.pk], 0.7)):
                    bulletins.confirm(bulletin_id=bulletin_id, actor=actor, now=now)
                    self.unconfirmed[person.pk].discard(bulletin_id)
                for row in self._some(self.enquiries, 0.1):
                    if (row.pk, person.pk) in self.unanswered and days.day_of(now) <= row.answer_by:
                        self._answer(row, family, actor, now)

    def _answer(self, row: HolidayEnquiry, family: Family, actor: Actor, now: datetime) -> None:
        """Answer for the own home's days of all children at that preschool: nobody of the home has to any more."""
        children = [child.pk for child in family.are_at(row.preschool)] if row.preschool else []
        asking = asking_family(row, children, reader=actor.person_id)
        answers = {child_id: dict.fromkeys(asking.days_of(child_id), True) for child_id in children}
        answer_enquiry(enquiry_id=row.pk, answers=answers, actor=actor, now=now)
        home = next(home for home in family.homes if actor.person in home)
        self.unanswered -= {(row.pk, one.pk) for one in home}
        self.happened["answers about the holiday"] += 1

    def _some(self, things: Iterable[Thing], share: float) -> list[Thing]:
        return [one for one in things if self.random.random() < share]


def _count_rows() -> None:
    """Let the database look how many rows there are by now, as it does by itself where every write is not in one
    transaction: what it has planned for the empty tables of the first morning would be slow in the last week.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
