"""Who is out of office, for whoever is about to write (DOMAIN 4.14)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from children import access
from children.access import Action
from children.actors import Actor
from children.models import Department
from children.prepared_access import prepared_for_actor
from children.selectors.placing import departments_of
from children.selectors.reach import Relation, who_may
from messaging.models import Addressee, Away
from messaging.selectors.readers import READ
from portal.lib.models import columns_of, of_row
from portal.lib.prepared import Rows, prepared

AWAY = columns_of(Away)


@dataclass(frozen=True)
class AwayNotice:
    """That a department, or somebody who leads, does not answer until a day, and to whom to turn instead."""

    id: UUID
    whose: str
    starts_on: date
    ends_on: date
    words: str
    instead: str


def away_notices(child_ids: Collection[UUID], addressee: Addressee, today: date) -> list[AwayNotice]:
    """Return who of those that are written to about these children is away today: two queries for a department."""
    if not child_ids:
        return []
    if addressee == Addressee.DEPARTMENT:
        places = {place.department_id for place in departments_of(child_ids, today).values()}
        rows = _aways(sorted(places), [], today)
    else:
        leading = who_may(READ[addressee], child_ids, today)
        people = {reach.person_id for reach in leading if reach.relation == Relation.PRINCIPAL}
        rows = _aways([], sorted(people), today)
    return [_notice(of_row(Away, AWAY, row)) for row in rows]


@prepared
def _aways(departments: Collection[UUID], people: Collection[UUID], today: date) -> Rows:
    whose = Q(department__in=departments) | Q(person__in=people)
    return Away.objects.on(today).filter(whose).order_by("ends_on").values_list(*AWAY)


def _notice(row: Away) -> AwayNotice:
    whose = row.department.name if row.department else row.person.full_name if row.person else ""
    return AwayNotice(row.pk, whose, row.starts_on, row.ends_on, row.words, row.instead)


def departments_to_speak_for(actor: Actor) -> list[Department]:
    """Return the departments for which the actor may say that nobody answers."""
    return sorted(access.departments_for(actor, Action.ANNOUNCE), key=lambda department: department.name)


def may_say_away(actor: Actor) -> bool:
    """Tell whether there is an inbox for which the actor may say that nobody answers."""
    return bool(_announces_at(actor))


@prepared_for_actor
def _announces_at(actor: Actor) -> Rows:
    return access.departments_for(actor, Action.ANNOUNCE).order_by().values_list("pk")[:1]


def may_speak_for_self(actor: Actor) -> bool:
    """Tell whether the actor leads a preschool, and so has an inbox of the own."""
    return access.preschools_for(actor, Action.READ_PRINCIPALS_MAIL).exists()


def own_aways(actor: Actor) -> QuerySet[Away]:
    """Return what the actor may take back: what holds today or will, for the own departments and for the person."""
    departments = access.departments_for(actor, Action.ANNOUNCE).values("pk")
    mine = Q(department__in=departments)
    if actor.person_id and not actor.tablet:
        mine |= Q(person=actor.person_id)
    return Away.objects.on_or_after(actor.today).filter(mine)


def aways_listed(actor: Actor) -> list[AwayNotice]:
    """Return the same, ready to print, the first one first."""
    rows = own_aways(actor).select_related("department", "person").order_by("starts_on", "ends_on")
    return [_notice(row) for row in rows]
