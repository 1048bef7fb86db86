"""The calendar in a real browser: a principal closes and opens days, a family reads it and answers on the phone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import Sum
from django.urls import reverse
from playwright.sync_api import Page, expect

from attendance.models import CalendarEvent, ClosedDay, EventAnswer
from tests.browser.conftest import PHONE, FindBarriers, Visit
from tests.browser.everybody import Round
from tests.cast import Cast, plan


@pytest.fixture
def friday(tuesday: date) -> date:
    return tuesday + timedelta(days=10)


def test_closed_and_opened_again(friday: date, cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """C09: what it hides is shown before; the family reads why; opened, the times are back and they read that."""
    plan(cast.elsa, cast.hugo, cast.noor)
    desk, phone = visit(cast.eva, reduced_motion="reduce"), visit(cast.amina, size=PHONE, reduced_motion="reduce")
    tour = Round(desk, find_barriers)
    desk.goto(reverse("preschool_day", args=[cast.granliden.pk]))
    desk.get_by_role("link", name="Kalender").click()
    desk.get_by_role("link", name="Stäng dagar").click()
    desk.get_by_label("Första dagen").fill(f"{friday}")
    desk.get_by_label("Sista dagen").fill(f"{friday + timedelta(days=3)}")
    desk.get_by_label("Varför är det stängt?").fill("Planeringsdagar")
    desk.get_by_role("button", name="Visa vad som händer").click()
    expect(desk.get_by_text("3 barn har planerade tider då.")).to_be_visible()
    tour.look("what closing does")
    assert not ClosedDay.objects.exists()
    desk.get_by_role("button", name="Stäng och meddela familjerna").click()
    expect(desk.get_by_text("2 dagar är stängda")).to_be_visible()
    tour.look("closed")

    phone.goto("/")
    phone.get_by_role("link", name="Förskolan är stängd 23–26 oktober").click()
    expect(phone.get_by_text("Planeringsdagar").last).to_be_visible()
    phone.goto(f"/schema/?vecka={friday - timedelta(days=4)}")
    expect(phone.get_by_text("Planeringsdagar").first).to_be_visible()

    desk.get_by_role("link", name="Öppna igen").click()
    expect(desk.get_by_text("3 barn får tillbaka sina planerade tider.")).to_be_visible()
    tour.look("what opening gives back")
    desk.get_by_label("Måndag 26 oktober").uncheck()
    desk.get_by_role("button", name="Öppna och meddela familjerna").click()
    expect(desk.get_by_text("1 dag är öppen igen.")).to_be_visible()
    phone.goto("/")
    expect(phone.get_by_role("link", name="Förskolan är öppen igen fredag 23 oktober")).to_be_visible()
    phone.goto(f"/schema/?vecka={friday - timedelta(days=4)}")
    expect(phone.get_by_text("Planeringsdagar")).to_have_count(0)
    assert tour.wrong == [], "\n".join(tour.wrong)


def test_a_family_answers_for_all_its_children_in_one_gesture(
    friday: date, cast: Cast, visit: Visit, find_barriers: FindBarriers
) -> None:
    desk = visit(cast.eva, reduced_motion="reduce")
    desk.goto(reverse("attendance:announcing", args=[cast.granliden.pk]))
    desk.get_by_label("Vad händer?").fill("Höstfest")
    desk.get_by_label("Dag", exact=True).fill(f"{friday}")
    expect(desk.get_by_label("Sista dagen att svara")).to_be_hidden()
    desk.get_by_label("Familjerna svarar på om de kommer").check()
    desk.get_by_label("Sista dagen att svara").fill(f"{friday - timedelta(days=2)}")
    desk.get_by_role("button", name="Spara och meddela familjerna").click()
    expect(desk.get_by_text("står i kalendern")).to_be_visible()
    event = CalendarEvent.objects.get()

    phone = visit(cast.amina, size=PHONE, has_touch=True, reduced_motion="reduce")
    tour = Round(phone, find_barriers)
    phone.goto("/schema/")
    phone.get_by_role("link", name="Kalender", exact=True).tap()
    expect(phone.get_by_role("heading", name="Väntar på svar")).to_be_visible()
    tour.look("an event that asks")
    phone.set_viewport_size(PHONE)
    phone.get_by_role("button", name="Kommer Höstfest", exact=True).tap()
    expect(phone.get_by_text("Elsa och Hugo kommer, ni är 3")).to_be_visible()
    tour.look("answered")
    _say_otherwise(phone)
    answers = EventAnswer.objects.filter(event=event, is_coming=True)
    assert answers.aggregate(Sum("how_many")) == {"how_many__sum": 5}

    desk.goto(reverse("attendance:event", args=[cast.granliden.pk, event.pk]))
    expect(desk.get_by_role("row", name="Elsa Lind Kommer 5")).to_be_visible()
    expect(desk.get_by_role("row", name="Hugo Lind Kommer inte")).to_be_visible()
    assert tour.wrong == [], "\n".join(tour.wrong)


def _say_otherwise(phone: Page) -> None:
    """Refused first, with what was typed still there; then with Hugo at home."""
    phone.set_viewport_size(PHONE)
    phone.reload()
    phone.get_by_text("Ändra svaret").tap()
    phone.get_by_label("Hur många är ni, med barnen?").fill("1")
    phone.get_by_role("button", name="Kommer Höstfest", exact=True).tap()
    expect(phone.get_by_role("alert")).to_contain_text("Skriv hur många ni är")
    phone.get_by_label("Hur många är ni, med barnen?").fill("5")
    phone.locator("label.chip", has_text="Hugo").tap()
    phone.get_by_role("button", name="Kommer Höstfest", exact=True).tap()
    expect(phone.get_by_text("Elsa kommer, ni är 5")).to_be_visible()


def test_the_whole_calendar_by_keyboard(friday: date, cast: Cast, visit: Visit) -> None:
    """Closed from an empty calendar without a mouse: the first thing to do is the first thing to reach."""
    desk = visit(cast.eva, reduced_motion="reduce")
    desk.goto(reverse("attendance:closing", args=[cast.granliden.pk]))
    desk.get_by_label("Förskolan Granliden").focus()
    desk.keyboard.press("ArrowDown")
    expect(desk.get_by_label("Blåsippan")).to_be_checked()
    desk.get_by_label("Första dagen").fill(f"{friday}")
    desk.get_by_label("Varför är det stängt?").focus()
    desk.keyboard.type("Studiedag")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Blåsippan: Studiedag")).to_be_visible()
    desk.get_by_role("button", name="Stäng och meddela familjerna").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("1 dag är stängd")).to_be_visible()
    assert ClosedDay.objects.get().department == cast.blasippan
