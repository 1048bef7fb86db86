"""The main tasks with the keyboard alone (PROMISES 4): Tab, Enter, Space and arrows, and what they stand on is seen."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts import services
from attendance.models import Absence, DayPlan, Stay, WeekPlan
from children.models import Contact, Guardianship, Tablet
from portal.lib import clock, days
from tests import cast as people
from tests.browser.conftest import PHONE, Visit
from tests.cast import PASSWORD, Cast

# Whether the eye finds what has the focus: some part of it is in the window with nothing before it, and it, or the
# label or tile that it is drawn as, is ringed.
IS_SEEN = """() => {
    const focused = document.activeElement;
    if (focused === document.body) return '';
    const drawn = [focused, focused.closest('label, .tile, .stepper'), focused.nextElementSibling].filter(Boolean);
    const isRinged = drawn.flatMap((part) => [[part], [part, '::after']]).some((part) => {
        const style = getComputedStyle(...part);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
    });
    const inSight = drawn.some((part) => {
        const box = part.getBoundingClientRect();
        return [0.1, 0.5, 0.9].some((x) => [0.2, 0.5, 0.8].some((y) => {
            const on = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
            return on && (part.contains(on) || on.contains(part));
        }));
    });
    return focused.matches(':focus-visible') && isRinged && inSight ? '' : focused.outerHTML.slice(0, 200);
}"""
HAS_FOCUS = "part => part === document.activeElement"


class Keys:
    """Somebody without a mouse in front of a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, what: Locator, *, key: str = "Tab", most: int = 60) -> Locator:
        """Press Tab until it has the focus; every step on the way has to be seen."""
        what.wait_for(state="attached")
        for _step in range(most):
            if what.evaluate(HAS_FOCUS):
                return what
            self.page.keyboard.press(key)
            unseen = (
                self.page.evaluate(IS_SEEN) if self.page.evaluate("document.activeElement !== document.body") else ""
            )
            assert not unseen, f"the focus is not seen on {unseen}"
        pytest.fail(f"not reached with {key}: {what}")

    def press(self, name: str | re.Pattern[str], role: Any = "button", key: str = "Enter", **more: Any) -> None:
        self.reach(self.page.get_by_role(role, name=name).first, **more)
        self.page.keyboard.press(key)

    def write(self, what: Locator, text: str) -> None:
        self.reach(what)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)


def lay_plans(cast: Cast, tuesday: date) -> None:
    for child in (cast.elsa, cast.hugo):
        week = [[["09:00", "15:30"]]] * 5 + [[], []]
        WeekPlan.objects.create(child=child, starts_on=days.monday_of(tuesday), weeks=[week])


def test_log_in(cast: Cast, visit: Visit) -> None:
    """The first Tab leads past the menu; then address, password, Enter."""
    page = visit(size=PHONE)
    keys = Keys(page)
    page.goto("/konto/logga-in/")
    keys.write(page.get_by_label("E-postadress"), "fel@example.org")
    keys.write(page.get_by_label("Lösenord"), "fel")
    page.keyboard.press("Enter")
    expect(page.locator("main [role=alert]").first).to_be_visible()
    keys.write(page.get_by_label("E-postadress"), cast.amina.email)
    keys.write(page.get_by_label("Lösenord"), PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/konto/" not in address)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Till innehållet")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_open_an_account_with_the_code_of_a_letter(cast: Cast, visit: Visit) -> None:
    cast.amina.email, cast.amina.personal_number = "", "198503052384"
    cast.amina.save()
    _invitation, code = services.invite(person=cast.amina, actor_person=None, now=clock.now())
    page = visit(size=PHONE)
    keys = Keys(page)
    page.goto("/inbjudan/")
    keys.write(page.locator("[name=code]"), code)
    keys.press("Fortsätt")
    keys.write(page.locator("[name=last_four]"), "2384")
    keys.press("Fortsätt")
    keys.write(page.locator("[name=email]"), "amina@example.org")
    keys.write(page.locator("[name=password]"), "fyra ord utan sammanhang")
    keys.press("Öppna mitt konto")
    expect(page.get_by_role("heading", name="Välkommen, Amina")).to_be_visible()


