"""The list of readers that is shown before anything is sent: person, relation, child, and what to think of (F02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Protection
from children import protection
from children.actors import Actor
from children.models import Guardianship, NamedReader, Placement, ProtectedIdentity, StaffRole
from messaging.models import Addressee, Message, Thread
from messaging.selectors.conversation import conversation
from messaging.selectors.reader_list import LARGE, Circle, ReaderList, readers_before
from messaging.selectors.readers import open_thread
from messaging.services.threads import circles_for, release_due, reply
from portal.lib import clock, days
from tests.cast import Cast, employ, guard, person
from tests.test_threads import begin, two_homes, words

pytestmark = pytest.mark.django_db
Lines = list[tuple[str, str]]


def shown(actor: Any, *children: Any, to: Addressee = Addressee.DEPARTMENT, apart: bool = False) -> ReaderList:
    who, names = Actor.of_person(actor), {one.pk: one.given_name for one in children}
    circles = circles_for(child_ids=list(names), addressee=to, actor=who, now=clock.now(), apart=apart)
    return readers_before(who, circles, to, names, clock.now())


def lines(circles: Iterable[Circle]) -> list[Lines]:
    return [[(row.name, row.what) for row in circle.rows] for circle in circles]


def said(found: ReaderList) -> list[str]:
    return [caution.said for caution in found.cautions]


def test_each_reader_with_relation_and_child(cast: Cast) -> None:
    found = shown(cast.amina, cast.elsa, cast.hugo)
    both = "Elsa och Hugo"
    assert lines(found.circles) == [
        [
            ("Amina Lind", f"Vårdnadshavare · {both}"),
            ("Johan Lind", f"Vårdnadshavare · {both}"),
            ("Maria Berg", "Pedagog · Elsa"),
            ("Viktor Vik", "Vikarie · Elsa"),
            ("Eva Sandström", f"Rektor · {both}"),
        ]
    ]
    assert found.number == 5
    assert found.summary == "2 på Blåsippan och Ekorren, rektor, Johan och du"
    assert [row.is_you for row in found.circles[0].rows] == [True, False, False, False, False]


def test_to_the_principal_the_staff_are_not_on_it(cast: Cast) -> None:
    found = shown(cast.amina, cast.elsa, to=Addressee.PRINCIPAL)
    assert [name for name, _what in lines(found.circles)[0]] == [
        "Amina Lind",
        "Johan Lind",
        "Eva Sandström",
    ]


def test_two_homes_are_two_conversations_and_it_is_said(cast: Cast) -> None:
    two_homes(cast)
    found = shown(cast.maria, cast.elsa)
    assert found.is_several
    assert sorted(circle.summary for circle in found.circles) == [
        "1 på Blåsippan, rektor, Amina och du",
        "1 på Blåsippan, rektor, Johan och du",
    ]
    assert found.number == 5
    assert not shown(cast.amina, cast.elsa).is_several


def test_many_readers_are_warned_of(cast: Cast) -> None:
    assert said(shown(cast.amina, cast.elsa)) == []
    for number in range(LARGE):
        employ(person(f"P{number}"), department=cast.blasippan)
    assert said(shown(cast.amina, cast.elsa)) == ["20 personer läser det här. Titta på listan en gång till."]


def new_in(actor: Any, thread_id: Any) -> list[str]:
    who = Actor.of_person(actor)
    return said(conversation(who, open_thread(who, thread_id), clock.now()).readers)


def test_somebody_who_is_new_since_the_last_words_is_named(cast: Cast) -> None:
    """Whoever has begun there, and everybody of a department to which the child has moved."""
    now = clock.now()
    Guardianship.objects.update(confirmed_at=now - timedelta(days=90))
    (message,) = begin(cast.amina, cast.elsa, now=now - timedelta(days=3))
    release_due(now=now)
    assert new_in(cast.amina, message.thread_id) == []
    nina = person("Nina", "Ny")
    StaffRole.objects.create(
        person=nina, kind=StaffRole.Kind.STAFF, department=cast.blasippan, starts_on=days.today() - timedelta(days=1)
    )
    assert new_in(cast.amina, message.thread_id) == ["Ny sedan senast: Nina Ny."]
    reply(thread_id=message.thread_id, words=words("Hej igen"), actor=Actor.of_person(cast.amina), now=now)
    release_due(now=now + timedelta(minutes=1))
    assert new_in(cast.amina, message.thread_id) == []

    Placement.objects.filter(child=cast.elsa).update(ends_on=days.today() - timedelta(days=1))
    Message.objects.update(leaves_at=now - timedelta(days=2))
    message.thread.__class__.objects.update(last_at=now - timedelta(days=2))
    Placement.objects.create(child=cast.elsa, department=cast.musslan, starts_on=days.today())
    assert new_in(cast.amina, message.thread_id) == ["Ny sedan senast: Jonas Ek och Ulf Gran."]


def test_a_new_conversation_tells_who_has_come_since_the_last_one(cast: Cast) -> None:
    """Staff and guardians alike; of a child about which nothing was said yet there is no last time."""
    now = clock.now()
    Guardianship.objects.update(confirmed_at=now - timedelta(days=90))
    begin(cast.maria, cast.elsa, now=now - timedelta(days=3))
    release_due(now=now)
    told = "Till familjerna på Blåsippan har det gått 1 avisering den senaste veckan."
    assert said(shown(cast.maria, cast.elsa)) == [told]
    guard(person("Nya", "Mamman"), cast.elsa)
    StaffRole.objects.create(
        person=person("Nina", "Ny"), kind=StaffRole.Kind.STAFF, department=cast.blasippan, starts_on=days.today()
    )
    assert said(shown(cast.maria, cast.elsa)) == ["Ny sedan senast: Nya Mamman och Nina Ny.", told]
    assert said(shown(cast.maria, cast.noor)) == [told]
    assert said(shown(cast.amina, cast.elsa)) == [
        "Ny sedan senast: Nya Mamman och Nina Ny."
    ]  # a family is sent nothing


def test_a_conversation_with_one_home_or_with_both_says_so_to_the_house(cast: Cast) -> None:
    (both,) = begin(cast.maria, cast.elsa)
    two_homes(cast)
    begin(cast.maria, cast.elsa)
    release_due(now=clock.now() + timedelta(minutes=1))
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        assert new_in(cast.maria, both.thread_id) == ["Ett barn har två hem. Båda läser."]
        (one, _other) = Thread.objects.exclude(pk=both.thread_id)
        assert new_in(cast.maria, one.pk) == ["Ett barn har två hem. Bara det ena läser."]
        assert new_in(cast.amina, both.thread_id) == []


def test_the_family_of_a_protected_child_is_counted_and_not_named(cast: Cast) -> None:
    """DOMAIN 6.1: and nothing is said that tells why. A named reader reads the names, and to be careful."""
    protection.protect_child(child=cast.elsa, level=Protection.CONFIDENTIAL, now=clock.now())
    cast.elsa.refresh_from_db()
    for other in (cast.maria, cast.eva):
        found = shown(other, cast.elsa)
        unnamed = [(row.name, row.what) for row in found.circles[0].rows if not row.is_named]
        assert unnamed == [("Vårdnadshavare", cast.elsa.given_name)] * 2
        assert "2 vårdnadshavare" in found.circles[0].summary
        assert found.number == 5
        assert said(found) == []
    NamedReader.objects.create(
        identity=ProtectedIdentity.objects.get(child=cast.elsa), reader=cast.maria, starts_on=days.today()
    )
    named = shown(cast.maria, cast.elsa)
    warning = "En familj med skyddade uppgifter läser. Skriv inget som röjer vilka de är eller var de finns."
    assert said(named) == [warning]
    assert "Amina" in named.summary
    family = shown(cast.amina, cast.elsa)
    assert said(family) == []
    assert "Johan" in family.summary
