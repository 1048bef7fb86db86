"""Bulletins in a real browser: written at a desk, read and confirmed on phones, the rest rung (F08, F09)."""

from __future__ import annotations

import re
from datetime import timedelta

from django.core import signing
from django.db.models import F
from playwright.sync_api import expect

from messaging.models import Bulletin
from messaging.selectors.bulletin_readers import Audience
from messaging.services.bulletin_release import release_due
from messaging.services.escalation import escalate_due
from portal.lib import clock
from tests.browser.conftest import DESKTOP, PHONE, TABLET, FindBarriers, Visit
from tests.cast import Cast, tablet
from tests.test_bulletins import send, sent


def test_a_bulletin_to_the_preschool(cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """F08: who reads is seen before; each guardian has it once; the figures rise by themselves as they read."""
    desk = visit(cast.eva, size=DESKTOP)
    desk.goto("/anslag/")
    assert find_barriers(desk) == []
    desk.get_by_role("link", name=re.compile("Nytt anslag|Skriv ett anslag")).first.click()
    desk.get_by_label("Till", exact=True).select_option(label="Förskolan Granliden")
    expect(desk.get_by_text("Läses av 6 personer")).to_be_visible()
    desk.get_by_label("Rubrik").fill("Stängt tidigt på fredag")
    desk.locator("#id_text").fill("Vi stänger klockan tre.\n\nHälsningar Eva")
    desk.get_by_text("Läses av 6 personer").click()
    expect(desk.get_by_text("Yasmin Aziz")).to_be_visible()
    expect(desk.get_by_text("Sara Hed")).to_have_count(0)
    assert find_barriers(desk) == []
    desk.get_by_role("button", name="Skicka").click()
    expect(desk.get_by_text(re.compile(r"Skickas om \d+ sekund"))).to_be_visible()
    expect(desk.get_by_role("button", name="Ångra")).to_be_visible()
    assert find_barriers(desk) == []
    phone = visit(cast.amina, size=PHONE)
    phone.goto("/anslag/")
    expect(phone.get_by_text("Stängt tidigt")).to_have_count(0)

    Bulletin.objects.update(leaves_at=F("leaves_at") - timedelta(seconds=40))
    release_due(now=clock.now())
    desk.reload()
    expect(desk.get_by_text("0 av 3 har läst")).to_be_visible()
    assert find_barriers(desk) == []
    phone.reload()
    expect(phone.get_by_role("link", name=re.compile("Stängt tidigt"))).to_have_count(1)
    expect(phone.get_by_text("Elsa, Hugo")).to_be_visible()
    assert find_barriers(phone) == []
    phone.get_by_role("link", name=re.compile("Stängt tidigt")).click()
    expect(phone.get_by_text("Vi stänger klockan tre.")).to_be_visible()
    assert find_barriers(phone) == []
    expect(desk.get_by_text("1 av 3 har läst")).to_be_visible(timeout=15_000)


def test_the_readers_that_were_opened_stay_open(cast: Cast, visit: Visit) -> None:
    """An answer that was on its way when somebody opened the list, or that comes later, does not shut it."""
    desk = visit(cast.eva, size=DESKTOP)
    desk.goto("/anslag/skriv/")
    desk.get_by_label("Till", exact=True).select_option(label="Förskolan Granliden")
    desk.get_by_text("Läses av 6 personer").click()
    expect(desk.get_by_text("Yasmin Aziz")).to_be_visible()
    desk.locator("#preview").evaluate("(section) => section.setAttribute('data-old', '')")
    desk.get_by_label("Brådskande").check(force=True)
    expect(desk.locator("#preview:not([data-old])")).to_be_visible()
    expect(desk.get_by_text("Yasmin Aziz")).to_be_visible()


def test_a_mistake_is_taken_back(cast: Cast, visit: Visit) -> None:
    """Within half a minute it is a draft again, without script, too; nobody saw it."""
    desk = visit(cast.maria, size=DESKTOP, java_script_enabled=False)
    desk.goto("/anslag/skriv/")
    desk.get_by_label("Rubrik").fill("Fel rubrik")
    desk.locator("#id_text").fill("Fel text")
    desk.get_by_role("button", name="Skicka").click()
    desk.get_by_role("button", name="Ångra").click()
    expect(desk.get_by_text("Inget har gått ut.")).to_be_visible()
    expect(desk.get_by_label("Rubrik")).to_have_value("Fel rubrik")
    assert Bulletin.objects.get().leaves_at is None


def test_what_has_left_is_shown_as_such_by_itself(cast: Cast, visit: Visit) -> None:
    """F08: after the half minute nobody has to ask for the figures."""
    made = send(cast.maria, Audience(department=cast.blasippan))
    Bulletin.objects.update(leaves_at=clock.now() + timedelta(seconds=2))
    desk = visit(cast.maria, size=DESKTOP)
    desk.goto(f"/anslag/{made.pk}/")
    expect(desk.get_by_text("Anslaget är på väg ut.")).to_be_visible(timeout=30_000)
    expect(desk.get_by_role("button", name="Ångra")).to_have_count(0)
    expect(desk.get_by_role("link", name="Återkalla anslaget")).to_be_visible()
    release_due(now=clock.now())
    expect(desk.get_by_text("0 av 3 har läst")).to_be_visible(timeout=30_000)


def test_what_everybody_must_know(cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """F09: one tap confirms; who does not is reminded, and at last stands on the list of those to ring."""
    for who, number in ((cast.johan, "+46701740602"), (cast.neighbour, "+46701740603")):
        who.phone = number
        who.save()
    made = sent(cast.maria, Audience(department=cast.blasippan), must_confirm=True)
    phone = visit(cast.amina, size=PHONE, has_touch=True)
    phone.goto(f"/anslag/{made.pk}/")
    assert find_barriers(phone) == []
    phone.get_by_role("button", name="Jag har läst").tap()
    expect(phone.get_by_text("Du har bekräftat")).to_be_visible()
    assert made.released_at
    for days_later in (1, 2, 3):
        escalate_due(now=made.released_at + timedelta(days=days_later))
    desk = visit(cast.maria, size=DESKTOP)
    desk.goto(f"/anslag/{made.pk}/")
    expect(desk.get_by_text("1 har bekräftat")).to_be_visible()
    assert find_barriers(desk) == []
    desk.get_by_role("link", name="Ringlista").click()
    expect(desk.get_by_role("row")).to_have_count(3)  # the head, Johan and Yasmin
    expect(desk.get_by_role("button", name="Skriv ut")).to_be_visible()
    expect(desk.get_by_role("link", name="070-174 06 02")).to_be_visible()
    assert find_barriers(desk) == []
    desk.get_by_role("row").filter(has_text="Johan Lind").get_by_role("button", name="Nådd").click()
    expect(desk.get_by_role("row").filter(has_text="Johan Lind")).to_contain_text("Maria Berg")
    desk.set_viewport_size(PHONE)
    assert find_barriers(desk) == []


def test_in_the_hall(cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """On the department's tablet whoever gave a PIN reads how far a bulletin has been read."""
    made = sent(cast.maria, Audience(department=cast.blasippan))
    paired, cookie = tablet(cast.blasippan)
    hall = visit(cookie, size=TABLET, pin=signing.dumps([str(paired.pk), str(cast.maria.pk)], salt="pin"))
    hall.goto(f"/anslag/{made.pk}/")
    expect(hall.get_by_text("0 av 3 har läst")).to_be_visible()
    assert find_barriers(hall) == []
    hall.goto("/anslag/")
    expect(hall.get_by_role("link", name="Nytt anslag")).to_have_count(0)
    assert find_barriers(hall) == []
