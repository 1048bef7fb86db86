"""Inviting guardians: what is shown is what is done; letters on paper and by e-mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db.models import F
from django.test import Client
from pytest_django.fixtures import Settings
from reportlab.pdfgen.canvas import Canvas

from accounts.models import Invitation, Protection, User
from accounts.services import digest_of, find_invitation
from children import letter_paper
from children.letter_paper import print_letters
from children.letters import LetterPage, address_lines
from children.models import Block, Letter
from children.protection import protect_person
from children.services import invitations
from children.services.invitations import send_waiting_letters
from children.tasks import send_letters
from portal.lib import clock, days, outbox
from portal.lib.mailing import by_mail
from tests.cast import Cast, guard
from tests.smtp import mail_server

LogIn = Callable[[User], Client]
ADDRESS = '{"street": "Björkvägen 87", "postal_code": "212 34", "locality": "Lövköping", "country": "Sverige"}'


@pytest.fixture
def newcomer(cast: Cast) -> User:
    """A confirmed guardian of Elsa and of nobody else, without an account."""
    newcomer = User.objects.create(given_name="Nils", family_name="Öst", email="nils@example.org", address=ADDRESS)
    newcomer.set_unusable_password()
    newcomer.save()
    guard(newcomer, cast.elsa)
    return newcomer


def base(cast: Cast) -> str:
    return f"/avdelning/{cast.blasippan.id}/inbjudningar/"


def test_it_works_on_paper(cast: Cast, newcomer: User, log_in: LogIn) -> None:
    maria = log_in(cast.maria)
    overview = maria.get(base(cast)).content.decode()
    assert "Nils Öst" in overview
    assert "Har inloggning" in overview  # those who have one are told apart
    review = maria.get(base(cast) + f"granska/?barn={cast.elsa.id}").content.decode()
    assert "1 person kan bjudas in" in review
    assert "vårdnadshavare för Elsa Lind" in review
    assert "Amina Lind" in review.split("Bjuds inte in")[1]
    answer = maria.post(base(cast) + "brev/", {"person": [str(newcomer.id)], "barn": [str(cast.elsa.id)]})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    assert "no-store" in answer["Cache-Control"]
    invitation = Invitation.objects.get()
    assert (invitation.person, invitation.made_by) == (newcomer, cast.maria)
    assert "Inbjuden" in maria.get(base(cast)).content.decode()
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert "gick ut" in log_in(cast.maria).get(base(cast)).content.decode()


@pytest.mark.parametrize("part", ["brev/", "skicka/"])
def test_a_second_press_asks_before_it_ends_the_letters_of_the_first(
    cast: Cast, newcomer: User, log_in: LogIn, part: str
) -> None:
    maria = log_in(cast.maria)
    sent = {"person": [str(newcomer.id)], "barn": [str(cast.elsa.id)]}
    assert maria.post(base(cast) + "brev/", sent).status_code == 200
    printed = Invitation.objects.get()
    asked = maria.post(base(cast) + part, sent)
    assert asked.status_code == 422
    page = asked.content.decode()
    assert "1 person har redan ett brev som gäller. Inget nytt är gjort." in page
    assert f'name="brev" value="{printed.id}"' in page
    assert re.search(rf'value="{newcomer.id}"\s*>', page)  # not chosen for her
    assert Invitation.objects.get().is_open(clock.now())
    knowing = sent | {"brev": [str(printed.id)]}
    assert maria.post(base(cast) + part, knowing).status_code == (200 if part == "brev/" else 302)
    send_letters()
    assert not Invitation.objects.get(pk=printed.pk).is_open(clock.now())
    assert Invitation.objects.count() == 2


def test_who_may_invite(cast: Cast, log_in: LogIn) -> None:
    for who, status in ((cast.eva, 200), (cast.vikar, 403), (cast.jonas, 404), (cast.amina, 404), (cast.ulf, 404)):
        assert log_in(who).get(base(cast)).status_code == status


def test_pending_blocked_and_active_are_not_invited(cast: Cast, newcomer: User, log_in: LogIn) -> None:
    """B03, B04: no letter to a pending or a blocked guardian, whatever the form sends."""
    pending = User.objects.create(given_name="Pia", family_name="Väntar", password="!")
    guard(pending, cast.elsa, confirmed=False)
    Block.objects.create(child=cast.elsa, person=newcomer, reason="x")
    maria = log_in(cast.maria)
    assert "Nils" not in maria.get(base(cast)).content.decode()
    for who in (pending, newcomer, cast.amina, cast.stranger):
        answer = maria.post(base(cast) + "brev/", {"person": [str(who.id)], "barn": [str(cast.elsa.id)]})
        assert answer.status_code == 422
        assert "Ingen blev inbjuden" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_one_who_cannot_be_invited_stops_all(cast: Cast, newcomer: User, log_in: LogIn) -> None:
    people = [str(newcomer.id), str(cast.stranger.id)]
    assert log_in(cast.maria).post(base(cast) + "brev/", {"person": people}).status_code == 422
    assert not Invitation.objects.exists()


def test_nobody_chosen_is_said(cast: Cast, log_in: LogIn) -> None:
    answer = log_in(cast.maria).post(base(cast) + "brev/", {"barn": [str(cast.elsa.id)]})
    assert "Välj minst en person" in answer.content.decode()


def test_by_email_with_the_code_made_at_sending(cast: Cast, newcomer: User, log_in: LogIn) -> None:
    answer = log_in(cast.maria).post(base(cast) + "skicka/", {"person": [str(newcomer.id)]})
    assert answer.status_code == 302
    assert not Invitation.objects.exists()
    assert "på väg" in log_in(cast.maria).get(base(cast)).content.decode()
    assert send_waiting_letters(now=clock.now()) == 1
    assert send_waiting_letters(now=clock.now()) == 0
    letter = mail.outbox[0]
    assert letter.to == ["nils@example.org"]
    code = re.search(r"/inbjudan/([A-Z0-9]{12})/", str(letter.body))
    assert code
    found = find_invitation(digest=digest_of(code[1]), now=clock.now())
    assert found is not None
    assert found.person == newcomer
    for told in ("Elsa", "Lind", "Granliden", "Blåsippan", "Maria"):
        assert told not in str(letter.body) + letter.subject


def test_blocked_meanwhile_nothing_is_sent(cast: Cast, newcomer: User, log_in: LogIn) -> None:
    """B04: never written to, even when the letter was already asked for."""
    log_in(cast.maria).post(base(cast) + "skicka/", {"person": [str(newcomer.id)]})
    Block.objects.create(child=cast.elsa, person=newcomer, reason="x")
    send_waiting_letters(now=clock.now())
    assert mail.outbox == []
    assert Letter.objects.get().given_up_at is not None


def test_a_mail_server_that_is_down_is_tried_again(
    cast: Cast, newcomer: User, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(cast.maria).post(base(cast) + "skicka/", {"person": [str(newcomer.id)]})

    def refuse(_self: object) -> None:
        raise SMTPServerDisconnected

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        send_waiting_letters(now=clock.now())
    assert Letter.objects.get().problem == "SMTPServerDisconnected"
    assert send_waiting_letters(now=clock.now()) == 0
    send_waiting_letters(now=clock.now() + timedelta(minutes=5))
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(("code", "is_final"), [(550, True), (450, False)])
def test_a_refused_recipient_is_given_up_only_when_it_is_for_good(
    cast: Cast, newcomer: User, log_in: LogIn, settings: Settings, code: int, *, is_final: bool
) -> None:
    log_in(cast.maria).post(base(cast) + "skicka/", {"person": [str(newcomer.id)]})
    with mail_server(lambda name, value: setattr(settings, name, value)) as server:
        server.recipients = [f"{code} no"]
        send_waiting_letters(now=clock.now())
        letter = Letter.objects.get()
        assert (letter.given_up_at is not None, letter.problem) == (is_final, str(code))
        send_waiting_letters(now=clock.now() + timedelta(minutes=5))
        assert len(server.taken) == (0 if is_final else 1)


def test_what_a_killed_worker_held_is_resumed_within_half_a_minute(
    cast: Cast, newcomer: User, log_in: LogIn, settings: Settings
) -> None:
    """Promise 2: the claim of the dead runs out, and the next sweep comes."""
    log_in(cast.maria).post(base(cast) + "skicka/", {"person": [str(newcomer.id)]})
    now = clock.now()
    Letter.objects.update(claimed_until=now + outbox.CLAIM_HOLDS, tries=1)  # taken, and then no more was heard
    assert send_waiting_letters(now=now + timedelta(seconds=5)) == 0
    every = timedelta(seconds=float(settings.CELERY_BEAT_SCHEDULE["send-letters"]["schedule"]))
    assert outbox.CLAIM_HOLDS + every <= timedelta(seconds=30)
    assert send_waiting_letters(now=now + outbox.CLAIM_HOLDS + every) == 1
    assert len(mail.outbox) == 1


def test_a_sender_that_is_refused_is_our_fault_and_tried_again(
    cast: Cast, newcomer: User, log_in: LogIn, settings: Settings
) -> None:
    log_in(cast.maria).post(base(cast) + "skicka/", {"person": [str(newcomer.id)]})
    with mail_server(lambda name, value: setattr(settings, name, value)) as server:
        server.senders = ["550 not you"]
        send_waiting_letters(now=clock.now())
        assert Letter.objects.get().given_up_at is None


def test_a_letter_that_cannot_be_made_does_not_stop_those_behind_it(cast: Cast, newcomer: User, log_in: LogIn) -> None:
    maria = log_in(cast.maria)
    maria.post(base(cast) + "skicka/", {"person": [str(newcomer.id)]})
    Letter.objects.update(try_after=clock.now() - timedelta(hours=1))  # goes first
    other = User.objects.create(given_name="Ola", family_name="Ny", email="ola@example.org", password="!")
    guard(other, cast.elsa)
    maria.post(base(cast) + "skicka/", {"person": [str(other.id)]})
    User.objects.filter(pk=newcomer.pk).update(email=F("given_name"))  # which is not sealed
    assert send_letters() == 2
    assert [letter.to for letter in mail.outbox] == [["ola@example.org"]]
    broken = Letter.objects.get(person_id=newcomer.pk)
    assert (broken.problem, broken.tries, broken.given_up_at) == ("InvalidToken", 1, None)


def test_a_worker_that_lost_its_letter_sends_nothing_and_ends_no_code(
    cast: Cast, newcomer: User, log_in: LogIn
) -> None:
    log_in(cast.maria).post(base(cast) + "skicka/", {"person": [str(newcomer.id)]})
    lost = Letter.objects.get()
    send_waiting_letters(now=clock.now())
    code = Invitation.objects.get()
    outbox.carry_out(lost, by_mail(invitations.message), now=clock.now())
    assert len(mail.outbox) == 1
    assert Invitation.objects.get() == code


def test_protected_guardians_get_a_letter_by_hand(cast: Cast, newcomer: User, log_in: LogIn) -> None:
    protect_person(person=newcomer, level=Protection.CONFIDENTIAL, now=clock.now())
    maria = log_in(cast.maria)
    review = maria.get(base(cast) + f"granska/?barn={cast.elsa.id}").content.decode()
    assert "lämna brevet personligen" in review
    assert "Nils" not in review
    assert maria.post(base(cast) + "skicka/", {"person": [str(newcomer.id)]}).status_code == 422
    assert maria.post(base(cast) + "brev/", {"person": [str(newcomer.id)]}).status_code == 200


def test_the_letter_has_every_letter_and_names_no_child() -> None:
    page = LetterPage("Şükrü Åkerström", address_lines(ADDRESS), "K7M42QXT9HBC", days.today(), "Lövköping")
    pdf = print_letters([page, page], base_url="https://portal.example")
    assert pdf.count(b"/Type /Page\n") == 2
    assert b"DejaVuSans" in pdf
    assert address_lines(ADDRESS) == ("Björkvägen 87", "212 34  Lövköping")
    assert address_lines("") == ()


@pytest.mark.parametrize(
    ("name", "street"),
    [
        ("Anna-Karin Elisabet Margareta von Essen af Zellén Lindström-Håkansson", "Björkvägen 87"),
        ("Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaft Ö", "Norra " * 40 + "gatan 3"),
    ],
)
def test_a_long_name_stands_whole_in_the_window(monkeypatch: pytest.MonkeyPatch, name: str, street: str) -> None:
    drawn: list[str] = []
    draw = Canvas.drawString

    def watch(canvas: Any, x: float, y: float, text: str, *more: Any, **named: Any) -> None:
        if x == letter_paper.WINDOW_LEFT:
            drawn.append(text)
            assert canvas.stringWidth(text, canvas._fontname, canvas._fontsize) <= letter_paper.WINDOW_WIDTH + 0.1
            assert 0 <= letter_paper.HEIGHT - letter_paper.WINDOW_TOP - y <= letter_paper.WINDOW_HEIGHT
        draw(canvas, x, y, text, *more, **named)

    monkeypatch.setattr(Canvas, "drawString", watch)
    page = LetterPage(name, (street, "212 34  Lövköping"), "K7M42QXT9HBC", days.today(), "Lövköping")
    print_letters([page], base_url="https://portal.example")
    assert " ".join(drawn).split() == f"{name} {street} 212 34 Lövköping".split()
    assert drawn[-1] == "212 34  Lövköping"


def test_a_guardian_of_two_is_invited_once(cast: Cast, newcomer: User, log_in: LogIn) -> None:
    guard(newcomer, cast.noor)
    review = log_in(cast.maria).get(base(cast) + f"granska/?barn={cast.elsa.id}&barn={cast.noor.id}").content.decode()
    assert review.count(f'value="{newcomer.id}"') == 1
