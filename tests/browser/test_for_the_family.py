"""A family calls: staff at the tablet lay its plan, change a day and report absence, and see who did what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import signing
from playwright.sync_api import Page, expect

from attendance.models import Absence, DayPlan, PlanningRule, WeekPlan
from tests.browser.conftest import DESKTOP, PHONE, FindBarriers, Visit
from tests.cast import Cast, local, plan, tablet

MONDAY = date(2026, 10, 19)


@pytest.fixture
def hall(cast: Cast, tuesday: date, visit: Visit) -> Page:
    """Return the tablet of Elsa's department, at 1180 × 820, with a PIN; her family's times are locked for a month."""
    plan(cast.elsa)
    PlanningRule.objects.create(cut_off="days_before", cut_off_days=30, takes_absence_words=True)
    made, cookie = tablet(cast.blasippan)
    return visit(cookie, pin=signing.dumps([str(made.id), str(cast.maria.id)], salt="pin"), has_touch=True)


def in_both_themes(page: Page, title: str, find_barriers: FindBarriers) -> None:
    """Wait for the page, and look for barriers in the light, and at what the dark changes."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert find_barriers(page) == []
    page.emulate_media(color_scheme="dark")
    assert find_barriers(page, colours_only=True) == []
    page.emulate_media(color_scheme="light")


def test_a_plan_as_the_family_says_it(cast: Cast, hall: Page, find_barriers: FindBarriers) -> None:
    """Heard on the telephone, typed as it was said, seen as dates, saved; and taken back."""
    hall.goto(f"/barn/{cast.elsa.id}/")
    hall.get_by_role("link", name="Gör det åt familjen").tap()
    in_both_themes(hall, "Åt familjen: Elsa", find_barriers)
    hall.get_by_role("link", name="Lägga ett schema").tap()
    in_both_themes(hall, "Schema för Elsa", find_barriers)
    hall.get_by_role("link", name="Veckan efter").tap()
    hall.get_by_label("Skriv som du säger det").fill("mån–fre 8–15, varannan fre ledig")
    hall.get_by_role("button", name="Visa hur det blir").tap()
    expect(hall.get_by_role("heading", name="Så här förstod vi det")).to_be_visible()
    hall.get_by_role("button", name="Fyll i så").tap()
    expect(hall.get_by_role("heading", name="Så här förstod vi det")).to_have_count(0)
    hall.get_by_role("button", name="Förhandsgranska och spara").tap()
    expect(hall.get_by_role("button", name="Spara schemat")).to_be_visible()
    in_both_themes(hall, "Schema för Elsa", find_barriers)
    hall.get_by_role("button", name="Spara schemat").tap()
    expect(hall.get_by_text("Schemat är sparat")).to_be_visible()
    assert len(WeekPlan.objects.get(ends_on=None).weeks) == 2
    hall.get_by_role("button", name="Ångra").tap()
    expect(hall.get_by_text("Ångrat. Schemat är som det var före.")).to_be_visible()
    assert len(WeekPlan.objects.get(ends_on=None).weeks) == 1
    hall.goto(f"/barn/{cast.elsa.id}/historik/")
    expect(hall.get_by_role("listitem").first).to_contain_text("Maria ångrade det som hade sparats")
    expect(hall.get_by_role("listitem").first).to_contain_text("Maria lade ett schema över 2 veckor från måndag 19")
    in_both_themes(hall, "Vem har gjort vad?", find_barriers)


def test_a_day_and_an_absence(cast: Cast, hall: Page, find_barriers: FindBarriers) -> None:
    """D06: both inside the family's lock; the absence is ended again from the same page."""
    hall.goto(f"/barn/{cast.elsa.id}/for-familjen/")
    hall.get_by_role("link", name="Ändra onsdag 14 oktober").tap()
    in_both_themes(hall, "Elsa, onsdag 14 oktober", find_barriers)
    hall.get_by_text("Ledig", exact=True).tap()
    hall.get_by_role("button", name="Spara dagen").tap()
    expect(hall.get_by_text("Vårdnadshavarna får veta det.").first).to_be_visible()
    assert DayPlan.objects.get().intervals == []
    hall.get_by_role("link", name="Anmäla frånvaro").tap()
    in_both_themes(hall, "Anmäla Elsa frånvarande", find_barriers)
    hall.get_by_label("Till och med").fill(str(MONDAY))
    hall.get_by_label("Något mer vi behöver veta").fill("Vattkoppor")
    hall.get_by_role("button", name="Anmäl frånvaro").tap()
    expect(hall.get_by_text("Elsa är anmäld sjuk")).to_be_visible()
    expect(hall.get_by_text("Vattkoppor")).to_be_visible()
    assert Absence.objects.get().ends_on == MONDAY
    in_both_themes(hall, "Åt familjen: Elsa", find_barriers)
    hall.get_by_role("button", name="Frisk igen").tap()
    expect(hall.get_by_text("Ingen frånvaro är anmäld.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 820, 1440])
def test_nothing_is_cut_on_any_screen(width: int, cast: Cast, tuesday: date, visit: Visit) -> None:
    """With a long name, and a note as long as it may be."""
    cast.elsa.given_name, cast.elsa.family_name = "Maximiliana-Josefina", "von Hohenzollern-Lindqvist"
    cast.elsa.save()
    plan(cast.elsa)
    note = "Hämtasavfarmorsomkommermedbussenfrånstationen " * 6
    DayPlan.objects.create(
        child=cast.elsa, day=tuesday + timedelta(days=1), note=note[:300], changed_at=local(tuesday, 7)
    )
    desk = visit(cast.maria, size={"width": width, "height": 844 if width <= PHONE["width"] else DESKTOP["height"]})
    for rest in (
        "for-familjen/",
        "for-familjen/schema/",
        "for-familjen/dag/2026-10-14/",
        "for-familjen/franvaro/",
        "historik/",
    ):
        desk.goto(f"/barn/{cast.elsa.id}/{rest}")
        assert desk.evaluate("document.documentElement.scrollWidth") <= width, rest
