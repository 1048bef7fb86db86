"""Who is in a picture, said on a net or to a server that fails: what is not saved is never shown as saved (G03)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError
from playwright.sync_api import Dialog, Page, Route, expect
from pytest_django.fixtures import Settings

from documents.models import PictureTag
from documents.pictures import make_waiting
from messaging.models import Post, PostPicture
from portal.lib import clock
from tests.browser.conftest import PHONE, FindBarriers, Visit
from tests.browser.test_posts import begin
from tests.browser.test_tagging import ALL_TAGGED, press_publish, saved
from tests.browser.test_uploads import heavy
from tests.cast import Cast

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TAGS = "**/inlagg/bild/*/barn/"
UNSAVED = "Bild 1: det som är sagt om vilka som syns är inte sparat."


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path, tuesday: date) -> None:
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def drafting(cast: Cast, visit: Visit, tmp_path: Path) -> Iterator[Page]:
    """A draft on a phone with one picture, and its panel."""
    maria = visit(cast.maria, size=PHONE)
    begin(maria)
    maria.locator("#post-files").set_input_files([heavy(tmp_path)])
    expect(maria.locator(".post-tile")).to_have_count(1)
    make_waiting(now=clock.now())
    expect(maria.locator("#post-look")).to_contain_text("Bild 1 av 1")
    yield maria
    # Whatever is still asked for stands in the way when the database is emptied.
    maria.wait_for_function("() => [...document.images].every((one) => one.complete)")


def fail(page: Page, how: Callable[[Route], None]) -> list[str]:
    """Let `how` answer what is said of pictures, until the returned list is emptied."""
    failing = ["yes"]
    page.route(TAGS, lambda route: how(route) if failing and route.request.method == "POST" else route.continue_())
    return failing


def answers(status: int) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body="")


def tick(page: Page, name: str) -> None:
    page.locator("#post-look .chip", has_text=name).click()


def assert_is_unsaved(page: Page, name: str, words: str) -> None:
    """The child looks unsaved, and the reason stands where it is read."""
    expect(page.locator("#post-look .chip", has_text=name)).to_contain_text("inte sparat")
    said = page.locator(".tag-said").get_by_text(words)
    expect(said).to_be_in_viewport()


@pytest.mark.parametrize("status", [429, 500, 502])
def test_what_a_server_did_not_take_is_sent_again_by_itself(
    drafting: Page, status: int, find_barriers: FindBarriers
) -> None:
    """It is said where the finger is; then it comes, as it is by then."""
    failing = fail(drafting, answers(status))
    tick(drafting, "Elsa L")
    assert_is_unsaved(drafting, "Elsa L", "Inte sparat än")
    tick(drafting, "Noor A")
    assert_is_unsaved(drafting, "Noor A", "Inte sparat än")
    assert find_barriers(drafting) == []
    assert not PictureTag.objects.exists()
    failing.clear()
    saved(drafting, "Elsa L", "Noor A")
    expect(drafting.locator(".chip[data-unsaved]")).to_have_count(0)
    expect(drafting.get_by_text("Inte sparat än")).to_be_hidden()


def test_without_net_it_waits_for_the_net(drafting: Page, cast: Cast) -> None:
    drafting.context.set_offline(True)
    tick(drafting, "Elsa L")
    assert_is_unsaved(drafting, "Elsa L", "Inte sparat än")
    drafting.get_by_label(ALL_TAGGED).check()
    press_publish(drafting)
    expect(drafting.get_by_text(UNSAVED)).to_be_in_viewport()
    drafting.context.set_offline(False)
    saved(drafting, "Elsa L")
    expect(drafting.get_by_text(UNSAVED)).to_have_count(0)
    assert PictureTag.objects.get().child_id == cast.elsa.pk


def test_nothing_is_published_or_left_while_a_tag_is_unsaved(drafting: Page) -> None:
    """Publishing says of which picture; then it goes to the server, which knows who may not be shown."""
    failing = fail(drafting, answers(500))
    tick(drafting, "Elsa L")
    assert_is_unsaved(drafting, "Elsa L", "Inte sparat än")
    drafting.get_by_label(ALL_TAGGED).check()
    press_publish(drafting)
    expect(drafting.get_by_text(UNSAVED)).to_be_in_viewport()
    assert Post.objects.get().is_draft

    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    drafting.on("dialog", stay)
    drafting.get_by_role("link", name="Till alla inlägg").click()
    assert asked == ["beforeunload"]
    failing.clear()
    drafting.get_by_role("button", name="Försök igen").click()
    saved(drafting, "Elsa L")
    press_publish(drafting)
    expect(drafting.locator(".band-red[role=alert]")).to_contain_text("Bild 1: Elsa L saknar samtycke")
    assert asked == ["beforeunload"]


def test_publishing_waits_for_a_tag_on_its_way(drafting: Page) -> None:
    held: list[Route] = []
    drafting.get_by_label(ALL_TAGGED).check()
    fail(drafting, held.append)
    tick(drafting, "Elsa L")
    press_publish(drafting)
    assert_is_unsaved(drafting, "Elsa L", "Sparar")
    assert Post.objects.get().is_draft
    held[0].continue_()
    expect(drafting.locator(".band-red[role=alert]")).to_contain_text("Bild 1: Elsa L saknar samtycke")


def test_a_session_that_ended_asks_to_log_in_and_keeps_what_was_chosen(drafting: Page) -> None:
    """Whoever has logged in again, in another tab, goes on: also the token of the old page is renewed."""
    drafting.reload()  # nothing of the text is on its way any more
    expect(drafting.locator("#post-look")).to_contain_text("Bild 1 av 1")
    cookies = drafting.context.cookies()
    drafting.context.clear_cookies()
    tick(drafting, "Elsa L")
    assert_is_unsaved(drafting, "Elsa L", "du behöver logga in igen")
    login = drafting.get_by_role("link", name="Logga in i en ny flik")
    expect(login).to_have_attribute("target", "_blank")
    expect(drafting.get_by_role("checkbox", name="Elsa L")).to_be_checked()
    kept = [one for one in cookies if one["name"] == django_settings.SESSION_COOKIE_NAME]
    drafting.context.add_cookies(kept)  # type: ignore[arg-type]  # the same shape, by another name
    drafting.get_by_role("button", name="Försök igen").click()
    saved(drafting, "Elsa L")
    drafting.get_by_label(ALL_TAGGED).check()
    press_publish(drafting)  # with today's token
    expect(drafting.locator(".band-red[role=alert]")).to_contain_text("Bild 1: Elsa L saknar samtycke")


def test_what_is_said_last_counts_also_where_an_answer_was_lost(drafting: Page, cast: Cast) -> None:
    """The server took it and could not say so; meanwhile it was unsaid: the server knows that in the end."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    failing = fail(drafting, lose)
    tick(drafting, "Elsa L")
    assert_is_unsaved(drafting, "Elsa L", "Inte sparat än")
    assert PictureTag.objects.filter(child=cast.elsa).exists()
    failing.clear()
    tick(drafting, "Elsa L")
    expect(drafting.locator(".chip[data-unsaved]")).to_have_count(0)
    expect(drafting.get_by_role("checkbox", name="Elsa L")).not_to_be_checked()
    assert not PictureTag.objects.exists()


