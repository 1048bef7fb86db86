"""What strangers send is opened while nobody waits for it: the board is tapped, the draft is written on (I04)."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from PIL import Image
from pytest_django.fixtures import Settings

from attendance.services import Outcome
from children.actors import Actor
from documents import taking
from documents.models import Document, StoredFile
from documents.services import folders, papers, sharing
from documents.sniffing import Sniffed, sniff
from messaging.models import Post
from messaging.services import attachments, post_pictures, posts
from portal.lib import clock, days
from tests.cast import Cast, local, tablet
from tests.papers import folder_of, pdf, shared
from tests.test_attendance_taps import ARRIVED, press

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 25.0  # seconds; shorter than a writer waits for SQLite


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_ROOT = tmp_path / "files"


class Decoder:
    """Sleeps until it is woken."""

    def __init__(self) -> None:
        self.opens, self.woken, self.is_late = Event(), Event(), False

    def __call__(self, place: Path) -> Sniffed:
        self.opens.set()
        self.is_late = not self.woken.wait(LONG)
        return sniff(place)


def photo() -> ContentFile[bytes]:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "JPEG")
    return ContentFile(out.getvalue(), "a.jpg")


def paper() -> ContentFile[bytes]:
    return ContentFile(pdf(2), "b.pdf")


def to_a_post(cast: Cast) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return what opens a file, and what somebody else does there meanwhile."""
    actor = Actor.of_person(cast.maria)
    post: Post = posts.begin(department_id=cast.blasippan.pk, language="sv", actor=actor, now=clock.now())
    return (
        lambda: post_pictures.add(post_id=post.pk, uploads=[photo()], actor=actor, now=clock.now()),
        lambda: post_pictures.try_again(post_id=post.pk, actor=actor, now=clock.now()),
    )


def to_a_folder(cast: Cast) -> tuple[Callable[[], object], Callable[[], object]]:
    actor, folder = Actor.of_person(cast.maria), folder_of(cast.blasippan)
    return (
        lambda: sharing.upload(folder_id=folder.pk, uploads=[paper()], actor=actor, now=clock.now()),
        lambda: folders.rename(folder_id=folder.pk, name="Utflykter", actor=actor, now=clock.now()),
    )


def to_a_document(cast: Cast) -> tuple[Callable[[], object], Callable[[], object]]:
    (document,) = shared(cast.blasippan, cast.maria, cast.elsa)
    maria, amina = Actor.of_person(cast.maria), Actor.of_person(cast.amina)
    version = document.versions.get()
    return (
        lambda: papers.renew(document_id=document.pk, upload=paper(), note="", actor=maria, now=clock.now()),
        lambda: papers.mark_opened(version=version, actor=amina, now=clock.now()),
    )


def to_a_message(cast: Cast) -> tuple[Callable[[], object], Callable[[], object]]:
    actor = Actor.of_person(cast.amina)
    return (lambda: attachments.keep(upload=photo(), actor=actor, now=clock.now()), lambda: None)


@pytest.mark.parametrize("to", [to_a_post, to_a_folder, to_a_document, to_a_message])
def test_nobody_waits_while_a_file_is_opened(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, to: Callable[[Cast], tuple[Callable[[], object], Callable[[], object]]]
) -> None:
    """I04: taps still work, and so does the place that the file is to come to."""
    upload, meanwhile = to(cast)
    hall = Actor.of_tablet(tablet(cast.blasippan)[0])
    decoder, before = Decoder(), StoredFile.objects.count()
    monkeypatch.setattr(taking, "sniff", decoder)

    def send() -> None:
        upload()
        connection.close()

    thread = Thread(target=send)
    thread.start()
    try:
        assert decoder.opens.wait(LONG)
        assert press(hall, ARRIVED, cast.elsa, at=local(days.today(), 8)) == [Outcome.APPLIED]
        meanwhile()
    finally:
        decoder.woken.set()
        thread.join()
    assert not decoder.is_late
    assert StoredFile.objects.count() == before + 1


def test_what_its_place_refuses_meanwhile_leaves_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """The folder is archived while the file is opened."""
    actor, folder = Actor.of_person(cast.maria), folder_of(cast.blasippan)

    def archiving(place: Path) -> Sniffed:
        folders.put_away(folder_id=folder.pk, is_away=True, actor=actor, now=clock.now())
        return sniff(place)

    monkeypatch.setattr(taking, "sniff", archiving)
    problems = sharing.upload(folder_id=folder.pk, uploads=[paper()], actor=actor, now=clock.now())
    assert problems == ["b.pdf: Mappen är arkiverad. Välj en annan."]
    assert not Document.objects.exists()
    assert not [path for path in settings.FILES_ROOT.rglob("*") if path.is_file()]
