"""The planner on a phone says no: outside opening hours (C04), and after the cut-off (C05)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from playwright.sync_api import expect

from attendance.models import DayPlan, PlanningRule, WeekPlan
from tests.browser.conftest import PHONE, FindBarriers, Visit
from tests.browser.test_keyboard import lay_plans
from tests.cast import Cast

TOUCH: dict[str, Any] = {"has_touch": True, "is_mobile": True}


def test_no_is_said_where_it_helps(cast: Cast, tuesday: date, visit: Visit, find_barriers: FindBarriers) -> None:
    """C04, C05: on the field, with the hours and what was typed; locked, with what can be done and from when."""
    lay_plans(cast, tuesday)
    plans = list(WeekPlan.objects.values_list("id", "weeks"))
    page = visit(cast.amina, size=PHONE, **TOUCH)
    page.goto("/schema/?vecka=2026-10-19")
    page.get_by_role("button", name="Välj mån–fre").tap()
    expect(page.locator("[name=weekdays]:checked")).to_have_count(5)
    page.locator("[name=starts]").fill("05:10")
    page.locator("[name=ends]").fill("15:20")
    page.get_by_role("button", name="Fyll i dagarna").tap()
    starts = page.locator("[name=starts]")
    expect(starts).to_have_attribute("aria-invalid", "true")
    refused = "På måndagar är det öppet 06:00–18:30. Välj tider däremellan."
    expect(starts).to_have_accessible_description(re.compile(re.escape(refused)))
    expect(page.locator("#schedule").get_by_text(refused).first).to_be_visible()
    expect(starts).to_have_value("05:10")
    expect(page.locator("[name=ends]")).to_have_value("15:20")
    expect(page.locator("[name=weekdays]:checked")).to_have_count(5)
    assert find_barriers(page) == []

    PlanningRule.objects.create(preschool=cast.granliden, cut_off="days_before", cut_off_days=14)
    page.goto("/schema/?vecka=2026-10-19")
    locked = page.get_by_role("region", name="Vecka 43 är låst")
    expect(locked).to_contain_text("Du kan fortfarande anmäla frånvaro eller skriva till avdelningen.")
    expect(page.get_by_role("button", name="Fyll i dagarna")).to_have_count(0)
    assert find_barriers(page) == []
    again = page.get_by_role("link", name="Ändra schemat från 2 november")
    expect(again).to_have_attribute("href", re.compile("vecka=2026-11-02"))
    locked.get_by_role("link", name="Sjuk eller ledig").tap()
    expect(page).to_have_url(re.compile("franvaro"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert list(WeekPlan.objects.values_list("id", "weeks")) == plans
    assert not DayPlan.objects.exists()
