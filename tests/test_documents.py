"""Documents: shared with exactly those who were shown; read, answered, renewed, withdrawn, removed (G05, G07, G09)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import Http404
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry, User
from children.actors import Actor
from children.models import Block, Department, Guardianship, Placement, Preschool, StaffRole
from documents import drawing, paper_rules, pictures
from documents.models import Document, DocumentRead, Folder, PdfPreview, StoredFile
from documents.selectors.papers import to_answer
from documents.selectors.places import Place
from documents.selectors.readers import About, readers_of
from documents.selectors.reading import documents_for, get_version
from documents.services import files, folders, papers, sharing, telling
from documents.services.sharing import Sharing
from notifications.models import Delivery, Kind
from notifications.services import notify_of_all
from portal.lib import clock, days
from tests import cast as people
from tests.cast import Cast
from tests.papers import folder_of, pdf, shared, uploaded, version_of
from tests.test_access_property import TODAY, World, build, plans
from tests.test_feed import PHASES
from tests.test_query_counts import COUNTS, queries

LogIn = Callable[[User], Client]
TUESDAY = date(2026, 10, 13)


@pytest.fixture(autouse=True)
def _on_a_tuesday(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.FILES_ROOT = tmp_path / "files"
    with time_machine.travel(people.local(TUESDAY, 9), tick=True):
        yield


def told(person: User, kind: Kind = Kind.DOCUMENT_SHARED) -> int:
    return Delivery.objects.in_app().filter(person=person, kind=kind).count()


# Sharing, as it is done ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_paper_is_uploaded_looked_at_and_shared_with_one_family(cast: Cast, log_in: LogIn) -> None:
    """G07: a document for one child is read by its guardians; the sender sees that it was read."""
    desk, phone = log_in(cast.maria), log_in(cast.amina)
    desk.get(f"/dokument/avdelning/{cast.blasippan.pk}/")
    folder = Folder.objects.get(department=cast.blasippan, name="Om barnen")
    paper = SimpleUploadedFile("samtal_elsa.pdf", pdf(2))
    answer = desk.post(f"/dokument/mapp/{folder.pk}/ladda-upp/", {"files": [paper]})
    assert answer.headers["Location"] == f"/dokument/mapp/{folder.pk}/dela/"
    draft = Document.objects.get()
    assert draft.title == "Samtal elsa"
    choice = {
        "draft": str(draft.pk),
        f"title-{draft.pk}": "Samtal i höst",
        "readers": "some",
        "children": str(cast.elsa.pk),
        "asks": "read",
    }
    looked = desk.post(f"/dokument/mapp/{folder.pk}/dela/", choice | {"do": "look"}, headers={"HX-Request": "true"})
    html = looked.content.decode()
    assert "Läses av 2 vårdnadshavare" in html
    assert "Amina Lind" in html
    assert "Yasmin" not in html
    assert phone.get(f"/dokument/{draft.pk}/").status_code == 404
    seen = html.partition('name="seen" value="')[2].partition('"')[0]
    assert desk.post(f"/dokument/mapp/{folder.pk}/dela/", choice | {"do": "share", "seen": seen}).status_code == 302
    telling.tell_waiting(now=clock.now())
    assert (told(cast.amina), told(cast.johan), told(cast.neighbour)) == (1, 1, 0)
    assert "Nytt dokument: Samtal i höst" in phone.get("/nytt/").content.decode()
    assert "Samtal i höst" in phone.get("/").content.decode()  # to do
    assert "Samtal i höst" in phone.get("/dokument/").content.decode()

    version = version_of(draft)
    served = phone.get(f"/dokument/fil/{version.pk}/")
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in served.headers["Content-Security-Policy"]
    page = desk.get(f"/dokument/{draft.pk}/").content.decode()
    assert "Har öppnat" in page
    assert "Amina Lind" in page
    phone.post(f"/dokument/{draft.pk}/svara/", {"version": str(version.pk)})
    assert "Svar från 1 av 2" in desk.get(f"/dokument/{draft.pk}/").content.decode()
    assert "Samtal i höst" not in phone.get("/").content.decode()
    looks = AuditEntry.objects.filter(is_look=True, action="document.file", person_id=cast.amina.pk)
    assert [look.children for look in looks] == [[str(cast.elsa.pk)]]


@pytest.mark.django_db
def test_the_address_of_a_file_is_not_found_by_anybody_else(cast: Cast, log_in: LogIn) -> None:
    """G05: and it is closed to whoever was a guardian until yesterday."""
    (document,) = shared(cast.blasippan, cast.maria, cast.elsa)
    address = f"/dokument/fil/{version_of(document).pk}/"
    for stranger in (cast.neighbour, cast.stranger, cast.jonas, cast.ulf, cast.administrator, cast.communicator):
        assert log_in(stranger).get(address).status_code == 404, stranger
    assert Client().get(address).status_code == 302  # to the login
    for reader in (cast.amina, cast.johan, cast.maria, cast.vikar, cast.eva):
        assert log_in(reader).get(address).status_code == 200, reader
    Guardianship.objects.filter(guardian=cast.johan).update(ends_on=TUESDAY - timedelta(days=1))
    Block.objects.create(child=cast.elsa, person=cast.amina, made_by=cast.eva)
    assert [log_in(one).get(address).status_code for one in (cast.johan, cast.amina)] == [404, 404]


@pytest.mark.django_db
def test_the_same_upload_sent_twice_is_one_document(cast: Cast, log_in: LogIn) -> None:
    """G09: a double tap on upload, a double tap on share, and the same file next week."""
    folder, data = folder_of(cast.blasippan), pdf()
    assert len(uploaded(folder, cast.maria, data)) == 1
    (draft,) = uploaded(folder, cast.maria, data)
    how, actor = Sharing(), Actor.of_person(cast.maria)
    seen = readers_of(how.about(folder), actor.today).sign
    for expected in (1, 0):
        number = sharing.share(
            folder_id=folder.pk, titles={draft.pk: "Brev"}, sharing=how, seen=seen, actor=actor, now=clock.now()
        )
        assert number == expected
    assert uploaded(folder, cast.maria, data) == []
    assert Document.objects.count() == StoredFile.objects.count() == 1
    assert len(shared(cast.blasippan, cast.maria, cast.elsa, data=pdf(2))) == 1
    assert shared(cast.blasippan, cast.maria, cast.elsa, data=pdf(2)) == []


@pytest.mark.django_db
def test_five_families_get_the_same_paper_and_none_sees_another_s(cast: Cast, log_in: LogIn) -> None:
    first, second = shared(cast.blasippan, cast.maria, cast.elsa, cast.noor)
    assert version_of(first).file_id == version_of(second).file_id
    about = {first.child_id: first, second.child_id: second}
    own, other = about[cast.elsa.pk], about[cast.noor.pk]
    phone = log_in(cast.amina)
    assert [phone.get(f"/dokument/{one.pk}/").status_code for one in (own, other)] == [200, 404]
    papers.remove(document_id=own.pk, reason="Fel papper", actor=Actor.of_person(cast.maria), now=clock.now())
    assert StoredFile.objects.count() == 1  # the other family's
    papers.remove(document_id=other.pk, reason="Fel papper", actor=Actor.of_person(cast.maria), now=clock.now())
    assert StoredFile.objects.count() == 0


@pytest.mark.django_db
def test_a_paper_only_to_one_of_two_guardians(cast: Cast) -> None:
    (document,) = shared(cast.blasippan, cast.maria, cast.elsa, only_to=cast.johan.pk)
    assert document in documents_for(Actor.of_person(cast.johan))
    assert document not in documents_for(Actor.of_person(cast.amina))


@pytest.mark.django_db
def test_a_child_that_left_keeps_what_is_about_itself(cast: Cast) -> None:
    (own,), (all_s,) = shared(cast.blasippan, cast.maria, cast.elsa), shared(cast.blasippan, cast.maria, data=pdf(2))
    Placement.objects.filter(child=cast.elsa).update(ends_on=TUESDAY - timedelta(days=1))
    listed = set(documents_for(Actor.of_person(cast.amina)))
    assert own in listed
    assert all_s not in listed


@pytest.mark.django_db
def test_a_picture_is_for_a_single_child(cast: Cast) -> None:
    """DOMAIN 5.2: nobody has said who is in it, so that it goes to one family only."""
    folder = folder_of(cast.blasippan)
    file = StoredFile.objects.create(
        name="a.jpg", kind="picture", media_type="image/jpeg", size=1, digest="1" * 64, state="ready"
    )
    draft = Document.objects.create(folder=folder, department=cast.blasippan, title="Bild", added_by=cast.maria)
    sharing.add_version(draft, file, number=1, by_id=cast.maria.pk)
    actor = Actor.of_person(cast.maria)

    def share(how: Sharing) -> int:
        seen, titles = readers_of(how.about(folder), actor.today).sign, {draft.pk: "Bild"}
        return sharing.share(folder_id=folder.pk, titles=titles, sharing=how, seen=seen, actor=actor, now=clock.now())

    for how in (Sharing(), Sharing(child_ids=frozenset([cast.elsa.pk, cast.noor.pk]))):
        with pytest.raises(ValidationError, match="inlägg"):
            share(how)
    assert share(Sharing(child_ids=frozenset([cast.elsa.pk]))) == 1


@pytest.mark.django_db
def test_readers_who_changed_meanwhile_are_shown_again(cast: Cast) -> None:
    folder = folder_of(cast.blasippan)
    (draft,) = uploaded(folder, cast.maria)
    actor, how = Actor.of_person(cast.maria), Sharing()
    seen = readers_of(how.about(folder), actor.today).sign
    people.guard(people.person("Ny"), cast.elsa)
    with pytest.raises(ValidationError, match="ändrats"):
        sharing.share(folder_id=folder.pk, titles={draft.pk: "x"}, sharing=how, seen=seen, actor=actor, now=clock.now())
    assert not Document.objects.shared().exists()


# What it asks, versions, the end -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_one_guardian_agrees_for_the_child_or_both_do(cast: Cast) -> None:
    amina, johan = Actor.of_person(cast.amina), Actor.of_person(cast.johan)
    (one,) = shared(cast.blasippan, cast.maria, cast.elsa, asks="agree")
    (both,) = shared(cast.blasippan, cast.maria, cast.elsa, asks="agree", asks_each=True, data=pdf(2))
    assert {paper.id for paper in to_answer(johan)} == {one.pk, both.pk}
    for document in (one, both):
        version = version_of(document)
        for _turn in range(2):  # a second press changes nothing
            papers.answer(document_id=document.pk, version_id=version.pk, actor=amina, now=clock.now())
    assert to_answer(amina) == []
    assert [paper.id for paper in to_answer(johan)] == [both.pk]
    with pytest.raises(Http404):
        papers.answer(
            document_id=one.pk, version_id=version_of(one).pk, actor=Actor.of_person(cast.maria), now=clock.now()
        )


@pytest.mark.django_db
def test_a_new_version_is_asked_and_told_anew(cast: Cast) -> None:
    staff, amina = Actor.of_person(cast.maria), Actor.of_person(cast.amina)
    (document,) = shared(cast.blasippan, cast.maria, cast.elsa, asks="agree")
    first = version_of(document)
    telling.tell_waiting(now=clock.now())
    papers.mark_opened(version=first, actor=amina, now=clock.now())
    for _turn in range(2):
        papers.renew(
            document_id=document.pk, upload=ContentFile(pdf(3), "b.pdf"), note="Nytt rum", actor=staff, now=clock.now()
        )
    assert document.versions.count() == 2
    telling.tell_waiting(now=clock.now())
    assert told(cast.amina) == 2
    assert get_version(staff, first.pk) == first
    with pytest.raises(Http404):
        get_version(amina, first.pk)
    with pytest.raises(ValidationError, match="ny version"):
        papers.answer(document_id=document.pk, version_id=first.pk, actor=amina, now=clock.now())
    assert [paper.id for paper in to_answer(amina)] == [document.pk]


@pytest.mark.django_db
def test_withdrawn_within_seven_days_and_removed_later(cast: Cast, log_in: LogIn) -> None:
    staff = Actor.of_person(cast.maria)
    (document,) = shared(cast.blasippan, cast.maria, cast.elsa)
    version = version_of(document)
    with pytest.raises(ValidationError, match="varför"):
        papers.withdraw(document_id=document.pk, reason=" ", actor=staff, now=clock.now())
    with pytest.raises(ValidationError, match="sju dagar"):
        papers.withdraw(document_id=document.pk, reason="Fel", actor=staff, now=clock.now() + timedelta(days=8))
    papers.withdraw(document_id=document.pk, reason="Fel barn", actor=staff, now=clock.now())
    phone = log_in(cast.amina)
    page = phone.get(f"/dokument/{document.pk}/").content.decode()
    assert "har återkallat det här dokumentet" in page
    assert "Brev till hemmet" not in page
    assert phone.get(f"/dokument/fil/{version.pk}/").status_code == 404
    assert (
        f"återkallades av {cast.maria.full_name}: Fel barn"
        in log_in(cast.maria).get(f"/dokument/{document.pk}/").content.decode()
    )
    assert "Ett dokument är återkallat" in log_in(cast.eva).get("/nytt/").content.decode()
    papers.remove(document_id=document.pk, reason="Fel barn", actor=staff, now=clock.now() + timedelta(days=8))
    assert phone.get(f"/dokument/{document.pk}/").status_code == 404
    assert not StoredFile.objects.exists()
    assert Document.objects.get(pk=document.pk).reason == "Fel barn"


@pytest.mark.django_db
def test_a_new_version_names_who_shared_it(cast: Cast, log_in: LogIn) -> None:
    (document,) = shared(cast.blasippan, cast.maria)
    upload, eva = ContentFile(pdf(2), "ny.pdf"), Actor.of_person(cast.eva)
    papers.renew(document_id=document.pk, upload=upload, note="", actor=eva, now=clock.now())
    versions = log_in(cast.maria).get(f"/dokument/{document.pk}/").content.decode().partition('id="versions"')[2]
    assert cast.eva.full_name in versions
    assert cast.maria.full_name in versions
    assert str(cast.eva.pk) not in versions


@pytest.mark.django_db
def test_those_whose_answer_is_missing_are_reminded_seven_and_two_days_before(cast: Cast) -> None:
    (document,) = shared(cast.blasippan, cast.maria, asks="read", asks_each=True, due_on=TUESDAY + timedelta(days=10))
    papers.answer(
        document_id=document.pk,
        version_id=version_of(document).pk,
        actor=Actor.of_person(cast.amina),
        now=clock.now(),
    )
    counts = []
    for day in range(12):
        with time_machine.travel(people.local(TUESDAY + timedelta(days=day), 9)):
            for _hour in range(2):
                telling.remind_due(now=clock.now())
            counts.append(told(cast.johan, Kind.FORM_UNANSWERED))
    assert counts == [0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2]
    assert told(cast.amina, Kind.FORM_UNANSWERED) == 0
    staff = Actor.of_person(cast.maria)
    assert telling.remind_by_hand(document_id=document.pk, actor=staff, now=clock.now()) == 2
    with pytest.raises(ValidationError):
        telling.remind_by_hand(document_id=document.pk, actor=staff, now=clock.now())


@pytest.mark.django_db
def test_a_paper_about_two_siblings_is_one_notice(cast: Cast) -> None:
    people.employ(cast.maria, department=cast.ekorren)
    Placement.objects.filter(child=cast.hugo).update(department=cast.blasippan)
    assert len(shared(cast.blasippan, cast.maria, cast.elsa, cast.hugo)) == 2
    assert telling.tell_waiting(now=clock.now()) == 2
    assert telling.tell_waiting(now=clock.now()) == 0
    assert told(cast.amina) == 1


# Pages of PDFs -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_whole_municipality_is_told_in_portions(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is killed leaves those who are told, and the next goes on; withdrawn meanwhile, it stops there."""
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    (document,) = shared(cast.blasippan, cast.maria)
    portions: list[int] = []

    def killed_the_second_time(**what: Any) -> Any:
        if len(portions) == 1:
            portions.append(0)
            raise SystemExit
        portions.append(len(what["told"][0].person_ids))
        return notify_of_all(**what)

    monkeypatch.setattr(telling, "notify_of_all", killed_the_second_time)
    with pytest.raises(SystemExit):
        telling.tell_waiting(now=clock.now())
    number = Delivery.objects.in_app().filter(kind=Kind.DOCUMENT_SHARED).count
    assert number() == 2, "each portion is kept by itself"
    assert telling.tell_waiting(now=clock.now()) == 1
    assert portions == [2, 0, 1]
    assert number() == 3
    assert telling.tell_waiting(now=clock.now()) == 0
    papers.renew(
        document_id=document.pk,
        upload=ContentFile(pdf(3), "ny.pdf"),
        note="",
        actor=Actor.of_person(cast.maria),
        now=clock.now(),
    )

    def withdrawn_after_the_first(**what: Any) -> Any:
        Document.objects.update(withdrawn_at=clock.now(), ended_by=cast.maria)
        return notify_of_all(**what)

    monkeypatch.setattr(telling, "notify_of_all", withdrawn_after_the_first)
    telling.tell_waiting(now=clock.now())
    assert number() == 5


