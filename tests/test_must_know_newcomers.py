"""What everybody must know reaches those, too, who become readers after it went out (F09; DOMAIN 4.1 and 4.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from children.actors import Actor
from children.models import Block
from messaging.models import Bulletin, BulletinReminder
from messaging.selectors.bulletin_readers import Audience
from messaging.services.bulletin_release import ask_newcomers
from messaging.services.bulletins import withdraw_bulletin
from messaging.services.escalation import escalate_due
from notifications.models import Delivery, Kind, Way
from portal.lib import clock, days
from tests.cast import Cast, child, guard, local, person, place
from tests.test_bulletin_pages import text
from tests.test_bulletins import sent

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
    return sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True, remind_after=24)


def newcomer(cast: Cast) -> User:
    """Return the guardian of a child that begins tomorrow."""
    guard(tor := person("Tor", "Ny"), one := child("Tova", "Ny"))
    place(one, cast.blasippan, days.today() + DAY)
    return tor


def told(who: User) -> list[str]:
    return [*Delivery.objects.filter(person=who, way=Way.IN_APP).values_list("kind", flat=True)]


def test_a_family_that_begins_tomorrow_is_told_asked_and_rung(cast: Cast, log_in: LogIn, must_know: Bulletin) -> None:
    tor = newcomer(cast)
    assert "Stängt tidigt" not in text(log_in(tor).get("/"))
    for _turn in range(2):  # however often a worker comes by
        ask_newcomers(now=clock.now())
    assert told(tor) == [Kind.BULLETIN_TO_CONFIRM]
    assert "Stängt tidigt" in text(log_in(tor).get("/"))
    desk = log_in(cast.maria)
    assert "Tor Ny" in text(desk.get(f"/anslag/{must_know.pk}/ringlista/"))
    assert "0 av 4 har läst" in text(desk.get(f"/anslag/{must_know.pk}/"))
    escalate_due(now=clock.now() + DAY)
    assert BulletinReminder.objects.filter(copy__guardian=tor).count() == 1


def test_a_guardian_who_is_added_is_told_and_nobody_else_again(cast: Cast, must_know: Bulletin) -> None:
    guard(added := person("Nya"), cast.noor)
    assert ask_newcomers(now=clock.now()) == 1
    assert told(added) == [Kind.BULLETIN_TO_CONFIRM]
    assert told(cast.amina) == [Kind.BULLETIN_TO_CONFIRM]
    assert must_know.copies.get(guardian=added).department == cast.blasippan


def test_a_guardian_who_is_kept_away_is_not(cast: Cast, must_know: Bulletin) -> None:
    guard(kept := person("Kim"), cast.noor)
    Block.objects.create(child=cast.noor, person=kept)
    assert ask_newcomers(now=clock.now()) == 0
    assert not must_know.copies.filter(guardian=kept).exists()


def test_nobody_is_chased_with_what_need_not_be_known_or_is_over(cast: Cast, must_know: Bulletin) -> None:
    """A plain bulletin, one that is withdrawn, and one whose last step has been taken with everybody long ago."""
    sent(cast.maria, Audience(department=cast.blasippan))
    tor = newcomer(cast)
    assert ask_newcomers(now=clock.now() + 8 * DAY + timedelta(minutes=1)) == 0
    withdraw_bulletin(bulletin_id=must_know.pk, actor=Actor.of_person(cast.maria), now=clock.now())
    assert ask_newcomers(now=clock.now()) == 0
    assert not told(tor)


def test_what_was_urgent_days_ago_wakes_no_newcomer(cast: Cast) -> None:
    """On its own day it breaks through as it did for the others; later it waits as anything else does."""
    sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True, is_urgent=True)
    guard(first := person("Nya"), cast.noor)
    ask_newcomers(now=clock.now())
    tor = newcomer(cast)
    ask_newcomers(now=clock.now() + DAY)
    urgent = Delivery.objects.filter(kind=Kind.BULLETIN_TO_CONFIRM, way=Way.IN_APP)
    assert [urgent.get(person=who).is_urgent for who in (first, tor)] == [True, False]


def test_what_was_urgent_days_ago_is_not_reminded_of_at_night(cast: Cast) -> None:
    """The others are reminded on its own day as they were told; whoever came later waits for the morning."""
    sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True, is_urgent=True, remind_after=1)
    later, night = clock.now() + timedelta(minutes=61), local(date(2026, 10, 16), 0, 4)
    assert escalate_due(now=later)
    tor = newcomer(cast)
    assert ask_newcomers(now=night) == 1
    assert escalate_due(now=night + timedelta(minutes=61))
    reminded = Delivery.objects.filter(event__in=BulletinReminder.objects.filter(step=1).values("pk"))
    assert {*reminded.exclude(person=tor).values_list("is_urgent", flat=True)} == {True}
    (row,) = reminded.filter(person=tor)
    assert (row.is_urgent, days.local(row.try_after) >= local(date(2026, 10, 16), 6)) == (False, True)


def test_one_that_fails_holds_up_no_other(cast: Cast, must_know: Bulletin, monkeypatch: pytest.MonkeyPatch) -> None:
    from messaging.services import bulletin_release as service

    other = sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True)
    really = service._ask_newcomers

    def fails(bulletin: Bulletin, now: datetime) -> int:
        if bulletin.pk == must_know.pk:
            raise RuntimeError
        return really(bulletin, now)

    monkeypatch.setattr(service, "_ask_newcomers", fails)
    guard(added := person("Nya"), cast.noor)
    assert ask_newcomers(now=clock.now()) == 1
    assert other.copies.filter(guardian=added).exists()
