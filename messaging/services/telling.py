"""Who is told of a message that has left, and how."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from children.selectors.reach import Relation
from messaging.models import Addressee, Message, ReadMark, Thread
from messaging.selectors.readers import circle_of, readers_of
from notifications.models import Kind, Way
from notifications.services import Told, notify_of_all, tell_by
from portal.lib import days


def tell_readers(message: Message, thread: Thread, now: datetime) -> None:
    """Tell everybody who reads the message and has not read it already. Called in the transaction in which it leaves.

    Whoever leads reads what is written to each department, hundreds of messages a day where there are many: of those
    that somebody there can answer, and that are not the own ones to answer, the portal tells, and nothing leaves the
    house.
    """
    readers = readers_of(circle_of(thread), Addressee(thread.addressee), days.day_of(now))
    marks = ReadMark.objects.filter(thread=thread, read_to__gte=message.leaves_at)
    know = {message.written_by_id, *marks.values_list("person", flat=True)}
    house = {person_id for person_id, reader in readers.items() if reader.relation != Relation.GUARDIAN}
    leads = {person_id for person_id in house if readers[person_id].leads_only}
    if thread.addressee != Addressee.DEPARTMENT or leads == house:
        leads = set()
    leads.discard(thread.assigned_to_id)

    def told(people: set[UUID]) -> list[Told]:
        return [Told(message.pk, sorted(people - know), {"thread": thread.pk})]

    notify_of_all(told=told(readers.keys() - leads), kind=Kind.MESSAGE_RECEIVED, now=now)
    tell_by(way=Way.IN_APP, told=told(leads), kind=Kind.MESSAGE_RECEIVED, now=now)
