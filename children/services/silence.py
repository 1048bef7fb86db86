"""What waits to be told about a child, once a relation to it has ended."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accounts.models import User
from children.access import Action, children_for
from children.actors import Actor
from notifications.models import Delivery
from notifications.services import cancel
from portal.lib import days


def withdraw_what_is_unseen(*, person_ids: Iterable[UUID], now: datetime) -> int:
    """Withdraw what waits to be told these people about children whom they no longer see; return how much it was.

    Must be called in the transaction that ends the role or the grant, after it has ended. What another relation
    still opens is told.
    """
    waiting = Delivery.objects.filter(person__in=set(person_ids), sent_at=None, given_up_at=None)
    of_person: dict[UUID, set[UUID]] = {}
    for person_id, child_id in waiting.values_list("person", "about__child"):
        if child_id:
            of_person.setdefault(person_id, set()).add(UUID(child_id))
    people = User.objects.in_bulk(of_person)
    withdrawn = 0
    for person_id, child_ids in of_person.items():
        actor = Actor.of_person(people[person_id], days.day_of(now))
        seen = children_for(actor, Action.SEE_CHILD).filter(pk__in=child_ids).values_list("pk", flat=True)
        for child_id in child_ids.difference(seen):
            withdrawn += cancel(person_id=person_id, child_id=child_id, now=now)
    return withdrawn