@pytest.mark.django_db
def test_the_pages_of_a_pdf_are_drawn_and_asked_for_each_time(cast: Cast, log_in: LogIn) -> None:
    (document,) = shared(cast.blasippan, cast.maria, cast.elsa, data=pdf(2))
    assert drawing.draw_waiting(now=clock.now()) == 1
    assert pictures.make_waiting(now=clock.now()) == 2
    phone, address = log_in(cast.amina), f"/dokument/fil/{version_of(document).pk}/sida/2/medium/"
    html = phone.get(f"/dokument/{document.pk}/").content.decode()
    assert 'alt="Sida 2 av 2"' in html
    assert address in html
    shown = phone.get(address, headers={"Accept": "image/webp"})
    assert shown.headers["Content-Type"] == "image/webp"
    assert log_in(cast.neighbour).get(address).status_code == 404
    assert DocumentRead.objects.get().person == cast.amina
    papers.remove(document_id=document.pk, reason="Gammalt", actor=Actor.of_person(cast.maria), now=clock.now())
    assert not StoredFile.objects.exists()
    assert not PdfPreview.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError(), ValidationError("Full"), None])
def test_pages_are_kept_all_or_none(cast: Cast, monkeypatch: pytest.MonkeyPatch, fault: BaseException | None) -> None:
    """A worker that is stopped at the second page leaves no picture that nothing refers to."""
    shared(cast.blasippan, cast.maria, cast.elsa, data=pdf(2))
    of_before, kept, whole = StoredFile.objects.count(), files.keep_arrived, iter((False, True))

    def stopped(page: files.Arrived, **how: Any) -> StoredFile:
        if next(whole) and fault:
            raise fault
        return kept(page, **how)

    monkeypatch.setattr(files, "keep_arrived", stopped)
    with suppress(KeyboardInterrupt):
        drawing.draw(PdfPreview.objects.get(), now=clock.now())
    drawn = 0 if fault else 2
    assert StoredFile.objects.count() == of_before + drawn
    assert PdfPreview.objects.get().drawn.count() == drawn


