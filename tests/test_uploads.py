"""Files that come in parts: they go on where the connection broke, and the same one twice is one (G09, tus 1.0)."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404
from django.http.response import HttpResponseBase
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from accounts.models import User
from children.actors import Actor
from documents import rules
from documents.models import Document, StoredFile, Upload
from documents.services import files, uploads
from documents.stores import store
from messaging.models import Message, MessageAttachment, Post
from messaging.services import posts
from portal.lib import clock
from tests.cast import Cast
from tests.papers import folder_of, pdf, shared
from tests.test_attachments import sent as send
from tests.test_disk_full import no_file_longer_than

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
BODY = b"".join(b"rad %d\n" % number for number in range(5_000))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def maria(cast: Cast, log_in: LogIn) -> Client:
    return log_in(cast.maria)


@pytest.fixture
def viktor(cast: Cast, log_in: LogIn) -> Client:
    return log_in(cast.vikar)


def begin(client: Client, size: int, upload_id: UUID | None = None, name: str = "Åsas bild.jpg") -> HttpResponseBase:
    said = {"filename": name, "id": str(upload_id or uuid4())}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
    return client.post("/uppladdning/", headers={"Upload-Length": str(size), "Upload-Metadata": metadata})


def append(client: Client, address: str, begins: int, part: bytes) -> HttpResponseBase:
    kind = "application/offset+octet-stream"
    return client.patch(address, part, content_type=kind, headers={"Upload-Offset": str(begins)})


def lying() -> list[str]:
    return [found.name for found in store().listed("parts/")]


def sent(client: Client, body: bytes) -> UUID:
    upload_id = uuid4()
    append(client, begin(client, len(body), upload_id)["Location"], 0, body)
    return upload_id


def taken(cast: Cast, upload_id: UUID) -> StoredFile:
    [whole] = uploads.finished([upload_id], cast.maria.pk)
    return files.keep(whole, by_id=cast.maria.pk, now=clock.now())


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "red").save(out, "JPEG")
    return out.getvalue()


def test_a_file_in_parts_is_the_file(cast: Cast, maria: Client) -> None:
    upload_id = uuid4()
    begun = begin(maria, len(BODY), upload_id)
    assert (begun.status_code, begun["Upload-Offset"], begun["Tus-Resumable"]) == (201, "0", "1.0.0")
    address = begun["Location"]
    assert append(maria, address, 0, BODY[:10_000])["Upload-Offset"] == "10000"
    assert uploads.finished([upload_id], cast.maria.pk) == []
    again = begin(maria, len(BODY), upload_id)  # the answer was lost: it goes on
    assert (again["Location"], again["Upload-Offset"]) == (address, "10000")
    assert maria.head(address)["Upload-Offset"] == "10000"
    assert append(maria, address, 0, BODY[:10_000]).status_code == 409  # that part has come
    assert append(maria, address, 20_000, BODY[20_000:]).status_code == 409  # a hole
    last = append(maria, address, 10_000, BODY[10_000:] + b"more than was said")
    assert last["Upload-Offset"] == str(len(BODY))
    file = taken(cast, upload_id)
    assert file.name == "Åsas bild.txt"
    assert store().open(f"{file.key.hex[:2]}/{file.key.hex}").read() == BODY


def test_a_connection_that_breaks_loses_no_more_than_it_must(cast: Cast, maria: Client) -> None:
    """G09: what came before it broke has come."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() >= 3:
                raise OSError("gone")
            return super().read(min(size or 3, 3))

    upload = uploads.get_upload(UUID(begin(maria, 10)["Location"].split("/")[-2]), cast.maria.pk)
    assert uploads.append(upload, begins=0, body=Broken(b"0123456789")).received == 3
    assert uploads.append(upload, begins=3, body=io.BytesIO(b"3456789")).received == 10
    assert b"".join(uploads.Finished(Upload.objects.get()).chunks()) == b"0123456789"


