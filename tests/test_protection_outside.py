"""What leaves the portal about people with protected identity: files, letters, mails, the log (B08, PROMISES 3.3)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.test import Client
from reportlab.pdfgen.textobject import PDFTextObject

from accounts import addresses
from accounts.models import AuditEntry, User
from accounts.services import send_password_letter
from accounts.tasks import send_address_letters
from attendance.models import Absence, Stay
from children.models import Child, ProtectedIdentity
from children.services.invitations import send_waiting_letters
from notifications.models import Delivery, Kind, Way
from notifications.services import choose
from notifications.tasks import sweep
from portal.lib import clock
from portal.lib.ids import uuid7
from portal.logs import WithoutValues
from tests.cast import Cast, child, employ, guard, local, person, place, tablet

LogIn = Callable[[User], Client]
TUESDAY = date(2026, 10, 13)
# Typed, sealed and opened below, and by nobody else's hand.
PLANTED = ("Zebulon", "Hemlighetsson", "Kunigunda", "Torvalda", "Ragnhilda", "Undangömd", "Smyggatan", "740699")


@pytest.fixture(autouse=True)
def at_0842(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A Tuesday at 08:42; whatever anything writes is listened to, as the house writes it."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(WithoutValues("%(levelname)s %(name)s %(message)s"))
    with time_machine.travel(local(TUESDAY, 8, 42), tick=True):
        yield


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All text that is drawn in a PDF: in the file itself it is compressed, and in the font's own signs."""
    texts: list[str] = []
    write = PDFTextObject._formatText  # type: ignore[attr-defined]  # the library's own, and its stubs are silent

    def listen(canvas: Any, text: Any) -> Any:
        texts.append(str(text))
        return write(canvas, text)

    monkeypatch.setattr(PDFTextObject, "_formatText", listen)
    return texts


class Hidden:
    """A child, its two guardians (one without an account yet) and a member of staff, all sealed by hand."""

    def __init__(self, cast: Cast, log_in: LogIn) -> None:
        home: dict[str, Any] = {"phone": "+46701740699", "address": '{"street": "Smyggatan 1"}'}
        self.child = child("Zebulon", "Hemlighetsson")
        place(self.child, cast.blasippan)
        self.guardian = person("Kunigunda", "Hemlighetsson", email="g1@example.org", **home)
        self.invited = person("Torvalda", "Hemlighetsson", email="g2@example.org", **home)
        self.staff = person("Ragnhilda", "Undangömd", email="s1@example.org", **home)
        for newcomer in (self.invited, self.staff):
            newcomer.set_unusable_password()
            newcomer.save()
        guard(self.guardian, self.child)
        guard(self.invited, self.child)
        employ(self.staff, department=cast.blasippan)
        adam = log_in(cast.administrator)
        everybody: list[Child | User] = [self.child, self.guardian, self.invited, self.staff]
        for one in everybody:
            assert adam.get("/skydda/", {"namn": one.full_name}).status_code == 200
            for name, status in ((f"{one.full_name}sson", 422), (one.full_name, 302)):
                answer = adam.post(f"/skydda/{one.id}/", {"level": "protected", "name": name})
                assert answer.status_code == status
            one.refresh_from_db()
        self.aliases = [one.full_name for one in everybody]


@pytest.fixture
def hidden(cast: Cast, log_in: LogIn) -> Hidden:
    return Hidden(cast, log_in)


def planted_in(text: str) -> list[str]:
    return [word for word in PLANTED if word in text]


def open_all(cast: Cast, log_in: LogIn) -> None:
    """Name Maria for every list; she opens each, and the principal is told."""
    for identity in ProtectedIdentity.objects.order_by("pk"):  # the child first: it opens the way to its guardians
        log_in(cast.eva).post(f"/skyddade/{identity.id}/", {"reader": str(cast.maria.id)})
        body = log_in(cast.maria).post(f"/skyddat/{identity.id}/").content.decode()
        assert planted_in(body), "the named reader sees the real name: the planted ones can be found"


def test_no_letter_on_paper_has_the_real_name(cast: Cast, hidden: Hidden, log_in: LogIn, drawn: list[str]) -> None:
    open_all(cast, log_in)
    form = {"person": [str(hidden.invited.id)], "barn": [str(hidden.child.id)]}
    letter = log_in(cast.maria).post(f"/avdelning/{cast.blasippan.id}/inbjudningar/brev/", form)
    assert letter.headers["Content-Type"] == "application/pdf"
    staff = {"person": [str(hidden.staff.id)], "vald": [str(hidden.staff.id)]}
    letter = log_in(cast.eva).post(f"/forskola/{cast.granliden.id}/personal/brev/", staff)
    assert letter.headers["Content-Type"] == "application/pdf"
    written = " ".join(drawn)
    for alias in hidden.aliases[2:]:
        assert alias in written
    assert planted_in(written) == []


