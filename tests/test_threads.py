"""Conversations between a family and the department or the principal: begun, answered, taken back, withdrawn, read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from children.actors import Actor
from children.models import Block, Guardianship, Household, HouseholdWeeks, Placement
from messaging.models import Addressee, Incident, Message, ReadMark, Thread
from messaging.selectors.readers import circle_of, get_thread, readers_of, threads_for
from messaging.services.threads import Words, mark_read, release_due, reply, start_threads, undo, withdraw
from notifications.models import Delivery, Kind, Way
from portal.lib import clock, days
from tests.cast import Cast, child, employ, guard, person, place

pytestmark = pytest.mark.django_db
TO_DEPARTMENT, TO_PRINCIPAL = Addressee.DEPARTMENT, Addressee.PRINCIPAL
HALF_A_MINUTE = timedelta(seconds=30)


def words(body: str = "Elsa har fått nya stövlar.", **more: Any) -> Words:
    return Words(subject="Stövlar", body=body, language="sv", **more)


def begin(
    actor: Any, *children: Any, to: Addressee = TO_DEPARTMENT, now: datetime | None = None, **more: Any
) -> list[Message]:
    return start_threads(
        child_ids=[one.pk for one in children],
        addressee=to,
        words=words(),
        actor=Actor.of_person(actor),
        now=now or clock.now(),
        **more,
    )


def told(kind: Kind = Kind.MESSAGE_RECEIVED) -> list[str]:
    rows = Delivery.objects.filter(kind=kind, way=Way.IN_APP)
    return sorted(rows.values_list("person__given_name", flat=True))


def test_a_guardian_writes_and_the_department_answers(cast: Cast) -> None:
    """F01: any member of the staff answers, in the same conversation; both guardians read it."""
    now = clock.now()
    (message,) = begin(cast.amina, cast.elsa, now=now)
    assert release_due(now=now + HALF_A_MINUTE) == 1
    assert told() == ["Eva", "Johan", "Maria", "Viktor"]
    thread = message.thread
    thread.refresh_from_db()
    assert thread.waits_since == message.leaves_at

    read = now + HALF_A_MINUTE
    answer = reply(thread_id=thread.pk, words=words("Vad fint!"), actor=Actor.of_person(cast.vikar), now=read)
    assert (answer.side, answer.written_by) == (Message.Side.HOUSE, cast.vikar)
    release_due(now=read + HALF_A_MINUTE)
    thread.refresh_from_db()
    assert thread.waits_since is None


def test_nobody_else_opens_it(cast: Cast) -> None:
    """F02: whoever is not on the list finds nothing."""
    (message,) = begin(cast.amina, cast.elsa)
    readers = readers_of(circle_of(message.thread), TO_DEPARTMENT, days.today())
    assert {cast.amina.pk, cast.johan.pk, cast.maria.pk, cast.vikar.pk, cast.eva.pk} == set(readers)
    for other in (cast.stranger, cast.neighbour, cast.jonas, cast.ulf, cast.specialist, cast.administrator):
        actor = Actor.of_person(other)
        assert message.thread not in threads_for(actor)
        with pytest.raises(Http404):
            get_thread(actor, message.thread_id)
        with pytest.raises(Http404):
            reply(thread_id=message.thread_id, words=words(), actor=actor, now=clock.now())


def test_what_is_written_to_the_principal_is_not_the_departments(cast: Cast) -> None:
    (message,) = begin(cast.amina, cast.elsa, to=TO_PRINCIPAL)
    assert message.thread not in threads_for(Actor.of_person(cast.maria))
    assert message.thread in threads_for(Actor.of_person(cast.eva))
    with pytest.raises(Http404):
        begin(cast.maria, cast.elsa, to=TO_PRINCIPAL)


def test_siblings_are_one_conversation_and_a_half_sibling_has_its_own(cast: Cast) -> None:
    """F03."""
    half = child("Ida")
    place(half, cast.blasippan)
    guard(cast.johan, half)
    guard(cast.neighbour, half)
    place_of_hugo = Placement.objects.get(child=cast.hugo)
    place_of_hugo.department = cast.blasippan
    place_of_hugo.save()
    sent = begin(cast.maria, cast.elsa, cast.hugo, half)
    circles = [circle_of(message.thread) for message in sent]
    assert {circle.children for circle in circles} == {
        frozenset({cast.elsa.pk, cast.hugo.pk}),
        frozenset({half.pk}),
    }
    assert message_of(sent, half).thread not in threads_for(Actor.of_person(cast.amina))


def message_of(sent: list[Message], about: Any) -> Message:
    return next(message for message in sent if about.pk in circle_of(message.thread).children)


def test_two_homes_have_a_conversation_each(cast: Cast) -> None:
    """DOMAIN 4.3: neither home sees what the other writes, and a guardian writes for the own home alone."""
    two_homes(cast)
    sent = begin(cast.maria, cast.elsa)
    assert len(sent) == 2
    for message in sent:
        assert len(circle_of(message.thread).guardians) == 1
    (own,) = begin(cast.amina, cast.elsa)
    assert own.thread not in threads_for(Actor.of_person(cast.johan))


def two_homes(cast: Cast) -> None:
    homes = []
    for guardian in (cast.amina, cast.johan):
        home = Household.objects.create(child=cast.elsa)
        home.guardians.add(guardian)
        homes.append(home)
    HouseholdWeeks.objects.create(
        child=cast.elsa,
        first=homes[0],
        second=homes[1],
        weeks=["AAAAAAA", "BBBBBBB"],
        is_proposed=False,
        starts_on=days.monday_of(days.today()),
    )


def test_the_sender_may_keep_guardians_apart(cast: Cast) -> None:
    sent = begin(cast.maria, cast.elsa, apart=True)
    assert sorted(len(circle_of(message.thread).guardians) for message in sent) == [1, 1]


def test_undone_within_half_a_minute_it_was_never_there(cast: Cast) -> None:
    """F04: no notice left, nobody saw it."""
    now = clock.now()
    (message,) = begin(cast.amina, cast.elsa, now=now)
    assert release_due(now=now + timedelta(seconds=29)) == 0
    undo(message_id=message.pk, actor=Actor.of_person(cast.amina), now=now + timedelta(seconds=29))
    assert release_due(now=now + timedelta(days=1)) == 0
    assert not Thread.objects.exists()
    assert told() == []


def test_nobody_undoes_what_has_left_or_is_somebody_elses(cast: Cast) -> None:
    now = clock.now()
    (message,) = begin(cast.amina, cast.elsa, now=now)
    with pytest.raises(Http404):
        undo(message_id=message.pk, actor=Actor.of_person(cast.johan), now=now)
    with pytest.raises(ValidationError):
        undo(message_id=message.pk, actor=Actor.of_person(cast.amina), now=now + HALF_A_MINUTE)
    assert Message.objects.exists()


@pytest.mark.parametrize(("after", "may"), [(timedelta(days=7), True), (timedelta(days=7, seconds=1), False)])
def test_withdrawn_on_the_seventh_day_and_not_on_the_eighth(cast: Cast, after: timedelta, *, may: bool) -> None:
    """F05: the principal is told, and who had read it is noted."""
    now = clock.now()
    (message,) = begin(cast.maria, cast.elsa, now=now)
    release_due(now=now + HALF_A_MINUTE)
    mark_read(thread=message.thread, person_id=cast.johan.pk, now=now + timedelta(hours=1))
    moment = message.leaves_at + after
    if not may:
        with pytest.raises(ValidationError):
            withdraw(message_id=message.pk, actor=Actor.of_person(cast.maria), now=moment)
        assert not Incident.objects.exists()
        return
    withdraw(message_id=message.pk, actor=Actor.of_person(cast.maria), now=moment)
    assert Incident.objects.get().had_read == [str(cast.johan.pk)]
    assert told(Kind.MESSAGE_WITHDRAWN) == ["Eva"]
    with pytest.raises(ValidationError, match="redan"):
        withdraw(message_id=message.pk, actor=Actor.of_person(cast.maria), now=moment)
    assert Incident.objects.count() == 1


def test_what_the_family_wrote_is_not_the_departments_to_withdraw(cast: Cast) -> None:
    now = clock.now()
    (message,) = begin(cast.amina, cast.elsa, now=now)
    for other in (cast.maria, cast.johan):
        with pytest.raises(Http404):
            withdraw(message_id=message.pk, actor=Actor.of_person(other), now=message.leaves_at)


def test_after_the_placement_the_family_reads_and_writes_no_more(cast: Cast) -> None:
    """F07."""
    (message,) = begin(cast.amina, cast.elsa)
    Placement.objects.filter(child=cast.elsa).update(ends_on=days.today() - timedelta(days=1))
    amina = Actor.of_person(cast.amina)
    assert get_thread(amina, message.thread_id)[0] == message.thread
    with pytest.raises(Http404):
        reply(thread_id=message.thread_id, words=words(), actor=amina, now=clock.now())
    assert message.thread not in threads_for(Actor.of_person(cast.maria))


def test_who_reads_is_decided_when_it_is_read(cast: Cast) -> None:
    """DOMAIN 4.1: a guardianship that ends, a block and a move close the door at once; nobody new is let in."""
    (message,) = begin(cast.maria, cast.elsa)
    thread = message.thread
    newcomer = person("Nils")
    guard(newcomer, cast.elsa)
    assert thread not in threads_for(Actor.of_person(newcomer))
    Block.objects.create(child=cast.elsa, person=cast.johan)
    assert thread not in threads_for(Actor.of_person(cast.johan))
    Guardianship.objects.filter(guardian=cast.amina).update(ends_on=days.today() - timedelta(days=1))
    assert thread not in threads_for(Actor.of_person(cast.amina))
    Placement.objects.filter(child=cast.elsa).update(department=cast.musslan)
    assert thread not in threads_for(Actor.of_person(cast.maria))
    assert thread in threads_for(Actor.of_person(cast.jonas))


def test_nobody_reads_as_staff_about_the_own_child(cast: Cast) -> None:
    """The other home's words are not a colleague's to read because the child goes to the own department."""
    two_homes(cast)
    employ(cast.johan, department=cast.blasippan)
    (own,) = begin(cast.amina, cast.elsa)
    johan = Actor.of_person(cast.johan)
    assert own.thread not in threads_for(johan)
    with pytest.raises(Http404):
        get_thread(johan, own.thread_id)


def test_who_was_shown_is_who_gets_it(cast: Cast) -> None:
    """F02: where the readers have changed since they were shown nothing is sent."""
    with pytest.raises(ValidationError, match="ändrats"):
        begin(cast.maria, cast.elsa, seen="somebody else")
    assert not Message.objects.exists()


def test_a_message_is_told_of_once_by_any_number_of_workers(cast: Cast) -> None:
    now = clock.now()
    begin(cast.amina, cast.elsa, now=now)
    later = now + HALF_A_MINUTE
    assert [release_due(now=later), release_due(now=later)] == [1, 0]
    assert len(told()) == len(set(told())) == 4


def test_what_is_wrong_is_said_on_the_field(cast: Cast) -> None:
    actor, now = Actor.of_person(cast.amina), clock.now()
    with pytest.raises(ValidationError) as refused:
        start_threads(
            child_ids=[cast.elsa.pk], addressee=TO_DEPARTMENT, words=Words(" ", " ", "sv"), actor=actor, now=now
        )
    assert set(refused.value.message_dict) == {"subject", "body"}
    with pytest.raises(Http404):
        start_threads(child_ids=[], addressee=TO_DEPARTMENT, words=words(), actor=actor, now=now)
    with pytest.raises(Http404):
        begin(cast.amina, cast.elsa, cast.noor)


def test_a_read_mark_never_moves_back(cast: Cast) -> None:
    now = clock.now()
    (message,) = begin(cast.amina, cast.elsa, now=now)
    for moment in (now, now + HALF_A_MINUTE, now):
        mark_read(thread=message.thread, person_id=cast.maria.pk, now=moment)
    assert ReadMark.objects.get().read_to == now + HALF_A_MINUTE
