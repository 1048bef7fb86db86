"""Closed days: several at once, for an area, a preschool or a department; hidden, told, and given back (C09)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from attendance import services
from attendance.models import ClosedDay, PlanningRule
from attendance.rules import State
from attendance.selectors.facts import known
from attendance.selectors.scopes import Scope, open_days, placed_on, scopes_of
from children.actors import Actor
from children.models import Block, Guardianship, StaffRole
from notifications.models import Delivery, Kind, Way
from portal.lib import clock, days, live
from tests import cast as people
from tests.cast import Cast, employ, local, plan

TUESDAY = date(2026, 10, 13)
FRIDAY, MONDAY = date(2026, 10, 23), date(2026, 10, 26)


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[None]:
    with time_machine.travel(local(TUESDAY, 8), tick=True):
        yield


@pytest.fixture
def eva(cast: Cast) -> Actor:
    return Actor.of_person(cast.eva)


def close(scope: Scope, actor: Actor, first: date = FRIDAY, last: date = MONDAY) -> list[ClosedDay]:
    return services.close_days(scope=scope, first=first, last=last, reason="Planering", actor=actor, now=clock.now())


def open_again(rows: list[ClosedDay], actor: Actor) -> list[ClosedDay]:
    return services.open_again(closed_ids=[row.pk for row in rows], actor=actor, now=clock.now())


def told(kind: Kind) -> list[str]:
    """Return the given names of those who were told in the portal, as often as they were."""
    rows = Delivery.objects.filter(kind=kind, way=Way.IN_APP)
    return sorted(rows.values_list("person__given_name", flat=True))


def state(cast: Cast, day: date) -> State:
    return known([cast.elsa.pk], day, day).state(cast.elsa.pk, local(day, 7)).state


def test_closed_hidden_told_and_back(cast: Cast, eva: Actor) -> None:
    """C09: a closed day hides the planned times and tells; cancelled, the times are back and the families are told."""
    plan(cast.elsa, cast.hugo, cast.noor, cast.leo)
    made = close(Scope(preschool=cast.granliden), eva)
    assert [row.day for row in made] == [FRIDAY, MONDAY]
    assert state(cast, FRIDAY) == State.CLOSED
    facts = known([cast.elsa.pk], FRIDAY, FRIDAY)
    assert facts.planned(cast.elsa.pk, FRIDAY).intervals  # they lie beneath
    assert known([cast.leo.pk], FRIDAY, FRIDAY).planned(cast.leo.pk, FRIDAY).attending  # another preschool
    # Once each, of both days and both children.
    assert told(Kind.DAY_CLOSED) == ["Amina", "Johan", "Yasmin"]
    notice = Delivery.objects.filter(person=cast.amina, kind=Kind.DAY_CLOSED, way=Way.IN_APP).get()
    assert (notice.about["first"], notice.about["last"]) == (str(FRIDAY), str(MONDAY))

    assert open_again(made, eva) == made
    assert state(cast, FRIDAY) == State.EXPECTED
    assert told(Kind.DAY_OPENED) == ["Amina", "Johan", "Yasmin"]


def test_the_same_again_changes_nothing(cast: Cast, eva: Actor) -> None:
    made = close(Scope(preschool=cast.granliden), eva)
    assert close(Scope(preschool=cast.granliden), eva) == []
    assert told(Kind.DAY_CLOSED) == ["Amina", "Johan", "Yasmin"]
    open_again(made, eva)
    assert open_again(made, eva) == []
    assert told(Kind.DAY_OPENED) == ["Amina", "Johan", "Yasmin"]
    assert ClosedDay.objects.filter(cancelled_at=None).count() == 0
    # Closed anew is another closing, and is told.
    assert len(close(Scope(preschool=cast.granliden), eva)) == 2
    assert told(Kind.DAY_CLOSED).count("Amina") == 2


def test_only_the_days_that_were_open_are_closed_and_told(cast: Cast, eva: Actor) -> None:
    close(Scope(preschool=cast.granliden), eva, FRIDAY, FRIDAY)
    made = close(Scope(preschool=cast.granliden), eva)
    assert [row.day for row in made] == [MONDAY]
    assert told(Kind.DAY_CLOSED).count("Amina") == 2
    assert Delivery.objects.filter(person=cast.amina, about__first=str(MONDAY)).exists()


def test_a_department_that_closes_with_its_preschool_is_told_of_once(cast: Cast, eva: Actor) -> None:
    """And opening the one while the other stays closed opens nothing, and tells nobody."""
    department = close(Scope(department=cast.blasippan), eva, FRIDAY, FRIDAY)
    assert told(Kind.DAY_CLOSED) == ["Amina", "Johan", "Yasmin"]
    preschool = close(Scope(preschool=cast.granliden), eva, FRIDAY, FRIDAY)
    # Hugo's department was open: his guardians are told once more; Noor's family knows.
    assert told(Kind.DAY_CLOSED) == ["Amina", "Amina", "Johan", "Johan", "Yasmin"]
    open_again(preschool, eva)
    assert state(cast, FRIDAY) == State.CLOSED
    assert told(Kind.DAY_OPENED) == ["Amina", "Johan"]
    open_again(department, eva)
    assert told(Kind.DAY_OPENED) == ["Amina", "Amina", "Johan", "Johan", "Yasmin"]


def test_a_child_that_is_elsewhere_those_days_is_not_concerned(cast: Cast, eva: Actor) -> None:
    """B06: a backup placement counts where it is; a placement that ends or begins counts on its days."""
    cast.noor.backup_placements.create(department=cast.ekorren, starts_on=FRIDAY, ends_on=MONDAY)
    cast.elsa.placements.update(ends_on=FRIDAY - timedelta(days=1))
    made = close(Scope(department=cast.blasippan), eva)
    assert told(Kind.DAY_CLOSED) == []
    assert len(made) == 2
    close(Scope(department=cast.ekorren), eva)
    assert told(Kind.DAY_CLOSED) == ["Amina", "Johan", "Yasmin"]  # Hugo's, and Noor's for the while


def test_who_is_kept_out_is_told_nothing(cast: Cast, eva: Actor) -> None:
    """B03, B04: the blocked, those who are not confirmed or no longer guardians, and frozen accounts."""
    for one in (cast.elsa, cast.hugo):
        Block.objects.create(child=one, person=cast.johan, made_by=cast.eva)
    Guardianship.objects.filter(guardian=cast.neighbour).update(confirmed_at=None)
    close(Scope(preschool=cast.granliden), eva)
    assert told(Kind.DAY_CLOSED) == ["Amina"]
    cast.amina.frozen_at = clock.now()
    cast.amina.save()
    close(Scope(department=cast.musslan), Actor.of_person(cast.ulf))
    assert told(Kind.DAY_CLOSED) == ["Amina", "Sara"]


def test_an_area_closes_by_whoever_leads_all_of_it(cast: Cast, eva: Actor) -> None:
    area = Scope(area=cast.area)
    with pytest.raises(Http404):
        close(area, eva)
    head = people.person("Helga", "Björk")
    employ(head, StaffRole.Kind.PRINCIPAL, area=cast.area)
    made = close(area, Actor.of_person(head))
    assert told(Kind.DAY_CLOSED) == ["Amina", "Johan", "Sara", "Yasmin"]
    with pytest.raises(Http404):
        open_again(made, eva)
    assert state(cast, FRIDAY) == State.CLOSED
    assert [scope.name for scope in scopes_of(Actor.of_person(head), cast.granliden)] == [
        "Förskolan Granliden",
        "Blåsippan",
        "Ekorren",
        "Alla i Rektorsområde Öster",
    ]
    assert [scope.name for scope in scopes_of(eva, cast.granliden)] == ["Förskolan Granliden", "Blåsippan", "Ekorren"]


@pytest.mark.parametrize("who", ["amina", "maria", "vikar", "ulf", "administrator", "specialist"])
def test_others_close_nothing(cast: Cast, who: str) -> None:
    actor = Actor.of_person(getattr(cast, who))
    for scope in (Scope(preschool=cast.granliden), Scope(department=cast.blasippan)):
        with pytest.raises((Http404, PermissionDenied)):
            close(scope, actor)
    (made, *_others) = close(Scope(preschool=cast.granliden), Actor.of_person(cast.eva))
    with pytest.raises((Http404, PermissionDenied)):
        open_again([made], actor)
    made.refresh_from_db()
    assert made.cancelled_at is None


def test_what_has_been_stays(cast: Cast, eva: Actor) -> None:
    made = close(Scope(preschool=cast.granliden), eva, TUESDAY, TUESDAY + timedelta(days=1))
    with time_machine.travel(local(TUESDAY + timedelta(days=1), 8)):
        tomorrow = Actor.of_person(cast.eva)
        assert [row.day for row in open_again(made, tomorrow)] == [TUESDAY + timedelta(days=1)]
        with pytest.raises(ValidationError) as refused:
            close(Scope(preschool=cast.granliden), tomorrow, TUESDAY, FRIDAY)
        assert "first" in refused.value.message_dict


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (FRIDAY, FRIDAY - timedelta(days=1), "last"),
        (FRIDAY, FRIDAY + timedelta(days=101), "last"),
        (TUESDAY + timedelta(days=801), TUESDAY + timedelta(days=802), "last"),
        (date(2026, 10, 24), date(2026, 10, 25), "first"),  # a weekend
        (date(2026, 12, 24), date(2026, 12, 27), "first"),  # Christmas
    ],
)
def test_days_that_cannot_be_closed(cast: Cast, eva: Actor, first: date, last: date, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        close(Scope(preschool=cast.granliden), eva, first, last)
    assert list(refused.value.message_dict) == [field]
    assert not ClosedDay.objects.exists()


def test_only_days_on_which_somebody_opens_are_closed(cast: Cast, eva: Actor) -> None:
    """DOMAIN 2.4: weekends are off unless opened; holidays too."""
    christmas = (date(2026, 12, 23), date(2027, 1, 6))
    scope = Scope(preschool=cast.granliden)
    assert open_days(scope, *christmas) == [date(2026, 12, 23)] + [date(2026, 12, n) for n in (28, 29, 30)] + [
        date(2027, 1, n) for n in (4, 5)
    ]
    PlanningRule.objects.create(preschool=cast.sjostjarnan, opens_on_holidays=True)
    PlanningRule.objects.create(area=cast.area, opening=[["06:00", "18:00"]] * 6 + [None])
    assert date(2027, 1, 2) in open_days(scope, *christmas)  # a Saturday
    assert date(2027, 1, 6) not in open_days(scope, *christmas)
    assert date(2027, 1, 6) in open_days(Scope(area=cast.area), *christmas)  # Sjöstjärnan opens


def test_the_database_closes_a_day_once(cast: Cast) -> None:
    ClosedDay.objects.create(day=FRIDAY, preschool=cast.granliden, reason="Planering", cancelled_at=clock.now())
    ClosedDay.objects.create(day=FRIDAY, preschool=cast.granliden, reason="Planering")
    ClosedDay.objects.create(day=FRIDAY, department=cast.blasippan, reason="Planering")
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosedDay.objects.create(day=FRIDAY, preschool=cast.granliden, reason="Utbildning")


def test_the_boards_hear_of_it(
    cast: Cast, eva: Actor, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    before = [live.joint_stamp([one.pk]) for one in (cast.blasippan, cast.musslan)]
    with django_capture_on_commit_callbacks(execute=True):
        close(Scope(preschool=cast.granliden), eva, TUESDAY, TUESDAY)
    after = [live.joint_stamp([one.pk]) for one in (cast.blasippan, cast.musslan)]
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_closing_costs_the_same_for_many(
    cast: Cast, eva: Actor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    people.fill(cast.blasippan, 40)
    weekdays = [day for day in days.span(FRIDAY, FRIDAY + timedelta(days=20)) if day.weekday() < 5]
    with django_assert_max_num_queries(5):
        assert len(placed_on(Scope(preschool=cast.granliden), weekdays).days) == 43
    with django_assert_max_num_queries(30):
        close(Scope(preschool=cast.granliden), eva, FRIDAY, FRIDAY + timedelta(days=20))
