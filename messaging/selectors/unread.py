"""How many conversations have something that the reader has not read: one small query, asked by every page's menu."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef

from children.actors import Actor
from children.prepared_access import prepared_for_actor
from messaging.models import ReadMark
from messaging.selectors.readers import threads_for
from portal.lib.prepared import Rows


def unread_threads(actor: Actor) -> int:
    """Return in how many of the conversations that the actor reads today somebody else has said something new."""
    return sum(number for (number,) in _unread(actor)) if actor.person_id else 0


@prepared_for_actor
def _unread(actor: Actor) -> Rows:
    """Count where the last message is unread and another's: whoever wrote the last had seen the others."""
    read = ReadMark.objects.filter(person=actor.person_id, thread=OuterRef("pk"), read_to__gte=OuterRef("last_at"))
    new = threads_for(actor).filter(~Exists(read), last_at__isnull=False).exclude(last_by=actor.person_id)
    return new.order_by().values("addressee").annotate(number=Count("pk")).values_list("number")
