"""The main job from end to end: a family at home, the hall's tablet, and the principal's screen (issue 2, 5.2)."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import Page, expect

from attendance.models import WeekPlan
from portal.lib import days
from tests import cast as people
from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.cast import Cast


def figures(page: Page, department: str) -> list[str]:
    """Here, expected, gone, absent."""
    row = page.get_by_role("row", name=re.compile(department))
    return [text.strip() for text in row.locator("td.number").all_text_contents()[:4]]


def test_a_day_from_breakfast_to_going_home(cast: Cast, tuesday: date, visit: Visit) -> None:
    """D01, E01, E05: no page is loaded anew on the tablet from beginning to end."""
    nils = people.child("Nils")
    people.place(nils, cast.blasippan)
    people.guard(cast.amina, nils)
    for child in (cast.elsa, nils, cast.noor):
        WeekPlan.objects.create(
            child=child, starts_on=days.monday_of(tuesday), weeks=[[[["09:00", "15:30"]]] * 5 + [[], []]]
        )
    hall = visit(people.tablet(cast.blasippan)[1])
    hall.goto(f"/avdelning/{cast.blasippan.id}/")
    hall.evaluate("document.body.dataset.loaded = 'once'")
    elsa, brother = (hall.locator(f"#tile-{child.id}") for child in (cast.elsa, nils))
    expect(elsa).to_contain_text("Väntas 09:00")

    home = visit(cast.amina, size=PHONE)
    home.goto("/")
    card = home.locator(f"#child-{cast.elsa.id}")
    card.locator("summary", has_text="Sjuk idag").click()
    card.get_by_role("button", name="Anmäl sjuk").click()
    expect(home.locator(f"#child-{cast.elsa.id}")).to_contain_text("Sjuk")
    expect(elsa).to_contain_text("Frånvarande")

    home.locator(f"#child-{nils.id}").get_by_role("link", name="Ändra dagen").click()
    home.locator("[name=starts]").fill("08:30")
    home.locator("[name=ends]").fill("14:00")
    expect(home.get_by_label("Andra tider")).to_be_checked()
    home.get_by_role("button", name="Spara dagen").click()
    expect(home.locator(f"#child-{nils.id}")).to_contain_text("08:30–14:00")
    expect(brother).to_contain_text("Väntas 08:30")
    expect(brother).to_contain_text("14:00")

    brother.get_by_role("button", name=re.compile("^Nils L")).click()
    expect(brother).to_contain_text("Här 08:4")
    hall.get_by_role("button", name="Ångra").click()
    expect(brother).to_contain_text("Väntas 08:30")
    brother.get_by_role("button", name=re.compile("^Nils L")).click()
    expect(brother).to_contain_text("Här 08:4")
    hall.wait_for_timeout(1_100)  # two quick taps are one
    brother.get_by_role("button", name=re.compile("^Nils L")).click()
    expect(brother).to_contain_text("Gick 08:4")
    assert hall.locator("#counts strong").all_text_contents() == ["1", "0", "1", "1"]
    assert hall.evaluate("document.body.dataset.loaded") == "once"

    home.goto(f"/barn/{nils.id}/tider/")
    expect(home.get_by_role("row", name=re.compile("tis 13 okt"))).to_contain_text(re.compile("08:4.–08:4."))

    principal = visit(cast.eva, size=DESKTOP)
    principal.goto("/")
    assert figures(principal, "Blåsippan") == ["0", "1", "1", "1"]
