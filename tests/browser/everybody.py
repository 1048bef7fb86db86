"""What the round through every page is made of: a house with something in every room, and how a page is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Error, Page, Response, ViewportSize

from accounts.models import User
from accounts.services import choose_pin
from attendance.models import ClosedDay, DayPlan, Stay, WeekPlan
from attendance.services import make_feed
from children.actors import Actor
from children.models import Contact, RegisterRun
from notifications.models import Kind
from notifications.services import notify
from portal.lib import clock, days
from portal.models import Feedback
from tests.account_doors import ARGUMENTS
from tests.browser.conftest import PHONE, TABLET, FindBarriers
from tests.cast import child, guard, local, person, place
from tests.doors import TARGETS, Doors, Row
from tests.test_doors import ROWS, World

# A window of 1280 × 1024 at 400 %; the width of the smallest telephone.
NARROW: ViewportSize = {"width": 320, "height": 256}

UNFOLD = "() => document.querySelectorAll('main details').forEach((part) => { part.open = true; })"
# What is wider than the window, from the inside out; a box that scrolls by itself holds its own.
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll('*')]
    .filter((part) => part.getBoundingClientRect().right > innerWidth + 1).slice(-2).map((part) => part.outerHTML)"""
# Sends the form that holds the field as it stands after `typed`, past everything that the browser itself would say.
SEND = """([name, typed]) => {
    const form = [...document.getElementsByName(name)]
        .find((field) => field.tagName !== 'BUTTON' && field.form?.method === 'post')?.form;
    if (!form) throw new Error(`no form with ${name}`);
    for (const field of form.elements)
        if (field.type === 'checkbox' || field.type === 'radio') field.checked = false;
        else if (field.type !== 'hidden' && 'value' in field && field.tagName !== 'BUTTON') field.value = '';
    for (const [key, value] of Object.entries(typed)) {
        const field = form.elements[key] ?? form.appendChild(document.createElement('input'));
        if (field instanceof RadioNodeList) { field.value = value; continue; }
        [field.name, field.value] = [key, value];
    }
    HTMLFormElement.prototype.submit.call(form);
}"""


# Pages that every person opens, and that say to each something else.
SAYS_WHO = (
    "home",
    "notices",
    "notice_settings",
    "attendance:schedule",
    "attendance:calendar",
    "attendance:calendar_feed",
    "accounts:settings",
    "children:tablet",
)


# No pages: a browser that is sent to one makes a page of its own around it, and colours that as our policy forbids.
FILES = frozenset(
    {
        "messaging:post_picture",
        "messaging:post_picture_whole",
        "messaging:attachment",
        "documents:file",
        "documents:page",
        "oversight:extract_file",
    }
)


@dataclass(frozen=True)
class Fault:
    """A form as somebody in a hurry sends it: the field that it is known by, and what was typed; the rest is empty."""

    name: str
    known_by: str
    typed: dict[str, str] = field(default_factory=dict)
    about: str = ""
    query: str = ""


def addresses(world: World, actor: str, *, everything: bool) -> list[tuple[Row, str]]:
    """Return every address that this actor opens by GET, about the first child for which it does.

    Without `everything` those are left out that every person, or everybody, opens and that say the same to all.
    """
    found = []
    for row in ROWS:
        same_to_all = not row.about and row.answers.get("archivist") in ("2", "3") and row.name not in SAYS_WHO
        if same_to_all and not everything:
            continue
        opens = [target for target in TARGETS if row.expected(actor, target) in ("2", "3")]
        if row.method == "GET" and opens and row.name not in FILES:
            arguments = ARGUMENTS.get(row.about) or world.arguments(row.about, opens[0])
            found.append((row, reverse(row.name, kwargs=arguments)))
    return found


