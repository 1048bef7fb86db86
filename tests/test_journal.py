"""What is said is handed over to the registry: sealed, chained, and opened outside of the system (F17, DOMAIN 4.13)."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.test import Client
from PIL import Image
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry, Protection, User
from children.actors import Actor
from children.models import StaffRole
from children.protection import protect_child
from documents import pictures
from documents.models import StoredFile
from documents.services import files
from messaging import journal_check
from messaging.models import Addressee, Bulletin, JournalPackage, JournalPart, Message, MessageAttachment
from messaging.selectors.bulletin_readers import Audience, readers_of
from messaging.selectors.journal import get_package, pieces
from messaging.services import bulletin_release, bulletins
from messaging.services.bulletins import BulletinWords, send_bulletin
from messaging.services.journal import seal_bulletin, seal_thread
from messaging.services.threads import Words, mark_read, release_due, reply, start_threads, undo, withdraw
from portal.lib import clock, days
from portal.lib.ids import uuid7
from tests.cast import Cast, child, employ, guard, person, place

pytestmark = pytest.mark.django_db
NOW = clock.now
Browser = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def as_delivered(db: None) -> Iterator[None]:
    """The tables as an installation has them: on SQLite the tests have put one refusal aside (tests/conftest.py)."""
    migration = import_module("messaging.migrations.0005_journal")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for statement in migration.REFUSE_REMOVAL:
                cursor.execute(statement)
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for statement in migration.ALLOW_REMOVAL:
                cursor.execute(statement)


def said(who: User, *children: Any, body: str = "Elsa bet Noor & sade <förlåt>.", ago: int = 60) -> Message:
    """Return what somebody wrote to the department so many minutes ago; it has left."""
    then = clock.now() - timedelta(minutes=ago)
    (message,) = start_threads(
        child_ids=[one.pk for one in children],
        addressee=Addressee.DEPARTMENT,
        words=Words("Bitmärken", body, "sv"),
        actor=Actor.of_person(who),
        now=then,
    )
    release_due(now=clock.now())
    return message


def answer(message: Message, who: User, body: str = "Tack för att du berättar.", ago: int = 30) -> Message:
    then = clock.now() - timedelta(minutes=ago)
    made = reply(thread_id=message.thread_id, words=Words("", body, "sv"), actor=Actor.of_person(who), now=then)
    release_due(now=clock.now())
    return made


def seal(message: Message, who: User, now: datetime | None = None) -> JournalPackage:
    return seal_thread(thread_id=message.thread_id, actor=Actor.of_person(who), now=now or clock.now())


def unpacked(package: JournalPackage) -> dict[str, bytes]:
    """Return the files of a package, as anybody with a program for zips sees them."""
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces(package)))) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def document(package: JournalPackage) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(unpacked(package)["handling.json"])
    return found


def attach(message: Message, data: bytes, name: str) -> None:
    file = files.keep(ContentFile(data, name), by_id=message.written_by_id, now=clock.now())
    MessageAttachment.objects.create(message=message, file=file, added_by=message.written_by)


def test_the_package_opens_outside_the_system(cast: Cast) -> None:
    """F17: who, when, what, who reads and who has read; each file is what the list of contents says it is."""
    message = said(cast.amina, cast.elsa, cast.hugo)
    attach(message, b"Schema f\xc3\xb6r samtal", "Plan 1.txt")
    attach(message, picture("JPEG"), "Bett.jpg")
    pictures.make_waiting(now=clock.now())
    answered = answer(message, cast.maria)
    mark_read(thread=message.thread, person_id=cast.johan.pk, now=clock.now())

    package = seal(message, cast.eva)
    found = unpacked(package)
    assert set(found) == {
        "README.txt",
        "handling.pdf",
        "handling.json",
        "innehall.json",
        "bilagor/01-Plan 1.txt",
        "bilagor/02-Bett.webp",
    }
    listed = json.loads(found["innehall.json"])
    assert (listed["number"], listed["before"]) == (1, "")
    assert listed["files"] == {
        name: hashlib.sha256(data).hexdigest() for name, data in found.items() if name != "innehall.json"
    }
    assert package.digest == hashlib.sha256(found["innehall.json"]).hexdigest()
    assert found["handling.pdf"].startswith(b"%PDF-1.7")
    assert found["bilagor/01-Plan 1.txt"].decode() == "Schema för samtal"

    what = json.loads(found["handling.json"])
    people = {one["id"]: (one["name"], one["reads_as"]) for one in what["people"]}
    assert set(people.values()) == {
        ("Amina Lind", "guardian"),
        ("Johan Lind", "guardian"),
        ("Maria Berg", "staff"),
        ("Viktor Vik", "substitute"),
        ("Eva Sandström", "principal"),
    }
    assert what["children"] == ["Elsa Lind", "Hugo Lind"]
    assert [(people[one["by"]][0], one["words"], one["side"]) for one in what["messages"]] == [
        ("Amina Lind", "Elsa bet Noor & sade <förlåt>.", "family"),
        ("Maria Berg", "Tack för att du berättar.", "house"),
    ]
    assert what["messages"][1]["at"] == answered.leaves_at.isoformat()
    assert what["messages"][0]["files"] == ["bilagor/01-Plan 1.txt", "bilagor/02-Bett.webp"]
    assert [people[one["person"]][0] for one in what["read"]] == ["Johan Lind"]
    read = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(found["handling.pdf"])).pages)
    for words in ("Bitmärken", "sade <förlåt>", "Tack för att du berättar", "Plan 1.txt", "nummer 1"):
        assert words in " ".join(read.split())


def test_the_pdf_has_what_an_archive_asks_for(cast: Cast) -> None:
    """PDF/A-2b in form: fonts inside, colours' profile, metadata; and nothing that runs or hides."""
    reader = PdfReader(io.BytesIO(unpacked(seal(said(cast.amina, cast.elsa), cast.eva))["handling.pdf"]))
    root: Any = reader.root_object
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert root["/OutputIntents"][0]["/DestOutputProfile"].get_data()[36:40] == b"acsp"
    xmp = reader.xmp_metadata
    assert xmp is not None
    assert (xmp.pdfaid_part, xmp.pdfaid_conformance, xmp.dc_title) == ("2", "B", {"x-default": "Bitmärken"})
    assert reader.trailer["/ID"] is not None
    assert not {"/OpenAction", "/Names", "/AcroForm"} & set(root)
    fonts = [
        font.get_object()["/FontDescriptor"]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]  # a dictionary
    ]
    assert fonts
    assert all("/FontFile2" in font for font in fonts)