@pytest.mark.django_db
def test_a_pdf_that_cannot_be_drawn_has_no_pages_and_can_be_downloaded(cast: Cast, log_in: LogIn) -> None:
    (document,) = shared(cast.blasippan, cast.maria, cast.elsa)
    version = version_of(document)
    preview = PdfPreview.objects.get()
    PdfPreview.objects.update(tries=5)  # workers died of it
    drawing.draw_waiting(now=clock.now())
    preview.refresh_from_db()
    assert (preview.state, preview.drawn.count()) == ("damaged", 0)
    phone = log_in(cast.amina)
    assert "visas inte här" in phone.get(f"/dokument/{document.pk}/").content.decode()
    assert phone.get(f"/dokument/fil/{version.pk}/").status_code == 200


@pytest.mark.django_db
def test_whoever_leads_a_preschool_without_departments_opens_its_documents(cast: Cast, log_in: LogIn) -> None:
    """Before the first department is there, and after the last: what it and the municipality share; nobody else's."""
    preschool, boss = Preschool.objects.create(name="Nybygget"), people.person("Rut", "Ny")
    people.employ(boss, StaffRole.Kind.PRINCIPAL, preschool=preschool)
    of_all, of_preschool, of_others = (
        _spread(Place(preschool=where) if where else Place(), cast.maria) for where in (None, preschool, cast.granliden)
    )
    assert readers_of(About.of(of_preschool), TUESDAY).house.keys() == {boss.pk}
    assert {boss.pk, cast.eva.pk} <= readers_of(About.of(of_all), TUESDAY).house.keys()
    place, folder = f"/dokument/forskola/{preschool.pk}/", of_preschool.folder_id
    doors = {  # what it is: to the principal there, to one elsewhere, to staff elsewhere
        place: (200, 404, 404),
        f"/dokument/mapp/{folder}/dela/": (200, 404, 404),
        f"/dokument/{of_preschool.pk}/": (200, 404, 404),
        f"/dokument/fil/{version_of(of_preschool).pk}/": (200, 404, 404),
        f"/dokument/{of_all.pk}/": (200, 200, 200),
        f"/dokument/fil/{version_of(of_all).pk}/": (200, 200, 200),
        f"/dokument/{of_others.pk}/": (404, 200, 200),
        f"/dokument/fil/{version_of(of_others).pk}/": (404, 200, 200),
        "/blanketter/personal/": (200, 200, 200),
    }
    browsers = [log_in(one) for one in (boss, cast.eva, cast.maria)]
    assert {door: tuple(one.get(door).status_code for one in browsers) for door in doors} == doors
    assert browsers[0].get("/dokument/").headers["Location"] == place
    listed = browsers[0].get(place).content.decode()
    assert of_preschool.title in listed
    StaffRole.objects.filter(person=boss).update(ends_on=TUESDAY - timedelta(days=1))
    assert {door: browsers[0].get(door).status_code for door in doors} == dict.fromkeys(doors, 404)