def test_report_sick_and_well_again(cast: Cast, tuesday: date, visit: Visit) -> None:
    """Two presses; the focus stays on the child's card when it is swapped."""
    lay_plans(cast, tuesday)
    page = visit(cast.amina, size=PHONE)
    keys = Keys(page)
    page.goto("/")
    card = page.locator(f"#child-{cast.elsa.id}")
    keys.reach(card.locator("summary"))
    page.keyboard.press("Enter")
    keys.reach(card.get_by_role("button", name="Anmäl sjuk"))
    page.keyboard.press("Enter")
    back = card.get_by_role("button", name=re.compile("^Frisk igen|kommer"))
    expect(back).to_be_visible()
    assert Absence.objects.get().child == cast.elsa
    expect(page.locator(f"#child-{cast.elsa.id}:focus, #child-{cast.elsa.id} :focus")).to_have_count(1)
    keys.reach(back, most=3)
    page.keyboard.press("Enter")
    expect(card.locator("summary")).to_be_visible()
    assert Absence.objects.get().withdrawn_at is not None
    expect(page.locator(f"#child-{cast.elsa.id}:focus, #child-{cast.elsa.id} :focus")).to_have_count(1)


def test_change_the_day(cast: Cast, tuesday: date, visit: Visit) -> None:
    """Other times, a step of a quarter with the arrow, somebody else who collects."""
    lay_plans(cast, tuesday)
    grandmother = Contact.objects.create(child=cast.elsa, name="Birgitta", relation="mormor", may_collect=True)
    page = visit(cast.amina, size=PHONE)
    keys = Keys(page)
    page.goto("/")
    keys.reach(page.locator(f"#child-{cast.elsa.id}").get_by_role("link", name=re.compile("Ändra dagen")))
    page.keyboard.press("Enter")
    keys.reach(page.locator("[name=what]:checked"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    keys.write(page.locator("[name=starts]"), "830")
    page.keyboard.press("Tab")
    expect(page.locator("[name=starts]")).to_have_value("08:30")
    keys.reach(page.locator("[name=ends]"))
    page.keyboard.press("ArrowUp")
    keys.reach(page.locator("[name=collector]"))
    page.keyboard.type("Birg")
    keys.press("Spara dagen")
    expect(page.locator(f"#child-{cast.elsa.id}")).to_contain_text("08:30–15:45")
    assert DayPlan.objects.get().collecting_contact == grandmother


def test_lay_a_week(cast: Cast, tuesday: date, visit: Visit) -> None:
    """Days with Space, times, painted, looked at, saved."""
    page = visit(cast.amina, size=PHONE)
    keys = Keys(page)
    page.goto(f"/schema/?barn={cast.elsa.id}")
    for number in (0, 4):
        box = keys.reach(page.locator("[name=weekdays]").nth(number))
        was = box.is_checked()
        page.keyboard.press("Space")
        assert box.is_checked() != was
        page.keyboard.press("Space")
    keys.write(page.locator("[name=starts]"), "07:15")
    keys.write(page.locator("[name=ends]"), "15:45")
    keys.press("Fyll i dagarna")
    expect(page.locator("#schedule")).to_contain_text("07:15")
    expect(page.get_by_role("button", name="Fyll i dagarna")).to_be_focused()
    keys.press("Förhandsgranska och spara")
    expect(page.get_by_role("heading", name="Så blir det")).to_be_visible()
    keys.press("Spara schemat")
    expect(page.locator("main")).to_contain_text("Schemat är sparat")
    assert WeekPlan.objects.get().weeks[0][0] == [["07:15", "15:45"]]


def test_pair_a_tablet(cast: Cast, visit: Visit) -> None:
    """The principal makes a code, the tablet is told it, and the principal's page says that it is done."""
    principal, hall = visit(cast.eva), visit()
    keys, there = Keys(principal), Keys(hall)
    principal.goto(f"/forskola/{cast.granliden.id}/plattor/")
    keys.reach(principal.locator("select[name=department]"))
    principal.keyboard.type("Blå")
    keys.write(principal.locator("[name=name]"), "Hallen")
    keys.press("Gör en kod")
    code = principal.locator(".pairing-code").inner_text()
    hall.goto("/platta/")
    there.write(hall.locator("[name=code]"), code)
    there.press("Koppla ihop")
    expect(hall.get_by_role("heading", name="Blåsippan")).to_be_visible()
    expect(principal.get_by_role("heading", name="Plattan är ihopkopplad")).to_be_visible()
    assert Tablet.objects.get().name == "Hallen"


def test_let_in_let_out_undo_and_unlock(cast: Cast, tuesday: date, visit: Visit) -> None:
    """The board: a tap, another, back again; a dialog that gives the focus back; several; a PIN by its keys."""
    lay_plans(cast, tuesday)
    services.choose_pin(person=cast.maria, code="4711", now=clock.now())
    page = visit(people.tablet(cast.blasippan)[1])
    keys = Keys(page)
    page.goto(f"/avdelning/{cast.blasippan.id}/")
    elsa = page.locator(f"#tile-{cast.elsa.id} .tile-tap")
    keys.reach(elsa)
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Elsa L är här")
    expect(elsa).to_be_focused()
    page.wait_for_timeout(1100)  # the same tile rests a second
    page.keyboard.press("Space")
    expect(page.locator(".toast")).to_contain_text("Elsa L gick")
    expect(elsa).to_be_focused()
    keys.press(re.compile("^Ångra"))
    expect(page.locator(".toast")).to_contain_text("Ångrat")
    assert Stay.objects.get().left_at is None

    more = page.get_by_role("link", name="Mer om Elsa L")
    keys.reach(more)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.reach(page.get_by_role("dialog").get_by_role("button", name="Stäng"), most=8)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(more).to_be_focused()

    keys.press("Välj flera", role="link")
    expect(page.get_by_role("link", name="Avbryt")).to_be_visible()
    keys.reach(page.locator(f"#tile-{cast.elsa.id} input"))
    page.keyboard.press("Space")
    keys.press("Hämta 1")
    page.wait_for_url("**/platta/pin/**")
    keys.reach(page.get_by_role("radio").first)
    page.keyboard.press("Space")
    keys.reach(page.get_by_role("radio", name="Maria Berg"), key="ArrowDown")
    for figure in "471":
        keys.press(figure)
    keys.press("Börja om")
    expect(page.locator("[name=pin]")).to_have_value("")
    for figure in "4711":
        keys.press(figure)
    keys.press("Lås upp")
    keys.press("Hämta 1")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Elsa L")
    keys.press("Hämta 1 barn")
    expect(page.locator(".toast")).to_contain_text("Elsa L gick")
    assert Stay.objects.get().left_at is not None


def test_confirm_a_guardian(cast: Cast, visit: Visit) -> None:
    people.guard(people.person("Pia", "Wide"), cast.noor, confirmed=False)
    page = visit(cast.maria)
    keys = Keys(page)
    page.goto("/vardnadshavare/")
    keys.reach(page.locator("main").get_by_role("link", name=re.compile("Blåsippan")))
    page.keyboard.press("Enter")
    keys.reach(page.locator("main").get_by_role("checkbox"))
    page.keyboard.press("Space")
    keys.press("Bekräfta de förkryssade")
    expect(page.locator("main")).to_contain_text("1 person bekräftades")
    assert not Guardianship.objects.filter(confirmed_at=None).exists()


def test_take_a_contact_away(cast: Cast, visit: Visit) -> None:
    """A dialog that asks once more: the focus goes into it, stays in it, and comes back."""
    Contact.objects.create(child=cast.elsa, name="Birgitta", relation="mormor", may_collect=True)
    page = visit(cast.amina, size=PHONE)
    keys = Keys(page)
    page.goto(f"/barn/{cast.elsa.id}/kontakter/")
    opener = keys.reach(page.get_by_role("button", name="Ta bort Birgitta"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _step in range(6):
        assert page.evaluate(
            "['BODY', 'HTML'].includes(document.activeElement.tagName) ||"
            " document.activeElement.closest('dialog') !== null"
        )
        page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    keys.reach(dialog.get_by_role("button", name="Ta bort"))
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Ingen än.")
