"""Room for pictures and documents: counted for each preschool, shown to who leads it, and at an end (issue 5)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.utils.formats import localize
from pytest_django.fixtures import Settings

from accounts.models import User
from children.actors import Actor
from children.models import Department, Preschool
from documents import copying, drawing, pictures, room_rules
from documents.models import BlurredCopy, Document, RoomLimit, StoredFile, Upload
from documents.selectors.places import Place
from documents.selectors.room import rooms_of
from documents.services import copies, files, folders, hygiene, sharing
from documents.services.made import keep_made
from documents.shown_rules import Box
from documents.stores import store
from messaging.models import Post, PostPicture
from messaging.services import posts
from portal.lib import clock
from tests.cast import Cast
from tests.papers import folder_of, pdf, uploaded
from tests.test_same_upload import photo

pytestmark = pytest.mark.django_db(transaction=True)
LogIn = Callable[[User], Client]
GIGABYTE = room_rules.GIGABYTE


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_ROOT = tmp_path / "files"


def lying() -> int:
    """Return the bytes of all that really lies in the store."""
    return sum(one.size for shelf in hygiene.SHELVES for one in store().listed(f"{shelf}/"))


def used(preschool: Preschool | None) -> int:
    key = preschool.pk if preschool else None
    return rooms_of([key])[key].used


def fill(preschool: Preschool, share: float) -> None:
    """Let so large a part of the preschool's room be taken."""
    StoredFile.objects.filter(preschool=preschool).update(stored=0)
    file = StoredFile.objects.filter(preschool=preschool).first() or files.keep(
        ContentFile(b"a", "a.txt"), by_id=None, now=clock.now(), preschool_id=preschool.pk
    )
    StoredFile.objects.filter(pk=file.pk).update(stored=int(share * room_rules.DEFAULT * GIGABYTE))


def kept_by(cast: Cast) -> StoredFile:
    with transaction.atomic():
        return files.keep(photo(), by_id=cast.maria.pk, now=clock.now(), department_id=cast.blasippan.pk)


def draft(cast: Cast) -> Post:
    return posts.begin(
        department_id=cast.blasippan.pk, language="sv", actor=Actor.of_person(cast.maria), now=clock.now()
    )


def begin(client: Client, preschool: Preschool, size: int = 900) -> tuple[int, str]:
    said = {"filename": "a.jpg", "id": str(uuid4()), "preschool": str(preschool.pk)}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
    answer = client.post("/uppladdning/", headers={"Upload-Length": str(size), "Upload-Metadata": metadata})
    return answer.status_code, answer.content.decode()


def test_everything_that_lies_in_the_store_counts(cast: Cast, tmp_path: Path) -> None:
    now = clock.now()
    picture = kept_by(cast)
    assert used(cast.granliden) == lying()  # what was uploaded, while its sizes are made
    pictures.make_waiting(now=now)
    copies.ask({picture.pk: {frozenset({Box(100, 100, 200, 200)})}})
    copying.make_waiting(now=now)
    uploaded(folder_of(cast.blasippan), cast.maria, pdf(2))
    drawing.draw_waiting(now=now)
    pictures.make_waiting(now=now)
    folders.begin(Place(preschool=cast.granliden))
    folder = next(iter(Place(preschool=cast.granliden).folders()))
    eva = Actor.of_person(cast.eva)
    assert sharing.upload(folder_id=folder.pk, uploads=[ContentFile(b"Hej", "a.txt")], actor=eva, now=now) == []
    assert used(cast.granliden) == lying() > 3
    assert (used(cast.sjostjarnan), used(None)) == (0, 0)
    zipped = tmp_path / "elsa.zip"
    zipped.write_bytes(b"12345")
    keep_made(zipped, name="elsa.zip", by_id=None, now=now)
    assert used(None) == 5, "what belongs to no preschool is the municipality's"
    files.discard(StoredFile.objects.filter(kind=StoredFile.Kind.ARCHIVE))
    for one in Document.objects.filter(added_by=cast.maria):
        sharing.throw_away_draft(document_id=one.pk, actor=Actor.of_person(cast.maria), now=now)
    BlurredCopy.objects.update(stored=1)  # as after a restored backup
    hygiene.check(now=now, mend=True)
    assert used(cast.granliden) == lying(), "the nightly check mends what is written of it"


def test_room_follows_a_department_to_another_preschool(cast: Cast) -> None:
    """Pictures of its posts, what lies in its folders, and the drawn pages: by the next night."""
    kept_by(cast)
    uploaded(folder_of(cast.blasippan), cast.maria, pdf(2))
    drawing.draw_waiting(now=clock.now())
    pictures.make_waiting(now=clock.now())
    Department.objects.filter(pk=cast.blasippan.pk).update(preschool=cast.sjostjarnan)
    hygiene.check(now=clock.now(), mend=True)
    assert (used(cast.granliden), used(cast.sjostjarnan)) == (0, lying())


def test_the_same_upload_takes_room_once(cast: Cast) -> None:
    """G09."""
    for _turn in range(2):
        kept_by(cast)
    assert used(cast.granliden) == lying()


