"""Where one stands on a phone after a step of the planner: at what the step was about, and the keyboard with it."""

from __future__ import annotations

from datetime import date
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.conftest import PHONE, FindBarriers, Visit
from tests.browser.test_keyboard import lay_plans
from tests.cast import Cast

TOUCH: dict[str, Any] = {"has_touch": True, "is_mobile": True}


def has_come_to(what: Locator) -> None:
    """Fail where this does not get the focus, or is not in sight then."""
    expect(what).to_be_focused()
    expect(what).to_be_in_viewport(ratio=1)


def test_a_week_a_copy_and_a_save(cast: Cast, tuesday: date, visit: Visit, find_barriers: FindBarriers) -> None:
    """Far down the page a week is chosen, or copied to others: one comes to its heading, to what was done."""
    lay_plans(cast, tuesday)
    page = visit(cast.amina, size=PHONE, **TOUCH)
    page.goto(f"/schema/?vecka=2026-10-19&barn={cast.elsa.id}")
    page.locator("[name=weekdays]").nth(2).check()
    page.locator("[name=ends]").fill("12:00")
    page.get_by_role("button", name="Fyll i dagarna").tap()
    expect(page.locator("#schedule")).to_contain_text("09:00–12:00")
    page.get_by_role("button", name="v. 45").tap()
    has_come_to(page.get_by_role("heading", name="Vecka 45"))
    expect(page.get_by_text("Nu fyller du i vecka 45. Valt sedan förut: onsdag · Varje vecka.")).to_be_in_viewport()
    assert find_barriers(page) == []
    page.locator("summary", has_text="Kopiera vecka 45").tap()
    page.locator("[name=to_weeks]").nth(1).check()
    page.get_by_role("button", name="Kopiera", exact=True).tap()
    has_come_to(page.get_by_role("status").filter(has_text="Kopierat till v. 47. Inget är sparat än."))
    assert find_barriers(page) == []
    page.get_by_role("button", name="Förhandsgranska och spara").tap()
    page.get_by_role("button", name="Spara schemat").tap()
    has_come_to(page.get_by_role("status").filter(has_text="är spara"))
    assert find_barriers(page) == []


def test_words_instead(cast: Cast, tuesday: date, visit: Visit) -> None:
    """The shortest way to a plan lies far down: a link at the top leads into its field."""
    page = visit(cast.amina, size=PHONE, **TOUCH)
    page.goto("/schema/?vecka=2026-10-19")
    page.get_by_role("link", name="Skriv i stället").tap()
    has_come_to(page.get_by_label("Skriv som du säger det"))


def test_without_script_the_answer_is_in_sight(cast: Cast, tuesday: date, visit: Visit) -> None:
    """A whole page comes, at what was asked for rather than at its top."""
    page = visit(cast.amina, size=PHONE, java_script_enabled=False)
    page.goto(f"/schema/?vecka=2026-10-19&barn={cast.elsa.id}")
    page.get_by_label("Skriv som du säger det").fill("mån–fre 8–15")
    page.get_by_role("button", name="Visa hur det blir").click()
    expect(page.locator(".understood")).to_be_in_viewport()
    page.get_by_role("button", name="Ändra texten").click()
    expect(page.get_by_label("Skriv som du säger det")).to_be_in_viewport()
    page.locator("summary", has_text="Kopiera vecka 43").click()
    page.locator("[name=to_weeks]").first.check()
    page.get_by_role("button", name="Kopiera", exact=True).click()
    expect(page.get_by_text("Kopierat till v. 44.")).to_be_in_viewport()