def _spread(place: Place, by: User) -> Document:
    """Return what is shared with everybody at a place, as when there still were departments."""
    folders.begin(place)
    document = Document.objects.create(
        folder=place.folders().earliest("position"),
        preschool=place.preschool,
        is_for_all=place.preschool is None,
        title=f"Rutiner {place.name}",
        added_by=by,
        shared_by=by,
        shared_at=clock.now(),
    )
    file = files.keep(ContentFile(place.name.encode(), "rutiner.txt"), by_id=None, now=clock.now())
    sharing.add_version(document, file, number=1, by_id=by.pk)
    return document


# Folders, lists, rules -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_folders_are_added_renamed_moved_and_archived(cast: Cast, log_in: LogIn) -> None:
    desk, place = log_in(cast.maria), Place(department=cast.blasippan)
    here = f"/dokument/avdelning/{cast.blasippan.pk}/"
    desk.get(here)
    added = desk.post(here, {"name": "Rutiner"})
    desk.post(here, {"name": "rutiner"})  # is there already
    assert [one.name for one in place.folders()] == ["Veckobrev", "Pedagogisk planering", "Om barnen", "Rutiner"]
    mine = place.folders().get(name="Rutiner")
    assert added.headers["Location"] == f"{here}?mapp={mine.pk}"
    desk.post(f"/dokument/mapp/{mine.pk}/", {"do": "up"})
    desk.post(f"/dokument/mapp/{mine.pk}/", {"do": "rename", "name": "Våra rutiner"})
    assert [one.name for one in place.folders()][2] == "Våra rutiner"
    desk.post(f"/dokument/mapp/{mine.pk}/", {"do": "archive"})
    actor = Actor.of_person(cast.maria)
    problems = sharing.upload(folder_id=mine.pk, uploads=[ContentFile(pdf(), "a.pdf")], actor=actor, now=clock.now())
    assert problems == ["a.pdf: Mappen är arkiverad. Välj en annan."]
    with pytest.raises(Http404):
        folders.move_up(folder_id=mine.pk, actor=Actor.of_person(cast.jonas))


