"""Closing first: whoever the register marks as protected is hidden before anything else of the run is written."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Q

from accounts.models import Protection, User
from children.models import Child, Placement
from children.protection import protect_child, protect_person
from children.register.people_writing import index_of, stronger
from children.register.rows import Marking
from children.register.writing import Run, batches

Holder = TypeVar("Holder", User, Child)


def protect_marked(run: Run) -> None:
    """Give an alias to all who are in the portal and are marked in any row, bad rows included.

    Nothing is ever opened here. Must run in a transaction of its own, before all others.
    """
    for batch in batches(run.plan.markings.items(), 500):
        markings = dict(batch)
        children = []
        for child, level in _to_protect(run, Child, markings):
            protect_child(child=child, level=level, now=run.now)
            children.append(child)
        for person, level in _to_protect(run, User, markings):
            protect_person(person=person, level=level, now=run.now)
        run.touched.update(Placement.objects.filter(child__in=children).values_list("department", flat=True))


def _to_protect(run: Run, model: type[Holder], markings: dict[str, Marking]) -> list[tuple[Holder, Protection]]:
    """Return those whose protection rises, found by id or, where the register has given a new one, by number."""
    by_number: dict[str, Marking] = {}
    for person_id, marking in markings.items():
        person = run.gathered.persons.get(person_id)
        index = index_of(model, "personal_number_index", person.number) if person else None
        if index:
            by_number[index] = marking
    match = Q(register_id__in=[UUID(key) for key in markings]) | Q(personal_number_index__in=list(by_number))
    found: list[tuple[Holder, Protection]] = []
    for holder in model._default_manager.filter(match):
        marking = markings.get(str(holder.register_id), Marking.NONE)
        marking = max(marking, by_number.get(holder.personal_number_index or "", Marking.NONE))
        level = stronger(holder.protection, marking)
        if level != holder.protection:
            found.append((holder, level))
    return found
