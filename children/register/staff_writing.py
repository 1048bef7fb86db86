"""Writing what duties give: roles at departments, preschools and areas."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q

from children.models import Area, Preschool, StaffRole
from children.register.relations import RoleRow
from children.register.rows import Entity, Role
from children.register.writing import Run, batches
from children.services.silence import withdraw_what_is_unseen

KINDS = {
    Role.PRINCIPAL: StaffRole.Kind.PRINCIPAL,
    Role.STAFF: StaffRole.Kind.STAFF,
    Role.SPECIALIST: StaffRole.Kind.SPECIALIST,
}
FIELDS = ["person", "kind", "area", "preschool", "department", "starts_on", "ends_on", "register_id"]


class RolesWriter:
    """Brings roles in line with the duties. Roles that were given in the portal itself are never touched."""

    def __init__(self, run: Run):
        self.run = run
        self.areas = _ids(Area)
        self.preschools = _ids(Preschool)

    def write(self, duties: Iterable[tuple[str, list[RoleRow]]]) -> None:
        """Create and change the roles of one batch of duties, and end those that a duty no longer gives."""
        duties = list(duties)
        wanted = {row.id: row for _duty_id, rows in duties for row in rows if row.person_id in self.run.adults}
        people = {self.run.adults[row.person_id] for row in wanted.values()}
        match = Q(person__in=people) | Q(register_id__in=list(wanted))  # a duty may have gone to somebody else
        present = list(StaffRole.objects.filter(match).exclude(register_id=None))
        holders = {role.pk: role.person_id for role in present}
        by_id = {role.register_id: role for role in present}
        by_place = {_place(role): role for role in present}
        new, changed = [], []
        states: dict[str, set[str]] = defaultdict(set)
        for row in wanted.values():
            goal = self._goal(row)
            role = by_id.get(row.id)
            if role is None:
                role = by_place.get(_place(goal))
                role = role if role and role.register_id not in wanted else None
            if role is None:
                new.append(goal)
                states[row.duty_id].add("created")
            elif self._differs(role, goal):
                changed.append(role)
                states[row.duty_id].add("updated")
            else:
                states[row.duty_id].add("unchanged")
        StaffRole.objects.bulk_update(changed, FIELDS, batch_size=200)
        StaffRole.objects.bulk_create(new, batch_size=500)
        withdraw_what_is_unseen(person_ids=[holders[role.pk] for role in changed], now=self.run.now)
        self._count(states)

    def _count(self, states: dict[str, set[str]]) -> None:
        for found in states.values():
            state = next(iter(found)) if len(found) == 1 else "updated"
            setattr(self.run.report, state, getattr(self.run.report, state) + 1)

    def _goal(self, row: RoleRow) -> StaffRole:
        return StaffRole(
            person_id=self.run.adults[row.person_id],
            kind=KINDS[row.role],
            area_id=self.areas.get(row.area_id),
            preschool_id=self.preschools.get(row.preschool_id),
            department_id=self.run.departments.get(row.department_id),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            register_id=row.id,
        )

    def _differs(self, role: StaffRole, goal: StaffRole) -> bool:
        """Bring a role in line with what it should be; tell whether that changed it."""
        is_changed = False
        for name in FIELDS:
            attribute = f"{name}_id" if name in ("person", "area", "preschool", "department") else name
            if getattr(role, attribute) != getattr(goal, attribute):
                setattr(role, attribute, getattr(goal, attribute))
                is_changed = True
        return is_changed


def roles_without_duty(run: Run) -> list[StaffRole]:
    """Return roles from the register that no duty gives any more; those of unreadable duties are left alone."""
    wanted = {row.id for rows in run.plan.roles.values() for row in rows}
    bad = run.gathered.bad[Entity.DUTIES]
    is_whole = Entity.DUTIES in run.gathered.whole
    current = StaffRole.objects.on_or_after(run.today).exclude(register_id=None)
    gone = []
    for role in current:
        duty_id = (role.register_id or "").partition(":")[0]
        is_settled = is_whole or duty_id in run.gathered.duties
        if role.register_id not in wanted and duty_id not in bad and is_settled:
            gone.append(role)
    return gone


def end_roles(run: Run, roles: Iterable[StaffRole]) -> None:
    """Close roles from this day on; those that had not begun before it are taken away.

    What waits to be told about children whom the person sees by no other relation is withdrawn.
    """
    for batch in batches(roles, 500):
        begun = [role for role in batch if role.starts_on <= run.yesterday]
        for role in begun:
            role.ends_on = run.yesterday
        StaffRole.objects.bulk_update(begun, ["ends_on"], batch_size=200)
        StaffRole.objects.filter(pk__in=[role.pk for role in batch if role.starts_on > run.yesterday]).delete()
        withdraw_what_is_unseen(person_ids=[role.person_id for role in batch], now=run.now)


def _ids(model: type[Area] | type[Preschool]) -> dict[str, UUID]:
    return {str(key): pk for key, pk in model.objects.exclude(register_id=None).values_list("register_id", "pk")}


def _place(role: StaffRole) -> tuple[UUID, str, UUID | None, UUID | None, UUID | None, date]:
    return (role.person_id, role.kind, role.area_id, role.preschool_id, role.department_id, role.starts_on)
