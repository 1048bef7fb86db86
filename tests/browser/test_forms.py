"""A form is built at the department's computer and answered by two guardians on their phones (G06)."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, FindBarriers, Visit
from tests.browser.test_documents import press
from tests.cast import Cast

pytestmark = pytest.mark.slow


def _answer(page: Page, find_barriers: FindBarriers) -> None:
    """Answer from the own home: one question is forgotten, and nothing is lost by it."""
    page.goto("/")
    page.get_by_role("link", name=re.compile("Utflykt")).click()
    page.get_by_label("Telefonnummer där vi når er under dagen").fill("070-123 45 67")
    press(page, "Läs igenom och skriv under")
    expect(page.get_by_text("Svara på den här frågan.")).to_be_visible()
    expect(page.get_by_label("Telefonnummer där vi når er under dagen")).to_have_value("070-123 45 67")
    assert find_barriers(page) == []
    page.get_by_label("Ja", exact=True).check()
    page.get_by_label("Buss").check()
    press(page, "Läs igenom och skriv under")
    expect(page.get_by_text("Du undertecknar med din inloggning")).to_be_visible()
    assert find_barriers(page) == []
    press(page, "Skriv under")
    expect(page.get_by_text("Undertecknat med inloggning av")).to_be_visible()
    assert find_barriers(page) == []


@pytest.mark.django_db(transaction=True)
def test_a_form_is_built_answered_by_both_and_says_who_has_not(
    cast: Cast, visit: Visit, tuesday: date, find_barriers: FindBarriers
) -> None:
    """G06, with the keyboard: from a template, with a question of one's own; who has not is seen in between."""
    maria = visit(cast.maria)
    maria.goto("/blanketter/personal/")
    assert find_barriers(maria) == []
    press(maria, "Utflykt")
    expect(maria.get_by_role("heading", name="Fråga 4")).to_be_visible()
    maria.get_by_label("Ny fråga").select_option(label="Ja eller nej")
    press(maria, "Lägg till frågan")
    maria.locator("#fraga-5").get_by_label("Fråga", exact=True).fill("Har barnet egen väst?")
    maria.locator("#fraga-5").get_by_label("Måste besvaras").uncheck()
    press(maria, "Flytta fråga 5 uppåt")
    expect(maria.locator("#fraga-5").get_by_role("heading", name="Fråga 4")).to_be_visible()
    press(maria, "Ta bort fråga 4")
    expect(maria.locator("#fraga-5")).to_have_count(0)
    maria.get_by_label("Alla vårdnadshavare ska svara").check()
    maria.get_by_label("Bara barnen som jag väljer").check()
    maria.get_by_label("Elsa Lind").check()
    assert find_barriers(maria) == []
    press(maria, "Se som familj")
    expect(maria.get_by_role("heading", name="Så här ser familjen den")).to_be_visible()
    assert find_barriers(maria) == []
    maria.get_by_role("link", name="Tillbaka till blanketten").click()
    maria.locator(".readers summary").click()
    expect(maria.locator(".post-readers-list")).to_contain_text("Johan Lind")
    expect(maria.locator(".readers summary")).to_contain_text("Går till 2 vårdnadshavare")
    press(maria, "Skicka")
    expect(maria.get_by_role("heading", name="0 av 1 barn är klara")).to_be_visible()
    assert find_barriers(maria) == []

    _answer(visit(cast.amina, size=PHONE), find_barriers)
    maria.reload()
    waiting = maria.locator(".form-asked-guardians li")
    expect(waiting.filter(has_text="Johan Lind")).to_contain_text("Väntar")
    expect(waiting.filter(has_text="Amina Lind")).to_contain_text("Har svarat")

    _answer(visit(cast.johan, size=PHONE), find_barriers)
    maria.reload()
    expect(maria.get_by_role("heading", name="1 av 1 barn är klara")).to_be_visible()
    expect(maria.get_by_role("heading", name="Har inte svarat")).to_have_count(0)
    assert find_barriers(maria) == []
    maria.get_by_role("link", name="Elsa Lind").click()
    expect(maria.get_by_text("Undertecknat med inloggning").first).to_be_visible()
    assert find_barriers(maria) == []