def test_a_new_box_that_is_moved_while_it_is_saved_is_one(drafting: Page) -> None:
    held: list[Route] = []
    failing = fail(drafting, held.append)
    drafting.get_by_role("button", name="Sudda någon annan").click()
    drafting.keyboard.press("Enter")
    expect(drafting.locator(".tag-box[data-unsaved]")).to_have_count(1)
    failing.clear()
    drafting.keyboard.press("ArrowLeft")
    held[0].continue_()
    expect(drafting.locator(".tag-box:not([data-unsaved])")).to_have_count(1)
    assert PictureTag.objects.get().x == 370


def test_on_a_page_of_its_own_what_is_left_unsaved_holds_the_draft_back_once(
    drafting: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser asks; whoever goes all the same is shown, before it is published, what is saved."""
    draft, picture = drafting.url, PostPicture.objects.get()
    drafting.goto(f"/inlagg/bild/{picture.pk}/barn/")
    monkeypatch.setattr("messaging.views.post_tags.tag", Mock(side_effect=OperationalError))
    tick(drafting, "Elsa L")
    assert_is_unsaved(drafting, "Elsa L", "Inte sparat än")
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    drafting.on("dialog", leave)
    drafting.get_by_role("link", name="Till inlägget").click()
    drafting.wait_for_url(draft)
    assert asked == ["beforeunload"]
    drafting.get_by_label(ALL_TAGGED).check()
    press_publish(drafting)
    expect(drafting.get_by_text("Bild 1: titta en gång till på vilka som syns.")).to_be_in_viewport()
    assert Post.objects.get().is_draft
    expect(drafting.get_by_role("checkbox", name="Elsa L")).not_to_be_checked()
    press_publish(drafting)
    expect(drafting.locator("#publishing")).to_contain_text("Publiceras om")


def test_a_drag_on_the_picture_draws_the_box_that_was_asked_for(drafting: Page, tmp_path: Path) -> None:
    """As it says: drawn. And the panel counts the pictures that have come meanwhile."""
    drafting.locator("#post-files").set_input_files([heavy(tmp_path, "till.jpg")])
    expect(drafting.locator("#post-look h2")).to_have_text("Bild 1 av 2")
    drafting.get_by_role("button", name="Sudda någon annan").click()
    expect(drafting.locator("[data-begun]")).to_be_visible()
    frame = drafting.locator("[data-tag-picture]").bounding_box()
    assert frame
    drafting.mouse.move(frame["x"] + frame["width"] * 0.3, frame["y"] + frame["height"] * 0.28)
    drafting.mouse.down()
    drafting.mouse.move(frame["x"] + frame["width"] * 0.2, frame["y"] + frame["height"] * 0.2, steps=3)
    drafting.mouse.move(frame["x"] + frame["width"] * 0.1, frame["y"] + frame["height"] * 0.1, steps=3)
    drafting.mouse.up()
    expect(drafting.locator("#post-look .tag-places rect")).to_have_count(1)
    box = PictureTag.objects.get(child=None)
    for side, wanted in ((box.x, 100), (box.y, 100), (box.width, 200), (box.height, 180)):
        assert side is not None
        assert abs(side - wanted) < 10
