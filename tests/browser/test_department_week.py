"""A department's week, and hours, in a browser: on the wall, on a phone, for the principal and the municipality."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import signing
from playwright.sync_api import Page, expect

from attendance.models import Absence, DayPlan, WeekPlan
from children.models import Placement
from portal.lib import clock, days
from tests.browser.conftest import DESKTOP, PHONE, FindBarriers, Visit
from tests.cast import Cast, child, place, plan, tablet

# What is wider than the window, from the inside out.
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll('*')]
    .filter((part) => part.getBoundingClientRect().right > innerWidth + 1).slice(-3).map((part) => part.outerHTML)"""


@pytest.fixture
def full(cast: Cast, tuesday: date) -> Cast:
    """Blåsippan with twenty children, one with a long name, one ill, one without times, one over its hours."""
    for number in range(18):
        one = child(f"Barn{number:02}", "Ek")
        place(one, cast.blasippan)
        plan(one)
    long = child("Maximilian-Alexander Konstantin", "von Hohenzollern")
    place(long, cast.blasippan)
    plan(cast.elsa)
    Placement.objects.filter(child=cast.elsa).update(hours_per_week=15)
    Absence.objects.create(child=cast.elsa, starts_on=tuesday, ends_on=tuesday, reason="sick")
    grandmother = cast.noor.contacts.create(name="Gunilla", relation="Mormor")
    WeekPlan.objects.create(
        child=cast.noor,
        starts_on=days.monday_of(tuesday),
        weeks=[[[["07:00", "10:00"], ["11:00", "12:00"], ["13:00", "15:00"]]] * 5 + [[], []]],
    )
    DayPlan.objects.create(child=cast.noor, day=tuesday, collecting_contact=grandmother, changed_at=clock.now())
    return cast


def look(page: Page, find_barriers: FindBarriers) -> None:
    """Look in both themes, and whether something is wider than the window."""
    assert find_barriers(page) == []
    page.emulate_media(color_scheme="dark")
    assert find_barriers(page, colours_only=True) == []
    page.emulate_media(color_scheme="light")
    assert page.evaluate(TOO_WIDE) == []


def test_the_week_on_the_wall_says_more_with_a_pin(full: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """DOMAIN 3.14: the hall reads that a child is away; why, and the hours, only whoever gave a PIN."""
    paired, cookie = tablet(full.blasippan)
    wall = visit(cookie)
    wall.goto(f"/avdelning/{full.blasippan.pk}/")
    wall.get_by_role("link", name="Veckan").click()
    table = wall.get_by_role("table", name="Barnens tider dag för dag")
    expect(table.get_by_role("row", name="Elsa L")).to_contain_text("Frånvarande")
    expect(table).not_to_contain_text("Sjuk")
    expect(table.get_by_role("row", name="Noor A")).to_contain_text("07:00–10:00, 11:00–12:00, 13:00–15:00")
    look(wall, find_barriers)
    pin = signing.dumps([str(paired.id), str(full.maria.id), paired.locks], salt="pin")
    open_wall = visit(cookie, pin=pin)
    open_wall.goto(f"/avdelning/{full.blasippan.pk}/vecka/")
    elsa = open_wall.get_by_role("row", name="Elsa L")
    expect(elsa).to_contain_text("Sjuk")
    expect(elsa).to_contain_text("mer än rätten")
    look(open_wall, find_barriers)
    hidden = open_wall.locator("[data-print]")
    expect(hidden).to_be_visible()
    open_wall.emulate_media(media="print")
    expect(hidden).to_be_hidden()
    expect(open_wall.get_by_role("navigation")).to_have_count(0)


def test_on_a_phone_one_day_is_chosen(full: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """With the keyboard too: the days are a choice of one, and today is chosen at first."""
    phone = visit(full.maria, size=PHONE)
    phone.goto(f"/avdelning/{full.blasippan.pk}/vecka/")
    noor = phone.get_by_role("row", name="Noor A")
    expect(phone.get_by_role("radio", name="tis")).to_be_checked()
    expect(noor.get_by_text("mormor")).to_be_visible()
    assert noor.get_by_role("cell").count() == 2  # the day and the hours
    look(phone, find_barriers)
    phone.get_by_role("radio", name="tis").focus()
    phone.keyboard.press("ArrowRight")
    expect(phone.get_by_role("radio", name="ons")).to_be_checked()
    expect(noor.get_by_text("mormor")).to_be_hidden()
    expect(noor.get_by_role("cell").first).to_contain_text("07:00–10:00")
    phone.get_by_role("link", name="Veckan efter").click()
    expect(phone.get_by_role("radio", name="mån")).to_be_checked()


def test_hours_for_the_principal_and_on_the_child_s_page(full: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """C08: listed for the principal, marked on the child's page, which fetches it by itself."""
    desk = visit(full.eva, size=DESKTOP)
    monday = days.monday_of(days.today()) + timedelta(days=7)
    desk.goto(f"/forskola/{full.granliden.pk}/timmar/?vecka={monday}")
    desk.get_by_role("link", name="Elsa Lind").click()
    weeks = desk.get_by_role("table", name="Veckor för Elsa")
    expect(weeks).to_contain_text("mer än rätten")
    look(desk, find_barriers)


def test_the_municipality_s_day(full: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    for size in (DESKTOP, PHONE):
        desk = visit(full.administrator, size=size)
        desk.goto("/idag/kommunen/")
        expect(desk.get_by_role("table", name="Planerade barn per förskola och timme")).to_contain_text("Granliden")
        look(desk, find_barriers)
