"""Swedish is what the portal is written in, English is complete: the catalogue, and what the pages really say."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django.fixtures import Settings

from accounts.models import User
from attendance.models import Absence, ClosedDay, WeekPlan
from attendance.rules import Reason, Tap
from attendance.selectors import words
from attendance.services import MadeTap, record_taps
from children.actors import Actor
from children.models import Area, Block, Child, Contact, Department, Municipality, Preschool
from children.tablets import PIN_COOKIE
from portal.lib import days, languages
from portal.lib.ids import uuid7
from tests import cast as people
from tests.cast import PASSWORD, Cast, child, guard, local, place

LogIn = Callable[[User], Client]

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "locale/en/LC_MESSAGES/django.po"
TUESDAY = date(2026, 10, 13)
SWEDISH = re.compile("[åäöÅÄÖ]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]|\{\w*\}|<[^>]+>")
# What Django and allauth say when nobody has given them other words.
FOREIGN = ("This field is required", "Sign In", "Sign in", "Sign Out", "Password", "Email", "Verify", "Invalid")


# The catalogue --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One text of the catalogue: its forms in Swedish and in English."""

    source: tuple[str, ...]
    english: tuple[str, ...]
    is_fuzzy: bool


def unquoted(lines: str) -> str:
    parts = re.findall(r'^"(.*)"$', lines, flags=re.MULTILINE)
    return "".join(parts).replace(r"\n", "\n").replace(r"\"", '"').replace(r"\\", "\\")


def entries() -> list[Entry]:
    found = []
    for block in CATALOGUE.read_text(encoding="utf-8").split("\n\n"):
        texts = re.findall(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) (".*"(?:\n".*")*)', block, flags=re.MULTILINE)
        source = tuple(unquoted(text) for kind, text in texts if kind.startswith("msgid"))
        english = tuple(unquoted(text) for kind, text in texts if kind.startswith("msgstr"))
        if source and source[0]:
            found.append(Entry(source, english, bool(re.search("^#,.*fuzzy", block, flags=re.MULTILINE))))
    return found


def test_every_text_has_its_english() -> None:
    found = entries()
    assert len(found) > 1000
    assert [entry.source[0] for entry in found if entry.is_fuzzy or not all(entry.english)] == []
    assert [entry.source[0] for entry in found if len(entry.source) != len(entry.english)] == []
    assert "#~" not in CATALOGUE.read_text(encoding="utf-8")


def test_placeholders_agree() -> None:
    """The singular may name its number in words; nothing else may be left out, and nothing added."""
    for entry in entries():
        whole = sorted(PLACEHOLDER.findall(entry.source[-1]))
        assert sorted(PLACEHOLDER.findall(entry.english[-1])) == whole, entry
        assert sorted(PLACEHOLDER.findall(entry.english[0])) == sorted(PLACEHOLDER.findall(entry.source[0])), entry


def test_spaces_and_ends_agree() -> None:
    for entry in entries():
        for swedish, english in zip(entry.source, entry.english, strict=True):
            assert re.findall(r"^\s*|\s*$", swedish) == re.findall(r"^\s*|\s*$", english), swedish
            assert (swedish.strip()[-1] in ".?!:") == (english.strip()[-1] in ".?!:"), swedish


def test_english_is_english() -> None:
    names = ("Blåsippan", "Sjöstjärnan")
    for entry in entries():
        for text in entry.english:
            assert not SWEDISH.search(without(text, names)), text


def test_the_compiled_catalogue_is_this_one() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in entries():
        if len(entry.source) == 1:
            texts = {compiled.gettext(entry.source[0]), compiled.pgettext("several", entry.source[0])}
            assert entry.english[0] in texts
        else:
            one, several = entry.source
            assert (compiled.ngettext(one, several, 1), compiled.ngettext(one, several, 2)) == entry.english


# Where texts stand ----------------------------------------------------------------------------------------------------


