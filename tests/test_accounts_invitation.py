"""From a letter to an account (A01, A02), and a new password by mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import services
from accounts.models import Invitation, User
from accounts.tasks import send_password_letter
from children.models import StaffRole
from portal.lib import clock
from tests.cast import Cast, person

NUMBER = "198503052384"
NEW_PASSWORD = "fyra ord utan sammanhang"
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    cache.clear()


@pytest.fixture
def invited(cast: Cast) -> User:
    """A guardian who has never logged in."""
    cast.amina.email, cast.amina.personal_number = "", NUMBER
    cast.amina.set_unusable_password()
    cast.amina.save()
    return cast.amina


def letter_to(person: User) -> str:
    return services.invite(person=person, actor_person=None, now=clock.now())[1]


def confirm(browser: Client, code: str, figures: str = "2384") -> str:
    """Open the letter's link and say the figures; return where that leads, or what the page says."""
    browser.get(f"/inbjudan/{code}/")
    answer = browser.post("/inbjudan/bekrafta/", {"last_four": figures})
    return answer.headers.get("Location") or re.sub(r'value="[^"]*"', "", answer.content.decode())


def choose(browser: Client, **typed: str) -> int:
    form = {"email": "amina@example.org", "password": NEW_PASSWORD, "language": "sv"} | typed
    return browser.post("/inbjudan/konto/", form).status_code


def test_a_guardian_opens_an_account(invited: User, cast: Cast) -> None:
    """A01: the link, who it is, a way to log in; the person is in and sees the own children, nothing else."""
    browser, code = Client(), letter_to(invited)
    first = browser.get(f"/inbjudan/{code}/")
    assert first.headers["Location"] == "/inbjudan/bekrafta/", "the code leaves the address"
    assert confirm(browser, code) == "/inbjudan/konto/"
    answer = browser.post(
        "/inbjudan/konto/", {"email": "amina@example.org", "password": NEW_PASSWORD, "language": "en"}
    )
    assert answer.headers["Location"] == "/valkommen/"
    assert browser.session["_auth_user_id"] == str(invited.pk)
    invited.refresh_from_db()
    assert (invited.email, invited.language) == ("amina@example.org", "en")
    assert Invitation.objects.get(person=invited).used_at is not None
    later = Client()
    later.post("/konto/logga-in/", {"login": "amina@example.org", "password": NEW_PASSWORD})
    assert later.get("/installningar/").status_code == 200
    for inside in (browser, later):
        sees_own_children_alone(inside, cast)


def sees_own_children_alone(browser: Client, cast: Cast) -> None:
    """Look at every page that a guardian has, and at those of others: nothing but Elsa and Hugo."""
    own = [f"/barn/{one.id}/{page}" for one in (cast.elsa, cast.hugo) for page in ("kontakter/", "franvaro/", "tider/")]
    for address in ("/", "/schema/", "/nytt/", *own):
        answer = browser.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert not re.search(r"\b(Noor|Leo|Aziz|Hed|Yasmin|Sara)\b", page), address
        if address in ("/", "/schema/"):
            assert "Elsa" in page
            assert "Hugo" in page
    others = [f"/barn/{one.id}/{page}" for one in (cast.noor, cast.leo) for page in ("", "kontakter/", "franvaro/")]
    works = [
        f"/avdelning/{cast.blasippan.id}/",
        f"/avdelning/{cast.blasippan.id}/barn/",
        f"/forskola/{cast.granliden.id}/",
    ]
    for address in (*others, *works, "/register/", "/skyddade/", "/skydda/"):
        assert browser.get(address).status_code == 404, address


def test_the_code_can_be_typed_as_it_is_printed(invited: User) -> None:
    """A01: small letters and dashes make no difference."""
    browser, code = Client(), letter_to(invited)
    typed = f"{code[:4]}-{code[4:8]} {code[8:]}".lower()
    assert browser.post("/inbjudan/", {"code": typed}).headers["Location"] == "/inbjudan/bekrafta/"
    assert browser.post("/inbjudan/bekrafta/", {"last_four": "2384"}).headers["Location"] == "/inbjudan/konto/"


def test_reading_the_link_uses_nothing_up(invited: User) -> None:
    """A02: a mail scanner that opens every address, and every page after it, changes nothing and gets nowhere."""
    code, scanner = letter_to(invited), Client()
    for _time in range(20):
        scanner.get(f"/inbjudan/{code}/", follow=True)
        assert scanner.get("/inbjudan/konto/").headers["Location"] == "/inbjudan/"
    invitation = Invitation.objects.get(person=invited)
    assert invitation.is_open(clock.now())
    assert invitation.wrong_answers == 0
    assert "_auth_user_id" not in scanner.session
    assert confirm(Client(), code) == "/inbjudan/konto/"


def test_the_session_does_not_hold_the_code(invited: User) -> None:
    browser, code = Client(), letter_to(invited)
    browser.get(f"/inbjudan/{code}/")
    assert code not in str(dict(browser.session))


