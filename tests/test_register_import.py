"""The register import, seen from what is in the portal afterwards."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import Invitation, User
from children.models import (
    Area,
    Block,
    Child,
    Contact,
    Department,
    Guardianship,
    Municipality,
    Placement,
    Preschool,
    ProtectedIdentity,
    StaffRole,
)
from children.register.importing import import_register
from children.register.placements_writing import PlacementsWriter
from notifications.models import Delivery, Kind, Way
from portal.lib import clock, days
from tests.registers import SAMPLES, Register, child_named, contents, counts, number, person_named, rid

pytestmark = pytest.mark.django_db


def confirm_all() -> None:
    Guardianship.objects.update(confirmed_at=clock.now())


# The samples ------------------------------------------------------------------------------------------------------


def test_lovkoping_goes_in_whole(tmp_path: Path) -> None:
    """B01: and the second run changes nothing, and says so."""
    first = import_register(SAMPLES / "lovkoping", now=clock.now())
    assert (counts(first), first.skipped, first.exit_status) == ((352, 0, 0, 0), [], 0)
    assert (Child.objects.count(), User.objects.count(), Placement.objects.count()) == (96, 130, 96)
    assert (Area.objects.count(), Preschool.objects.count(), Department.objects.count()) == (1, 2, 6)
    assert (Guardianship.objects.count(), StaffRole.objects.count()) == (172, 20)
    assert Municipality.current().name == "Lövköpings kommun"
    before = contents()
    second = import_register(SAMPLES / "lovkoping", now=clock.now())
    assert (counts(second), second.skipped) == ((0, 0, 352, 0), [])
    assert contents() == before


def test_lovkoping_with_errors_goes_in_but_for_its_bad_rows() -> None:
    """B02: each bad row is named with what is wrong; the rest is there."""
    report = import_register(SAMPLES / "lovkoping_with_errors", now=clock.now())
    named = {(row.entity, row.id[:8], row.field) for row in report.skipped}
    assert named == {
        ("persons", "e89204e2", "civicNo"),  # the thirtieth of February
        ("persons", "07e33868", "familyName"),
        ("persons", "049dd332", "civicNo"),  # has its child's number
        ("persons", "ea990e94", "responsibles"),  # so that child lacks a guardian
        ("persons", "3b45402a", "responsibles"),  # to nobody
        ("placements", "b714210c", "child"),
        ("placements", "f572df00", "endDate"),
        ("placements", "cd7acfcb", "group"),
        ("placements", "75f7dc6e", "startDate"),  # two at once
        ("duties", "1717de92", "person"),
    }
    assert report.exit_status == 1
    assert all(row.problem.endswith(".") and row.advice.endswith(".") for row in report.skipped)
    assert (Child.objects.count(), User.objects.count(), Placement.objects.count()) == (38, 49, 37)
    again = import_register(SAMPLES / "lovkoping_with_errors", now=clock.now())
    assert counts(again)[:2] == (0, 0)
    assert again.skipped == report.skipped


def test_protected_persons_come_in_under_an_alias() -> None:
    """B08: the register's real names are nowhere but sealed."""
    import_register(SAMPLES / "lovkoping", now=clock.now())
    marked = [
        row
        for row in json.loads((SAMPLES / "lovkoping" / "persons.json").read_text())["data"]
        if row["securityMarking"] != "Ingen"
    ]
    assert len(marked) == 4
    for row in marked:
        holder: Any = (
            User.objects.filter(register_id=row["id"]).first() or Child.objects.filter(register_id=row["id"]).get()
        )
        assert (holder.given_name, holder.family_name) != (row["givenName"], row["familyName"])
        identity = ProtectedIdentity.objects.get(**{"child" if isinstance(holder, Child) else "person": holder})
        assert (identity.given_name, identity.family_name) == (row["givenName"], row["familyName"])
        assert not getattr(holder, "phone", "")
        assert not getattr(holder, "address", "")


