"""The log of what was withdrawn, kept in the transaction that withdraws it (DOMAIN 4.6)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from children.actors import Actor
from children.selectors.placing import coming_places, departments_of
from messaging.models import Incident, IncidentPlace


def keep_incident(incident: Incident, child_ids: Collection[UUID], actor: Actor) -> Incident:
    """Keep it with where these children are, or begin soon: who leads there is told, and finds it there for good."""
    incident.save()
    coming = coming_places(child_ids, actor.today, actor.municipality.visible_before_days)
    places = [*departments_of(child_ids, actor.today).values(), *(one for some in coming.values() for one in some)]
    IncidentPlace.objects.bulk_create(
        IncidentPlace(incident=incident, child_id=child_id, department_id=department_id)
        for child_id, department_id in sorted({(one.child_id, one.department_id) for one in places})
    )
    return incident
