"""A paper is shared at the department's computer and read on a phone (G07)."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from documents.drawing import draw_waiting
from documents.pictures import make_waiting
from documents.services.telling import tell_waiting
from portal.lib import clock
from tests.browser.conftest import PHONE, FindBarriers, Visit
from tests.cast import Cast
from tests.papers import pdf

pytestmark = pytest.mark.slow


def press(page: Page, name: str) -> None:
    """Press a button as the keyboard does."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


@pytest.mark.django_db(transaction=True)
def test_a_paper_is_shared_with_one_family_and_read_on_a_phone(
    cast: Cast, visit: Visit, tuesday: date, settings: Settings, tmp_path: Path, find_barriers: FindBarriers
) -> None:
    """G07: the exact readers are shown before; the guardian opens it and confirms; the sender sees that."""
    settings.FILES_ROOT = tmp_path / "files"
    paper = tmp_path / "Inför samtalet.pdf"
    paper.write_bytes(pdf(3))
    maria, amina = visit(cast.maria), visit(cast.amina, size=PHONE)

    maria.goto("/dokument/")
    expect(maria.get_by_role("heading", name="Dokument", level=1)).to_be_visible()
    assert find_barriers(maria) == []
    maria.get_by_role("link", name="Om barnen").click()
    maria.get_by_label("Lägg till filer i Om barnen").set_input_files(paper)
    expect(maria.locator(".upload")).to_contain_text("Skickad")
    press(maria, "Ladda upp och gå vidare")
    expect(maria.get_by_role("heading", name="Dela dokument")).to_be_visible()
    expect(maria.locator("#share-readers")).to_contain_text("Läses av 3 vårdnadshavare till 2 barn")
    maria.get_by_label("Enstaka barn, var och en för sig").check()
    expect(maria.locator("#share-readers")).to_contain_text("Välj vilka barn det gäller")
    maria.get_by_label("Elsa L").check()
    expect(maria.locator("#share-readers")).to_contain_text("Läses av 2 vårdnadshavare till 1 barn")
    maria.get_by_label("Bekräfta att det är läst").check()
    maria.locator("#share-readers summary").click()
    expect(maria.locator("#share-readers li", has_text="Johan Lind")).to_be_visible()
    assert find_barriers(maria) == []
    press(maria, "Dela")
    expect(maria.get_by_text("1 dokument är delat.")).to_be_visible()
    assert find_barriers(maria) == []

    assert draw_waiting(now=clock.now()) == 1
    assert make_waiting(now=clock.now()) == 3
    assert tell_waiting(now=clock.now()) == 1
    amina.goto("/")
    amina.get_by_role("link", name=re.compile("Läs dokumentet, och bekräfta")).click()
    expect(amina.get_by_role("heading", name="Inför samtalet")).to_be_visible()
    third = amina.get_by_alt_text("Sida 3 av 3")
    third.scroll_into_view_if_needed()
    amina.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=third.element_handle())
    assert find_barriers(amina) == []
    press(amina, "Jag har läst")
    expect(amina.get_by_text("Du bekräftade det")).to_be_visible()
    amina.goto("/dokument/")
    expect(amina.get_by_role("link", name=re.compile("Inför samtalet"))).to_be_visible()
    assert find_barriers(amina) == []

    maria.get_by_role("link", name=re.compile("Inför samtalet")).click()
    expect(maria.get_by_text("Svar från 1 av 2")).to_be_visible()
    expect(maria.get_by_role("heading", name="Har bekräftat")).to_be_visible()
    assert find_barriers(maria) == []