@pytest.mark.django_db
def test_two_hundred_documents_are_paged_and_found(cast: Cast, log_in: LogIn) -> None:
    (document,) = shared(cast.blasippan, cast.maria)
    file = version_of(document).file
    for number in range(200):
        one = Document.objects.create(
            folder=document.folder,
            department=cast.blasippan,
            title=f"Brev nummer {number}",
            added_by=cast.maria,
            shared_by=cast.maria,
            shared_at=clock.now(),
            told_at=clock.now(),
        )
        sharing.add_version(one, file, number=1, by_id=cast.maria.pk)
    phone = log_in(cast.amina)
    assert "Sida 1 av 7" in phone.get("/dokument/").content.decode()
    found = phone.get("/dokument/?sok=nummer+137").content.decode()
    assert "Brev nummer 137" in found
    assert "Brev nummer 13<" not in found


@pytest.mark.django_db
def test_a_familys_documents_stand_by_month_and_child(cast: Cast, log_in: LogIn) -> None:
    """As its pictures do in the album: newest first, each month with its name."""
    for name, about, moment in (
        ("Elsas brev", cast.elsa, datetime(2026, 9, 30, 22, 30, tzinfo=UTC)),  # the first of October where they live
        ("Hugos brev", cast.hugo, datetime(2026, 9, 30, 21, 30, tzinfo=UTC)),
    ):
        at = cast.blasippan if about == cast.elsa else cast.ekorren
        (document,) = shared(at, cast.maria if about == cast.elsa else cast.eva, about)
        Document.objects.filter(pk=document.pk).update(title=name, shared_at=moment)
        document.versions.update(created_at=moment)
    phone = log_in(cast.amina)
    said = phone.get("/dokument/").content.decode()
    places = [said.index(words) for words in ("Oktober 2026", "Elsas brev", "September 2026", "Hugos brev")]
    assert places == sorted(places)
    of_hugo = phone.get(f"/dokument/?barn={cast.hugo.pk}").content.decode()
    assert "Hugos brev" in of_hugo
    assert "Elsas brev" not in of_hugo
    assert "Oktober 2026" not in of_hugo


