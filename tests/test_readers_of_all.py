"""What is said in any way is read by those who were shown, and by nobody else (PROMISES 3.2, 3.4; F02, F06, F08, F11).

Over random families, roles, blocks, homes and dates, for conversations, bulletins and posts alike: the list that is
shown before sending, whoever can open it, in whose lists it lies, and who is told in the portal are the same people,
each told once. Then a relation ends, and the door is shut at the next question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import User
from children.access import Action, children_for, departments_for
from children.actors import Actor
from children.models import Block, Child, Guardianship, Household, HouseholdWeeks, StaffRole
from messaging.models import Addressee, Bulletin, Post, Thread
from messaging.post_rules import Written
from messaging.selectors import bulletin_readers, bulletins, post_readers, posts, readers
from messaging.selectors.bulletin_readers import Audience
from messaging.selectors.bulletin_writers import Writing
from messaging.selectors.tagging import children_to_tag
from messaging.services import bulletin_release
from messaging.services import bulletins as bulletin_services
from messaging.services import posts as post_services
from messaging.services import threads as thread_services
from notifications.models import Delivery, Way
from portal.lib import days
from portal.lib.ids import uuid7
from tests.test_access_property import TODAY, World, build, plans

NOW = days.at(TODAY, time(10))
OUT = NOW + timedelta(seconds=31)
YESTERDAY = TODAY - timedelta(days=1)
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # making an example smaller takes minutes

some = st.sets(st.integers(0, 3), min_size=1, max_size=3)
number = st.integers(0, 3)
talks = st.lists(st.tuples(some, st.sampled_from(list(Addressee)), st.booleans()), min_size=1, max_size=1)
bulletin_plans = st.lists(st.tuples(st.integers(0, 7), some), min_size=1, max_size=1)
post_plans = st.lists(st.tuples(number, st.none() | some), min_size=1, max_size=1)
homes = st.lists(st.tuples(number, number, number), max_size=2)
# Most random families have nobody who may write to anybody today: here some are sure to.
holding = (TODAY - timedelta(days=100), None)
firm = st.fixed_dictionaries(
    {
        "placements": st.tuples(*(st.tuples(st.just(n), number, st.just(holding)) for n in range(4))).map(list),
        "guardianships": st.lists(st.tuples(number, number, st.just(True), st.just(holding)), min_size=5, max_size=9),
        "roles": st.lists(
            st.tuples(
                number,
                st.sampled_from(["staff", "substitute", "principal", "communicator"]),
                st.integers(0, 7),
                st.just(holding),
            ),
            min_size=4,
            max_size=6,
        ),
    }
)
changes = st.lists(st.tuples(number, number), min_size=2, max_size=2)
said = st.fixed_dictionaries(
    {
        "homes": homes,
        "talks": talks,
        "bulletins": bulletin_plans,
        "posts": post_plans,
        "changes": changes,
        "asked": st.integers(0, 99),
    }
)


@dataclass(frozen=True)
class Said:
    """Something that was sent: whom its writer was shown, and what asks today's door about it."""

    what: str
    pk: UUID
    writer: Actor
    shown: frozenset[UUID]  # before sending
    shown_now: Callable[[], set[UUID]]
    opens: Callable[[Actor], bool]
    told: frozenset[UUID]  # those of them who are to be told, besides the writer
    page: str


def denser(plan: dict[str, Any], more: dict[str, list[Any]]) -> dict[str, Any]:
    return plan | {
        "placements": more["placements"] + plan["placements"],
        "guardianships": plan["guardianships"] + more["guardianships"],
        "roles": more["roles"] + plan["roles"],
    }