def test_a_second_time_opens_nothing(invited: User) -> None:
    """A02: used up is used up, also for somebody who had come half-way."""
    code = letter_to(invited)
    first, second = Client(), Client()
    assert confirm(first, code) == confirm(second, code) == "/inbjudan/konto/"
    assert choose(first) == 302
    assert choose(second, password="något helt annat här") == 302
    assert "_auth_user_id" not in second.session
    assert second.get("/inbjudan/konto/").headers["Location"] == "/inbjudan/"
    assert choose(Client()) == 302, "nobody has said who they are"
    invited.refresh_from_db()
    assert invited.check_password(NEW_PASSWORD)


def test_the_owner_of_a_used_letter_is_shown_the_way_in(invited: User) -> None:
    """A02: whoever has both the code and the figures is told of the account; nobody else is told anything."""
    code, half_way = letter_to(invited), Client()
    unknown = confirm(Client(), "FEFEFEFEFEFE", "1111")
    confirm(half_way, code)
    browser, again, stranger = Client(), Client(), Client()
    confirm(browser, code)
    assert choose(browser) == 302
    assert confirm(again, code) == "/konto/logga-in/"
    assert half_way.get("/inbjudan/konto/").headers["Location"] == "/konto/logga-in/"
    for owner in (again, half_way):
        assert "du har ett konto" in owner.get("/konto/logga-in/").content.decode()
    assert confirm(stranger, code, "1111") == unknown
    for _time in range(4):
        confirm(stranger, code, "1111")
    assert "fel fem gånger" in confirm(stranger, code), "five guesses are five, of a used letter too"
    assert stranger.get("/inbjudan/konto/").headers["Location"] == "/inbjudan/"


@pytest.mark.parametrize("typed", ["ABCD", "ABCD EFGH JKM", "ABCD EFGH JKMN P", "0IOL 0IOL 0IOL", "åäö"])
def test_what_no_code_looks_like_is_said_on_the_field(db: None, typed: str) -> None:
    """Before the next step, and what was typed stays in the field."""
    answer = Client().post("/inbjudan/", {"code": typed})
    assert answer.status_code == 422
    assert "En kod är tolv bokstäver och siffror" in answer.content.decode()
    assert typed in answer.content.decode()


def test_after_its_last_day_it_opens_nothing(invited: User) -> None:
    """A02: and the answer is the one that a code which never existed gets."""
    code = letter_to(invited)
    Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert confirm(Client(), code) == confirm(Client(), "FELFELFELFEL")


def test_a_new_letter_closes_the_old_one(invited: User) -> None:
    old, new = letter_to(invited), letter_to(invited)
    assert "stämmer inte" in confirm(Client(), old)
    assert confirm(Client(), new) == "/inbjudan/konto/"


def test_five_wrong_answers_close_the_invitation(invited: User) -> None:
    """A02: nothing tells a wrong figure from a wrong code, before and after; the fifth says what to do."""
    code, browser, other = letter_to(invited), Client(), Client()
    for times in range(1, 8):
        said = confirm(browser, code, "1111" if times < 7 else "2384")
        assert said == confirm(other, "FELFELFELFEL", "1111")
        assert ("Be den som gav dig brevet om ett nytt" in said) == (times >= 5)
        cache.clear()  # the limit on how fast anybody tries
    assert not Invitation.objects.get(person=invited).is_open(clock.now())
    assert confirm(browser, letter_to(invited)) == "/inbjudan/konto/", "the new letter works at once"


@pytest.mark.parametrize("typed", ["", "12", "12345", "abcd", "1985030523840"])
def test_what_is_not_four_figures_is_no_try(invited: User, typed: str) -> None:
    code = letter_to(invited)
    assert "Skriv de fyra sista siffrorna" in confirm(Client(), code, typed)
    assert Invitation.objects.get(person=invited).wrong_answers == 0


def test_the_whole_number_will_do(invited: User) -> None:
    assert confirm(Client(), letter_to(invited), "19850305-2384") == "/inbjudan/konto/"


def test_a_person_without_a_number_answers_zeros(cast: Cast) -> None:
    code = letter_to(cast.johan)
    assert "stämmer inte" in confirm(Client(), code, "1234")
    assert confirm(Client(), code, "0000") == "/inbjudan/konto/"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "inte en adress"}, "Adressen ser inte ut som en e-postadress"),
        ({"password": "kort"}, "10 tecken"),
        ({"password": "amina@example.org"}, "för likt ditt namn"),
        ({"password": "amina lind amina"}, "för likt ditt namn"),
        ({"password": "LindAminaLind"}, "för likt ditt namn"),
        ({"email": "johan.lind@example.org"}, "Adressen går inte att använda"),
        ({"language": "xx"}, "xx"),
    ],
)
def test_what_is_wrong_is_said_on_the_field(invited: User, typed: dict[str, str], sentence: str) -> None:
    browser = Client()
    confirm(browser, letter_to(invited))
    form = {"email": "amina@example.org", "password": NEW_PASSWORD, "language": "sv"} | typed
    answer = browser.post("/inbjudan/konto/", form)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert form["email"] in answer.content.decode(), "what was typed is kept"
    assert Invitation.objects.get(person=invited).used_at is None


