"""Those who take part in the demo, found once: children with their department and guardians, staff, tablets."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from typing import Self
from uuid import UUID

from accounts.models import User
from children.access import Action, children_for, departments_for
from children.actors import Actor
from children.models import Child, Department, StaffRole
from children.selectors.placing import departments_of
from portal.demo.people import EVA
from portal.demo.register import SEED


@dataclass
class Cast:
    """Everybody, as they stand on `today`; a day in the past while the demo is being filled."""

    today: date
    principal: User
    departments: list[Department]
    children: dict[UUID, Child]
    staff: dict[UUID, User]
    guardians: dict[UUID, list[User]] = field(default_factory=dict)
    confirmed: dict[UUID, list[User]] = field(default_factory=dict)

    @classmethod
    def of(cls, today: date) -> Self:
        principal = User.objects.with_email(EVA.email).get()
        actor = Actor.of_person(principal, today)
        departments = list(departments_for(actor, Action.OVERSEE).select_related("preschool").order_by("name"))
        children = {child.id: child for child in children_for(actor, Action.SEE_CHILD).order_by("register_id")}
        cast = cls(today, principal, departments, children, {})
        for department in departments:
            roles = department.staff_roles.on(today).filter(kind=StaffRole.Kind.STAFF)
            cast.staff[department.id] = roles.order_by("register_id").select_related("person")[0].person
        for child in children.values():
            rows = child.guardianships.order_by("guardian__register_id").select_related("guardian")
            cast.guardians[child.id] = [row.guardian for row in rows]
        return cast

    def at(self, day: date) -> dict[UUID, list[Child]]:
        """Return the children who are placed in each department on `day`."""
        found: dict[UUID, list[Child]] = {department.id: [] for department in self.departments}
        places = departments_of(self.children, day)
        for child in self.children.values():
            if child.id in places and places[child.id].department_id in found:
                found[places[child.id].department_id].append(child)
        return found

    def leads(self, day: date | None = None) -> Actor:
        return Actor.of_person(self.principal, day or self.today)

    def department(self, name: str) -> Department:
        return next(department for department in self.departments if department.name == name)

    def child(self, name: str) -> Child:
        return next(child for child in self.children.values() if child.full_name == name)


def dice(*words: object) -> random.Random:
    """Return chance that falls the same way each time for the same words."""
    return random.Random(f"{SEED} {words}")  # noqa: S311 (an invented day, the same one each time)
