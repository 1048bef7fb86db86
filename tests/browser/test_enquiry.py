"""A holiday enquiry in a real browser: a family on a phone, with and without script; the principal at a desk (C10)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from attendance import services
from attendance.models import EnquiryAnswer, HolidayEnquiry
from attendance.rules import Silence
from attendance.services import Question
from children.actors import Actor
from portal.lib import clock, days
from tests.browser.conftest import DESKTOP, PHONE, FindBarriers, Visit
from tests.cast import Cast, plan

# Where the bar lies over what has the focus: both, in words.
COVERED = """() => {
    const focused = document.activeElement, bar = document.querySelector(".save-bar");
    const box = (focused.closest("label") ?? focused).getBoundingClientRect(), lies = bar.getBoundingClientRect();
    const is_apart = bar.contains(focused) || focused === document.body;
    if (is_apart || box.bottom <= lies.top || box.top >= lies.bottom) return "";
    return `${focused.outerHTML} at ${box.top}-${box.bottom}, the bar from ${lies.top}`;
}"""


@pytest.fixture
def row(cast: Cast) -> HolidayEnquiry:
    """Ask about three weeks that begin in two months."""
    plan(cast.elsa, cast.hugo)
    monday = days.monday_of(days.today()) + timedelta(days=63)
    asked = Question(
        "Lovet",
        "Vi planerar bemanningen.",
        starts_on=monday,
        ends_on=monday + timedelta(days=18),
        opens_on=days.today(),
        answer_by=monday - timedelta(days=20),
        silence=Silence.FREE,
    )
    return services.make_enquiry(
        question=asked, actor=Actor.of_person(cast.eva), now=clock.now(), preschool_id=cast.granliden.pk
    )


def test_two_siblings_on_a_phone(cast: Cast, row: HolidayEnquiry, visit: Visit, find_barriers: FindBarriers) -> None:
    """C10: from home, all free, one week otherwise, one day otherwise, saved; the thing to do is gone."""
    page = visit(cast.amina, size=PHONE, has_touch=True)
    page.goto("/")
    page.get_by_role("link", name="Lovet").tap()
    words = page.locator("#answers-in-words")
    expect(words).to_contain_text("dagar saknar svar")
    page.get_by_role("button", name="Alla lediga").tap()
    expect(words).to_contain_text("Alla dagar är besvarade.")
    expect(words.get_by_role("listitem")).to_have_count(1)
    second = page.locator("section[id^=week-]").nth(1)
    second.get_by_role("button", name="Kommer").tap()
    expect(second.get_by_role("listitem")).to_have_text("Elsa och Hugo: kommer")
    second.locator("summary").tap()
    first_day = second.locator(".week-day").filter(has=page.locator("fieldset")).first
    first_day.get_by_role("group", name="Hugo").get_by_text("Ledig").tap()
    expect(second.get_by_role("listitem").filter(has_text="Hugo")).to_contain_text("ledig")
    expect(second.locator("details")).to_have_attribute("open", "")
    assert not EnquiryAnswer.objects.exists()
    assert find_barriers(page) == []
    page.get_by_role("button", name="Spara svaren").tap()
    expect(page.get_by_text("Tack! Svaren är sparade.")).to_be_visible()
    kept = EnquiryAnswer.objects.filter(attends=True)
    assert kept.filter(child=cast.elsa).count() == kept.filter(child=cast.hugo).count() + 1
    page.goto("/")
    expect(page.get_by_role("link", name="Lovet")).to_have_count(0)


def test_nothing_is_lost_and_nothing_is_covered(
    cast: Cast, row: HolidayEnquiry, visit: Visit, find_barriers: FindBarriers
) -> None:
    """While something is not saved the button is on the screen; it hides nothing that has the focus (WCAG 2.4.11)."""
    page = visit(cast.amina, size=PHONE)
    page.goto(f"/lov/{row.pk}/")
    save = page.get_by_role("button", name="Spara svaren")
    expect(save).not_to_be_in_viewport()
    pressed = page.locator("section[id^=week-]").first.get_by_role("button", name="Lediga")
    pressed.evaluate("button => scrollBy(0, button.getBoundingClientRect().bottom - innerHeight + 80)")
    pressed.click()
    expect(save).to_be_in_viewport()
    expect(pressed).not_to_have_class(re.compile("htmx-"))
    expect(pressed).to_be_focused()
    assert page.evaluate(COVERED) == ""
    assert find_barriers(page) == []
    places = page.get_by_role("navigation", name="Huvudmeny").bounding_box()
    bar = page.locator(".save-bar").bounding_box()
    assert bar
    assert places
    assert bar["y"] + bar["height"] <= places["y"]
    for _step in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(COVERED) == ""
    page.goto("/")
    page.goto(f"/lov/{row.pk}/")
    expect(page.locator("#save-bar")).to_contain_text("osparade svar")
    page.get_by_role("button", name="Ångra").click()
    expect(page.locator("#answers-in-words")).to_contain_text("inget svar än")
    expect(page.locator("#save-bar")).not_to_contain_text("osparade")


def test_without_script(cast: Cast, row: HolidayEnquiry, visit: Visit) -> None:
    page = visit(cast.amina, size=PHONE, java_script_enabled=False)
    page.goto(f"/lov/{row.pk}/")
    page.get_by_role("button", name="Alla kommer").click()
    page.locator("section[id^=week-]").first.get_by_role("button", name="Lediga").click()
    page.get_by_role("button", name="Visa svaren i ord").click()
    expect(page.locator("#answers-in-words")).to_contain_text("Elsa och Hugo: ledig")
    page.get_by_role("button", name="Spara svaren").click()
    expect(page.get_by_text("Tack! Svaren är sparade.")).to_be_visible()
    assert EnquiryAnswer.objects.filter(attends=False).exists()
    assert EnquiryAnswer.objects.filter(attends=True).exists()


def test_by_keyboard(cast: Cast, row: HolidayEnquiry, visit: Visit) -> None:
    """The focus stays where it was when a gesture has swapped what it stands in."""
    page = visit(cast.amina, size=PHONE)
    page.goto(f"/lov/{row.pk}/")
    button = page.locator("section[id^=week-]").first.get_by_role("button", name="Kommer")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("section[id^=week-]").first.get_by_role("listitem")).to_have_text("Elsa och Hugo: kommer")
    expect(button).to_be_focused()


def test_the_principal_sees_who_has_not_answered(
    cast: Cast, row: HolidayEnquiry, visit: Visit, find_barriers: FindBarriers
) -> None:
    page = visit(cast.eva, size=DESKTOP)
    page.goto(f"/forskola/{cast.granliden.pk}/lov/")
    assert find_barriers(page) == []
    page.get_by_role("link", name="Lovet").click()
    expect(page.get_by_role("heading", name="0 av 3 barn har svar")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert find_barriers(page) == []
    page.set_viewport_size(DESKTOP)
    page.get_by_role("link", name=re.compile("Noor Aziz")).click()
    page.get_by_role("button", name="Kommer alla dagar").click()
    page.get_by_role("button", name="Spara svaren").click()
    expect(page.get_by_text("Svaren för Noor är sparade.")).to_be_visible()
    expect(page.get_by_role("heading", name="1 av 3 barn har svar")).to_be_visible()
