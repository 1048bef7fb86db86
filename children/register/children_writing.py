"""Writing children with their guardians: each child and its guardianships in one transaction."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from children.models import Child, Guardianship, ProtectedIdentity, ShownChange
from children.register.people_writing import (
    IDENTITY_FIELDS,
    give_number,
    index_of,
    owners,
    seal,
    stronger,
)
from children.register.rows import Marking, Person
from children.register.writing import Run, print_of
from notifications.services import cancel

FIELDS = [
    "given_name",
    "family_name",
    "birth_date",
    "personal_number",
    "personal_number_index",
    "protection",
    "register_id",
    "register_print",
    "left_register_on",
]
GUARDIANSHIP_FIELDS = ["starts_on", "ends_on", "confirmed_at", "confirmed_by", "from_register"]


class ChildrenWriter:
    """Writes children and guardianships in batches. Guardianships come as pending, always (promise 6)."""

    def __init__(self, run: Run):
        self.run = run
        self.number_owners = owners(Child, "personal_number_index")

    def write(self, persons: Iterable[Person]) -> dict[str, UUID]:
        """Create or change the children of one batch; return their ids by the register's."""
        persons = list(persons)
        ids = [UUID(person.id) for person in persons]
        seen = Child.objects.filter(register_id__in=ids).only("id", "register_id", "register_print", "left_register_on")
        known = {str(child.register_id): child for child in seen}
        pks = {register_id: child.pk for register_id, child in known.items()}
        new = [person for person in persons if person.id not in known]
        changed = [person for person in persons if person.id in known and self._is_changed(known[person.id], person)]
        changed += self._adopt(new, pks)
        new = [person for person in new if person.id not in pks]
        self._create(new, pks)
        self._change(changed)
        self._write_guardianships([*new, *changed], pks)
        self.run.report.created += len(new)
        self.run.report.updated += len(changed)
        self.run.report.unchanged += len(persons) - len(new) - len(changed)
        return pks

    def _print(self, person: Person) -> str:
        plan = self.run.plan
        guardians = plan.guardians.get(person.id, ())
        return print_of(person, plan.markings.get(person.id), guardians, person.id in plan.guardians_are_open)

    def _is_changed(self, child: Child, person: Person) -> bool:
        if child.register_print != self._print(person) or child.left_register_on:
            return True
        guardians = (self.run.adults.get(guardian) for guardian in self.run.plan.guardians.get(person.id, ()))
        return any(guardian in self.run.returned for guardian in guardians)

    def _adopt(self, persons: list[Person], pks: dict[str, UUID]) -> list[Person]:
        """Return those who are in already, under an id that the register no longer uses."""
        indexes = {index_of(Child, "personal_number_index", person.number): person for person in persons}
        indexes.pop(None, None)
        found = []
        for child in Child.objects.filter(personal_number_index__in=list(indexes)).only("id", "register_id"):
            person = indexes[child.personal_number_index]
            if str(child.register_id) not in self.run.plan.children:
                Child.objects.filter(pk=child.pk).update(register_id=person.id)
                pks[person.id] = child.pk
                found.append(person)
        return found

    def _create(self, persons: list[Person], pks: dict[str, UUID]) -> None:
        children, identities = [], []
        for person in persons:
            child = Child(register_id=UUID(person.id))
            identities += self._fill(child, person, None)
            children.append(child)
            pks[person.id] = child.pk
        Child.objects.bulk_create(children, batch_size=500)
        ProtectedIdentity.objects.bulk_create(identities)

    def _change(self, persons: list[Person]) -> None:
        by_id = {UUID(person.id): person for person in persons}
        children = list(Child.objects.filter(register_id__in=list(by_id)))
        protected = ProtectedIdentity.objects.filter(child__in=children)
        identities = {identity.child_id: identity for identity in protected}
        new = []
        for child in children:
            assert child.register_id  # noqa: S101 (for the type checker)
            new += self._fill(child, by_id[child.register_id], identities.get(child.pk))
        Child.objects.bulk_update(children, FIELDS, batch_size=200)
        ProtectedIdentity.objects.bulk_update(identities.values(), IDENTITY_FIELDS, batch_size=200)
        ProtectedIdentity.objects.bulk_create(new)

    def _fill(self, child: Child, person: Person, identity: ProtectedIdentity | None) -> list[ProtectedIdentity]:
        """Bring a child's columns in line with the row. Return an identity that has to be created."""
        marking = self.run.plan.markings.get(person.id, Marking.NONE)
        child.protection = stronger(child.protection, marking)
        child.register_print, child.left_register_on = self._print(person), None
        child.birth_date = person.birth_date or child.birth_date
        give_number(child, person, self.number_owners, self.run)
        if not child.is_protected:
            child.given_name, child.family_name = person.given_name, person.family_name
            return []
        sealed = seal(child, person, identity, marking)
        return [] if identity else [sealed]

    # Guardianships --------------------------------------------------------------------------------------------------

    def _write_guardianships(self, persons: list[Person], pks: dict[str, UUID]) -> None:
        child_ids = [pks[person.id] for person in persons]
        existing: dict[UUID, dict[UUID, Guardianship]] = defaultdict(dict)
        for row in Guardianship.objects.filter(child__in=child_ids):
            existing[row.child_id][row.guardian_id] = row
        new: list[Guardianship] = []
        changed: list[Guardianship] = []
        gone: list[Guardianship] = []
        for person in persons:
            child_id = pks[person.id]
            guardians = self._guardians_of(person)
            for guardian_id in guardians:
                if guardian_id not in existing[child_id]:
                    new.append(self._pending(Guardianship(child_id=child_id, guardian_id=guardian_id)))
                    continue
                row = existing[child_id].pop(guardian_id)
                if row.ends_on and row.ends_on < self.run.today:
                    changed.append(self._pending(row))
            if person.id not in self.run.plan.guardians_are_open:
                gone += [
                    row
                    for row in existing[child_id].values()
                    if row.from_register and (not row.ends_on or row.ends_on >= self.run.today)
                ]
        Guardianship.objects.bulk_create(new, batch_size=500)
        Guardianship.objects.bulk_update(changed, GUARDIANSHIP_FIELDS, batch_size=200)
        end_guardianships(self.run, gone)

    def _guardians_of(self, person: Person) -> list[UUID]:
        named = self.run.plan.guardians.get(person.id, ())
        return [self.run.adults[guardian] for guardian in named if guardian in self.run.adults]

    def _pending(self, row: Guardianship) -> Guardianship:
        row.starts_on, row.ends_on = self.run.today, None
        row.confirmed_at = row.confirmed_by = None
        row.from_register = True
        return row


def end_guardianships(run: Run, rows: Iterable[Guardianship]) -> None:
    """Close guardianships from this day on. One that began today cannot end before: it is no longer confirmed.

    What waits to be told about the children is withdrawn.
    """
    gone = list(rows)
    ShownChange.objects.note({row.child_id for row in gone if row.confirmed_at})
    for row in gone:
        cancel(person_id=row.guardian_id, child_id=row.child_id, now=run.now)
        row.ends_on = max(run.yesterday, row.starts_on)
        if row.ends_on >= run.today:
            row.confirmed_at = row.confirmed_by = None
    Guardianship.objects.bulk_update(gone, GUARDIANSHIP_FIELDS, batch_size=200)