def test_a_full_disk_is_told_and_can_be_gone_on_from(maria: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """I04."""
    address = begin(maria, 3)["Location"]

    def full(*_arguments: object) -> None:
        raise OSError(28, "full")

    with monkeypatch.context() as broken:
        broken.setattr("documents.stores.folder.Folder.put", full)
        assert append(maria, address, 0, b"abc").status_code == 507
    assert Upload.objects.get().received == 0
    assert append(maria, address, 0, b"abc")["Upload-Offset"] == "3"


@pytest.mark.django_db(transaction=True)
def test_it_is_taken_once_and_its_parts_go(cast: Cast, maria: Client) -> None:
    """G09: handed over twice, by a double tap or because the answer was lost."""
    upload_id = sent(maria, b"hej")
    assert len(lying()) == 1
    taken(cast, upload_id)
    assert lying() == []
    with pytest.raises(uploads.TakenBefore):
        taken(cast, upload_id)
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_refused_can_be_handed_over_no_better(cast: Cast, maria: Client) -> None:
    upload_id = sent(maria, b"MZ" + bytes(100))
    with pytest.raises(ValidationError):
        taken(cast, upload_id)
    assert not StoredFile.objects.exists()
    assert (Upload.objects.count(), lying()) == (0, [])


def test_a_post_takes_it_once(cast: Cast, maria: Client, viktor: Client) -> None:
    """G09."""
    actor = Actor.of_person(cast.maria)
    post: Post = posts.begin(department_id=cast.blasippan.pk, language="sv", actor=actor, now=clock.now())
    upload_id = sent(maria, photo())
    for _time in range(2):
        answer = maria.post(f"/inlagg/{post.pk}/bilder/", {"upload": str(upload_id)}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert b"circle-alert" not in answer.content
    assert post.pictures.count() == 1
    assert viktor.post(f"/inlagg/{post.pk}/bilder/", {"upload": str(sent(maria, photo()))}).status_code == 200
    assert post.pictures.count() == 1  # nobody hands over what another has sent


def test_nobody_else_finds_it(cast: Cast, maria: Client, viktor: Client) -> None:
    upload_id = uuid4()
    address = begin(maria, 3, upload_id)["Location"]
    assert viktor.head(address).status_code == 404
    assert append(viktor, address, 0, b"abc").status_code == 404
    assert viktor.delete(address).status_code == 404
    assert begin(viktor, 3, upload_id).status_code == 404
    assert uploads.finished([sent(maria, b"abc")], cast.vikar.pk) == []


def test_there_are_limits(maria: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert begin(maria, rules.LARGEST + 1).status_code == 422
    assert begin(maria, 0).status_code == 422
    assert maria.post("/uppladdning/").status_code == 400
    assert append(maria, begin(maria, 3)["Location"], -1, b"abc").status_code == 400
    monkeypatch.setattr(uploads, "OF_STAFF", uploads.Most(files=2, bytes=100))
    begin(maria, 3)
    refused = begin(maria, 3)
    assert refused.status_code == 413
    assert "många filer" in refused.content.decode()  # type: ignore[attr-defined]  # the stub lacks it


def test_a_family_has_less_under_way_than_staff(cast: Cast, maria: Client, log_in: LogIn) -> None:
    phone = log_in(cast.amina)
    for client, most in ((phone, 5), (maria, 20)):
        answers = [begin(client, rules.LARGEST).status_code for _file in range(most + 1)]
        assert answers == [201] * most + [413]
    Upload.objects.all().delete()
    assert [begin(phone, 1).status_code for _file in range(11)] == [201] * 10 + [413]


def test_what_is_refused_does_not_stand_in_the_way(cast: Cast, maria: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """I04: sixty films, and the picture after them: in a post, a folder and a message."""
    monkeypatch.setattr(uploads, "OF_STAFF", uploads.Most(files=1, bytes=1_000_000))
    actor = Actor.of_person(cast.maria)
    post: Post = posts.begin(department_id=cast.blasippan.pk, language="sv", actor=actor, now=clock.now())
    (document,) = shared(cast.blasippan, cast.maria, cast.elsa)
    (message,) = send(cast.maria, cast.elsa)
    for address, said in (
        (f"/inlagg/{post.pk}/bilder/", {}),
        (f"/dokument/mapp/{folder_of(cast.blasippan).pk}/ladda-upp/", {}),
        (f"/dokument/{document.pk}/version/", {"note": "Ny"}),
        (f"/samtal/{message.thread_id}/", {"body": "Se bilagan", "language": "sv"}),
    ):
        film = sent(maria, b"\0\0\0\x18ftypmp42" + bytes(50))
        assert maria.post(address, {"upload": str(film)} | said).status_code < 500
        assert not Upload.objects.filter(taken_at=None).exists(), address
    text = sent(maria, BODY)  # taken by a post it is refused, for what it is and not for how it is made
    maria.post(f"/inlagg/{post.pk}/bilder/", {"upload": str(text)})
    assert not Upload.objects.filter(taken_at=None).exists()
    assert not post.pictures.exists()


FIGURES = ["", "-1", "1.5", "0x10", " 3", "+3", "1_0", "NaN", "\u0663", "3, 3", "9" * 5_000, "9" * 12, "1e3"]
METADATA = [
    "",
    ",,,",
    "id",
    "id !!!",
    "id " + base64.b64encode(b"no id").decode(),
    "id " + base64.b64encode(b"\xff" * 16).decode(),
    "id " + "QUFB" * 5_000,
    "filename QQ==",
    "id åäö",
]


@pytest.mark.parametrize("figures", FIGURES)
def test_no_number_is_a_fault_of_ours(maria: Client, figures: str) -> None:
    metadata = "id " + base64.b64encode(str(uuid4()).encode()).decode()
    begun = maria.post("/uppladdning/", headers={"Upload-Length": figures, "Upload-Metadata": metadata})
    assert 400 <= begun.status_code < 500
    address, kind = begin(maria, 3)["Location"], "application/offset+octet-stream"
    answer = maria.patch(address, b"abc", content_type=kind, headers={"Upload-Offset": figures})
    assert 400 <= answer.status_code < 500
    assert maria.patch(address, b"abc", content_type=kind).status_code == 400
    assert append(maria, address, 0, b"abc").status_code == 204


@pytest.mark.parametrize("metadata", METADATA)
def test_nothing_said_of_a_file_is_a_fault_of_ours(maria: Client, metadata: str) -> None:
    begun = maria.post("/uppladdning/", headers={"Upload-Length": "3", "Upload-Metadata": metadata})
    assert begun.status_code == 400
    assert not Upload.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_thrown_away_while_a_part_comes(cast: Cast, maria: Client) -> None:
    """Whoever takes a file away does not wait for the part that is under way: nothing of it stays."""
    upload = uploads.get_upload(UUID(begin(maria, 6)["Location"].split("/")[-2]), cast.maria.pk)
    uploads.append(upload, begins=0, body=io.BytesIO(b"abc"))

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            thread = Thread(target=throw_away)
            thread.start()
            thread.join()
            return super().read(size)

    def throw_away() -> None:
        uploads.throw_away(upload)
        connection.close()

    with pytest.raises(Http404):
        uploads.append(upload, begins=3, body=Slow(b"def"))
    assert (lying(), Upload.objects.count()) == ([], 0)


def test_a_disk_that_fills_counts_nothing_that_does_not_lie_there(cast: Cast, maria: Client) -> None:
    """I04."""
    upload = uploads.get_upload(UUID(begin(maria, len(BODY))["Location"].split("/")[-2]), cast.maria.pk)
    for byte in (0, 1, 4_096, len(BODY) - 1):
        with no_file_longer_than(byte), pytest.raises(OSError, match="large"):
            uploads.append(upload, begins=0, body=io.BytesIO(BODY))
        assert (lying(), Upload.objects.get().received) == ([], 0)
    assert uploads.append(upload, begins=0, body=io.BytesIO(BODY)).received == len(BODY)


def test_a_name_is_no_ones_in_the_database(maria: Client) -> None:
    begin(maria, 3, name="Elsas allergi.jpg")
    raw = Upload.objects.extra(select={"raw": "name"}).values_list("raw", flat=True).get()
    assert "Elsa" not in raw


@pytest.mark.django_db(transaction=True)
def test_what_is_not_wanted_or_not_finished_goes(cast: Cast, maria: Client) -> None:
    address = begin(maria, 6)["Location"]
    append(maria, address, 0, b"abc")
    assert maria.delete(address).status_code == 204
    assert lying() == []
    append(maria, begin(maria, 6)["Location"], 0, b"abc")
    assert uploads.forget_old(now=clock.now()) == 0
    assert uploads.forget_old(now=clock.now() + timedelta(days=2)) == 1
    assert (lying(), Upload.objects.count()) == ([], 0)


def test_a_folder_takes_what_came_in_parts_once(cast: Cast, maria: Client, log_in: LogIn) -> None:
    """G09: a double tap on "Ladda upp", and somebody who names what another has sent."""
    folder, upload_id = folder_of(cast.blasippan), sent(maria, BODY)
    for _press in range(2):
        maria.post(f"/dokument/mapp/{folder.pk}/ladda-upp/", {"upload": [str(upload_id), "trams"]})
    theirs = sent(log_in(cast.amina), pdf())
    refused = maria.post(f"/dokument/mapp/{folder.pk}/ladda-upp/", {"upload": str(theirs)}, follow=True)
    assert "En fil finns inte kvar. Välj den igen." in refused.content.decode()
    assert [one.title for one in Document.objects.all()] == ["Åsas bild"]


def test_a_document_takes_a_new_version_in_parts_once(cast: Cast, maria: Client) -> None:
    """G09."""
    (document,) = shared(cast.blasippan, cast.maria, cast.elsa)
    upload_id = sent(maria, pdf(2))
    for _press in range(2):
        maria.post(f"/dokument/{document.pk}/version/", {"upload": str(upload_id), "note": "Ny sal"})
    assert document.versions.count() == 2


def test_a_message_takes_what_came_in_parts_once(cast: Cast, log_in: LogIn) -> None:
    """G09: refused for its text it is sent with the second press, and the third sends nothing more."""
    phone, sending = log_in(cast.amina), str(uuid4())
    [first] = send(cast.maria, cast.elsa)
    address, upload_id = f"/samtal/{first.thread_id}/", str(sent(phone, BODY))
    seen = re.search(r'name="seen"\s+value="([^"]+)"', phone.get(address).content.decode())
    assert seen
    said = {"language": "sv", "seen": seen[1], "sending": sending, "upload": upload_id}
    phone.post(address, said | {"body": " "})
    for _press in range(2):
        phone.post(address, said | {"body": "Se bilagan"})
    mine = Message.objects.get(written_by=cast.amina)
    assert [one.file.name for one in mine.attachments.all()] == ["Åsas bild.txt"]
    assert MessageAttachment.objects.count() == 1


def test_what_came_in_parts_lies_in_the_draft(cast: Cast, log_in: LogIn) -> None:
    """F16: whoever goes away and comes back finds it."""
    phone = log_in(cast.amina)
    [first] = send(cast.maria, cast.elsa)
    address, upload_id = f"/samtal/{first.thread_id}/", str(sent(phone, BODY))
    phone.post("/samtal/utkast/", {"page": address, "body": "Se bilagan", "upload": upload_id})
    assert f'value="{MessageAttachment.objects.get(message=None).pk}"' in phone.get(address).content.decode()
