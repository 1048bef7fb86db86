"""What is written: conversations begun and answered, taken back, withdrawn, read. One transaction each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from children.actors import Actor
from children.selectors.homes import people_of_homes
from children.selectors.people import guardians_of
from children.selectors.reach import Relation
from messaging import rules
from messaging.models import Addressee, Incident, Message, ReadMark, Thread, ThreadChild, ThreadGuardian
from messaging.selectors.inbox import is_read_by_family
from messaging.selectors.journal import sealed_of
from messaging.selectors.readers import (
    Reader,
    circle_of,
    get_thread,
    may_be_written_about,
    open_thread,
    readers_of,
    readers_of_all,
    stamp_of,
)
from messaging.services.attachments import attach, demand_one_family, take_back
from messaging.services.incidents import keep_incident
from messaging.services.telling import tell_readers
from notifications.models import Kind
from notifications.services import Told, give_up, notify_of_all
from portal.lib import days
from portal.lib.alone import each_alone
from portal.lib.ids import uuid7

LONGEST_SUBJECT, LONGEST_BODY = 150, 20_000


@dataclass(frozen=True)
class Words:
    """What is written, and in which language."""

    subject: str
    body: str
    language: str
    is_sensitive: bool = False
    phrase: str = ""  # the key of the set phrase that the body is, word for word
    attachments: tuple[UUID, ...] = ()


def circles_for(
    *, child_ids: Collection[UUID], addressee: Addressee, actor: Actor, now: datetime, apart: bool = False
) -> list[rules.Circle]:
    """Return the conversations that a message about these children would make: what is shown before it is sent.

    A guardian writes for the own home, staff to everybody who guards the children. Raises `Http404` for a child about
    which the actor may not write.
    """
    children = set(child_ids)
    reached = may_be_written_about(actor, addressee).filter(pk__in=children)
    if not children or set(reached.values_list("pk", flat=True)) != children:
        raise Http404
    today = days.day_of(now)
    guardians: dict[UUID, set[UUID]] = {child_id: set() for child_id in children}
    for child_id, person_id in guardians_of(children, today).values_list("child_id", "guardian_id"):
        guardians[child_id].add(person_id)
    circles = rules.circles_of(guardians, people_of_homes(children), apart=apart)
    if not circles:
        raise ValidationError({"children": _("Barnet har ingen vårdnadshavare att skriva till.")})
    own = [circle for circle in circles if actor.person_id in circle.guardians]
    if own and {child for circle in own for child in circle.children} != children:
        raise ValidationError({"children": _("Skriv om dina egna barn för sig, och om andra barn för sig.")})
    return own or circles


def start_threads(
    *,
    child_ids: Collection[UUID],
    addressee: Addressee,
    words: Words,
    actor: Actor,
    now: datetime,
    apart: bool = False,
    seen: str | None = None,
    sending: UUID | None = None,
) -> list[Message]:
    """Begin a conversation with each family of these children, and return the first message of each.

    `seen` is the stamp of what was shown before sending: where it has changed meanwhile, nothing is sent and it is
    shown anew. The same `sending` again sends nothing, and returns what it had sent. Raises `Http404` as the door does,
    and `ValidationError`, by field.
    """
    _check(words)
    if sent := _sent(sending, actor, words, child_ids):
        return sent
    try:
        with transaction.atomic():
            circles = circles_for(child_ids=child_ids, addressee=addressee, actor=actor, now=now, apart=apart)
            demand_one_family(words.attachments, circles)
            _check_seen(seen, circles, addressee, actor)
            found = readers_of_all(circles, addressee, actor.today, writing=True)
            own = [readers.get(actor.person_id) if actor.person_id else None for readers in found]
            if not all(own):
                raise Http404
            sending = sending or uuid7()
            return [
                _begin(circle, reader, addressee, words, now, (sending, number))
                for number, (circle, reader) in enumerate(zip(circles, own, strict=True))
                if reader
            ]
    except IntegrityError:  # the same press came twice at once, and the other was first
        sent = _sent(sending, actor, words, child_ids)
        if not sent:
            raise
        return sent


def _begin(
    circle: rules.Circle,
    reader: Reader,
    addressee: Addressee,
    words: Words,
    now: datetime,
    press: tuple[UUID, int],
) -> Message:
    thread = Thread.objects.create(addressee=addressee, subject=words.subject.strip(), is_sensitive=words.is_sensitive)
    ThreadChild.objects.bulk_create([ThreadChild(thread=thread, child_id=child) for child in sorted(circle.children)])
    ThreadGuardian.objects.bulk_create(
        [ThreadGuardian(thread=thread, guardian_id=person) for person in sorted(circle.guardians)]
    )
    return _write(thread, reader, words, now, press)


def _sent(sending: UUID | None, actor: Actor, words: Words, about: Collection[UUID]) -> list[Message]:
    """Return what this press has sent already; `about` are its children, or its conversation.

    Raises `Http404` for somebody else's, and `ValidationError` (code "sent") where something else is to be sent now.
    """
    sent = list(Message.objects.filter(sending=sending).order_by("number")) if sending else []
    if any(message.written_by_id != actor.person_id for message in sent):
        raise Http404
    threads = {message.thread_id for message in sent}
    children = set(ThreadChild.objects.filter(thread__in=threads).values_list("child", flat=True))
    if sent and (set(about) not in (threads, children) or any(one.body != words.body.strip() for one in sent)):
        raise ValidationError(
            _("Det som stod här förut är redan skickat. Tryck en gång till om det här också ska skickas."), code="sent"
        )
    return sent


def _check_seen(seen: str | None, circles: list[rules.Circle], addressee: Addressee, actor: Actor) -> None:
    """Refuse where the list that was shown is not the one that it would be now."""
    if seen is None:
        return
    readers = readers_of_all(circles, addressee, actor.today)
    if seen != stamp_of(circles, readers, addressee, actor.person_id):
        raise ValidationError(
            _("Vilka som läser har ändrats sedan du såg listan. Titta på den igen, och skicka sedan."), code="readers"
        )


def reply(
    *,
    thread_id: UUID,
    words: Words,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
    sending: UUID | None = None,
) -> Message:
    """Answer in a conversation: its readers stay who they are (DOMAIN 4.4). `seen` and `sending` as in `start_threads`.

    Raises `Http404` for whoever may not write in it, also where it is closed because the placement has ended, and
    `ValidationError` where nobody of the family reads it any more: nobody would get the answer.
    """
    _check(words, has_subject=False)
    if sent := _sent(sending, actor, words, [thread_id]):
        return sent[0]
    try:
        with transaction.atomic():
            opened = open_thread(actor, thread_id, writing=True, lock=True)
            _check_seen(seen, [opened.circle], opened.addressee, actor)
            if opened.reader.relation != Relation.GUARDIAN and not is_read_by_family(
                opened.circle, opened.addressee, actor.today
            ):
                raise ValidationError(_("Ingen i familjen läser det här samtalet längre. Börja ett nytt."))
            return _write(opened.thread, opened.reader, words, now, (sending or uuid7(), 0))
    except IntegrityError:  # the same press came twice at once, and the other was first
        sent = _sent(sending, actor, words, [thread_id])
        if not sent:
            raise
        return sent[0]


def _write(thread: Thread, reader: Reader, words: Words, now: datetime, press: tuple[UUID, int]) -> Message:
    side = Message.Side.FAMILY if reader.relation == Relation.GUARDIAN else Message.Side.HOUSE
    sending, number = press
    message = Message.objects.create(
        thread=thread,
        side=side,
        written_by_id=reader.person_id,
        language=words.language,
        body=words.body.strip(),
        phrase=words.phrase,
        sending=sending,
        number=number,
        leaves_at=now + rules.UNDO,
    )
    if words.attachments:
        attach(message, words.attachments)
    audit.did("message.written", person_id=reader.person_id, now=now, message=message.pk, thread=thread.pk)
    return message


@dataclass(frozen=True)
class Undone:
    """What was taken back, so that it can be written on; `thread_id` is None where the conversation began with it."""

    thread_id: UUID | None
    addressee: Addressee
    child_ids: tuple[UUID, ...]
    words: Words


def undo(*, message_id: UUID, actor: Actor, now: datetime) -> Undone:
    """Take back all that was sent with this message and has not left: it was never there.

    Raises `ValidationError` once it has left, and `Http404` on a tablet for what is not read there.
    """
    with transaction.atomic():
        own = Message.objects.filter(written_by=actor.person_id)
        message = own.filter(pk=message_id).select_related("thread").first()
        if message is None:
            raise Http404
        if actor.tablet and (message.thread.is_sensitive or message.side == Message.Side.FAMILY):
            raise Http404
        sent = list(own.filter(sending=message.sending).select_related("thread").select_for_update(of=("self",)))
        # Held, the rows say whether a worker was faster, whatever its clock shows.
        if not sent or not all(one.told_at is None and rules.may_undo(one.leaves_at, now) for one in sent):
            raise ValidationError(_("Meddelandet har redan skickats. Du kan återkalla det."))
        threads = [one.thread for one in sent]
        about = ThreadChild.objects.filter(thread__in=[thread.pk for thread in threads])
        child_ids = tuple(sorted(about.values_list("child", flat=True)))
        back = take_back(sent)
        Message.objects.filter(pk__in=[one.pk for one in sent]).delete()
        left = [thread for thread in threads if thread.messages.exists()]
        Thread.objects.filter(pk__in=[thread.pk for thread in threads if thread not in left]).delete()
        for one in sent:
            audit.did("message.undone", person_id=actor.person_id, now=now, message=one.pk)
    thread = message.thread
    words = Words(thread.subject, message.body, message.language, thread.is_sensitive, message.phrase, back)
    return Undone(left[0].pk if left else None, Addressee(message.thread.addressee), child_ids, words)


def release_due(*, now: datetime) -> int:
    """Tell the readers of every message that has left, each once; return how many messages it was.

    Any number of workers may do this at once: a message is claimed by a conditional UPDATE in the transaction that
    writes its notices. One that cannot be told of is tried again in the next run, and holds up no other.
    """
    due = Message.objects.due(now).order_by("leaves_at").values_list("pk", flat=True)[:200]
    return each_alone(due, lambda message_id: _release_one(message_id, now), fault="A message could not be told of")


def _release_one(message_id: UUID, now: datetime) -> bool:
    with transaction.atomic():
        if not Message.objects.due(now).filter(pk=message_id).update(told_at=now):
            return False
        _release(Message.objects.select_related("thread").get(pk=message_id), now)
    return True


def _release(message: Message, now: datetime) -> None:
    thread = message.thread
    # What left while this was written had not been seen by whoever wrote it.
    unseen = Message.objects.filter(thread=thread, withdrawn_at=None, leaves_at__gt=message.leaves_at - rules.UNDO)
    crossing = list(unseen.out(now).exclude(written_by=message.written_by_id).order_by("leaves_at"))
    if thread.last_at is None or thread.last_at <= message.leaves_at:
        thread.last_at, thread.last_by_id = message.leaves_at, None if crossing else message.written_by_id
    if message.side == Message.Side.HOUSE:
        # What was put aside as done stays so: an answer was maybe the last thing to do.
        asked = [one.leaves_at for one in crossing if one.side == Message.Side.FAMILY]
        thread.waits_since = asked[0] if asked else None
        thread.save(update_fields=["last_at", "last_by", "waits_since"])
    else:
        thread.waits_since = message.leaves_at if thread.done_at else thread.waits_since or message.leaves_at
        thread.done_at = None
        thread.save(update_fields=["last_at", "last_by", "waits_since", "done_at"])
    tell_readers(message, thread, now)


def get_message_to_withdraw(actor: Actor, message_id: UUID, *, lock: bool = False) -> Message:
    """Return a message that is the actor's to withdraw, withdrawn already or not.

    Whoever wrote it may, and for the house whoever answers in the conversation. Raises `Http404` as the door does.
    """
    messages = Message.objects.select_for_update(of=("self",)) if lock else Message.objects.all()
    message = messages.filter(pk=message_id).first()
    if message is None:
        raise Http404
    _thread, reader = get_thread(actor, message.thread_id)
    side = Message.Side.FAMILY if reader.relation == Relation.GUARDIAN else Message.Side.HOUSE
    is_own = message.written_by_id == actor.person_id
    if side != message.side or (side == Message.Side.FAMILY and not is_own):
        raise Http404
    if reader.sees_from and message.leaves_at < days.day_bounds(reader.sees_from)[0]:
        raise Http404
    return message


def check_withdrawal(message: Message, now: datetime) -> None:
    """Raise `ValidationError` where a message can be withdrawn no more, or not yet."""
    sealed = sealed_of(message.thread_id)
    if sealed and rules.is_sealed(message.leaves_at, sealed.sealed_at):
        raise ValidationError(_("Meddelandet är diariefört. Därför går det inte att återkalla."))
    if message.withdrawn_at:
        raise ValidationError(_("Meddelandet är redan återkallat."))
    if rules.may_undo(message.leaves_at, now):
        raise ValidationError(_("Meddelandet har inte skickats än. Du kan ångra det."))
    if not rules.may_withdraw(message.leaves_at, message.withdrawn_at, now):
        raise ValidationError(_("Det går att återkalla ett meddelande i sju dagar. Nu är det för sent."))


def withdraw(*, message_id: UUID, actor: Actor, now: datetime) -> Message:
    """Withdraw a message that has left, within seven days: nobody reads it any more, and the principal is told.

    Raises `Http404` as `get_message_to_withdraw` does and `ValidationError` as `check_withdrawal`.
    """
    with transaction.atomic():
        message = get_message_to_withdraw(actor, message_id, lock=True)
        if actor.person is None:
            raise Http404
        # Not while it is being sealed: what is withdrawn is in no package by its words.
        thread = Thread.objects.select_for_update(of=("self",)).get(pk=message.thread_id)
        check_withdrawal(message, now)
        message.withdrawn_at, message.withdrawn_by = now, actor.person
        message.save(update_fields=["withdrawn_at", "withdrawn_by"])
        give_up(concerned=Q(event=message.pk), now=now)
        marks = ReadMark.objects.filter(thread=thread, read_to__gte=message.leaves_at)
        had_read = [
            str(person) for person in marks.exclude(person=message.written_by_id).values_list("person", flat=True)
        ]
        subject = _take_subject(thread, message)
        circle = circle_of(thread)
        incident = Incident(message=message, withdrawn_by=actor.person, had_read=had_read, subject=subject)
        keep_incident(incident, circle.children, actor)
        audit.did("message.withdrawn", person_id=actor.person_id, now=now, message=message.pk, incident=incident.pk)
        principals = readers_of(circle, Addressee.PRINCIPAL, days.day_of(now))
        people = [one.person_id for one in principals.values() if one.relation == Relation.PRINCIPAL]
        told = Told(incident.pk, [person for person in people if person != actor.person_id], {"thread": thread.pk})
        notify_of_all(told=[told], kind=Kind.MESSAGE_WITHDRAWN, now=now)
    return message


def _take_subject(thread: Thread, message: Message) -> str:
    """Take the subject of a conversation whose first message is withdrawn: it was said with that one. Return it."""
    if Message.objects.filter(thread=thread).order_by("leaves_at", "pk").values_list("pk", flat=True)[0] != message.pk:
        return ""
    subject, thread.subject = thread.subject, ""
    thread.save(update_fields=["subject"])
    return subject


def mark_read(*, thread: Thread, person_id: UUID, now: datetime) -> bool:
    """Note that the person has read all that had left by now; return whether there was something new in it.

    The mark moves only where there is something new, and never back: it is the moment at which the last of what is
    read was first seen.
    """
    mark = ReadMark.objects.filter(thread=thread, person=person_id).first()
    if mark is None:
        ReadMark.objects.bulk_create([ReadMark(thread=thread, person_id=person_id, read_to=now)], ignore_conflicts=True)
        return True
    new = Message.objects.out(now).filter(thread=thread, leaves_at__gt=mark.read_to)
    return new.exists() and bool(ReadMark.objects.filter(pk=mark.pk, read_to__lt=now).update(read_to=now))


def _check(words: Words, *, has_subject: bool = True) -> None:
    problems: dict[str, Sequence[str]] = {}
    if has_subject and not words.subject.strip():
        problems["subject"] = [_("Skriv vad det handlar om.")]
    if len(words.subject) > LONGEST_SUBJECT:
        problems["subject"] = [_("Skriv ämnet med högst {number} tecken.").format(number=LONGEST_SUBJECT)]
    if not words.body.strip():
        problems["body"] = [_("Skriv något först.")]
    if len(words.body) > LONGEST_BODY:
        problems["body"] = [_("Skriv högst {number} tecken.").format(number=LONGEST_BODY)]
    if problems:
        raise ValidationError(problems)