def test_nothing_in_it_can_be_withdrawn_any_more(cast: Cast) -> None:
    """F17: not by who wrote it, not by the house; and what has not left is nobody's yet, and in no package."""
    message = said(cast.amina, cast.elsa)
    house = answer(message, cast.maria)
    fresh = reply(
        thread_id=message.thread_id,
        words=Words("", "Jag ångrar mig", "sv"),
        actor=Actor.of_person(cast.amina),
        now=clock.now(),
    )
    package = seal(message, cast.eva)
    for one, who in ((message, cast.amina), (house, cast.maria)):
        with pytest.raises(ValidationError, match="diariefört"):
            withdraw(message_id=one.pk, actor=Actor.of_person(who), now=clock.now())
        with pytest.raises(ValidationError, match="redan skickats"):
            undo(message_id=one.pk, actor=Actor.of_person(who), now=clock.now())
    assert "ångrar" not in str(document(package))
    undo(message_id=fresh.pk, actor=Actor.of_person(cast.amina), now=clock.now())
    assert Message.objects.filter(thread=message.thread_id, withdrawn_at=None).count() == 2


def test_what_was_withdrawn_before_is_there_without_its_words(cast: Cast) -> None:
    """DOMAIN 4.6: who, when, and who had read it; the words are shown to nobody, and maybe were about another child."""
    message = said(cast.amina, cast.elsa)
    wrong = answer(message, cast.maria, "Noor har feber")
    attach(wrong, b"Noors journal", "Noor.txt")
    mark_read(thread=message.thread, person_id=cast.johan.pk, now=clock.now())
    withdraw(message_id=wrong.pk, actor=Actor.of_person(cast.maria), now=clock.now())
    package = seal(message, cast.eva)
    found = unpacked(package)
    assert not [name for name in found if "Noor" in name]
    assert "feber" not in found["handling.json"].decode()
    what = document(package)
    names = {one["id"]: one["name"] for one in what["people"]}
    placeholder = what["messages"][1]
    assert names[placeholder["withdrawn_by"]] == "Maria Berg"
    assert [names[one] for one in placeholder["had_read"]] == ["Johan Lind"]


