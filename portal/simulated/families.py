"""Invented families for a simulation: some with siblings, some with two homes, some with choices of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from random import Random
from uuid import UUID

from accounts.models import User
from attendance.models import WeekPlan
from children.models import (
    Area,
    Child,
    Department,
    Guardianship,
    Household,
    HouseholdWeeks,
    Municipality,
    Placement,
    Preschool,
    StaffRole,
)
from notifications.models import Kind, Preference, QuietHours, Way
from portal.lib import days

IN_DEPARTMENT, DEPARTMENTS = 20, 4
TIMES = [[[["08:00", "16:00"]]] * 5 + [[], []]]
WEEK_ABOUT = ["AAAAAAA", "BBBBBBB"]
SO_LONG = timedelta(weeks=10)  # before the first Monday everybody has come: a whole number of turns between two homes


@dataclass(eq=False)
class Place:
    """A department, and who works there."""

    department: Department
    staff: list[User]


@dataclass(eq=False)
class Family:
    """Children, where each is, and who guards them: one home, or two in which they live week about."""

    homes: list[list[User]]
    children: dict[Child, Place]
    has_times: bool

    @property
    def guardians(self) -> list[User]:
        return [person for home in self.homes for person in home]

    def at_home(self, weeks: int) -> list[User]:
        """Return the home in whose days the children are, so many weeks after the first Monday."""
        return self.homes[weeks % len(self.homes)]

    def are_at(self, preschool: Preschool) -> list[Child]:
        """Return its children at the preschool."""
        return [child for child, place in self.children.items() if place.department.preschool_id == preschool.pk]


@dataclass
class Town:
    """All of it: one area, whose principal leads some preschools, and the families whose children are there."""

    principal: User
    places: list[Place] = field(default_factory=list)
    families: list[Family] = field(default_factory=list)

    @property
    def preschools(self) -> list[Preschool]:
        return list({place.department.preschool_id: place.department.preschool for place in self.places}.values())

    @property
    def guardians(self) -> list[User]:
        return [person for family in self.families for person in family.guardians]

    @property
    def staff(self) -> list[User]:
        return [self.principal, *(person for place in self.places for person in place.staff)]

    def guardians_at(self, place: Place) -> list[User]:
        """Return whose children are at the department."""
        return [person for family in self.families if place in family.children.values() for person in family.guardians]

    def children_at(self, place: Place) -> list[tuple[Child, Family]]:
        """Return the children at the department, each with its family."""
        return [(one, family) for family in self.families for one, where in family.children.items() if where is place]


def settle(number: int, monday: date, random: Random) -> Town:
    """Make so many families, and the departments in which their children are."""
    Municipality.objects.get_or_create(defaults={"name": "Lövköping"})
    area = Area.objects.create(name="Rektorsområde Simulerat")
    begun = monday - SO_LONG
    town = Town(_person("rektor"))
    StaffRole(person=town.principal, kind=StaffRole.Kind.PRINCIPAL, area=area, starts_on=begun).save()
    for which in range(number):
        if which % IN_DEPARTMENT == 0:
            town.places.append(_open(len(town.places), area, begun))
        town.families.append(_family(which, town.places, begun, random))
    return town


def _open(number: int, area: Area, begun: date) -> Place:
    preschool, _made = Preschool.objects.get_or_create(name=f"Förskolan {number // DEPARTMENTS}", area=area)
    department = Department.objects.create(name=f"Avdelning {number}", preschool=preschool)
    staff = [_person(f"s{number}x{one}") for one in range(3)]
    for one in staff:
        StaffRole(person=one, kind=StaffRole.Kind.STAFF, department=department, starts_on=begun).save()
    return Place(department, staff)


def _family(which: int, places: list[Place], begun: date, random: Random) -> Family:
    """Make a family whose first child is in the newest department, and a second one anywhere."""
    guardians = [_person(f"g{which}x{one}") for one in range(1 if random.random() < 0.15 else 2)]
    for guardian in guardians:
        _choose(guardian, random)
    is_apart = len(guardians) == 2 and random.random() < 0.15
    where = places[-1:] + ([random.choice(places)] if random.random() < 0.35 else [])
    family = Family(
        homes=[[one] for one in guardians] if is_apart else [guardians],
        children={_child(which, nth, place, guardians, begun): place for nth, place in enumerate(where)},
        has_times=random.random() < 0.9,
    )
    for child in family.children:
        homes: list[UUID | None] = [one.pk for one in _two_homes(child, family, begun)] if is_apart else [None]
        if family.has_times:
            _lay(child, homes, begun)
    return family


def _lay(child: Child, homes: Iterable[UUID | None], starts_on: date) -> None:
    """Lay the child's times for each of these homes; None is the one home of a child."""
    for home in homes:
        WeekPlan(child=child, household_id=home, starts_on=starts_on, weeks=TIMES).save()


def _child(which: int, nth: int, place: Place, guardians: Iterable[User], begun: date) -> Child:
    child = Child(given_name=f"Barn{which}", family_name=f"Nr {nth}", birth_date=begun - timedelta(days=1200))
    child.save()
    Placement(child=child, department=place.department, starts_on=begun).save()
    for guardian in guardians:
        confirmed_at = days.day_bounds(begun)[0]
        Guardianship(child=child, guardian=guardian, starts_on=begun, confirmed_at=confirmed_at).save()
    return child


def _two_homes(child: Child, family: Family, begun: date) -> list[Household]:
    homes = []
    for people in family.homes:
        home = Household(child=child)
        home.save()
        home.guardians.set(people)
        homes.append(home)
    first, second = homes
    HouseholdWeeks(
        child=child,
        first=first,
        second=second,
        starts_on=begun,
        weeks=WEEK_ABOUT,
        handover=HouseholdWeeks.Handover.BEFORE,
        is_proposed=False,
    ).save()
    return homes


def _person(name: str) -> User:
    person = User(given_name=name, family_name="Simulerad", email=f"{name}@simulerat.example")
    person.save()
    return person


def _choose(guardian: User, random: Random) -> None:
    """Let some have quiet hours and a digest's hour of their own, and some have messages at once."""
    if random.random() < 0.2:
        QuietHours.objects.create(
            person=guardian,
            weekdays_from=time(random.choice([19, 21, 22])),
            weekdays_to=time(random.choice([6, 8])),
            weekend_from=time(21),
            weekend_to=time(9),
            digest_hour=random.choice([12, 16, 18, None]),
        )
    if random.random() < 0.05:
        Preference.objects.create(person=guardian, kind=Kind.MESSAGE_RECEIVED, way=Way.EMAIL, is_wanted=True)
