"""Consents in a real browser: answered on a phone at the first login, changed in two taps, by keyboard too (G04)."""

from __future__ import annotations

from playwright.sync_api import expect

from children.models import Consent, Purpose
from children.selectors.consents import allowing
from portal.lib import days
from tests.browser.conftest import PHONE, TABLET, FindBarriers, Visit
from tests.cast import Cast


def test_the_first_login_ends_in_answering_for_all_children(
    cast: Cast, visit: Visit, find_barriers: FindBarriers
) -> None:
    page = visit(cast.neighbour, size=PHONE, has_touch=True)
    page.goto("/valkommen/")
    page.get_by_role("link", name="Inte nu").tap()
    expect(page.get_by_role("heading", name="Får vi visa bilder?")).to_be_visible()
    assert page.locator("input:checked").count() == 0
    assert find_barriers(page) == []
    for group in page.get_by_role("group", name="Noor").all():
        group.get_by_text("Ja", exact=True).tap()
    page.get_by_role("button", name="Spara mina svar").tap()
    expect(page.get_by_text("Tack. Det du har svarat gäller från och med nu.")).to_be_visible()
    assert Consent.objects.filter(says_yes=True).count() == 4
    assert allowing([cast.noor.pk], Purpose.DEPARTMENT, days.today()) == {cast.noor.pk}
    page.goto("/medgivanden/")
    assert find_barriers(page) == []
    page.get_by_text("Ändra Bilder i avdelningens inlägg, Noor").tap()
    expect(page.get_by_text("Bilder på Noor döljs för andra familjer direkt.").first).to_be_visible()
    assert find_barriers(page) == []
    page.get_by_role("button", name="Dölj bilder på Noor").first.tap()
    expect(page.get_by_text("Bilder på Noor är dolda från och med nu.")).to_be_visible()
    assert allowing([cast.noor.pk], Purpose.DEPARTMENT, days.today()) == set()
    page.goto("/medgivanden/historik/")
    expect(page.get_by_text("Återkallat").first).to_be_visible()
    assert find_barriers(page) == []


def test_one_answer_for_all_children_by_keyboard(cast: Cast, visit: Visit) -> None:
    """Space on "the same for all" answers for each child in sight; another answer for one takes the common one away."""
    page = visit(cast.amina, size=PHONE)
    page.goto("/medgivanden/")
    common = page.get_by_role("group", name="Samma för alla barn").first.get_by_label("Ja", exact=True)
    common.focus()
    page.keyboard.press("Space")
    hugo = page.get_by_role("group", name="Hugo").first
    expect(hugo.get_by_label("Ja", exact=True)).to_be_checked()
    hugo.get_by_label("Ja", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(hugo.get_by_label("Nej", exact=True)).to_be_checked()
    expect(common).not_to_be_checked()
    page.get_by_role("button", name="Spara mina svar").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Du har sagt nej")).to_be_visible()
    assert set(Consent.objects.values_list("child__given_name", "says_yes")) == {("Elsa", True), ("Hugo", False)}


def test_the_staffs_pages_have_no_barriers(cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    page = visit(cast.maria, size=TABLET)
    for address in (f"/avdelning/{cast.blasippan.pk}/medgivanden/", f"/barn/{cast.noor.pk}/medgivanden/"):
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        assert find_barriers(page) == []
    page.set_viewport_size(PHONE)
    page.goto(f"/avdelning/{cast.blasippan.pk}/medgivanden/")
    assert page.locator(".table-wrap").evaluate("shown => shown.scrollWidth <= shown.clientWidth")
    page = visit(cast.administrator, size=TABLET)
    page.goto("/regler/medgivanden/")
    expect(page.get_by_role("heading", name="Regler för medgivanden")).to_be_visible()
    assert find_barriers(page) == []
