"""The fixed cast: one small municipality whose people every test knows by name.

Förskolan Granliden (departments Blåsippan and Ekorren) and Förskolan Sjöstjärnan (department Musslan) lie in one area.
Elsa and Hugo Lind are siblings. Everything is made by plain rows; what a test is about, the test does itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from accounts.models import User
from attendance.models import DayPlan, WeekPlan
from children.models import (
    Area,
    Child,
    Department,
    Guardianship,
    Municipality,
    Placement,
    Preschool,
    StaffRole,
    Tablet,
)
from portal.lib import clock, days

PASSWORD = "en lång rad ord som ingen gissar"  # invented


def person(given_name: str, family_name: str = "Lind", **columns: Any) -> User:
    """Make a person who can log in with `<given name>@example.org` and PASSWORD."""
    columns.setdefault("email", f"{given_name}.{family_name}@example.org".lower())
    user = User(given_name=given_name, family_name=family_name, **columns)
    user.set_password(PASSWORD)
    user.save()
    return user


def child(given_name: str, family_name: str = "Lind", **columns: Any) -> Child:
    columns.setdefault("birth_date", date(2022, 5, 17))
    return Child.objects.create(given_name=given_name, family_name=family_name, **columns)


def place(child: Child, department: Department, starts_on: date | None = None, **columns: Any) -> Placement:
    """Place the child, by default since a hundred days ago and until further notice."""
    starts_on = starts_on or days.today() - timedelta(days=100)
    return Placement.objects.create(child=child, department=department, starts_on=starts_on, **columns)


def guard(guardian: User, *children: Child, confirmed: bool = True, starts_on: date | None = None) -> None:
    for one in children:
        Guardianship.objects.create(
            child=one,
            guardian=guardian,
            starts_on=starts_on or days.today() - timedelta(days=100),
            confirmed_at=clock.now() if confirmed else None,
        )


def employ(person: User, kind: StaffRole.Kind = StaffRole.Kind.STAFF, **place: Any) -> StaffRole:
    """Give the person a role since a hundred days ago at `department=`, `preschool=` or `area=`."""
    return StaffRole.objects.create(person=person, kind=kind, starts_on=days.today() - timedelta(days=100), **place)


def fill(department: Department, number: int) -> list[Child]:
    """Place so many children, with all that a tile can say: times, a note, somebody who collects."""
    made = []
    for turn in range(number):
        one = child(f"Barn{turn}")
        place(one, department)
        WeekPlan.objects.create(
            child=one, starts_on=days.monday_of(days.today()), weeks=[[[["08:00", "16:00"]]] * 5 + [[], []]]
        )
        contact = one.contacts.create(name="Gunilla", relation="Mormor")
        DayPlan.objects.create(
            child=one, day=days.today(), note="Läs mig", collecting_contact=contact, changed_at=clock.now()
        )
        made.append(one)
    return made


def plan(*children: Child, starts_on: date = date(2026, 8, 3)) -> None:
    """Let the children come from half past seven to four on weekdays."""
    weeks = [[[["07:30", "16:00"]]] * 5 + [[], []]]
    for one in children:
        WeekPlan.objects.create(child=one, starts_on=starts_on, weeks=weeks)


def tablet(department: Department, name: str = "Hallen") -> tuple[Tablet, str]:
    """Make a paired tablet; return it and the value of the cookie that it carries."""
    from django.core import signing

    from portal.lib.crypto import keyed_digest

    made = Tablet.objects.create(
        department=department, name=name, secret_digest=keyed_digest("secret", purpose="tablet")
    )
    return made, signing.dumps([str(made.id), "secret"], salt="tablet")


@dataclass
class Cast:
    """Who is there when a test begins. Built by the `cast` fixture."""

    municipality: Municipality = field(default_factory=lambda: Municipality.objects.create(name="Lövköping"))

    def __post_init__(self) -> None:
        self.area = Area.objects.create(name="Rektorsområde Öster")
        self.granliden = Preschool.objects.create(name="Förskolan Granliden", area=self.area)
        self.sjostjarnan = Preschool.objects.create(name="Förskolan Sjöstjärnan", area=self.area)
        self.blasippan = Department.objects.create(name="Blåsippan", preschool=self.granliden)
        self.ekorren = Department.objects.create(name="Ekorren", preschool=self.granliden)
        self.musslan = Department.objects.create(name="Musslan", preschool=self.sjostjarnan)

        self.elsa, self.hugo = child("Elsa"), child("Hugo", birth_date=date(2024, 2, 3))
        self.noor = child("Noor", "Aziz")
        self.leo = child("Leo", "Hed")
        place(self.elsa, self.blasippan, hours_per_week=40)
        place(self.hugo, self.ekorren, hours_per_week=40)
        place(self.noor, self.blasippan, hours_per_week=30)
        place(self.leo, self.musslan, hours_per_week=30)

        self.amina = person("Amina")  # guardian of Elsa and Hugo
        self.johan = person("Johan")  # the other guardian of both
        self.stranger = person("Sara", "Hed")  # guardian of Leo, at another preschool
        self.neighbour = person("Yasmin", "Aziz")  # guardian of Noor, in the same department as Elsa
        guard(self.amina, self.elsa, self.hugo)
        guard(self.johan, self.elsa, self.hugo)
        guard(self.stranger, self.leo)
        guard(self.neighbour, self.noor)

        kind = StaffRole.Kind
        self.maria = person("Maria", "Berg")  # staff at Blåsippan
        self.vikar = person("Viktor", "Vik")  # substitute at Blåsippan
        self.jonas = person("Jonas", "Ek")  # staff at Musslan, another preschool
        self.eva = person("Eva", "Sandström")  # principal of Granliden
        self.ulf = person("Ulf", "Gran")  # principal of Sjöstjärnan
        self.specialist = person("Stina", "Mark")  # specialist without a grant
        self.administrator = person("Adam", "Alm")
        self.communicator = person("Klara", "Nord")
        self.archivist = person("Arvid", "Åker")
        employ(self.maria, department=self.blasippan)
        employ(self.vikar, kind.SUBSTITUTE, department=self.blasippan)
        employ(self.jonas, department=self.musslan)
        employ(self.eva, kind.PRINCIPAL, preschool=self.granliden)
        employ(self.ulf, kind.PRINCIPAL, preschool=self.sjostjarnan)
        employ(self.specialist, kind.SPECIALIST, preschool=self.granliden)
        employ(self.administrator, kind.ADMINISTRATOR)
        employ(self.communicator, kind.COMMUNICATOR)
        employ(self.archivist, kind.ARCHIVIST)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """Return the moment at which the preschool's clock shows this time."""
    return days.at(day, time(hour, minute))
