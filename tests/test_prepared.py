"""Statements and templates that are made once say what they would say if they were made each time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.http import Http404
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from attendance.selectors.board import Tile, board_of
from attendance.templatetags.tiles import TILE, tile
from children import access, prepared_access
from children.access import Action, children_for
from children.actors import Actor
from children.models import Block, Child, Department, Placement
from children.prepared_access import Asked, child_rows
from children.whereabouts import children_in
from portal.lib import clock, days
from portal.lib.moulds import Mould
from portal.lib.prepared import Rows, prepared
from tests import cast as people
from tests.cast import Cast


@prepared
def named(child_ids: Collection[UUID]) -> Rows:
    return Child.objects.filter(pk__in=child_ids).order_by("given_name").values_list("id", "given_name", "allergy")


def test_the_same_statement_answers_for_other_ids(cast: Cast) -> None:
    cast.elsa.allergy = "Jordnötter"
    cast.elsa.save()
    assert named([cast.elsa.id]) == [(cast.elsa.id, "Elsa", "Jordnötter")]
    assert named([cast.noor.id]) == [(cast.noor.id, "Noor", "")]
    assert [row[1] for row in named({cast.elsa.id, cast.noor.id, uuid4()})] == ["Elsa", "Noor"]
    assert named([]) == []
    assert [row[1] for row in named([*(uuid4() for _more in range(200)), cast.noor.id])] == ["Noor"]


def test_a_date_is_never_kept_from_another_day(cast: Cast) -> None:
    @prepared
    def begun(child_id: UUID, day: date) -> Rows:
        before = day + timedelta(days=1)
        return Placement.objects.filter(child=child_id, starts_on__lt=before).values_list("child_id")

    first = Placement.objects.filter(child=cast.elsa).earliest("starts_on").starts_on
    assert begun(cast.elsa.id, first) == [(cast.elsa.id,)]
    assert begun(cast.elsa.id, first - timedelta(days=1)) == []


def test_a_new_connection_is_given_the_statement_anew(transactional_db: None) -> None:
    elsa = Child.objects.create(given_name="Elsa")
    assert named([elsa.id]) == [(elsa.id, "Elsa", "")]
    connection.close()
    assert named([elsa.id]) == [(elsa.id, "Elsa", "")]


def test_a_pooled_connection_is_given_nothing(cast: Cast, settings: Settings) -> None:
    """What another client of PgBouncer finds on the connection must not be ours."""
    settings.DATABASE_POOLED = True
    with CaptureQueriesContext(connection) as captured:
        assert [row[1] for row in named([cast.noor.id])] == ["Noor"]
    assert [query["sql"].split()[0] for query in captured] == ["SELECT"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no statements for us")
def test_a_connection_keeps_only_so_many(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.lib.prepared.MOST_GIVEN", 2)
    for ids in ([cast.elsa.id], [cast.elsa.id] * 2, [cast.elsa.id] * 3, [cast.elsa.id] * 9, [cast.elsa.id]):
        assert [row[1] for row in named(ids)] == ["Elsa"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone()[0] <= 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no statements for us")
@pytest.mark.parametrize("fault", ["gone", "changed"])
def test_a_statement_that_is_of_no_use_is_given_anew(fault: str) -> None:
    """A release changes a column while the nodes run, or a pooler that nobody told of gives another connection."""
    elsa = Child.objects.create(given_name="Elsa")
    assert named([elsa.id]) == [(elsa.id, "Elsa", "")]
    length = Child._meta.get_field("given_name").max_length or 0
    change = {
        "gone": "DEALLOCATE ALL",
        "changed": f"ALTER TABLE children_child ALTER given_name TYPE varchar({length + 1})",
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute(change[fault])
        assert named([elsa.id]) == [(elsa.id, "Elsa", "")]
        with CaptureQueriesContext(connection) as captured:
            assert named([elsa.id]) == [(elsa.id, "Elsa", "")]
        assert [query["sql"].split()[0] for query in captured] == ["EXECUTE"]
        with connection.cursor() as cursor:
            cursor.execute(change[fault].replace(str(length + 1), str(length + 2)))
        with pytest.raises(DatabaseError), transaction.atomic():
            named([elsa.id])
        with transaction.atomic():  # the second time is like the first
            assert named([elsa.id]) == [(elsa.id, "Elsa", "")]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE children_child ALTER given_name TYPE varchar({length})")


@pytest.mark.django_db(transaction=True)
def test_rows_are_held_in_a_transaction_only() -> None:
    actor = Actor.of_person(people.person("Amina"))
    held = Asked(("id",), hold=True)
    with transaction.atomic():
        assert child_rows(actor, Action.PLAN, held) == []
    with pytest.raises(transaction.TransactionManagementError):
        child_rows(actor, Action.PLAN, held)


@pytest.mark.django_db
def test_an_id_that_does_not_reach_the_statement_is_a_mistake() -> None:
    @prepared
    def everybody(_child_id: UUID) -> Rows:
        return Child.objects.values_list("id")

    with pytest.raises(TypeError, match="left out"):
        everybody(uuid4())


def test_the_wall_shows_whom_the_access_table_opens(cast: Cast) -> None:
    """The board's statement is the table's own, on each day and for each department."""
    hall = people.tablet(cast.blasippan)[0]
    other = people.tablet(cast.ekorren)[0]
    Block.objects.create(child=cast.noor, person=cast.stranger)
    for tablet in (hall, other, hall):
        for after in (0, 1, 400):
            actor = Actor.of_tablet(tablet, today=days.today() + timedelta(days=after))
            shown = board_of(tablet.department, actor=actor, now=clock.now()).child_ids
            assert set(shown) == set(children_for(actor, Action.SEE_CHILD).values_list("pk", flat=True))


def test_a_setting_that_changes_is_another_statement(cast: Cast) -> None:
    """A child that begins in twenty days is seen from thirty days before, and not any more once that is ten."""
    people.place(soon := people.child("Snart"), cast.blasippan, days.today() + timedelta(days=20))
    people.guard(cast.amina, soon)
    asked = Asked(("id",))
    seen = [(soon.pk,) in child_rows(Actor.of_person(cast.amina), Action.SEE_CHILD, asked)]
    for visible_before_days in (10, 30):
        cast.municipality.visible_before_days = visible_before_days
        cast.municipality.save()
        seen.append((soon.pk,) in child_rows(Actor.of_person(cast.amina), Action.SEE_CHILD, asked))
    assert seen == [True, False, True]


def test_on_a_computer_the_board_shows_whom_the_access_table_opens(cast: Cast) -> None:
    """The same for staff: of all whom they see those who are at the department, also from one with several roles."""
    people.employ(cast.maria, department=cast.ekorren)
    for person, places in ((cast.maria, (cast.blasippan, cast.ekorren)), (cast.eva, (cast.blasippan,))):
        for department in places:
            actor = Actor.of_person(person)
            there = children_for(actor, Action.SEE_CHILD).filter(children_in(Q(pk=department.pk), actor))
            assert set(board_of(department, actor=actor, now=clock.now()).child_ids) == {child.pk for child in there}
            assert there


@pytest.mark.parametrize("action", [Action.PLAN, Action.SEE_CHILD, Action.REPORT_ABSENCE, Action.SEE_NOTES])
def test_a_family_is_answered_by_the_access_table(cast: Cast, action: Action) -> None:
    """So is everybody else: the same statement must not serve somebody who has a role, or a frozen account."""
    Block.objects.create(child=cast.hugo, person=cast.johan)
    asked = Asked(("id",))
    for _again in range(2):
        for person in (cast.amina, cast.johan, cast.neighbour, cast.stranger, cast.maria, cast.eva, cast.specialist):
            actor = Actor.of_person(person)
            opened = set(children_for(actor, action).values_list("pk", flat=True))
            assert {child_id for (child_id,) in child_rows(actor, action, asked)} == opened
            among = {child_id for (child_id,) in child_rows(actor, action, asked, among=[cast.elsa.id, cast.leo.id])}
            assert among == opened & {cast.elsa.id, cast.leo.id}
    cast.amina.frozen_at = clock.now()
    assert child_rows(Actor.of_person(cast.amina), action, asked) == []


@pytest.mark.parametrize("action", [Action.SEE_BOARD, Action.LIST_CHILDREN, Action.OVERSEE, Action.INVITE])
def test_a_department_is_opened_by_the_access_table(cast: Cast, action: Action) -> None:
    """The same department, or the same refusal: to staff, principals, families, tablets, and after an account froze."""
    Department.objects.filter(pk=cast.ekorren.pk).update(ends_on=days.today() - timedelta(days=1))
    wall = people.tablet(cast.blasippan)[0]
    everybody = [Actor.of_person(person) for person in (cast.maria, cast.vikar, cast.jonas, cast.eva, cast.ulf)]
    everybody += [Actor.of_person(person) for person in (cast.amina, cast.administrator, cast.specialist)]
    everybody += [Actor.of_tablet(wall), Actor.of_tablet(wall, cast.maria)]
    frozen = people.person("Frida")
    people.employ(frozen, department=cast.blasippan)
    frozen.frozen_at = clock.now()
    opened = 0
    for _again in range(2):
        for actor in (*everybody, Actor.of_person(frozen)):
            for department in (cast.blasippan, cast.ekorren, cast.musslan):
                answer = answered(access.get_department, actor, action, department)
                assert answered(prepared_access.get_department, actor, action, department) == answer
                opened += isinstance(answer, tuple)
    assert opened
    found = prepared_access.get_department(Actor.of_person(cast.eva), Action.SEE_BOARD, cast.blasippan.pk)
    assert (found.preschool.name, found.preschool.area_id) == (cast.granliden.name, cast.area.pk)


def answered(
    ask: Callable[[Actor, Action, UUID], Department], actor: Actor, action: Action, department: Department
) -> object:
    try:
        found = ask(actor, action, department.pk)
    except (Http404, PermissionDenied) as refused:
        return type(refused)
    return found.pk, found.name, found.preschool.name


# Moulds --------------------------------------------------------------------------------------------------------------


def made_tile(**more: Any) -> Tile:
    given: dict[str, Any] = {
        "child_id": uuid4(),
        "name": "Elsa L",
        "initials": "EL",
        "tint": 0,
        "state": "expected",
        "text": "Väntas 08:00",
        "detail": "",
        "tap": "arrived",
        "tap_words": "Lämna in",
        "order": "1 08:00 Elsa",
        "more_url": "/mer/",
    }
    return Tile(**{**given, **more})


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"name": '<b onclick="x">&'},
        {"name": "100 % {0} %s"},
        {"tint": 5},
        {"detail": "16:00 · mormor"},
        {"more_url": ""},
    ],
)
def test_a_mould_prints_what_the_template_prints(more: dict[str, object]) -> None:
    """The second print comes from what the first one kept."""
    fresh = Mould(TILE.template, TILE.name, TILE.kind, TILE.holes)
    for one in (made_tile(**more), made_tile(**more)):
        plain = render_to_string(TILE.template, {"tile": one, "choosing": False, "chosen": False})
        assert fresh.printed(one, choosing=False, chosen=False) == plain
        assert tile(one) == plain


def test_a_mould_keeps_no_words() -> None:
    mould = Mould(TILE.template, TILE.name, TILE.kind, TILE.holes)
    mould.printed(made_tile(name="Hemlig", text="Sen 4 min"), choosing=False, chosen=False)
    other = mould.printed(made_tile(name="Annan"), choosing=False, chosen=False)
    assert "Hemlig" not in other
    assert "Sen 4 min" not in other
