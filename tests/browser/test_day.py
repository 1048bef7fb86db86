"""A single day in a real browser: it follows the schedule until a time is changed, and no time is guessed."""

from __future__ import annotations

from playwright.sync_api import expect

from attendance.models import DayPlan
from tests.browser.conftest import PHONE, FindBarriers, Visit, before_scripts
from tests.cast import Cast, plan


def test_a_day_follows_the_schedule_until_a_time_is_changed(
    cast: Cast, tuesday: object, visit: Visit, find_barriers: FindBarriers
) -> None:
    plan(cast.elsa)
    page = visit(cast.amina, size=PHONE)
    page.goto(f"/barn/{cast.elsa.id}/dag/2026-10-14/")
    follows, own, ends = page.get_by_label("Som schemat"), page.get_by_label("Andra tider"), page.locator("[name=ends]")
    expect(follows).to_be_checked()
    expect(ends).to_have_value("16:00")
    assert find_barriers(page) == []
    page.get_by_label("Hämta: tidigare").click()
    expect(own).to_be_checked()
    expect(ends).to_have_value("15:45")
    follows.check()
    expect(ends).to_have_value("16:00")
    ends.fill("15")
    expect(own).to_be_checked()
    page.get_by_role("button", name="Spara dagen").click()
    expect(page.get_by_text("Elsas onsdag 14 oktober är sparad.")).to_be_visible()
    assert DayPlan.objects.get().intervals == [["07:30", "15:00"]]
    page.goto(f"/barn/{cast.elsa.id}/dag/2026-10-14/")
    expect(own).to_be_checked()
    follows.check()
    expect(ends).to_be_hidden()  # these are the day's own, which the schedule's replace


def test_a_stray_time_is_not_guessed(cast: Cast, tuesday: object, visit: Visit) -> None:
    """What is no time stands as it was typed, and is refused."""
    plan(cast.elsa)
    page = visit(cast.amina, size=PHONE)
    page.goto(f"/barn/{cast.elsa.id}/dag/2026-10-14/")
    ends = page.locator("[name=ends]")
    ends.focus()
    ends.press("End")
    ends.press_sequentially("1630")
    ends.blur()
    expect(ends).to_have_value("16:001630")
    page.get_by_role("button", name="Spara dagen").click()
    expect(page.get_by_text("Skriv en tid, som 07:30.").first).to_be_visible()
    expect(ends).to_have_value("16:001630")
    assert not DayPlan.objects.exists()


def test_a_time_that_was_typed_before_the_script_was_there(cast: Cast, tuesday: object, visit: Visit) -> None:
    """The page is there before what listens to it: what was typed meanwhile counts, and a choice counts for more."""
    plan(cast.elsa)
    page = visit(cast.amina, size=PHONE)
    off = page.get_by_label("Ledig")
    for chosen in (page.get_by_label("Andra tider"), off):
        with before_scripts(page, f"/barn/{cast.elsa.id}/dag/2026-10-14/"):
            page.locator("[name=ends]").fill("15:00")
            if chosen is off:
                off.check(force=True)
        expect(chosen).to_be_checked()
        page.goto("about:blank")  # nothing that is filled in again stands in the way of the second time
