"""What one home has answered, agreed to and allowed does not reach the other where they are apart (DOMAIN 2.8, 4.3).

The outcome does: that a form still waits for somebody of the own home, that the child is shown or is not. What is said
as staff, and what both share, is met by both; odd words are planted, and the real pages and files are searched.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.test import Client, TestCase
from pytest_django.fixtures import Settings

from accounts.models import User
from children.actors import Actor
from children.home_rules import Handover, every_other_week
from children.models import Household, Purpose
from children.services import consents
from children.services.consents import Reply
from documents.models import Document, FormChild, PaperForm
from documents.selectors.readers import About, readers_of
from documents.selectors.reading import documents_changed_by
from documents.services import papers, telling
from documents.services.form_answers import answer, record_paper
from documents.services.form_telling import ask
from oversight.services import extracts
from portal.lib import clock, days
from tests.cast import Cast, employ, guard, local, person
from tests.papers import pdf, shared, version_of
from tests.test_extract import wait_for_another
from tests.test_two_homes_apart import TUESDAY, bodies, two_homes

LogIn = Callable[[User], Client]
WORDS = {"Amina": "Vaknar av åskan", "Johan": "Sover med kanin"}
PAPER = {"Amina": "Tål inte kiwi", "Johan": "Tål inte hallon"}
TITLES = {"Amina": "Samtal vecka nitton", "Johan": "Samtal vecka tjugo"}


@pytest.fixture(autouse=True)
def _early_on_a_tuesday(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.FILES_ROOT = tmp_path
    with time_machine.travel(local(TUESDAY, 9, 58), tick=False):
        yield


class TwoHomes:
    """Each guardian of Elsa lives in a home of its own, and has said all that a home can say on paper."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        _living, self.ours, self.theirs = two_homes(cast, every_other_week(2), Handover.THERE)
        self.form, self.sensitive = self.asked("Sömn"), self.asked("Mat", needs_strong=True)
        self.agreed = self.share("Regler för fotografering", asks="agree")
        self.own: dict[str, Document] = {}
        for pages, guardian in enumerate((cast.amina, cast.johan), 2):
            name, actor, now = guardian.given_name, Actor.of_person(guardian), clock.now()
            self.own[name] = self.share(TITLES[name], data=pdf(pages), only_to=guardian.pk)
            for form in (self.form, self.sensitive):
                for words in (f"Först: {WORDS[name]}", WORDS[name]):
                    said = {"form_id": form.pk, "child_ids": [cast.elsa.pk], "answers": {"1": words}}
                    answer(**said, is_signed=False, actor=actor, now=now)  # type: ignore[arg-type]  # of one shape each
            papers.mark_opened(version=version_of(self.agreed), actor=actor, now=now)
            says_yes = guardian == cast.amina
            replies = [Reply(cast.elsa.pk, purpose, says_yes=says_yes, wording="") for purpose in Purpose]
            consents.answer(replies=replies, actor=actor, now=now)
            self.on_paper(guardian, PAPER[name])
        telling.tell_waiting(now=clock.now())

    def asked(self, title: str, **columns: bool) -> PaperForm:
        cast, now = self.cast, clock.now()
        form = PaperForm.objects.create(
            preschool=cast.granliden,
            department=cast.blasippan,
            state=PaperForm.State.OPEN,
            title=title,
            questions=[{"id": "1", "kind": "text", "label": "Något att tänka på?", "is_required": True}],
            needs_both=True,
            made_by=cast.maria,
            changed_by=cast.maria,
            changed_at=now,
            opened_at=now - timedelta(days=2),
            **columns,
        )
        FormChild.objects.create(form=form, child=cast.elsa)
        ask(form, now=now)
        return form

    def share(self, title: str, *, data: bytes = b"", **asked: object) -> Document:
        (document,) = shared(self.cast.blasippan, self.cast.maria, self.cast.elsa, data=data, **asked)
        document.title = title
        document.save(update_fields=["title"])
        return document

    def on_paper(self, guardian: User, words: str) -> None:
        form = self.asked("Allergi")
        record_paper(
            form_id=form.pk,
            child_id=self.cast.elsa.pk,
            guardian_id=guardian.pk,
            answers={"1": words},
            given_on=days.today(),
            actor=Actor.of_person(self.cast.maria),
            now=clock.now(),
        )

    @property
    def pages(self) -> list[str]:
        child = self.cast.elsa.pk
        forms = PaperForm.objects.values_list("pk", flat=True)
        documents = [self.agreed, *self.own.values()]
        return [
            *(f"/blanketter/{form}/{child}/{end}" for form in forms for end in ("", "svar/")),
            *(f"/dokument/{one.pk}/" for one in documents),
            f"/dokument/?barn={child}",
            "/dokument/?sok=samtal",
            f"/barn/{child}/allt/",
            *("/", "/nytt/", "/blanketter/", "/dokument/", "/medgivanden/", "/medgivanden/historik/", "/album/"),
        ]


