"""The administrator's pages for the child register."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from children.models import Child, RegisterRun
from children.register import runs
from tests.cast import Cast
from tests.registers import SAMPLES, packed

LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand where the broker stands: the ids of the runs that were rung for."""
    rung: list[str] = []
    monkeypatch.setattr("portal.lib.bell.ring", lambda _task, run_id: rung.append(run_id))
    return rung


def test_it_works(cast: Cast, log_in: LogIn, rung: list[str], tmp_path: Path) -> None:
    """B02: the page shows the same report as the command."""
    browser = log_in(cast.administrator)
    answer = browser.post(reverse("children:register"), {"file": packed("lovkoping_with_errors")}, follow=True)
    run = RegisterRun.objects.get()
    assert rung == [str(run.id)]
    assert "Väntar på sin tur" in answer.text
    runs.carry_out(run.id)
    page = browser.get(reverse("children:register_run", args=[run.id])).text
    assert "Personnumrets datum finns inte i kalendern." in page
    assert "75f7dc6e-9398-4c43-8a5b-38444b6aa19c" in page
    assert Child.objects.filter(register_id__isnull=False).count() == 38
    assert not list(tmp_path.rglob("*.zip"))  # what was uploaded is gone
    assert "export.zip" in browser.get(reverse("children:register")).text


def test_a_rehearsal_changes_nothing(cast: Cast, log_in: LogIn, rung: list[str]) -> None:
    browser = log_in(cast.administrator)
    page = browser.post(reverse("children:register"), {"file": packed(), "is_dry_run": "on"}, follow=True).text
    assert "Provkörning av register" in page
    run = RegisterRun.objects.get()
    runs.carry_out(run.id)
    page = browser.get(reverse("children:register_run", args=[run.id])).text
    assert "Provkörningen är klar, inget är sparat" in page
    assert "Allt är inläst" not in page
    assert RegisterRun.objects.get().report["created"] > 300
    assert not Child.objects.filter(register_id__isnull=False).exists()


def test_what_the_brake_stopped_is_said_first_and_can_be_let_through(
    cast: Cast, log_in: LogIn, rung: list[str]
) -> None:
    browser = log_in(cast.administrator)

    def take_in(file: SimpleUploadedFile, **more: str) -> str:
        browser.post(reverse("children:register"), {"file": file} | more)
        run = RegisterRun.objects.get(pk=rung[-1])
        runs.carry_out(run.id)
        return browser.get(reverse("children:register_run", args=[run.id])).text

    take_in(packed())
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("persons.json", '{"data": [], "pageToken": null}')
        archive.write(SAMPLES / "lovkoping" / "organisations.json", "organisations.json")
    page = take_in(SimpleUploadedFile("export.zip", content.getvalue()))
    assert "Inläst, men ingen som saknas togs bort" in page
    assert page.count("226 av 226 personer saknas") == 1
    assert "Ta bort dem ändå" in page
    assert "Ta bort dem ändå" in browser.get(reverse("children:register")).text
    assert not User.objects.exclude(left_register_on=None).exists()
    page = take_in(SimpleUploadedFile("export.zip", content.getvalue()), may_remove_many="on")
    assert "Allt är inläst" in page
    assert User.objects.exclude(left_register_on=None).exists()


def test_a_run_is_carried_out_once(cast: Cast, log_in: LogIn, rung: list[str]) -> None:
    log_in(cast.administrator).post(reverse("children:register"), {"file": packed()})
    run = RegisterRun.objects.get()
    assert runs.waiting_runs() == [run.id]
    runs.carry_out(run.id)
    first = RegisterRun.objects.get().report
    runs.carry_out(run.id)
    assert RegisterRun.objects.get().report == first
    assert runs.waiting_runs() == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "Filen är tom"), (b"hello", "inte en zip-fil"), (None, "Välj en zip-fil")],
)
def test_a_bad_file_is_answered_on_its_field(
    cast: Cast, log_in: LogIn, rung: list[str], content: bytes | None, sentence: str
) -> None:
    fields = {} if content is None else {"file": SimpleUploadedFile("../../x.zip", content)}
    answer = log_in(cast.administrator).post(reverse("children:register"), {**fields, "is_dry_run": "on"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "checked" in answer.text
    assert not RegisterRun.objects.exists()
    assert rung == []


def test_nobody_else_finds_the_page(cast: Cast, log_in: LogIn) -> None:
    run = RegisterRun.objects.create(started_by=cast.administrator, file_name="x.zip")
    for person in (cast.amina, cast.maria, cast.eva, cast.communicator, cast.archivist, cast.specialist):
        browser = log_in(person)
        assert browser.get(reverse("children:register")).status_code == 404
        assert browser.post(reverse("children:register"), {"file": packed()}).status_code == 404
        assert browser.get(reverse("children:register_run", args=[run.id])).status_code == 404
    assert RegisterRun.objects.count() == 1


def test_the_page_works_without_a_broker(cast: Cast, log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """I01: the row waits for the sweep."""

    def nobody_answers(*_arguments: object, **_options: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("celery.current_app.send_task", nobody_answers)
    answer = log_in(cast.administrator).post(reverse("children:register"), {"file": packed()})
    assert answer.status_code == 302
    assert runs.waiting_runs() == [RegisterRun.objects.get().id]
