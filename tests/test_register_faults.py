"""What registers leave out, break, double or write differently, seen from what is in the portal afterwards."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from accounts.models import AuditEntry
from children.models import Placement
from children.register.importing import import_register
from portal.lib import clock, days
from tests.registers import SAMPLES, Register, child_named, contents, counts, person_named, rid

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("missing", ["persons", "placements", "groups", "organisations", "duties"])
def test_a_file_that_was_not_sent_takes_nothing_away(tmp_path: Path, missing: str) -> None:
    register = Register()
    for group in register.lists["groups"][:1]:
        group["groupMemberships"] = [
            {"person": {"id": rid(name)}, "startDate": "2025-08-10"} for name in ("Elsa", "Hugo", "Leo")
        ]
    register.take_in(tmp_path)
    before = contents()
    del register.lists[missing]
    report = register.take_in(tmp_path)
    assert report.removed == 0
    after = contents()
    for table in set(before) - {"Placement"}:
        assert after[table] == before[table], table
    assert Placement.objects.on(days.today()).count() == 3


def test_a_broken_file_takes_nothing_away_and_the_others_go_in(tmp_path: Path) -> None:
    """B02"""
    register = Register()
    register.take_in(tmp_path)
    register.grown_up("Nils", 150)
    register.duty("nils", "Nils", "Barnskötare", "eken", "lingon")
    register.write(tmp_path)
    whole = (tmp_path / "placements.json").read_text()
    (tmp_path / "placements.json").write_text(whole[: len(whole) // 2])
    report = import_register(tmp_path, now=clock.now())
    assert [(row.entity, row.id) for row in report.skipped] == [("placements", "placements.json")]
    assert (report.created, report.removed) == (2, 0)
    assert Placement.objects.on(days.today()).count() == 3


def test_an_export_that_lost_most_people_takes_nobody_away_unless_told_to(tmp_path: Path) -> None:
    import_register(SAMPLES / "lovkoping", now=clock.now())
    (tmp_path / "persons.json").write_text('{"data": [], "pageToken": null}')
    (tmp_path / "placements.json").write_text('{"data": [], "pageToken": null}')
    (tmp_path / "organisations.json").write_bytes((SAMPLES / "lovkoping" / "organisations.json").read_bytes())
    report = import_register(tmp_path, now=clock.now())
    assert report.removed == 0
    assert "226 av 226" in report.notes[0]
    assert report.exit_status == 1
    assert report.skipped == []
    allowed = import_register(tmp_path, now=clock.now(), may_remove_many=True)
    assert allowed.removed == 226 + 92
    assert allowed.exit_status == 0
    assert not Placement.objects.on_or_after(days.today()).exists()


def test_memberships_stand_in_where_a_provider_has_no_placements(tmp_path: Path) -> None:
    register = Register()
    del register.lists["placements"]
    blabar, lingon = register.lists["groups"]
    blabar["groupMemberships"] = [
        {"person": {"id": rid("Elsa")}, "startDate": "2025-08-10"},
        {"person": {"id": rid("Hugo")}},
        {"person": {"id": rid("Maria")}},
    ]
    lingon["groupMemberships"] = [
        {"person": {"id": rid("Leo")}, "startDate": "2025-08-10T00:00:00"},
        {"person": {"id": rid("Elsa")}, "startDate": "2026-08-10"},
    ]
    report = register.take_in(tmp_path)
    assert any("Medlemskap i avdelningar" in note for note in report.notes)
    assert not any("placements.json" in note for note in report.notes)
    assert (report.skipped, Placement.objects.count()) == ([], 4)
    assert Placement.objects.on(days.today()).get(child=child_named("Elsa")).department.name == "Lingon"
    assert counts(register.take_in(tmp_path))[:2] == (0, 0)


def test_what_providers_leave_out_or_write_differently_is_noted(tmp_path: Path) -> None:
    register = Register()
    del register.lists["organisations"][2]["schoolTypes"]
    register.row("persons", "Elsa").update(civicNo=None, favouriteColour="grön", sex=None)
    register.row("persons", "Leo")["birthDate"] += "T00:00:00"
    register.lists["duties"][1]["dutyRole"] = "Kock"
    register.lists["groups"].append({"id": rid("klass"), "displayName": "1 A", "groupType": "Klass"})
    report = register.take_in(tmp_path)
    assert report.skipped == []
    notes = " ".join(report.notes)
    for word in ("schoolTypes", "utan personnummer", "favouriteColour", "tidszon", "Kock"):
        assert word in notes
    assert person_named("Amina").phone == "+46701740605"


def test_two_persons_cannot_share_a_mail_address(tmp_path: Path) -> None:
    register = Register()
    register.row("persons", "Johan")["emails"][0]["value"] = "AMINA@example.org"
    report = register.take_in(tmp_path)
    assert person_named("Amina").email
    assert not person_named("Johan").email
    assert any("E-postadresser" in note for note in report.notes)


def test_swapped_numbers_do_not_stop_a_run(tmp_path: Path) -> None:
    register = Register()
    register.take_in(tmp_path)
    one, two = register.row("persons", "Amina"), register.row("persons", "Johan")
    one["civicNo"], two["civicNo"] = two["civicNo"], one["civicNo"]
    report = register.take_in(tmp_path)
    assert report.skipped == []
    register.take_in(tmp_path)


def test_no_personal_number_is_in_report_log_or_audit(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Promise 8: also where it is wrong, doubled, or used as an id."""
    caplog.set_level(logging.DEBUG)
    register = Register()
    numbers = [row["civicNo"]["value"] for row in register.lists["persons"]]
    register.row("persons", "Johan")["civicNo"] = register.row("persons", "Amina")["civicNo"]
    register.row("persons", "Hugo")["civicNo"] = {"value": numbers[6][:-1] + "x"}
    register.lists["persons"].append(register.row("persons", "Leo") | {"id": numbers[7]})
    register.row("persons", "Elsa")[numbers[5]] = numbers[5]
    report = register.take_in(tmp_path)
    told = json.dumps(report.as_dict()) + "\n".join(report.summary()) + caplog.text
    told += str(list(AuditEntry.objects.values()))
    assert report.exit_status == 1
    for one in numbers:
        assert one not in told
        assert one[2:] not in told
