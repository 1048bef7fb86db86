"""The register's commands: what they answer and how they end."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from children.models import Area, Child
from children.register.importing import import_register
from portal.lib import clock
from tests.registers import SAMPLES, counts

pytestmark = pytest.mark.django_db


def run(*arguments: Any) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("import_register", *map(str, arguments), stdout=out, stderr=out)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue()
    except CommandError as stop:
        return stop.returncode, str(stop)
    return 0, out.getvalue()


def test_the_command_says_how_it_went(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert run(SAMPLES / "lovkoping", "--report", report)[0] == 0
    written = json.loads(report.read_text())
    assert list(written) == ["created", "updated", "unchanged", "removed", "skipped", "notes"]
    assert run(tmp_path / "nowhere", "--report", report)[0] == 2
    assert json.loads(report.read_text())["notes"]
    assert run(__file__)[0] == 2


def test_a_dry_run_says_the_same_and_changes_nothing(tmp_path: Path) -> None:
    status, text = run(SAMPLES / "lovkoping_with_errors", "--dry-run")
    assert status == 1
    assert "Provkörning" in text
    assert not User.objects.exists()
    assert not Area.objects.exists()


def test_an_invented_register_goes_in_whole_and_is_the_same_each_time(
    tmp_path: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    for name in ("one", "two"):
        call_command("make_register", tmp_path / name, children=130, today=date(2026, 11, 20), stdout=StringIO())
    assert (tmp_path / "one" / "persons.json").read_bytes() == (tmp_path / "two" / "persons.json").read_bytes()
    with django_capture_on_commit_callbacks(execute=True):
        report = import_register(tmp_path / "one", now=clock.now())
    assert (report.skipped, Child.objects.count()) == ([], 130)
    again = import_register(tmp_path / "one", now=clock.now())
    assert counts(again) == (0, 0, report.created, 0)
