"""What goes with messages, for whoever reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404
from django.template.defaultfilters import filesizeformat

from children.actors import Actor
from documents.models import StoredFile
from messaging.models import Message, MessageAttachment
from messaging.selectors.readers import Opened, open_thread
from portal.lib import days
from portal.lib.models import columns_of, of_row
from portal.lib.prepared import Rows, prepared

FILE = columns_of(StoredFile)


@dataclass(frozen=True)
class Attached:
    """One file of a message, ready to print. A picture that is not ready has no small one yet."""

    id: UUID
    name: str
    size: str
    is_picture: bool
    is_ready: bool
    problem: str
    width: int | None
    height: int | None


def _ready(attachment_id: UUID, file: StoredFile) -> Attached:
    return Attached(
        attachment_id,
        file.name,
        filesizeformat(file.size),
        file.is_picture,
        file.is_ready,
        str(file.get_problem_display()) if file.problem else "",
        file.width,
        file.height,
    )


def attachments_of(message_ids: Collection[UUID]) -> dict[UUID, list[Attached]]:
    """Return what goes with each of these messages: one query. Whoever asks has asked who may read them."""
    found: dict[UUID, list[Attached]] = defaultdict(list)
    for message_id, attachment_id, *file in _sent(message_ids) if message_ids else ():
        found[message_id].append(_ready(attachment_id, of_row(StoredFile, FILE, file)))
    return dict(found)


@prepared
def _sent(message_ids: Collection[UUID]) -> Rows:
    rows = MessageAttachment.objects.filter(message__in=message_ids).order_by("created_at")
    return rows.values_list("message_id", "pk", *(f"file__{column}" for column in FILE))


def unsent_of(actor: Actor, ids: Collection[UUID]) -> list[Attached]:
    """Return those of these files that the actor has chosen and not sent, in the order in which they were chosen."""
    rows = MessageAttachment.objects.filter(pk__in=ids, added_by=actor.person_id, message=None)
    return [_ready(one.pk, one.file) for one in rows.select_related("file").order_by("created_at")]


def get_attachment(actor: Actor, attachment_id: UUID, now: datetime) -> tuple[MessageAttachment, Opened]:
    """Return the file and its conversation. Raises `Http404` for whoever does not read the message today.

    Of a message that has been withdrawn nobody has it any more (DOMAIN 4.6); before it leaves only whoever wrote it.
    """
    rows = MessageAttachment.objects.select_related("message", "file").filter(pk=attachment_id)
    found = rows.filter(message__withdrawn_at=None).first()
    if found is None or found.message is None:
        raise Http404
    opened = open_thread(actor, found.message.thread_id)
    if not is_seen(found.message, opened, actor, now):
        raise Http404
    return found, opened


def is_seen(message: Message, opened: Opened, actor: Actor, now: datetime) -> bool:
    """Tell whether whoever reads the conversation sees this message: it has left, and not before one's own time."""
    if message.leaves_at > now and message.written_by_id != actor.person_id:
        return False
    sees_from = opened.reader.sees_from
    return sees_from is None or days.day_of(message.leaves_at) >= sees_from
