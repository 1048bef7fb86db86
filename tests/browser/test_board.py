"""The board as thumbs, keyboards and screen readers meet it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core import signing
from playwright.sync_api import Page, ViewportSize, expect

from accounts.models import User
from accounts.services import choose_pin
from attendance.models import DayPlan, Stay, WeekPlan
from children.models import Child, Tablet
from children.tablets import revoke
from portal.lib import clock, days, live
from tests import cast as people
from tests.browser.conftest import PHONE, TABLET, FindBarriers, Visit
from tests.cast import Cast

NAMES = ("Alma", "Tuva", "Maximilian", "Ebba", "Vidar", "Ines")


def fill(cast: Cast, tuesday: date) -> list[Child]:
    """Put six more children at Blåsippan, expected every ten minutes from nine."""
    made = [people.child(name, "Wide") for name in NAMES]
    for number, child in enumerate([*made, cast.elsa, cast.noor]):
        if child in made:
            people.place(child, cast.blasippan)
        week = [[[f"09:{number}0" if number < 6 else "08:45", "15:30"]]] * 7
        WeekPlan.objects.create(child=child, starts_on=days.monday_of(tuesday), weeks=[week])
    return made


def pin(tablet: Tablet, person: User) -> str:
    return signing.dumps([str(tablet.id), str(person.id)], salt="pin")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{name}")).click()


def state(page: Page, child: Child) -> str:
    return page.locator(f"#tile-{child.id} .tile-state").inner_text()


def names(page: Page) -> list[str]:
    return [text.partition(",")[0] for text in page.locator(".tile-tap").all_text_contents()]


def counts(page: Page) -> list[str]:
    return page.locator("#counts strong").all_text_contents()


@pytest.fixture
def paired(cast: Cast, tuesday: date) -> tuple[Tablet, str]:
    """The tablet in Blåsippan's hall and its cookie; eight children are expected."""
    fill(cast, tuesday)
    return people.tablet(cast.blasippan)


@pytest.fixture
def board(cast: Cast, paired: tuple[Tablet, str], visit: Visit) -> Page:
    """Its page, nobody's PIN."""
    page = visit(paired[1])
    page.goto(f"/avdelning/{cast.blasippan.id}/")
    return page


def test_one_tap_in_one_tap_out_and_undo(cast: Cast, board: Page) -> None:
    """E01: the tile moves to its place, the counts follow, and the toast takes it back."""
    assert counts(board) == ["8", "0", "0", "0"]
    press(board, "Alma W")
    expect(board.locator(".toast")).to_contain_text("Alma W är här sedan 08:4")
    assert counts(board) == ["7", "1", "0", "0"]
    assert names(board)[-1] == "Alma W", "who is here stands after those who are expected"
    expect(board.locator(".tile-last .tile-tap")).to_contain_text("Alma W")
    expect(board.locator(".tile-tap:focus")).to_contain_text("Alma W")
    press(board, "Alma W")
    assert counts(board) == ["7", "1", "0", "0"], "a thumb that lands twice is one tap"
    board.wait_for_timeout(1_100)
    press(board, "Alma W")
    expect(board.locator(".toast")).to_contain_text("Alma W gick 08:4")
    board.get_by_role("button", name="Ångra").click()
    expect(board.locator(".toast")).to_contain_text("Ångrat: Alma W")
    assert counts(board) == ["7", "1", "0", "0"]


def test_what_happens_elsewhere_shows_without_reload(cast: Cast, board: Page, visit: Visit) -> None:
    """E05, with the embedded default: another tablet's tap is here within a second or so, and is said politely."""
    board.locator(f"#tile-{cast.noor.id} .tile-tap").focus()
    other = visit(people.tablet(cast.blasippan, "Entrén")[1])
    other.goto(f"/avdelning/{cast.blasippan.id}/")
    press(other, "Elsa L")
    expect(board.locator(f"#tile-{cast.elsa.id}")).to_contain_text("Här 08:4")
    assert counts(board) == ["7", "1", "0", "0"]
    expect(board.locator("#announce")).to_contain_text("Elsa L: Här 08:4")
    expect(board.locator(f"#tile-{cast.noor.id} .tile-tap")).to_be_focused()


def test_several_at_once(cast: Cast, board: Page) -> None:
    """E03, one tablet's part: marked tiles stay marked while the board renews itself, and go in together."""
    board.get_by_role("link", name="Välj flera").click()
    expect(board.get_by_role("link", name="Avbryt")).to_be_visible()
    for name in ("Alma W", "Tuva W", "Elsa L"):
        board.locator(".tile", has_text=name).click()
    expect(board.get_by_role("button", name="Lämna in 3")).to_be_enabled()
    expect(board.get_by_role("button", name="Hämta")).to_be_disabled()
    DayPlan.objects.create(child=cast.noor, day=days.today(), intervals=[], changed_at=clock.now())
    live.touch({cast.blasippan.id})
    expect(board.locator(f"#tile-{cast.noor.id}")).to_contain_text("Frånvarande")
    board.get_by_role("button", name="Lämna in 3").click()
    expect(board.locator(".toast")).to_contain_text("3 barn är här.")
    expect(board.get_by_role("link", name="Välj flera")).to_be_visible()
    assert counts(board) == ["4", "3", "0", "1"]
    assert Stay.objects.count() == 3


