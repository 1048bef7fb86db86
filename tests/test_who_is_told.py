"""Who is told of a message outside the house: whoever it is for, and not all who may read it (DOMAIN 4.9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from accounts.models import User
from children.models import StaffRole
from messaging.models import Addressee, Thread
from messaging.services.threads import release_due
from notifications.models import Delivery, Kind, Way
from portal.lib import clock
from tests.cast import Cast, employ, local
from tests.test_threads import HALF_A_MINUTE, TO_DEPARTMENT, TO_PRINCIPAL, begin


@pytest.fixture(autouse=True)
def at_ten() -> Iterator[None]:
    with time_machine.travel(local(date(2026, 10, 13), 10), tick=False):
        yield


def told(person: User) -> set[str]:
    return set(Delivery.objects.filter(person=person, kind=Kind.MESSAGE_RECEIVED).values_list("way", flat=True))


@pytest.mark.parametrize(("to", "outside"), [(TO_DEPARTMENT, False), (TO_PRINCIPAL, True)])
def test_whoever_leads_is_written_to_of_what_is_written_to_whoever_leads(
    cast: Cast, *, to: Addressee, outside: bool
) -> None:
    """F12: all departments' conversations are read in the portal, and fill nobody's mailbox."""
    begin(cast.amina, cast.elsa, to=to)
    release_due(now=clock.now() + HALF_A_MINUTE)
    assert Way.IN_APP in told(cast.eva)
    assert (Way.EMAIL in told(cast.eva)) is outside
    assert (Way.EMAIL in told(cast.maria)) is not outside


def test_what_is_given_to_whoever_leads_is_told(cast: Cast) -> None:
    """F12: a department's conversation that is the principal's to answer is told as any other."""
    (message,) = begin(cast.amina, cast.elsa)
    Thread.objects.filter(pk=message.thread_id).update(assigned_to=cast.eva)
    release_due(now=clock.now() + HALF_A_MINUTE)
    assert Way.EMAIL in told(cast.eva)


def test_whoever_leads_and_works_there_is_told_as_those_who_work_there(cast: Cast) -> None:
    """F12: whichever of the two roles began first."""
    employ(cast.eva, department=cast.blasippan)
    begin(cast.amina, cast.elsa)
    release_due(now=clock.now() + HALF_A_MINUTE)
    assert Way.EMAIL in told(cast.eva)


def test_where_nobody_works_whoever_leads_is_told(cast: Cast) -> None:
    """F12: no family's message is told to nobody outside of the portal."""
    StaffRole.objects.filter(department=cast.blasippan).delete()
    begin(cast.amina, cast.elsa)
    release_due(now=clock.now() + HALF_A_MINUTE)
    assert Way.EMAIL in told(cast.eva)
