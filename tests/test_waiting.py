"""What administrators see of what waits, and that what was given up for a fault can be tried again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from documents.models import StoredFile
from messaging.models import Addressee, Bulletin, Message, Post, PostPicture, Thread
from messaging.selectors.overdue import What, Why, overdue
from notifications import services, ways
from notifications.models import Delivery, Kind, Way
from notifications.waiting import State, try_again, what_waits
from portal.lib import clock, days, outbox
from portal.views.waiting import reasons
from tests.cast import Cast

LogIn = Callable[[User], Client]
NOTIFICATIONS = Path(__file__).resolve().parents[1] / "notifications"
RAISED = re.compile(r"(?:(?:NotToBeSent|NoDevice)\(|give_up\(\w+, )\"([^\"]+)\"")


def waits(person: User, way: Way = Way.EMAIL, **more: Any) -> Delivery:
    fields = {"kind": Kind.CAME_THOUGH_ABSENT, "event": uuid4(), "try_after": clock.now(), "is_urgent": True} | more
    return Delivery.objects.create(person=person, way=way, **fields)


def gave_up(person: User, problem: str, way: Way = Way.EMAIL, **more: Any) -> Delivery:
    return waits(person, way, problem=problem, given_up_at=clock.now(), tries=3, **more)


def shown() -> set[tuple[str, str, str, int]]:
    return {(one.way.value, one.state.value, one.problem, one.number) for one in what_waits(clock.now())}


def test_what_waits_is_counted_by_way_state_and_reason(cast: Cast) -> None:
    later = clock.now() + timedelta(hours=5)
    waits(cast.amina)
    waits(cast.johan)
    waits(cast.amina, try_after=later, problem="quiet")
    waits(cast.amina, tries=2, problem="451", try_after=later)
    gave_up(cast.amina, "550")
    gave_up(cast.amina, "no device", Way.PUSH)
    waits(cast.amina, sent_at=clock.now())
    waits(cast.amina, Way.IN_APP, sent_at=clock.now())
    assert shown() == {
        ("email", State.SOON, "", 2),
        ("email", State.LATER, "quiet", 1),
        ("email", State.FAULTY, "451", 1),
        ("email", State.GIVEN_UP, "550", 1),
        ("push", State.GIVEN_UP, "no device", 1),
    }


def test_an_administrator_reads_why_and_of_nobody(cast: Cast, log_in: LogIn) -> None:
    """Numbers and reasons: no name, no address, no child, no kind of notice."""
    gave_up(cast.amina, "550", about={"child": str(cast.elsa.pk)})
    gave_up(cast.amina, "ConnectionRefusedError", Way.SMS)
    waits(cast.johan, problem="quiet", try_after=clock.now() + timedelta(hours=1))
    page = log_in(cast.administrator).get(reverse("waiting")).content.decode()
    for said in ("Servern svarade 550", "ConnectionRefusedError", "Mottagaren vill vara ostörd", 'name="problem"'):
        assert said in page
    for secret in (cast.amina.given_name, cast.amina.email, "Elsa", str(cast.elsa.pk), str(cast.amina.pk), "frånvaro"):
        assert secret not in page


def test_what_was_given_up_for_a_fault_is_tried_again(cast: Cast, log_in: LogIn) -> None:
    gave_up(cast.amina, "550")
    gave_up(cast.johan, "554")
    answer = log_in(cast.administrator).post(reverse("waiting"), {"way": "email", "problem": "550"})
    assert answer.status_code == 302
    ways.send_waiting(Way.EMAIL, now=clock.now())
    assert [letter.to for letter in mail.outbox] == [[cast.amina.email]]
    assert Delivery.objects.get(problem="554").given_up_at
    entry = AuditEntry.objects.get(action="notices.tried_again")
    assert (entry.person_id, entry.about) == (cast.administrator.pk, {"way": "email", "problem": "550", "number": "1"})


@pytest.mark.parametrize("problem", ["withdrawn", "read", "no address", "quiet", ""])
def test_what_we_decided_not_to_send_is_never_sent_by_it(cast: Cast, log_in: LogIn, problem: str) -> None:
    """Whoever may no longer be told is not told because somebody pressed a button, or forged a field."""
    row = gave_up(cast.amina, problem)
    page = log_in(cast.administrator)
    assert 'name="problem"' not in page.get(reverse("waiting")).content.decode()
    page.post(reverse("waiting"), {"way": "email", "problem": problem})
    row.refresh_from_db()
    assert row.given_up_at
    ways.send_waiting(Way.EMAIL, now=clock.now())
    assert mail.outbox == []


def test_what_is_withdrawn_after_it_was_given_up_is_not_tried_again(cast: Cast) -> None:
    """A mailbox was full; then the guardian was blocked; then somebody pressed the button."""
    row = gave_up(cast.amina, "552", about={"child": str(cast.elsa.pk)})
    services.cancel(person_id=cast.amina.pk, child_id=cast.elsa.pk, now=clock.now())
    assert try_again(way=Way.EMAIL, problem="552", actor_person=cast.administrator, now=clock.now()) == 0
    row.refresh_from_db()
    assert row.problem == "withdrawn"


def test_old_news_is_not_tried_again(cast: Cast) -> None:
    row = gave_up(cast.amina, "550")
    Delivery.objects.update(created_at=clock.now() - timedelta(days=8))
    assert try_again(way=Way.EMAIL, problem="550", actor_person=cast.administrator, now=clock.now()) == 0
    row.refresh_from_db()
    assert row.given_up_at


@pytest.mark.parametrize("way", ["in_app", "pigeon", ""])
def test_a_forged_way_is_refused(cast: Cast, log_in: LogIn, way: str) -> None:
    assert log_in(cast.administrator).post(reverse("waiting"), {"way": way, "problem": "550"}).status_code == 400


def test_a_way_that_rests_says_so(cast: Cast, log_in: LogIn, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    for _number in range(3):
        waits(cast.amina)
    browser = log_in(cast.administrator)
    assert "Servern svarar inte." not in browser.get(reverse("waiting")).content.decode()
    assert ways.send_waiting(Way.EMAIL, now=clock.now()) == outbox.MOST_FAULTS
    assert "Servern svarar inte." in browser.get(reverse("waiting")).content.decode()


def test_every_decision_not_to_send_has_its_words() -> None:
    """What the ways raise, and what withdrawing writes, is read by people."""
    raised = {found for path in NOTIFICATIONS.glob("*.py") for found in RAISED.findall(path.read_text())}
    assert raised >= {"no number", "no device", "read"}
    assert raised <= set(reasons())


def test_what_should_have_left_is_shown_with_its_reason_and_nobodys_words(cast: Cast, log_in: LogIn) -> None:
    """Messages, bulletins and posts: who holds them until when, and what waits for its pictures."""
    now = clock.now()
    late, soon = now - timedelta(minutes=5), now - timedelta(seconds=30)
    thread = Thread.objects.create(addressee=Addressee.DEPARTMENT, subject="Hemligt")
    for leaves_at in (late, late, soon):
        Message.objects.create(
            thread=thread, side="house", written_by=cast.maria, language="sv", body="Hemligt", leaves_at=leaves_at
        )
    bulletin = {"written_by": cast.maria, "department": cast.blasippan, "title": "Hemligt", "text": "Hemligt"}
    Bulletin.objects.create(**bulletin, leaves_at=late, claimed_until=now + timedelta(minutes=1))
    Bulletin.objects.create(**bulletin, leaves_at=late, claimed_until=late)
    Bulletin.objects.create(**bulletin, leaves_at=late, released_at=late)
    for state in ("waiting", "damaged", "ready"):
        post = Post.objects.create(
            department=cast.blasippan,
            state="publishing",
            title="Hemligt",
            author=cast.maria,
            changed_at=late,
            changed_by=cast.maria,
            leaves_at=late,
        )
        file = StoredFile.objects.create(kind="picture", state=state, size=1, uploaded_by=cast.maria)
        PostPicture.objects.create(post=post, file=file, position=1)
    assert {(one.what, one.why, one.number) for one in overdue(now)} == {
        (What.MESSAGE, Why.NOBODY, 2),
        (What.BULLETIN, Why.HELD, 1),
        (What.BULLETIN, Why.NOBODY, 1),
        (What.POST, Why.PICTURES, 1),
        (What.POST, Why.DAMAGED, 1),
        (What.POST, Why.NOBODY, 1),
    }
    page = log_in(cast.administrator).get(reverse("waiting")).content.decode()
    assert "Väntar på att bilderna blir klara" in page
    assert f"{days.local(now + timedelta(minutes=1)):%H:%M:%S}" in page
    for secret in ("Hemligt", cast.maria.given_name, cast.blasippan.name, str(thread.pk)):
        assert secret not in page


def test_nothing_is_late_where_workers_work(cast: Cast, log_in: LogIn) -> None:
    assert (
        "Allt som skulle ha lämnat huset har gjort det."
        in log_in(cast.administrator).get(reverse("waiting")).content.decode()
    )