def found_by(browser: Client, homes: TwoHomes) -> str:
    """Return all that somebody meets: pages that can be reached, and the extract about the child."""
    return "\n".join([*(body for _address, body in bodies(browser, *homes.pages)), taken_out(browser, homes)])


def taken_out(browser: Client, homes: TwoHomes) -> str:
    """Return the names of the files of the extract about the child, and what each page in it says."""
    wait_for_another()
    browser.post(f"/barn/{homes.cast.elsa.pk}/allt/", {"anew": "1"})
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert extracts.make_waiting(now=clock.now()) == 1
    answered = browser.get(f"/barn/{homes.cast.elsa.pk}/allt/hamta/")
    with zipfile.ZipFile(BytesIO(b"".join(answered.streaming_content))) as files:  # type: ignore[attr-defined]  # the stub lacks it
        pages = [files.read(name).decode() for name in files.namelist() if name.endswith((".html", ".json", ".txt"))]
        return "\n".join([*files.namelist(), *pages])


def said_by(name: str) -> tuple[str, ...]:
    return (WORDS[name], PAPER[name], TITLES[name])


@pytest.fixture
def homes(cast: Cast) -> TwoHomes:
    return TwoHomes(cast)


def test_neither_home_meets_what_the_other_said(cast: Cast, homes: TwoHomes, log_in: LogIn) -> None:
    """Each meets its own, so the search finds what is there; nor is the other named by what it has not done."""
    third = person("Tove")
    guard(third, cast.elsa)
    for guardian, other in ((cast.amina, "Johan"), (cast.johan, "Amina")):
        found = found_by(log_in(guardian), homes)
        assert all(words in found for words in said_by(guardian.given_name))
        assert [words for words in said_by(other) if words in found] == []
        assert "har inte svarat" not in found
    found = found_by(log_in(third), homes)
    assert [words for name in WORDS for words in said_by(name) if words in found] == []


def test_neither_home_is_told_who_the_other_is_on_these_pages(cast: Cast, homes: TwoHomes, log_in: LogIn) -> None:
    for guardian, other in ((cast.amina, "Johan"), (cast.johan, "Amina")):
        browser = log_in(guardian)
        for address in homes.pages:
            assert other not in browser.get(address).content.decode(), address
        assert other not in taken_out(browser, homes)


def test_who_shows_the_other_home_its_days_shows_nothing_of_this(cast: Cast, homes: TwoHomes, log_in: LogIn) -> None:
    """What is shared is times and notes (DOMAIN 2.8): answers are as conversations (4.3), one for each home."""
    Household.objects.filter(pk__in=[homes.ours.pk, homes.theirs.pk]).update(shares=True)
    found = found_by(log_in(cast.amina), homes)
    assert [words for words in said_by("Johan") if words in found] == []
    assert log_in(cast.amina).get(f"/dokument/{homes.own['Johan'].pk}/").status_code == 404


def test_whoever_works_where_an_own_child_is_reads_as_its_guardian_alone(cast: Cast, log_in: LogIn) -> None:
    """What is for the other guardian alone stays closed, and nobody keeps the consents and papers of an own child."""
    (to_johan,) = shared(cast.blasippan, cast.maria, cast.elsa, only_to=cast.johan.pk)
    (to_both,) = shared(cast.blasippan, cast.maria, cast.elsa, data=pdf(5))
    employ(cast.amina, department=cast.blasippan)
    amina, browser = Actor.of_person(cast.amina), log_in(cast.amina)
    for document in (to_johan, to_both):
        assert not documents_changed_by(amina).filter(pk=document.pk).exists()
        readers = readers_of(About.of(document), amina.today)
        assert cast.amina.pk not in readers.house
        assert (cast.amina.pk in readers.guardians) == (document == to_both)
    assert browser.get(f"/dokument/{to_johan.pk}/").status_code == 404
    assert browser.get(f"/dokument/{to_both.pk}/").status_code == 200
    assert browser.get(f"/barn/{cast.elsa.pk}/medgivanden/").status_code == 403
