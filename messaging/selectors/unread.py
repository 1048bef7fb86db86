"""How many conversations have something that the reader has not read: one small query, asked by every page's menu."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from children.actors import Actor
from messaging.models import ReadMark, Thread
from messaging.selectors.readers import threads_for
from portal.lib.prepared import Rows, prepared


def unread_threads(actor: Actor) -> int:
    """Return in how many of the conversations that the actor reads today somebody else has said something new."""
    if actor.person_id is None:
        return 0
    if not actor.roles and not actor.tablet:
        before = actor.municipality.visible_before_days
        return sum(number for (number,) in _of_family(actor.person_id, actor.today, before))
    return _unread(actor).count()


@prepared
def _of_family(person_id: UUID, today: date, visible_before_days: int) -> Rows:
    family = Actor.standing_in(
        person_id=person_id, place_id=None, roles=[], today=today, visible_before_days=visible_before_days
    )
    return _unread(family).order_by().values("addressee").annotate(number=Count("pk")).values_list("number")


def _unread(actor: Actor) -> QuerySet[Thread]:
    """Return where the last message is unread and another's: whoever wrote the last had seen the others."""
    read = ReadMark.objects.filter(person=actor.person_id, thread=OuterRef("pk"), read_to__gte=OuterRef("last_at"))
    return threads_for(actor).filter(~Exists(read), last_at__isnull=False).exclude(last_by=actor.person_id)
