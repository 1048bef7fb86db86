"""Two homes in a real browser: proposed by one on a phone, answered by the other, by keyboard too (C03)."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from children.home_rules import Handover, every_other_week
from children.models import Household, HouseholdWeeks
from portal.lib import days
from tests.browser.conftest import PHONE, FindBarriers, Visit
from tests.cast import Cast


def propose(page: Page) -> None:
    page.goto("/tva-hem/")
    page.get_by_label("Bytesdag", exact=True).select_option(label="Byte på måndag")
    page.get_by_role("button", name="Fyll i").click()
    expect(page.locator("#homes-form")).to_contain_text("ni lämnar, andra hemmet hämtar")
    page.get_by_role("button", name="Skicka till det andra hemmet").click()
    expect(page.get_by_role("heading", name="Väntar på svar för Elsa och Hugo")).to_be_visible()


def test_one_proposes_and_the_other_answers_on_a_phone(cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """C03: from what is to be done at home to what holds, and what each may then see."""
    mother = visit(cast.amina, size=PHONE, has_touch=True)
    mother.goto("/tva-hem/")
    assert find_barriers(mother) == []
    propose(mother)
    assert find_barriers(mother) == []
    father = visit(cast.johan, size=PHONE, has_touch=True)
    father.goto("/")
    father.get_by_role("link", name="Ett förslag om två hem").first.tap()
    expect(father.get_by_role("heading", name="Ett förslag för Elsa och Hugo")).to_be_visible()
    assert find_barriers(father) == []
    father.get_by_role("button", name="Ja, så är det").tap()
    expect(father.get_by_text("Överenskommet.")).to_be_visible()
    father.get_by_text("Visa våra tider för det andra hemmet").tap()
    father.get_by_role("button", name="Spara").tap()
    expect(father.get_by_text("Det andra hemmet ser era tider nu.")).to_be_visible()
    assert find_barriers(father) == []
    mother.goto("/tva-hem/")
    expect(mother.get_by_text("Det andra hemmet visar sina tider för er.")).to_be_visible()
    assert HouseholdWeeks.objects.agreed().count() == 2


def test_painted_and_answered_by_keyboard(cast: Cast, visit: Visit) -> None:
    """A night is marked with Space; the focus stays on it, and the dates follow."""
    page = visit(cast.amina, size=PHONE)
    page.goto("/tva-hem/")
    night = page.locator("#homes-form input[name=nights]").first
    was_checked = night.is_checked()
    name = night.get_attribute("id")
    night.focus()
    with page.expect_response("**/tva-hem/"):
        page.keyboard.press("Space")
    again = page.locator(f"#{name}")
    expect(again).to_be_focused()
    expect(again).to_be_checked(checked=not was_checked)
    send = page.get_by_role("button", name="Skicka till det andra hemmet")
    for _step in range(60):
        page.keyboard.press("Tab")
        if send.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Väntar på svar för Elsa och Hugo")).to_be_visible()


def test_the_other_home_s_days_in_the_planner(cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """They are seen, read out, and cannot be marked where the plan never comes to a day of one's own."""
    began = days.monday_of(days.today()) - timedelta(weeks=2)
    for child in (cast.elsa, cast.hugo):
        homes = [Household.objects.create(child=child) for _home in range(2)]
        for home, guardian in zip(homes, (cast.amina, cast.johan), strict=True):
            home.guardians.set([guardian])
        HouseholdWeeks.objects.create(
            child=child,
            first=homes[0],
            second=homes[1],
            starts_on=began,
            weeks=list(every_other_week(0)),
            handover=Handover.BEFORE,
            is_proposed=False,
        )
    page = visit(cast.amina, size=PHONE)
    page.goto(f"/schema/?vecka={began + timedelta(weeks=3)}")
    theirs = page.get_by_role("checkbox", name="det andra hemmet")
    expect(theirs).to_have_count(5)
    expect(page.get_by_text("Streckade dagar är i det andra hemmet.")).to_be_visible()
    assert find_barriers(page) == []
    page.goto(f"/schema/?vecka={began + timedelta(weeks=2)}")
    expect(page.get_by_role("checkbox", name="det andra hemmet")).to_have_count(0)