def test_packages_are_chained_and_checked_outside_of_the_system(cast: Cast, tmp_path: Path) -> None:
    """F17: with Python alone; a changed, a missing, an added file and a broken chain are named."""
    first = seal(said(cast.amina, cast.elsa), cast.eva)
    second = seal(said(cast.neighbour, cast.noor), cast.eva)
    assert second.before == first.digest
    paths = []
    for package in (first, second):
        path = tmp_path / f"{package.number}.zip"
        path.write_bytes(b"".join(pieces(package)))
        paths.append(path)
    program = [sys.executable, "-I", journal_check.__file__, *map(str, paths)]
    alone = subprocess.run(program, capture_output=True, text=True, check=False, env={}, cwd="/")
    assert (alone.returncode, alone.stderr) == (0, "")
    assert f"2.zip: whole, number 2, digest {second.digest}" in alone.stdout
    call_command("check_journal", *map(str, paths), stdout=io.StringIO())

    def changed(path: Path, **other: bytes | None) -> Path:
        """Return a copy of a package with other files in it."""
        with zipfile.ZipFile(path) as before:
            parts = {name: before.read(name) for name in before.namelist()}
        copy = tmp_path / "changed.zip"
        with zipfile.ZipFile(copy, "w") as out:
            for name, data in (parts | {key.replace("_", "."): value for key, value in other.items()}).items():
                if data is not None:
                    out.writestr(name, data)
        return copy

    for other, problem in (
        ({"handling_json": b"{}"}, "handling.json has been changed"),
        ({"handling_pdf": None}, "handling.pdf is missing"),
        ({"mer_txt": b"hej"}, "mer.txt does not belong to it"),
    ):
        assert journal_check.check(changed(paths[0], **other)).problems == [problem]
    # One who changes the list of contents as well breaks the chain.
    manifest = json.loads(unpacked(first)["innehall.json"]) | {"sealed_at": "2020-01-01"}
    forged = changed(paths[0], innehall_json=json.dumps(manifest).encode())
    assert [one.problems for one in journal_check.check_all([forged, paths[1]])] == [
        [],
        ["does not follow on changed.zip"],
    ]
    nothing = tmp_path / "nothing.zip"
    nothing.write_bytes(b"PK")
    with pytest.raises(CommandError):
        call_command("check_journal", str(nothing), stdout=io.StringIO())


