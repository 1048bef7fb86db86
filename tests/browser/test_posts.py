"""A post with six photos, written on the department's tablet and read on a phone (F10)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, Route, expect
from pytest_django.fixtures import Settings

from documents.pictures import make_waiting
from messaging.models import Post
from messaging.services.posts import release_due
from portal.lib import clock
from tests.browser.conftest import PHONE, FindBarriers, Visit
from tests.cast import Cast

pytestmark = pytest.mark.slow
DAMAGED = 4
COLOURS = ("#d9a441", "#4f8a5b", "#8fb3c9", "#b5532f", "#cdb58c", "#3e6079")


def photos(folder: Path) -> list[Path]:
    """Return six photos, wide and upright, of which the fourth was cut off on its way."""
    made = []
    for number, colour in enumerate(COLOURS, 1):
        size = (900, 1200) if number == 2 else (1200, 900)
        picture = Image.new("RGB", size, colour)
        ImageDraw.Draw(picture).ellipse((300, 250, 700, 650), fill="#f7ead0")
        path = folder / f"bild{number}.jpg"
        picture.save(path, "JPEG", quality=90)
        if number == DAMAGED:
            path.write_bytes(path.read_bytes()[:2_000])
        made.append(path)
    return made


def begin(page: Page) -> None:
    page.goto("/inlagg/")
    page.get_by_role("button", name="Nytt inlägg").click()
    page.get_by_label("Rubrik").fill("Svampskogen")
    page.get_by_label("Berättelse").fill("Vi letade efter flugsvampar och räknade till elva.")
    expect(page.locator("#post-saved")).to_contain_text("Utkast sparat")


def assert_nothing_jumps(page: Page, title: str, *, pictures: int) -> None:
    """Open a post on a net that holds its pictures: each has its place, and its colours in it, before it comes."""
    held: list[Route] = []
    is_fast: list[bool] = []
    page.route("**/inlagg/bild/**", lambda route: route.continue_() if is_fast else held.append(route))
    page.get_by_role("link", name=title).click()
    page.wait_for_function(
        "number => [...document.querySelectorAll('.picture-blur')].filter(one => one.naturalWidth).length === number",
        arg=pictures,
    )
    places = page.locator(".post-pictures")
    before = places.bounding_box()
    is_fast.append(True)
    for route in held:
        route.continue_()
    shown = places.locator("img:not(.picture-blur)")
    expect(shown).to_have_count(pictures)
    for place in range(pictures):
        shown.nth(place).scroll_into_view_if_needed()
        page.wait_for_function(
            "image => image.complete && image.naturalWidth > 0", arg=shown.nth(place).element_handle()
        )
    page.evaluate("scrollTo(0, 0)")
    assert places.bounding_box() == before


@pytest.mark.django_db(transaction=True)
def test_a_post_with_six_photos_of_which_one_is_damaged(
    cast: Cast, visit: Visit, tuesday: date, settings: Settings, tmp_path: Path, find_barriers: FindBarriers
) -> None:
    """F10: the feed shows it when the pictures are ready; the author is told which could not be read, and goes on."""
    settings.FILES_ROOT = tmp_path / "files"
    maria, amina = visit(cast.maria), visit(cast.amina, size=PHONE)
    begin(maria)
    maria.locator("#post-files").set_input_files(photos(tmp_path))
    expect(maria.locator(".post-tile")).to_have_count(6, timeout=30_000)
    expect(maria.locator("#post-pictures")).to_contain_text("Bild 6 görs i ordning")
    assert find_barriers(maria) == []
    expect(maria.locator("#post-readers")).to_contain_text("Läses av 3 vårdnadshavare till 2 barn")
    maria.get_by_label("Alla barn som syns på bilderna är taggade eller suddade").check()
    maria.get_by_role("button", name="Publicera", exact=True).click()
    expect(maria.locator("#publishing")).to_contain_text("Publiceras om")

    later = clock.now() + timedelta(seconds=40)
    assert release_due(now=later) == 0
    amina.goto("/inlagg/")
    expect(amina.get_by_text("Inga inlägg än")).to_be_visible()
    make_waiting(now=clock.now())
    assert release_due(now=later) == 0
    expect(maria.locator("#publishing")).to_contain_text("Bild 4 kunde inte göras i ordning", timeout=15_000)
    expect(maria.locator("#publishing")).to_contain_text("bild4.jpg")
    assert find_barriers(maria) == []
    maria.goto("/nytt/")
    expect(maria.get_by_text("En bild kunde inte göras i ordning: Svampskogen")).to_be_visible()
    maria.goto(f"/inlagg/{Post.objects.get().pk}/")
    maria.get_by_role("button", name="Publicera utan bild 4").click()
    expect(maria.locator("#publishing")).not_to_contain_text("Bild 4")
    assert release_due(now=later) == 1

    amina.goto("/inlagg/")
    expect(amina.get_by_role("link", name="Svampskogen")).to_be_visible()
    expect(amina.locator(".feed-pictures-more")).to_have_text("+2")
    assert find_barriers(amina) == []
    assert_nothing_jumps(amina, "Svampskogen", pictures=5)
    amina.get_by_role("button", name="Hjärta").click()
    expect(amina.get_by_role("button", name="Hjärta")).to_have_attribute("aria-pressed", "true")
    amina.get_by_label("Skriv ett kort tack").fill("Så fint!")
    amina.get_by_role("button", name="Tacka").click()
    expect(amina.get_by_text("Tack! Avdelningen läser det.")).to_be_visible()
    assert find_barriers(amina) == []
    expect(maria.get_by_text("Läst av")).to_be_visible()  # her page has become the published one by itself
    maria.reload()
    expect(maria.get_by_text("Läst av 1 av 3")).to_be_visible()
    expect(maria.get_by_text("Så fint!")).to_be_visible()
    assert find_barriers(maria) == []


@pytest.mark.django_db(transaction=True)
def test_pictures_on_their_way_hold_the_page_and_are_looked_at_large(
    cast: Cast, visit: Visit, tuesday: date, settings: Settings, tmp_path: Path, find_barriers: FindBarriers
) -> None:
    """F10: on a slow net nothing leaves the page before its pictures have come; each is looked at before it is told."""
    settings.FILES_ROOT = tmp_path / "files"
    maria = visit(cast.maria)
    begin(maria)
    slow: list[Route] = []

    def hold(route: Route) -> None:
        slow.append(route)
        if len(slow) > 1:
            route.continue_()

    maria.route("**/uppladdning/**", hold)
    maria.locator("#post-files").set_input_files(photos(tmp_path)[:2])
    expect(maria.locator("[data-upload-progress]")).to_contain_text("Laddar upp 1 av 2")
    publish = maria.get_by_role("button", name="Publicera", exact=True)
    expect(publish).to_be_disabled()
    maria.get_by_label("Rubrik").press("Enter")
    slow[0].continue_()
    expect(maria.locator(".post-tile")).to_have_count(2, timeout=30_000)
    expect(publish).to_be_enabled()

    make_waiting(now=clock.now())
    large = maria.locator("#post-look")
    expect(large.get_by_role("heading", name="Bild 1 av 2")).to_be_visible(timeout=15_000)
    large.get_by_role("link", name="Nästa bild").click()
    expect(large.get_by_role("heading", name="Bild 2 av 2")).to_be_visible()
    maria.wait_for_function("image => image.naturalWidth > 0", arg=large.locator("img").element_handle())
    assert find_barriers(maria) == []
    maria.get_by_role("link", name="Bild 1").click()
    expect(large.get_by_role("heading", name="Bild 1 av 2")).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_two_write_at_once_on_two_screens(cast: Cast, visit: Visit, tuesday: date) -> None:
    """What is saved by itself is refused with a colleague's words beside one's own, and both are kept."""
    maria, viktor = visit(cast.maria), visit(cast.vikar, size=PHONE)
    begin(maria)
    maria.goto(maria.url)  # nothing of hers is still on its way
    viktor.goto(maria.url)
    viktor.get_by_label("Berättelse").fill("Viktors ord")
    expect(viktor.locator("#post-saved")).to_contain_text("Viktor Vik")
    maria.get_by_label("Berättelse").fill("Marias ord")
    expect(maria.locator("#post-conflict")).to_contain_text("Viktors ord")
    expect(maria.get_by_label("Berättelse")).to_have_value("Marias ord")
    maria.get_by_role("button", name="Behåll bådas text").click()
    expect(maria.get_by_label("Berättelse")).to_have_value("Marias ord\n\nViktors ord")


@pytest.mark.django_db(transaction=True)
def test_a_post_without_script(cast: Cast, visit: Visit, tuesday: date, settings: Settings, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    maria = visit(cast.maria, java_script_enabled=False)
    maria.goto("/inlagg/")
    maria.get_by_role("button", name="Nytt inlägg").click()
    maria.get_by_label("Rubrik").fill("Svampskogen")
    maria.locator("#post-files").set_input_files(photos(tmp_path)[:2])
    maria.get_by_role("button", name="Ladda upp de valda bilderna").click()
    expect(maria.locator(".post-tile")).to_have_count(2)
    expect(maria.get_by_label("Rubrik")).to_have_value("Svampskogen")
    maria.get_by_label("Alla barn som syns på bilderna är taggade eller suddade").check()
    maria.get_by_role("button", name="Publicera", exact=True).click()
    expect(maria.locator("#publishing")).to_contain_text("Publiceras om")
