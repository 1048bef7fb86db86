"""Workers take turns: what one of them has much of keeps nothing else waiting (F10, G04, PROMISES 2)."""

from __future__ import annotations

import itertools
from pathlib import Path
from unittest.mock import patch

import pytest
from celery import Task
from pytest_django.fixtures import Settings

from documents import apart
from documents import tasks as documents
from documents.models import FaceSearch, PdfPreview
from oversight import tasks as oversight
from oversight.models import Extract
from portal.celery import app
from portal.lib import bell
from tests.cast import Cast
from tests.papers import folder_of, pdf, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_that_wait(cast: Cast, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two PDFs, two searches for faces and two extracts; each that is made takes six seconds by the clock."""
    settings.FILES_ROOT, settings.FIND_FACES = tmp_path, True
    folder = folder_of(cast.blasippan)
    for pages in (1, 2):
        uploaded(folder, cast.maria, pdf(pages))
    for preview in PdfPreview.objects.all():
        FaceSearch.objects.create(file_id=preview.file_id, state=FaceSearch.State.WAITING)
    for guardian in (cast.amina, cast.johan):
        Extract.objects.create(child=cast.elsa, person=guardian, language="sv", state=Extract.State.WAITING)
    seconds = itertools.count(step=6)
    monkeypatch.setattr("documents.turns.monotonic", lambda: next(seconds))
    for made in ("documents.drawing.draw", "documents.finding.find", "oversight.services.extracts.make"):
        monkeypatch.setattr(made, lambda *_given, **_named: None)


@pytest.mark.usefixtures("two_that_wait")
@pytest.mark.parametrize("task", [documents.draw_pages, documents.find_faces, oversight.make_extracts])
def test_a_long_turn_ends_and_rings_for_the_next(task: Task[[], int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty long PDFs in a folder hold up neither the post that is out nor files that a consent closes (F10, G04)."""
    rung: list[str] = []
    monkeypatch.setattr(bell, "ring", rung.append)
    assert [task(), task(), task()] == [1, 1, 0]
    assert rung == [task.name, task.name]


def test_no_notice_waits_for_an_extract() -> None:
    """I04: on the night that families are told of sixty days, all of them ask for one."""
    assert app.amqp.router.route({}, oversight.make_extracts.name)["queue"].name == "nightly"
    assert app.amqp.router.route({}, "notifications.tasks.sweep")["queue"].name == "default"


def test_pages_wait_while_others_look_at_theirs(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    """G02: that many send files at once makes no document one that cannot be shown."""
    settings.FILES_ROOT = tmp_path
    uploaded(folder_of(cast.blasippan), cast.maria, pdf())
    with patch("documents.apart.look", side_effect=apart.Busy("busy")):
        documents.draw_pages()
    assert PdfPreview.objects.get().state == PdfPreview.State.WAITING
