"""Documents, forms, consents, pictures and the extract about people with protected identity: planted real names are
nowhere, and who guards the child is told to nobody who is not named (PROMISES 3.3, DOMAIN 6.1)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client, TestCase
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry, Protection, User
from children.actors import Actor
from children.models import Child, Consent, ProtectedIdentity, Purpose
from children.protection import protect_person
from children.services import consents
from children.services.asking_consents import remind_department
from children.services.consents import Reply
from documents.models import Document, FormAnswer, FormChild, PaperForm, StoredFile
from documents.services import papers as paper_services
from documents.services import telling
from documents.services.form_answers import answer, record_paper
from documents.services.form_telling import ask, tell_of_forms
from notifications.digests import send_digests
from notifications.models import Delivery, Kind, Way
from notifications.services import choose
from notifications.tasks import sweep
from oversight.models import Extract
from oversight.services import extracts
from portal.lib import clock, days
from portal.logs import WithoutValues
from tests.cast import Cast, guard, person
from tests.papers import pdf, shared, version_of
from tests.test_album import told
from tests.test_extract import put, wait_for_another
from tests.test_protection_of_what_is_said import everything
from tests.test_protection_outside import Hidden, planted_in

LogIn = Callable[[User], Client]
TUESDAY = date(2026, 10, 13)
QUESTION = {"id": "1", "kind": "text", "label": "Något att tänka på?", "is_required": True}
ANSWER = "Simmar gärna"


@pytest.fixture(autouse=True)
def clock_hand(
    caplog: pytest.LogCaptureFixture, settings: Settings, tmp_path: Path
) -> Iterator[time_machine.Traveller]:
    settings.FILES_ROOT = tmp_path
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(WithoutValues("%(levelname)s %(name)s %(message)s"))
    with time_machine.travel(days.at(TUESDAY, time(8, 42)), tick=True) as hand:
        yield hand


class Papers:
    """A protected family and its department have shared, asked, answered and allowed all that there is."""

    def __init__(self, cast: Cast, log_in: LogIn) -> None:
        self.cast, self.hidden = cast, Hidden(cast, log_in)
        hidden, now = self.hidden, clock.now()
        everybody = (cast.maria, cast.vikar, cast.eva, cast.neighbour, hidden.guardian, hidden.staff)
        for one in everybody:
            for kind in Kind:
                for way in (Way.EMAIL, Way.IN_APP):
                    choose(person=one, kind=kind, way=way, is_wanted=True)
        (self.about_child,) = shared(cast.blasippan, hidden.staff, hidden.child, asks="agree", asks_each=True)
        (self.for_all,) = shared(cast.blasippan, hidden.staff, data=pdf(2), asks="read")
        telling.tell_waiting(now=now)
        for document in (self.about_child, self.for_all):
            answered = {"document_id": document.pk, "version_id": version_of(document).pk}
            paper_services.answer(**answered, actor=Actor.of_person(hidden.guardian), now=now)
        self.form = self.asked(cast, hidden.child, cast.noor)
        for who, child in ((hidden.guardian, hidden.child), (cast.neighbour, cast.noor)):
            self.say(who, child)
        self.on_paper()
        remind_department(actor=Actor.of_person(cast.maria), department=cast.blasippan, now=now)
        for who, child in ((hidden.guardian, hidden.child), (cast.neighbour, cast.noor)):
            replies = [Reply(child.pk, purpose, says_yes=True, wording="") for purpose in Purpose]
            consents.answer(replies=replies, actor=Actor.of_person(who), now=now)
        (self.picture,) = told(cast.blasippan, hidden.staff, [hidden.child, cast.noor])
        put(self.picture, b"a picture")
        extracts.ask(child_id=hidden.child.pk, actor=Actor.of_person(hidden.guardian), now=now, language="sv")
        extracts.ask(child_id=cast.noor.pk, actor=Actor.of_person(cast.neighbour), now=now, language="sv")
        with TestCase.captureOnCommitCallbacks(execute=True):
            assert extracts.make_waiting(now=now) == 2

    @staticmethod
    def asked(cast: Cast, *children: Child) -> PaperForm:
        now = clock.now()
        form = PaperForm.objects.create(
            preschool=cast.granliden,
            department=cast.blasippan,
            state=PaperForm.State.OPEN,
            title="Simning",
            questions=[QUESTION],
            needs_both=True,
            due_on=TUESDAY + timedelta(days=7),
            made_by=cast.maria,
            changed_by=cast.maria,
            changed_at=now,
            opened_at=now - timedelta(days=10),
            opened_by=cast.maria,
        )
        FormChild.objects.bulk_create(FormChild(form=form, child=child) for child in children)
        ask(form, now=now)
        assert tell_of_forms(now=now), "it is seven days to the last one"
        return form

    def say(self, who: User, child: Child) -> None:
        """Answer twice: what was said before stays in the history."""
        for words in ("Nej", ANSWER):
            answer(
                form_id=self.form.pk,
                child_ids=[child.pk],
                answers={"1": words},
                is_signed=False,
                actor=Actor.of_person(who),
                now=clock.now(),
            )

    def on_paper(self) -> None:
        """Let the member of staff with a protected identity write in the neighbour's answer, given the day before."""
        FormAnswer.objects.filter(guardian=self.cast.neighbour).update(answered_at=clock.now() - timedelta(days=1))
        record_paper(
            form_id=self.form.pk,
            child_id=self.cast.noor.pk,
            guardian_id=self.cast.neighbour.pk,
            answers={"1": ANSWER},
            given_on=days.today(),
            actor=Actor.of_person(self.hidden.staff),
            now=clock.now(),
        )

    @property
    def pages(self) -> list[str]:
        cast, child, form = self.cast, self.hidden.child.pk, f"/blanketter/personal/{self.form.pk}/"
        department, preschool = cast.blasippan.pk, cast.granliden.pk
        documents = (self.about_child, self.for_all)
        about = [
            address
            for one in (child, cast.noor.pk)
            for address in (
                f"/barn/{one}/",
                f"/barn/{one}/blanketter/",
                f"/barn/{one}/medgivanden/",
                f"/barn/{one}/allt/",
                f"/barn/{one}/allt/hamta/",
                f"/blanketter/{self.form.pk}/{one}/",
                f"/blanketter/{self.form.pk}/{one}/svar/",
                f"{form}barn/{one}/",
                f"/dokument/?barn={one}",
                f"/album/?barn={one}",
                f"/inlagg/avdelning/{department}/",
            )
        ]
        givers = ((child, self.hidden.guardian), (child, self.hidden.invited), (cast.noor.pk, cast.neighbour))
        return [
            *about,
            *(f"{form}barn/{one}/{giver.pk}/" for one, giver in givers),
            *(f"/dokument/{one.pk}/" for one in documents),
            *(f"/dokument/fil/{version_of(one).pk}/?spara" for one in documents),
            f"/dokument/mapp/{self.for_all.folder_id}/dela/",
            "/",
            "/nytt/",
            "/dokument/",
            "/dokument/?sok=brev",
            f"/dokument/avdelning/{department}/",
            f"/dokument/avdelning/{department}/?sok=brev",
            f"/dokument/forskola/{preschool}/",
            "/dokument/kommunen/",
            "/blanketter/",
            "/blanketter/personal/",
            form,
            f"{form}?format=csv",
            f"{form}se/",
            "/medgivanden/",
            "/medgivanden/historik/",
            f"/avdelning/{department}/medgivanden/",
            f"/forskola/{preschool}/medgivanden/",
            "/regler/medgivanden/",
            "/album/",
            f"/album/{self.picture.pk}/",
            "/inlagg/",
            f"/inlagg/{self.picture.post_id}/",
            f"/inlagg/bild/{self.picture.pk}/barn/",
            f"/inlagg/bild/{self.picture.pk}/large/",
            "/aterkallat/",
        ]