def test_letting_out_several_is_asked_once_more(
    cast: Cast, board: Page, paired: tuple[Tablet, str], visit: Visit
) -> None:
    for name in ("Alma W", "Tuva W"):
        press(board, name)
        expect(board.locator(".toast")).to_contain_text(name)
    page = visit(paired[1], pin=pin(paired[0], cast.maria))
    page.goto(f"/avdelning/{cast.blasippan.id}/?valj=1")
    for name in ("Alma W", "Tuva W"):
        page.locator(".tile", has_text=name).click()
    page.get_by_role("button", name="Hämta 2").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Alma W")
    dialog.get_by_role("button", name="Hämta 2 barn").click()
    expect(page.locator(".toast")).to_contain_text("2 barn har gått hem.")
    expect(dialog).to_have_count(0)
    assert counts(page) == ["6", "0", "2", "0"]


def test_letting_out_several_asks_for_a_pin_and_forgets_nothing(cast: Cast, board: Page) -> None:
    """The marked tiles are still marked after the PIN; then the board tells more, until it is locked."""
    choose_pin(person=cast.maria, code="4711", now=clock.now())
    cast.elsa.allergy = "Nötter"
    cast.elsa.save()
    for name in ("Alma W", "Elsa L"):
        press(board, name)
        expect(board.locator(".toast")).to_contain_text(name)
    board.get_by_role("link", name="Välj flera").click()
    expect(board.get_by_role("link", name="Avbryt")).to_be_visible()
    for name in ("Alma W", "Elsa L"):
        board.locator(".tile", has_text=name).click()
    board.get_by_role("button", name="Hämta 2").click()
    board.get_by_role("radio", name="Maria Berg").check()
    board.locator("[name=pin]").fill("4711")
    board.get_by_role("button", name="Lås upp").click()
    expect(board.get_by_role("button", name="Hämta 2")).to_be_enabled()
    expect(board.locator(f"#tile-{cast.elsa.id}")).to_contain_text("Allergi")
    board.get_by_role("button", name="Maria Lås").click()
    expect(board.locator(f"#tile-{cast.elsa.id}")).to_contain_text("Läs")


def test_the_menu_of_a_tile_keeps_its_focus(cast: Cast, board: Page) -> None:
    more = board.get_by_role("link", name="Mer om Alma W")
    more.click()
    dialog = board.get_by_role("dialog")
    expect(dialog).to_contain_text("Lås upp med PIN")
    board.wait_for_timeout(1200)  # the board asks meanwhile
    expect(dialog).to_be_visible()
    board.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(board.get_by_role("link", name="Mer om Alma W")).to_be_focused()


def test_without_network_nothing_is_taken_and_it_says_so(cast: Cast, board: Page) -> None:
    board.context.set_offline(True)
    press(board, "Alma W")
    expect(board.locator(".toast")).to_contain_text("Inget är ändrat. Tryck igen när nätet är tillbaka.")
    expect(board.locator(".band")).to_contain_text("Utan nät sedan 08:4")
    assert counts(board) == ["8", "0", "0", "0"]
    expect(board.locator("#announce")).to_contain_text("Utan nät")
    board.context.set_offline(False)
    expect(board.locator(".band")).to_have_count(0)
    expect(board.locator("#announce")).to_be_empty()
    press(board, "Alma W")
    expect(board.locator(".toast")).to_contain_text("Alma W är här")


def test_a_revoked_tablet_leaves_the_board(cast: Cast, board: Page, paired: tuple[Tablet, str]) -> None:
    """A06: shut out at its next question, by itself."""
    revoke(tablet=paired[0], actor_person=cast.eva, now=clock.now())
    expect(board.locator(".tile")).to_have_count(0)
    assert "/avdelning/" not in board.url


def test_with_the_keyboard_alone(cast: Cast, board: Page) -> None:
    board.locator(".tile-tap").first.focus()
    first = names(board)[0]
    board.keyboard.press("Enter")
    expect(board.locator(".toast")).to_contain_text(f"{first} är här")
    expect(board.locator(".tile-tap:focus")).to_contain_text(first)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(
    cast: Cast, board: Page, paired: tuple[Tablet, str], visit: Visit, scheme: str, find_barriers: FindBarriers
) -> None:
    """axe: the board, marking, and a child's dialog with a PIN."""
    press(board, "Alma W")
    expect(board.locator(".toast")).to_contain_text("Alma W")
    page = visit(
        paired[1],
        pin=pin(paired[0], cast.maria),
        color_scheme=scheme,
    )
    page.goto(f"/avdelning/{cast.blasippan.id}/")
    assert find_barriers(page) == []
    page.get_by_role("link", name="Mer om Alma W").click()
    expect(page.get_by_role("dialog")).to_contain_text("Får hämta")
    assert find_barriers(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Välj flera").click()
    expect(page.get_by_role("link", name="Avbryt")).to_be_visible()
    page.locator(".tile", has_text="Tuva W").click()
    assert find_barriers(page) == []


@pytest.mark.parametrize("size", [PHONE, {"width": 320, "height": 640}, TABLET])
def test_no_sideways_scrolling(cast: Cast, board: Page, size: ViewportSize) -> None:
    board.set_viewport_size(size)
    width = board.evaluate("document.documentElement.scrollWidth")
    assert width <= size["width"]