def test_the_database_refuses_to_change_or_remove(as_delivered: None, cast: Cast) -> None:
    seal(said(cast.amina, cast.elsa), cast.eva)
    for statement in (
        "UPDATE messaging_journalpackage SET digest = 'another'",
        "DELETE FROM messaging_journalpackage",
        "UPDATE messaging_journalpart SET position = 7",
        "DELETE FROM messaging_journalpart",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert JournalPackage.objects.count() == 1


def test_it_is_encrypted_where_it_lies(cast: Cast) -> None:
    package = seal(said(cast.amina, cast.elsa), cast.eva)
    for data in JournalPart.objects.filter(package=package).values_list("data", flat=True):
        assert b"handling.json" not in bytes(data)


def test_only_whoever_leads_there_seals(cast: Cast) -> None:
    message = said(cast.amina, cast.elsa)
    for other in (cast.amina, cast.johan, cast.stranger, cast.maria, cast.vikar, cast.jonas, cast.ulf, cast.archivist):
        with pytest.raises(Http404):
            seal(message, other)
    assert not JournalPackage.objects.exists()


def test_a_principal_does_not_seal_what_is_about_the_own_child(cast: Cast) -> None:
    """The one who reads it as a guardian is not the one who leads."""
    message = said(cast.amina, cast.elsa)
    guard(cast.eva, cast.elsa)
    with pytest.raises(Http404):
        seal(message, cast.eva)


def test_what_has_not_left_is_not_there(cast: Cast) -> None:
    (message,) = start_threads(
        child_ids=[cast.elsa.pk],
        addressee=Addressee.DEPARTMENT,
        words=Words("Bitmärken", "Hej", "sv"),
        actor=Actor.of_person(cast.amina),
        now=clock.now(),
    )
    with pytest.raises(Http404):
        seal(message, cast.eva)


def test_a_conversation_that_goes_on_is_sealed_again(cast: Cast) -> None:
    message = said(cast.amina, cast.elsa)
    first = seal(message, cast.eva)
    answer(message, cast.maria, ago=2)
    second = seal(message, cast.eva)
    assert [len(document(one)["messages"]) for one in (first, second)] == [1, 2]


def test_what_is_said_after_it_was_sealed_is_withdrawn_as_ever(cast: Cast, log_in: Browser) -> None:
    """F17: what is in the package stays, and only that; until it is sealed again."""
    message = said(cast.amina, cast.elsa)
    seal(message, cast.eva, clock.now() - timedelta(minutes=30))
    later = answer(message, cast.maria, ago=5)
    withdrawal = "/samtal/meddelande/{}/aterkalla/"
    page = log_in(cast.maria).get(f"/samtal/{message.thread_id}/").content.decode()
    assert withdrawal.format(later.pk) in page
    assert withdrawal.format(message.pk) not in log_in(cast.amina).get(f"/samtal/{message.thread_id}/").content.decode()
    with pytest.raises(ValidationError, match="diariefört"):
        withdraw(message_id=message.pk, actor=Actor.of_person(cast.amina), now=clock.now())
    withdraw(message_id=later.pk, actor=Actor.of_person(cast.maria), now=clock.now())
    last = answer(message, cast.maria, "Igen", ago=2)
    seal(message, cast.eva)
    with pytest.raises(ValidationError, match="diariefört"):
        withdraw(message_id=last.pk, actor=Actor.of_person(cast.maria), now=clock.now())


def test_a_principal_sees_what_was_handed_over(cast: Cast, log_in: Browser) -> None:
    """F17: when, by whom, its number and seal; the file itself only for whoever may read the registry."""
    message = said(cast.amina, cast.elsa)
    bulletin = announced(cast, Audience(department=cast.blasippan))
    there = {
        f"/samtal/{message.thread_id}/": [seal(message, cast.eva), seal(message, cast.eva)],
        f"/anslag/{bulletin.pk}/": [
            seal_bulletin(bulletin_id=bulletin.pk, actor=Actor.of_person(cast.eva), now=clock.now())
        ],
    }
    for address, packages in there.items():
        page = log_in(cast.eva).get(address).content.decode()
        assert "Eva Sandström" in page
        for package in packages:
            assert package.digest in page
            assert f"/diarium/{package.pk}/" not in page
        for other in (cast.maria, cast.amina):
            assert packages[0].digest not in log_in(other).get(address).content.decode()
    employ(cast.eva, StaffRole.Kind.ARCHIVIST)
    for address, packages in there.items():
        assert f"/diarium/{packages[0].pk}/" in log_in(cast.eva).get(address).content.decode()


def test_a_damaged_picture_is_left_out_and_named(cast: Cast) -> None:
    """F17: it holds nothing up, and the package says what it does not have."""
    message = said(cast.amina, cast.elsa)
    attach(message, b"Plan", "Plan.txt")
    attach(message, picture("PNG"), "Bett.png")
    StoredFile.objects.filter(kind=StoredFile.Kind.PICTURE).update(
        state=StoredFile.State.DAMAGED, problem=StoredFile.Problem.UNREADABLE
    )
    package = seal(message, cast.eva)
    assert [name for name in unpacked(package) if name.startswith("bilagor/")] == ["bilagor/01-Plan.txt"]
    why = "Bilden är skadad och går inte att öppna."
    said_of_it = document(package)["messages"][0]["damaged"]
    assert [(one["name"].partition(".")[0], one["why"]) for one in said_of_it] == [("Bett", why)]
    paper = PdfReader(io.BytesIO(unpacked(package)["handling.pdf"]))
    text = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    assert "Bilaga som inte kunde sparas: Bett" in text
    assert why in text


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, form)
    return out.getvalue()


