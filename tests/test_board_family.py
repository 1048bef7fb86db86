"""What the board tells about whom a child belongs to: little in the hall, nothing where the family is protected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from django.core import signing
from django.test import Client

from accounts.models import Protection, User
from attendance.models import DayPlan, WeekPlan
from children.models import Block, Child, Contact, NamedReader, ProtectedIdentity
from children.protection import protect_child
from children.tablets import PIN_COOKIE
from portal.lib import clock, days
from tests import cast as people
from tests.cast import Cast

TUESDAY = date(2026, 10, 13)
Board = Callable[..., str]


@pytest.fixture(autouse=True)
def at_0842() -> Iterator[None]:
    with time_machine.travel(people.local(TUESDAY, 8, 42), tick=False):
        yield


@pytest.fixture
def board(cast: Cast, on_tablet: Callable[[str], Client]) -> Board:
    """Return a function that reads the hall's tablet, by whose PIN, and of which child alone."""
    paired, cookie = people.tablet(cast.blasippan)

    def read(pin: User | None = None, child: Child | None = None) -> str:
        browser = on_tablet(cookie)
        if pin:
            browser.cookies[PIN_COOKIE] = signing.dumps([str(paired.id), str(pin.id)], salt="pin")
        page = f"/avdelning/{cast.blasippan.id}/" + (f"barn/{child.id}/" if child else "")
        return browser.get(page).content.decode()

    return read


def collected_by(child: Child, **who: object) -> None:
    week = [[["09:00", "16:00"]]] * 5 + [[], []]
    WeekPlan.objects.get_or_create(child=child, defaults={"starts_on": days.monday_of(TUESDAY), "weeks": [week]})
    DayPlan.objects.update_or_create(child=child, day=TUESDAY, defaults={"changed_at": clock.now(), **who})


def protect(child: Child, *readers: User) -> None:
    protect_child(child=child, level=Protection.PROTECTED, now=clock.now())
    identity = ProtectedIdentity.objects.get(child=child)
    for reader in readers:
        NamedReader.objects.create(identity=identity, reader=reader, starts_on=TUESDAY)


class TestWhoCollects:
    def test_it_works(self, cast: Cast, board: Board) -> None:
        collected_by(cast.elsa, collecting_guardian=cast.johan)
        contact = Contact.objects.create(child=cast.noor, name="Gunilla Sten", relation="Mormor")
        collected_by(cast.noor, collecting_contact=contact)
        shown = board()
        assert "16:00 · Johan" in shown
        assert "16:00 · mormor" in shown
        assert "Gunilla" not in shown

    def test_a_contact_without_a_relation_has_no_name_in_the_hall(self, cast: Cast, board: Board) -> None:
        collected_by(
            cast.elsa, collecting_contact=Contact.objects.create(child=cast.elsa, name="Gunilla Sten", relation="")
        )
        assert "16:00 · hämtas av annan" in board()
        assert "Gunilla" not in board()
        assert "16:00 · Gunilla Sten" in board(pin=cast.maria)

    def test_of_a_protected_child_nobody_is_named(self, cast: Cast, board: Board) -> None:
        protect(cast.elsa, cast.maria)
        contact = Contact.objects.create(child=cast.elsa, name="Gunilla Sten", relation="Gunilla från Umeå")
        for who in ({"collecting_guardian": cast.johan}, {"collecting_guardian": None, "collecting_contact": contact}):
            collected_by(cast.elsa, **who)
            for pin in (None, cast.vikar):
                for child in (None, cast.elsa):
                    shown = board(pin=pin, child=child)
                    assert "16:00" in shown
                    assert "Johan" not in shown
                    assert "unilla" not in shown
        assert "16:00 · gunilla från Umeå" in board(pin=cast.maria)


class TestWhoIsKeptAway:
    def test_it_works(self, cast: Cast, board: Board) -> None:
        Block.objects.create(child=cast.elsa, person=cast.johan, reason="Domstol")
        assert "Johan Lind" in board(pin=cast.vikar, child=cast.elsa)

    def test_by_name_for_those_who_may_know_the_family(self, cast: Cast, board: Board) -> None:
        protect(cast.elsa, cast.maria)
        Block.objects.create(child=cast.elsa, person=cast.johan, reason="Domstol")
        shown = board(pin=cast.vikar, child=cast.elsa)
        assert "Johan" not in shown
        assert "Fråga rektor innan barnet hämtas." in shown
        assert "Johan Lind" in board(pin=cast.maria, child=cast.elsa)
