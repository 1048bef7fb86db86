"""Everybody who should (PROMISES 4): axe finds nothing on any page, for any role, light and dark, wide and narrow.

The pages come from the door test's table: whatever a role opens by GET is looked at, so that a new page cannot be
forgotten. Besides them the forms when they are refused, the dialogs, and the steps that only a form leads to.
"""

from __future__ import annotations

from datetime import date

import pytest
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from accounts import services
from attendance.models import Absence, Stay
from children import tablets
from children.models import Contact, PairingCode, RegisterRun, Tablet
from children.tablets import PIN_COOKIE
from notifications.models import Delivery
from portal.lib import clock
from tests.browser.conftest import TABLET, FindBarriers, Visit
from tests.browser.everybody import Fault, Round, addresses, furnish, give_passkey, give_second_factors
from tests.cast import PASSWORD, Cast
from tests.doors import Doors
from tests.test_doors import World

# Who goes round, as whom of the door test's actors, and whether the house is still empty then.
ROLES = {
    "nobody": ("nobody", False),
    "guardian": ("guardian", False),
    "guardian whom nobody has confirmed": ("contact", True),
    "guardian on the first day": ("guardian", True),
    "staff": ("staff", False),
    "staff with nobody there": ("elsewhere", True),
    "substitute": ("substitute", False),
    "principal": ("principal", False),
    "principal on the first day": ("principal_elsewhere", True),
    "administrator": ("administrator", False),
    "communicator": ("communicator", False),
    "specialist": ("specialist", False),
    "tablet": ("tablet", False),
    "tablet with a PIN": ("tablet_pin", False),
}

# Whom the pages that are the same for everybody are shown to: one without a login, and one of each frame.
WITH_EVERYTHING = ("nobody", "guardian", "principal")

REFUSED = {
    "nobody": [
        Fault("account_login", "login", {"login": "amina@example.org", "password": "fel"}),
        Fault("account_login", "login"),
        Fault("accounts:invitation_code", "code"),
        Fault("accounts:invitation_code", "code", {"code": "ABCD EFGH"}),
        Fault("account_reset_password", "email", {"email": "amina"}),
        Fault("children:pair", "code", {"code": "ABCD"}),
        Fault("accessibility", "text"),
    ],
    "guardian": [
        Fault("attendance:absence", "starts_on", about="child"),
        Fault("attendance:absence", "starts_on", {"starts_on": "2026-10-20", "ends_on": "2026-10-19"}, about="child"),
        Fault("attendance:day", "starts", {"what": "times", "starts": "16:00", "ends": "8"}, about="day"),
        Fault("attendance:schedule", "weekdays", {"do": "paint", "starts": "kvart"}, query="?vecka=2026-11-16"),
        Fault("children:contacts", "relation", {"phone": "mormor"}, about="child"),
        Fault("account_change_password", "oldpassword", {"oldpassword": "fel", "password1": "kort"}),
        Fault("accounts:pin", "pin", {"pin": "1", "again": "2"}),
    ],
    "staff": [
        Fault("mfa_activate_totp", "code", {"code": "1"}),
        Fault("accounts:email", "email", {"email": "maria"}),
        Fault("account_reauthenticate", "password", {"password": "fel"}),
    ],
    "principal": [
        Fault("children:tablets", "department", about="preschool"),
        Fault("children:block", "person", about="child"),
        Fault("children:grants", "email", {"email": "siv"}, about="child"),
        Fault("children:readers", "reader", about="identity"),
        Fault("stay_correction", "left_at", about="stay"),
        Fault("attendance:enquiries", "starts_on", {"starts_on": "2026-12-21", "title": "Jullov"}, about="preschool"),
        Fault("attendance:closing", "reason", about="preschool"),
        Fault("attendance:announcing", "title", {"day": "i höst"}, about="preschool"),
    ],
    "administrator": [
        Fault("children:register", "file"),
        Fault("children:leaders", "personal_number", {"personal_number": "850305"}),
        Fault("children:protect_one", "level", {"name": "Karin"}, about="bearer"),
    ],
    "tablet": [Fault("children:pin", "person", {"pin": "12"})],
}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_meets_a_barrier(
    role: str, tuesday: date, cast: Cast, visit: Visit, find_barriers: FindBarriers
) -> None:
    """Each page of the role, and each refused form: both themes, three widths, details and dialogs open."""
    actor, is_empty = ROLES[role]
    doors = Doors(cast)
    world = World(doors)
    if is_empty:
        for model in (Absence, Stay, Contact, PairingCode, Tablet, RegisterRun, Delivery):
            model._default_manager.all().delete()
        cast.leo.placements.all().delete()
    else:
        furnish(doors, tuesday)
    page = open_as(doors, actor, visit)
    tour = Round(page, find_barriers)
    for row, address in addresses(world, actor, everything=role in WITH_EVERYTHING):
        tour.visit(address, f"{role} at {row.name}")
    for fault in REFUSED.get(role, ()):
        tour.send(fault, world)
    assert tour.wrong == [], "\n".join(tour.wrong)
    assert len(tour.seen) >= 5


