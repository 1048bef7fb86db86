"""Faces are proposed while a post is written, and nothing of them is kept (issue 5, item 2; FIND_FACES)."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from children.actors import Actor
from documents import apart, kept, pictures, tasks
from documents.checks import check_library
from documents.models import FaceSearch, PictureTag, StoredFile
from documents.shown_rules import Box
from documents.stores import store
from messaging.models import Post, PostPicture
from messaging.services import posts
from messaging.services.post_pictures import add
from portal.lib import clock
from tests.cast import Cast
from tests.faces import with_faces
from tests.test_posts import draft, publish, tag

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not importlib.util.find_spec("cv2"), reason="requirements-faces.txt is not installed"),
]
LogIn = Callable[[User], Client]
THREE = ((200, 400, 400), (1000, 300, 320), (1520, 800, 240))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_ROOT, settings.FIND_FACES = tmp_path / "files", True


@pytest.fixture
def maria(cast: Cast, log_in: LogIn) -> Client:
    return log_in(cast.maria)


def drafted(cast: Cast, *places: tuple[int, int, int]) -> tuple[Post, PostPicture]:
    """Return a draft with a picture of so many faces, whose sizes are made."""
    post = draft(cast)
    uploads = [with_faces(*places)]
    assert add(post_id=post.pk, uploads=uploads, actor=Actor.of_person(cast.maria), now=clock.now()) == []
    pictures.make_waiting(now=clock.now())
    return post, post.pictures.get()


def page_of(browser: Client, one: PostPicture) -> str:
    return " ".join(browser.get(f"/inlagg/bild/{one.pk}/barn/").content.decode().split())


def test_what_looks_like_a_face_is_proposed_and_blurs_nothing_before_it_is_pressed(cast: Cast, maria: Client) -> None:
    _post, one = drafted(cast, *THREE)
    assert "ansikten" not in page_of(maria, one), "nobody has looked yet"
    assert tasks.find_faces() == 1
    tag(one.file, cast.elsa)
    page = page_of(maria, one)
    assert "3 ansikten, 1 taggad" in page
    assert "suddar ingenting förrän du trycker" in page
    assert "Datorn kan missa ansikten" in page
    assert page.count('name="face"') == 3
    assert not PictureTag.objects.exclude(width=None).exists()
    boxes = FaceSearch.objects.get().boxes
    for box, (left, top, wide) in zip(boxes, THREE, strict=True):
        assert box.has_middle_of(Box(left * 1000 // 1920, top * 1000 // 1440, wide * 1000 // 1920, wide * 1250 // 1440))
    first = boxes[0]
    sent = {"child": str(cast.elsa.pk), "was": str(cast.elsa.pk), "face": " ".join(map(str, first.as_list))}
    assert maria.post(f"/inlagg/bild/{one.pk}/barn/", sent).status_code == 302
    assert PictureTag.objects.exclude(width=None).get().box == first
    page = page_of(maria, one)
    assert "3 ansikten, 1 taggad, 1 suddad" in page
    assert page.count('name="face"') == 2


def test_none_found_is_said_and_off_says_nothing(cast: Cast, maria: Client, settings: Settings) -> None:
    _post, one = drafted(cast)
    tasks.find_faces()
    assert "Inga ansikten hittade, 0 taggade" in page_of(maria, one)
    settings.FIND_FACES = False
    _post, other = drafted(cast, (100, 100, 300))
    assert tasks.find_faces() == 0
    assert not FaceSearch.objects.filter(file=other.file).exists()
    assert "ansikten" not in page_of(maria, other)


@pytest.mark.parametrize("sent", ["1 2 3", "a b c d", "9999999 0 0 0", "-1 -1 5 5", ""])
def test_a_face_that_is_none_draws_nothing_outside_the_picture(cast: Cast, maria: Client, sent: str) -> None:
    _post, one = drafted(cast)
    assert maria.post(f"/inlagg/bild/{one.pk}/barn/", {"face": sent}).status_code == 302
    assert not PictureTag.objects.exists()


def test_it_is_forgotten_with_the_draft(cast: Cast, maria: Client) -> None:
    """Rectangles are all that is kept, and they go when it is published or thrown away."""
    post, one = drafted(cast, *THREE)
    tasks.find_faces()
    columns = {field.name for field in FaceSearch._meta.fields}
    assert columns == {"id", "created_at", "state", "claimed_until", "tries", "file", "found"}
    publish(post, cast.maria)
    assert not FaceSearch.objects.exists()
    assert "ansikten" not in page_of(maria, one)
    other, _one = drafted(cast, (300, 300, 300))
    tasks.find_faces()
    posts.throw_away(post_id=other.pk, actor=Actor.of_person(cast.maria), now=clock.now())
    assert not FaceSearch.objects.exists()


def test_it_looks_within_the_limits_of_the_process_apart(cast: Cast) -> None:
    _post, one = drafted(cast, *THREE)
    place = store().near(kept.name_of(one.file.key, "medium"), Path())
    answer = apart.run("faces.find", file=str(place))
    assert len(answer["faces"]) == 3
    assert answer["peak_mb"] < 200


def test_what_makes_the_finder_crash_holds_nobody_up(cast: Cast, maria: Client, tmp_path: Path) -> None:
    _post, one = drafted(cast, *THREE)
    bad = kept.name_of(one.file.key, "medium")
    Path(store().near(bad, tmp_path)).write_bytes(b"RIFF\xff\xff\xff\xffWEBPVP8 ")
    _post, other = drafted(cast, (300, 300, 300))
    assert tasks.find_faces() == 2
    assert set(FaceSearch.objects.values_list("file", "state")) == {(one.file_id, "damaged"), (other.file_id, "ready")}
    assert "ansikten" not in page_of(maria, one)


def test_workers_that_die_of_it_do_so_three_times_at_most(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    drafted(cast, *THREE)
    FaceSearch.objects.update(tries=3)
    asked: list[Any] = []
    monkeypatch.setattr("documents.apart.run", lambda *work, **_more: asked.append(work))
    assert tasks.find_faces() == 1
    assert asked == []
    assert FaceSearch.objects.get().state == "damaged"


def test_the_same_picture_in_two_drafts_is_looked_at_once(cast: Cast) -> None:
    drafted(cast, *THREE)
    drafted(cast, *THREE)
    assert tasks.find_faces() == 1
    assert StoredFile.objects.count() == FaceSearch.objects.count() == 1


def test_check_says_that_the_library_is_missing(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_library() == []
    monkeypatch.setattr("documents.checks.importlib.util.find_spec", lambda _name: None)
    call_command("check")
    assert "FIND_FACES is on and OpenCV (cv2) is not installed here." in capsys.readouterr().err
    settings.FIND_FACES = False
    call_command("check")
    assert "FIND_FACES" not in capsys.readouterr().err
