"""A notice is not sent once the matter is over, or is no longer the reader's (DOMAIN 4.1, 4.6, 4.9; F05, F12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from children.actors import Actor
from children.models import Guardianship, Placement, StaffRole
from messaging.models import Message
from messaging.rules import UNDO
from messaging.selectors.bulletin_readers import Audience
from messaging.services import bulletins, posts, threads
from notifications.digests import send_digests
from notifications.models import Kind
from notifications.services import mark_read, notify, send_waiting
from tests.cast import Cast, local
from tests.test_bulletins import sent
from tests.test_posts import published
from tests.test_threads import TO_DEPARTMENT

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 10, 13)
DAY = timedelta(days=1)
NOON, EVENING = local(TUESDAY, 12), local(TUESDAY, 18)


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def write(cast: Cast, by: User) -> Message:
    """Write a message about Elsa, of which everybody has been told in the portal."""
    words, actor = threads.Words("Ämne", "Hej", "sv"), Actor.of_person(by)
    before = NOON - UNDO
    made = threads.start_threads(
        child_ids=[cast.elsa.pk], addressee=TO_DEPARTMENT, words=words, actor=actor, now=before
    )
    assert threads.release_due(now=NOON) == 1
    return made[0]


def written_to(at: datetime) -> set[str]:
    """Let everything leave that waits at this time; return who is written to."""
    send_waiting(now=at)
    return {letter.to[0] for letter in mail.outbox}


class TestWithdrawnBeforeItLeft:
    def test_a_message_to_staff(self, cast: Cast) -> None:
        message = write(cast, cast.amina)
        threads.withdraw(message_id=message.pk, actor=Actor.of_person(cast.amina), now=NOON)
        assert written_to(NOON) == {cast.eva.email}  # the principal, who is told that it was withdrawn

    def test_what_a_digest_would_have_told(self, cast: Cast) -> None:
        maria = Actor.of_person(cast.maria)
        message, bulletin = write(cast, cast.maria), sent(cast.maria, Audience(department=cast.blasippan))
        post = published(cast)
        assert send_digests(now=EVENING) == 3
        threads.withdraw(message_id=message.pk, actor=maria, now=EVENING)
        bulletins.withdraw_bulletin(bulletin_id=bulletin.pk, actor=maria, now=EVENING)
        families = {cast.amina.email, cast.johan.email, cast.neighbour.email}
        posts.withdraw(post_id=post.pk, actor=maria, now=EVENING)
        assert not families & written_to(EVENING)

    def test_what_is_left_is_told(self, cast: Cast) -> None:
        maria = Actor.of_person(cast.maria)
        message, _post = write(cast, cast.maria), published(cast)
        send_digests(now=EVENING)
        threads.withdraw(message_id=message.pk, actor=maria, now=EVENING)
        assert written_to(EVENING) >= {cast.amina.email, cast.johan.email}


class TestReadBeforeItLeft:
    """The mail server was gone for a while (DOMAIN 4.9; F12)."""

    def test_a_message_that_was_opened_in_the_portal(self, cast: Cast, log_in: Callable[[User], Client]) -> None:
        message = write(cast, cast.amina)
        assert log_in(cast.maria).get(reverse("messaging:thread", args=[message.thread_id])).status_code == 200
        told = written_to(NOON + timedelta(minutes=20))
        assert cast.vikar.email in told
        assert cast.maria.email not in told

    @pytest.mark.parametrize("kind", [Kind.BULLETIN_TO_CONFIRM, Kind.IDENTITY_READ])
    def test_what_reading_does_not_settle(self, cast: Cast, kind: Kind) -> None:
        notify(person_ids=[cast.maria.pk], kind=kind, event=uuid4(), about={}, now=NOON)
        mark_read(person=cast.maria, now=NOON)
        assert written_to(NOON) == {cast.maria.email}


class TestOfAChildThatIsNoLongerTheirs:
    """DOMAIN 4.1: a relation that ends closes the door at once, to what waits in the doorway, too."""

    def test_a_digest_after_the_placement_has_ended(self, cast: Cast) -> None:
        """By its date: nobody does anything on that day."""
        about = {"child": cast.elsa.pk}
        notify(person_ids=[cast.johan.pk], kind=Kind.PLAN_MISSING, event=uuid4(), about=about, now=NOON)
        sent(cast.maria, Audience(department=cast.blasippan))
        send_digests(now=EVENING)
        for gone in (cast.elsa, cast.hugo):
            Placement.objects.filter(child=gone).update(ends_on=TUESDAY)
        Guardianship.objects.filter(guardian=cast.johan).update(ends_on=TUESDAY)
        with time_machine.travel(EVENING + DAY, tick=False):
            assert written_to(EVENING + DAY) == {cast.neighbour.email}

    def test_mail_to_somebody_who_does_not_work_there_any_more(self, cast: Cast) -> None:
        write(cast, cast.amina)
        StaffRole.objects.filter(person=cast.maria).update(ends_on=TUESDAY - DAY)
        told = written_to(NOON)
        assert cast.vikar.email in told
        assert cast.maria.email not in told

    def test_a_look_at_what_is_sealed_is_told_whatever_is_seen_of_it(self, cast: Cast) -> None:
        """DOMAIN 6.1"""
        about = {"child": cast.noor.pk, "reader": cast.maria.pk}
        notify(person_ids=[cast.ulf.pk], kind=Kind.IDENTITY_READ, event=uuid4(), about=about, now=NOON)
        assert cast.ulf.email in written_to(NOON)