# Promises -----------------------------------------------------------------------------------------------------------


def test_a_guardianship_that_an_import_brings_opens_and_sends_nothing(tmp_path: Path) -> None:
    """B03: until staff confirm it."""
    Register().take_in(tmp_path)
    assert Guardianship.objects.count() == 5
    assert not Guardianship.objects.confirmed().exists()
    assert not Delivery.objects.exists()
    assert not Invitation.objects.exists()
    assert not person_named("Amina").has_usable_password()


def test_a_blocked_guardian_stays_blocked_after_any_sequence_of_imports(tmp_path: Path) -> None:
    """B04: and what staff and guardians have written down stays too."""
    register = Register()
    register.take_in(tmp_path)
    elsa, johan = child_named("Elsa"), person_named("Johan")
    Block.objects.create(child=elsa, person=johan)
    Contact.objects.create(child=elsa, name="Mormor", relation="mormor")
    without = register.copy()
    without.remove("persons", "Johan")
    for one in (register, without, register, without, register):
        one.take_in(tmp_path)
    assert Block.objects.in_force().filter(child=elsa, person=johan).exists()
    assert Contact.objects.current().filter(child=elsa).exists()
    assert not Guardianship.objects.confirmed().filter(guardian=johan).exists()
    assert not Delivery.objects.exists()


def test_a_child_moves_department(tmp_path: Path) -> None:
    """B05: from that date; until then it is where it was."""
    register = Register()
    register.take_in(tmp_path)
    confirm_all()
    moves_on = days.today() + timedelta(days=10)
    register.row("placements", "placering Elsa")["endDate"] = (moves_on - timedelta(days=1)).isoformat()
    register.placement("Elsa på Lingon", "Elsa", "lingon", moves_on.isoformat())
    report = register.take_in(tmp_path)
    assert counts(report)[:2] == (1, 1)
    assert report.skipped == []
    elsa = child_named("Elsa")
    where = {
        day: Placement.objects.on(day).get(child=elsa).department.name
        for day in (days.today(), moves_on - timedelta(days=1), moves_on)
    }
    assert list(where.values()) == ["Blåbär", "Blåbär", "Lingon"]
    assert Guardianship.objects.confirmed().filter(child=elsa).count() == 2


def test_placements_that_change_places_with_each_other(tmp_path: Path) -> None:
    """The database never sees an overlap, not even between two statements."""
    register = Register()
    register.row("placements", "placering Elsa")["endDate"] = "2026-01-31"
    register.placement("två", "Elsa", "lingon", "2026-02-01")
    register.take_in(tmp_path)
    first, second = register.row("placements", "placering Elsa"), register.row("placements", "placering två")
    first |= {"startDate": "2026-03-01", "endDate": None}
    second |= {"startDate": "2025-08-10", "endDate": "2026-02-28"}
    report = register.take_in(tmp_path)
    assert report.skipped == []
    rows = Placement.objects.filter(child=child_named("Elsa")).order_by("starts_on")
    assert [(row.starts_on, row.ends_on) for row in rows] == [
        (date(2025, 8, 10), date(2026, 2, 28)),
        (date(2026, 3, 1), None),
    ]


def test_who_vanishes_loses_access_that_day_and_is_kept(tmp_path: Path) -> None:
    """Promise 4."""
    register = Register()
    register.take_in(tmp_path)
    confirm_all()
    smaller = register.copy()
    smaller.remove("persons", "Sara")
    smaller.remove("persons", "Leo")
    smaller.remove("placements", "placering Leo")
    smaller.remove("persons", "Maria")
    smaller.remove("duties", "tjänst maria")
    report = smaller.take_in(tmp_path)
    assert (report.removed, report.skipped) == (5, [])
    today = days.today()
    for who in (child_named("Leo"), person_named("Sara"), person_named("Maria")):
        assert who.left_register_on == today
    assert not Guardianship.objects.on(today).confirmed().filter(guardian=person_named("Sara")).exists()
    assert not StaffRole.objects.on(today).filter(person=person_named("Maria")).exists()
    assert not Placement.objects.on(today).filter(child=child_named("Leo")).exists()
    assert Placement.objects.filter(child=child_named("Leo")).exists()
    again = smaller.take_in(tmp_path)
    assert counts(again)[:2] == (0, 0)
    assert again.removed == 0