def open_as(doors: Doors, actor: str, visit: Visit) -> Page:
    """Return a page on which the door test's actor stands."""
    if actor in doors.people:
        return visit(doors.people[actor], reduced_motion="reduce")
    if actor == "nobody":
        return visit(reduced_motion="reduce")
    found = doors.browser(actor, lambda _person: pytest.fail("a device, not a person"))
    pin = found.cookies.get(PIN_COOKIE)
    return visit(doors.cookie, pin=pin.value if pin else None, reduced_motion="reduce")


def test_the_steps_of_an_invitation_and_a_forgotten_password(
    cast: Cast, visit: Visit, find_barriers: FindBarriers
) -> None:
    """What nobody reaches without a letter or a mail: who are you, choose how to log in, and both refused."""
    cast.amina.email, cast.amina.personal_number = "", "198503052384"
    cast.amina.save()
    _invitation, code = services.invite(person=cast.amina, actor_person=None, now=clock.now())
    page = visit(reduced_motion="reduce")
    tour = Round(page, find_barriers)
    page.goto(reverse("accounts:invitation", args=[code]))
    tour.look("who are you")
    page.locator("[name=last_four]").fill("0000")
    page.get_by_role("button", name="Fortsätt").click()
    page.locator("main [role=alert]").wait_for()
    tour.look("who are you, refused")
    page.locator("[name=last_four]").fill("2384")
    page.get_by_role("button", name="Fortsätt").click()
    page.locator("[name=password]").wait_for()
    tour.look("a new account")
    page.locator("[name=email]").fill("amina@example.org")
    page.locator("[name=password]").fill("kort")
    page.get_by_role("button", name="Öppna mitt konto").click()
    page.locator("[aria-invalid=true]").wait_for()
    tour.look("a new account, refused")
    key = f"{user_pk_to_url_str(cast.johan)}-{default_token_generator.make_token(cast.johan)}"
    page.goto(f"/konto/losenord/nytt/{key}/")
    tour.look("a new password")
    assert tour.wrong == [], "\n".join(tour.wrong)