def test_a_picture_that_is_not_ready_is_waited_for(cast: Cast) -> None:
    message = said(cast.amina, cast.elsa)
    attach(message, picture("PNG"), "Bild.png")
    with pytest.raises(ValidationError, match="görs fortfarande i ordning"):
        seal(message, cast.eva)
    assert not JournalPackage.objects.exists()


def test_a_protected_child_is_in_it_by_its_alias_and_its_family_by_no_name(cast: Cast) -> None:
    """DOMAIN 6.1: neither names nor ids of ours by which packages could be laid side by side."""
    hidden = child("Zebulon", "Hemlighetsson")
    place(hidden, cast.blasippan)
    mother = person("Kunigunda", "Hemlighetsson")
    guard(mother, hidden)
    protect_child(child=hidden, level=Protection.CONFIDENTIAL, now=clock.now())
    package = seal(said(mother, hidden, body="Vi kommer senare."), cast.eva)
    text = str(document(package)) + "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(unpacked(package)["handling.pdf"])).pages
    )
    assert not [
        word for word in ("Zebulon", "Hemlighetsson", "Kunigunda", str(hidden.pk), str(mother.pk)) if word in text
    ]
    hidden.refresh_from_db()
    assert document(package)["children"] == [hidden.full_name]
    assert "Vårdnadshavare 1" in text
    get_package(Actor.of_person(cast.archivist), package.pk)


def test_who_is_protected_later_is_fetched_by_nobody(cast: Cast, log_in: Browser) -> None:
    """DOMAIN 6.1: the package that names the child stays as it was sealed, and stays where it is."""
    package = seal(said(cast.amina, cast.elsa), cast.eva)
    protect_child(child=cast.elsa, level=Protection.CONFIDENTIAL, now=clock.now())
    archivist = log_in(cast.archivist)
    assert archivist.get(f"/diarium/{package.pk}/").status_code == 404
    page = archivist.get("/diarium/").content.decode()
    assert "Bitmärken" not in page
    assert f"/diarium/{package.pk}/" not in page


def test_the_archivist_fetches_and_each_time_is_written_down(cast: Cast, log_in: Browser) -> None:
    message = said(cast.amina, cast.elsa)
    package = seal(message, cast.eva)
    archivist = log_in(cast.archivist)
    page = archivist.get("/diarium/").content.decode()
    assert "Bitmärken" in page
    assert "Eva Sandström" in page
    assert package.digest in page
    for _turn in range(2):
        fetched = archivist.get(f"/diarium/{package.pk}/")
        assert fetched["Content-Type"] == "application/zip"
        assert fetched["Content-Disposition"] == 'attachment; filename="diarium-1.zip"'
        assert fetched["Cache-Control"] == "no-store, private"
        assert b"".join(fetched.streaming_content) == b"".join(pieces(package))  # type: ignore[attr-defined]  # streams
    looks = AuditEntry.objects.filter(action="messaging.journal_package", is_look=True)
    assert [look.children for look in looks] == [[str(cast.elsa.pk)]] * 2
    for other in (cast.eva, cast.maria, cast.amina, cast.administrator, cast.communicator):
        assert log_in(other).get(f"/diarium/{package.pk}/").status_code == 404
        assert log_in(other).get("/diarium/").status_code == 404


