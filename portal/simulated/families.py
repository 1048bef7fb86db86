"""Invented families for a simulation: some with siblings, some with two homes, some with choices of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from random import Random

from accounts.models import User
from children.models import Area, Child, Department, Guardianship, Municipality, Placement, Preschool, StaffRole
from notifications.models import Kind, Preference, QuietHours, Way
from portal.lib import days

IN_DEPARTMENT, DEPARTMENTS = 20, 4


@dataclass
class Place:
    """A department, who works there, and its children with their guardians."""

    department: Department
    staff: list[User]
    children: dict[Child, list[User]] = field(default_factory=dict)

    @property
    def guardians(self) -> list[User]:
        """Everybody who guards a child here, once."""
        return list({one.pk: one for people in self.children.values() for one in people}.values())


def settle(number: int, today: date, random: Random) -> list[Place]:
    """Make so many families, and the departments in which their children are."""
    Municipality.objects.get_or_create(defaults={"name": "Lövköping"})
    area = Area.objects.create(name="Rektorsområde Simulerat")
    places: list[Place] = []
    for family in range(number):
        if family % IN_DEPARTMENT == 0:
            places.append(_open(len(places), area, today))
        guardians = [_person(f"g{family}x{one}") for one in range(1 if random.random() < 0.15 else 2)]
        for guardian in guardians:
            _choose(guardian, random)
        for nth in range(2 if random.random() < 0.35 else 1):
            place = places[-1] if nth == 0 else random.choice(places)
            child = Child(given_name=f"Barn{family}", family_name=f"Nr {nth}", birth_date=today - timedelta(days=1200))
            child.save()
            begun = today - timedelta(days=100)
            Placement(child=child, department=place.department, starts_on=begun).save()
            for guardian in guardians:
                confirmed_at = days.day_bounds(begun)[0]
                Guardianship(child=child, guardian=guardian, starts_on=begun, confirmed_at=confirmed_at).save()
            place.children[child] = guardians
    return places


def _open(number: int, area: Area, today: date) -> Place:
    preschool, _made = Preschool.objects.get_or_create(name=f"Förskolan {number // DEPARTMENTS}", area=area)
    department = Department.objects.create(name=f"Avdelning {number}", preschool=preschool)
    staff = [_person(f"s{number}x{one}") for one in range(3)]
    for one in staff:
        kind, begun = StaffRole.Kind.STAFF, today - timedelta(days=100)
        StaffRole(person=one, kind=kind, department=department, starts_on=begun).save()
    return Place(department, staff)


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