def opened(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except Http404:
        return False
    return True


def people(world: World) -> list[Actor]:
    """Everybody, with today's relations: what an actor knows of itself is read once."""
    return [Actor.of_person(User.objects.get(pk=person.pk), TODAY) for person in world.people]


# Sending --------------------------------------------------------------------------------------------------------------


def two_homes(world: World, plan: list[tuple[int, int, int]]) -> None:
    for n, first, second in {row[0]: row for row in plan}.values():
        child = world.children[n]
        made = [Household.objects.create(child=child) for _home in range(2)]
        made[0].guardians.add(world.people[first])
        if second != first:
            made[1].guardians.add(world.people[second])
        HouseholdWeeks.objects.create(
            child=child,
            first=made[0],
            second=made[1],
            starts_on=days.monday_of(YESTERDAY),
            weeks=["AAAAAAA", "BBBBBBB"],
            is_proposed=False,
        )


def picked(rows: list[Any], which: set[int]) -> list[Any]:
    """Return some of the rows, so that a plan fits whatever there is; none of none."""
    return [rows[n] for n in sorted({n % len(rows) for n in which})] if rows else []


def conversations(actor: Actor, plan: list[tuple[set[int], Addressee, bool]]) -> Iterator[Said]:
    for which, addressee, apart in plan:
        children = picked(list(readers.may_be_written_about(actor, addressee).order_by("pk")), which)
        ids = [child.pk for child in children]
        about: dict[str, Any] = {"child_ids": ids, "addressee": addressee, "actor": actor, "now": NOW}
        try:
            circles = thread_services.circles_for(**about, apart=apart)
            before = readers.readers_of_all(circles, addressee, TODAY)
            stamp = readers.stamp_of(circles, before, addressee, actor.person_id)
            words = thread_services.Words("Om idag", "Hej.", "sv")
            messages = thread_services.start_threads(**about, words=words, seen=stamp, apart=apart)
        except (Http404, ValidationError):
            continue  # nobody to write about, children of nobody: of that tests/test_threads.py
        for message, found in zip(messages, before, strict=True):
            yield conversation(message.thread, actor, frozenset(found))


def conversation(thread: Thread, writer: Actor, shown: frozenset[UUID]) -> Said:
    return Said(
        what=f"conversation with {thread.addressee}",
        pk=thread.pk,
        writer=writer,
        shown=shown,
        shown_now=lambda: {*readers.readers_of(readers.circle_of(thread), Addressee(thread.addressee), TODAY)},
        opens=lambda actor: opened(lambda: readers.open_thread(actor, thread.pk)),
        told=shown,
        page="messaging:thread",
    )


def announcements(actor: Actor, plan: list[tuple[int, set[int]]]) -> Iterator[Said]:
    writing = Writing(actor)
    places = [Audience(department=one) for one in writing.departments]
    places += [Audience(preschool=one) for one in writing.preschools] + [Audience(area=one) for one in writing.areas]
    places += [Audience(is_to_all=True)] if writing.to_all else []
    for place, which in plan:
        chosen = picked(list(children_for(actor, Action.ANNOUNCE).order_by("pk")), which)
        audiences = [*places, Audience(child_ids=frozenset(child.pk for child in chosen))] if chosen else places
        for audience in picked(audiences, {place}):
            shown = bulletin_readers.readers_of(audience, TODAY)
            if not shown.guardians:
                continue
            bulletin = bulletin_services.send_bulletin(
                bulletin_id=uuid7(),
                audience=audience,
                words=bulletin_services.BulletinWords("Stängt", "Stängt imorgon.", "sv", must_confirm=bool(place % 2)),
                seen=shown.sign,
                actor=actor,
                now=NOW,
            )
            yield announcement(bulletin, actor, frozenset({*shown.guardians, *shown.house}))


def announcement(bulletin: Bulletin, writer: Actor, shown: frozenset[UUID]) -> Said:
    def shown_now() -> set[UUID]:
        found = bulletin_readers.readers_of(Audience.of(bulletin), TODAY)
        return {*found.guardians, *found.house}

    return Said(
        what=f"bulletin to {Audience.of(bulletin).name}",
        pk=bulletin.pk,
        writer=writer,
        shown=shown,
        shown_now=shown_now,
        opens=lambda actor: opened(lambda: bulletins.get_bulletin(actor, bulletin.pk, OUT)),
        told=shown,
        page="messaging:bulletin",
    )


def stories(actor: Actor, plan: list[tuple[int, set[int] | None]]) -> Iterator[Said]:
    for place, which in plan:
        for department in picked(list(departments_for(actor, Action.WRITE_POSTS).order_by("pk")), {place}):
            tagged = picked(children_to_tag(actor, department.pk), which or set())
            ids = frozenset(child.pk for child in tagged)
            post = post_services.begin(department_id=department.pk, language="sv", actor=actor, now=NOW)
            post = post_services.save(
                post_id=post.pk,
                written=Written("Skogen", "Vi var i skogen.", "sv", which is None, ids, frozenset()),
                alts={},
                version=post.version,
                actor=actor,
                now=NOW,
            )
            about = post_readers.children_at(department.pk, TODAY) if which is None else ids
            audience = post_readers.audience_of(actor, department, about, NOW, is_for_all=which is None)
            before = post_readers.readers_of_post(department, about, TODAY, is_for_all=which is None)
            try:
                post = post_services.publish(post_id=post.pk, seen=audience.print, actor=actor, now=NOW)
            except ValidationError:
                continue  # no family would read it
            yield story(post, actor, before)


def story(post: Post, writer: Actor, shown: dict[UUID, post_readers.PostReader]) -> Said:
    return Said(
        what=f"post for {'all' if post.is_for_all else 'some'}",
        pk=post.pk,
        writer=writer,
        shown=frozenset(shown),
        shown_now=lambda: {*post_readers.readers_today(Post.objects.get(pk=post.pk), TODAY)},
        opens=lambda actor: opened(lambda: posts.get_published(actor, post.pk)),
        # The house is not told of its own stories: it reads them where it writes them.
        told=frozenset(one.person_id for one in post_readers.guardians_among(shown)),
        page="messaging:post",
    )


def sent(world: World, plan: dict[str, Any]) -> list[Said]:
    """Let everybody send what they may of the plan, and let it out; return what went."""
    two_homes(world, plan["homes"])
    everything: list[Said] = []
    for person in world.people:
        if person.is_active:
            actor = Actor.of_person(person, TODAY)
            everything += conversations(actor, plan["talks"])
            everything += announcements(actor, plan["bulletins"])
            everything += stories(actor, plan["posts"])
    assert not Delivery.objects.exists(), "nobody is told within the half minute (F04)"
    for services in (thread_services, bulletin_release, post_services):
        services.release_due(now=OUT)
        services.release_due(now=OUT)  # a second worker, and nothing twice
    return everything


# What holds -----------------------------------------------------------------------------------------------------------


def lies_with(actor: Actor) -> set[UUID]:
    """Return all that lies in the actor's lists today."""
    lists = (readers.threads_for(actor), bulletins.bulletins_for(actor, OUT), posts.posts_for(actor))
    return {pk for rows in lists for pk in rows.values_list("pk", flat=True)}


def check(everything: list[Said], actors: list[Actor]) -> list[set[UUID]]:
    """Shown is who of them opens it, in whose lists it lies, and who is shown when asked today; return the last."""
    lists = {actor.person_id: lies_with(actor) for actor in actors}
    everybody = []
    for one in everything:
        shown = one.shown_now()
        opening = {actor.person_id for actor in actors if one.opens(actor)}
        assert opening == {person for person, found in lists.items() if one.pk in found}, one.what
        assert opening == shown & lists.keys(), one.what
        everybody.append(shown)
    return everybody


def check_pages(one: Said, world: World, log_in: Callable[[User], Client]) -> None:
    """Whoever opens it reads its page, and to everybody else it is not there; a frozen account is asked to log in.

    One of each is asked: all the others are the same answers of the same door, and a page takes its time.
    """
    expected: dict[int, User] = {}
    for actor in people(world):
        assert actor.person
        expected[302 if actor.person.frozen_at else 200 if one.opens(actor) else 404] = actor.person
    for status, user in expected.items():
        assert log_in(user).get(reverse(one.page, args=[one.pk])).status_code == status, one.what


def check_told(everything: list[Said]) -> None:
    """Each reader is told in the portal exactly once, and nobody besides; whoever wrote it knows."""
    rows = Delivery.objects.filter(way=Way.IN_APP).values_list("person", "about")
    told = Counter((person, value) for person, about in rows for value in about.values())
    for one in everything:
        # Whoever publishes a post of the own child is told as its guardian, like all the others.
        to_be_told = one.told if one.what.startswith("post") else one.told - {one.writer.person_id}
        found = {person: times for (person, pk), times in told.items() if pk == str(one.pk)}
        assert found == dict.fromkeys(to_be_told, 1), one.what


def custody_ends(person: User) -> None:
    Guardianship.objects.filter(guardian=person).update(starts_on=TODAY - timedelta(days=500), ends_on=YESTERDAY)


def leaves_work(person: User) -> None:
    StaffRole.objects.filter(person=person).update(starts_on=TODAY - timedelta(days=500), ends_on=YESTERDAY)


def is_kept_away(person: User) -> None:
    for child in Child.objects.all():
        Block.objects.get_or_create(child=child, person=person, lifted_at=None)


def freezes(person: User) -> None:
    User.objects.filter(pk=person.pk).update(frozen_at=OUT)


CHANGES = (custody_ends, leaves_work, is_kept_away, freezes)


def check_after(everything: list[Said], before: list[set[UUID]], person: User, change: Callable[[User], None]) -> None:
    """After a relation has ended the door and the list agree again, and what hung on it is shut; to nobody else
    anything is opened or shut.
    """
    with transaction.atomic():
        change(person)
        actor = Actor.of_person(User.objects.get(pk=person.pk), TODAY)
        after = check(everything, [actor])
        assert [shown - {person.pk} for shown in after] == [shown - {person.pk} for shown in before]
        still = [one.what for one in everything if one.opens(actor)]
        works = StaffRole.objects.on(TODAY).filter(person=person).exists()
        guards = Guardianship.objects.on(TODAY).filter(guardian=person).exists()
        if change is freezes or not (works or guards):
            assert still == []
        if change is is_kept_away:
            # What was said to all of a place is not about the child; what is about it, is shut.
            assert not [what for what in still if what.startswith("conversation") or what.endswith("some")]
            assert works or not still
        transaction.set_rollback(True)


@pytest.fixture
def at_ten() -> Iterator[None]:
    with time_machine.travel(OUT, tick=False):
        yield


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("at_ten")
@settings(max_examples=10, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(plan=st.builds(denser, plans, firm), saying=said)
def test_shown_before_sending_is_who_opens_it_and_who_is_told(
    log_in: Callable[[User], Client], plan: dict[str, Any], saying: dict[str, Any]
) -> None:
    with transaction.atomic():
        world = build(plan)
        everything = sent(world, saying)
        for one in everything:
            assert one.shown == one.shown_now(), one.what
        before = check(everything, people(world))
        assert all(shown <= {person.pk for person in world.people} for shown in before)
        check_told(everything)
        for one in everything[saying["asked"] % max(len(everything), 1) :][:1]:
            check_pages(one, world, log_in)
        for person, change in saying["changes"]:
            check_after(everything, before, world.people[person], CHANGES[change])
        transaction.set_rollback(True)
