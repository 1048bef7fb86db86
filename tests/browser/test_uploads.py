"""Pictures on a bad net: they wait, go on where they were, and none comes twice (G09)."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import CDPSession, Page, Route, expect
from pytest_django.fixtures import Settings

from documents.models import DocumentVersion, StoredFile, Upload
from messaging.models import Message
from tests.browser.conftest import PHONE, FindBarriers, Visit
from tests.browser.test_posts import begin
from tests.cast import Cast
from tests.test_attachments import sent

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def writing(cast: Cast, visit: Visit, tuesday: date, settings: Settings, tmp_path: Path) -> Page:
    settings.FILES_ROOT = tmp_path / "files"
    maria = visit(cast.maria)
    begin(maria)
    return maria


def heavy(folder: Path, name: str = "Åsas svamp.jpg") -> Path:
    """Return a photo of a megabyte: nothing in it repeats."""
    path = folder / name
    Image.frombytes("RGB", (800, 600), os.urandom(800 * 600 * 3)).save(path, "JPEG", quality=90)
    return path


@dataclass
class Net:
    """The page's net, which can be slow, or gone."""

    session: CDPSession

    def is_now(self, kilobytes_a_second: int, *, is_gone: bool = False) -> None:
        speed = {"downloadThroughput": -1, "uploadThroughput": kilobytes_a_second * 1024}
        self.session.send("Network.emulateNetworkConditions", {"offline": is_gone, "latency": 40, **speed})


@pytest.fixture
def net(writing: Page) -> Net:
    session = writing.context.new_cdp_session(writing)
    session.send("Network.enable")
    return Net(session)


def test_a_picture_waits_for_the_net_and_goes_on_where_it_was(
    writing: Page, net: Net, tmp_path: Path, find_barriers: FindBarriers
) -> None:
    """G09: on a slow net that goes and comes back, no byte is sent anew that has come."""
    photo = heavy(tmp_path)
    net.is_now(150)
    writing.locator("#post-files").set_input_files(photo)
    row = writing.locator(".upload")
    expect(row).to_contain_text("Åsas svamp.jpg")
    writing.wait_for_function("() => document.querySelector('.upload progress')?.value > 0")
    net.is_now(0, is_gone=True)
    expect(row).to_contain_text("Väntar på nät")
    expect(writing.get_by_role("button", name="Publicera", exact=True)).to_be_disabled()
    assert find_barriers(writing) == []
    before = Upload.objects.get()
    assert 0 < before.received < before.size
    net.is_now(4_000)
    expect(writing.locator(".post-tile")).to_have_count(1)
    expect(row).to_have_count(0)
    expect(writing.get_by_role("button", name="Publicera", exact=True)).to_be_enabled()
    assert Upload.objects.get().parts[: len(before.parts)] == before.parts
    assert StoredFile.objects.get().digest == hashlib.sha256(photo.read_bytes()).hexdigest()


def test_answers_that_are_lost_make_nothing_twice(writing: Page, tmp_path: Path) -> None:
    """G09: each step came, and its answer did not: the first part, and that the whole was handed over."""
    lost: set[str] = set()

    def lose(route: Route) -> None:
        step = f"{route.request.method} {route.request.url.split('/')[3]}"
        if step in lost or route.request.method == "GET":
            route.continue_()
            return
        lost.add(step)
        route.fetch()
        route.abort("connectionreset")

    writing.route("**/uppladdning/**", lose)
    writing.route("**/bilder/", lose)
    photo = heavy(tmp_path)
    writing.locator("#post-files").set_input_files(photo)
    expect(writing.locator(".post-tile")).to_have_count(1)
    expect(writing.locator(".upload")).to_have_count(0)
    assert lost >= {"POST uppladdning", "PATCH uppladdning", "POST inlagg"}
    assert StoredFile.objects.get().digest == hashlib.sha256(photo.read_bytes()).hexdigest()
    assert Upload.objects.count() == 1