def test_templates_hold_no_swedish_outside_their_translations() -> None:
    marked = (
        r"\{% comment %\}.*?\{% endcomment %\}",
        r"\{#.*?#\}",
        r"\{% blocktranslate\b.*?\{% endblocktranslate %\}",
        r"\{% translate .*?%\}",
        r'_\("[^"]*"\)',
    )
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if "styleguide" in str(path):  # shown to those who build, in the language that they build for
            continue
        text = path.read_text(encoding="utf-8")
        for pattern in marked:
            text = re.sub(pattern, "", text, flags=re.DOTALL)
        assert not SWEDISH.search(text), path


def test_scripts_hold_no_swedish() -> None:
    for path in sorted((ROOT / "static/js").rglob("*.js")):
        code = re.sub(r"/\*.*?\*/|^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        assert not SWEDISH.search(code), path


# Dates and figures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "form", "said"),
    [
        ("sv", "l j F", "tisdag 13 oktober"),
        ("en", "l j F", "Tuesday 13 October"),
        ("sv", "j M", "13 okt"),
        ("en", "j M", "13 Oct"),
    ],
)
def test_dates_are_said_in_the_language(language: str, form: str, said: str) -> None:
    with translation.override(language):
        assert days.in_words(TUESDAY, form) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [("sv", ["idag", "igår", "11 oktober"]), ("en", ["today", "yesterday", "11 October"])],
)
def test_the_day_of_a_moment_is_said_as_near_as_it_is(language: str, said: list[str]) -> None:
    """Swedish writes "idag" as one word everywhere, a minute before midnight too."""
    moments = [local(TUESDAY, 0, 1), local(TUESDAY - timedelta(days=1), 23, 59), local(date(2026, 10, 11), 12)]
    with translation.override(language), time_machine.travel(local(TUESDAY, 23, 59), tick=False):
        assert [days.day_in_words(moment, "j F") for moment in moments] == said


@pytest.mark.parametrize(("language", "said"), [("sv", ("42,5", "8")), ("en", ("42.5", "8"))])
def test_hours_are_written_in_the_language(language: str, said: tuple[str, str]) -> None:
    with translation.override(language):
        assert (words.hours(42 * 60 + 30), words.hours(8 * 60)) == said


# Pages ----------------------------------------------------------------------------------------------------------------


class Texts(HTMLParser):
    """Collects what a reader sees or hears of a page, piece by piece."""

    HEARD = ("aria-label", "alt", "placeholder", "title")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.lang = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.lang = dict(attrs).get("lang") or ""
        self.found += [value for name, value in attrs if name in self.HEARD and value]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(" ".join(data.split()))