def _waits_for(person_id: UUID, child_id: UUID) -> Delivery:
    return Delivery.objects.create(
        person_id=person_id,
        kind=Kind.CAME_THOUGH_ABSENT,
        way=Way.EMAIL,
        event=uuid4(),
        about={"child": str(child_id)},
        try_after=clock.now(),
    )


def test_who_is_no_longer_a_guardian_is_not_told_what_waited(tmp_path: Path) -> None:
    register = Register()
    register.take_in(tmp_path)
    confirm_all()
    told = [_waits_for(row.guardian_id, row.child_id) for row in Guardianship.objects.all()]
    smaller = register.copy()
    smaller.remove("persons", "Sara")
    smaller.take_in(tmp_path)
    ended = Guardianship.objects.filter(ends_on__isnull=False) | Guardianship.objects.filter(confirmed_at=None)
    pairs = {(row.guardian_id, str(row.child_id)) for row in ended}
    assert person_named("Sara").pk in {guardian_id for guardian_id, _child in pairs}
    withdrawn = Delivery.objects.filter(problem="withdrawn").exclude(given_up_at=None)
    assert {(one.person_id, one.about["child"]) for one in withdrawn} == pairs
    assert len(pairs) < len(told)


@pytest.mark.parametrize("how", ["gone", "ended", "moved"])
def test_whose_work_ends_is_not_told_what_waited(tmp_path: Path, how: str) -> None:
    """By a duty that is gone, one that has ended, or one that moved to another department."""
    register = Register()
    register.take_in(tmp_path)
    maria = person_named("Maria")
    here = Placement.objects.filter(department__name="Blåbär").values_list("child", flat=True)
    told = {_waits_for(maria.pk, child_id).pk for child_id in here}
    duty = register.row("duties", "tjänst maria")
    if how == "gone":
        register.lists["duties"].remove(duty)
    elif how == "ended":
        duty["endDate"] = str(days.today() - timedelta(days=1))
    else:
        duty["assignmentRole"][0]["group"]["id"] = rid("lingon")
    register.take_in(tmp_path)
    assert told
    assert {one.pk for one in Delivery.objects.filter(problem="withdrawn")} == told


def test_who_comes_back_is_there_again_but_pending(tmp_path: Path) -> None:
    register = Register()
    register.take_in(tmp_path)
    confirm_all()
    without = register.copy()
    without.remove("persons", "Johan")
    without.remove("duties", "tjänst maria")
    report = without.take_in(tmp_path)
    assert {row.field for row in report.skipped} == {"responsibles"}
    register.take_in(tmp_path)
    today = days.today()
    assert person_named("Johan").left_register_on is None
    assert set(Guardianship.objects.on(today).pending().values_list("guardian", flat=True)) == {
        person_named("Johan").pk
    }
    assert Guardianship.objects.on(today).confirmed().filter(guardian=person_named("Amina")).count() == 2
    assert StaffRole.objects.on(today).filter(person=person_named("Maria")).count() == 1
    assert counts(register.take_in(tmp_path)) == (0, 0, 18, 0)


def test_a_guardian_whom_the_register_takes_from_one_child_keeps_the_other(tmp_path: Path) -> None:
    register = Register()
    register.take_in(tmp_path)
    confirm_all()
    register.row("persons", "Elsa")["responsibles"].pop()
    register.take_in(tmp_path)
    left = Guardianship.objects.on(days.today()).confirmed().filter(guardian=person_named("Johan"))
    assert [row.child.given_name for row in left] == ["Hugo"]


