"""What happens between saying, telling and reading: crossing, repeated, withdrawn, read before it was told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from children.actors import Actor
from children.models import Child
from messaging.models import Addressee, Incident, Message, Thread
from messaging.selectors.unread import unread_threads
from messaging.services import threads as services
from messaging.services.threads import Words
from notifications.models import Delivery, Kind
from portal.lib import clock
from portal.lib.ids import uuid7
from tests.cast import Cast
from tests.test_thread_pages import LogIn, page, seen_of

pytestmark = pytest.mark.django_db


def say(cast: Cast, by: User, body: str, now: datetime, thread: Thread | None = None) -> Message:
    """Say something about Elsa that leaves half a minute after `now`, in a new conversation or in this one."""
    actor, said = Actor.of_person(by), Words("Rubriken", body, "sv")
    if thread:
        return services.reply(thread_id=thread.pk, words=said, actor=actor, now=now)
    begun = services.start_threads(
        child_ids=[cast.elsa.pk], addressee=Addressee.DEPARTMENT, words=said, actor=actor, now=now
    )
    return begun[0]


HALF = timedelta(seconds=30)


def test_a_subject_goes_with_the_message_that_it_was_said_with(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 4.6: withdrawn is withdrawn from the list, the notice and the page too; the incident keeps it."""
    now = clock.now() - timedelta(minutes=5)
    message = say(cast, cast.maria, "Texten", now)
    say(cast, cast.maria, "Mera", now + HALF, message.thread)
    services.release_due(now=now + 2 * HALF)
    services.withdraw(message_id=message.pk, actor=Actor.of_person(cast.maria), now=clock.now())
    family = log_in(cast.amina)
    for address in ("/samtal/", f"/samtal/{message.thread_id}/", "/nytt/", "/", "/samtal/sok/?q=Mera"):
        assert "Rubriken" not in page(family, address), address
    assert Incident.objects.get().subject == "Rubriken"


def test_a_later_message_leaves_the_subject(cast: Cast) -> None:
    now = clock.now() - timedelta(minutes=5)
    first = say(cast, cast.maria, "Texten", now)
    later = say(cast, cast.maria, "Mera", now + HALF, first.thread)
    services.release_due(now=now + 2 * HALF)
    services.withdraw(message_id=later.pk, actor=Actor.of_person(cast.maria), now=clock.now())
    assert Thread.objects.get().subject == "Rubriken"


def test_what_is_withdrawn_before_anybody_was_told_is_not_told(cast: Cast) -> None:
    now = clock.now() - timedelta(minutes=5)
    message = say(cast, cast.maria, "Texten", now)
    services.withdraw(message_id=message.pk, actor=Actor.of_person(cast.maria), now=clock.now())
    assert services.release_due(now=clock.now()) == 0
    assert not Delivery.objects.filter(kind=Kind.MESSAGE_RECEIVED).exists()


def test_who_has_read_it_already_is_not_told_of_it(cast: Cast, log_in: LogIn) -> None:
    """F12: a page that lies open shows what has left before the worker comes by."""
    message = say(cast, cast.maria, "Texten", clock.now() - timedelta(minutes=5))
    page(log_in(cast.amina), f"/samtal/{message.thread_id}/")
    services.release_due(now=clock.now())
    told = set(Delivery.objects.filter(kind=Kind.MESSAGE_RECEIVED).values_list("person", flat=True))
    assert cast.johan.pk in told
    assert cast.amina.pk not in told


def test_all_that_was_told_of_a_conversation_is_read_with_it(cast: Cast, log_in: LogIn) -> None:
    """Also what was told after its last message had been read."""
    message = say(cast, cast.amina, "Texten", clock.now() - timedelta(minutes=5))
    services.release_due(now=clock.now())
    vikar, address = log_in(cast.vikar), f"/samtal/{message.thread_id}/"
    page(vikar, address)
    log_in(cast.maria).post(f"{address}ansvarig/", {"person": str(cast.vikar.pk)})
    told = Delivery.objects.filter(person=cast.vikar, kind=Kind.THREAD_ASSIGNED, way="in_app")
    assert told.get().read_at is None
    page(vikar, address)
    assert told.get().read_at


def test_a_question_that_crosses_an_answer_still_waits(cast: Cast) -> None:
    """Whoever answered has not seen it: it is unread, and waits."""
    begun = clock.now() - timedelta(minutes=9)
    thread = say(cast, cast.amina, "Hur gick det?", begun).thread
    services.release_due(now=begun + HALF)
    asked = say(cast, cast.amina, "Fick hon sova?", begun + timedelta(minutes=3), thread)
    say(cast, cast.maria, "Det gick bra.", begun + timedelta(minutes=3, seconds=10), thread)
    services.release_due(now=clock.now())
    thread.refresh_from_db()
    assert thread.waits_since == asked.leaves_at
    services.mark_read(thread=thread, person_id=cast.maria.pk, now=begun + timedelta(minutes=3))
    assert unread_threads(Actor.of_person(cast.maria)) == 1


def test_a_second_press_with_other_words_loses_nothing(cast: Cast, log_in: LogIn) -> None:
    """The answer to the first press was lost on its way: what was written since is said to be unsent, and stays."""
    thread = say(cast, cast.maria, "Texten", clock.now() - timedelta(minutes=5)).thread
    services.release_due(now=clock.now())
    family, address = log_in(cast.amina), f"/samtal/{thread.pk}/"
    fields = {"body": "Först", "language": "sv", "seen": seen_of(thread, cast.amina), "sending": str(uuid7())}
    assert family.post(address, fields).status_code == 302
    assert family.post(address, fields).status_code == 302
    answer = family.post(address, fields | {"body": "Först, och mer"})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "redan skickat" in shown
    assert "Först, och mer" in shown
    assert fields["sending"] not in shown
    assert thread.messages.filter(written_by=cast.amina).count() == 1


def test_a_second_press_about_other_children_is_not_taken_for_the_first(cast: Cast) -> None:
    """Neither for one child less, nor for one more: nobody is to believe that the others were written to."""
    press, now, actor = uuid7(), clock.now(), Actor.of_person(cast.maria)

    def send(*children: Child) -> list[Message]:
        return services.start_threads(
            child_ids=[child.pk for child in children],
            addressee=Addressee.DEPARTMENT,
            words=Words("Rubriken", "Texten", "sv"),
            actor=actor,
            now=now,
            sending=press,
        )

    made = send(cast.elsa)
    assert send(cast.elsa) == made
    for children in ((cast.elsa, cast.noor), (cast.noor,)):
        with pytest.raises(ValidationError, match="redan skickat"):
            send(*children)
    assert Message.objects.count() == len(made)
