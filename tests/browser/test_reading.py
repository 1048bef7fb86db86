"""What is printed can be read: on a phone, when it was refused, and in a language that runs from right to left."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import ViewportSize, expect

from attendance.models import WeekPlan
from tests.browser.conftest import PHONE, Visit
from tests.cast import Cast

NARROWEST: ViewportSize = {"width": 320, "height": 640}

# What is printed outside the window, or cut off by the box that it is in.
CUT_OFF = """() => [...document.querySelectorAll('main :is(td, th, a, button, p, h1, h2)')].filter((part) => {
    const box = part.getBoundingClientRect();
    if (!box.width || part.closest('.visually-hidden')) return false;
    let left = 0, right = document.documentElement.clientWidth;
    for (let around = part.parentElement; around; around = around.parentElement) {
        if (getComputedStyle(around).overflowX === 'visible') continue;
        const edges = around.getBoundingClientRect();
        [left, right] = [Math.max(left, edges.left), Math.min(right, edges.right)];
    }
    return box.left < left - 1 || box.right > right + 1;
}).map((part) => part.outerHTML.slice(0, 120))"""

# Texts like 07:30–16:00 whose end is printed to the left of their beginning.
TURNED = r"""() => {
    document.documentElement.dir = 'rtl';
    const [found, turned] = [[], []];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        for (const match of text.data.matchAll(/\d\d:\d\d–\d\d:\d\d/g)) {
            if (text.parentElement.closest('.visually-hidden')) continue;
            const at = (offset) => {
                const range = document.createRange();
                range.setStart(text, match.index + offset);
                range.setEnd(text, match.index + offset + 1);
                return range.getBoundingClientRect().left;
            };
            if (!at(0)) continue;
            found.push(match[0]);
            if (at(0) > at(10)) turned.push(match[0]);
        }
    }
    return {found, turned};
}"""


@pytest.fixture
def planned(cast: Cast) -> Cast:
    weeks = [[[["07:30", "11:00"], ["12:30", "16:00"]]] * 5 + [[], []]]
    for one in (cast.elsa, cast.hugo):
        WeekPlan.objects.create(child=one, starts_on=date(2025, 8, 4), weeks=weeks)
    return cast


@pytest.mark.parametrize("size", [PHONE, NARROWEST], ids=["phone", "narrowest"])
def test_no_column_of_the_month_is_cut_off(planned: Cast, tuesday: date, visit: Visit, size: ViewportSize) -> None:
    page = visit(planned.eva, size=size)
    page.goto(f"/forskola/{planned.granliden.id}/manad/{tuesday:%Y-%m}/")
    expect(page.get_by_role("link", name="Plattor")).to_be_in_viewport(ratio=1)
    assert page.evaluate(CUT_OFF) == []


def test_a_refused_time_comes_back(planned: Cast, tuesday: date, visit: Visit) -> None:
    page = visit(planned.amina, size=PHONE)
    page.goto(f"/barn/{planned.elsa.id}/dag/{tuesday:%Y-%m-%d}/")
    page.locator("[name=starts]").fill("25:99")
    page.get_by_role("button", name="Spara dagen").click()
    expect(page.locator("[name=starts]")).to_have_value("25:99")
    expect(page.locator("[name=starts]")).to_have_accessible_description("Skriv en tid, som 07:30.")


def test_one_toast_at_a_time(planned: Cast, tuesday: date, visit: Visit) -> None:
    page = visit(planned.amina, size=PHONE)
    page.goto("/")
    card = page.locator(f"#child-{planned.elsa.id}")
    card.get_by_text("Sjuk idag").click()
    card.get_by_role("button", name="Anmäl sjuk").click()
    expect(page.locator(".toast")).to_have_text("Elsa är anmäld sjuk idag.")
    card.get_by_role("button", name="Frisk igen").click()
    expect(page.locator(".toast")).to_have_text("Elsas frånvaro tisdag 13 oktober är borttagen. Tiderna gäller igen.")


def test_a_time_range_reads_the_same_from_right_to_left(planned: Cast, tuesday: date, visit: Visit) -> None:
    guardian, principal = visit(planned.amina, size=PHONE), visit(planned.eva)
    for page, address in (
        (guardian, "/"),
        (guardian, f"/schema/?vecka={tuesday:%Y-%m-%d}"),
        (principal, f"/forskola/{planned.granliden.id}/"),
    ):
        page.goto(address)
        seen = page.evaluate(TURNED)
        assert seen["found"], address
        assert not seen["turned"], address
