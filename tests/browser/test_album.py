"""A family's album on a phone, and everything about a child in one file that opens from the disk (G08)."""

from __future__ import annotations

import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Browser, expect
from pytest_django.fixtures import Settings

from documents.pictures import make_waiting
from documents.services.files import keep
from messaging.models import PostPicture
from oversight.services import extracts
from portal.demo.drawing import leaves, picture, wood
from portal.lib import clock
from tests.browser.conftest import PHONE, FindBarriers, Visit
from tests.cast import Cast
from tests.test_album import told
from tests.test_extract import write

pytestmark = pytest.mark.slow
OUTSIDE = ("http:", "https:", "ws:", "wss:")


def pictured(cast: Cast) -> None:
    """Publish two posts with a real picture each, in two months."""
    for days_ago, scene, title in ((45, wood, "Snögubben"), (0, leaves, "Löven på gården")):
        at = clock.now() - timedelta(days=days_ago, hours=1)
        (one,) = told(cast.blasippan, cast.maria, [cast.elsa], at=at, title=title)
        drawn = picture(title, scene).read()
        kept = keep(SimpleUploadedFile("bild.jpg", drawn), by_id=cast.maria.pk, now=at)
        PostPicture.objects.filter(pk=one.pk).update(file=kept)
    make_waiting(now=clock.now())


@pytest.mark.django_db(transaction=True)
def test_a_family_looks_takes_everything_and_opens_it_without_us(
    cast: Cast,
    visit: Visit,
    tuesday: date,
    settings: Settings,
    tmp_path: Path,
    browser: Browser,
    find_barriers: FindBarriers,
) -> None:
    """G08: the album on a phone, one picture large, everything asked for, fetched and opened offline."""
    settings.FILES_ROOT = tmp_path / "files"
    pictured(cast)
    write(cast, cast.amina, "Elsa har nya stövlar")
    amina = visit(cast.amina, size=PHONE)
    amina.goto("/")
    amina.get_by_role("link", name="Bilder & dokument").click()
    expect(amina.get_by_role("heading", level=2)).to_have_count(3)  # two months, and to take all along
    expect(amina.locator(".album img[loading=lazy]")).to_have_count(2)
    assert find_barriers(amina) == []
    amina.get_by_role("link", name="Bild ur Löven på gården").click()
    expect(amina.get_by_role("heading", name="Löven på gården")).to_be_visible()
    assert find_barriers(amina) == []
    amina.keyboard.press("ArrowRight")
    expect(amina.get_by_role("heading", name="Snögubben")).to_be_visible()
    amina.get_by_role("link", name="Förra").click()
    expect(amina.get_by_role("heading", name="Löven på gården")).to_be_visible()
    with amina.expect_download() as saving:
        amina.get_by_role("link", name="Spara bilden").click()
    assert saving.value.suggested_filename.startswith("bild-")

    amina.get_by_role("link", name="Till albumet").click()
    amina.get_by_role("link", name="Allt om Elsa").click()
    amina.get_by_role("button", name="Samla allt om Elsa").click()
    expect(amina.get_by_role("heading", name="Samlas ihop")).to_be_visible()
    assert find_barriers(amina) == []
    extracts.make_waiting(now=clock.now())
    expect(amina.get_by_role("heading", name="Klart att hämta")).to_be_visible()
    assert find_barriers(amina) == []
    with amina.expect_download() as fetching:
        amina.get_by_role("link", name="Hämta filen").click()
    folder = tmp_path / "allt"
    zipfile.ZipFile(fetching.value.path()).extractall(folder)
    opened_offline(browser, folder, find_barriers)


def opened_offline(browser: Browser, folder: Path, find_barriers: FindBarriers) -> None:
    """Open every page from the disk, without a network: all links lead somewhere, all pictures show, nothing leaves."""
    context = browser.new_context(viewport=PHONE, offline=True, locale="sv-SE")
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    waiting, seen, shown = [(folder / "index.html").as_uri()], set(), 0
    while waiting:
        address = waiting.pop()
        if address in seen or not address.endswith(".html"):
            continue
        seen.add(address)
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert page.evaluate("[...document.querySelectorAll('.wide')].every(one => one.scrollWidth <= one.clientWidth)")
        for image in page.locator("img").all():
            image.scroll_into_view_if_needed()
            expect(image).to_have_js_property("complete", True)
            assert image.evaluate("picture => picture.naturalWidth") > 0
            shown += 1
        assert faults == [], address
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert find_barriers(page) == [], address
        faults.clear()  # whoever looks for barriers asks for the style by a script, which the page forbids
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href.split('#')[0])")
        for link in links:
            assert Path(link.removeprefix("file://")).is_file(), link
        waiting += links
    assert shown == 2
    assert len(seen) >= 7
    assert [address for address in asked if address.startswith(OUTSIDE)] == []
    context.close()