@pytest.mark.django_db
@pytest.mark.parametrize("number", [2, 20])
def test_what_the_pages_cost(cast: Cast, log_in: LogIn, number: int) -> None:
    """The same with two children and two documents about each as with twenty."""
    for one in people.fill(cast.blasippan, number):
        people.guard(cast.amina, one)
        (document,) = shared(cast.blasippan, cast.maria, one, asks="read")
    phone, desk = log_in(cast.amina), log_in(cast.maria)
    phone.get("/dokument/"), desk.get(f"/dokument/avdelning/{cast.blasippan.pk}/")
    assert {
        "own": queries(phone, "/dokument/"),
        "house": queries(desk, f"/dokument/avdelning/{cast.blasippan.pk}/"),
        "document": queries(desk, f"/dokument/{document.pk}/"),
        "share": queries(desk, f"/dokument/mapp/{document.folder_id}/dela/"),
        "file": queries(phone, f"/dokument/fil/{version_of(document).pk}/"),
    } == COUNTS["documents"]


@pytest.mark.parametrize(
    ("left", "shared_before", "expected"),
    [(10, 5, None), (7, 5, 7), (4, 5, 7), (2, 5, 2), (0, 5, 2), (-1, 5, None), (7, 0, None)],
)
def test_when_a_reminder_is_due(left: int, shared_before: int, expected: int | None) -> None:
    shared_on, due_on = TUESDAY - timedelta(days=shared_before), TUESDAY + timedelta(days=left)
    assert paper_rules.reminder_due(shared_on, due_on, TUESDAY) == expected


