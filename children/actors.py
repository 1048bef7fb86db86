"""Who is asking: a person with a login, or a paired tablet with or without somebody's PIN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from accounts.models import User
from children.models import Municipality, StaffRole, Tablet
from portal.lib import days


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
    def of_wall(cls, department_id: UUID, today: date) -> Actor:
        """Return what every tablet of the department is without a PIN: its rights hang on these two alone."""
        return cls(person=None, tablet=Tablet(department_id=department_id), today=today)

    @classmethod
    def of_family(cls, person_id: UUID, today: date, visible_before_days: int) -> Actor:
        """Return what somebody without any role is: the rights hang on rows that name the person."""
        actor = cls(person=User(id=person_id), tablet=None, today=today)
        vars(actor).update(roles=[], municipality=Municipality(visible_before_days=visible_before_days))
        return actor

    @property
    def is_family(self) -> bool:
        """Whether this is a person who neither works nor leads here, and whose account is open."""
        return self.tablet is None and self.person is not None and self.person.is_active and not self.roles

    @property
    def is_wall(self) -> bool:
        """Whether this is a tablet, and nobody has given a PIN."""
        return self.tablet is not None and self.person is None

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
        return list(StaffRole.objects.on(self.today).filter(person=self.person))

    def has_role(self, *kinds: StaffRole.Kind) -> bool:
        return any(role.kind in kinds for role in self.roles)

    @property
    def is_staff(self) -> bool:
        """Whether the person has any role at all: works, leads, or runs the system."""
        return bool(self.roles)

    @cached_property
    def municipality(self) -> Municipality:
        return Municipality.current()
