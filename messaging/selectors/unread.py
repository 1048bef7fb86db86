"""How many conversations have something that the reader has not read: one small query, asked by every page's menu."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from children.actors import Actor
from messaging import rules
from messaging.models import Message, ReadMark, ThreadGuardian
from messaging.selectors.readers import threads_for
from portal.lib import clock, days


def unread_threads(actor: Actor) -> int:
    """Return in how many of the conversations that the actor reads today somebody else has said something new.

    For the house only what was said since a week before its reader began (DOMAIN 4.12).
    """
    if actor.person_id is None:
        return 0
    read = ReadMark.objects.filter(
        person=actor.person_id, thread=OuterRef("thread"), read_to__gte=OuterRef("leaves_at")
    )
    new = Message.objects.out(clock.now()).filter(~Exists(read), thread=OuterRef("pk"))
    new = new.exclude(written_by=actor.person_id)
    if actor.roles:
        begun = min(role.starts_on for role in actor.roles) - rules.SEES_BEFORE_BEGAN
        family = ThreadGuardian.objects.filter(thread=OuterRef("thread"), guardian=actor.person_id)
        new = new.filter(Exists(family) | Q(leaves_at__gte=days.day_bounds(begun)[0]))
    return threads_for(actor).filter(Exists(new)).count()