def test_staff_who_end_a_guardianship_are_not_overruled_by_the_same_row(tmp_path: Path) -> None:
    register = Register()
    register.take_in(tmp_path)
    Guardianship.objects.update(starts_on=days.today() - timedelta(days=9), ends_on=days.today() - timedelta(days=2))
    register.take_in(tmp_path)
    assert not Guardianship.objects.on(days.today()).exists()


def test_a_marking_that_appears_closes_before_anything_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 5: also when the run breaks off right after, and when the row itself is bad."""
    register = Register()
    register.take_in(tmp_path)
    register.row("persons", "Amina").update(securityMarking="Sekretessmarkering", familyName="")
    register.row("persons", "Elsa").update(securityMarking="Skyddad folkbokföring", civicNo={"value": "fel"})
    register.row("placements", "placering Leo")["child"]["securityMarking"] = "Sekretessmarkering"

    def break_off(*_args: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("children.register.importing.write_places", break_off)
    with pytest.raises(RuntimeError):
        register.take_in(tmp_path)
    for who, real in ((child_named("Elsa"), "Elsa"), (child_named("Leo"), "Leo"), (person_named("Amina"), "Amina")):
        assert who.is_protected
        assert who.given_name != real
        assert ProtectedIdentity.objects.filter(is_marked_in_register=True).count() == 3
    assert person_named("Amina").phone == person_named("Amina").address == ""


def test_a_marking_that_disappears_opens_nothing(tmp_path: Path) -> None:
    """Promise 5: until a person says so."""
    register = Register()
    register.row("persons", "Elsa")["securityMarking"] = "Sekretessmarkering"
    register.take_in(tmp_path)
    alias = child_named("Elsa").full_name
    register.row("persons", "Elsa")["securityMarking"] = "Ingen"
    report = register.take_in(tmp_path)
    assert child_named("Elsa").is_protected
    assert child_named("Elsa").full_name == alias
    assert any("väntar på beslut" in note for note in report.notes)
    assert counts(register.take_in(tmp_path)) == (0, 0, 18, 0)


def test_a_marking_that_nobody_understands_protects(tmp_path: Path) -> None:
    register = Register()
    register.row("persons", "Elsa")["securityMarking"] = ["?"]
    report = register.take_in(tmp_path)
    assert child_named("Elsa").is_protected
    assert any("skyddskod" in note for note in report.notes)


def test_an_interrupted_run_leaves_whole_families_and_the_next_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 1."""
    register = Register()
    whole = PlacementsWriter.write
    with monkeypatch.context() as patch:
        patch.setattr(PlacementsWriter, "write", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            register.take_in(tmp_path)
    assert PlacementsWriter.write is whole
    assert User.objects.count() == 5
    assert not Child.objects.exists()
    assert not Guardianship.objects.exists()
    report = register.take_in(tmp_path)
    assert report.unchanged == 10
    assert Placement.objects.count() == 3
    assert counts(register.take_in(tmp_path)) == (0, 0, 18, 0)


def test_a_new_id_with_the_same_personal_number_is_the_same_person(tmp_path: Path) -> None:
    register = Register()
    register.take_in(tmp_path)
    confirm_all()
    amina, elsa = person_named("Amina").pk, child_named("Elsa").pk
    text = json.dumps(register.lists).replace(rid("Amina"), rid("ny 1")).replace(rid("Elsa"), rid("ny 2"))
    register.lists = json.loads(text)
    report = register.take_in(tmp_path)
    assert (person_named("ny 1").pk, child_named("ny 2").pk) == (amina, elsa)
    assert report.created == report.removed == 0
    assert Guardianship.objects.on(days.today()).confirmed().count() == 5


def test_numbers_that_tests_make_are_valid() -> None:
    assert number(date(1990, 3, 7), 239)[:8] == "19900307"
