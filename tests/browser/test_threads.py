"""Conversations in a real browser: a guardian on a phone and staff at a desk, both at once (F01, F02, F04)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core import signing
from playwright.sync_api import Page, Route, expect

from messaging.models import Draft, Message, Thread
from messaging.services.threads import release_due
from notifications.models import Delivery
from portal.lib import clock
from tests.browser.conftest import DESKTOP, PHONE, TABLET, FindBarriers, Visit, before_scripts
from tests.cast import Cast, tablet


def let_out() -> None:
    """Let half a minute pass for what has been written."""
    Message.objects.filter(told_at=None).update(leaves_at=clock.now() - timedelta(seconds=1))
    release_due(now=clock.now())


def write(page: Page, body: str) -> None:
    page.goto("/samtal/nytt/")
    page.locator("label.chip", has_text="Elsa").click()
    expect(page.get_by_text("Läses av 5 personer")).to_be_visible()
    page.get_by_label("Ämne").fill("Stövlar")
    page.get_by_label("Meddelande").fill(body)
    page.get_by_role("button", name="Skicka").click()
    expect(page.get_by_text("Skickas om")).to_be_visible()


def test_a_guardian_asks_and_somebody_of_the_department_answers(
    cast: Cast, visit: Visit, find_barriers: FindBarriers
) -> None:
    """F01, F02: who reads is shown before; the answer comes to the open page; nobody else finds anything."""
    amina = visit(cast.amina, size=PHONE, has_touch=True)
    amina.goto("/samtal/nytt/")
    assert find_barriers(amina) == []
    amina.locator("label.chip", has_text="Elsa").click()
    shown = amina.locator("#readers")
    expect(shown).to_contain_text("2 på Blåsippan, rektor, Johan och du")
    shown.get_by_text("Läses av 5 personer").click()
    for words in ("Maria Berg", "Viktor Vik", "Vikarie", "Eva Sandström", "Johan Lind"):
        expect(shown.get_by_text(words, exact=False).first).to_be_visible()
    assert find_barriers(amina) == []
    amina.get_by_label("Ämne").fill("Stövlar")
    amina.get_by_label("Meddelande").fill("Elsa har nya stövlar.\nDe gula.")
    amina.get_by_role("button", name="Skicka").click()
    expect(amina.get_by_text("Skickas om")).to_be_visible()
    assert find_barriers(amina) == []
    address = amina.url.partition("#")[0]
    let_out()

    maria = visit(cast.maria, size=DESKTOP)
    maria.goto("/samtal/")
    assert find_barriers(maria) == []
    maria.get_by_role("link", name="Elsa").first.click()
    expect(maria.get_by_text("De gula.")).to_be_visible()
    assert find_barriers(maria) == []
    maria.get_by_label("Ditt svar").fill("Så fina!")
    maria.keyboard.press("Tab")
    maria.get_by_role("button", name="Skicka").press("Enter")
    expect(maria.locator(".pending")).to_contain_text("Skickas om")
    expect(maria.locator("#announce")).to_contain_text("Skickas om")
    expect(maria.get_by_label("Ditt svar")).to_have_value("")
    let_out()

    amina.evaluate("document.querySelector('[data-only-seen]').dispatchEvent(new Event('said:look'))")
    expect(amina.locator("#lines").get_by_text("Så fina!")).to_be_visible()
    expect(amina.locator("#announce")).to_contain_text("Så fina! Maria Berg")
    expect(amina.locator("#lines")).to_contain_text("Maria Berg")
    expect(amina.locator("#lines")).to_contain_text("Läst av Maria")
    assert find_barriers(amina) == []

    for other in (cast.neighbour, cast.jonas):
        answer = visit(other).goto(address)
        assert answer is not None
        assert answer.status == 404


def test_taken_back_within_half_a_minute(cast: Cast, visit: Visit) -> None:
    """F04: nobody saw it, nobody was told, and the words are still there to be mended, with those begun since."""
    amina, maria = visit(cast.amina, size=PHONE), visit(cast.maria, size=DESKTOP)
    write(amina, "Till fel förskola!")
    maria.goto("/samtal/")
    expect(maria.get_by_text("Inga samtal än")).to_be_visible()
    amina.get_by_label("Ditt svar").fill("Och en sak till")
    amina.get_by_role("button", name="Ångra").click()
    expect(amina.get_by_text("Meddelandet skickades inte")).to_be_visible()
    expect(amina.get_by_label("Meddelande")).to_have_value("Till fel förskola!\n\nOch en sak till")
    expect(amina.get_by_label("Ämne")).to_have_value("Stövlar")
    let_out()
    assert not Message.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_seconds_run_and_the_way_back_goes_with_them(cast: Cast, visit: Visit, motion: str) -> None:
    amina = visit(cast.amina, size=PHONE, reduced_motion=motion)
    write(amina, "Hej")
    seconds = amina.locator("[data-seconds]")
    first = int(seconds.inner_text())
    expect(seconds).not_to_have_text(str(first))
    assert amina.locator(".pending-ring").is_visible() == (motion == "no-preference")
    Message.objects.update(leaves_at=clock.now() + timedelta(seconds=2))
    amina.reload()
    expect(amina.get_by_role("button", name="Ångra")).to_be_hidden()
    expect(amina.locator("[data-leaves]")).to_have_count(0)


def test_without_script(cast: Cast, visit: Visit) -> None:
    """Who reads is shown in a step of its own, and everything works as a plain form."""
    page = visit(cast.amina, size=PHONE, java_script_enabled=False)
    page.goto("/samtal/nytt/")
    page.get_by_label("Elsa").check(force=True)
    page.get_by_label("Ämne").fill("Stövlar")
    page.get_by_label("Meddelande").fill("Hej")
    page.get_by_role("button", name="Visa vilka som läser").click()
    expect(page.get_by_text("Läses av 5 personer")).to_be_visible()
    expect(page.get_by_label("Meddelande")).to_have_value("Hej")
    page.get_by_role("button", name="Skicka").click()
    expect(page.get_by_role("button", name="Ångra")).to_be_visible()


def test_a_draft_survives_a_closed_browser(cast: Cast, visit: Visit) -> None:
    """F16: what is typed lies on the server some seconds later, and in the field when the page is opened elsewhere."""
    phone = visit(cast.amina, size=PHONE)
    phone.goto("/samtal/nytt/")
    phone.locator("label.chip", has_text="Elsa").click()
    phone.get_by_label("Meddelande").press_sequentially("Elsa vill ha med sig sin kanin")
    expect(phone.get_by_text("Utkast sparat")).to_be_visible(timeout=10_000)
    phone.context.close()
    other = visit(cast.amina, size=DESKTOP)
    other.goto("/samtal/nytt/")
    expect(other.get_by_label("Meddelande")).to_have_value("Elsa vill ha med sig sin kanin")
    expect(other.get_by_label("Elsa")).to_be_checked()


def wait_for_draft(page: Page, body: str) -> None:
    """Wait until the words lie on the server: what a page says when it is left comes by its own way."""
    for _look in range(300):
        if any(json.loads(draft.fields)["body"] == [body] for draft in Draft.objects.all()):
            return
        page.wait_for_timeout(100)  # the browser goes on meanwhile
    raise AssertionError(f"No draft: {body}")


def test_a_draft_whose_saving_was_cut_off_survives(cast: Cast, visit: Visit) -> None:
    """F16: what is on its way when somebody leaves counts as unsaved; so does what was typed since, or not sent."""
    phone = visit(cast.amina, size=PHONE)
    held: list[Route] = []
    phone.goto("/samtal/nytt/")
    phone.locator("label.chip", has_text="Elsa").click()
    expect(phone.get_by_text("Läses av 5 personer")).to_be_visible()
    phone.route("**/samtal/utkast/", lambda route: held.append(route) if not held else route.continue_())
    with phone.expect_request("**/samtal/utkast/", timeout=30_000):
        phone.get_by_label("Meddelande").fill("Elsa vill ha med sig sin kanin")
    phone.goto("/samtal/")
    wait_for_draft(phone, "Elsa vill ha med sig sin kanin")


def test_what_is_typed_before_the_script_is_there_is_not_lost(cast: Cast, visit: Visit) -> None:
    """F16: on a slow net the page is there long before what listens to it."""
    phone = visit(cast.amina, size=PHONE)
    with before_scripts(phone, "/samtal/nytt/"):
        phone.locator("label.chip", has_text="Elsa").click()
        phone.get_by_label("Meddelande").fill("Kaninen")
    expect(phone.get_by_text("Läses av 5 personer")).to_be_visible()
    expect(phone.get_by_text("Utkast sparat")).to_be_visible(timeout=30_000)


def test_a_draft_survives_going_away_at_once(cast: Cast, visit: Visit) -> None:
    """F16: also the last letters, typed in the second before; and nothing is left of what was sent."""
    phone = visit(cast.amina, size=PHONE)
    phone.goto("/samtal/nytt/")
    phone.locator("label.chip", has_text="Elsa").click()
    phone.get_by_label("Ämne").fill("Kaninen")
    phone.get_by_label("Meddelande").fill("Elsa vill ha med sig sin kanin")
    phone.goto("/samtal/")
    wait_for_draft(phone, "Elsa vill ha med sig sin kanin")
    phone.goto("/samtal/nytt/")
    expect(phone.get_by_label("Meddelande")).to_have_value("Elsa vill ha med sig sin kanin")
    expect(phone.get_by_text("Läses av 5 personer")).to_be_visible()
    phone.get_by_label("Meddelande").press_sequentially("!")
    phone.get_by_role("button", name="Skicka").click()
    expect(phone.get_by_role("button", name="Ångra")).to_be_visible()
    phone.goto("/samtal/nytt/")
    expect(phone.get_by_label("Meddelande")).to_have_value("")


def begun(cast: Cast, visit: Visit) -> Thread:
    """Return a conversation that Amina has begun and Maria has answered at such length that it is scrolled."""
    write(visit(cast.amina, size=PHONE), "Hej")
    let_out()
    maria = visit(cast.maria, size=DESKTOP)
    maria.goto(f"/samtal/{Thread.objects.get().pk}/")
    maria.get_by_label("Ditt svar").fill("\n".join("Allt har gått bra idag." for _line in range(40)))
    maria.get_by_role("button", name="Skicka").click()
    expect(maria.locator(".pending")).to_be_visible()
    let_out()
    return Thread.objects.get()


def test_what_is_done_now_and_then_lies_in_a_menu(cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """F02: on a phone nothing stands between the head and what was said; the menu gives the focus back."""
    thread = begun(cast, visit)
    maria = visit(cast.maria, size=PHONE, has_touch=True)
    maria.goto(f"/samtal/{thread.pk}/")
    said = maria.locator(".bubble").first.bounding_box()
    assert said is not None
    assert said["y"] < PHONE["height"] / 3
    more = maria.get_by_role("button", name="Mer om samtalet")
    more.press("Enter")
    expect(maria.get_by_label("Vem svarar?")).to_be_visible()
    assert find_barriers(maria) == []
    maria.keyboard.press("Escape")
    expect(maria.get_by_label("Vem svarar?")).to_be_hidden()
    expect(more).to_be_focused()
    more.click()
    maria.get_by_label("Vem svarar?").select_option(label="Maria Berg (du)")
    maria.get_by_role("button", name="Spara").first.click()
    expect(maria.get_by_text("Du svarar")).to_be_visible()


def test_what_unfolds_at_the_foot_leaves_the_way_back_in_sight(cast: Cast, visit: Visit) -> None:
    """F04: the half minute is not lost beneath the list of readers, and phrases have the page to themselves."""
    thread = begun(cast, visit)
    amina = visit(cast.amina, size=PHONE, has_touch=True)
    amina.goto(f"/samtal/{thread.pk}/#senaste")
    amina.get_by_label("Ditt svar").fill("Så fint!")
    amina.get_by_role("button", name="Skicka").click()
    undo = amina.get_by_role("button", name="Ångra")
    expect(undo).to_be_visible()
    amina.locator("#reply").get_by_text("Läses av").click()
    amina.wait_for_function(
        """() => {
            const undo = document.querySelector(".pending-act").getBoundingClientRect();
            return undo.bottom <= document.querySelector(".reply").getBoundingClientRect().top;
        }"""
    )
    undo.click(trial=True)
    amina.get_by_text("Bifoga och mer").click()
    amina.get_by_text("Färdiga fraser", exact=True).click()
    phrases = amina.get_by_role("listbox").bounding_box()
    assert phrases is not None
    assert phrases["height"] > PHONE["height"] / 2
    amina.keyboard.press("Escape")
    expect(amina.get_by_role("listbox")).to_be_hidden()


def test_on_a_tablet_the_field_stays_at_the_foot_and_says_what_did_not_get_through(cast: Cast, visit: Visit) -> None:
    thread = begun(cast, visit)
    made, cookie = tablet(cast.blasippan)
    hall = visit(cookie, size=TABLET, pin=signing.dumps([str(made.pk), str(cast.maria.pk)], salt="pin"))
    hall.goto(f"/samtal/{thread.pk}/")
    field = hall.get_by_label("Ditt svar")
    expect(field).to_be_in_viewport()
    hall.mouse.wheel(0, 10_000)
    expect(field).to_be_in_viewport()
    expect(hall.get_by_role("heading", level=1)).to_be_in_viewport()
    field.fill("Från hallen")
    hall.context.set_offline(True)
    hall.get_by_role("button", name="Skicka").click()
    expect(hall.get_by_text("Det gick inte fram")).to_be_in_viewport()
    expect(field).to_have_value("Från hallen")


def test_nothing_is_said_of_what_the_page_asks_by_itself(cast: Cast, visit: Visit) -> None:
    thread = begun(cast, visit)
    amina = visit(cast.amina, size=PHONE)
    amina.goto(f"/samtal/{thread.pk}/")
    amina.context.set_offline(True)
    with amina.expect_event("requestfailed"):
        amina.evaluate("document.querySelector('[data-only-seen]').dispatchEvent(new Event('said:look'))")
    expect(amina.get_by_text("Det gick inte fram")).to_have_count(0)