def without(text: str, names: tuple[str, ...]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return text


def names() -> tuple[str, ...]:
    """Return every proper name there is: they stay as they are in any language."""
    found: set[str] = set()
    for kind in (Municipality, Area, Preschool, Department):
        found |= set(kind._default_manager.values_list("name", flat=True))
    for person in User.objects.all():
        found |= {person.given_name, person.family_name, person.email}
    for one in Child.objects.all():
        found |= {one.given_name, one.family_name}
    found |= set(languages.NAMES.values())
    return tuple(found - {""})


@pytest.fixture
def full(cast: Cast) -> Iterator[Cast]:
    """The cast on an October morning: somebody is late, here, gone, ill and away, and there are things to do."""
    with time_machine.travel(local(TUESDAY, 8, 42), tick=False):
        weeks = [[[["07:30", "16:00"]]] * 5 + [[], []]]
        ill, off, due = (child(name, "Alm") for name in ("Olle", "Tuva", "Ivar"))
        for one in (ill, off, due):
            place(one, cast.blasippan)
        for one in (cast.elsa, cast.hugo, ill, off, due):
            WeekPlan.objects.create(child=one, starts_on=date(2026, 8, 3), weeks=weeks)
        Absence.objects.create(child=ill, starts_on=TUESDAY, ends_on=TUESDAY + timedelta(days=2), reason=Reason.SICK)
        Absence.objects.create(child=off, starts_on=TUESDAY, ends_on=TUESDAY, reason=Reason.LEAVE)
        guard(cast.amina, ill, off)
        guard(people.person("Nora", "Ny"), cast.noor, confirmed=False)
        Contact.objects.create(child=cast.elsa, name="Karin", phone="+46701740600", relation="grandmother")
        Block.objects.create(child=cast.elsa, person=cast.johan, made_by=cast.eva, reason="A decision")
        ClosedDay.objects.create(day=TUESDAY + timedelta(days=3), preschool=cast.granliden, reason="Planning day")
        hall = Actor.of_tablet(people.tablet(cast.blasippan, "Kotten")[0], today=TUESDAY)
        for one, kind, minute in ((cast.elsa, Tap.ARRIVED, 5), (due, Tap.ARRIVED, 6), (due, Tap.LEFT, 20)):
            moment = local(TUESDAY, 8, minute)
            record_taps(taps=[MadeTap(uuid7(), one.id, kind, moment)], actor=hall, now=moment)
        yield cast


def public_pages() -> list[str]:
    named = ("account_login", "account_reset_password", "account_reset_password_done", "accounts:invitation_code")
    return [reverse(name) for name in (*named, "about", "accessibility", "privacy", "offline")]


OWN = ["accounts:settings", "accounts:email", "accounts:freeze", "account_change_password", "account_logout"]
OWN += ["mfa_index", "usersessions_list", "notices", "notice_settings"]


def pages_of(cast: Cast, who: str) -> list[str]:
    """Return the addresses that this person goes to."""
    department, preschool, one = [cast.blasippan.id], [cast.granliden.id], [cast.elsa.id]
    own = {
        "amina": [
            reverse("attendance:schedule"),
            reverse("attendance:schedule") + "?vecka=2026-10-12",
            reverse("attendance:schedule") + "?vecka=2026-11-02",
            reverse("attendance:absence", args=one),
            reverse("attendance:day", args=[cast.elsa.id, TUESDAY + timedelta(days=20)]),
            reverse("attendance:day", args=[cast.elsa.id, TUESDAY]),
            reverse("attendance:history", args=one),
            reverse("children:contacts", args=one),
        ],
        "maria": [
            reverse("accounts:pin"),
            reverse("attendance:board", args=department),
            reverse("attendance:board_child", args=[cast.blasippan.id, cast.elsa.id]),
            reverse("children:department_children", args=department),
            reverse("children:child", args=one),
            reverse("children:pending"),
            reverse("children:confirm", args=department),
            reverse("children:invitations", args=department),
            reverse("children:invitations_review", args=department) + f"?barn={cast.elsa.id}&barn={cast.noor.id}",
        ],
        "eva": [
            reverse("accounts:pin"),
            reverse("preschool_day", args=preschool),
            reverse("preschool_month", args=[cast.granliden.id, "2026-10"]),
            reverse("children:preschool_children", args=preschool),
            reverse("children:child", args=one),
            reverse("children:block", args=one),
            reverse("children:grants", args=one),
            reverse("children:tablets", args=preschool),
            reverse("children:pending"),
            reverse("children:kept"),
            reverse("children:frozen"),
        ],
        "administrator": [reverse("children:register"), reverse("tablets_overview"), reverse("feedback")],
    }.get(who, [])
    return [reverse("home"), *own, *(reverse(name) for name in OWN)]


def english_texts() -> tuple[set[str], set[str]]:
    """Return the texts that are only Swedish, and those that are only English."""
    swedish: set[str] = set()
    english: set[str] = set()
    for entry in entries():
        swedish |= set(entry.source)
        english |= set(entry.english)
    return swedish - english, english - swedish - {""}


def faults(page: str, language: str) -> list[str]:
    """Return what on the page is not in the language."""
    texts = Texts(page)
    swedish, english = english_texts()
    assert texts.lang == language
    said = [without(text, names()) for text in texts.found]
    if language == "en":
        return [text for text in said if text in swedish or SWEDISH.search(text)]
    allowed = {"English", "Svenska"}
    return [text for text in said if (text in english and text not in allowed) or text.startswith(FOREIGN)]


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("who", ["amina", "maria", "eva", "administrator", "communicator", "specialist"])
def test_own_pages_are_in_the_readers_language(full: Cast, log_in: LogIn, who: str, language: str) -> None:
    person: User = getattr(full, who)
    User.objects.filter(pk=person.pk).update(language=language)
    browser = log_in(person)
    for address in pages_of(full, who):
        answer = browser.get(address)
        assert answer.status_code in (200, 302), address
        if answer.status_code == 200:
            assert faults(answer.content.decode(), language) == [], address
            assert answer.headers["Content-Language"] == language


@pytest.mark.parametrize("language", ["en", "sv"])
def test_public_pages_are_in_the_browsers_language(client: Client, cast: Cast, language: str) -> None:
    for address in (*public_pages(), "/finns-inte/"):
        page = client.get(address, headers={"Accept-Language": language}).content.decode()
        assert faults(page, language) == [], address


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("has_pin", [False, True])
def test_the_tablet_is_in_the_language_of_its_hall(
    full: Cast, on_tablet: Callable[[str], Client], settings: Settings, language: str, *, has_pin: bool
) -> None:
    tablet, cookie = people.tablet(full.blasippan)
    browser = on_tablet(cookie)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    if has_pin:
        browser.cookies[PIN_COOKIE] = signing.dumps([str(tablet.id), str(full.maria.id)], salt="pin")
        User.objects.update(language=language)
    board = reverse("attendance:board", args=[full.blasippan.id])
    for address in (board, reverse("children:pin")):
        answer = browser.get(address, follow=True)
        assert faults(answer.content.decode(), language) == [], address
    child_page = reverse("attendance:board_child", args=[full.blasippan.id, full.elsa.id])
    assert faults(browser.get(child_page).content.decode(), language) == []


@pytest.mark.parametrize("language", ["en", "sv"])
def test_what_forms_refuse_is_said_in_the_language(full: Cast, log_in: LogIn, language: str) -> None:
    """Nothing filled in: the answers are ours, not Django's or allauth's."""
    User.objects.update(language=language)
    sent: dict[User, list[str]] = {
        full.amina: [
            reverse("accounts:email"),
            reverse("account_change_password"),
            reverse("attendance:absence", args=[full.elsa.id]),
            reverse("attendance:day", args=[full.elsa.id, TUESDAY + timedelta(days=20)]),
            reverse("attendance:schedule"),
            reverse("children:contacts", args=[full.elsa.id]),
        ],
        full.eva: [
            reverse("accounts:pin"),
            reverse("children:block", args=[full.elsa.id]),
            reverse("children:grants", args=[full.elsa.id]),
            reverse("children:tablets", args=[full.granliden.id]),
        ],
        full.administrator: [reverse("children:register")],
    }
    for person, addresses in sent.items():
        browser = log_in(person)
        for address in addresses:
            answer = browser.post(address, {})
            assert answer.status_code in (200, 302, 422), address
            if answer.status_code != 302:
                assert faults(answer.content.decode(), language) == [], address


@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_refused_login_is_said_in_the_language(client: Client, cast: Cast, language: str) -> None:
    for sent in ({}, {"login": "nobody@example.org", "password": "wrong"}, {"login": "x", "password": ""}):
        page = client.post(reverse("account_login"), sent, headers={"Accept-Language": language}).content.decode()
        assert faults(page, language) == []
        assert SWEDISH.search(page) or language == "en"


def test_the_language_is_chosen_on_the_login_page(client: Client, cast: Cast) -> None:
    login = reverse("account_login")
    assert "Glömt lösenordet?" in client.get(login).content.decode()
    answer = client.post(reverse("accounts:language"), {"language": "en", "next": login}, follow=True)
    assert "Forgotten your password?" in answer.content.decode()
    sent = {"login": cast.amina.email, "password": PASSWORD}
    client.post(login, sent)
    assert '<html lang="en"' in client.get("/").content.decode()


def test_dates_on_english_pages_are_english(full: Cast, log_in: LogIn) -> None:
    User.objects.update(language="en")
    schedule = log_in(full.amina).get(reverse("attendance:schedule") + "?vecka=2026-11-02").content.decode()
    assert "2–6 Nov" in schedule
    assert "Mon" in schedule
    assert "Tuesday 13 October" in log_in(full.eva).get("/").content.decode()
    assert "42.5 hrs" in schedule