def test_where_staff_may_come_with_a_password_the_registry_asks_for_more(cast: Cast, settings: Settings) -> None:
    """F14, F17: what is sensitive lies in it, too."""
    settings.SECOND_FACTOR_FOR_STAFF = False
    package = seal(said(cast.amina, cast.elsa), cast.eva)
    browser = Client()
    browser.force_login(cast.archivist, backend="accounts.backends.LoginBackend")
    for address in ("/diarium/", f"/diarium/{package.pk}/"):
        asked = browser.get(address)
        assert asked.status_code == 403
        assert "Bitmärken" not in asked.content.decode()


def test_a_principal_seals_in_the_browser(cast: Cast, log_in: Browser) -> None:
    """F17: what it means is said first; afterwards the conversation says so, and nothing is withdrawn."""
    message = said(cast.amina, cast.elsa)
    principal, address = log_in(cast.eva), f"/samtal/{message.thread_id}/diariefor/"
    asked = principal.get(address).content.decode()
    assert "återkalla" in asked
    assert not JournalPackage.objects.exists()
    done = principal.post(address, follow=True)
    assert JournalPackage.objects.get().about == message.thread_id
    assert "Diariefört" in done.content.decode()
    assert log_in(cast.maria).get(address).status_code == 404


def announced(
    cast: Cast, audience: Audience, body: str = "Vi stänger klockan tre.", by: User | None = None
) -> Bulletin:
    """Return a bulletin that Maria, or another, has sent; it has left, and everybody has been told."""
    then = clock.now() - timedelta(minutes=1)
    bulletin = send_bulletin(
        bulletin_id=uuid7(),
        audience=audience,
        words=BulletinWords("Stängt tidigt", body, "sv", must_confirm=True),
        seen=readers_of(audience, days.day_of(then)).sign,
        actor=Actor.of_person(by or cast.maria),
        now=then,
    )
    bulletin_release.release_due(now=clock.now())
    return bulletin


def test_a_bulletin_is_sealed_with_who_has_read_and_cannot_be_withdrawn(cast: Cast) -> None:
    """F17: a guardian of a child with protected identity is counted in it and not named."""
    hidden, mother = child("Zebulon", "Hemlighetsson"), person("Kunigunda", "Hemlighetsson")
    place(hidden, cast.blasippan)
    guard(mother, hidden)
    protect_child(child=hidden, level=Protection.CONFIDENTIAL, now=clock.now())
    bulletin = announced(cast, Audience(department=cast.blasippan))
    bulletins.confirm(bulletin_id=bulletin.pk, actor=Actor.of_person(cast.amina), now=clock.now())
    package = seal_bulletin(bulletin_id=bulletin.pk, actor=Actor.of_person(cast.eva), now=clock.now())
    what = document(package)
    names = {one["id"]: one["name"] for one in what["people"]}
    assert (what["words"], what["to"], names[what["by"]]) == (
        "Vi stänger klockan tre.",
        str(cast.blasippan),
        "Maria Berg",
    )
    confirmed = {names[one["person"]] for one in what["guardians"] if one["confirmed_at"]}
    assert confirmed == {"Amina Lind"}
    assert sorted(names[one["person"]] for one in what["guardians"]) == [
        "Amina Lind",
        "Johan Lind",
        "Vårdnadshavare 1",
        "Yasmin Aziz",
    ]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(unpacked(package)["handling.pdf"])).pages)
    assert "4 har fått det, 1 har läst, 1 har bekräftat" in " ".join(text.split())
    assert "Kunigunda" not in text + str(what)
    with pytest.raises(ValidationError, match="diariefört"):
        bulletins.withdraw_bulletin(bulletin_id=bulletin.pk, actor=Actor.of_person(cast.maria), now=clock.now())


