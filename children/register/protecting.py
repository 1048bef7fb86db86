"""Closing first: whoever the register marks as protected is hidden before anything else of the run is written."""

from uuid import UUID

from django.db.models import Q

from accounts.models import User
from children.models import Child, ProtectedIdentity
from children.register.aliases import make_alias
from children.register.people_writing import index_of, stronger
from children.register.rows import Marking
from children.register.writing import Run, batches


def protect_marked(run: Run) -> None:
    """Give an alias to all persons who are in the portal unprotected and are marked in any row, bad rows included.

    The real name, telephone number and address move to the sealed identity. Nothing is ever opened here.
    """
    for batch in batches(run.plan.markings.items(), 500):
        markings = dict(batch)
        _protect_children(run, markings)
        _protect_adults(markings, run)


def _lookup(run: Run, model: type[User] | type[Child], markings: dict[str, Marking]) -> dict[str, Marking]:
    """Return markings by blind index, for persons whose id in the register has changed."""
    found: dict[str, Marking] = {}
    for person_id, marking in markings.items():
        person = run.gathered.persons.get(person_id)
        index = index_of(model, "personal_number_index", person.number) if person else None
        if index:
            found[index] = marking
    return found


def _protect_children(run: Run, markings: dict[str, Marking]) -> None:
    indexes = _lookup(run, Child, markings)
    match = Q(register_id__in=[UUID(key) for key in markings]) | Q(personal_number_index__in=list(indexes))
    children = []
    for child in Child.objects.filter(match):
        marking = markings.get(str(child.register_id)) or indexes.get(child.personal_number_index or "", Marking.NONE)
        level = stronger(child.protection, marking)
        if level != child.protection:
            children.append(child)
            child.protection = level
    hidden = set(ProtectedIdentity.objects.filter(child__in=children).values_list("child_id", flat=True))
    identities = []
    for child in children:
        if child.pk not in hidden:
            identities.append(
                ProtectedIdentity(child=child, given_name=child.given_name, family_name=child.family_name)
            )
            child.given_name, child.family_name = make_alias(child.given_name, child.family_name)
    ProtectedIdentity.objects.bulk_create(identities)
    Child.objects.bulk_update(children, ["given_name", "family_name", "protection"], batch_size=200)
    placed = Child.objects.filter(pk__in=[child.pk for child in children])
    run.touched.update(placed.exclude(placements=None).values_list("placements__department", flat=True))


def _protect_adults(markings: dict[str, Marking], run: Run) -> None:
    indexes = _lookup(run, User, markings)
    match = Q(register_id__in=[UUID(key) for key in markings]) | Q(personal_number_index__in=list(indexes))
    users = []
    for user in User.objects.filter(match):
        marking = markings.get(str(user.register_id)) or indexes.get(user.personal_number_index or "", Marking.NONE)
        level = stronger(user.protection, marking)
        if level != user.protection:
            users.append(user)
            user.protection = level
    hidden = set(ProtectedIdentity.objects.filter(person__in=users).values_list("person_id", flat=True))
    identities = []
    for user in users:
        if user.pk not in hidden:
            names = {"given_name": user.given_name, "family_name": user.family_name}
            identities.append(ProtectedIdentity(person=user, phone=user.phone, address=user.address, **names))
            user.given_name, user.family_name = make_alias(user.given_name, user.family_name)
            user.phone = user.address = ""
    ProtectedIdentity.objects.bulk_create(identities)
    User.objects.bulk_update(users, ["given_name", "family_name", "phone", "address", "protection"], batch_size=200)
