"""The list of readers that is shown before anything is sent: person, relation, child, and what to think of (F02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Protection
from children import protection
from children.actors import Actor
from children.models import NamedReader, Placement, ProtectedIdentity, StaffRole
from messaging.models import Addressee, Message
from messaging.selectors.conversation import conversation
from messaging.selectors.reader_list import LARGE, Circle, ReaderList, readers_before
from messaging.selectors.readers import open_thread
from messaging.services.threads import circles_for, release_due, reply
from portal.lib import clock, days
from tests.cast import Cast, employ, person
from tests.test_threads import begin, two_homes, words

pytestmark = pytest.mark.django_db
Lines = list[tuple[str, str, str]]


def shown(actor: Any, *children: Any, to: Addressee = Addressee.DEPARTMENT, apart: bool = False) -> ReaderList:
    who, names = Actor.of_person(actor), {one.pk: one.given_name for one in children}
    circles = circles_for(child_ids=list(names), addressee=to, actor=who, now=clock.now(), apart=apart)
    return readers_before(who, circles, to, names)


def lines(circles: Iterable[Circle]) -> list[Lines]:
    return [[(line.name, line.relation, line.children) for line in circle.lines] for circle in circles]


def test_each_reader_with_relation_and_child(cast: Cast) -> None:
    found = shown(cast.amina, cast.elsa, cast.hugo)
    both = "Elsa och Hugo"
    assert lines(found.circles) == [
        [
            ("Amina Lind", "Vårdnadshavare", both),
            ("Johan Lind", "Vårdnadshavare", both),
            ("Maria Berg", "Pedagog", "Elsa"),
            ("Viktor Vik", "Vikarie", "Elsa"),
            ("Eva Sandström", "Rektor", both),
        ]
    ]
    assert found.number == 5
    assert found.summary == "2 på Blåsippan och Ekorren, rektor, Johan och du"
    assert [line.is_you for line in found.circles[0].lines] == [True, False, False, False, False]


def test_to_the_principal_the_staff_are_not_on_it(cast: Cast) -> None:
    found = shown(cast.amina, cast.elsa, to=Addressee.PRINCIPAL)
    assert [name for name, _relation, _children in lines(found.circles)[0]] == [
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
    assert not shown(cast.amina, cast.elsa).is_large
    for number in range(LARGE):
        employ(person(f"P{number}"), department=cast.blasippan)
    assert shown(cast.amina, cast.elsa).is_large


def test_somebody_who_is_new_since_the_last_words_is_named(cast: Cast) -> None:
    """Whoever has begun there, and everybody of a department to which the child has moved."""
    now = clock.now()
    (message,) = begin(cast.amina, cast.elsa, now=now - timedelta(days=3))
    release_due(now=now)
    amina = Actor.of_person(cast.amina)
    assert conversation(amina, open_thread(amina, message.thread_id), now).readers.new == ""
    nina = person("Nina", "Ny")
    StaffRole.objects.create(
        person=nina, kind=StaffRole.Kind.STAFF, department=cast.blasippan, starts_on=days.today() - timedelta(days=1)
    )
    assert conversation(amina, open_thread(amina, message.thread_id), now).readers.new == "Nina Ny"
    reply(thread_id=message.thread_id, words=words("Hej igen"), actor=amina, now=now)
    release_due(now=now + timedelta(minutes=1))
    assert conversation(amina, open_thread(amina, message.thread_id), now).readers.new == ""

    Placement.objects.filter(child=cast.elsa).update(ends_on=days.today() - timedelta(days=1))
    Message.objects.update(leaves_at=now - timedelta(days=2))
    message.thread.__class__.objects.update(last_at=now - timedelta(days=2))
    Placement.objects.create(child=cast.elsa, department=cast.musslan, starts_on=days.today())
    new = conversation(amina, open_thread(amina, message.thread_id), now).readers.new
    assert new == "Jonas Ek och Ulf Gran"


def test_the_family_of_a_protected_child_is_counted_and_not_named(cast: Cast) -> None:
    """DOMAIN 6.1: and nothing is said that tells why. A named reader reads the names, and to be careful."""
    protection.protect_child(child=cast.elsa, level=Protection.CONFIDENTIAL, now=clock.now())
    for other in (cast.maria, cast.eva):
        found = shown(other, cast.elsa)
        assert [line.relation for line in found.circles[0].lines if not line.name] == ["Vårdnadshavare"] * 2
        assert "2 vårdnadshavare" in found.circles[0].summary
        assert found.number == 5
        assert not found.has_protected
    NamedReader.objects.create(
        identity=ProtectedIdentity.objects.get(child=cast.elsa), reader=cast.maria, starts_on=days.today()
    )
    named = shown(cast.maria, cast.elsa)
    assert named.has_protected
    assert "Amina" in named.summary
    family = shown(cast.amina, cast.elsa)
    assert not family.has_protected
    assert "Johan" in family.summary
