"""What the house does with a conversation: who answers it, that it is done, its labels, and that it is sensitive.

Nothing of this is for families but one thing: they may say that a conversation is sensitive, and never take it back.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from children.actors import Actor
from children.selectors.reach import Relation
from messaging.models import Addressee, Label, Message, Thread, ThreadLabel
from messaging.selectors.inbox import who_may_answer
from messaging.selectors.labels import inboxes_of, labels_for, labels_on, labels_that_fit
from messaging.selectors.readers import Reader, circle_of, get_thread
from notifications.models import Kind
from notifications.services import Told, give_up, notify_of_all
from portal.lib.ids import uuid7

LONGEST_LABEL, MOST_LABELS = 30, 30


def assign(*, thread_id: UUID, person_id: UUID | None, actor: Actor, now: datetime) -> Thread:
    """Say who answers the conversation, or (None) that anybody does; whoever it is given to by another is told.

    Raises `Http404` as the door does, and `ValidationError` for somebody who does not read it for the house, and as all
    that is done here before the conversation has left.
    """
    with transaction.atomic():
        thread = _for_the_house(thread_id, actor, now)
        if person_id and person_id not in who_may_answer(circle_of(thread), Addressee(thread.addressee), actor.today):
            raise ValidationError(_("Välj någon som läser samtalet här."))
        if thread.assigned_to_id == person_id:
            return thread
        if before := thread.assigned_to_id:
            told_before = Q(person=before, kind=Kind.THREAD_ASSIGNED, about__thread=str(thread.pk))
            give_up(concerned=told_before, now=now)
        thread.assigned_to_id = person_id
        thread.save(update_fields=["assigned_to"])
        audit.did(
            "thread.assigned",
            person_id=actor.person_id,
            tablet_id=actor.tablet_id,
            now=now,
            thread=thread.pk,
            to=person_id or "",
        )
        if person_id and person_id != actor.person_id:
            told = Told(uuid7(), [person_id], {"thread": thread.pk})
            notify_of_all(told=[told], kind=Kind.THREAD_ASSIGNED, now=now)
    return thread


def set_done(*, thread_id: UUID, is_done: bool, actor: Actor, now: datetime) -> Thread:
    """Put the conversation aside as done, or open it again; the family's next message opens it by itself."""
    with transaction.atomic():
        thread = _for_the_house(thread_id, actor, now)
        if is_done != bool(thread.done_at):
            thread.done_at = now if is_done else None
            thread.save(update_fields=["done_at"])
            action = "thread.done" if is_done else "thread.opened_again"
            audit.did(action, person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, thread=thread.pk)
    return thread


def set_sensitive(*, thread_id: UUID, is_sensitive: bool, actor: Actor, now: datetime) -> Thread:
    """Say that the conversation is sensitive: from now on it is read behind the strong login only.

    That it is not any more only the house may say. Raises `Http404` as the door does.
    """
    with transaction.atomic():
        thread = _begun(thread_id, actor, now)[0] if is_sensitive else _for_the_house(thread_id, actor, now)
        if thread.is_sensitive != is_sensitive:
            thread.is_sensitive = is_sensitive
            thread.save(update_fields=["is_sensitive"])
            action = "thread.made_sensitive" if is_sensitive else "thread.made_ordinary"
            audit.did(action, person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, thread=thread.pk)
    return thread


def set_labels(*, thread_id: UUID, label_ids: Collection[UUID], actor: Actor, now: datetime) -> Thread:
    """Let exactly these of the actor's labels stand on the conversation; those of other inboxes stay as they are.

    Raises `Http404` for a label that is not the inbox's in which it lies.
    """
    with transaction.atomic():
        thread = _for_the_house(thread_id, actor, now)
        fitting = {label.pk for label in labels_that_fit(circle_of(thread), Addressee(thread.addressee), actor)}
        wanted, before = set(label_ids), {label.pk for label in labels_on([thread.pk], actor).get(thread.pk, [])}
        if wanted - fitting - before:
            raise Http404
        if wanted != before:
            ThreadLabel.objects.filter(thread=thread, label__in=before - wanted).delete()
            ThreadLabel.objects.bulk_create(
                [ThreadLabel(thread=thread, label_id=label_id) for label_id in sorted(wanted - before)],
                ignore_conflicts=True,
            )
            audit.did(
                "thread.labelled", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, thread=thread.pk
            )
    return thread


def make_label(*, inbox_id: UUID, words: str, actor: Actor, now: datetime) -> Label:
    """Make a label for an inbox that the actor reads for the house.

    Raises `Http404` for any other inbox, and `ValidationError` for words that are none, too long or there already.
    """
    inbox = next((one for one in inboxes_of(actor) if one.id == inbox_id), None)
    if inbox is None:
        raise Http404
    words = " ".join(words.split())
    if not words:
        raise ValidationError(_("Skriv ett eller två ord."))
    if len(words) > LONGEST_LABEL:
        raise ValidationError(_("Skriv högst {number} tecken.").format(number=LONGEST_LABEL))
    place = {"department_id" if inbox.addressee == Addressee.DEPARTMENT else "preschool_id": inbox.id}
    there = [label.words.casefold() for label in Label.objects.filter(**place)]
    if words.casefold() in there:
        raise ValidationError(_("Den etiketten finns redan."))
    if len(there) >= MOST_LABELS:
        raise ValidationError(_("Här finns redan {number} etiketter. Ta bort någon först.").format(number=len(there)))
    with transaction.atomic():
        label = Label.objects.create(words=words, **place)
        audit.did("label.made", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, label=label.pk)
    return label


def remove_label(*, label_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a label away, also from the conversations on which it stands. Raises `Http404` for another inbox's."""
    with transaction.atomic():
        label = labels_for(actor).filter(pk=label_id).first()
        if label is None:
            raise Http404
        label.delete()
        audit.did("label.removed", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, label=label_id)


def _for_the_house(thread_id: UUID, actor: Actor, now: datetime) -> Thread:
    """Return the conversation as `_begun` does. Raises `Http404` for a family, too."""
    thread, reader = _begun(thread_id, actor, now)
    if reader.relation == Relation.GUARDIAN:
        raise Http404
    return thread


def _begun(thread_id: UUID, actor: Actor, now: datetime) -> tuple[Thread, Reader]:
    """Return a conversation in which something has left, held until the transaction ends, and its reader.

    What can still be taken back nobody is told of: before that, raises `ValidationError` for whoever is writing it,
    and `Http404` for everybody else.
    """
    thread, reader = get_thread(actor, thread_id, lock=True)
    said = Message.objects.filter(thread=thread)
    if not said.out(now).exists():
        if not said.filter(written_by=actor.person_id).exists():
            raise Http404
        raise ValidationError(_("Samtalet har inte skickats än. Vänta en halv minut, eller ångra det."))
    return thread, reader