@pytest.fixture
def papers(cast: Cast, log_in: LogIn) -> Papers:
    return Papers(cast, log_in)


def draft_for_chosen(papers: Papers) -> PaperForm:
    """Let Maria begin a form for which children are chosen by name."""
    form = PaperForm.objects.get(pk=papers.form.pk)
    form.pk, form.state, form.opened_at, form.opened_by, form.is_for_all = None, "draft", None, None, False
    form._state.adding = True
    form.save(force_insert=True)
    FormChild.objects.create(form=form, child=papers.hidden.child)
    return form


def test_no_page_no_file_and_no_line_has_a_real_name(
    cast: Cast, papers: Papers, log_in: LogIn, caplog: pytest.LogCaptureFixture
) -> None:
    hidden = papers.hidden
    caplog.clear()
    pages = [*papers.pages, f"/blanketter/personal/{draft_for_chosen(papers).pk}/bygg/"]
    readers = (cast.maria, cast.vikar, cast.eva, hidden.guardian, hidden.staff, cast.neighbour, cast.archivist)
    for reader in (*readers, cast.stranger, cast.jonas, cast.administrator, cast.communicator):
        assert planted_in(everything(log_in(reader), pages)) == [], reader.given_name
    assert planted_in(caplog.text) == []
    found = everything(log_in(cast.maria), pages)
    assert ANSWER in found, "they are read"
    assert "Brev till hemmet" in found
    own = everything(log_in(hidden.guardian), [f"/barn/{hidden.child.pk}/allt/hamta/"])
    assert ANSWER in own
    assert hidden.child.given_name in own