def test_second_factors_that_are_there(cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """The pages of an app, recovery codes and passkeys exist only for whoever has them."""
    give_second_factors(cast.maria)
    passkey = give_passkey(cast.maria)
    tour = Round(visit(cast.maria, reduced_motion="reduce"), find_barriers)
    for name in (
        "index",
        "deactivate_totp",
        "view_recovery_codes",
        "generate_recovery_codes",
        "list_webauthn",
        "reauthenticate",
    ):
        tour.visit(reverse(f"mfa_{name}"), name)
    for name in ("edit_webauthn", "remove_webauthn"):
        tour.visit(reverse(f"mfa_{name}", args=[passkey]), name)
    assert tour.wrong == [], "\n".join(tour.wrong)


def test_the_code_at_login(cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """The second step of a login, and the same when the code is wrong."""
    give_second_factors(cast.maria)
    page = visit(reduced_motion="reduce")
    tour = Round(page, find_barriers)
    tour.page.goto(reverse("account_login"))
    page.locator("[name=login]").fill(cast.maria.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.wait_for_url("**/tvasteg/kod/**")
    tour.look("the code")
    page.locator("[name=code]").first.fill("000000")
    page.locator("[name=code]").first.press("Enter")
    page.locator("[aria-invalid=true]").wait_for()
    tour.look("the code, refused")
    assert tour.wrong == [], "\n".join(tour.wrong)


@pytest.mark.parametrize("actor", ["tablet", "tablet_pin"])
def test_the_board_and_what_opens_on_it(
    actor: str, tuesday: date, cast: Cast, visit: Visit, find_barriers: FindBarriers
) -> None:
    """A child's menu, several at once, letting out several, the toast of a tap, and without network."""
    doors = Doors(cast)
    World(doors)
    furnish(doors, tuesday)
    page = open_as(doors, actor, visit)
    tour = Round(page, find_barriers)
    board = reverse("attendance:board", args=[cast.blasippan.pk])
    page.goto(board)
    page.get_by_role("link", name="Mer om Elsa L").click()
    tour.look_at_dialog("a child's menu")
    page.keyboard.press("Escape")
    page.locator(f"#tile-{cast.noor.pk} .tile-tap").click()
    page.locator(".toast").wait_for()
    tour.look("after a tap")
    page.goto(f"{board}?valj=1")
    page.locator(".tile", has_text="Noor A").click()
    tour.look("several at once")
    page.get_by_role("button", name="Hämta 1").click()
    if actor == "tablet_pin":
        tour.look_at_dialog("letting out")
    else:
        page.wait_for_url("**/platta/pin/**")
        tour.look("asked for a PIN")
    page.goto(board)
    page.context.set_offline(True)
    page.locator(f"#tile-{cast.elsa.pk} .tile-tap").click()
    expect(page.locator(".band")).to_be_visible()
    # The tile was pale while it was on its way, and comes back slowly: what is looked at is what stays.
    page.wait_for_function(
        "id => getComputedStyle(document.getElementById(id)).opacity === '1'", arg=f"tile-{cast.elsa.pk}"
    )
    tour.look("without network")
    assert tour.wrong == [], "\n".join(tour.wrong)


def test_a_new_tablet_s_code(cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    """The code on the principal's screen, and what the page turns into when it is used."""
    page = visit(cast.eva, size=TABLET, reduced_motion="reduce")
    tour = Round(page, find_barriers)
    page.goto(reverse("children:tablets", args=[cast.granliden.pk]))
    page.locator("select[name=department]").select_option(str(cast.blasippan.pk))
    page.locator("[name=name]").fill("Hallen")
    page.get_by_role("button", name="Gör en kod").click()
    page.locator("#pairing").wait_for()
    tour.look("the code")
    code = page.locator(".pairing-code").inner_text()
    tablets.pair(code=code, address="127.0.0.1", now=clock.now())
    page.get_by_role("heading", name="Plattan är ihopkopplad").wait_for()
    tour.look("the code was used")
    assert tour.wrong == [], "\n".join(tour.wrong)


@pytest.mark.parametrize("name", ["demo", "styleguide"])
def test_the_demo_s_own_pages(
    name: str, cast: Cast, visit: Visit, settings: Settings, find_barriers: FindBarriers
) -> None:
    settings.DEMO = True
    tour = Round(visit(reduced_motion="reduce"), find_barriers)
    tour.visit(reverse(name), name)
    assert tour.wrong == [], "\n".join(tour.wrong)
