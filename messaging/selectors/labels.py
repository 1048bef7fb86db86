"""Labels: those of the inboxes that somebody reads, and which of them stand on which conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from children import access
from children.access import Action
from children.actors import Actor
from children.prepared_access import prepared_for_actor
from children.selectors.placing import departments_of
from messaging import rules
from messaging.models import Addressee, Label, ThreadLabel
from portal.lib.models import columns_of, of_row
from portal.lib.prepared import Rows

LABEL = columns_of(Label)


@dataclass(frozen=True)
class Inbox:
    """Where conversations lie for the house: a department's inbox, or that of whoever leads a preschool."""

    addressee: Addressee
    id: UUID  # the department's, or the preschool's
    name: str


def inboxes_of(actor: Actor) -> list[Inbox]:
    """Return the inboxes that the actor reads for the house: two queries, none for who does not work here."""
    if not actor.roles:
        return []
    found = [Inbox(Addressee.DEPARTMENT, *row) for row in _departments(actor)]
    return found + [Inbox(Addressee.PRINCIPAL, *row) for row in _preschools(actor)]


@prepared_for_actor
def _departments(actor: Actor) -> Rows:
    departments = access.departments_for(actor, Action.READ_DEPARTMENTS_MAIL)
    return departments.order_by("name", "pk").values_list("pk", "name")


@prepared_for_actor
def _preschools(actor: Actor) -> Rows:
    preschools = access.preschools_for(actor, Action.READ_PRINCIPALS_MAIL)
    return preschools.order_by("name", "pk").values_list("pk", "name")


def labels_for(actor: Actor) -> QuerySet[Label]:
    """Return the labels of the inboxes that the actor reads for the house, and no others."""
    if not actor.roles:
        return Label.objects.none()
    departments = access.departments_for(actor, Action.READ_DEPARTMENTS_MAIL)
    preschools = access.preschools_for(actor, Action.READ_PRINCIPALS_MAIL)
    return Label.objects.filter(Q(department__in=departments.values("pk")) | Q(preschool__in=preschools.values("pk")))


def own_labels(actor: Actor) -> list[Label]:
    """Return the same in their order: one query, none for a family."""
    return in_order(of_row(Label, LABEL, row) for row in _own(actor)) if actor.roles else []


@prepared_for_actor
def _own(actor: Actor) -> Rows:
    return labels_for(actor).order_by().values_list(*LABEL)


def in_order(labels: Iterable[Label]) -> list[Label]:
    """Return labels by their words, which only we can read."""
    return sorted(labels, key=lambda label: (label.words.casefold(), label.pk))


def labels_that_fit(circle: rules.Circle, addressee: Addressee, actor: Actor) -> list[Label]:
    """Return what the actor may put on a conversation: labels of the inbox in which it lies today."""
    places = departments_of(circle.children, actor.today).values()
    if addressee == Addressee.DEPARTMENT:
        lies = {place.department_id for place in places}
        return [label for label in own_labels(actor) if label.department_id in lies]
    lies = {place.preschool_id for place in places}
    return [label for label in own_labels(actor) if label.preschool_id in lies]


def labels_on(threads: Collection[UUID], actor: Actor) -> dict[UUID, list[Label]]:
    """Return what of the actor's labels stands on each conversation: one query, none for a family."""
    if not threads or not actor.roles:
        return {}
    found: dict[UUID, list[Label]] = defaultdict(list)
    for thread_id, *row in _on(actor, threads):
        found[thread_id].append(of_row(Label, LABEL, row))
    return {thread_id: in_order(labels) for thread_id, labels in found.items()}


@prepared_for_actor
def _on(actor: Actor, threads: Collection[UUID]) -> Rows:
    rows = ThreadLabel.objects.filter(thread__in=threads, label__in=labels_for(actor)).order_by()
    return rows.values_list("thread_id", *(f"label__{column}" for column in LABEL))