def test_who_guards_the_child_is_told_to_nobody_who_is_not_named(cast: Cast, papers: Papers, log_in: LogIn) -> None:
    """Not by the alias, nor by the address of a page: who is family to whom is what is protected."""
    hidden = papers.hidden
    family = [hidden.guardian, hidden.invited]
    signs = [sign for one in family for sign in (one.full_name, str(one.pk))]
    for reader in (cast.maria, cast.vikar, cast.eva, cast.neighbour, cast.administrator):
        browser = log_in(reader)
        for address in papers.pages:
            found = everything(browser, [address]).replace(address, "")  # "not found" says what was asked for
            assert not [sign for sign in signs if sign in found], (reader.given_name, address)
    for identity in ProtectedIdentity.objects.order_by("pk"):
        log_in(cast.eva).post(f"/skyddade/{identity.pk}/", {"reader": str(cast.maria.pk)})
    named = everything(log_in(cast.maria), papers.pages)
    assert hidden.guardian.full_name in named
    own = everything(log_in(hidden.guardian), papers.pages)
    assert hidden.guardian.full_name in own


def test_the_label_is_said_to_nobody_who_does_not_know(cast: Cast, papers: Papers, log_in: LogIn) -> None:
    """DOMAIN 6.1: the label is the leak. A child that may never be shown stands there like any no."""
    pages = [address for address in papers.pages if not re.fullmatch(r"/barn/[^/]+/", address)]
    for reader in (cast.maria, cast.vikar, cast.neighbour, papers.hidden.guardian):
        found = everything(log_in(reader), pages)
        said = re.findall(r"(?i)\w*(?:sekretess|skyddad|skyddat|fingera)\w*[^<]{0,60}", found)
        assert said == [], (reader.given_name, said)


def test_a_protected_child_is_in_no_file_and_on_no_list_of_who_may_be_tagged(
    cast: Cast, papers: Papers, log_in: LogIn
) -> None:
    alias = papers.hidden.child.given_name
    for reader in (cast.maria, cast.eva):
        table = everything(log_in(reader), [f"/blanketter/personal/{papers.form.pk}/?format=csv"])
        assert "Noor" in table
        assert alias not in table
    tagging = everything(log_in(cast.maria), [f"/inlagg/bild/{papers.picture.pk}/barn/"])
    assert "Noor" in tagging
    assert alias not in tagging


def test_nothing_that_leaves_and_nothing_that_is_kept_has_a_real_name(
    cast: Cast, papers: Papers, clock_hand: time_machine.Traveller
) -> None:
    hidden = papers.hidden
    for moment in (time(8, 44), time(19, 30)):
        clock_hand.move_to(days.at(TUESDAY, moment))
        send_digests(now=clock.now())
        sweep("email")
    kinds = {*Delivery.objects.in_app().values_list("kind", flat=True)}
    assert kinds >= {Kind.DOCUMENT_SHARED, Kind.FORM_ASKED, Kind.CONSENT_ASKED, Kind.MEMORY_READY}
    assert {hidden.guardian.email, cast.neighbour.email} <= {address for one in mail.outbox for address in one.to}
    written = "\n".join(f"{one.subject}\n{one.body}\n{one.message()}" for one in mail.outbox)
    assert planted_in(written) == []
    for word in (*hidden.aliases, cast.blasippan.name, "Brev till hemmet", "Simning", ANSWER, cast.maria.family_name):
        assert word not in written  # DOMAIN 4.10
    kept: list[Any] = [
        *Delivery.objects.values_list("about", flat=True),
        *AuditEntry.objects.values_list("about", "children"),
        *StoredFile.objects.values_list("name", flat=True),
        *Document.objects.values_list("title", flat=True),
        *FormAnswer.objects.values_list("answers", flat=True),
        *Consent.objects.values_list("wording", flat=True),
    ]
    assert planted_in(str(kept)) == []


def test_what_was_taken_out_before_somebody_was_protected_is_handed_out_no_more(cast: Cast, log_in: LogIn) -> None:
    """The file has the name as it was then: of a member of staff who wrote, or of the other guardian."""
    other = person("Torvalda", "Hemlighetsson")
    guard(other, cast.elsa)
    browser, page = log_in(cast.amina), f"/barn/{cast.elsa.pk}/allt/"
    browser.post(page)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert extracts.make_waiting(now=clock.now()) == 1
    assert "Torvalda" in everything(browser, [f"{page}hamta/"])
    protect_person(person=other, level=Protection.PROTECTED, now=clock.now())
    answered = browser.get(f"{page}hamta/")
    assert answered.status_code in (302, 303)
    assert not planted_in(everything(browser, [page, f"{page}hamta/"]))
    wait_for_another()
    browser.post(page, {"anew": "1"})
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert extracts.make_waiting(now=clock.now()) == 1
    assert Extract.objects.get().is_ready
    assert not planted_in(everything(browser, [f"{page}hamta/"]))