def test_one_is_taken_away_while_it_comes_and_the_others_come(writing: Page, net: Net, tmp_path: Path) -> None:
    net.is_now(100)
    photos = [heavy(tmp_path, f"bild{number}.jpg") for number in range(3)]
    writing.locator("#post-files").set_input_files(photos)
    expect(writing.locator(".upload")).to_have_count(3)
    writing.locator(".upload", has_text="bild1.jpg").get_by_role("button", name="Ta bort").click()
    expect(writing.locator(".upload")).to_have_count(2)
    net.is_now(4_000)
    expect(writing.locator(".post-tile")).to_have_count(2)
    digests = {hashlib.sha256(photos[number].read_bytes()).hexdigest() for number in (0, 2)}
    assert {file.digest for file in StoredFile.objects.all()} == digests


def break_in_the_middle(page: Page, field: str, files: list[Path]) -> None:
    """Choose files on a slow net that goes and comes back; wait until all have come, and nothing came twice."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    net = Net(session)
    net.is_now(150)
    page.locator(field).set_input_files(files)
    expect(page.locator(".upload")).to_have_count(len(files))
    page.wait_for_function("() => [...document.querySelectorAll('.upload progress')].some(one => one.value > 0)")
    net.is_now(0, is_gone=True)
    expect(page.locator(".upload", has_text="Väntar på nät").first).to_be_visible()
    before = {one.pk: one.parts for one in Upload.objects.all()}
    net.is_now(4_000)
    expect(page.locator(".upload", has_text="Skickad")).to_have_count(len(files))
    after = Upload.objects.in_bulk(list(before))
    assert all(after[key].parts[: len(parts)] == parts for key, parts in before.items())


def digests(files: list[Path]) -> set[str]:
    return {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_files_of_an_answer_wait_for_the_net(
    cast: Cast, visit: Visit, settings: Settings, tmp_path: Path, find_barriers: FindBarriers
) -> None:
    """G09: a guardian's pictures go on where they were, one is taken away again, and the message goes once."""
    settings.FILES_ROOT = tmp_path / "files"
    [first] = sent(cast.maria, cast.elsa)
    amina = visit(cast.amina, size=PHONE)
    amina.goto(f"/samtal/{first.thread_id}/")
    amina.get_by_text("Bifoga och mer").click()
    files = [heavy(tmp_path, f"bild{number}.jpg") for number in range(3)]
    break_in_the_middle(amina, "#attach-files", files)
    assert find_barriers(amina) == []
    amina.locator(".upload", has_text="bild1.jpg").get_by_role("button", name="Ta bort").click()
    amina.get_by_label("Ditt svar").fill("Se på Elsas stövlar")
    amina.get_by_role("button", name="Skicka", exact=True).dblclick()
    expect(amina.locator("#lines")).to_contain_text("Se på Elsas stövlar")
    mine = Message.objects.get(written_by=cast.amina)
    assert {one.file.digest for one in mine.attachments.all()} == digests([files[0], files[2]])


def test_files_of_a_folder_wait_for_the_net(
    cast: Cast, visit: Visit, settings: Settings, tmp_path: Path, find_barriers: FindBarriers
) -> None:
    """G09: many at once, a double press, and each is one document."""
    settings.FILES_ROOT = tmp_path / "files"
    files = [heavy(tmp_path, f"bild{number}.jpg") for number in range(2)]
    maria = visit(cast.maria)
    maria.goto("/dokument/")
    maria.get_by_role("link", name="Om barnen").click()
    break_in_the_middle(maria, "#files", files)
    assert find_barriers(maria) == []
    maria.get_by_role("button", name="Ladda upp och gå vidare").dblclick()
    expect(maria.get_by_role("heading", name="Dela dokument")).to_be_visible()
    assert {one.file.digest for one in DocumentVersion.objects.all()} == digests(files)
    assert DocumentVersion.objects.count() == 2


def test_a_file_that_can_never_come_is_only_taken_away(writing: Page, tmp_path: Path) -> None:
    empty = tmp_path / "tom.jpg"
    empty.touch()
    writing.locator("#post-files").set_input_files(empty)
    row = writing.locator(".upload")
    expect(row).to_contain_text("Filen är tom.")
    expect(row.get_by_role("button", name="Försök igen")).to_be_hidden()
    row.get_by_role("button", name="Ta bort").click()
    expect(row).to_have_count(0)