def test_a_new_password_is_not_the_own_name(cast: Cast) -> None:
    """The same at every later change: the names are this house's, not those that Django looks for."""
    maria = person("Maria", "Olsson")
    with pytest.raises(ValidationError, match="för likt ditt namn"):
        validate_password("maria olsson maria", maria)
    validate_password("en maria bland många andra ord", maria)


def test_a_shared_computer_changes_hands(invited: User, log_in: LogIn, cast: Cast) -> None:
    browser = log_in(cast.johan)
    confirm(browser, letter_to(invited))
    assert choose(browser) == 302
    assert browser.session["_auth_user_id"] == str(invited.pk)


def test_a_letter_to_somebody_with_an_account_ends_older_sessions(cast: Cast, log_in: LogIn) -> None:
    older = log_in(cast.johan)
    browser = Client()
    confirm(browser, letter_to(cast.johan), "0000")
    assert choose(browser, email="johan.ny@example.org") == 302
    assert older.get("/installningar/").status_code == 302


def test_a_frozen_person_is_not_let_in_by_a_letter(invited: User) -> None:
    """A09: freezing takes letters that are on their way with it."""
    code = letter_to(invited)
    services.freeze(person=invited, now=clock.now())
    assert "stämmer inte" in confirm(Client(), code)
    assert "stämmer inte" in confirm(Client(), letter_to(invited))


def test_the_first_administrator(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("invite_administrator", email="adam@example.org", name="Adam af Alm")
    said = capsys.readouterr().out
    code = re.search(r"/inbjudan/([0-9A-Z]{12})/", said)
    assert code
    browser = Client()
    assert confirm(browser, code[1], "0000") == "/inbjudan/konto/"
    assert choose(browser, email="adam@example.org") == 302
    adam = User.objects.with_email("adam@example.org").get()
    assert (adam.given_name, adam.family_name) == ("Adam", "af Alm")
    assert adam.staff_roles.get().kind == StaffRole.Kind.ADMINISTRATOR
    call_command("invite_administrator", email="adam@example.org", name="Adam af Alm")
    assert adam.staff_roles.count() == 1
    with pytest.raises(CommandError):
        call_command("invite_administrator", email="ingen adress", name="X")


# A new password ----------------------------------------------------------------------------------------


@pytest.fixture
def _worker_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do at once what a worker would do, through the same task."""

    def ring(task: str, person_id: str) -> bool:
        assert task == "accounts.tasks.send_password_letter"
        send_password_letter(person_id)
        return True

    monkeypatch.setattr("portal.lib.bell.ring", ring)


def ask_for_link(email: str) -> tuple[int, str]:
    answer = Client().post("/konto/losenord/glomt/", {"email": email})
    return answer.status_code, answer.headers["Location"]


@pytest.mark.usefixtures("_worker_is_there")
def test_a_forgotten_password(cast: Cast, log_in: LogIn) -> None:
    """The link, the last figures, a new password; every older session ends, and the link works once."""
    cast.amina.personal_number = NUMBER
    cast.amina.save()
    older = log_in(cast.amina)
    assert ask_for_link("amina.lind@example.org") == ask_for_link("ingen@example.org")
    (letter,) = mail.outbox
    assert letter.to == ["amina.lind@example.org"]
    assert not re.search(r"Amina|Lind|Elsa|Granliden", str(letter.body))
    path = re.search(r"https?://[^/\s]+(/\S+)", str(letter.body))
    assert path
    browser = Client()
    form = browser.get(path[1]).headers["Location"]
    wrong = browser.post(form, {"password1": NEW_PASSWORD, "last_four": "1111"})
    assert "Siffrorna stämmer inte" in wrong.content.decode()
    assert browser.post(form, {"password1": NEW_PASSWORD, "last_four": "2384"}).status_code == 302
    assert older.get("/installningar/").status_code == 302
    assert "gäller inte längre" in Client().get(path[1]).content.decode()
    browser.post("/konto/logga-in/", {"login": "amina.lind@example.org", "password": NEW_PASSWORD})
    assert browser.get("/installningar/").status_code == 200


@pytest.mark.usefixtures("_worker_is_there")
def test_no_link_to_a_frozen_account(cast: Cast) -> None:
    services.freeze(person=cast.amina, now=clock.now())
    ask_for_link("amina.lind@example.org")
    assert mail.outbox == []


def test_two_who_want_the_same_address(cast: Cast) -> None:
    invitation, _code = services.invite(person=cast.johan, actor_person=None, now=clock.now())
    with pytest.raises(ValidationError, match="Adressen går inte"):
        services.accept_invitation(
            invitation=invitation,
            email="AMINA.lind@example.org",
            password=NEW_PASSWORD,
            language="sv",
            now=clock.now(),
        )
    assert person("Ny").email != cast.amina.email
    invitation.refresh_from_db()
    assert invitation.used_at is None
