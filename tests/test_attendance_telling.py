"""Who is written to when a child comes and goes: by what is delivered, and by the mails that leave the house."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.services import freeze
from attendance.models import Absence, Stay
from children.models import Block, Child, Guardianship
from notifications.models import Delivery, Kind, Way
from notifications.services import choose
from notifications.tasks import sweep
from portal.lib import clock
from portal.lib.ids import uuid7
from tests.cast import Cast, guard, local, person, tablet

LogIn = Callable[[User], Client]
TUESDAY = date(2026, 10, 13)
PRESSED = {"expected": "arrived", "absent": "arrived", "present": "left"}


@pytest.fixture(autouse=True)
def at_0842() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 8, 42), tick=True):
        yield


@pytest.fixture
def hall(cast: Cast, on_tablet: Callable[[str], Client]) -> Client:
    """The tablet in Blåsippan's hall. Both guardians want a mail at once when Elsa comes and goes."""
    for guardian in (cast.amina, cast.johan):
        wants_all(guardian)
    return on_tablet(tablet(cast.blasippan)[1])


def wants_all(person: User) -> None:
    for kind in (Kind.ARRIVED, Kind.LEFT):
        for way in (Way.IN_APP, Way.EMAIL):
            choose(person=person, kind=kind, way=way, is_wanted=True)


def press_only(hall: Client, child: Child, shown: str) -> None:
    department = child.placements.get().department_id
    fields = {PRESSED[shown]: f"{child.id}.{shown}", "event": str(uuid7())}
    answer = hall.post(f"/avdelning/{department}/tryck/", fields, headers={"HX-Request": "true"})
    assert answer.status_code == 200


def press(hall: Client, child: Child, shown: str) -> tuple[set[User], set[str]]:
    """Press the child's tile on the board, and let a worker send what waits; return who is told, and what is mailed."""
    Delivery.objects.all().delete()
    mail.outbox.clear()
    press_only(hall, child, shown)
    assert Stay.objects.filter(child=child).exists()
    sweep("email")
    assert not Delivery.objects.filter(sent_at=None).exists()
    return {row.person for row in Delivery.objects.select_related("person")}, {one.to[0] for one in mail.outbox}


def both(*people: User) -> tuple[set[User], set[str]]:
    return set(people), {one.email for one in people}


def test_both_guardians_are_told(cast: Cast, hall: Client) -> None:
    assert press(hall, cast.elsa, "expected") == both(cast.amina, cast.johan)
    assert press(hall, cast.elsa, "present") == both(cast.amina, cast.johan)


def test_a_guardian_is_written_to_once_confirmed(cast: Cast, hall: Client, log_in: LogIn) -> None:
    """B03"""
    newcomer = person("Nils", "Ny")
    wants_all(newcomer)
    guard(newcomer, cast.elsa, confirmed=False)
    assert press(hall, cast.elsa, "expected") == both(cast.amina, cast.johan)
    values = {"guardianship": [str(Guardianship.objects.get(guardian=newcomer).id)]}
    answer = log_in(cast.maria).post(f"/avdelning/{cast.blasippan.id}/vardnadshavare/", values)
    assert answer.status_code == 302
    assert press(hall, cast.elsa, "present") == both(cast.amina, cast.johan, newcomer)


def test_the_blocked_are_not_written_to(cast: Cast, hall: Client, log_in: LogIn) -> None:
    """B04: from the block on, and for no longer than it is there; the sibling is not concerned."""
    eva, address = log_in(cast.eva), f"/barn/{cast.elsa.id}/sparr/"
    assert eva.post(address, {"person": str(cast.johan.id), "reason": "Beslut i tingsrätten"}).status_code == 302
    assert press(hall, cast.elsa, "expected") == both(cast.amina)
    assert eva.post(f"{address}{Block.objects.get().id}/hav/").status_code == 302
    assert press(hall, cast.elsa, "present") == both(cast.amina, cast.johan)


def test_what_waited_for_the_blocked_is_not_sent(cast: Cast, hall: Client, log_in: LogIn) -> None:
    """B04: nor what was on its way when the block came."""
    press_only(hall, cast.elsa, "expected")
    form = {"person": str(cast.johan.id), "reason": "Beslut i tingsrätten"}
    assert log_in(cast.eva).post(f"/barn/{cast.elsa.id}/sparr/", form).status_code == 302
    sweep("email")
    assert [one.to for one in mail.outbox] == [[cast.amina.email]]


@pytest.mark.parametrize("is_blocked", [False, True])
def test_who_reported_the_child_absent_is_told_unless_blocked(cast: Cast, hall: Client, *, is_blocked: bool) -> None:
    """B04: that the child came all the same (DOMAIN 3.5) is for whoever may still know of it."""
    Absence.objects.create(child=cast.elsa, starts_on=TUESDAY, ends_on=TUESDAY, reason="sick", reported_by=cast.johan)
    if is_blocked:
        Block.objects.create(child=cast.elsa, person=cast.johan, reason="x")
    press(hall, cast.elsa, "absent")
    told = Delivery.objects.filter(kind=Kind.CAME_THOUGH_ABSENT).values_list("person", flat=True)
    assert set(told) == (set() if is_blocked else {cast.johan.id})
    assert (cast.johan.email in {one.to[0] for one in mail.outbox}) != is_blocked


def test_the_frozen_are_not_written_to(cast: Cast, hall: Client) -> None:
    freeze(person=cast.johan, now=clock.now())
    assert press(hall, cast.elsa, "expected") == both(cast.amina)


def test_who_is_no_guardian_any_more_is_not_written_to(cast: Cast, hall: Client) -> None:
    Guardianship.objects.filter(guardian=cast.johan, child=cast.elsa).update(ends_on=date(2026, 10, 12))
    assert press(hall, cast.elsa, "expected") == both(cast.amina)
