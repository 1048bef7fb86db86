"""Departments that have not published for their days are reminded, once in each silence, and not in holidays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from attendance.models import ClosedDay
from children.models import Department
from messaging import post_rules
from messaging.models import Post, PostRhythm
from messaging.services import freshness
from notifications.models import Delivery, Kind, Way
from portal.freshness import days_off
from portal.lib import clock
from tests.cast import Cast, local
from tests.test_posts import published

MONDAY = date(2026, 10, 12)
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def at_ten() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(MONDAY, 10), tick=False) as traveller:
        yield traveller


def remind() -> int:
    return freshness.remind_quiet(days_off=days_off, now=clock.now())


def told() -> list[str]:
    rows = Delivery.objects.filter(kind=Kind.DEPARTMENT_QUIET, way=Way.IN_APP)
    return sorted(rows.values_list("person__given_name", flat=True))


def only_blasippan(cast: Cast) -> None:
    for other in (cast.ekorren, cast.musslan):
        PostRhythm.objects.create(department=other, days=0)


@pytest.mark.django_db
def test_a_quiet_department_is_reminded_once(cast: Cast, at_ten: time_machine.Traveller, log_in: LogIn) -> None:
    only_blasippan(cast)
    published(cast)
    for day in range(1, 20):
        at_ten.move_to(local(MONDAY + timedelta(days=day), 10))
        assert remind() == (day == 7), day
    assert told() == ["Maria", "Viktor"]
    assert "Det är dags för ett inlägg" in log_in(cast.maria).get("/nytt/").content.decode()
    published(cast)
    at_ten.move_to(local(MONDAY + timedelta(days=19 + 9), 10))
    assert remind() == 1  # another silence


@pytest.mark.django_db
def test_closed_days_and_weekends_are_waited_for(cast: Cast, at_ten: time_machine.Traveller) -> None:
    only_blasippan(cast)
    published(cast)
    for day in range(3, 6):  # Thursday to Saturday
        ClosedDay.objects.create(day=MONDAY + timedelta(days=day), preschool=cast.granliden, reason="Planering")
    quiet = []
    for day in range(1, 14):
        at_ten.move_to(local(MONDAY + timedelta(days=day), 10))
        quiet += [day] * remind()
    assert quiet == [10]


@pytest.mark.django_db
def test_nobody_is_reminded_at_night(cast: Cast, at_ten: time_machine.Traveller) -> None:
    only_blasippan(cast)
    published(cast)
    for hour in (3, 7, 16, 23):
        at_ten.move_to(local(MONDAY + timedelta(days=7), hour))
        assert remind() == 0


@pytest.mark.django_db
def test_a_department_without_children_is_left_alone(cast: Cast, at_ten: time_machine.Traveller) -> None:
    Department.objects.create(name="Tom", preschool=cast.granliden)
    at_ten.move_to(local(MONDAY + timedelta(days=30), 10))
    assert remind() == 3


@pytest.mark.django_db
def test_the_principal_decides_after_how_many_days(cast: Cast, log_in: LogIn, at_ten: time_machine.Traveller) -> None:
    desk, address = log_in(cast.eva), f"/forskola/{cast.granliden.pk}/inlagg/"
    fields = {f"days-{cast.blasippan.pk}": "14", f"days-{cast.ekorren.pk}": "0", f"days-{cast.musslan.pk}": "1"}
    assert "Sparat." in desk.post(address, fields, follow=True).content.decode()
    assert dict(PostRhythm.objects.values_list("department__name", "days")) == {"Blåsippan": 14, "Ekorren": 0}
    assert log_in(cast.ulf).post(address, fields).status_code == 404
    too_many = {f"days-{cast.blasippan.pk}": str(post_rules.MOST_QUIET_DAYS + 1)}
    assert "Välj högst" in desk.post(address, too_many, follow=True).content.decode()
    desk.post(address, {f"days-{cast.blasippan.pk}": "²"})
    assert PostRhythm.objects.get(department=cast.blasippan).days == 14
    published(cast)
    PostRhythm.objects.create(department=cast.musslan, days=0)
    at_ten.move_to(local(MONDAY + timedelta(days=14), 10))
    assert (remind(), told()) == (1, ["Maria", "Viktor"])


@pytest.mark.parametrize(
    ("last", "today", "limit", "off", "expected"),
    [
        (MONDAY, MONDAY + timedelta(days=7), 7, (), True),
        (MONDAY, MONDAY + timedelta(days=4), 5, (), False),
        (MONDAY, MONDAY + timedelta(days=5), 5, (), False),  # a Saturday
        (MONDAY, MONDAY + timedelta(days=7), 5, (), True),
        (MONDAY, MONDAY + timedelta(days=7), 7, (MONDAY + timedelta(days=3),), False),
        (MONDAY, MONDAY + timedelta(days=9), 7, (MONDAY + timedelta(days=9),), False),
        (MONDAY, MONDAY + timedelta(days=90), 0, (), False),
    ],
)
def test_when_a_department_is_quiet(last: date, today: date, limit: int, off: tuple[date, ...], expected: bool) -> None:  # noqa: FBT001 (a table)
    assert post_rules.is_quiet(last, today, limit, off) is expected


@pytest.mark.django_db
def test_what_was_withdrawn_was_published(cast: Cast, at_ten: time_machine.Traveller) -> None:
    only_blasippan(cast)
    post = published(cast)
    Post.objects.filter(pk=post.pk).update(state=Post.State.WITHDRAWN, withdrawn_at=clock.now())
    at_ten.move_to(local(MONDAY + timedelta(days=2), 10))
    assert remind() == 0