def test_a_full_preschool_refuses_before_a_byte_is_sent(cast: Cast, log_in: LogIn) -> None:
    maria = log_in(cast.maria)
    assert begin(maria, cast.granliden)[0] == 201
    fill(cast.granliden, 1)
    Upload.objects.all().delete()
    status, said = begin(maria, cast.granliden)
    assert status == 413
    assert "Förskolans utrymme för bilder och dokument är fullt" in said
    assert not Upload.objects.exists()
    page = maria.get(f"/inlagg/{draft(cast).pk}/skriv/").content.decode()
    assert f'data-preschool="{cast.granliden.pk}"' in page, "the page says for which preschool it uploads"


def test_little_room_is_said_where_somebody_uploads(cast: Cast, log_in: LogIn) -> None:
    """G09: before there is none left, to whoever would take of it; not where documents are only read."""
    folder, maria = folder_of(cast.blasippan), log_in(cast.maria)
    place = f"/dokument/avdelning/{cast.blasippan.pk}/"
    forms = (f"{place}?mapp={folder.pk}", f"/inlagg/{draft(cast).pk}/skriv/")
    said = "Förskolans utrymme för bilder och dokument är "
    fill(cast.granliden, 0.89)
    assert not any(said in maria.get(form).content.decode() for form in forms)
    fill(cast.granliden, 0.9)
    assert all(f"{said}snart fullt" in maria.get(form).content.decode() for form in forms)
    assert said not in maria.get(place).content.decode(), "no file is chosen there"
    fill(cast.granliden, 1)
    assert all(f"{said}fullt. Inga nya filer" in maria.get(form).content.decode() for form in forms)
    assert "<form" in maria.get(forms[0]).content.decode()
    assert said not in log_in(cast.vikar).get(forms[0]).content.decode(), "a substitute puts no file there"


def test_nobody_learns_of_the_room_elsewhere(cast: Cast, log_in: LogIn) -> None:
    fill(cast.sjostjarnan, 1)
    assert begin(log_in(cast.maria), cast.sjostjarnan)[0] == 201
    assert begin(log_in(cast.amina), cast.sjostjarnan)[0] == 201


def test_what_came_all_the_same_is_refused_whole(cast: Cast, log_in: LogIn) -> None:
    """Without the script, or where it became full meanwhile: nothing is half done."""
    post, maria = draft(cast), log_in(cast.maria)
    fill(cast.granliden, 1)
    before = (StoredFile.objects.count(), lying())
    sent = {"do": "upload", "version": post.version, "readers": "all", "language": "sv", "pictures": photo()}
    page = maria.post(f"/inlagg/{post.pk}/skriv/", sent, follow=True).content.decode()
    assert "Förskolans utrymme för bilder och dokument är fullt" in page
    assert (StoredFile.objects.count(), lying()) == before
    assert not PostPicture.objects.exists()
    assert [one.name for one in store().listed("unsettled/")] == []
    folder = folder_of(cast.blasippan)
    problems = sharing.upload(
        folder_id=folder.pk, uploads=[ContentFile(pdf(), "a.pdf")], actor=Actor.of_person(cast.maria), now=clock.now()
    )
    assert "fullt" in problems[0]
    assert not Document.objects.exists()


def test_who_leads_sees_the_own_preschools(cast: Cast, log_in: LogIn) -> None:
    fill(cast.granliden, 0.5)
    page = log_in(cast.eva).get("/regler/utrymme/").content.decode()
    assert f"{localize(10.0, use_l10n=True)}" in page
    assert "Granliden" in page
    assert "Sjöstjärnan" not in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]
    fill(cast.granliden, 0.89)
    eva, documents = log_in(cast.eva), f"/dokument/forskola/{cast.granliden.pk}/"
    assert "snart fullt" not in eva.get("/regler/utrymme/").content.decode() + eva.get(documents).content.decode()
    fill(cast.granliden, 0.9)
    for address in ("/regler/utrymme/", documents):
        assert "är snart fullt" in eva.get(address).content.decode()
    fill(cast.granliden, 1)
    assert "Granliden är fullt" in eva.get("/regler/utrymme/").content.decode()


def test_administrators_say_how_much_there_is(cast: Cast, log_in: LogIn) -> None:
    fill(cast.granliden, 0.95)
    desk = log_in(cast.administrator)
    page = desk.get("/regler/utrymme/").content.decode()
    assert "Granliden" in page
    assert "Sjöstjärnan" in page
    assert "Hela kommunen" in page
    own = f"preschool-{cast.granliden.pk}"
    assert desk.post("/regler/utrymme/", {"all": "30", own: ""}).status_code == 302
    assert rooms_of([cast.granliden.pk])[cast.granliden.pk].limit == 30 * GIGABYTE
    assert desk.post("/regler/utrymme/", {"all": "30", own: "19"}).status_code == 302
    assert rooms_of([cast.granliden.pk])[cast.granliden.pk].is_full
    assert not rooms_of([cast.sjostjarnan.pk])[cast.sjostjarnan.pk].is_full
    assert desk.post("/regler/utrymme/", {"all": "0", own: "x"}).status_code == 422
    assert desk.post("/regler/utrymme/", {"all": "25", own: ""}).status_code == 302
    assert RoomLimit.objects.get().gigabytes == 25
    assert log_in(cast.eva).post("/regler/utrymme/", {"all": "99"}).status_code == 404
    assert RoomLimit.objects.get().gigabytes == 25