def test_no_table_to_take_out_has_a_name(cast: Cast, hidden: Hidden, log_in: LogIn) -> None:
    Stay.objects.create(id=uuid7(), child=hidden.child, department=cast.blasippan, arrived_at=local(TUESDAY, 7))
    answer = log_in(cast.eva).get(f"/forskola/{cast.granliden.id}/manad/2026-10/?format=csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    file = answer.content.decode("utf-8-sig")
    assert f"{TUESDAY.isoformat()};0;1;" in file, "it counts, all the same"
    assert planted_in(file) == []
    assert not any(alias in file for alias in hidden.aliases)


def test_no_mail_and_no_notice_has_the_real_name(
    cast: Cast, hidden: Hidden, log_in: LogIn, on_tablet: Callable[[str], Client]
) -> None:
    """Every kind of mail that there is, and what the portal says about the same."""
    watchers = (cast.maria, cast.eva, hidden.guardian)
    for watcher in watchers:
        for kind in Kind:
            choose(person=watcher, kind=kind, way=Way.EMAIL, is_wanted=True)
            choose(person=watcher, kind=kind, way=Way.IN_APP, is_wanted=True)
    open_all(cast, log_in)
    assert log_in(hidden.guardian).post(f"/barn/{hidden.child.id}/sjuk/").status_code == 302
    hall = on_tablet(tablet(cast.blasippan)[1])
    for do, shown in (("arrived", "absent"), ("left", "present")):
        fields = {do: f"{hidden.child.id}.{shown}", "event": str(uuid7())}
        assert hall.post(f"/avdelning/{cast.blasippan.id}/tryck/", fields).status_code in (200, 302)
    open_guardian = person("Vera", "Öppen")
    open_guardian.set_unusable_password()
    open_guardian.save()
    guard(open_guardian, hidden.child)
    invitations = f"/avdelning/{cast.blasippan.id}/inbjudningar/skicka/"
    for invited, status in ((hidden.invited, 422), (open_guardian, 302)):  # the protected are invited on paper
        form = {"person": [str(invited.id)], "barn": [str(hidden.child.id)]}
        assert log_in(cast.maria).post(invitations, form).status_code == status
    assert send_waiting_letters(now=clock.now()) == 1
    send_password_letter(person_id=str(hidden.guardian.pk))
    addresses.ask_for_address(person=hidden.guardian, email="g3@example.org", now=clock.now())
    send_address_letters()
    sweep("email")
    told = {row.kind for row in Delivery.objects.filter(way=Way.EMAIL).exclude(sent_at=None)}
    assert told >= {Kind.IDENTITY_READ, Kind.ABSENCE_REPORTED, Kind.CAME_THOUGH_ABSENT, Kind.ARRIVED, Kind.LEFT}
    written = "\n".join(f"{one.subject}\n{one.body}\n{one.message()}" for one in mail.outbox)
    assert planted_in(written) == []
    assert not any(alias in written for alias in hidden.aliases), "nor does a mail say of whom at all"
    for watcher in watchers:
        page = log_in(watcher).get("/nytt/").content.decode()
        assert hidden.child.given_name in page
        assert planted_in(page) == []
    assert planted_in(str(list(Delivery.objects.values_list("about", flat=True)))) == []


def test_no_line_of_the_log_has_the_real_name(
    cast: Cast,
    hidden: Hidden,
    log_in: LogIn,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the sealing on, with everything written that anything writes: refused, not found, and broken."""
    open_all(cast, log_in)
    own = f"/barn/{hidden.child.id}/"
    for who in (cast.maria, cast.vikar, cast.jonas, hidden.guardian, hidden.staff, cast.administrator):
        browser = log_in(who)
        browser.raise_request_exception = False
        for address in ("/", own, f"{own}kontakter/", f"{own}sparr/", "/skyddade/", "/nytt/", "/finns-inte/"):
            browser.get(address)
    Absence.objects.create(child=hidden.child, starts_on=TUESDAY, ends_on=TUESDAY, reason="sick")
    with monkeypatch.context() as broken:
        broken.setattr("children.views.protection.open_identity", _fail_with(hidden))
        identity = ProtectedIdentity.objects.get(child=hidden.child)
        maria = log_in(cast.maria)
        maria.raise_request_exception = False
        assert maria.post(f"/skyddat/{identity.id}/").status_code == 500
    lines = caplog.text
    for written in ("Not Found", "Internal Server Error", "Traceback"):
        assert written in lines, "the log is listened to"
    assert planted_in(lines) == []
    entries = AuditEntry.objects.values_list("action", "about", "children")
    assert {"identity.read", "person.protected", "child.protected"} <= {entry[0] for entry in entries}
    assert planted_in(str(list(entries))) == []


def _fail_with(hidden: Hidden) -> Callable[..., None]:
    """Break where the real name is at hand, in the database: PostgreSQL answers with the whole row."""

    def fail(**_arguments: object) -> None:
        real = ProtectedIdentity.objects.get(child=hidden.child)
        assert planted_in(f"{real.given_name} {real.family_name}")
        with transaction.atomic():
            User.objects.create(
                given_name=real.given_name,
                family_name=real.family_name,
                register_print=None,  # type: ignore[misc]  # what the database refuses
            )

    return fail
