"""Imports beside each other and beside everybody else: whose turn it is, and what a dry run is in the way of."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as house
from django.db import OperationalError, connection
from pytest_django.fixtures import Settings

from accounts.models import User
from children.models import Area, Child, RegisterRun
from children.register import runs
from children.register.importing import import_register
from children.register.turns import LOCK, AnotherRunGoesOn, alone
from portal.lib import clock
from tests.cast import person
from tests.registers import SAMPLES, packed

pytestmark = pytest.mark.django_db(transaction=True)

LOVKOPING = SAMPLES / "lovkoping"
HOLDER = """
import django; django.setup()
from children.register.turns import alone
with alone():
    print("mine", flush=True)
    input()
"""


def beside(act: Callable[[], object]) -> list[object]:
    """Do something as another worker would, on a connection of its own; return what came of it."""
    answers: list[object] = []

    def work() -> None:
        try:
            answers.append(act())
        except Exception as fault:  # noqa: BLE001 (that is the answer)
            answers.append(fault)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return answers


def test_the_turn_is_free_as_soon_as_it_has_ended() -> None:
    for _time in range(300):
        with alone() as still_here:
            still_here()


def import_again() -> object:
    return import_register(LOVKOPING, now=clock.now()).exit_status


def test_a_second_import_waits_its_turn_though_the_sessions_change() -> None:
    """Behind a pooler each transaction may have another session, as when the connection is closed in between."""
    answers: list[object] = []

    def progress(_step: str, _done: int, _size: int) -> None:
        connection.close()
        answers.extend(beside(import_again))

    report = import_register(LOVKOPING, now=clock.now(), progress=progress)
    assert report.created > 300
    assert len(answers) > 5
    assert {type(answer) for answer in answers} == {AnotherRunGoesOn}
    assert beside(import_again) == [0]


def test_the_turn_of_an_import_that_died_is_free() -> None:
    """Killed without a word: what holds the turn is gone with the process."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings", "VAR": str(house.VAR)} | _this_database(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "mine\n"
        with pytest.raises(AnotherRunGoesOn):
            import_again()
        other.kill()
        other.wait()
    for _time in range(100):  # the server has to notice first
        try:
            status = import_again()
            break
        except AnotherRunGoesOn:
            threading.Event().wait(0.05)
    assert status == 0


def _this_database() -> dict[str, str]:
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return {"DATABASE_URL": f"sqlite:///{given['NAME']}"}
    who, where = f"{given['USER']}:{given['PASSWORD']}", f"{given['HOST']}:{given['PORT']}"
    return {"DATABASE_URL": f"postgres://{who}@{where}/{given['NAME']}"}


def test_an_import_that_lost_its_turn_stops() -> None:
    """PostgreSQL ends the session of whoever was silent for too long: another may have begun since."""
    if connection.vendor != "postgresql":
        pytest.skip("the lock of a file is not lost")

    def progress(_step: str, _done: int, _size: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [LOCK]
            )

    with pytest.raises(OperationalError):
        import_register(LOVKOPING, now=clock.now(), progress=progress)
    assert not Child.objects.exists()
    assert import_again() == 0


def test_nobody_waits_for_a_dry_run() -> None:
    """On SQLite, with its one writer, too: who had to wait here would wait for ever."""
    told: list[int] = []

    def progress(_step: str, done: int, _size: int) -> None:
        told.append(done)
        Area.objects.create(name="Progress")
        beside(lambda: Area.objects.create(name="Meanwhile"))

    report = import_register(LOVKOPING, now=clock.now(), is_dry_run=True, progress=progress)
    assert report.created > 300
    names = list(Area.objects.values_list("name", flat=True))
    assert sorted(names) == ["Meanwhile"] * len(told) + ["Progress"] * len(told)
    assert len(told) > 5
    assert not User.objects.exists()
    assert not (house.VAR / "rehearsal").exists()


@pytest.mark.parametrize("kind", ["for good", "dry run"])
def test_whoever_looks_sees_how_far_an_import_is(
    kind: str, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    """A dry run as well: its progress is not in what is taken back."""
    settings.FILES_ROOT = tmp_path
    seen: list[Any] = []
    tell = runs._tell

    def tell_and_look(run_id: UUID, done: int, size: int) -> None:
        tell(run_id, done, size)
        seen.extend(beside(lambda: RegisterRun.objects.get(state="running").rows_done))

    monkeypatch.setattr(runs, "_tell", tell_and_look)
    is_dry_run = kind == "dry run"
    run = runs.start_run(file=packed(), started_by=person("Ada"), is_dry_run=is_dry_run, now=clock.now())
    runs.carry_out(run.id)
    run.refresh_from_db()
    assert run.state == "done"
    assert seen[-1] == run.rows_in_all > 200
    assert len(set(seen)) > 3
    assert Child.objects.exists() is not is_dry_run
