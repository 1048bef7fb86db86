"""Faces that are proposed beside a draft, by finger and by plain forms; and an upload for which there is no room."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from documents import tasks
from documents.models import PictureTag, RoomLimit, StoredFile, Upload
from documents.pictures import make_waiting
from documents.room_rules import GIGABYTE
from messaging.models import PostPicture
from portal.lib import clock
from tests.browser.conftest import DESKTOP, FindBarriers, Visit
from tests.browser.test_posts import begin
from tests.cast import Cast
from tests.faces import with_faces

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
finder = pytest.mark.skipif(not importlib.util.find_spec("cv2"), reason="requirements-faces.txt is not installed")


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path, tuesday: date) -> None:
    settings.FILES_ROOT, settings.FIND_FACES = tmp_path / "files", True


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    place = tmp_path / "klassen.jpg"
    place.write_bytes(with_faces((200, 400, 400), (1000, 300, 320)).read())
    return place


@finder
def test_a_tap_makes_a_box_of_a_face(cast: Cast, visit: Visit, photo: Path, find_barriers: FindBarriers) -> None:
    """A proposal blurs nothing; pressed it is a box as any other. The other one is pressed without script."""
    maria = visit(cast.maria, size=DESKTOP)
    begin(maria)
    maria.locator("#post-files").set_input_files(photo)
    expect(maria.locator(".post-tile")).to_have_count(1)
    make_waiting(now=clock.now())
    assert tasks.find_faces() == 1
    maria.reload()
    look = maria.locator("#post-look")
    expect(look).to_contain_text("2 ansikten, 0 taggade")
    expect(maria.locator(".tag-box")).to_have_count(0)
    assert find_barriers(maria) == []
    maria.locator(".tag-faces rect").first.click()
    expect(maria.locator(".tag-faces rect")).to_have_count(1)
    expect(maria.locator(".tag-box")).to_have_count(1)
    expect(look).to_contain_text("2 ansikten, 1 suddad")
    expect(maria.locator(".post-tile-state")).to_have_text("1 suddad")
    assert PictureTag.objects.get(child=None).x in range(90, 130)

    plain = visit(cast.maria, size=DESKTOP, java_script_enabled=False)
    plain.goto(f"/inlagg/bild/{PostPicture.objects.get().pk}/barn/")
    plain.get_by_role("button", name="Sudda ansikte 1").click()
    expect(plain.locator(".tag-places rect")).to_have_count(2)
    expect(plain.locator(".tag-faces rect")).to_have_count(0)


def test_what_has_no_room_is_refused_before_it_is_sent(cast: Cast, visit: Visit, photo: Path) -> None:
    RoomLimit.objects.create(preschool=cast.granliden, gigabytes=1, decided_by=cast.administrator)
    StoredFile.objects.create(
        name="a.txt",
        kind="text",
        media_type="text/plain",
        size=1,
        stored=GIGABYTE,
        state="ready",
        preschool=cast.granliden,
    )
    maria = visit(cast.maria, size=DESKTOP)
    begin(maria)
    maria.locator("#post-files").set_input_files(photo)
    expect(maria.locator(".upload")).to_contain_text("Förskolans utrymme för bilder och dokument är fullt.")
    assert not Upload.objects.exists()
    expect(maria.locator(".post-tile")).to_have_count(0)
