"""Some weeks of notices to invented families, hour by hour, through the real services; and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID, uuid5

from accounts.models import User
from children.actors import Actor
from messaging.models import Addressee
from messaging.services import threads
from messaging.services.threads import Words
from notifications.digests import send_digests
from notifications.models import Kind
from notifications.services import Told, mark_read, notify_of_all, send_waiting
from portal.lib import days
from portal.lib.ids import uuid7
from portal.simulated.families import Place

Thing = TypeVar("Thing")


@dataclass
class Month:
    """Some weeks in these departments, from a Monday on. What is due in an hour happens in it."""

    places: list[Place]
    monday: date
    weeks: int
    random: Random

    def play(self) -> None:
        """Let the weeks pass."""
        for day in (self.monday + timedelta(days=number) for number in range(7 * self.weeks)):
            for hour in range(24):
                now = days.at(day, datetime.min.time().replace(hour=hour))
                if day.weekday() < 5:
                    self._happen(day, hour, now)
                self._read(hour, now)
                threads.release_due(now=now + timedelta(minutes=1))
                send_digests(now=now + timedelta(minutes=2))
                send_waiting(now=now + timedelta(minutes=3))

    def _happen(self, day: date, hour: int, now: datetime) -> None:
        for number, place in enumerate(self.places):
            self._tell_many(number, place, day, hour, now)
            self._ask(place, day, hour, now)
            self._write(place, hour, now)
            if hour == 7:
                absent = self._some(place.children, 0.05)
                self._tell_each(Kind.ABSENCE_REPORTED, [(one.pk, place.staff) for one in absent], now)
            if hour == 9:
                came = self._some(place.children, 0.002)
                self._tell_each(Kind.CAME_THOUGH_ABSENT, [(one.pk, place.children[one]) for one in came], now)

    def _tell_many(self, number: int, place: Place, day: date, hour: int, now: datetime) -> None:
        """Publish posts three times a week, bulletins once, and what happens and what is closed now and then."""
        week, nth = (day - self.monday).days // 7, (number + day.toordinal()) % 5
        due = {
            Kind.POST_PUBLISHED: hour == 15 and nth in (0, 2, 4),
            Kind.BULLETIN_PUBLISHED: hour == 11 and nth == 1,
            Kind.BULLETIN_TO_CONFIRM: hour == 13 and nth == 3 and week % 2 == 0,
            Kind.EVENT_ANNOUNCED: hour == 9 and nth == 2,
            # In the evening before: a pipe has burst.
            Kind.DAY_CLOSED: hour == 21 and day.weekday() == 3 and week == number % self.weeks,
        }
        ahead = {Kind.EVENT_ANNOUNCED: 12, Kind.DAY_CLOSED: 1}
        for kind, is_time in due.items():
            if is_time:
                about = {"first": day + timedelta(days=ahead[kind])} if kind in ahead else {}
                self._tell(kind, place.guardians, now, **about)

    def _ask(self, place: Place, day: date, hour: int, now: datetime) -> None:
        """Ask about a holiday on the first day, remind of it in the second week, and of plans every Thursday."""
        if hour == 10 and day == self.monday:
            self._tell(Kind.ENQUIRY_OPENED, place.guardians, now)
        if hour == 8 and day == self.monday + timedelta(days=9):
            self._tell(Kind.ENQUIRY_UNANSWERED, self._some(place.guardians, 0.3), now)
        if hour == 8 and day.weekday() == 3:
            self._remind(place, now)

    def _write(self, place: Place, hour: int, now: datetime) -> None:
        """Let staff write in working hours, and families at all hours in which somebody is up."""
        for child, guardians in place.children.items():
            writers = []
            if 8 <= hour < 17 and self.random.random() < 0.01:
                writers.append(self.random.choice(place.staff))
            if 6 <= hour < 24 and self.random.random() < 0.003:
                writers.append(self.random.choice(guardians))
            for writer in writers:
                threads.start_threads(
                    child_ids=[child.pk],
                    addressee=Addressee.DEPARTMENT,
                    words=Words("Hej", "Hej!", "sv"),
                    actor=Actor.of_person(writer, days.day_of(now)),
                    now=now,
                )

    def _remind(self, place: Place, now: datetime) -> None:
        """Remind some of next week, each guardian once of all the children, as the house does."""
        people = {one.pk: child.pk for child in self._some(place.children, 0.1) for one in place.children[child]}
        monday = days.monday_of(days.day_of(now)) + timedelta(days=7)
        told = [
            Told(uuid5(person_id, f"plan missing {monday}"), [person_id], {"child": child_id, "monday": monday})
            for person_id, child_id in people.items()
        ]
        notify_of_all(told=told, kind=Kind.PLAN_MISSING, now=now)

    def _read(self, hour: int, now: datetime) -> None:
        """Let some look into the portal, most of them at noon and after work."""
        share = {12: 0.15, 17: 0.25, 21: 0.2}.get(hour, 0.02 if 6 <= hour < 23 else 0)
        for person in self._some((one for place in self.places for one in place.guardians), share):
            mark_read(person=person, now=now)

    def _some(self, things: Iterable[Thing], share: float) -> list[Thing]:
        return [one for one in things if self.random.random() < share]

    def _tell(self, kind: Kind, people: Collection[User], now: datetime, **about: object) -> None:
        notify_of_all(told=[Told(uuid7(), [one.pk for one in people], about)], kind=kind, now=now)

    def _tell_each(self, kind: Kind, told: list[tuple[UUID, list[User]]], now: datetime) -> None:
        each = [Told(uuid7(), [one.pk for one in people], {"child": child_id}) for child_id, people in told]
        notify_of_all(told=each, kind=kind, now=now)
