"""Who reads a conversation: the list that is shown, the door and the inbox are one (DOMAIN 4.5; PROMISES 3.2)."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from children.access import children_for
from children.actors import Actor
from children.selectors.reach import who_may
from messaging import rules
from messaging.models import Addressee, Thread, ThreadChild, ThreadGuardian
from messaging.selectors.reader_list import readers_before
from messaging.selectors.readers import READ, WRITE, circle_of, get_thread, readers_of, threads_for
from messaging.services.threads import Words, circles_for, release_due, start_threads
from notifications.models import Delivery, Way
from portal.lib import days
from tests.test_access_property import TODAY, World, build, plans

some = st.sets(st.integers(0, 3), min_size=1, max_size=3)
said_days_ago = st.sampled_from([None, 0, 7, 8, 37, 38, 400])
talks = st.lists(st.tuples(some, some, st.sampled_from(list(Addressee)), said_days_ago), min_size=1, max_size=5)
Talk = tuple[set[int], set[int], Addressee, int | None]
PHASES = [phase for phase in Phase if phase != Phase.explain]


def begun(world: World, talk: Talk) -> Thread:
    children, guardians, addressee, ago = talk
    last_at = None if ago is None else days.at(TODAY - timedelta(days=ago), time(9))
    thread = Thread.objects.create(addressee=addressee, subject="x", last_at=last_at)
    ThreadChild.objects.bulk_create([ThreadChild(thread=thread, child=world.children[n]) for n in children])
    ThreadGuardian.objects.bulk_create([ThreadGuardian(thread=thread, guardian=world.people[n]) for n in guardians])
    return thread


def opens(actor: Actor, thread: Thread) -> bool:
    try:
        return get_thread(actor, thread.pk)[0] == thread
    except Http404:
        return False


@pytest.mark.django_db
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=PHASES)
@given(plan=plans, talks=talks)
def test_who_is_shown_who_can_open_and_whose_inbox_it_lies_in_are_the_same(
    plan: dict[str, Any], talks: list[Talk]
) -> None:
    with transaction.atomic():
        world = build(plan)
        threads = [begun(world, talk) for talk in talks]
        for person in world.people:
            actor = Actor.of_person(person, TODAY)
            inbox = set(threads_for(actor))
            for thread in threads:
                reader = readers_of(circle_of(thread), Addressee(thread.addressee), TODAY).get(person.pk)
                reads = reader is not None and not (
                    reader.sees_from and thread.last_at and days.day_of(thread.last_at) < reader.sees_from
                )
                assert reads == opens(actor, thread) == (thread in inbox)
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=PHASES)
@given(plan=plans)
def test_the_table_says_the_same_from_the_children_as_from_the_people(plan: dict[str, Any]) -> None:
    with transaction.atomic():
        world = build(plan)
        ids = [child.pk for child in world.children]
        for action in {*READ.values(), *WRITE.values()}:
            reached = {(reach.person_id, reach.child_id) for reach in who_may(action, ids, TODAY)}
            expected = {
                (person.pk, child_id)
                for person in world.people
                for child_id in children_for(Actor.of_person(person, TODAY), action).values_list("pk", flat=True)
            }
            assert reached == expected
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=PHASES)
@given(plan=plans, about=some, addressee=st.sampled_from(list(Addressee)), apart=st.booleans())
def test_those_on_the_list_open_it_and_are_told_once_and_nobody_else(
    *, plan: dict[str, Any], about: set[int], addressee: Addressee, apart: bool
) -> None:
    """F02: what is shown before sending is who can open it, and each of them but the writer gets one notice."""
    now = days.at(TODAY, time(9))
    with transaction.atomic():
        world = build(plan)
        names = {world.children[number].pk: world.children[number].given_name for number in about}
        for writer in world.people:
            actor = Actor.of_person(writer, TODAY)
            asked: Any = {"child_ids": list(names), "addressee": addressee, "actor": actor, "now": now, "apart": apart}
            try:
                shown = readers_before(actor, circles_for(**asked), addressee, names, now)
            except (Http404, ValidationError):
                continue
            sent = start_threads(words=Words("Ämne", "Ord", "sv"), seen=shown.stamp, **asked)
            release_due(now=now + rules.UNDO)
            for message, circle in zip(sent, shown.circles, strict=True):
                listed = {row.person_id for row in circle.rows}
                opened = {one.pk for one in world.people if opens(Actor.of_person(one, TODAY), message.thread)}
                told = Delivery.objects.filter(event=message.pk, way=Way.IN_APP).values_list("person", flat=True)
                assert writer.pk in listed
                assert listed == opened
                assert sorted(told) == sorted(listed - {writer.pk})
        transaction.set_rollback(True)


people = st.sets(st.integers(0, 5), max_size=4)
families = st.dictionaries(st.integers(10, 14), people, min_size=1, max_size=4)


@given(
    guardians=families,
    homes=st.dictionaries(st.integers(10, 14), st.lists(people, min_size=2, max_size=2)),
    apart=st.booleans(),
)
def test_every_guardian_of_a_child_reads_of_it_in_one_conversation(
    *, guardians: dict[Any, set[Any]], homes: dict[Any, list[set[Any]]], apart: bool
) -> None:
    circles = rules.circles_of(guardians, homes, apart=apart)
    for child, of_child in guardians.items():
        reading = [person for circle in circles if child in circle.children for person in circle.guardians]
        assert sorted(reading) == sorted(of_child)
    for circle in circles:
        for child in circle.children:
            assert circle.guardians <= guardians[child]  # nobody reads of somebody else's child
    if apart:
        assert all(len(circle.guardians) == 1 for circle in circles)
    assert circles == rules.circles_of(guardians, homes, apart=apart)


def _id(number: int) -> UUID:
    return UUID(int=number)


def test_siblings_are_one_conversation_and_a_half_sibling_another() -> None:
    """F03."""
    anna, bo, cia = _id(1), _id(2), _id(3)
    elsa, hugo, half = _id(11), _id(12), _id(13)
    circles = rules.circles_of({elsa: {anna, bo}, hugo: {anna, bo}, half: {anna, cia}}, {})
    assert circles == [
        rules.Circle(frozenset({elsa, hugo}), frozenset({anna, bo})),
        rules.Circle(frozenset({half}), frozenset({anna, cia})),
    ]