def test_a_withdrawn_bulletin_is_sealed_without_its_words(cast: Cast) -> None:
    bulletin = announced(cast, Audience(child_ids=frozenset({cast.elsa.pk})), "Elsa har vattkoppor")
    bulletins.withdraw_bulletin(bulletin_id=bulletin.pk, actor=Actor.of_person(cast.maria), now=clock.now())
    package = seal_bulletin(bulletin_id=bulletin.pk, actor=Actor.of_person(cast.eva), now=clock.now())
    found = unpacked(package)
    assert "vattkoppor" not in found["handling.json"].decode()
    assert document(package)["withdrawn_by"]
    assert package.title != bulletin.title


def test_only_whoever_leads_where_it_is_read_seals_a_bulletin(cast: Cast, log_in: Browser) -> None:
    bulletin = announced(cast, Audience(child_ids=frozenset({cast.elsa.pk})))
    address = f"/anslag/{bulletin.pk}/diariefor/"
    for other in (cast.amina, cast.maria, cast.ulf, cast.communicator, cast.archivist):
        assert log_in(other).post(address).status_code == 404
    assert "Diarieför" in log_in(cast.eva).get(f"/anslag/{bulletin.pk}/").content.decode()
    done = log_in(cast.eva).post(address, follow=True).content.decode()
    assert "Diariefört" in done
    assert f"/anslag/{bulletin.pk}/aterkalla/" not in done


def test_what_is_said_to_more_than_one_leads_is_not_sealed_by_one(cast: Cast, log_in: Browser) -> None:
    """F17: sealed it cannot be withdrawn: Eva leads Granliden, Ulf leads another preschool."""
    to_all = announced(cast, Audience(is_to_all=True), by=cast.communicator)
    to_two = announced(cast, Audience(child_ids=frozenset({cast.elsa.pk, cast.leo.pk})), by=_leads_both(cast))
    to_one = announced(cast, Audience(department=cast.blasippan))
    for bulletin, refused, may in ((to_all, cast.eva, cast.communicator), (to_one, cast.maria, cast.eva)):
        address = f"/anslag/{bulletin.pk}/"
        for one in (refused, cast.ulf):
            assert "Diarieför" not in log_in(one).get(address).content.decode()
            assert log_in(one).post(f"{address}diariefor/").status_code == 404
        assert log_in(may).post(f"{address}diariefor/").status_code == 302
    for one in (cast.eva, cast.ulf):
        assert log_in(one).post(f"/anslag/{to_two.pk}/diariefor/").status_code == 404
    assert JournalPackage.objects.count() == 2


def _leads_both(cast: Cast) -> User:
    chief = person("Chef")
    for preschool in (cast.granliden, cast.sjostjarnan):
        employ(chief, StaffRole.Kind.PRINCIPAL, preschool=preschool)
    return chief


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_two_who_seal_at_once_make_one_chain(cast: Cast) -> None:
    messages = [said(cast.amina, cast.elsa), said(cast.neighbour, cast.noor), said(cast.johan, cast.hugo)]
    ready, problems = Barrier(len(messages)), []

    def seal_one(message: Message) -> None:
        try:
            ready.wait(timeout=10)
            seal(message, cast.eva)
        except Exception as fault:  # noqa: BLE001 - told by the test itself
            problems.append(fault)
        finally:
            connection.close()

    threads = [Thread(target=seal_one, args=[message]) for message in messages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    chain = list(JournalPackage.objects.order_by("number").values_list("number", "before", "digest"))
    assert [number for number, _before, _digest in chain] == [1, 2, 3]
    assert [before for _number, before, _digest in chain] == ["", *(digest for _number, _before, digest in chain[:-1])]
