"""What everybody must know: reminders by the next way, then the list of those to ring (F09; DOMAIN 4.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import Protection, User
from children import protection
from children.actors import Actor
from children.models import Block, NamedReader, ProtectedIdentity
from messaging import bulletin_rules as rules
from messaging.models import Bulletin, BulletinCopy, BulletinReminder
from messaging.selectors.bulletin_readers import Audience
from messaging.selectors.call_list import call_list
from messaging.services.bulletin_release import release_due
from messaging.services.bulletins import confirm, withdraw_bulletin
from messaging.services.escalation import escalate_due, note_reached, ways_of
from notifications import ways
from notifications.models import Delivery, Kind, Way
from notifications.services import choose
from portal.lib import clock, days, outbox
from tests.cast import Cast, employ, guard, local, person
from tests.sinks import Phone
from tests.test_bulletins import send, sent

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _in_the_morning() -> Iterator[None]:
    """Quiet hours hold what would be sent at night."""
    with time_machine.travel(local(date(2026, 10, 13), 9), tick=False):
        yield


@pytest.fixture
def must_know(cast: Cast) -> Bulletin:
    for who, number in ((cast.amina, "+46701740601"), (cast.johan, "+46701740602"), (cast.neighbour, "")):
        who.phone = number
        who.save()
    return sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True, remind_after=24)


def when(bulletin: Bulletin, number: int) -> datetime:
    assert bulletin.released_at
    return bulletin.released_at + number * DAY


def reminded(bulletin: Bulletin) -> list[tuple[str, int, str]]:
    rows = BulletinReminder.objects.filter(copy__bulletin=bulletin).order_by("step", "copy__guardian__given_name")
    return list(rows.values_list("copy__guardian__given_name", "step", "way"))


def names(actor: Actor, bulletin: Bulletin) -> list[str]:
    return sorted(call.guardian.name for call in call_list(actor, bulletin))


@pytest.mark.parametrize(
    ("has", "used", "way"),
    [
        ({"push", "email", "sms"}, set(), "push"),
        ({"email", "sms"}, set(), "email"),
        ({"email", "sms"}, {"email"}, "sms"),
        ({"sms"}, {"sms"}, ""),
        (set(), set(), ""),
    ],
)
def test_ways_that_a_person_does_not_have_are_skipped(has: set[str], used: set[str], way: str) -> None:
    assert rules.next_way(has, used) == way


def test_who_does_not_confirm_is_told_in_the_next_way_and_at_last_rung(cast: Cast, must_know: Bulletin) -> None:
    """F09: not confirmed after the set time goes on to the next way; the list has exactly those not reached."""
    maria = Actor.of_person(cast.maria)
    assert escalate_due(now=when(must_know, 1) - timedelta(minutes=1)) == 0
    confirm(bulletin_id=must_know.pk, actor=Actor.of_person(cast.amina), now=clock.now())
    for day in (1, 1, 2, 3, 3, 4):  # the same moment twice does nothing twice
        escalate_due(now=when(must_know, day))
    assert reminded(must_know) == [
        ("Johan", 1, "email"),
        ("Yasmin", 1, "email"),
        ("Johan", 2, "sms"),
        ("Yasmin", 2, ""),
        ("Johan", 3, ""),
    ]
    johans = Delivery.objects.filter(person=cast.johan, kind=Kind.BULLETIN_TO_CONFIRM, way=Way.SMS)
    assert johans.count() == 1
    assert not Delivery.objects.filter(person=cast.amina, way=Way.SMS).exists()
    assert names(maria, must_know) == ["Johan Lind", "Yasmin Aziz"]
    confirm(bulletin_id=must_know.pk, actor=Actor.of_person(cast.neighbour), now=clock.now())
    assert names(maria, must_know) == ["Johan Lind"]


def test_a_worker_that_was_away_takes_one_step_and_leaves_time_for_an_answer(cast: Cast, must_know: Bulletin) -> None:
    """F09: nothing is skipped, and nobody has three reminders in one minute."""
    for moment in (when(must_know, 9), when(must_know, 9), when(must_know, 10) - timedelta(minutes=1)):
        escalate_due(now=moment)
    assert {(step, way) for _name, step, way in reminded(must_know)} == {(1, "email")}
    escalate_due(now=when(must_know, 10))
    assert [(step, way) for name, step, way in reminded(must_know) if name == "Johan"] == [(1, "email"), (2, "sms")]


def test_steps_count_from_when_it_was_told_and_not_from_when_it_should_have_been(
    cast: Cast, log_in: LogIn, settings: Settings
) -> None:
    """F09: a worker that was gone when the bulletin left takes nobody's time to answer. Where no text messages can be
    sent, none are promised.
    """
    settings.VAPID_PRIVATE_KEY, settings.SMS_URL, settings.PRODUCTION = "x", "", True
    late = clock.now() + 3 * DAY
    made = send(cast.maria, Audience(department=cast.blasippan), must_confirm=True, remind_after=24)
    release_due(now=late)
    assert escalate_due(now=late + DAY - timedelta(minutes=1)) == 0
    assert escalate_due(now=late + DAY + timedelta(seconds=1)) == 3
    with time_machine.travel(late, tick=False):
        page = log_in(cast.maria).get(f"/anslag/{made.pk}/").content.decode()
    assert "från måndag 19 oktober 09:00" in page  # after a push and an e-mail


def test_who_cannot_be_told_is_to_be_rung_without_waiting_for_others(cast: Cast, must_know: Bulletin) -> None:
    """F09: no steps are waited for that somebody does not have."""
    User.objects.filter(pk=cast.neighbour.pk).update(email_index=None)
    calls = {call.guardian.name: call.is_due for call in call_list(Actor.of_person(cast.maria), must_know)}
    assert set(calls.values()) == {False}
    escalate_due(now=when(must_know, 1))
    calls = {call.guardian.name: call.is_due for call in call_list(Actor.of_person(cast.maria), must_know)}
    assert calls == {"Amina Lind": False, "Johan Lind": False, "Yasmin Aziz": True}


@pytest.mark.parametrize(
    ("gateway", "in_production", "number", "is_a_way"),
    [
        ("https://sms.example/", True, "+46701740602", True),
        ("https://sms.example/", True, "fråga mormor", False),
        ("", True, "+46701740602", False),
        ("", False, "+46701740602", True),  # on the console of whoever develops
    ],
)
def test_a_number_is_a_way_where_a_message_arrives(
    cast: Cast, settings: Settings, gateway: str, number: str, *, in_production: bool, is_a_way: bool
) -> None:
    settings.SMS_URL, settings.PRODUCTION = gateway, in_production
    cast.johan.phone = number
    cast.johan.save()
    assert (Way.SMS in ways_of({cast.johan.pk})[cast.johan.pk]) == is_a_way


def test_what_quiet_hours_hold_leaves_as_much_time_as_any_other(cast: Cast) -> None:
    """Asked for each hour, a family has one reminder in the morning and not the three of the night."""
    cast.johan.phone = "+46701740602"
    cast.johan.save()
    seven_in_the_evening = clock.now().replace(hour=17)
    with time_machine.travel(seven_in_the_evening, tick=False):
        made = sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True, remind_after=1)
    for hours in range(1, 13):
        escalate_due(now=seven_in_the_evening + timedelta(hours=hours))
    assert {(step, way) for _name, step, way in reminded(made)} == {(1, "email")}
    escalate_due(now=seven_in_the_evening + timedelta(hours=13))  # an hour after quiet hours end
    assert {(step, way) for _name, step, way in reminded(made) if way} == {(1, "email"), (2, "sms")}


def test_what_has_come_to_its_end_is_not_asked_about_any_more(cast: Cast, must_know: Bulletin) -> None:
    """A worker that looks every minute finds nothing to look at: one query."""
    for day in range(1, 6):
        escalate_due(now=when(must_know, day))
    with CaptureQueriesContext(connection) as captured:
        assert escalate_due(now=when(must_know, 6)) == 0
    assert len(captured) == 1


def test_whoever_was_spoken_to_is_left_alone(cast: Cast, must_know: Bulletin) -> None:
    maria, copy = Actor.of_person(cast.maria), must_know.copies.get(guardian=cast.johan)
    reach(must_know, copy.pk, maria, is_reached=True)
    escalate_due(now=when(must_know, 1))
    assert {name for name, _step, _way in reminded(must_know)} == {"Amina", "Yasmin"}
    ticked = next(call for call in call_list(maria, must_know) if call.copy_id == copy.pk)
    assert (ticked.is_reached, ticked.reached_by) == (True, "Maria Berg")
    reach(must_know, copy.pk, maria, is_reached=False)
    copy.refresh_from_db()
    assert (copy.reached_at, copy.reached_by) == (None, None)


def reach(bulletin: Bulletin, copy_id: UUID, actor: Actor, *, is_reached: bool) -> BulletinCopy:
    return note_reached(bulletin_id=bulletin.pk, copy_id=copy_id, is_reached=is_reached, actor=actor, now=clock.now())


def test_nobody_else_ticks_off(cast: Cast, must_know: Bulletin) -> None:
    copy = must_know.copies.get(guardian=cast.johan)
    others = sent(cast.ulf, Audience(preschool=cast.sjostjarnan), must_confirm=True)
    for other in (cast.jonas, cast.ulf, cast.amina, cast.stranger, cast.administrator):
        with pytest.raises(Http404):
            reach(must_know, copy.pk, Actor.of_person(other), is_reached=True)
    with pytest.raises(Http404):  # a copy of another bulletin
        reach(others, copy.pk, Actor.of_person(cast.ulf), is_reached=True)
    assert not BulletinCopy.objects.exclude(reached_at=None).exists()


def test_nobody_is_reminded_who_may_not_read_it_any_more(cast: Cast, must_know: Bulletin) -> None:
    Block.objects.create(child=cast.noor, person=cast.neighbour)
    escalate_due(now=when(must_know, 1))
    assert {name for name, _step, _way in reminded(must_know)} == {"Amina", "Johan"}
    assert "Yasmin Aziz" not in names(Actor.of_person(cast.maria), must_know)


def test_nothing_is_asked_of_what_is_withdrawn(cast: Cast, must_know: Bulletin) -> None:
    withdraw_bulletin(bulletin_id=must_know.pk, actor=Actor.of_person(cast.maria), now=clock.now())
    assert escalate_due(now=when(must_know, 3)) == 0
    assert not BulletinCopy.objects.to_remind(when(must_know, 3)).exists()


def outside(person: User) -> list[tuple[str, str]]:
    rows = Delivery.objects.outside().filter(person=person, sent_at=None).order_by("created_at", "way")
    return list(rows.values_list("way", "problem"))


def test_a_reminder_that_waits_does_not_leave_once_the_matter_is_over(cast: Cast, must_know: Bulletin) -> None:
    """F09: who has confirmed, or was spoken to, is left alone; after a withdrawal so is everybody."""
    maria = Actor.of_person(cast.maria)
    escalate_due(now=when(must_know, 1))
    assert outside(cast.amina) == outside(cast.johan) == outside(cast.neighbour) == [("email", "")]
    confirm(bulletin_id=must_know.pk, actor=Actor.of_person(cast.amina), now=when(must_know, 1))
    assert (outside(cast.amina), outside(cast.johan)) == ([("email", "over")], [("email", "")])
    reach(must_know, must_know.copies.get(guardian=cast.johan).pk, maria, is_reached=True)
    assert (outside(cast.johan), outside(cast.neighbour)) == ([("email", "over")], [("email", "")])
    withdraw_bulletin(bulletin_id=must_know.pk, actor=maria, now=when(must_know, 1))
    assert outside(cast.neighbour) == [("email", "over")]


def test_a_worker_that_was_killed_is_gone_on_after(
    cast: Cast, must_know: Bulletin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.services.escalation.AT_ONCE", 1)
    done: list[UUID] = []

    def dies(person_ids: set[UUID]) -> dict[UUID, set[str]]:
        done.extend(person_ids)
        if len(done) == 2:
            raise KeyboardInterrupt
        return ways_of(person_ids)

    monkeypatch.setattr("messaging.services.escalation.ways_of", dies)
    with pytest.raises(KeyboardInterrupt):
        escalate_due(now=when(must_know, 1))
    assert len(reminded(must_know)) == 1
    escalate_due(now=when(must_know, 1))  # by the next, at once
    assert len(reminded(must_know)) == 3
    sent_by_mail = Delivery.objects.filter(way=Way.EMAIL, event__in=BulletinReminder.objects.values("pk"))
    assert sent_by_mail.count() == 3


@pytest.mark.parametrize(("failing", "steps"), [("push", 1), ("email", 2)])
def test_what_a_reminder_gave_up_is_its_next_steps_and_at_last_the_telephones(
    cast: Cast, settings: Settings, failing: str, steps: int
) -> None:
    """F09: mail that was chosen to come at once, and each step in its own way. None of them twice."""
    settings.VAPID_PRIVATE_KEY, settings.PUSH_TO_THIS_MACHINE = "x", True
    Phone("http://127.0.0.1:1").given_to(cast.amina)
    for way in (Way.PUSH, Way.EMAIL):
        choose(person=cast.amina, kind=Kind.BULLETIN_TO_CONFIRM, way=way, is_wanted=True)
    bulletin = sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True, remind_after=24)
    Delivery.objects.outside().update(sent_at=clock.now())
    for step in range(1, 4):
        escalate_due(now=when(bulletin, step))
        if step == steps:
            Delivery.objects.filter(way=failing).update(tries=outbox.MOST_TRIES)
            ways.send_waiting(Way(failing), now=when(bulletin, step))
        assert Delivery.objects.outside().filter(person=cast.amina).count() == 2 + min(step, 2)
    assert [(step, way) for name, step, way in reminded(bulletin) if name == "Amina"] == [
        (1, "push"),
        (2, "email"),
        (3, ""),
    ]
    assert "Amina Lind" in names(Actor.of_person(cast.maria), bulletin)


def test_a_family_that_few_may_know_has_neither_name_nor_number(cast: Cast, log_in: LogIn) -> None:
    """Whoever is not on the list of those who may know it sees a row that says whom to ask, and not why."""
    guard(hidden := person("Kunigunda", "Hemlig", phone="+46701740699"), cast.noor)
    protection.protect_child(child=cast.noor, level=Protection.CONFIDENTIAL, now=clock.now())
    named = person("Nina", "Namngiven")
    employ(named, department=cast.blasippan)
    NamedReader.objects.create(
        identity=ProtectedIdentity.objects.get(child=cast.noor), reader=named, starts_on=days.today()
    )
    must_know = sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True)
    address = f"/anslag/{must_know.pk}/ringlista/"
    seen = log_in(cast.maria).get(address).content.decode()
    assert "Fråga rektor" in seen
    for secret in (hidden.full_name, "070-174 06 99", cast.neighbour.full_name, "skydd"):
        assert secret not in seen
    known = log_in(named).get(address).content.decode()
    assert hidden.full_name in known
    assert "070-174 06 99" in known
