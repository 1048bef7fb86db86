"""Who is asking: a person with a login, or a paired tablet with or without somebody's PIN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from accounts.models import User
from children.models import Municipality, StaffRole, Tablet
from portal.lib import days
from portal.lib.models import of_row
from portal.lib.prepared import Rows, prepared

# What every request of a person must know of the roles; the rest is read when it is asked for.
ROLE = ("id", "person_id", "kind", "area_id", "preschool_id", "department_id", "starts_on", "ends_on")


@prepared
def _roles(person_id: UUID, today: date) -> Rows:
    return StaffRole.objects.on(today).filter(person=person_id).order_by("pk").values_list(*ROLE)


@dataclass(frozen=True, eq=False)
class Actor:
    """A person, or a tablet (then `person` is whoever gave the PIN, or None).

    Every relation is judged on `today`, the date in the preschools' time zone.
    """

    person: User | None
    tablet: Tablet | None
    today: date

    @classmethod
    def of_person(cls, person: User, today: date | None = None) -> Actor:
        return cls(person=person, tablet=None, today=today or days.today())

    @classmethod
    def of_tablet(cls, tablet: Tablet, person: User | None = None, today: date | None = None) -> Actor:
        return cls(person=person, tablet=tablet, today=today or days.today())

    @classmethod
    def standing_in(
        cls,
        *,
        person_id: UUID | None,
        place_id: UUID | None,
        roles: list[StaffRole],
        today: date,
        visible_before_days: int,
    ) -> Actor:
        """Return an actor who may do what the real one may: all rights hang on these, and on rows that name them."""
        person = User(id=person_id) if person_id else None
        actor = cls(person=person, tablet=Tablet(department_id=place_id) if place_id else None, today=today)
        vars(actor).update(roles=roles, municipality=Municipality(visible_before_days=visible_before_days))
        return actor

    def only_as(self, role: StaffRole) -> Actor:
        """Return the same person, at no tablet and with this role alone."""
        actor = Actor(person=self.person, tablet=None, today=self.today)
        vars(actor).update(roles=[role], municipality=self.municipality)
        return actor

    @property
    def place_id(self) -> UUID | None:
        """The department whose tablet this is."""
        return self.tablet.department_id if self.tablet else None

    @property
    def person_id(self) -> UUID | None:
        return self.person.id if self.person else None

    @property
    def tablet_id(self) -> UUID | None:
        return self.tablet.id if self.tablet else None

    @cached_property
    def roles(self) -> list[StaffRole]:
        """The person's roles that hold today: one query, once."""
        if self.person is None:
            return []
        return [of_row(StaffRole, ROLE, row) for row in _roles(self.person.id, self.today)]

    @property
    def works_with_children(self) -> bool:
        """Tell whether the person works or leads somewhere with children."""
        return self.has_role(StaffRole.Kind.STAFF, StaffRole.Kind.SUBSTITUTE, StaffRole.Kind.PRINCIPAL)

    def has_role(self, *kinds: StaffRole.Kind) -> bool:
        return any(role.kind in kinds for role in self.roles)

    @property
    def is_staff(self) -> bool:
        """Whether the person has any role at all: works, leads, or runs the system."""
        return bool(self.roles)

    @cached_property
    def municipality(self) -> Municipality:
        return Municipality.current()
