"""Labels: those of the inboxes that somebody reads, and which of them stand on which conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from children import access
from children.access import Action
from children.actors import Actor
from children.models import Department, Preschool
from children.selectors.placing import departments_of
from messaging import rules
from messaging.models import Addressee, Label, ThreadLabel


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
    departments = access.departments_for(actor, Action.READ_DEPARTMENTS_MAIL).select_related("preschool")
    preschools = access.preschools_for(actor, Action.READ_PRINCIPALS_MAIL)
    found = [Inbox(Addressee.DEPARTMENT, one.pk, one.name) for one in _by_name(departments)]
    return found + [Inbox(Addressee.PRINCIPAL, one.pk, one.name) for one in _by_name(preschools)]


def _by_name(places: QuerySet[Department] | QuerySet[Preschool]) -> list[Department | Preschool]:
    return sorted(places, key=lambda place: place.name)


def labels_for(actor: Actor) -> QuerySet[Label]:
    """Return the labels of the inboxes that the actor reads for the house, and no others."""
    if not actor.roles:
        return Label.objects.none()
    departments = access.departments_for(actor, Action.READ_DEPARTMENTS_MAIL)
    preschools = access.preschools_for(actor, Action.READ_PRINCIPALS_MAIL)
    return Label.objects.filter(Q(department__in=departments.values("pk")) | Q(preschool__in=preschools.values("pk")))


def in_order(labels: QuerySet[Label]) -> list[Label]:
    """Return labels by their words, which only we can read."""
    return sorted(labels, key=lambda label: (label.words.casefold(), label.pk))


def labels_that_fit(circle: rules.Circle, addressee: Addressee, actor: Actor) -> list[Label]:
    """Return what the actor may put on a conversation: labels of the inbox in which it lies today."""
    places = departments_of(circle.children, actor.today).values()
    if addressee == Addressee.DEPARTMENT:
        lies = Q(department__in={place.department_id for place in places})
    else:
        lies = Q(preschool__in={place.preschool_id for place in places})
    return in_order(labels_for(actor).filter(lies))


def labels_on(threads: Collection[UUID], actor: Actor) -> dict[UUID, list[Label]]:
    """Return what of the actor's labels stands on each conversation: one query, none for a family."""
    if not threads or not actor.roles:
        return {}
    rows = ThreadLabel.objects.filter(thread__in=threads, label__in=labels_for(actor)).select_related("label")
    found: dict[UUID, list[Label]] = defaultdict(list)
    for row in rows:
        found[row.thread_id].append(row.label)
    return {thread_id: sorted(labels, key=lambda label: label.words.casefold()) for thread_id, labels in found.items()}