@dataclass
class Round:
    """One role's way through its pages. What is wrong gathers in `wrong`, with where it was."""

    page: Page
    find_barriers: FindBarriers
    wrong: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def visit(self, address: str, where: str) -> None:
        """Look at the page behind an address, or at the one it leads to when that is new."""
        try:
            response = self.page.goto(address)
        except Error as refused:
            # 204 and files to keep: the browser stays where it is.
            if "ERR_ABORTED" in refused.message or "Download is starting" in refused.message:
                return
            raise
        if response is None or not is_page(response) or self.page.url in self.seen:
            return
        self.seen.add(self.page.url)
        self.look(f"{where} {address}")

    def look(self, where: str) -> None:
        """Look at the page as it stands: wide, then unfolded on a telephone, light and dark; narrow; and its dialog.

        A theme changes colours and nothing else, and they are the same in each width: there they are looked at once.
        """
        page = self.page
        self._note(where, self.find_barriers(page))
        page.set_viewport_size(PHONE)
        page.evaluate(UNFOLD)
        self._note(f"{where}, telephone", self.find_barriers(page))
        page.emulate_media(color_scheme="dark")
        self._note(f"{where}, telephone, dark", self.find_barriers(page, colours_only=True))
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(NARROW)
        self._note(f"{where}, too wide for 320 px", page.evaluate(TOO_WIDE))
        page.set_viewport_size(TABLET)
        if page.locator("main [data-dialog]:visible").count():
            page.locator("main [data-dialog]:visible").first.click()
            self.look_at_dialog(f"{where}, dialog")
            page.keyboard.press("Escape")

    def look_at_dialog(self, where: str) -> None:
        """Look at an open dialog in both themes."""
        self.page.locator("dialog[open]").wait_for()
        self._note(where, self.find_barriers(self.page))
        self.page.emulate_media(color_scheme="dark")
        self._note(f"{where}, dark", self.find_barriers(self.page, colours_only=True))
        self.page.emulate_media(color_scheme="light")

    def send(self, fault: Fault, world: World) -> None:
        """Send a form that will be refused, and look at what comes back."""
        arguments = ARGUMENTS.get(fault.about) or world.arguments(fault.about, "own")
        self.page.goto(reverse(fault.name, kwargs=arguments) + fault.query)
        with self.page.expect_navigation():
            self.page.evaluate(SEND, [fault.known_by, fault.typed])
        where = f"{fault.name} refused"
        if not self.page.locator("main [role=alert], main [aria-invalid=true], main .field-wrong").count():
            self.wrong.append(f"{where}: says nothing is wrong")
        self.look(where)

    def _note(self, where: str, found: Iterable[str]) -> None:
        self.wrong += [f"{where}: {barrier}" for barrier in found]


def is_page(response: Response) -> bool:
    """Tell a whole page from parts of one, pictures and plain text."""
    kind = response.headers.get("content-type", "")
    return kind.startswith("text/html") and response.text().lstrip().lower().startswith("<!doctype")


def furnish(doors: Doors, today: date) -> None:
    """Put something in every room: plans, notes, stays of every kind, allergies, notices, runs, opinions, proofs."""
    cast, now = doors.cast, clock.now()
    amina, elsa = cast.amina, cast.elsa
    elsa.allergy = "Nötter. EpiPen i hallen."
    elsa.save()
    monday = days.monday_of(today) - timedelta(days=14)
    for one in (elsa, cast.hugo, cast.noor, cast.leo):
        WeekPlan.objects.create(child=one, starts_on=monday, weeks=[[[["07:30", "16:00"]]] * 5 + [[], []]])
    grandmother = Contact.objects.create(
        child=elsa, name="Birgitta Lind", relation="mormor", phone="+46701740605", may_collect=True
    )
    DayPlan.objects.create(
        child=elsa, day=today, collecting_contact=grandmother, note="Extra vila idag.", changed_at=now, changed_by=amina
    )
    ClosedDay.objects.create(preschool=cast.granliden, day=today + timedelta(days=3), reason="Planeringsdag")
    make_feed(actor=Actor.of_person(amina), now=now)
    for name, begun, ended in (("Ines", 1, None), ("Vidar", 2, 1)):
        other = child(name, "Wide")
        place(other, cast.blasippan)
        Stay.objects.create(
            id=uuid4(),
            child=other,
            department=cast.blasippan,
            arrived_at=now - timedelta(hours=begun),
            left_at=None if ended is None else now - timedelta(hours=ended),
        )
    Stay.objects.create(
        id=uuid4(),
        child=elsa,
        department=cast.blasippan,
        arrived_at=local(today - timedelta(days=4), 7, 34),
        left_at=local(today - timedelta(days=4), 16, 2),
    )
    waiting = person("Pia", "Wide")
    guard(waiting, cast.noor, confirmed=False)
    guard(waiting, cast.leo, confirmed=False)
    choose_pin(person=cast.maria, code="4711", now=now)
    everybody = [one.pk for one in doors.people.values()]
    with transaction.atomic():
        for kind in Kind:
            notify(person_ids=everybody, kind=kind, event=uuid4(), about={"child": elsa.pk, "day": today}, now=now)
    figures = {"created": 12, "updated": 3, "unchanged": 801, "removed": 0, "notes": ["En rad saknade förskola."]}
    for state, report in (("done", figures), ("failed", {"problem": "Filen är ingen zip."})):
        RegisterRun.objects.create(
            started_by=cast.administrator, file_name=f"{state}.zip", state=state, report=report, ended_at=now
        )
    Feedback.objects.create(text="Knappen Hämta är svår att träffa.", reply_to="amina@example.org")


def give_second_factors(who: User) -> None:
    """Give the person an app and recovery codes."""
    TOTP.activate(who, generate_totp_secret())
    RecoveryCodes.activate(who)


def give_passkey(who: User) -> int:
    """Give the person a passkey that opens nothing; return its number."""
    kept = {"name": "Telefonen", "credential": {}}
    return int(Authenticator.objects.create(user=who, type=Authenticator.Type.WEBAUTHN, data=kept).pk)