# List, door, notice: the same people ---------------------------------------------------------------------------------

stories = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=5)


def paper(world: World, story: tuple[int, int]) -> Document:
    what, where = story
    department = world.departments[where % len(world.departments)]
    choices: list[dict[str, Any]] = [
        {"child": world.children[where % len(world.children)]},
        {"department": department},
        {"preschool": department.preschool},
        {"is_for_all": True},
    ]
    folder = Folder.objects.create(department=department, name=f"M{Folder.objects.count()}", position=1)
    now = days.at(TODAY, clock.now().time())
    return Document.objects.create(
        folder=folder, title="x", added_by=world.people[0], shared_by=world.people[0], shared_at=now, **choices[what]
    )


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=PHASES)
@given(plan=plans, stories=stories, are_gone=st.booleans())
def test_who_is_shown_and_who_can_open_are_the_same(
    *, plan: dict[str, Any], stories: list[tuple[int, int]], are_gone: bool
) -> None:
    with transaction.atomic():
        world = build(plan)
        if are_gone:  # a preschool is left with no department
            Department.objects.filter(preschool=world.preschools[2]).update(ends_on=TODAY - timedelta(days=1))
        made = [paper(world, story) for story in stories]
        shown = [readers_of(About.of(one), TODAY) for one in made]
        for human in world.people:
            listed = set(documents_for(Actor.of_person(human, TODAY)))
            for document, readers in zip(made, shown, strict=True):
                is_shown = human.pk in readers.guardians or human.pk in readers.house
                assert is_shown == (document in listed), (human, document.child, document.department)
        transaction.set_rollback(True)
