"""Files that go with messages: kept while somebody writes, sent with the message, and the writer's again if undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from children.actors import Actor
from documents.models import StoredFile
from documents.services import files
from documents.services.uploads import Finished, TakenBefore
from messaging.models import Message, MessageAttachment
from messaging.rules import Circle
from portal.lib.ids import uuid7

MOST_FILES = 5
MOST_UNSENT = 20
"""Of one person, however many forms are open: beyond that the oldest are thrown away."""
UNSENT_FOR = timedelta(days=30)


def keep(*, upload: File[bytes], actor: Actor, now: datetime) -> MessageAttachment:
    """Keep a file until the message with which it goes is sent: nobody else sees it.

    What came in parts is kept under its upload's id: handed over again it is the same (G09). Raises `ValidationError`
    with a sentence that names the file; nothing is kept then.
    """
    if actor.person_id is None:
        raise Http404
    own_id = upload.upload.pk if isinstance(upload, Finished) else uuid7()
    try:
        with files.arriving(upload) as arrived, transaction.atomic():
            file = files.keep_arrived(arrived, by_id=actor.person_id, now=now)
            made = MessageAttachment.objects.create(pk=own_id, file=file, added_by_id=actor.person_id)
            unsent = MessageAttachment.objects.filter(added_by=actor.person_id, message=None).order_by("-created_at")
            throw_away(unsent[MOST_UNSENT:])
    except TakenBefore:
        if found := MessageAttachment.objects.filter(pk=own_id, added_by=actor.person_id).first():
            return found
        raise ValidationError(_("En fil finns inte kvar. Välj den igen.")) from None
    except ValidationError as refused:
        sentence = " ".join(refused.messages)
        raise ValidationError(
            _("{file} följer inte med. {why}").format(file=upload.name or "", why=sentence)
        ) from refused
    return made


def attach(message: Message, attachment_ids: Collection[UUID]) -> None:
    """Send these files with the message. Must be called in the transaction that writes it.

    A message that goes to several families takes the same files to each. Raises `ValidationError` for more than five,
    and for what is not the writer's own or has been sent before.
    """
    wanted = set(attachment_ids)
    if len(wanted) > MOST_FILES:
        raise ValidationError({"files": _("Skicka högst {number} filer på en gång.").format(number=MOST_FILES)})
    own = MessageAttachment.objects.filter(pk__in=wanted, added_by=message.written_by_id)
    found = {one.pk: one for one in own.select_for_update(of=("self",)).select_related("message")}
    if len(found) < len(wanted) or any(
        one.message and one.message.sending != message.sending for one in found.values()
    ):
        raise ValidationError({"files": _("En fil finns inte kvar. Välj den igen.")})
    for one in sorted(found.values(), key=lambda one: one.created_at):
        if one.message_id is None:
            one.message = message
            one.save(update_fields=["message"])
        else:
            MessageAttachment.objects.create(message=message, file_id=one.file_id, added_by_id=one.added_by_id)


def demand_one_family(attachment_ids: Collection[UUID], circles: Iterable[Circle]) -> None:
    """Refuse pictures in what goes to several families: nobody has said who is in them and may be seen (DOMAIN 5.2).

    Both homes of the same children are one family here. Raises `ValidationError`.
    """
    if len({circle.children for circle in circles}) < 2:
        return
    if MessageAttachment.objects.filter(pk__in=attachment_ids, file__kind=StoredFile.Kind.PICTURE).exists():
        raise ValidationError(
            _("En bild kan bara gå till en familj i taget. Ta bort den, eller lägg den i ett inlägg i stället.")
        )


def take_back(messages: Collection[Message]) -> tuple[UUID, ...]:
    """Return the files of messages that are being undone: each once, unsent again, and their writer's alone.

    Must be called in the transaction that undoes them, before.
    """
    back: dict[UUID, MessageAttachment] = {}
    for one in MessageAttachment.objects.filter(message__in=[message.pk for message in messages]).order_by(
        "created_at"
    ):
        back.setdefault(one.file_id, one)
    MessageAttachment.objects.filter(pk__in=[one.pk for one in back.values()]).update(message=None)
    return tuple(one.pk for one in back.values())


def throw_away(attachments: Iterable[MessageAttachment]) -> None:
    """Throw attachments away, and their files where they go with no other message."""
    gone = list(attachments)
    if not gone:
        return
    with transaction.atomic():
        MessageAttachment.objects.filter(pk__in=[one.pk for one in gone]).delete()
        named = {one.file_id for one in gone}
        others = set(MessageAttachment.objects.filter(file__in=named).values_list("file", flat=True))
        files.discard(StoredFile.objects.filter(pk__in=named - others))


def throw_away_unsent(*, now: datetime) -> int:
    """Throw away what was chosen long ago and never sent; return how much it was."""
    unsent = list(MessageAttachment.objects.filter(message=None, created_at__lt=now - UNSENT_FOR)[:500])
    throw_away(unsent)
    return len(unsent)
